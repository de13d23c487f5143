/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls of epoll_wait and its kin that count themselves, in the terms of the
 * module's file "epoll". A signal handler may call them too, on top of one
 * that is being counted.
 */
#ifndef MPS_SELFTESTS_EPTRUTH_H
#define MPS_SELFTESTS_EPTRUTH_H

#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>
#include "../lib/wl.h"

struct eptruth {
	unsigned long calls;
	unsigned long kind_block, kind_timed, kind_poll, kind_unknown;
	unsigned long ret_events, ret_timeout, ret_eintr, ret_error;
	unsigned long events, max_events, full;
	unsigned long slept;	/* voluntary switches within the calls */
};

enum epcall { EPOLL_WAIT, EPOLL_PWAIT, EPOLL_PWAIT2, NR_EPCALLS };

static inline void eptruth_add(unsigned long *p, unsigned long n)
{
	__atomic_fetch_add(p, n, __ATOMIC_RELAXED);
}

static inline void eptruth_count(struct eptruth *t, int timeout, long ret, int err,
				 int max)
{
	eptruth_add(&t->calls, 1);
	eptruth_add(timeout < 0 ? &t->kind_block :
		    timeout ? &t->kind_timed : &t->kind_poll, 1);
	if (ret > 0) {
		eptruth_add(&t->ret_events, 1);
		eptruth_add(&t->events, ret);
		if ((unsigned long)ret > t->max_events)
			t->max_events = ret;
		if (ret == max)
			eptruth_add(&t->full, 1);
	} else if (ret == 0) {
		eptruth_add(&t->ret_timeout, 1);
	} else {
		eptruth_add(err == EINTR ? &t->ret_eintr : &t->ret_error, 1);
	}
}

/* timeout in ms, < 0 for ever; mask: signals blocked meanwhile, or NULL */
static inline long ep_call(struct eptruth *t, enum epcall call, int epfd,
			   struct epoll_event *ev, int max, int timeout,
			   const uint64_t *mask)
{
	struct timespec ts = { timeout / 1000, timeout % 1000 * 1000000 };
	unsigned long before = wl_nvcsw();
	long ret;
	int err;

	if (call == EPOLL_WAIT)
		ret = epoll_wait(epfd, ev, max, timeout);	/* not a system call everywhere */
	else if (call == EPOLL_PWAIT)
		ret = syscall(SYS_epoll_pwait, epfd, ev, max, timeout, mask, 8);
	else
		ret = syscall(SYS_epoll_pwait2, epfd, ev, max,
			      timeout < 0 ? NULL : &ts, mask, 8);
	err = errno;
	eptruth_count(t, timeout, ret, err, max);
	eptruth_add(&t->slept, wl_nvcsw() - before);
	errno = err;
	return ret;
}

static inline void eptruth_say(pid_t tid, const struct eptruth *t)
{
	wl_say("truth %d %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu", tid,
	       t->calls, t->kind_block, t->kind_timed, t->kind_poll, t->kind_unknown,
	       t->ret_events, t->ret_timeout, t->ret_eintr, t->ret_error, t->events,
	       t->max_events, t->full);
	wl_say("slept %d %lu", tid, t->slept);
}

/* The columns of a truth line, for those who read it. */
#define EPTRUTH_COLUMNS							\
	"calls kind_block kind_timed kind_poll kind_unknown ret_events "	\
	"ret_timeout ret_eintr ret_error events max_events full"

#endif /* MPS_SELFTESTS_EPTRUTH_H */
