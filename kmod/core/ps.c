// SPDX-License-Identifier: GPL-2.0
/* The account of Ps. */
#include "ps.h"

static u64 less(u64 a, u64 b)
{
	return a < b ? a : b;
}

static u64 more(u64 a, u64 b)
{
	return a > b ? a : b;
}

static bool some_stalled(const struct mps_ps *ps)
{
	return ps->nr[MPSCOPE_PSTATE_RUNNABLE];
}

static bool all_stalled(const struct mps_ps *ps)
{
	return some_stalled(ps) && !ps->nr[MPSCOPE_PSTATE_RUNNING];
}

/* Time goes on for all: clocks of CPUs may differ, but it never goes back. */
static u64 tick(struct mps_ps *ps, u64 now_ns)
{
	u64 ns;

	if (now_ns <= ps->now_ns)
		return ps->now_ns;
	ns = now_ns - ps->now_ns;
	if (some_stalled(ps))
		ps->some.total_ns += ns;
	if (all_stalled(ps))
		ps->full.total_ns += ns;
	ps->now_ns = now_ns;
	return now_ns;
}

static void stall_changed(struct mps_stall *s, bool was, bool is, u64 now_ns)
{
	if (is && !was)
		s->begin_ns = now_ns;
	if (was && !is)
		s->end_ns = now_ns;
}

/*
 * It turns out that somebody was stalled from one instant to another. Of that,
 * what lies before the last stall that is known may be counted already: so it
 * is left out, and the sum is never too large.
 */
static void stall_add(struct mps_stall *s, bool stalled, u64 from_ns, u64 to_ns)
{
	from_ns = more(from_ns, s->end_ns);
	if (stalled)
		to_ns = less(to_ns, s->begin_ns);
	if (from_ns >= to_ns)
		return;
	s->total_ns += to_ns - from_ns;
	if (stalled)
		s->begin_ns = from_ns;
	else
		s->end_ns = to_ns;
}

static void set_state(struct mps_ps *ps, struct mps_p *p, u8 state)
{
	bool some = some_stalled(ps), full = all_stalled(ps);
	bool ran = ps->nr[MPSCOPE_PSTATE_RUNNING];

	if (p->state == state)
		return;
	ps->nr[p->state]--;
	ps->nr[state]++;
	p->state = state;
	p->since_ns = ps->now_ns;
	stall_changed(&ps->some, some, some_stalled(ps), ps->now_ns);
	stall_changed(&ps->full, full, all_stalled(ps), ps->now_ns);
	if (ran && !ps->nr[MPSCOPE_PSTATE_RUNNING])
		ps->idle_cpu_ns = ps->now_ns;
}

/* Book the open interval: the end of it ran, before that it waited. */
static void settle(struct mps_ps *ps, struct mps_p *p, u64 run_ns, u64 wait_ns)
{
	u64 open = ps->now_ns - p->last_ns, from, to;

	run_ns = less(run_ns, open);
	wait_ns = less(wait_ns, open - run_ns);
	p->ns[MPSCOPE_PSTATE_RUNNING] += run_ns;
	p->ns[MPSCOPE_PSTATE_RUNNABLE] += wait_ns;
	p->ns[p->state] += open - run_ns - wait_ns;
	p->last_ns = ps->now_ns;
	if (!wait_ns || p->state == MPSCOPE_PSTATE_RUNNABLE)
		return;
	to = ps->now_ns - run_ns;
	from = to - wait_ns;
	stall_add(&ps->some, some_stalled(ps), from, to);
	if (!ps->nr[MPSCOPE_PSTATE_RUNNING])
		stall_add(&ps->full, all_stalled(ps),
			  more(from, ps->idle_cpu_ns), to);
}

void mps_ps_begin(struct mps_ps *ps, u32 nprocs, u64 now_ns)
{
	u32 i;

	memset(ps, 0, sizeof(*ps) + nprocs * sizeof(ps->p[0]));
	ps->nprocs = nprocs;
	ps->now_ns = now_ns;
	ps->idle_cpu_ns = now_ns;
	ps->some.end_ns = now_ns;
	ps->full.end_ns = now_ns;
	ps->nr[MPSCOPE_PSTATE_UNKNOWN] = nprocs;
	for (i = 0; i < nprocs; i++) {
		struct mps_p *p = &ps->p[i];

		p->state = MPSCOPE_PSTATE_UNKNOWN;
		p->begin_ns = now_ns;
		p->last_ns = now_ns;
		p->since_ns = now_ns;
		p->m = -1;
		p->tid = -1;
		p->cpu = -1;
	}
}

static void take(struct mps_p *p, const struct mps_holder *h)
{
	if (p->m != h->m && p->m >= 0)
		p->moves_m++;
	if (p->cpu != h->cpu && p->cpu >= 0)
		p->moves_cpu++;
	p->at = 0;
	p->owner = h->owner;
	p->m = h->m;
	p->tid = h->tid;
	p->cpu = h->cpu;
}

void mps_ps_hold(struct mps_ps *ps, u32 i, const struct mps_holder *h, u64 now_ns)
{
	struct mps_p *p = &ps->p[i];
	bool kept = p->owner == h->owner;
	u64 run_ns;

	now_ns = tick(ps, now_ns);
	if (!kept || p->state != MPSCOPE_PSTATE_RUNNING) {
		run_ns = now_ns > h->in_ns ? now_ns - h->in_ns : 0;
		settle(ps, p, run_ns, kept || h->handed ? h->wait_ns : 0);
	}
	take(p, h);
	set_state(ps, p, MPSCOPE_PSTATE_RUNNING);
}

void mps_ps_release(struct mps_ps *ps, u32 i, u64 owner, bool lost, u64 now_ns)
{
	struct mps_p *p = &ps->p[i];

	if (p->owner != owner)
		return;
	tick(ps, now_ns);
	settle(ps, p, 0, 0);
	p->owner = 0;
	p->at = 0;
	set_state(ps, p, lost ? MPSCOPE_PSTATE_UNKNOWN : MPSCOPE_PSTATE_IDLE);
}

void mps_ps_leave(struct mps_ps *ps, u32 i, u64 owner, u8 state, u64 now_ns)
{
	struct mps_p *p = &ps->p[i];

	if (p->owner != owner)
		return;
	tick(ps, now_ns);
	settle(ps, p, 0, 0);
	set_state(ps, p, state);
}

void mps_ps_resume(struct mps_ps *ps, u32 i, const struct mps_holder *h, u64 now_ns)
{
	struct mps_p *p = &ps->p[i];

	if (p->owner != h->owner || p->state == MPSCOPE_PSTATE_SYSCALL)
		return;
	tick(ps, now_ns);
	settle(ps, p, 0, h->wait_ns);
	take(p, h);
	set_state(ps, p, MPSCOPE_PSTATE_RUNNING);
}

void mps_ps_tick(struct mps_ps *ps, u64 now_ns)
{
	tick(ps, now_ns);
}

void mps_p_peek(const struct mps_ps *ps, u32 i, struct mps_p *copy)
{
	*copy = ps->p[i];
	copy->ns[copy->state] += ps->now_ns - copy->last_ns;
	copy->last_ns = ps->now_ns;
}

u64 mps_p_life_ns(const struct mps_p *p)
{
	unsigned int s;
	u64 sum = 0;

	for (s = 0; s < MPSCOPE_NR_PSTATES; s++)
		sum += p->ns[s];
	return sum;
}

void mps_avg_update(u32 avg[MPS_NR_AVGS], u32 share, u32 periods)
{
	/* e to the power of -2/10, -2/60 and -2/300, of MPS_AVG_ONE */
	static const u32 keep[MPS_NR_AVGS] = { 858501, 1014200, 1041609 };
	const u32 most = 3000;	/* nothing older is left of any */
	unsigned int i;

	for (periods = periods < most ? periods : most; periods; periods--)
		for (i = 0; i < MPS_NR_AVGS; i++)
			avg[i] = ((u64)avg[i] * keep[i] +
				  (u64)share * (MPS_AVG_ONE - keep[i]) +
				  MPS_AVG_ONE / 2) / MPS_AVG_ONE;
}
