// SPDX-License-Identifier: GPL-2.0
/* The thread's account: intervals into buckets and histograms. */
#include "account.h"

unsigned int mps_hist_bin(u64 ns)
{
	unsigned int bin;

	if (ns < 2)
		return 0;
	bin = 63 - __builtin_clzll(ns);
	return bin < MPSCOPE_HIST_BINS ? bin : MPSCOPE_HIST_BINS - 1;
}

bool mps_hist_add(struct mps_hist *h, u64 ns, s32 cpu)
{
	h->bin[mps_hist_bin(ns)]++;
	if (ns <= h->max_ns)
		return false;
	h->max_ns = ns;
	h->max_cpu = cpu;
	return true;
}

/* mps_account_begin() was here: before it there is no bucket to book into. */
static bool begun(const struct mps_account *a)
{
	return a->state < MPSCOPE_NR_STATES;
}

/* Another CPU's clock may be a little behind: an interval is never negative. */
static u64 since(const struct mps_account *a, u64 now_ns)
{
	return now_ns > a->last_ns ? now_ns - a->last_ns : 0;
}

static void advance(struct mps_account *a, u64 now_ns)
{
	if (now_ns > a->last_ns)
		a->last_ns = now_ns;
}

void mps_account_begin(struct mps_account *a, u64 now_ns, u8 state, s32 cpu,
		       u64 delay_ns)
{
	a->begin_ns = now_ns;
	a->last_ns = now_ns;
	a->delay_ns = delay_ns;
	a->state = state;
	a->cpu = cpu;
	a->syscall = MPS_SYSCALL_NONE;
	if (state == MPSCOPE_STATE_RUNNING || state == MPSCOPE_STATE_BIRTH ||
	    state == MPSCOPE_STATE_PREEMPTED)
		a->nr[state]++;
}

void mps_account_blocked_in(struct mps_account *a, u8 reason, u8 mode,
			    s32 syscall)
{
	a->reason = reason < MPSCOPE_NR_REASONS ? reason : MPSCOPE_REASON_OTHER;
	a->mode = mode < MPSCOPE_NR_MODES ? mode : MPSCOPE_MODE_S;
	a->syscall = syscall;
	a->blocked[a->reason][a->mode].nr++;
}

bool mps_account_out(struct mps_account *a, const struct mps_out *o,
		     bool *new_max_run)
{
	int next = mps_fsm_next(a->state, o->event);
	u64 ns;

	*new_max_run = false;
	if (next < 0 || o->event == MPS_EV_IN)
		return false;

	ns = since(a, o->now_ns);
	a->ns[MPSCOPE_STATE_RUNNING] += ns;
	a->run_ns = ns;
	*new_max_run = mps_hist_add(&a->hist[MPSCOPE_HIST_RUN], ns, a->cpu);
	a->switches[o->voluntary]++;
	advance(a, o->now_ns);
	a->delay_ns = o->delay_ns;
	a->state = next;
	a->syscall = o->syscall;
	if (next == MPSCOPE_STATE_BLOCKED)
		mps_account_blocked_in(a, o->reason, o->mode, o->syscall);
	else
		a->nr[next]++;
	return true;
}

/* Time off the run queue ends: book it where it belongs. */
static bool close_blocked(struct mps_account *a, u64 ns, s32 cpu)
{
	struct mps_blocked *b = &a->blocked[a->reason][a->mode];

	b->ns += ns;
	if (ns > b->max_ns) {
		b->max_ns = ns;
		b->max_syscall = a->syscall;
	}
	return mps_hist_add(&a->hist[MPSCOPE_HIST_BLOCK], ns, cpu);
}

/* Split the time off the CPU into before and after it was queued. */
static void split(const struct mps_account *a, u64 now_ns, u64 wait_ns,
		  u64 *before, u64 *queued)
{
	u64 off = since(a, now_ns);

	*queued = wait_ns < off ? wait_ns : off;
	*before = off - *queued;
	if (a->state != MPSCOPE_STATE_BLOCKED &&
	    a->state != MPSCOPE_STATE_BIRTH) {
		*queued = off;	/* it never left the run queue */
		*before = 0;
	}
}

bool mps_account_in(struct mps_account *a, const struct mps_in *in,
		    struct mps_episode *e)
{
	int next = mps_fsm_next(a->state, MPS_EV_IN);
	u64 before, queued;

	if (next < 0 || !begun(a))
		return false;

	split(a, in->now_ns, in->wait_ns, &before, &queued);
	e->blocked_ns = before;
	e->wait_ns = queued;
	e->run_ns = a->run_ns;
	e->orig_cpu = a->cpu;
	e->state = a->state;
	e->reason = a->reason;
	e->mode = a->mode;
	e->syscall = a->syscall;
	e->new_max_block = false;
	e->new_max_wake = false;

	switch (a->state) {
	case MPSCOPE_STATE_BLOCKED:
	case MPSCOPE_STATE_BIRTH:
		if (a->state == MPSCOPE_STATE_BLOCKED)
			e->new_max_block = close_blocked(a, before, in->cpu);
		else
			a->ns[MPSCOPE_STATE_BIRTH] += before;
		a->ns[MPSCOPE_STATE_WOKEN] += queued;
		a->nr[MPSCOPE_STATE_WOKEN]++;
		e->new_max_wake = mps_hist_add(&a->hist[MPSCOPE_HIST_WAKE_TO_RUN],
					       queued, in->cpu);
		break;
	default:
		a->ns[a->state] += queued;
	}

	if (in->cpu != a->cpu)
		a->cpu_changes++;
	a->cpu = in->cpu;
	advance(a, in->now_ns);
	a->syscall = MPS_SYSCALL_NONE;
	a->state = next;
	a->nr[MPSCOPE_STATE_RUNNING]++;
	return true;
}

u64 mps_account_peek(struct mps_account *a, u64 now_ns, bool queued,
		     u64 wait_ns)
{
	u64 open = since(a, now_ns), before, after;

	if (!begun(a))
		return 0;
	switch (a->state) {
	case MPSCOPE_STATE_DEAD:
		return 0;
	case MPSCOPE_STATE_BLOCKED:
	case MPSCOPE_STATE_BIRTH:
		if (!queued)
			wait_ns = 0;
		split(a, now_ns, wait_ns, &before, &after);
		if (a->state == MPSCOPE_STATE_BLOCKED)
			a->blocked[a->reason][a->mode].ns += before;
		else
			a->ns[MPSCOPE_STATE_BIRTH] += before;
		a->ns[MPSCOPE_STATE_WOKEN] += after;
		if (queued) {
			a->state = MPSCOPE_STATE_WOKEN;
			a->nr[MPSCOPE_STATE_WOKEN]++;
			open = after;
		}
		break;
	default:
		a->ns[a->state] += open;
	}
	advance(a, now_ns);
	return open;
}

u64 mps_account_blocked_ns(const struct mps_account *a)
{
	unsigned int r, m;
	u64 sum = 0;

	for (r = 0; r < MPSCOPE_NR_REASONS; r++)
		for (m = 0; m < MPSCOPE_NR_MODES; m++)
			sum += a->blocked[r][m].ns;
	return sum;
}

u64 mps_account_life_ns(const struct mps_account *a)
{
	u64 sum = mps_account_blocked_ns(a);
	unsigned int s;

	for (s = 0; s < MPSCOPE_NR_STATES; s++)
		sum += a->ns[s];
	return sum;
}

static void merge_hist(struct mps_hist *to, const struct mps_hist *from)
{
	unsigned int i;

	for (i = 0; i < MPSCOPE_HIST_BINS; i++)
		to->bin[i] += from->bin[i];
	if (from->max_ns > to->max_ns) {
		to->max_ns = from->max_ns;
		to->max_at_ns = from->max_at_ns;
		to->max_cpu = from->max_cpu;
	}
}

static void merge_blocked(struct mps_blocked *to, const struct mps_blocked *from)
{
	to->ns += from->ns;
	to->nr += from->nr;
	if (from->max_ns > to->max_ns) {
		to->max_ns = from->max_ns;
		to->max_syscall = from->max_syscall;
	}
}

void mps_account_merge(struct mps_account *to, const struct mps_account *from)
{
	unsigned int i, m;

	for (i = 0; i < MPSCOPE_NR_STATES; i++) {
		to->ns[i] += from->ns[i];
		to->nr[i] += from->nr[i];
	}
	for (i = 0; i < MPSCOPE_NR_REASONS; i++)
		for (m = 0; m < MPSCOPE_NR_MODES; m++)
			merge_blocked(&to->blocked[i][m], &from->blocked[i][m]);
	for (i = 0; i < MPSCOPE_NR_HISTS; i++)
		merge_hist(&to->hist[i], &from->hist[i]);
	to->switches[0] += from->switches[0];
	to->switches[1] += from->switches[1];
	to->cpu_changes += from->cpu_changes;
}
