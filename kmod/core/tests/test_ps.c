// SPDX-License-Identifier: GPL-2.0
/* Test: the account of Ps, the pressure on them, its averages. */
#include <stdlib.h>

#include "../ps.h"
#include "tap.h"

static struct mps_ps *ps;

static void fresh(u32 nprocs)
{
	free(ps);
	ps = malloc(sizeof(*ps) + nprocs * sizeof(ps->p[0]));
	mps_ps_begin(ps, nprocs, 1000);
}

/* Thread @owner got its CPU at @in_ns, after waiting @wait_ns. */
static struct mps_holder by(u64 owner, u64 in_ns, u64 wait_ns, bool handed)
{
	return (struct mps_holder){
		.owner = owner, .m = owner, .tid = owner, .cpu = owner,
		.in_ns = in_ns, .wait_ns = wait_ns, .handed = handed,
	};
}

static void hold(u32 p, u64 owner, u64 in_ns, u64 wait_ns, bool handed, u64 now)
{
	struct mps_holder h = by(owner, in_ns, wait_ns, handed);

	mps_ps_hold(ps, p, &h, now);
}

static void resume(u32 p, u64 owner, u64 wait_ns, u64 now)
{
	struct mps_holder h = by(owner, now, wait_ns, false);

	mps_ps_resume(ps, p, &h, now);
}

/* The buckets in the order of the states, at an instant. */
static bool is(u32 i, u64 now, u64 running, u64 runnable, u64 blocked, u64 call,
	       u64 idle, u64 unknown)
{
	const u64 want[] = { running, runnable, blocked, call, idle, unknown };
	struct mps_p p;

	mps_ps_tick(ps, now);
	mps_p_peek(ps, i, &p);
	if (!memcmp(p.ns, want, sizeof(want)) &&
	    mps_p_life_ns(&p) == p.last_ns - p.begin_ns)
		return true;
	tap_note("running %llu runnable %llu blocked %llu syscall %llu idle %llu unknown %llu",
		 (unsigned long long)p.ns[0], (unsigned long long)p.ns[1],
		 (unsigned long long)p.ns[2], (unsigned long long)p.ns[3],
		 (unsigned long long)p.ns[4], (unsigned long long)p.ns[5]);
	return false;
}

static bool stalls(u64 some, u64 full)
{
	if (ps->some.total_ns == some && ps->full.total_ns == full)
		return true;
	tap_note("some %llu full %llu", (unsigned long long)ps->some.total_ns,
		 (unsigned long long)ps->full.total_ns);
	return false;
}

static_assert(MPSCOPE_PSTATE_RUNNING == 0 && MPSCOPE_PSTATE_RUNNABLE == 1 &&
	      MPSCOPE_PSTATE_BLOCKED == 2 && MPSCOPE_PSTATE_SYSCALL == 3 &&
	      MPSCOPE_PSTATE_IDLE == 4 && MPSCOPE_PSTATE_UNKNOWN == 5 &&
	      MPSCOPE_NR_PSTATES == 6);

static void test_first(void)
{
	fresh(2);
	tap_ok(is(0, 1500, 0, 0, 0, 0, 0, 500), "nothing seen: unknown");
	hold(0, 1, 1200, 100, false, 1600);
	tap_ok(is(0, 1600, 400, 0, 0, 0, 0, 200),
	       "seen with a thread: its own since that got the CPU");
	tap_ok(is(0, 1700, 500, 0, 0, 0, 0, 200), "and runs on");
	tap_ok(is(1, 1700, 0, 0, 0, 0, 0, 700), "the other is not touched");
	hold(1, 2, 900, 50, false, 1700);
	tap_ok(is(1, 1700, 700, 0, 0, 0, 0, 0),
	       "a thread that runs for longer than the account");
}

static void test_preempted(void)
{
	fresh(1);
	hold(0, 1, 1000, 0, false, 1100);
	mps_ps_leave(ps, 0, 1, MPSCOPE_PSTATE_RUNNABLE, 1200);
	tap_ok(is(0, 1250, 200, 50, 0, 0, 0, 0) && stalls(50, 50),
	       "preempted: runnable, a stall that goes on");
	resume(0, 1, 80, 1300);
	tap_ok(is(0, 1400, 300, 100, 0, 0, 0, 0) && stalls(100, 100),
	       "it runs again");
	mps_ps_leave(ps, 0, 1, MPSCOPE_PSTATE_BLOCKED, 1400);
	resume(0, 1, 30, 1500);
	tap_ok(is(0, 1500, 300, 130, 70, 0, 0, 0) && stalls(130, 130),
	       "blocked with it: split by the wait, which is a stall");
	mps_ps_release(ps, 0, 2, false, 1510);
	tap_ok(is(0, 1510, 310, 130, 70, 0, 0, 0),
	       "another's release changes nothing");
	mps_ps_release(ps, 0, 1, false, 1520);
	tap_ok(is(0, 1530, 320, 130, 70, 0, 10, 0), "released: idle");
	hold(0, 1, 1525, 5, false, 1540);
	mps_ps_release(ps, 0, 1, true, 1550);
	tap_ok(is(0, 1560, 345, 130, 70, 0, 5, 10),
	       "out of sight: unknown, not idle");
}

static void test_syscall(void)
{
	fresh(1);
	hold(0, 1, 1000, 0, false, 1000);
	mps_ps_leave(ps, 0, 1, MPSCOPE_PSTATE_SYSCALL, 1100);
	resume(0, 1, 20, 1200);
	tap_ok(ps->p[0].state == MPSCOPE_PSTATE_SYSCALL,
	       "back from a syscall: not known yet");
	hold(0, 1, 1200, 20, false, 1210);
	tap_ok(is(0, 1210, 110, 20, 0, 80, 0, 0), "it still had it");
	mps_ps_leave(ps, 0, 1, MPSCOPE_PSTATE_SYSCALL, 1300);
	hold(0, 2, 1370, 10, true, 1380);
	tap_ok(is(0, 1380, 210, 30, 0, 140, 0, 0),
	       "taken in a syscall and handed to another, which waited");
	tap_ok(ps->p[0].moves_m == 1 && ps->p[0].moves_cpu == 1,
	       "which is a move between Ms and between CPUs");
	mps_ps_release(ps, 0, 1, false, 1390);
	tap_ok(is(0, 1390, 220, 30, 0, 140, 0, 0), "the first has nothing to give");
}

static void test_handed(void)
{
	fresh(2);
	hold(0, 1, 1000, 0, false, 1000);
	hold(1, 2, 1000, 0, false, 1000);
	mps_ps_release(ps, 1, 2, false, 1100);
	hold(1, 3, 1200, 60, true, 1210);
	tap_ok(is(1, 1210, 110, 60, 0, 0, 40, 0), "handed by the waker: its wait counts");
	tap_ok(stalls(60, 0), "some stalled, but not all: the other ran");
	mps_ps_release(ps, 1, 3, false, 1250);
	hold(1, 2, 1300, 40, false, 1310);
	tap_ok(is(1, 1310, 160, 60, 0, 0, 90, 0), "picked up by itself: it does not");
	tap_ok(ps->p[1].moves_m == 2, "moves are counted by M");
}

/* Stalls that overlap count once, also when one is known only afterwards. */
static void test_overlap(void)
{
	fresh(2);
	hold(0, 1, 1000, 0, false, 1000);
	hold(1, 2, 1000, 0, false, 1000);
	mps_ps_leave(ps, 0, 1, MPSCOPE_PSTATE_RUNNABLE, 1100);
	mps_ps_leave(ps, 1, 2, MPSCOPE_PSTATE_RUNNABLE, 1150);
	resume(0, 1, 100, 1200);
	resume(1, 2, 100, 1250);
	tap_ok(stalls(150, 50), "two stalls that overlap; full where both wait");
	mps_ps_release(ps, 1, 2, false, 1260);
	mps_ps_leave(ps, 0, 1, MPSCOPE_PSTATE_RUNNABLE, 1300);
	hold(1, 3, 1400, 120, true, 1400);
	tap_ok(stalls(150 + 100 + 20, 50 + 100),
	       "a wait known afterwards adds what was not counted");
	resume(0, 1, 100, 1450);
	mps_ps_release(ps, 1, 3, false, 1460);
	hold(1, 2, 1470, 300, true, 1470);
	tap_ok(stalls(150 + 120 + 50 + 10, 50 + 100),
	       "one that reaches back over an older stall adds what is behind it");
}

/* Anything in any order: no time is lost, none is made up. */
static void test_sums(void)
{
	unsigned int i, k, bad = 0;
	u64 now = 1000, most;

	srand(1);
	fresh(4);
	for (i = 0; i < 200000; i++) {
		u32 p = rand() % 4;
		u64 owner = 1 + rand() % 3, step = rand() % 50;

		now += step;
		switch (rand() % 4) {
		case 0:
			hold(p, owner, now - rand() % 100, rand() % 200, rand() & 1,
			     now - rand() % 3);
			break;
		case 1:
			mps_ps_leave(ps, p, owner, rand() % 4, now);
			break;
		case 2:
			resume(p, owner, rand() % 100, now);
			break;
		default:
			mps_ps_release(ps, p, owner, rand() & 1, now);
		}
		for (k = 0; k < 4; k++) {
			struct mps_p copy;

			mps_p_peek(ps, k, &copy);
			bad += mps_p_life_ns(&copy) != ps->now_ns - 1000;
		}
		most = ps->now_ns - 1000;
		bad += ps->some.total_ns > most ||
		       ps->full.total_ns > ps->some.total_ns;
	}
	tap_ok(!bad, "any order: each P adds up, full <= some <= time");
	for (i = 0, k = 0; i < MPSCOPE_NR_PSTATES; i++)
		k += ps->nr[i];
	tap_ok(k == 4, "each P is in one state");
}

static void test_averages(void)
{
	u32 avg[MPS_NR_AVGS] = { 0 };

	mps_avg_update(avg, MPS_AVG_ONE, 5);
	tap_ok(avg[0] / 10486 == 63 && avg[1] / 10486 == 15 && avg[2] / 10486 == 3,
	       "10 s of all: 63, 15 and 3 per cent");
	mps_avg_update(avg, MPS_AVG_ONE, 1000000);
	tap_ok(avg[0] > MPS_AVG_ONE - 10 && avg[0] <= MPS_AVG_ONE &&
	       avg[2] > MPS_AVG_ONE - 100 && avg[2] <= MPS_AVG_ONE,
	       "for ever: all of it but for rounding, and not more");
	mps_avg_update(avg, 0, 5);
	tap_ok(avg[0] / 10486 == 36 && avg[1] / 10486 == 84,
	       "10 s of nothing: 36 and 84 per cent are left");
	mps_avg_update(avg, 0, 3000);
	tap_ok(avg[0] < 10 && avg[2] < 100, "then nothing but for rounding");
}

int main(void)
{
	tap_plan(29);
	test_first();
	test_preempted();
	test_syscall();
	test_handed();
	test_overlap();
	test_sums();
	test_averages();
	free(ps);
	return tap_end();
}
