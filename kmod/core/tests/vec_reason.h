/* SPDX-License-Identifier: GPL-2.0 */
/* Why one blocks in a syscall, by name; descriptors; hostile numbers. */
#ifndef _MPS_CORE_TESTS_VEC_REASON_H
#define _MPS_CORE_TESTS_VEC_REASON_H

#include "../reason.h"

#ifdef __KERNEL__
#include <asm/unistd.h>
#include <linux/stat.h>
#else
#include <sys/stat.h>
#include <sys/syscall.h>
#endif

struct vec_reason {
	const char *name;
	int nr;
	u8 reason;
};

#define SYS(r, n)	{ #n, __NR_##n, MPSCOPE_REASON_##r }
#define FD(n)		{ #n, __NR_##n, MPS_REASON_BY_FD }

static const struct vec_reason vec_reason[] = {
	SYS(EPOLL, epoll_pwait), SYS(EPOLL, epoll_pwait2),
	SYS(POLL, ppoll), SYS(POLL, pselect6),
	SYS(FUTEX, futex),
	/* known since 5.16 and 6.7, by number: headers may be older */
	{ "futex_waitv", 449, MPSCOPE_REASON_FUTEX },
	{ "futex_wait", 455, MPSCOPE_REASON_FUTEX },
	SYS(SLEEP, nanosleep), SYS(SLEEP, clock_nanosleep),
	SYS(FILE, openat), SYS(FILE, openat2), SYS(FILE, close),
	SYS(FILE, flock), SYS(FILE, fcntl), SYS(FILE, fsync),
	SYS(FILE, fdatasync), SYS(FILE, sync_file_range), SYS(FILE, syncfs),
	SYS(FILE, sync), SYS(FILE, ftruncate), SYS(FILE, truncate),
	SYS(FILE, fallocate), SYS(FILE, getdents64), SYS(FILE, pread64),
	SYS(FILE, pwrite64), SYS(FILE, preadv), SYS(FILE, pwritev),
	FD(read), FD(write), FD(readv), FD(writev), FD(preadv2), FD(pwritev2),
	FD(sendfile), FD(splice), FD(tee), FD(vmsplice), FD(ioctl),
	SYS(SOCKET, accept), SYS(SOCKET, accept4), SYS(SOCKET, connect),
	SYS(SOCKET, recvfrom), SYS(SOCKET, recvmsg), SYS(SOCKET, recvmmsg),
	SYS(SOCKET, sendto), SYS(SOCKET, sendmsg), SYS(SOCKET, sendmmsg),
	SYS(CHILD, wait4), SYS(CHILD, waitid), SYS(CHILD, clone),
	SYS(CHILD, clone3),
	SYS(IO_URING, io_uring_enter),
#ifdef __x86_64__
	/* the old names, which newer architectures lack; and their numbers */
	SYS(EPOLL, epoll_wait), SYS(POLL, poll), SYS(POLL, select),
	SYS(FILE, open), SYS(CHILD, vfork),
	{ "x86-64 0, read", 0, MPS_REASON_BY_FD },
	{ "x86-64 35, nanosleep", 35, MPSCOPE_REASON_SLEEP },
	{ "x86-64 202, futex", 202, MPSCOPE_REASON_FUTEX },
	{ "x86-64 232, epoll_wait", 232, MPSCOPE_REASON_EPOLL },
	{ "x86-64 281, epoll_pwait", 281, MPSCOPE_REASON_EPOLL },
	{ "x86-64 441, epoll_pwait2", 441, MPSCOPE_REASON_EPOLL },
#endif
};

#undef SYS
#undef FD

/* All of them are "other": no such call, or none that is in the table. */
static const struct vec_reason vec_reason_other[] = {
	{ "sched_yield", __NR_sched_yield, MPSCOPE_REASON_OTHER },
	{ "getpid", __NR_getpid, MPSCOPE_REASON_OTHER },
	{ "mmap", __NR_mmap, MPSCOPE_REASON_OTHER },
	{ "epoll_ctl", __NR_epoll_ctl, MPSCOPE_REASON_OTHER },
	{ "none", -1, MPSCOPE_REASON_OTHER },
	{ "foreign", -2, MPSCOPE_REASON_OTHER },
	{ "the lowest", INT_MIN, MPSCOPE_REASON_OTHER },
	{ "one above the lowest", INT_MIN + 1, MPSCOPE_REASON_OTHER },
	{ "the highest", INT_MAX, MPSCOPE_REASON_OTHER },
	{ "last in the table", 511, MPSCOPE_REASON_OTHER },
	{ "first behind it", 512, MPSCOPE_REASON_OTHER },
	{ "second behind it", 513, MPSCOPE_REASON_OTHER },
	{ "65536", 65536, MPSCOPE_REASON_OTHER },
	{ "x32 epoll_wait", 0x40000000 | 232, MPSCOPE_REASON_OTHER },
};

struct vec_mode {
	const char *name;
	unsigned int mode;
	u8 reason;
};

static const struct vec_mode vec_mode[] = {
	{ "socket", S_IFSOCK | 0777, MPSCOPE_REASON_SOCKET },
	{ "socket without a right", S_IFSOCK, MPSCOPE_REASON_SOCKET },
	{ "pipe", S_IFIFO | 0600, MPSCOPE_REASON_PIPE },
	{ "file", S_IFREG | 0644, MPSCOPE_REASON_FILE },
	{ "set-user-id file", S_IFREG | 07777, MPSCOPE_REASON_FILE },
	{ "directory", S_IFDIR | 0755, MPSCOPE_REASON_FILE },
	{ "block device", S_IFBLK | 0660, MPSCOPE_REASON_FILE },
	{ "terminal", S_IFCHR | 0620, MPSCOPE_REASON_OTHER },
	{ "symbolic link", S_IFLNK | 0777, MPSCOPE_REASON_OTHER },
	{ "anonymous inode: eventfd, timerfd", 0600, MPSCOPE_REASON_OTHER },
	{ "not told", 0, MPSCOPE_REASON_OTHER },
	{ "no such type", S_IFMT, MPSCOPE_REASON_OTHER },
	{ "all bits", 0xffffffff, MPSCOPE_REASON_OTHER },
	{ "pipe, with bits above", 0xffff0000 | S_IFIFO, MPSCOPE_REASON_PIPE },
};

#endif /* _MPS_CORE_TESTS_VEC_REASON_H */
