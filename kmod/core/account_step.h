/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The two steps of the account that each switch makes, inline: HOT, a hundred
 * instructions in all. Part of account.h, which includes it.
 */
#ifndef _MPS_CORE_ACCOUNT_STEP_H
#define _MPS_CORE_ACCOUNT_STEP_H

#include "account.h"

/* What became of a step, bit by bit; none: refused, nothing has changed. */
#define MPS_STEP_TAKEN		1u
#define MPS_STEP_BEHIND		2u	/* the clock was; the step is 0 long */
#define MPS_STEP_MAX(hist)	(4u << (hist))	/* the longest so far there: */
			/* the caller stamps hist[].max_at_ns */

/* Bin of a value. */
static __always_inline unsigned long mps_hist_bin(u64 ns)
{
	unsigned long bin = 63 - __builtin_clzll(ns | 1);

	return likely(bin < MPSCOPE_HIST_BINS) ? bin : MPSCOPE_HIST_BINS - 1;
}

/* Count a value and tell whether it is the new maximum. */
static __always_inline bool mps_hist_add(struct mps_hist *h, u64 ns, s32 cpu)
{
	h->bin[mps_hist_bin(ns)]++;
	if (likely(ns <= h->max_ns))
		return false;
	h->max_ns = ns;
	h->max_cpu = cpu;
	return true;
}

static __always_inline unsigned int mps_account_hist(struct mps_account *a,
						     enum mpscope_hist h,
						     u64 ns, s32 cpu)
{
	return mps_hist_add(&a->hist[h], ns, cpu) ? MPS_STEP_MAX(h) : 0;
}

/* Another CPU's clock may be a little behind: an interval is never negative. */
static __always_inline u64 mps_account_since(const struct mps_account *a, u64 now_ns)
{
	return likely(now_ns > a->last_ns) ? now_ns - a->last_ns : 0;
}

/* Close the open interval. Return: bits of a step; *ns: its length. */
static __always_inline unsigned int mps_account_close(struct mps_account *a,
						      u64 now_ns, u64 *ns)
{
	*ns = now_ns - a->last_ns;
	if (unlikely(now_ns < a->last_ns)) {
		*ns = 0;
		return MPS_STEP_TAKEN | MPS_STEP_BEHIND;
	}
	a->last_ns = now_ns;
	return MPS_STEP_TAKEN;
}

static __always_inline struct mps_blocked *mps_account_reason(struct mps_account *a)
{
	return &a->blocked[0][0] + a->reason * MPSCOPE_NR_MODES + a->mode;
}

/* An episode off the run queue begins; it is counted when it ends. */
static __always_inline void mps_account_blocked_in(struct mps_account *a, u8 reason,
						   u8 mode, s32 syscall)
{
	a->reason = reason < MPSCOPE_NR_REASONS ? reason : MPSCOPE_REASON_OTHER;
	a->mode = mode < MPSCOPE_NR_MODES ? mode : MPSCOPE_MODE_S;
	a->syscall = syscall;
}

/**
 * mps_account_block() - the thread leaves the CPU and the run queue: why
 * @reason: an enum mpscope_reason, as @mode is an enum mpscope_mode
 * @delay_ns: sched_info.run_delay now
 * @voluntary: as the kernel counts it
 *
 * mps_account_ran() has to follow, before anybody looks. They are two, so that
 * the clock can be read between them: the more is done before it, the less is
 * to be kept meanwhile.
 * Context: HOT; pure. Return: false if refused, nothing has changed.
 */
static __always_inline bool mps_account_block(struct mps_account *a, u8 reason,
					      u8 mode, s32 syscall, u64 delay_ns,
					      bool voluntary)
{
	if (unlikely(a->state != MPSCOPE_STATE_RUNNING))
		return false;
	a->state = MPSCOPE_STATE_BLOCKED;
	a->switches[voluntary]++;
	a->delay_ns = delay_ns;
	a->reason = reason;
	a->mode = mode;
	a->syscall = syscall;
	return true;
}

/* The same for each way to leave it. Of @o now_ns is not used. */
static __always_inline bool mps_account_leave(struct mps_account *a,
					      const struct mps_out *o)
{
	int next = mps_fsm_next(a->state, o->event);

	if (next < 0 || o->event == MPS_EV_IN)
		return false;
	a->switches[o->voluntary]++;
	a->delay_ns = o->delay_ns;
	a->state = next;
	a->syscall = o->syscall;
	if (next == MPSCOPE_STATE_BLOCKED)
		mps_account_blocked_in(a, o->reason, o->mode, o->syscall);
	else
		a->nr[next]++;
	return true;
}

/* The thread leaves the CPU: when. Return: bits of a step. */
static __always_inline unsigned int mps_account_ran(struct mps_account *a, u64 now_ns)
{
	unsigned int step;
	u64 ns;

	step = mps_account_close(a, now_ns, &ns);
	a->ns[MPSCOPE_STATE_RUNNING] += ns;
	a->run_ns = ns;
	return step | mps_account_hist(a, MPSCOPE_HIST_RUN, ns, a->cpu);
}

/* Both at once. Return: bits of a step. */
static __always_inline unsigned int mps_account_out(struct mps_account *a,
						    const struct mps_out *o)
{
	return mps_account_leave(a, o) ? mps_account_ran(a, o->now_ns) : 0;
}

/* Time off the run queue ends: book it where it belongs. */
static __always_inline unsigned int mps_account_close_blocked(struct mps_account *a,
							      u64 ns, s32 cpu)
{
	struct mps_blocked *b = mps_account_reason(a);

	b->ns += ns;
	b->nr++;
	if (unlikely(ns > b->max_ns)) {
		b->max_ns = ns;
		b->max_syscall = a->syscall;
	}
	return mps_account_hist(a, MPSCOPE_HIST_BLOCK, ns, cpu);
}

static __always_inline unsigned int mps_account_woken(struct mps_account *a, u64 ns,
						      s32 cpu)
{
	a->ns[MPSCOPE_STATE_WOKEN] += ns;
	a->nr[MPSCOPE_STATE_WOKEN]++;
	return mps_account_hist(a, MPSCOPE_HIST_WAKE_TO_RUN, ns, cpu);
}

/**
 * mps_account_run() - the thread gets a CPU
 * @before: out: time blocked, or before the first enqueue
 * @queued: out: time runnable
 *
 * The time off the CPU is split into these two by wait_ns, which is clamped to
 * it: sched_info is read with another clock than ours (the run queue's), which
 * stood still a moment earlier. The first event of an unarmed thread is
 * mps_account_begin(), not this.
 * Context: HOT; pure. Return: bits of a step.
 */
static __always_inline unsigned int mps_account_run(struct mps_account *a,
						    const struct mps_in *in,
						    u64 *before, u64 *queued)
{
	u8 state = a->state;
	unsigned int step;
	u64 off;

	if (unlikely(!mps_fsm_may_run(state)))
		return 0;
	step = mps_account_close(a, in->now_ns, &off);
	*queued = in->wait_ns < off ? in->wait_ns : off;
	*before = off - *queued;
	if (likely(state == MPSCOPE_STATE_BLOCKED)) {
		step |= mps_account_close_blocked(a, *before, in->cpu);
		step |= mps_account_woken(a, *queued, in->cpu);
	} else if (state == MPSCOPE_STATE_BIRTH) {
		a->ns[MPSCOPE_STATE_BIRTH] += *before;
		step |= mps_account_woken(a, *queued, in->cpu);
	} else {
		*queued = off;	/* it never left the run queue */
		*before = 0;
		a->ns[state] += off;
	}
	if (unlikely(in->cpu != a->cpu)) {
		a->cpu_changes++;
		a->cpu = in->cpu;
	}
	a->syscall = MPS_SYSCALL_NONE;
	a->state = MPSCOPE_STATE_RUNNING;
	a->nr[MPSCOPE_STATE_RUNNING]++;
	return step;
}

/* The episode that mps_account_run() will end, but for how long it was. */
static __always_inline void mps_account_episode(const struct mps_account *a,
						struct mps_episode *e)
{
	e->run_ns = a->run_ns;
	e->orig_cpu = a->cpu;
	e->state = a->state;
	e->reason = a->reason;
	e->mode = a->mode;
	e->syscall = a->syscall;
}

/* Both at once. Return: bits of a step. */
static __always_inline unsigned int mps_account_in(struct mps_account *a,
						   const struct mps_in *in,
						   struct mps_episode *e)
{
	mps_account_episode(a, e);
	return mps_account_run(a, in, &e->blocked_ns, &e->wait_ns);
}

#endif /* _MPS_CORE_ACCOUNT_STEP_H */
