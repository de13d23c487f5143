// SPDX-License-Identifier: GPL-2.0
/* Blocking for children, page faults, signals and queues; see blockop.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../lib/wl.h"
#include "blockop.h"

/* ---- children ---- */

static bool open_child(struct blockop_ctx *c)
{
	c->page = mmap(NULL, 65536, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	return c->page != MAP_FAILED && !pipe2(c->fd, O_CLOEXEC);
}

static int child_reads(void *arg)
{
	struct blockop_ctx *c = arg;
	char b;

	syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	syscall(SYS_read, c->fd[0], &b, 1);
	syscall(SYS_exit, 0);
	return 0;
}

/* In the same memory: a copied one would leave write faults behind. */
static void arm_child(struct blockop_ctx *c)
{
	c->child = clone(child_reads, c->page + 65536, CLONE_VM | SIGCHLD, c);
	if (c->child < 0)
		wl_die("clone");
}

static void wake_child(struct blockop_ctx *c)
{
	if (write(c->fd[1], "x", 1) != 1)
		wl_die("pipe");
}

static void block_wait4(struct blockop_ctx *c)
{
	if (syscall(SYS_wait4, c->child, NULL, 0, NULL) != c->child)
		wl_die("wait4");
}

static void block_waitid(struct blockop_ctx *c)
{
	siginfo_t info;

	if (syscall(SYS_waitid, P_PID, c->child, &info, WEXITED, NULL))
		wl_die("waitid");
}

#ifdef SYS_vfork
static int child_sleeps(void *arg)
{
	struct blockop_ctx *c = arg;
	struct timespec ts = { c->hold ? 3600 : 0, 50000000 };

	syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	syscall(SYS_nanosleep, &ts, NULL);
	syscall(SYS_exit, 0);
	return 0;
}

/*
 * The child goes on in the parent's frame: it sleeps and exits by system
 * calls alone. Its parent goes on before it is a zombie, so the waker reaps it.
 */
static void arm_vfork(struct blockop_ctx *c)
{
	if (c->child && waitpid(c->child, NULL, 0) != c->child)
		wl_die("waitpid");
	c->child = 0;
}

static void block_vfork(struct blockop_ctx *c)
{
	long pid = vfork();

	if (pid == 0)
		child_sleeps(c);
	if (pid < 0)
		wl_die("vfork");
	c->child = pid;
}
#endif

/* ---- a page that comes late ---- */

static bool open_fault(struct blockop_ctx *c)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	c->page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	c->fd[0] = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	reg.range.start = (unsigned long)c->page;
	reg.range.len = 4096;
	return c->page != MAP_FAILED && c->fd[0] >= 0 &&
	       !ioctl(c->fd[0], UFFDIO_API, &api) &&
	       !ioctl(c->fd[0], UFFDIO_REGISTER, &reg);
}

static void block_fault(struct blockop_ctx *c)
{
	(void)*(volatile char *)c->page;
}

static void wake_fault(struct blockop_ctx *c)
{
	struct uffdio_zeropage zero = { .range = { (unsigned long)c->page, 4096 } };
	struct uffd_msg msg;

	if (read(c->fd[0], &msg, sizeof(msg)) != sizeof(msg) ||
	    ioctl(c->fd[0], UFFDIO_ZEROPAGE, &zero))
		wl_die("userfaultfd");
}

static void arm_fault(struct blockop_ctx *c)
{
	if (madvise(c->page, 4096, MADV_DONTNEED))
		wl_die("madvise");
}

/* ---- signals ---- */

static void on_usr1(int sig)
{
	(void)sig;
}

/* Blocked but while waiting, so that it cannot come in too early. */
static bool open_signal(struct blockop_ctx *c)
{
	struct sigaction sa = { .sa_handler = on_usr1 };

	(void)c;
	return !sigaction(SIGUSR1, &sa, NULL);
}

static void wake_signal(struct blockop_ctx *c)
{
	if (syscall(SYS_tgkill, getpid(), c->tid, SIGUSR1))
		wl_die("tgkill");
}

#ifdef SYS_pause
static void block_pause(struct blockop_ctx *c)
{
	(void)c;
	syscall(SYS_pause);
}
#endif

static void block_sigsuspend(struct blockop_ctx *c)
{
	uint64_t none = 0;

	(void)c;
	syscall(SYS_rt_sigsuspend, &none, 8);
}

static void block_sigtimedwait(struct blockop_ctx *c)
{
	uint64_t set = 1ull << (SIGUSR2 - 1), old;

	(void)c;
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, &old, 8);
	if (syscall(SYS_rt_sigtimedwait, &set, NULL, NULL, 8) != SIGUSR2)
		wl_die("rt_sigtimedwait");
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &old, NULL, 8);
}

static void wake_sigtimedwait(struct blockop_ctx *c)
{
	if (syscall(SYS_tgkill, getpid(), c->tid, SIGUSR2))
		wl_die("tgkill");
}

/* ---- queues, semaphores, descriptors of no kind ---- */

static bool open_mq(struct blockop_ctx *c)
{
	struct mq_attr attr = { .mq_maxmsg = 4, .mq_msgsize = 16 };
	char name[64];

	snprintf(name, sizeof(name), "/mpscope-op-%d", getpid());
	c->fd[0] = mq_open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600, &attr);
	mq_unlink(name);
	return c->fd[0] >= 0;
}

static void block_mq(struct blockop_ctx *c)
{
	char msg[16];

	if (mq_receive(c->fd[0], msg, sizeof(msg), NULL) != 1)
		wl_die("mq_receive");
}

static void wake_mq(struct blockop_ctx *c)
{
	if (mq_send(c->fd[0], "x", 1, 0))
		wl_die("mq_send");
}

struct msg {
	long type;
	char text[8];
};

static bool open_msg(struct blockop_ctx *c)
{
	c->extra = msgget(IPC_PRIVATE, 0600);
	return c->extra >= 0;
}

static void block_msgrcv(struct blockop_ctx *c)
{
	struct msg m;

	if (msgrcv(c->extra, &m, sizeof(m.text), 0, 0) < 0)
		wl_die("msgrcv");
}

static void wake_msgrcv(struct blockop_ctx *c)
{
	struct msg m = { 1, "x" };

	if (msgsnd(c->extra, &m, sizeof(m.text), 0))
		wl_die("msgsnd");
}

static bool open_sem(struct blockop_ctx *c)
{
	c->extra = semget(IPC_PRIVATE, 1, 0600);
	return c->extra >= 0;
}

static void sem_add(struct blockop_ctx *c, int by)
{
	struct sembuf op = { 0, by, 0 };

	if (syscall(SYS_semop, c->extra, &op, 1))	/* libc: semtimedop */
		wl_die("semop");
}

static void block_semop(struct blockop_ctx *c) { sem_add(c, -1); }
static void wake_semop(struct blockop_ctx *c) { sem_add(c, 1); }

static bool open_eventfd(struct blockop_ctx *c)
{
	c->fd[0] = eventfd(0, EFD_CLOEXEC);
	return c->fd[0] >= 0;
}

static void block_read8(struct blockop_ctx *c)
{
	uint64_t v;

	if (read(c->fd[0], &v, sizeof(v)) != sizeof(v))
		wl_die("read");
}

static void wake_eventfd(struct blockop_ctx *c)
{
	uint64_t v = 1;

	if (write(c->fd[0], &v, sizeof(v)) != sizeof(v))
		wl_die("eventfd");
}

static bool open_timerfd(struct blockop_ctx *c)
{
	c->fd[0] = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	return c->fd[0] >= 0;
}

static void wake_timerfd(struct blockop_ctx *c)
{
	/* 7.x: one that has expired already is run by whoever sets it. */
	struct itimerspec soon = { .it_value.tv_nsec = 20000000 };

	if (timerfd_settime(c->fd[0], 0, &soon, NULL))
		wl_die("timerfd_settime");
}

static bool open_inotify(struct blockop_ctx *c)
{
	char name[] = "/tmp/mpscope-watch-XXXXXX";

	c->fd[0] = inotify_init1(IN_CLOEXEC);
	c->fd[1] = mkstemp(name);
	return c->fd[0] >= 0 && c->fd[1] >= 0 &&
	       inotify_add_watch(c->fd[0], name, IN_MODIFY) >= 0;
}

static void block_inotify(struct blockop_ctx *c)
{
	char buf[4096];

	if (read(c->fd[0], buf, sizeof(buf)) <= 0)
		wl_die("inotify");
}

static void wake_inotify(struct blockop_ctx *c)
{
	if (pwrite(c->fd[1], "x", 1, 0) != 1)
		wl_die("write");
}

const struct blockop blockops_misc[] = {
	{ "wait4", "child", 'S', SYS_wait4, open_child, arm_child, block_wait4,
	  wake_child },
	{ "waitid", "child", 'S', SYS_waitid, open_child, arm_child, block_waitid,
	  wake_child },
#ifdef SYS_vfork
	{ "vfork", "child", 'D', SYS_vfork, open_child, arm_vfork,
	  block_vfork, NULL },
#endif
	{ "fault", "fault", 'S', -1, open_fault, arm_fault, block_fault, wake_fault },
#ifdef SYS_pause
	{ "pause", "other", 'S', SYS_pause, open_signal, NULL, block_pause,
	  wake_signal },
#endif
	{ "sigsuspend", "other", 'S', SYS_rt_sigsuspend, open_signal, NULL,
	  block_sigsuspend, wake_signal },
	{ "sigtimedwait", "other", 'S', SYS_rt_sigtimedwait, open_signal, NULL,
	  block_sigtimedwait, wake_sigtimedwait },
	{ "mq_receive", "other", 'S', SYS_mq_timedreceive, open_mq, NULL, block_mq,
	  wake_mq },
	{ "msgrcv", "other", 'S', SYS_msgrcv, open_msg, NULL, block_msgrcv,
	  wake_msgrcv },
	{ "semop", "other", 'S', SYS_semop, open_sem, NULL, block_semop, wake_semop },
	{ "eventfd_read", "other", 'S', SYS_read, open_eventfd, NULL, block_read8,
	  wake_eventfd },
	{ "timerfd_read", "other", 'S', SYS_read, open_timerfd, NULL, block_read8,
	  wake_timerfd },
	{ "inotify_read", "other", 'S', SYS_read, open_inotify, NULL, block_inotify,
	  wake_inotify },
};

const unsigned int nr_blockops_misc = sizeof(blockops_misc) / sizeof(*blockops_misc);

/* The three tables as one. */
unsigned int blockop_count(void)
{
	return nr_blockops_wait + nr_blockops_io + nr_blockops_misc;
}

const struct blockop *blockop_get(unsigned int i)
{
	if (i < nr_blockops_wait)
		return &blockops_wait[i];
	i -= nr_blockops_wait;
	if (i < nr_blockops_io)
		return &blockops_io[i];
	return &blockops_misc[i - nr_blockops_io];
}
