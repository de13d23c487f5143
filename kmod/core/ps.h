/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the time of each of a Go program's Ps went, and how much of it was
 * stolen by the kernel (pressure). Every nanosecond of a P is in one bucket;
 * as a P is seen only when its thread is looked at, an interval is booked when
 * the next look shows what it was. All times are of one clock of the caller's,
 * who also serialises all calls for one struct mps_ps.
 */
#ifndef _MPS_CORE_PS_H
#define _MPS_CORE_PS_H

#include "port.h"

/* What a thread's last read says; -1: none. */
struct mps_go {
	s64 m;			/* m.id */
	s64 goid;		/* of m.curg */
	s32 p;			/* the P it holds, also one kept in a syscall */
	s32 gstatus;
	bool insyscall;
	bool spinning;
	bool locked;
};

/* Time in which some, or all that were in use, waited for a CPU. */
struct mps_stall {
	u64 total_ns;
	u64 begin_ns;		/* of the one that goes on */
	u64 end_ns;		/* of the last one that is over */
};

struct mps_p {
	u64 begin_ns;		/* accounting of this P */
	u64 last_ns;		/* its open interval began */
	u64 since_ns;		/* its state was entered */
	u64 ns[MPSCOPE_NR_PSTATES];
	u64 moves_m;
	u64 moves_cpu;
	u64 owner;		/* the caller's number for a thread; 0: none */
	s64 m;			/* last one to hold it, or -1 */
	s32 tid;
	s32 cpu;		/* it last ran on, or -1 */
	u8 state;		/* enum mpscope_pstate */
	/* the caller's, about a P in a syscall; forgotten when it changes hands */
	bool by_status;		/* kept by its status and tick, not by p.m */
	u32 tick;
	u64 at;			/* address of p, or 0 */
	u64 m_at;		/* of its holder's m */
};

struct mps_ps {
	u64 now_ns;		/* of the last step: clocks may differ a little */
	u64 idle_cpu_ns;	/* since when no P runs */
	u32 nr[MPSCOPE_NR_PSTATES];
	struct mps_stall some;	/* a P waits */
	struct mps_stall full;	/* and none runs */
	u32 nprocs;
	struct mps_p p[];
};

/* A thread that is on a CPU, and how it came there. */
struct mps_holder {
	u64 owner;
	s64 m;
	s32 tid;
	s32 cpu;
	u64 in_ns;		/* it got the CPU */
	u64 wait_ns;		/* it had waited before that */
	bool handed;		/* it waited with the P: its waker gave it one */
};

/* Is it known to run with this P? */
static inline bool mps_ps_runs(const struct mps_ps *ps, u32 i, u64 owner)
{
	return ps->p[i].owner == owner &&
	       ps->p[i].state == MPSCOPE_PSTATE_RUNNING;
}

void mps_ps_begin(struct mps_ps *ps, u32 nprocs, u64 now_ns);

/**
 * mps_ps_hold() - a running thread is seen with a P
 *
 * If it is news, then it has had the P since it got the CPU, or since its
 * wakeup; what was before stays what it was thought to be.
 */
void mps_ps_hold(struct mps_ps *ps, u32 i, const struct mps_holder *h, u64 now_ns);

/* The thread is seen without it, or (@lost) nothing can be known of it. */
void mps_ps_release(struct mps_ps *ps, u32 i, u64 owner, bool lost, u64 now_ns);

/* The holder leaves the CPU and keeps it. */
void mps_ps_leave(struct mps_ps *ps, u32 i, u64 owner, u8 state, u64 now_ns);

/* The holder gets a CPU. In a syscall nobody knows whether it still has it. */
void mps_ps_resume(struct mps_ps *ps, u32 i, const struct mps_holder *h, u64 now_ns);

/* Time goes on to @now_ns; for a reader, before it looks. */
void mps_ps_tick(struct mps_ps *ps, u64 now_ns);

/* One P's account with the open interval closed at the last step. */
void mps_p_peek(const struct mps_ps *ps, u32 i, struct mps_p *copy);

u64 mps_p_life_ns(const struct mps_p *p);

/* Shares of time, decaying with 10, 60 and 300 s; MPS_AVG_ONE is all of it. */
#define MPS_AVG_ONE		1048576u
#define MPS_AVG_PERIOD_NS	2000000000ull
#define MPS_NR_AVGS		3

/**
 * mps_avg_update() - take a share into the averages
 * @share: of the time just over, 0 to MPS_AVG_ONE
 * @periods: how long that was, in units of MPS_AVG_PERIOD_NS
 */
void mps_avg_update(u32 avg[MPS_NR_AVGS], u32 share, u32 periods);

#endif /* _MPS_CORE_PS_H */
