// SPDX-License-Identifier: GPL-2.0
/*
 * Test: a million random events, also impossible ones, against a second
 * account that is kept in the plainest way. After each of them the buckets
 * add up to the life.
 */
#include "../account.h"
#include "tap.h"

#define NR_EVENTS	1000000
#define SEED		0x6d70736c696665ull

static u64 seed = SEED;

static u64 rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* Of any magnitude up to 2^bits. */
static u64 rnd_log(unsigned int bits)
{
	return (rnd() >> 20) & ((1ull << (rnd() >> 40) % (bits + 1)) - 1);
}

/* The second account: only what the event itself says. */
static struct {
	u64 running_ns, off_ns, waited_ns, vol, invol, ins, blocks, changes;
} plain;

static struct mps_account a;
static u64 clock_ns;
static u64 delay_ns;		/* what sched_info.run_delay would say */
static unsigned int nr_done, nr_refused, nr_backwards, nr_lives, nr_peeks;
static const char *broken;

static void want(bool good, const char *what)
{
	if (!good && !broken)
		broken = what;
}

#define WANT(cond)	want(cond, #cond)

static u64 advance(void)
{
	u64 before = a.last_ns, now_ns;

	clock_ns += rnd_log(36);
	now_ns = clock_ns;
	if (!(rnd() & 7)) {	/* another CPU's clock, behind ours */
		now_ns -= rnd_log(36);
		if (now_ns > clock_ns)
			now_ns = 0;
	}
	nr_backwards += now_ns < before;
	return now_ns;
}

static u64 passed(u64 now_ns)
{
	return now_ns > a.last_ns ? now_ns - a.last_ns : 0;
}

static void begin(void)
{
	static const u8 first[] = {
		MPSCOPE_STATE_RUNNING, MPSCOPE_STATE_RUNNING,
		MPSCOPE_STATE_PREEMPTED, MPSCOPE_STATE_BLOCKED,
		MPSCOPE_STATE_BIRTH, MPSCOPE_STATE_DEAD, MPS_STATE_UNARMED,
	};
	u8 state = first[rnd() % NR(first)];

	memset(&a, 0, sizeof(a));
	memset(&plain, 0, sizeof(plain));
	nr_lives++;
	if (state == MPS_STATE_UNARMED) {
		a.state = state;
		return;
	}
	mps_account_begin(&a, clock_ns, state, rnd() & 3, delay_ns);
	plain.ins = state == MPSCOPE_STATE_RUNNING;
	if (state == MPSCOPE_STATE_BLOCKED) {
		mps_account_blocked_in(&a, rnd(), rnd(), rnd() % 512);
		plain.blocks++;
	}
}

static void out(void)
{
	/* death is rare, so that lives are long; one in 16 is nonsense */
	static const u8 events[] = {
		MPS_EV_OUT_BLOCK, MPS_EV_OUT_BLOCK, MPS_EV_OUT_BLOCK,
		MPS_EV_OUT_BLOCK, MPS_EV_OUT_BLOCK, MPS_EV_OUT_BLOCK,
		MPS_EV_OUT_BLOCK, MPS_EV_OUT_BLOCK, MPS_EV_OUT_PREEMPT,
		MPS_EV_OUT_PREEMPT, MPS_EV_OUT_PREEMPT, MPS_EV_OUT_YIELD,
		MPS_EV_OUT_YIELD, MPS_EV_IN, MPS_NR_EVENTS, 255,
	};
	struct mps_out o = {
		.now_ns = advance(),
		.delay_ns = delay_ns,
		.event = events[rnd() % NR(events)],
		.reason = rnd() % (MPSCOPE_NR_REASONS + 2),
		.mode = rnd() % (MPSCOPE_NR_MODES + 1),
		.voluntary = rnd() & 1,
		.syscall = (s32)(rnd() % 512) - 2,
	};
	struct mps_account before;
	bool done;
	u64 ns = passed(o.now_ns);

	if (!(rnd() & 1023))
		o.event = MPS_EV_OUT_DEAD;
	memcpy(&before, &a, sizeof(a));
	done = mps_account_out(&a, &o);
	WANT(done == (before.state == MPSCOPE_STATE_RUNNING &&
		      o.event <= MPS_EV_OUT_DEAD));
	if (!done) {
		nr_refused++;
		WANT(!memcmp(&before, &a, sizeof(a)));
		return;
	}
	plain.running_ns += ns;
	plain.vol += o.voluntary;
	plain.invol += !o.voluntary;
	plain.blocks += o.event == MPS_EV_OUT_BLOCK;
	WANT(a.run_ns == ns);
}

static void in(void)
{
	struct mps_in i = { .now_ns = advance(), .wait_ns = rnd_log(37),
			    .cpu = rnd() & 3 };
	struct mps_account before;
	struct mps_episode e;
	u64 ns = passed(i.now_ns);
	bool done;

	if (!(rnd() & 63))
		i.wait_ns = U64_MAX;
	memcpy(&before, &a, sizeof(a));
	done = mps_account_in(&a, &i, &e);
	WANT(done == (before.state != MPSCOPE_STATE_RUNNING &&
		      before.state != MPSCOPE_STATE_DEAD &&
		      before.state != MPS_STATE_UNARMED));
	if (!done) {
		nr_refused++;
		WANT(!memcmp(&before, &a, sizeof(a)));
		return;
	}
	delay_ns += e.wait_ns;
	plain.off_ns += ns;
	plain.waited_ns += e.wait_ns;
	plain.ins++;
	plain.changes += i.cpu != before.cpu;
	WANT(e.blocked_ns + e.wait_ns == ns);
	WANT(e.wait_ns <= i.wait_ns || e.state == MPSCOPE_STATE_PREEMPTED ||
	     e.state == MPSCOPE_STATE_YIELDED);
}

/* A look must not change what is looked at, and must be whole itself. */
static void peek(void)
{
	struct mps_account copy;
	u64 now_ns = advance(), open_ns, life_ns = mps_account_life_ns(&a);
	bool queued = rnd() & 1;

	memcpy(&copy, &a, sizeof(a));
	open_ns = mps_account_peek(&copy, now_ns, queued, rnd_log(37));
	nr_peeks++;
	WANT(mps_account_life_ns(&copy) == copy.last_ns - copy.begin_ns);
	WANT(open_ns <= passed(now_ns));
	if (a.state == MPSCOPE_STATE_DEAD || a.state == MPS_STATE_UNARMED) {
		WANT(!open_ns);
		WANT(!memcmp(&copy, &a, sizeof(a)));
		return;
	}
	WANT(mps_account_life_ns(&copy) == life_ns + passed(now_ns));
	if (copy.state != a.state)
		WANT(queued && copy.state == MPSCOPE_STATE_WOKEN);
	else
		WANT(open_ns == passed(now_ns));
}

static u64 in_hist(unsigned int hist)
{
	unsigned int i;
	u64 nr = 0;

	for (i = 0; i < MPSCOPE_HIST_BINS; i++)
		nr += a.hist[hist].bin[i];
	return nr;
}

/* All that can be said of any account at any time. */
static void check(void)
{
	unsigned int r, m;
	u64 nr = 0;

	WANT(mps_account_life_ns(&a) == a.last_ns - a.begin_ns);
	WANT(plain.running_ns + plain.off_ns == a.last_ns - a.begin_ns);
	WANT(a.ns[MPSCOPE_STATE_RUNNING] == plain.running_ns);
	WANT(a.ns[MPSCOPE_STATE_WOKEN] + a.ns[MPSCOPE_STATE_PREEMPTED] +
	     a.ns[MPSCOPE_STATE_YIELDED] == plain.waited_ns);
	WANT(!a.ns[MPSCOPE_STATE_BLOCKED] && !a.ns[MPSCOPE_STATE_DEAD]);
	WANT(a.nr[MPSCOPE_STATE_RUNNING] == plain.ins);
	WANT(a.switches[0] == plain.invol && a.switches[1] == plain.vol);
	WANT(a.cpu_changes == plain.changes);
	for (r = 0; r < MPSCOPE_NR_REASONS; r++)
		for (m = 0; m < MPSCOPE_NR_MODES; m++) {
			nr += a.blocked[r][m].nr;
			WANT(a.blocked[r][m].max_ns <= a.blocked[r][m].ns);
		}
	/* an episode is counted when it ends */
	WANT(nr + (a.state == MPSCOPE_STATE_BLOCKED) == plain.blocks);
	WANT(in_hist(MPSCOPE_HIST_RUN) == plain.vol + plain.invol);
	WANT(in_hist(MPSCOPE_HIST_WAKE_TO_RUN) == a.nr[MPSCOPE_STATE_WOKEN]);
	WANT(in_hist(MPSCOPE_HIST_BLOCK) == nr);
}

int main(void)
{
	unsigned int i;

	tap_plan(2);
	begin();
	for (i = 0; i < NR_EVENTS && !broken; i++) {
		u64 dice = rnd() % 16;

		if (a.state >= MPSCOPE_STATE_DEAD ? !dice : !(rnd() & 4095))
			begin();
		else if (dice < 2)
			peek();
		else if ((dice < 14) == (a.state == MPSCOPE_STATE_RUNNING))
			out();
		else
			in();
		nr_done++;
		check();
	}
	if (!tap_ok(!broken, "%d random events: the buckets add up after each",
		    NR_EVENTS))
		tap_note("after event %u: not so: %s", i, broken);
	/* A sequence that never went anywhere would have shown nothing. */
	tap_ok(nr_done == NR_EVENTS && nr_lives > 100 && nr_refused > 1000 &&
	       nr_backwards > 1000 && nr_peeks > 1000,
	       "lives, refusals, looks, a clock behind: all occurred");
	tap_note("seed %#llx: %u lives, %u refused, %u looks", SEED, nr_lives,
		 nr_refused, nr_peeks);
	tap_note("%u times the clock was behind", nr_backwards);
	return tap_end();
}
