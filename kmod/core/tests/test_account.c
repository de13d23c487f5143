// SPDX-License-Identifier: GPL-2.0
/* Test: the account, by vectors; histogram bins; merging. */
#include "tap.h"
#include "vec_account.h"
#include "vec_hist.h"

static const char *broken;	/* what was wrong first in this vector */
static u64 delay_ns;		/* what sched_info.run_delay would say */
static bool peeked;		/* the open interval is closed */

static bool want(bool good, const char *what)
{
	if (!good && !broken)
		broken = what;
	return good;
}

#define WANT(cond)	want(cond, #cond)

/* The step says which histograms have a new maximum. */
static void want_max(unsigned int step, const struct mps_account *a,
		     const struct mps_account *before)
{
	unsigned int h;

	for (h = 0; h < MPSCOPE_NR_HISTS; h++)
		WANT(!(step & MPS_STEP_MAX(h)) ==
		     (a->hist[h].max_ns == before->hist[h].max_ns));
}

static void step_out(struct mps_account *a, const struct vec_step *s)
{
	const struct mps_out o = {
		.now_ns = s->now_ns, .event = s->what, .reason = s->reason,
		.mode = s->mode, .voluntary = s->voluntary,
		.syscall = s->syscall, .delay_ns = delay_ns,
	};
	struct mps_account before;
	unsigned int step;

	memcpy(&before, a, sizeof(before));
	if (s->refused) {
		WANT(!mps_account_out(a, &o));
		WANT(!memcmp(&before, a, sizeof(before)));
		return;
	}
	step = mps_account_out(a, &o);
	WANT(step & MPS_STEP_TAKEN);
	WANT(!(step & MPS_STEP_BEHIND) == (s->now_ns >= before.last_ns));
	want_max(step, a, &before);
	WANT(a->hist[MPSCOPE_HIST_BLOCK].max_ns ==
	     before.hist[MPSCOPE_HIST_BLOCK].max_ns);
	WANT(a->run_ns == (s->now_ns > before.last_ns ?
			   s->now_ns - before.last_ns : 0));
	WANT(a->delay_ns == o.delay_ns);
	WANT(a->syscall == o.syscall);
}

static void step_in(struct mps_account *a, const struct vec_step *s)
{
	const struct mps_in in = {
		.now_ns = s->now_ns, .wait_ns = s->wait_ns, .cpu = s->cpu,
	};
	struct mps_account before;
	struct mps_episode e;
	unsigned int step;

	memcpy(&before, a, sizeof(before));
	if (s->refused) {
		WANT(!mps_account_in(a, &in, &e));
		WANT(!memcmp(&before, a, sizeof(before)));
		return;
	}
	step = mps_account_in(a, &in, &e);
	if (!WANT(step & MPS_STEP_TAKEN))
		return;
	WANT(!(step & MPS_STEP_BEHIND) == (s->now_ns >= before.last_ns));
	want_max(step, a, &before);
	WANT(e.blocked_ns == s->blocked_ns);
	WANT(e.wait_ns == s->queued_ns);
	WANT(e.run_ns == before.run_ns);
	WANT(e.orig_cpu == before.cpu);
	WANT(e.state == before.state);
	WANT(e.reason == before.reason);
	WANT(e.mode == before.mode);
	WANT(e.syscall == before.syscall);
	WANT(a->syscall == MPS_SYSCALL_NONE);
	delay_ns += e.wait_ns;
}

static void do_step(struct mps_account *a, const struct vec_step *s)
{
	switch (s->op) {
	case VEC_BEGIN:
		mps_account_begin(a, s->now_ns, s->what, s->cpu, delay_ns);
		WANT(a->delay_ns == delay_ns);
		WANT(a->begin_ns == s->now_ns);
		WANT(a->syscall == MPS_SYSCALL_NONE);
		break;
	case VEC_UNARMED:
		a->state = MPS_STATE_UNARMED;
		break;
	case VEC_BLOCKED:
		mps_account_blocked_in(a, s->reason, s->mode, s->syscall);
		WANT(a->syscall == s->syscall);
		break;
	case VEC_OUT:
		step_out(a, s);
		break;
	case VEC_IN:
		step_in(a, s);
		break;
	default:
		peeked = true;
		WANT(mps_account_peek(a, s->now_ns, s->queued, s->wait_ns) ==
		     s->open_ns);
	}
	WANT(mps_account_life_ns(a) == a->last_ns - a->begin_ns);
}

static u64 nr_in(const struct mps_hist *h)
{
	unsigned int i;
	u64 nr = 0;

	for (i = 0; i < MPSCOPE_HIST_BINS; i++)
		nr += h->bin[i];
	return nr;
}

/* An episode off the run queue that has not ended: not counted yet. */
static bool is_open(const struct mps_account *a, unsigned int r, unsigned int m)
{
	return !peeked && a->state == MPSCOPE_STATE_BLOCKED && a->reason == r &&
	       a->mode == m;
}

static void compare(const struct mps_account *a, const struct vec_account *v)
{
	static const struct mps_blocked none;
	unsigned int r, m, i;

	WANT(a->state == v->state);
	WANT(a->cpu == v->cpu);
	WANT(mps_account_life_ns(a) == v->life_ns);
	WANT(!memcmp(a->ns, v->ns, sizeof(a->ns)));
	WANT(!memcmp(a->nr, v->nr, sizeof(a->nr)));
	WANT(!memcmp(a->switches, v->switches, sizeof(a->switches)));
	WANT(a->cpu_changes == v->cpu_changes);
	for (r = 0; r < MPSCOPE_NR_REASONS; r++)
		for (m = 0; m < MPSCOPE_NR_MODES; m++) {
			const struct mps_blocked *b = &a->blocked[r][m];
			const struct mps_blocked *w = &none;

			for (i = 0; i < NR(v->blocked) && v->blocked[i].b.nr; i++)
				if (v->blocked[i].reason == r &&
				    v->blocked[i].mode == m)
					w = &v->blocked[i].b;
			WANT(b->ns == w->ns);
			WANT(b->nr + is_open(a, r, m) == w->nr);
			WANT(b->max_ns == w->max_ns);
			WANT(b->max_syscall == w->max_syscall);
		}
	for (i = 0; i < MPSCOPE_NR_HISTS; i++) {
		WANT(nr_in(&a->hist[i]) == v->hist_nr[i]);
		WANT(a->hist[i].max_ns == v->hist_max_ns[i]);
	}
}

static void run_vector(const struct vec_account *v, struct mps_account *a)
{
	const struct vec_step *s;

	memset(a, 0, sizeof(*a));
	delay_ns = 77;
	peeked = false;
	for (s = v->step; s < v->step + NR(v->step) && s->op; s++) {
		do_step(a, s);
		if (broken) {
			tap_note("at step %td, now %llu", s - v->step + 1,
				 (unsigned long long)s->now_ns);
			return;
		}
	}
	compare(a, v);
}

static void test_vectors(const struct vec_account *v, unsigned int nr)
{
	struct mps_account a;

	for (; nr--; v++) {
		broken = NULL;
		run_vector(v, &a);
		if (!tap_ok(!broken, "%s", v->name))
			tap_note("not so: %s", broken);
	}
}

static void test_bins(void)
{
	const struct vec_hist *v;

	for (v = vec_hist; v < vec_hist + NR(vec_hist); v++)
		tap_ok(mps_hist_bin(v->ns) == v->bin, "%llu ns: bin %u",
		       (unsigned long long)v->ns, v->bin);
}

static void test_hist_add(void)
{
	const struct vec_hist_add *v = vec_hist_add;
	struct mps_hist h = { .max_at_ns = 99 };
	unsigned int i;
	u64 max_ns = 0;
	s32 max_cpu = 0;

	broken = NULL;
	for (i = 0; i < NR(vec_hist_add); i++, v++) {
		u64 nr = h.bin[mps_hist_bin(v->ns)];

		if (v->new_max) {
			max_ns = v->ns;
			max_cpu = v->cpu;
		}
		WANT(mps_hist_add(&h, v->ns, v->cpu) == v->new_max);
		WANT(h.bin[mps_hist_bin(v->ns)] == nr + 1);
		WANT(h.max_ns == max_ns);
		WANT(h.max_cpu == max_cpu);
		WANT(nr_in(&h) == i + 1);
	}
	WANT(h.max_at_ns == 99);
	if (!tap_ok(!broken, "histogram: counts, and knows a new maximum"))
		tap_note("not so: %s", broken);
}

/* All vectors added up: sums are sums, maxima are those of the largest. */
static void test_merge(void)
{
	static struct mps_account a, sum, once;
	u64 life_ns = 0, running_ns = 0, vol = 0, changes = 0, block_max_ns = 0;
	const struct mps_blocked *b;
	unsigned int i;

	broken = NULL;
	for (i = 0; i < NR(vec_account); i++) {
		const struct vec_account *v = &vec_account[i];

		run_vector(v, &a);
		a.hist[MPSCOPE_HIST_BLOCK].max_at_ns = 1000 + i;
		mps_account_merge(&sum, &a);
		life_ns += v->life_ns;
		running_ns += v->ns[MPSCOPE_STATE_RUNNING];
		vol += v->switches[1];
		changes += v->cpu_changes;
		if (v->hist_max_ns[MPSCOPE_HIST_BLOCK] > block_max_ns) {
			block_max_ns = v->hist_max_ns[MPSCOPE_HIST_BLOCK];
			WANT(sum.hist[MPSCOPE_HIST_BLOCK].max_at_ns == 1000 + i);
		}
	}
	WANT(mps_account_life_ns(&sum) == life_ns);
	WANT(sum.ns[MPSCOPE_STATE_RUNNING] == running_ns);
	WANT(sum.switches[1] == vol);
	WANT(sum.cpu_changes == changes);
	WANT(sum.hist[MPSCOPE_HIST_BLOCK].max_ns == block_max_ns);
	/* two vectors sleep in futex: 1000 ns and 300 ns */
	b = &sum.blocked[MPSCOPE_REASON_FUTEX][MPSCOPE_MODE_S];
	WANT(b->ns == 1300);
	WANT(b->nr == 2);
	WANT(b->max_ns == 1000);
	WANT(b->max_syscall == 202);
	if (!tap_ok(!broken, "merge: all vectors add up"))
		tap_note("not so: %s", broken);

	broken = NULL;
	mps_account_merge(&once, &sum);
	WANT(!memcmp(once.ns, sum.ns, sizeof(sum.ns)));
	WANT(!memcmp(once.nr, sum.nr, sizeof(sum.nr)));
	WANT(!memcmp(once.blocked, sum.blocked, sizeof(sum.blocked)));
	WANT(!memcmp(once.hist, sum.hist, sizeof(sum.hist)));
	WANT(!memcmp(once.switches, sum.switches, sizeof(sum.switches)));
	WANT(once.cpu_changes == sum.cpu_changes);
	if (!tap_ok(!broken, "merge: into nothing is a copy"))
		tap_note("not so: %s", broken);
}

int main(void)
{
	tap_plan(NR(vec_hist) + 1 + NR(vec_account) + NR(vec_peek) + 2);
	test_bins();
	test_hist_add();
	test_vectors(vec_account, NR(vec_account));
	test_vectors(vec_peek, NR(vec_peek));
	test_merge();
	return tap_end();
}
