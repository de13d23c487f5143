// SPDX-License-Identifier: GPL-2.0
/* The thread's account: intervals into buckets and histograms. */
#include "account.h"

/* mps_account_begin() was here: before it there is no bucket to book into. */
static bool begun(const struct mps_account *a)
{
	return a->state < MPSCOPE_NR_STATES;
}

/* Split the time off the CPU into before and after it was queued. */
static void split(const struct mps_account *a, u64 now_ns, u64 wait_ns,
		  u64 *before, u64 *queued)
{
	u64 off = mps_account_since(a, now_ns);

	*queued = wait_ns < off ? wait_ns : off;
	*before = off - *queued;
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

u64 mps_account_peek(struct mps_account *a, u64 now_ns, bool queued,
		     u64 wait_ns)
{
	u64 open = mps_account_since(a, now_ns), before, after;

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
		if (a->state == MPSCOPE_STATE_BLOCKED) {
			mps_account_reason(a)->ns += before;
			mps_account_reason(a)->nr++;
		} else {
			a->ns[MPSCOPE_STATE_BIRTH] += before;
		}
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
	if (now_ns > a->last_ns)
		a->last_ns = now_ns;
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
