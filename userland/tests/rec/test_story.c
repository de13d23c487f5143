// SPDX-License-Identifier: GPL-2.0
/* What a few events tell of threads and Ps, worked out by hand. */
#include <stdlib.h>
#include <string.h>

#include "datwrite.h"
#include "spans.h"
#include "story.h"
#include "tap.h"

#define US	UINT64_C(1000)
#define BASE	(7000000 * US)

static struct mps_story *s;

static void begin(void)
{
	const struct mps_story_ops ops = { .arg = NULL };

	s = mps_story_new(&ops);
	if (!s)
		abort();
}

static struct mps_rec_event make(enum mps_rec_type type, uint64_t us, int tid,
				 int p)
{
	struct mps_rec_event e = dw_new(type, tid % 4, BASE + us * US);

	e.tid = tid;
	e.tgid = 10;
	e.m = tid;
	e.p = p;
	e.common_pid = 99;
	return e;
}

/* It ran for @ran, was blocked for @blocked and waited for @wait us. */
static void run(uint64_t us, int tid, int p, int reason, uint64_t ran,
		uint64_t blocked, uint64_t wait)
{
	struct mps_rec_event e = make(MPS_REC_RUN, us, tid, p);

	e.state = reason < 0 ? MPSCOPE_STATE_PREEMPTED : MPSCOPE_STATE_BLOCKED;
	e.reason = reason;
	e.ran_ns = (int64_t)(ran * US);
	e.blocked_ns = (int64_t)(blocked * US);
	e.wait_ns = (int64_t)(wait * US);
	mps_story_feed(s, &e);
}

static void block(uint64_t us, int tid, int p, int reason, uint64_t ran)
{
	struct mps_rec_event e = make(MPS_REC_BLOCK, us, tid, p);

	e.reason = reason;
	e.ran_ns = (int64_t)(ran * US);
	mps_story_feed(s, &e);
}

static void last(uint64_t us, int tid)
{
	struct mps_rec_event e = make(MPS_REC_EXIT, us, tid, -1);

	mps_story_feed(s, &e);
	mps_story_end(s);
}

static struct mps_sproc *proc(void)
{
	size_t nr;
	struct mps_sproc *g = mps_story_procs_of(s, &nr);

	return nr == 1 ? g : NULL;
}

static uint64_t us_of(uint32_t p, enum mps_pdoes does)
{
	struct mps_sproc *g = proc();

	return g && p < g->nr_ps ? g->ps[p].ns[does] / US : UINT64_MAX;
}

/* All that a P did, in the order of the enum, and nothing else. */
static bool did(uint32_t p, uint64_t running, uint64_t woken, uint64_t preempted,
		uint64_t syscall, uint64_t blocked, uint64_t idle, uint64_t unknown)
{
	const uint64_t want[MPS_NR_PDOES] = {
		running, woken, preempted, syscall, blocked, idle, unknown,
	};
	bool good = true;

	for (unsigned int d = 0; d < MPS_NR_PDOES; d++) {
		if (us_of(p, d) == want[d])
			continue;
		tap_note("P%u %s: %llu us, not %llu", p, mps_pdoes_names[d],
			 (unsigned long long)us_of(p, d),
			 (unsigned long long)want[d]);
		good = false;
	}
	return good;
}

static void test_two_ps(void)
{
	begin();
	run(0, 10, 0, -1, 0, 0, 0);
	run(100, 11, -1, MPSCOPE_REASON_FUTEX, 5, 50, 10);
	run(300, 11, 1, -1, 150, 0, 50);
	block(400, 10, 0, MPSCOPE_REASON_PIPE, 400);
	block(500, 11, -1, MPSCOPE_REASON_FUTEX, 200);
	run(600, 10, 0, MPSCOPE_REASON_PIPE, 400, 150, 50);
	last(1000, 11);
	tap_ok(did(0, 800, 50, 0, 150, 0, 0, 0),
	       "a P in a system call that it keeps");
	tap_ok(did(1, 350, 10, 50, 0, 0, 500, 90),
	       "a P that is handed over with a wakeup, preempted, given back");
	tap_ok(mps_story_thread(s, 10)->ns[MPSCOPE_STATE_RUNNING] == 800 * US &&
	       mps_story_thread(s, 10)->reason_ns[MPSCOPE_REASON_PIPE] == 150 * US,
	       "and the same of the threads");
	mps_story_free(s);
}

/* thread_run alone tells the whole of it, later. */
static void test_runs_only(void)
{
	begin();
	run(0, 10, 0, -1, 0, 0, 0);
	run(600, 10, 0, MPSCOPE_REASON_PIPE, 400, 150, 50);
	run(1000, 10, 0, -1, 300, 0, 100);
	mps_story_end(s);
	tap_ok(did(0, 700, 50, 100, 150, 0, 0, 0), "without thread_block");
	mps_story_free(s);
}

static void test_taken(void)
{
	begin();
	run(0, 10, 0, -1, 0, 0, 0);
	block(100, 10, 0, MPSCOPE_REASON_PIPE, 100);
	run(150, 11, -1, MPSCOPE_REASON_FUTEX, 5, 50, 0);
	run(300, 11, 0, -1, 140, 0, 10);
	last(400, 10);
	tap_ok(did(0, 340, 0, 10, 50, 0, 0, 0), "taken by another thread");
	tap_ok(proc()->ps[0].moves_m == 1, "that is a move from M to M");
	mps_story_free(s);

	begin();
	run(0, 10, 0, -1, 0, 0, 0);
	block(100, 10, 0, MPSCOPE_REASON_PIPE, 100);
	run(500, 10, -1, MPSCOPE_REASON_PIPE, 100, 390, 10);
	block(600, 10, -1, MPSCOPE_REASON_FUTEX, 100);
	last(700, 10);
	tap_ok(did(0, 100, 0, 0, 0, 0, 200, 400),
	       "taken by nobody knows whom nor when: unknown until then");
	mps_story_free(s);
}

static void test_asleep(void)
{
	begin();
	run(0, 10, 0, -1, 0, 0, 0);
	block(100, 10, 0, MPSCOPE_REASON_FAULT, 100);
	run(160, 10, 0, MPSCOPE_REASON_FAULT, 100, 60, 0);
	last(200, 11);
	tap_ok(did(0, 140, 0, 0, 0, 60, 0, 0), "a page fault is no system call");
	mps_story_free(s);
}

static void test_unseen(void)
{
	begin();
	run(0, 10, 0, -1, 0, 0, 0);
	block(100, 10, -1, MPSCOPE_REASON_FUTEX, 100);
	run(200, 10, -1, MPSCOPE_REASON_FUTEX, 100, 100, 0);
	block(230, 10, -1, MPSCOPE_REASON_FUTEX, 30);
	/* this one never had a P: the runtime's monitor */
	run(300, 11, -1, MPSCOPE_REASON_SLEEP, 10, 50, 0);
	block(340, 11, -1, MPSCOPE_REASON_FUTEX, 40);
	last(400, 11);
	tap_ok(proc()->unseen_ns == 30 * US && proc()->unseen_runs == 1,
	       "a stay between two looks counts, the monitor's does not");
	tap_ok(did(0, 100, 0, 0, 0, 0, 300, 0), "and is idle until then");
	mps_story_free(s);
}

static void test_gap(void)
{
	struct mps_rec_event e;

	begin();
	run(0, 10, 0, -1, 0, 0, 0);
	block(100, 10, -1, MPSCOPE_REASON_FUTEX, 100);
	e = make(MPS_REC_RUN, 500, 11, 1);
	e.gap = true;
	e.state = MPSCOPE_STATE_PREEMPTED;
	e.ran_ns = 100 * US;
	e.wait_ns = 100 * US;
	mps_story_feed(s, &e);
	mps_story_end(s);
	tap_ok(did(0, 100, 0, 0, 0, 0, 0, 400), "after a gap idle is unknown");
	tap_ok(did(1, 100, 0, 100, 0, 0, 0, 300), "what an event tells is not");
	mps_story_free(s);
}

static void test_procs(void)
{
	begin();
	tap_ok(mps_story_procs(s, 10, 3), "GOMAXPROCS is told");
	tap_ok(!mps_story_procs(s, 10, MPS_STORY_MAX_PS + 1), "but no nonsense");
	run(0, 10, 0, -1, 0, 0, 0);
	run(200, 10, 5000, -1, 200, 0, 0);
	last(200, 10);
	tap_ok(proc()->nr_ps == 3 && us_of(2, MPS_PDO_UNKNOWN) == 200,
	       "a P that never shows is unknown, one that cannot be is none");
	mps_story_free(s);
}

static void test_reuse(void)
{
	struct mps_rec_event e;
	size_t nr;

	begin();
	run(0, 10, 0, -1, 0, 0, 0);
	last(100, 10);
	e = make(MPS_REC_RUN, 200, 10, -1);
	e.tgid = 50;
	mps_story_feed(s, &e);
	mps_story_procs_of(s, &nr);
	tap_ok(nr == 2 && mps_story_thread(s, 10)->tgid == 50 &&
	       !mps_story_thread(s, 10)->had_p, "a thread id that is used again");
	mps_story_free(s);
}

static void test_spans(void)
{
	struct mps_spans sp = { .nr = 0 };

	mps_spans_add(&sp, 100, 200);
	mps_spans_add(&sp, 300, 400);
	mps_spans_add(&sp, 150, 350);
	tap_ok(sp.sum == 300 && sp.nr == 1, "intervals that overlap");
	mps_spans_add(&sp, 400, 500);
	mps_spans_add(&sp, 0, 50);
	mps_spans_add(&sp, 10, 20);
	tap_ok(sp.sum == 450 && sp.nr == 2, "that touch, come late, lie within");
	mps_spans_free(&sp);
	memset(&sp, 0, sizeof(sp));
	for (uint64_t i = 0; i < 3 * MPS_SPANS_MAX; i++)
		mps_spans_add(&sp, i * 10 + 10, i * 10 + 14);
	tap_ok(sp.sum == 4 * 3 * MPS_SPANS_MAX && sp.nr <= MPS_SPANS_MAX &&
	       !sp.left_out, "more than are kept");
	mps_spans_add(&sp, 0, 1000000000);
	tap_ok(sp.left_out == sp.horizon, "what reaches too far back is counted");
	mps_spans_free(&sp);
}

static void test_times(void)
{
	struct mps_times *t = calloc(1, sizeof(*t));
	bool good = true;

	if (!t)
		abort();
	for (uint64_t i = 1; i <= 100000; i++)
		mps_times_add(t, i * 37);
	for (uint64_t part = 100; part <= 10000; part += 100) {
		uint64_t is = 100000 * part / 10000 * 37;
		uint64_t got = mps_times_at_most(t, part);

		good &= got >= is && got - is <= is * 7 / 100;
	}
	tap_ok(good, "percentiles are upper bounds, at most 7 %% too large");
	tap_ok(mps_times_at_most(t, 10000) == 3700000 && t->max == 3700000,
	       "the largest is exact");
	mps_times_add(t, UINT64_MAX);
	mps_times_add(t, 0);
	tap_ok(t->nr == 100002 && t->max == UINT64_MAX, "any time has its bin");
	free(t);
}

/*
 * The module's clock stood between its reading and the event, of emulated CPUs:
 * stays on a CPU had holes then, and went on into sleep.
 */
static void regress_two_clocks(void)
{
	const struct mps_sthread *t;

	begin();
	run(0, 10, 0, -1, 0, 0, 0);
	run(100, 11, -1, MPSCOPE_REASON_FUTEX, 5, 50, 10);
	block(500, 10, 0, MPSCOPE_REASON_PIPE, 400);
	run(700, 10, 0, MPSCOPE_REASON_PIPE, 400, 150, 10);
	run(1000, 10, 0, -1, 200, 0, 50);
	last(1100, 11);
	t = mps_story_thread(s, 10);
	tap_ok(t->ns[MPSCOPE_STATE_RUNNING] == (500 + 250 + 100) * US,
	       "a stay on a CPU begins with its event and ends with that of the sleep");
	tap_ok(t->ns[MPSCOPE_STATE_BLOCKED] == 190 * US &&
	       t->ns[MPSCOPE_STATE_WOKEN] == 10 * US &&
	       t->ns[MPSCOPE_STATE_PREEMPTED] == 50 * US, "and the sleep between is whole");
	mps_story_free(s);
}

int main(void)
{
	tap_plan(25);
	test_two_ps();
	regress_two_clocks();
	test_runs_only();
	test_taken();
	test_asleep();
	test_unseen();
	test_gap();
	test_procs();
	test_reuse();
	test_spans();
	test_times();
	return tap_end();
}
