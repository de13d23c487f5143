/* SPDX-License-Identifier: GPL-2.0 */
/* Plain counts beside the account: epoll calls, migrations, wakeups. */
#ifndef _MPS_CORE_TALLY_H
#define _MPS_CORE_TALLY_H

#include "port.h"

struct mps_epoll {
	u64 kind[MPSCOPE_NR_KINDS];
	u64 result[MPSCOPE_NR_RESULTS];
	u64 events;
	u64 max_events;
	u64 full;
	u64 empty_wakes;
	u32 sleeps_in_call;	/* since the call under way began */
};

/* One epoll_wait, epoll_pwait or epoll_pwait2 that returned. */
struct mps_epoll_call {
	u8 kind;		/* enum mpscope_epoll_kind */
	bool known;		/* the result could be read */
	s64 result;		/* as the syscall returned it */
	s64 max_events;		/* room in the caller's buffer */
};

struct mps_migrate {
	u64 cause[MPSCOPE_NR_CAUSES];
	u64 class[MPSCOPE_NR_CLASSES + 1];	/* the last one: unknown */
};

struct mps_wake {
	u64 source[MPSCOPE_NR_WAKES];
	u64 cross_cpu;
};

/* Result class of a call: enum mpscope_epoll_result. */
static __always_inline u8 mps_epoll_result(const struct mps_epoll_call *c)
{
	if (!c->known)
		return MPSCOPE_RESULT_UNKNOWN;
	if (c->result > 0)
		return MPSCOPE_RESULT_EVENTS;
	if (!c->result)
		return MPSCOPE_RESULT_TIMEOUT;
	return c->result == -EINTR ? MPSCOPE_RESULT_INTR : MPSCOPE_RESULT_ERROR;
}

/**
 * mps_epoll_return() - count a call that returned
 *
 * A thread that slept n times in one call was woken at least n - 1 times
 * without finding an event: ep_poll() sleeps again only then.
 * Context: HOT; pure. Return: enum mpscope_epoll_result.
 */
static __always_inline u8 mps_epoll_return(struct mps_epoll *e,
					   const struct mps_epoll_call *c)
{
	u8 res = mps_epoll_result(c);

	e->kind[c->kind < MPSCOPE_NR_KINDS ? c->kind : MPSCOPE_KIND_UNKNOWN]++;
	e->result[res]++;
	if (res == MPSCOPE_RESULT_EVENTS) {
		e->events += c->result;
		if ((u64)c->result > e->max_events)
			e->max_events = c->result;
		if (c->result == c->max_events)
			e->full++;
	}
	if (e->sleeps_in_call > 1)
		e->empty_wakes += e->sleeps_in_call - 1;
	e->sleeps_in_call = 0;
	return res;
}

void mps_epoll_merge(struct mps_epoll *to, const struct mps_epoll *from);
void mps_migrate_merge(struct mps_migrate *to, const struct mps_migrate *from);
void mps_wake_merge(struct mps_wake *to, const struct mps_wake *from);
u64 mps_epoll_calls(const struct mps_epoll *e);
u64 mps_migrate_total(const struct mps_migrate *m);

#endif /* _MPS_CORE_TALLY_H */
