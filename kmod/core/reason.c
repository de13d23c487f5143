// SPDX-License-Identifier: GPL-2.0
/*
 * The table from syscall to reason. Numbers are the architecture's own, by
 * name; a call that an architecture or an old header lacks is left out.
 */
#include "reason.h"

#ifdef __KERNEL__
#include <asm/unistd.h>
#include <linux/stat.h>
#else
#include <sys/stat.h>
#include <sys/syscall.h>
#endif

/* Newer than some headers we build against; the same on every architecture. */
#ifndef __NR_futex_waitv
#define __NR_futex_waitv	449
#endif
#define MPS_NR_FUTEX_WAIT	455	/* futex_wait, 6.7 */

#define R(x)	(MPSCOPE_REASON_##x ^ MPSCOPE_REASON_OTHER)
#define BY_FD	(MPS_REASON_BY_FD ^ MPSCOPE_REASON_OTHER)

const u8 mps_reasons[MPS_NR_SYSCALLS] = {
#ifdef __NR_epoll_wait
	[__NR_epoll_wait]	= R(EPOLL),
#endif
	[__NR_epoll_pwait]	= R(EPOLL),
	[__NR_epoll_pwait2]	= R(EPOLL),
#ifdef __NR_poll
	[__NR_poll]		= R(POLL),
#endif
	[__NR_ppoll]		= R(POLL),
#ifdef __NR_select
	[__NR_select]		= R(POLL),
#endif
	[__NR_pselect6]		= R(POLL),
	[__NR_futex]		= R(FUTEX),
	[__NR_futex_waitv]	= R(FUTEX),
	[MPS_NR_FUTEX_WAIT]	= R(FUTEX),
	[__NR_nanosleep]	= R(SLEEP),
	[__NR_clock_nanosleep]	= R(SLEEP),

#ifdef __NR_open
	[__NR_open]		= R(FILE),
#endif
	[__NR_openat]		= R(FILE),
	[__NR_openat2]		= R(FILE),
	[__NR_close]		= R(FILE),
	[__NR_flock]		= R(FILE),
	[__NR_fcntl]		= R(FILE),
	[__NR_fsync]		= R(FILE),
	[__NR_fdatasync]	= R(FILE),
	[__NR_sync_file_range]	= R(FILE),
	[__NR_syncfs]		= R(FILE),
	[__NR_sync]		= R(FILE),
	[__NR_ftruncate]	= R(FILE),
	[__NR_truncate]		= R(FILE),
	[__NR_fallocate]	= R(FILE),
	[__NR_getdents64]	= R(FILE),
	[__NR_pread64]		= R(FILE),
	[__NR_pwrite64]		= R(FILE),
	[__NR_preadv]		= R(FILE),
	[__NR_pwritev]		= R(FILE),

	[__NR_read]		= BY_FD,
	[__NR_write]		= BY_FD,
	[__NR_readv]		= BY_FD,
	[__NR_writev]		= BY_FD,
	[__NR_preadv2]		= BY_FD,
	[__NR_pwritev2]		= BY_FD,
	[__NR_sendfile]		= BY_FD,
	[__NR_splice]		= BY_FD,
	[__NR_tee]		= BY_FD,
	[__NR_vmsplice]		= BY_FD,
	[__NR_ioctl]		= BY_FD,

	[__NR_accept]		= R(SOCKET),
	[__NR_accept4]		= R(SOCKET),
	[__NR_connect]		= R(SOCKET),
	[__NR_recvfrom]		= R(SOCKET),
	[__NR_recvmsg]		= R(SOCKET),
	[__NR_recvmmsg]		= R(SOCKET),
	[__NR_sendto]		= R(SOCKET),
	[__NR_sendmsg]		= R(SOCKET),
	[__NR_sendmmsg]		= R(SOCKET),

	[__NR_wait4]		= R(CHILD),
	[__NR_waitid]		= R(CHILD),
#ifdef __NR_vfork
	[__NR_vfork]		= R(CHILD),
#endif
	/* posix_spawn() waits in them for the child's exec (CLONE_VFORK) */
	[__NR_clone]		= R(CHILD),
	[__NR_clone3]		= R(CHILD),

	[__NR_io_uring_enter]	= R(IO_URING),
};

/* Terminals, eventfd, timerfd and the like are other. */
const u8 mps_kinds[16] = {
	[S_IFSOCK >> 12]	= R(SOCKET),
	[S_IFIFO >> 12]		= R(PIPE),
	[S_IFREG >> 12]		= R(FILE),
	[S_IFDIR >> 12]		= R(FILE),
	[S_IFBLK >> 12]		= R(FILE),
};
