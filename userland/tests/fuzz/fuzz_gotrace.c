// SPDX-License-Identifier: GPL-2.0
/*
 * Feeds damaged texts of Go traces to their reader, aligns them with stays made
 * up at random and merges them with intervals made up at random, for
 * FUZZ_SECONDS from FUZZ_SEED on. The sanitizers are the judge; besides, what is
 * cut adds up to what was whole.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "align.h"
#include "merge.h"
#include "tap.h"

#define MAX_TEXT	65536

static uint64_t state;
static unsigned long nr_runs, nr_slices, nr_fit, nr_bad;
static char text[MAX_TEXT];

/* xorshift64*: the same numbers everywhere */
static uint64_t rnd(uint64_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (state * UINT64_C(2685821657736338717) >> 16) % below;
}

/* Lines of both forms, mostly such as the go tool prints. */
static size_t make(void)
{
	static const char * const states[] = { "Running", "Runnable", "Waiting",
		"Syscall", "Idle", "NotExist", "Undetermined", "Odd" };
	unsigned long long ns = 1000000;
	size_t len = 0;

	while (len < MAX_TEXT - 512 && rnd(300)) {
		bool p = !rnd(3);

		ns += rnd(1000) ? rnd(100000) : rnd(UINT64_C(1) << 62);
		if (!rnd(40))
			len += (size_t)sprintf(text + len, "M=-1 P=-1 G=-1 Sync Time=%llu N=%d Trace=%llu Mono=%llu Wall=x\n",
					       ns, (int)rnd(9), ns, ns - rnd(100000));
		len += (size_t)sprintf(text + len, "M=%d P=%d G=-1 StateTransition Time=%llu %s%s=%d %s->%s\n",
				       (int)rnd(6) - 1, (int)rnd(3), ns,
				       rnd(2) ? "Reason=\"\" " : "", p ? "ProcID" : "GoID",
				       (int)rnd(20), states[rnd(8)], states[rnd(8)]);
	}
	for (uint64_t n = rnd(20); len && n; n--)
		text[rnd(len)] = (char)rnd(256);
	return len;
}

static void add_stays(struct mps_stays *stays)
{
	for (int tid = 0; tid < 5; tid++) {
		int64_t ns = (int64_t)rnd(1000000);

		for (uint64_t n = rnd(100); n; n--) {
			int64_t from = ns + (int64_t)rnd(100000);

			ns = from + (int64_t)rnd(1000000);
			if (!rnd(2))
				mps_stays_wake(stays, tid);
			if (!mps_stays_add(stays, tid, from, ns))
				abort();
		}
	}
}

static uint64_t sum(const uint64_t *cut)
{
	uint64_t s = 0;

	for (int i = 0; i < MPS_NR_CUTS; i++)
		s += cut[i];
	return s;
}

static void merge_it(const struct mps_gotrace *go, int64_t offset)
{
	static const struct mps_sproc proc = { .tgid = 1 };
	struct mps_merge m;
	uint64_t at[6] = { 0 };

	if (!mps_merge_init(&m, go, offset, (int64_t)rnd(5000000), INT64_MAX / 4))
		abort();
	for (uint64_t n = rnd(500); n; n--) {
		int tid = (int)rnd(6);
		struct mps_seg seg = { .proc = &proc, .tid = tid,
				       .state = (int64_t)rnd(MPSCOPE_NR_STATES) };

		seg.from_ns = at[tid] + (rnd(2) ? rnd(10000) : 0);
		seg.to_ns = seg.from_ns + 1 + rnd(100000);
		at[tid] = seg.to_ns;
		mps_merge_seg(&m, &seg);
	}
	mps_merge_end(&m);
	for (size_t i = 0; i < go->nr_who; i++)
		nr_bad += sum(m.sum[i].running) != m.sum[i].ns[MPS_GO_RUNNING] ||
			  sum(m.sum[i].syscall) != m.sum[i].ns[MPS_GO_SYSCALL];
	mps_merge_free(&m);
}

static void one(void)
{
	size_t len = make();
	FILE *f = fmemopen(text, len ? len : 1, "r");
	struct mps_gotrace go = { NULL };
	struct mps_stays stays;
	struct mps_align a;

	if (!f || !mps_gotrace_read(&go, f) || !mps_stays_init(&stays, &go))
		abort();
	fclose(f);
	nr_runs++;
	nr_slices += go.nr_slices;
	for (size_t i = 0; i < go.nr_slices; i++)
		nr_bad += go.slice[i].to_ns <= go.slice[i].from_ns ||
			  go.slice[i].who >= go.nr_who;
	add_stays(&stays);
	nr_fit += mps_align_by_snapshot(&a, &stays, rnd(2)) == MPS_ALIGN_OK;
	nr_fit += mps_align_by_events(&a, &stays, rnd(2)) == MPS_ALIGN_OK;
	merge_it(&go, rnd(2) ? 0 : a.offset_ns);
	mps_stays_free(&stays);
	mps_gotrace_free(&go);
}

int main(void)
{
	const char *seconds = getenv("FUZZ_SECONDS"), *seed = getenv("FUZZ_SEED");
	time_t end = time(NULL) + (seconds ? atoi(seconds) : 3);

	state = (seed ? strtoull(seed, NULL, 0) : 1) * 2 + 1;
	tap_plan(2);
	do
		one();
	while (time(NULL) < end);
	tap_note("%lu damaged texts, %lu slices, %lu alignments", nr_runs, nr_slices,
		 nr_fit);
	tap_ok(nr_slices, "some can still be read");
	tap_ok(!nr_bad, "slices are possible, and what is cut adds up");
	return tap_end();
}
