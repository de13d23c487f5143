/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a thread's time went. Every nanosecond between begin and now is in
 * exactly one bucket: each step closes the open interval and opens the next
 * one at the same instant, so the sum of the buckets is the life, by
 * construction. All times are nanoseconds of one clock of the caller's.
 */
#ifndef _MPS_CORE_ACCOUNT_H
#define _MPS_CORE_ACCOUNT_H

#include "fsm.h"

#define MPS_SYSCALL_NONE	(-1)	/* in no syscall */
#define MPS_SYSCALL_FOREIGN	(-2)	/* of another ABI (32 bit): not named */

struct mps_hist {
	u64 max_ns;
	u64 max_at_ns;		/* CLOCK_MONOTONIC; the caller's to fill */
	s32 max_cpu;
	u64 bin[MPSCOPE_HIST_BINS];
};

struct mps_blocked {
	u64 ns;
	u64 nr;
	u64 max_ns;
	s32 max_syscall;
};

/* Ordered by use: the first line, if it begins at 16 of one, is each switch's. */
struct mps_account {
	/* the open interval */
	u64 last_ns;		/* when it began */
	u64 delay_ns;		/* sched_info.run_delay when it left the CPU */
	u64 switches[2];	/* [0] involuntary, [1] voluntary */
	s32 syscall;		/* it is off the CPU in, or MPS_SYSCALL_* */
	s32 cpu;		/* last */
	u8 state;		/* enum mpscope_state or MPS_STATE_UNARMED */
	u8 reason;		/* if blocked: enum mpscope_reason */
	u8 mode;		/* if blocked: enum mpscope_mode */

	u64 run_ns;		/* last stay on a CPU, for the tracepoint */
	/* closed intervals; blocked ones are in blocked[][] instead */
	u64 ns[MPSCOPE_NR_STATES];
	u64 nr[MPSCOPE_NR_STATES];
	u64 cpu_changes;
	/* no element of it is in two lines */
	struct mps_blocked blocked[MPSCOPE_NR_REASONS][MPSCOPE_NR_MODES];
	struct mps_hist hist[MPSCOPE_NR_HISTS];
	u64 begin_ns;		/* life begins */
};

/* One switch-out, as the probe saw it. */
struct mps_out {
	u64 now_ns;
	u64 delay_ns;		/* sched_info.run_delay now */
	u8 event;		/* MPS_EV_OUT_* */
	u8 reason;
	u8 mode;
	bool voluntary;		/* as the kernel counts it: nvcsw grew */
	s32 syscall;
};

/* One switch-in, as the probe saw it. */
struct mps_in {
	u64 now_ns;
	u64 wait_ns;		/* queued since the switch-out, by sched_info */
	s32 cpu;
};

/* The off-CPU episode that a switch-in ended. */
struct mps_episode {
	u64 blocked_ns;		/* or the time before the first enqueue */
	u64 wait_ns;		/* runnable */
	u64 run_ns;		/* on the CPU before it */
	s32 orig_cpu;
	u8 state;		/* it was in when it left (or was born) */
	u8 reason;
	u8 mode;
	s32 syscall;
};

/**
 * mps_account_begin() - open the account at an instant, in a known state
 * @cpu: last CPU
 * @delay_ns: sched_info.run_delay at that instant
 *
 * For a blocked thread set reason, mode and syscall afterwards with
 * mps_account_blocked_in(). Context: any; the caller is the only writer.
 */
void mps_account_begin(struct mps_account *a, u64 now_ns, u8 state, s32 cpu,
		       u64 delay_ns);

/**
 * mps_account_peek() - close the open interval of a copy, at now
 *
 * Once: an open episode off the run queue is counted here.
 * @queued: the thread is in a run queue now, waiting
 * @wait_ns: as in struct mps_in
 *
 * Return: the length of the open interval (0 for the dead and before begin).
 */
u64 mps_account_peek(struct mps_account *copy, u64 now_ns, bool queued,
		     u64 wait_ns);

/* Time off the run queue, over all reasons. */
u64 mps_account_blocked_ns(const struct mps_account *a);

/* Sum of all buckets: the life so far, of a copy that was peeked at. */
u64 mps_account_life_ns(const struct mps_account *a);

/* Add the counters of @from to @to; for totals, not for single threads. */
void mps_account_merge(struct mps_account *to, const struct mps_account *from);

#include "account_step.h"

#endif /* _MPS_CORE_ACCOUNT_H */
