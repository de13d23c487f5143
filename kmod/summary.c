// SPDX-License-Identifier: GPL-2.0
/* Totals of a target: live threads, tombstones and what was evicted. COLD. */
#include <linux/rculist.h>

#include "target.h"

/* Tries before a reader is told to come again: threads die under its hands. */
#define MPS_SUM_TRIES	100

void mps_snapshot_merge(struct mps_snapshot *to, const struct mps_snapshot *s)
{
	mps_account_merge(&to->acct, &s->acct);
	mps_epoll_merge(&to->epoll, &s->epoll);
	mps_migrate_merge(&to->migrate, &s->migrate);
	mps_wake_merge(&to->wake, &s->wake);
	to->life_ns += s->life_ns;
}

/**
 * mps_target_sum() - all counters of a process
 * @g: the process, live or exited
 * @sum: out
 * @tmp: scratch, as it is too big for the stack
 *
 * A thread that is evicted between its row and the sum of the evicted would be
 * counted twice or not at all: evict_seq tells, and it is done again.
 * Context: COLD. Return: 0; -EAGAIN if threads are evicted too fast.
 */
int mps_target_sum(struct mps_target *g, struct mps_snapshot *sum,
		   struct mps_snapshot *tmp)
{
	unsigned int tries, seq;
	struct mps_thread *t;

	for (tries = 0; tries < MPS_SUM_TRIES; tries++) {
		seq = read_seqcount_begin(&g->evict_seq);
		memcpy(sum, &g->evicted, sizeof(*sum));
		rcu_read_lock();
		list_for_each_entry_rcu(t, &g->threads, in_target)
			if (mps_thread_snapshot(t, tmp))
				mps_snapshot_merge(sum, tmp);
		rcu_read_unlock();
		if (!read_seqcount_retry(&g->evict_seq, seq))
			return 0;
		cond_resched();
	}
	return -EAGAIN;
}
