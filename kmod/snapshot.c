// SPDX-License-Identifier: GPL-2.0
/* Reading: all counters of a thread at one instant, and a process's sums. COLD. */
#include <linux/ktime.h>
#include <linux/rculist.h>
#include <linux/sched/clock.h>

#include "exact.h"
#include "target.h"
#include "thread.h"

/* Time queued since the switch-out, up to now; false if not queued. */
static bool queued_ns(const struct mps_thread *t, u64 now_ns, u64 *ns)
{
	const struct task_struct *p = t->task;
	u64 delay = READ_ONCE(p->sched_info.run_delay);
	u64 queued = READ_ONCE(p->sched_info.last_queued);

	*ns = delay > t->acct.delay_ns ? delay - t->acct.delay_ns : 0;
	if (queued && now_ns > queued)
		*ns += now_ns - queued;
	return queued;
}

/* Without locks, but for @t itself: see (A) and (W). */
static void copy_counters(struct mps_thread *t, struct mps_snapshot *s,
			  bool *queued, u64 *wait_ns, u64 *now_ns)
{
	unsigned int seq;
	u64 read_ns;

	do {
		seq = read_seqcount_begin(&t->seq);
		s->acct = t->acct;
		s->epoll = t->epoll;
		s->migrate = t->migrate;
		s->go = t->go.go;
		s->go_known = t->go.known;
		read_ns = t->go.read_ns;
		*now_ns = local_clock();
		s->now_ns = ktime_get_mono_fast_ns();
		*queued = !READ_ONCE(t->dead) && queued_ns(t, *now_ns, wait_ns);
	} while (read_seqcount_retry(&t->seq, seq));
	s->go_age_ns = *now_ns > read_ns ? *now_ns - read_ns : 0;
	do {
		seq = read_seqcount_begin(&t->wake_seq);
		s->wake = t->wake;
	} while (read_seqcount_retry(&t->wake_seq, seq));
}

/**
 * mps_thread_snapshot() - all counters of one instant
 * @t: the thread
 * @s: out
 *
 * Context: COLD, inside rcu_read_lock(). Return: false if the thread has no
 * state yet (it is being tagged this moment).
 */
bool mps_thread_snapshot(struct mps_thread *t, struct mps_snapshot *s)
{
	u64 now_ns, wait_ns = 0;
	struct mps_exact *x;
	bool queued;

	s->dead = READ_ONCE(t->dead);
	copy_counters(t, s, &queued, &wait_ns, &now_ns);
	if (s->acct.state == MPS_STATE_UNARMED)
		return false;
	s->tid = READ_ONCE(t->tid);
	s->vtid = READ_ONCE(t->vtid);
	s->since_ns = t->since_ns;
	s->exit_ns = READ_ONCE(t->exit_ns);
	if (s->dead) {
		s->acct.state = MPSCOPE_STATE_DEAD;
		memcpy(s->comm, t->comm, sizeof(s->comm));
	} else {
		/* without task_lock(): while it changes, a mix of both names */
		data_race(memcpy(s->comm, t->task->comm, sizeof(s->comm)));
	}
	s->comm[sizeof(s->comm) - 1] = '\0';
	x = READ_ONCE(t->exact);
	s->go_known &= x && !s->dead && mps_go_settle(x, t, &s->go);
	s->open_ns = mps_account_peek(&s->acct, now_ns, queued, wait_ns);
	if (s->acct.state == MPSCOPE_STATE_DEAD)
		s->now_ns = s->exit_ns;
	s->life_ns = s->acct.last_ns - s->acct.begin_ns;
	return true;
}

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
