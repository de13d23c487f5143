// SPDX-License-Identifier: GPL-2.0
/* Blocking in epoll, poll, select, futex and sleep calls; see blockop.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "../lib/wl.h"
#include "blockop.h"

static bool open_event(struct blockop_ctx *c)
{
	struct epoll_event ev = { .events = EPOLLIN };

	c->fd[0] = eventfd(0, EFD_NONBLOCK);
	c->epfd = epoll_create1(0);
	return c->fd[0] >= 0 && c->epfd >= 0 &&
	       !epoll_ctl(c->epfd, EPOLL_CTL_ADD, c->fd[0], &ev);
}

static void wake_event(struct blockop_ctx *c)
{
	uint64_t one = 1;

	if (write(c->fd[0], &one, sizeof(one)) != sizeof(one))
		wl_die("eventfd");
}

static void drain(struct blockop_ctx *c, long ret, const char *what)
{
	uint64_t v;

	if (ret != 1 || read(c->fd[0], &v, sizeof(v)) != sizeof(v))
		wl_die("%s returned %ld", what, ret);
}

/* Newer architectures, such as arm64, have only the younger calls. */
#ifdef SYS_epoll_wait
static void block_epoll_wait(struct blockop_ctx *c)
{
	struct epoll_event ev;

	drain(c, syscall(SYS_epoll_wait, c->epfd, &ev, 1, -1), "epoll_wait");
}
#endif

static void block_epoll_pwait(struct blockop_ctx *c)
{
	struct epoll_event ev;

	drain(c, syscall(SYS_epoll_pwait, c->epfd, &ev, 1, 3600000, NULL, 8),
	      "epoll_pwait");
}

static void block_epoll_pwait2(struct blockop_ctx *c)
{
	struct timespec hour = { 3600, 0 };
	struct epoll_event ev;

	drain(c, syscall(SYS_epoll_pwait2, c->epfd, &ev, 1, &hour, NULL, 8),
	      "epoll_pwait2");
}

#ifdef SYS_poll
static void block_poll(struct blockop_ctx *c)
{
	struct pollfd pf = { .fd = c->fd[0], .events = POLLIN };

	drain(c, syscall(SYS_poll, &pf, 1, -1), "poll");
}
#endif

static void block_ppoll(struct blockop_ctx *c)
{
	struct pollfd pf = { .fd = c->fd[0], .events = POLLIN };

	drain(c, syscall(SYS_ppoll, &pf, 1, NULL, NULL, 8), "ppoll");
}

#ifdef SYS_select
static void block_select(struct blockop_ctx *c)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(c->fd[0], &set);
	drain(c, syscall(SYS_select, c->fd[0] + 1, &set, NULL, NULL, NULL), "select");
}
#endif

static void block_pselect6(struct blockop_ctx *c)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(c->fd[0], &set);
	drain(c, syscall(SYS_pselect6, c->fd[0] + 1, &set, NULL, NULL, NULL, NULL),
	      "pselect6");
}

/* ---- futex ---- */

static bool open_futex(struct blockop_ctx *c)
{
	c->word = 0;
	return true;
}

static void wake_futex(struct blockop_ctx *c)
{
	wl_futex_wake(&c->word, 1);
}

static void block_futex_wait(struct blockop_ctx *c)
{
	wl_futex_wait(&c->word, 0);
}

static void block_futex_bitset(struct blockop_ctx *c)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += 3600;
	syscall(SYS_futex, &c->word, FUTEX_WAIT_BITSET_PRIVATE, 0, &at, NULL,
		FUTEX_BITSET_MATCH_ANY);
}

static void arm_futex_pi(struct blockop_ctx *c)
{
	if (syscall(SYS_futex, &c->word, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0))
		wl_die("FUTEX_LOCK_PI");
}

static void block_futex_pi(struct blockop_ctx *c)
{
	arm_futex_pi(c);
	if (syscall(SYS_futex, &c->word, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0))
		wl_die("FUTEX_UNLOCK_PI");
}

static void wake_futex_pi(struct blockop_ctx *c)
{
	if (syscall(SYS_futex, &c->word, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0))
		wl_die("FUTEX_UNLOCK_PI");
}

static void block_futex_waitv(struct blockop_ctx *c)
{
	struct futex_waitv w = {
		.uaddr = (unsigned long)&c->word,
		.flags = FUTEX_32 | FUTEX_PRIVATE_FLAG
	};

	if (syscall(SYS_futex_waitv, &w, 1, 0, NULL, CLOCK_MONOTONIC) < 0)
		wl_die("futex_waitv");
}

/* ---- sleeping: goes on by itself, long enough to be seen asleep ---- */

static bool open_nothing(struct blockop_ctx *c)
{
	(void)c;
	return true;
}

static void block_nanosleep(struct blockop_ctx *c)
{
	struct timespec ts = { c->hold ? 3600 : 0, 50000000 };

	syscall(SYS_nanosleep, &ts, NULL);
}

static void block_clock_nanosleep(struct blockop_ctx *c)
{
	struct timespec ts = { c->hold ? 3600 : 0, 50000000 };

	syscall(SYS_clock_nanosleep, CLOCK_BOOTTIME, 0, &ts, NULL);
}

const struct blockop blockops_wait[] = {
#ifdef SYS_epoll_wait
	{ "epoll_wait", "epoll", 'S', SYS_epoll_wait, open_event, NULL,
	  block_epoll_wait, wake_event },
#endif
	{ "epoll_pwait", "epoll", 'S', SYS_epoll_pwait, open_event, NULL,
	  block_epoll_pwait, wake_event },
	{ "epoll_pwait2", "epoll", 'S', SYS_epoll_pwait2, open_event, NULL,
	  block_epoll_pwait2, wake_event },
#ifdef SYS_poll
	{ "poll", "poll", 'S', SYS_poll, open_event, NULL, block_poll, wake_event },
#endif
	{ "ppoll", "poll", 'S', SYS_ppoll, open_event, NULL, block_ppoll, wake_event },
#ifdef SYS_select
	{ "select", "poll", 'S', SYS_select, open_event, NULL, block_select,
	  wake_event },
#endif
	{ "pselect6", "poll", 'S', SYS_pselect6, open_event, NULL, block_pselect6,
	  wake_event },
	{ "futex_wait", "futex", 'S', SYS_futex, open_futex, NULL, block_futex_wait,
	  wake_futex },
	{ "futex_bitset", "futex", 'S', SYS_futex, open_futex, NULL,
	  block_futex_bitset, wake_futex },
	{ "futex_pi", "futex", 'S', SYS_futex, open_futex, arm_futex_pi,
	  block_futex_pi, wake_futex_pi },
	{ "futex_waitv", "futex", 'S', SYS_futex_waitv, open_futex, NULL,
	  block_futex_waitv, wake_futex },
	{ "nanosleep", "sleep", 'S', SYS_nanosleep, open_nothing, NULL,
	  block_nanosleep, NULL },
	{ "clock_nanosleep", "sleep", 'S', SYS_clock_nanosleep, open_nothing, NULL,
	  block_clock_nanosleep, NULL },
};

const unsigned int nr_blockops_wait = sizeof(blockops_wait) / sizeof(*blockops_wait);
