// SPDX-License-Identifier: GPL-2.0
/* Go's trace, its alignment and its merge with threads, worked out by hand. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "align.h"
#include "merge.h"
#include "tap.h"

#define MS	INT64_C(1000000)
#define TGID	10

static void tap_is(long long is, int64_t want, const char *name)
{
	if (!tap_ok(is == want, "%s", name))
		tap_note("%lld, not %lld", is, (long long)want);
}

static struct mps_gotrace go;
static char text[1 << 20];
static size_t len;

static void line(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	len += (size_t)vsnprintf(text + len, sizeof(text) - len, fmt, ap);
	va_end(ap);
}

static bool read_it(void)
{
	FILE *f = fmemopen(text, len, "r");
	bool ok;

	memset(&go, 0, sizeof(go));
	ok = f && mps_gotrace_read(&go, f);
	if (f)
		fclose(f);
	len = 0;
	return ok;
}

/* Two Ms and one P, in both of the forms that the go tool has printed. */
static void small(void)
{
	line("M=11 P=-1 G=-1 StateTransition Time=10000000 Resource=Proc(0) Reason=\"\" ProcID=0 Idle->Running\n");
	line("M=11 P=0 G=-1 StateTransition Time=10000064 Resource=Goroutine(7) Reason=\"\" GoID=7 Runnable->Running\n");
	line("TransitionStack=\n\tmain.main @ 0x1\n\t\t/x.go:1\n\n");
	line("M=11 P=0 G=7 StateTransition Time=20000000 GoID=7 Running->Syscall Reason=\"\"\n");
	line("M=-1 P=-1 G=-1 Sync Time=21000000 N=2 Trace=21000000 Mono=20999000 Wall=2026-01-01T00:00:00Z\n");
	line("M=-1 P=-1 G=-1 Sync Time=21000000 N=3 Trace=22000000 Mono=21990000 Wall=2026-01-01T00:00:00Z\n");
	line("M=11 P=0 G=7 StateTransition Time=30000000 GoID=7 Syscall->Running Reason=\"\"\n");
	line("M=11 P=0 G=7 StateTransition Time=40000000 GoID=7 Running->Runnable Reason=\"preempted\"\n");
	line("M=11 P=0 G=-1 StateTransition Time=40000001 ProcID=0 Running->Idle Reason=\"\"\n");
	line("M=12 P=-1 G=-1 StateTransition Time=50000000 ProcID=0 Idle->Running Reason=\"\"\n");
	line("M=12 P=0 G=-1 StateTransition Time=50000064 GoID=7 Runnable->Running Reason=\"\"\n");
	line("M=12 P=0 G=7 StateTransition Time=60000000 GoID=7 Running->Waiting Reason=\"sleep\"\n");
	line("M=12 P=0 G=-1 StateTransition Time=70000000 ProcID=0 Running->Idle Reason=\"\"\n");
	line("M=12 P=0 G=-1 StateTransition Time=70000064 GoID=8 Elsewhere->Waiting Reason=\"\"\n");
	line("M=12 P=-1 G=-1 Metric Time=80000000 Name=\"x\"");
}

static void test_text(void)
{
	small();
	tap_ok(read_it(), "the text is read");
	tap_ok(go.nr_who == 2 && go.nr_slices == 8 && go.nr_threads == 2,
	       "a goroutine with six slices, a P with two, two threads");
	tap_ok(go.begin_ns == 10 * MS && go.end_ns == 70 * MS + 64, "from begin to end");
	tap_ok(go.nr_bad == 1, "a state that there is not is counted");
	tap_ok(go.cut, "a last line without an end is told");
	tap_ok(go.nr_moved == 1 && go.nr_marks == 10,
	       "a note a nanosecond behind another one has no time of its own");
	tap_ok(go.nr_snapshots == 2 && go.snapshot[1].mono_ns == 21990000, "snapshots");
	tap_ok(mps_gotrace_thread(&go, 12) && !mps_gotrace_thread(&go, 13), "threads");
}

static struct mps_merge merge;
static int64_t told_ns;

static void on_piece(void *arg, const struct mps_merge_piece *p)
{
	(void)arg;
	if (!p->who->is_p)
		told_ns += p->to_ns - p->from_ns;
}

static void seg(int tid, int64_t from, int64_t to, int state)
{
	static const struct mps_sproc proc = { .tgid = TGID };
	const struct mps_seg s = {
		.proc = &proc, .from_ns = (uint64_t)from, .to_ns = (uint64_t)to,
		.tid = tid, .state = state, .reason = -1, .syscall = -1,
	};

	mps_merge_seg(&merge, &s);
}

static uint64_t sum(const uint64_t *cut)
{
	uint64_t s = 0;

	for (int i = 0; i < MPS_NR_CUTS; i++)
		s += cut[i];
	return s;
}

static void test_merge(void)
{
	const struct mps_merge_sum *g, *p;

	if (!mps_merge_init(&merge, &go, 1000 * MS, 0, INT64_MAX))
		abort();
	merge.piece = on_piece;
	seg(11, 1005 * MS, 1015 * MS, MPSCOPE_STATE_RUNNING);
	seg(11, 1015 * MS, 1018 * MS, MPSCOPE_STATE_PREEMPTED);
	seg(12, 1052 * MS, 1055 * MS, MPSCOPE_STATE_WOKEN);
	seg(11, 1018 * MS, 1021 * MS, MPSCOPE_STATE_RUNNING);
	seg(11, 1021 * MS, 1029 * MS, MPSCOPE_STATE_BLOCKED);
	seg(11, 1029 * MS, 1050 * MS, MPSCOPE_STATE_RUNNING);
	seg(12, 1055 * MS, 1100 * MS, MPSCOPE_STATE_RUNNING);
	seg(13, 1000 * MS, 1100 * MS, MPSCOPE_STATE_RUNNING);
	mps_merge_end(&merge);
	p = &merge.sum[go.who[0].is_p ? 0 : 1];
	g = &merge.sum[go.who[0].is_p ? 1 : 0];
	tap_is((long long)g->ns[MPS_GO_RUNNING], 30 * MS - 128, "running, by the runtime");
	tap_is((long long)g->running[MPS_CUT_PREEMPTED], 3 * MS, "of that preempted");
	tap_is((long long)g->running[MPS_CUT_WOKEN], 3 * MS, "of that woken");
	tap_is((long long)g->running[MPS_CUT_UNKNOWN], 2 * MS - 64, "of that unknown");
	tap_is((long long)g->running[MPS_CUT_ON_CPU], 22 * MS - 64, "of that on a CPU");
	tap_is((long long)g->syscall[MPS_CUT_BLOCKED], 8 * MS, "in a call, blocked");
	tap_is((long long)g->syscall[MPS_CUT_ON_CPU], 2 * MS, "in a call, on a CPU");
	tap_ok(sum(g->running) == g->ns[MPS_GO_RUNNING] &&
	       sum(g->syscall) == g->ns[MPS_GO_SYSCALL] &&
	       sum(p->running) == p->ns[MPS_GO_RUNNING], "cuts add up");
	tap_is((long long)p->ns[MPS_GO_RUNNING], 50 * MS + 1, "the P is held");
	tap_is((long long)p->running[MPS_CUT_BLOCKED], 8 * MS, "its M blocked with it");
	tap_is((long long)g->ns[MPS_GO_RUNNABLE], 10 * MS + 64, "it wanted a P");
	tap_is(told_ns, 60 * MS, "pieces of the goroutine cover its life since then");
	mps_merge_free(&merge);
	mps_gotrace_free(&go);
}

/* A window cuts off what lies outside. */
static void test_window(void)
{
	small();
	if (!read_it() || !mps_merge_init(&merge, &go, 0, 15 * MS, 35 * MS))
		abort();
	seg(11, 15 * MS, 35 * MS, MPSCOPE_STATE_RUNNING);
	mps_merge_end(&merge);
	for (int i = 0; i < 2; i++)
		tap_is((long long)merge.sum[i].running[MPS_CUT_ON_CPU],
		       (go.who[i].is_p ? 20 : 10) * MS, "what both cover is cut");
	mps_merge_free(&merge);
	mps_gotrace_free(&go);
}

static uint64_t rnd(uint64_t below)
{
	static uint64_t state = 88172645463325252;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % below;
}

#define NR_WAKES	200

/* Three Ms that sleep and run at random, and note when they get a P and more. */
static void make_run(struct mps_stays *stays, int64_t offset, bool theirs)
{
	static int64_t from[3][NR_WAKES], to[3][NR_WAKES];

	for (int m = 0; m < 3; m++) {
		int64_t ns = 5000 * MS;

		for (int i = 0; i < NR_WAKES; i++) {
			ns += (int64_t)rnd(20 * MS) + 100000;
			from[m][i] = ns;
			ns += (int64_t)rnd(5 * MS) + 200000;
			to[m][i] = ns;
			line("M=%d P=-1 G=-1 StateTransition Time=%lld ProcID=%d Idle->Running Reason=\"\"\n",
			     20 + m, (long long)(from[m][i] + 5000 +
						 (int64_t)rnd(40000)), m);
			line("M=%d P=%d G=-1 StateTransition Time=%lld ProcID=%d Running->Idle Reason=\"\"\n",
			     20 + m, m, (long long)(to[m][i] - 5000 -
						    (int64_t)rnd(40000)), m);
		}
	}
	line("M=-1 P=-1 G=-1 Sync Time=1 N=1 Trace=%lld Mono=%lld Wall=x\n",
	     5000000060LL, (long long)(5000 * MS + offset));
	if (!read_it() || !mps_stays_init(stays, &go))
		abort();
	for (int m = 0; m < 3; m++)
		for (int i = 0; i < NR_WAKES; i++) {
			int64_t other = theirs ? 0 : (int64_t)rnd(40 * MS);

			mps_stays_wake(stays, 20 + m);
			if (!mps_stays_add(stays, 20 + m, from[m][i] + offset + other,
					   to[m][i] + offset + other))
				abort();
		}
}

static void forget(struct mps_stays *stays)
{
	mps_stays_free(stays);
	mps_gotrace_free(&go);
}

static void is_near(const struct mps_align *a, int64_t offset, const char *name)
{
	int64_t d = a->offset_ns - offset;

	tap_ok(d > -5000 && d < 5000, "%s: %lld ns off", name, (long long)d);
}

static void test_align(void)
{
	struct mps_stays stays;
	struct mps_align a;

	make_run(&stays, 0, true);
	tap_ok(!mps_align_by_events(&a, &stays, true), "events of one clock");
	is_near(&a, 0, "one clock");
	tap_ok(a.notes == a.on_cpu && a.notes == NR_WAKES * 6, "all of them fit");
	tap_ok(a.late.nr == NR_WAKES * 3 && mps_times_at_most(&a.late, 5000) < 60000,
	       "the error is what an M takes to its first note");
	tap_ok(!mps_align_by_snapshot(&a, &stays, true) && a.offset_ns == -60,
	       "its snapshot");
	tap_ok(mps_align_by_snapshot(&a, &stays, false) == MPS_ALIGN_NO_SNAPSHOT,
	       "which is of no use with another clock of the recording");
	forget(&stays);
	make_run(&stays, 3600000 * MS + 123456, true);
	tap_ok(!mps_align_by_events(&a, &stays, false), "clocks an hour apart");
	is_near(&a, 3600000 * MS + 123456, "an hour");
	tap_ok(!mps_align_by_snapshot(&a, &stays, true), "and by its snapshot");
	is_near(&a, 3600000 * MS + 123456, "snapshot");
	forget(&stays);
	make_run(&stays, 0, false);
	tap_ok(mps_align_by_events(&a, &stays, true) == MPS_ALIGN_NO_FIT,
	       "another run does not fit");
	forget(&stays);
	make_run(&stays, -3600000 * MS, false);
	tap_ok(mps_align_by_events(&a, &stays, true) == MPS_ALIGN_APART,
	       "another run at another time, of one clock");
	tap_ok(mps_align_by_events(&a, &stays, false) == MPS_ALIGN_NO_FIT,
	       "another run at another time, of two clocks");
	forget(&stays);
	small();
	if (!read_it() || !mps_stays_init(&stays, &go))
		abort();
	tap_ok(mps_stays_add(&stays, 99, 0, MS) &&
	       mps_align_by_events(&a, &stays, true) == MPS_ALIGN_NO_THREAD,
	       "no thread in common");
	forget(&stays);
}

int main(void)
{
	tap_plan(8 + 12 + 2 + 14);
	test_text();
	test_merge();
	test_window();
	test_align();
	return tap_end();
}
