// SPDX-License-Identifier: GPL-2.0
/* Counting epoll calls, migrations and wakeups. */
#include "tally.h"

static void merge(u64 *to, const u64 *from, unsigned int n)
{
	while (n--)
		to[n] += from[n];
}

void mps_epoll_merge(struct mps_epoll *to, const struct mps_epoll *from)
{
	merge(to->kind, from->kind, MPSCOPE_NR_KINDS);
	merge(to->result, from->result, MPSCOPE_NR_RESULTS);
	to->events += from->events;
	to->full += from->full;
	to->empty_wakes += from->empty_wakes;
	if (from->max_events > to->max_events)
		to->max_events = from->max_events;
}

void mps_migrate_merge(struct mps_migrate *to, const struct mps_migrate *from)
{
	merge(to->cause, from->cause, MPSCOPE_NR_CAUSES);
	merge(to->class, from->class, MPSCOPE_NR_CLASSES + 1);
}

void mps_wake_merge(struct mps_wake *to, const struct mps_wake *from)
{
	merge(to->source, from->source, MPSCOPE_NR_WAKES);
	to->cross_cpu += from->cross_cpu;
}

static u64 sum(const u64 *v, unsigned int n)
{
	u64 s = 0;

	while (n--)
		s += v[n];
	return s;
}

u64 mps_epoll_calls(const struct mps_epoll *e)
{
	return sum(e->kind, MPSCOPE_NR_KINDS);
}

u64 mps_migrate_total(const struct mps_migrate *m)
{
	return sum(m->cause, MPSCOPE_NR_CAUSES);
}
