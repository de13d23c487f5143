// SPDX-License-Identifier: GPL-2.0
/* Rows of readings: difference, groups, order, sums. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snap.h"
#include "tap.h"

enum { TID, WHY, NR_CALLS, TOTAL, MAX, MAX_CPU, COMM, NR_COLS };

static const struct mps_snap_col cols[NR_COLS] = {
	{ MPS_U64, MPS_HOW_KEY }, { MPS_STR, MPS_HOW_KEY },
	{ MPS_U64, MPS_HOW_SUM }, { MPS_U64, MPS_HOW_SUM },
	{ MPS_U64, MPS_HOW_MAX }, { MPS_U64, MPS_HOW_OF_MAX },
	{ MPS_STR, MPS_HOW_LAST },
};

/* The thread is an id, as "blocking" has it; total is a time. */
static const struct mps_snap_col by_why[NR_COLS] = {
	{ MPS_U64, MPS_HOW_ID }, { MPS_STR, MPS_HOW_KEY },
	{ MPS_U64, MPS_HOW_SUM }, { MPS_U64, MPS_HOW_TIME },
	{ MPS_U64, MPS_HOW_MAX }, { MPS_U64, MPS_HOW_OF_MAX },
	{ MPS_STR, MPS_HOW_LAST },
};

static void add(struct mps_snap *s, uint64_t tid, const char *why, uint64_t nr,
		uint64_t total, uint64_t max, uint64_t cpu, const char *comm)
{
	const struct mps_cell row[NR_COLS] = {
		mps_cell_u64(tid), mps_cell_str(why), mps_cell_u64(nr),
		mps_cell_u64(total), mps_cell_u64(max), mps_cell_u64(cpu),
		mps_cell_str(comm),
	};

	if (!mps_snap_add(s, row))
		abort();
}

/* Rows as "tid/why/nr/total/max/cpu/comm;". */
static const char *dump(const struct mps_snap *s)
{
	static char buf[4096];
	size_t used = 0;

	buf[0] = 0;
	for (size_t i = 0; i < s->nr_rows; i++)
		for (size_t c = 0; c < NR_COLS; c++) {
			const struct mps_cell *cell = &mps_snap_row(s, i)[c];
			char end = c + 1 < NR_COLS ? '/' : ';';

			if (!cell->known)
				used += (size_t)sprintf(buf + used, "-%c", end);
			else if (cols[c].type == MPS_STR)
				used += (size_t)sprintf(buf + used, "%s%c",
							cell->s, end);
			else
				used += (size_t)sprintf(buf + used, "%llu%c",
							(unsigned long long)
							cell->u, end);
		}
	return buf;
}

static void expect(const struct mps_snap *s, const char *want, const char *name)
{
	if (!tap_ok(!strcmp(dump(s), want), "%s", name)) {
		tap_note("got  %s", dump(s));
		tap_note("want %s", want);
	}
}

static void test_sub(void)
{
	struct mps_snap a, b;
	size_t nr_new;

	mps_snap_init(&a, cols, NR_COLS);
	mps_snap_init(&b, cols, NR_COLS);
	/* 3 comes before 1; 2 dies; 4 is born; 1 has two reasons */
	add(&a, 3, "x", 5, 50, 9, 1, "api");
	add(&a, 1, "x", 1, 10, 4, 2, "api");
	add(&a, 1, "y", 2, 20, 4, 3, "api");
	add(&a, 2, "x", 7, 70, 8, 4, "api");
	add(&b, 1, "x", 3, 15, 5, 6, "web");
	add(&b, 1, "y", 2, 20, 4, 3, "api");
	add(&b, 3, "x", 6, 51, 9, 1, "api");
	add(&b, 4, "x", 2, 22, 3, 0, "new");
	tap_ok(mps_snap_sub(&b, &a, &nr_new) && !nr_new, "sub: nobody is new");
	expect(&b, "1/x/2/5/5/6/web;1/y/0/0/4/3/api;3/x/1/1/9/1/api;4/x/2/22/3/0/new;",
	       "sub: counters are subtracted, the rest stays");
	tap_ok(mps_snap_drop_idle(&b) == 1 && b.nr_rows == 3,
	       "the row without activity goes");
	mps_snap_free(&a);
	mps_snap_free(&b);

	/* an id that was used again; and twins: a dead one and a live one */
	add(&a, 1, "x", 9, 90, 1, 1, "old");
	add(&a, 2, "x", 5, 50, 1, 1, "dead");
	add(&a, 2, "x", 1, 10, 1, 1, "live");
	add(&b, 1, "x", 2, 95, 1, 1, "new");
	add(&b, 2, "x", 5, 50, 1, 1, "dead");
	add(&b, 2, "x", 4, 15, 1, 1, "live");
	tap_ok(mps_snap_sub(&b, &a, &nr_new) && nr_new == 1,
	       "sub: an id used again is noticed");
	expect(&b, "1/x/2/95/1/1/new;2/x/0/0/1/1/dead;2/x/3/5/1/1/live;",
	       "sub: it counts from its birth; twins match in order");
	mps_snap_free(&a);
	mps_snap_free(&b);
}

static void test_unknown(void)
{
	struct mps_cell row[NR_COLS] = { { 0 } }, total[NR_COLS];
	struct mps_snap a, b;
	size_t nr_new;

	mps_snap_init(&a, cols, NR_COLS);
	mps_snap_init(&b, cols, NR_COLS);
	row[TID] = mps_cell_u64(1);
	add(&b, 1, NULL, 5, 6, 7, 8, NULL);
	tap_ok(mps_snap_add(&a, row), "a row of unknown cells is taken");
	tap_ok(mps_snap_sub(&b, &a, &nr_new), "sub: unknown key matches itself");
	expect(&b, "1/-/-/-/7/8/-;", "sub: minus unknown is unknown, not 5");
	add(&b, 2, "x", 1, 1, 9, 3, "z");
	mps_snap_total(&b, total);
	tap_ok(!total[NR_CALLS].known && !total[TOTAL].known,
	       "total: with an unknown summand it is unknown");
	tap_ok(total[MAX].u == 9 && total[MAX_CPU].u == 3,
	       "total: the maximum brings what belongs to it");
	tap_ok(!total[TID].known && !total[COMM].known,
	       "total: keys and names have none");
	mps_snap_free(&a);
	mps_snap_free(&b);
	mps_snap_total(&b, total);
	tap_ok(total[TOTAL].known && !total[TOTAL].u && !total[MAX].known,
	       "total of no rows: sums are 0, a maximum is unknown");
}

static void test_group(void)
{
	struct mps_snap s;

	mps_snap_init(&s, by_why, NR_COLS);
	add(&s, 1, "futex", 1, 10, 3, 11, "a");
	add(&s, 2, "epoll", 2, 20, 9, 12, "b");
	add(&s, 3, "futex", 4, 40, 8, 13, "c");
	add(&s, 4, "futex", 8, 80, 8, 14, "d");
	tap_ok(mps_snap_group(&s) && s.nr_rows == 2, "two groups");
	expect(&s, "2/epoll/2/20/9/12/b;-/futex/13/130/8/13/a;",
	       "group: sums, and the first largest maximum with its CPU");
	mps_snap_free(&s);
	tap_ok(mps_snap_group(&s) && !s.nr_rows, "group of no rows");
	mps_snap_free(&s);
}

/* Differences are of threads, then come the groups: threads come and go. */
static void test_sub_then_group(void)
{
	struct mps_snap a, b;
	size_t nr_new;

	mps_snap_init(&a, by_why, NR_COLS);
	mps_snap_init(&b, by_why, NR_COLS);
	add(&a, 1, "futex", 5, 1000, 3, 0, "a");
	add(&a, 2, "futex", 7, 5000, 3, 0, "b");
	add(&b, 2, "futex", 8, 5010, 3, 0, "b");	/* 1 was evicted */
	add(&b, 3, "futex", 1, 100, 3, 0, "c");		/* 3 was born */
	add(&b, 4, "futex", 1, 1, 3, 0, "d");
	tap_ok(mps_snap_sub(&b, &a, &nr_new) && !nr_new && mps_snap_group(&b),
	       "subtract by thread, group without");
	expect(&b, "-/futex/3/111/3/0/b;", "only what happened meanwhile");
	mps_snap_free(&a);
	mps_snap_free(&b);

	add(&a, 1, "futex", 5, 1000, 3, 0, "a");
	add(&b, 1, "futex", 6, 998, 3, 0, "a");
	tap_ok(mps_snap_sub(&b, &a, &nr_new) && !nr_new,
	       "a time that steps back is no new thread");
	expect(&b, "1/futex/1/0/3/0/a;", "it counts 0");
	mps_snap_free(&a);
	mps_snap_free(&b);
}

static void test_sort(void)
{
	struct mps_cell row[NR_COLS] = { { 0 } };
	struct mps_snap s;

	mps_snap_init(&s, cols, NR_COLS);
	row[TID] = mps_cell_u64(9);
	mps_snap_add(&s, row);
	add(&s, 1, "b", 5, 0, 0, 0, "z");
	add(&s, 2, "a", 7, 0, 0, 0, "y");
	add(&s, 3, "c", 5, 0, 0, 0, "x");
	tap_ok(mps_snap_sort(&s, NR_CALLS), "sort by a number");
	expect(&s, "2/a/7/0/0/0/y;1/b/5/0/0/0/z;3/c/5/0/0/0/x;9/-/-/-/-/-/-;",
	       "largest first, equals in order, unknown last");
	tap_ok(mps_snap_sort(&s, WHY), "sort by a string");
	expect(&s, "2/a/7/0/0/0/y;1/b/5/0/0/0/z;3/c/5/0/0/0/x;9/-/-/-/-/-/-;",
	       "smallest first, unknown last");
	tap_ok(mps_snap_cut(&s, 0) == 0 && s.nr_rows == 4, "0 cuts nothing");
	tap_ok(mps_snap_cut(&s, 3) == 1 && s.nr_rows == 3, "cut to three");
	mps_snap_free(&s);
}

/* 10,000 threads, twice, and back to 0. */
static void test_many(void)
{
	struct mps_cell total[NR_COLS];
	struct mps_snap a, b;
	size_t nr_new;
	char comm[32];

	mps_snap_init(&a, cols, NR_COLS);
	mps_snap_init(&b, cols, NR_COLS);
	for (uint64_t i = 0; i < 10000; i++) {
		snprintf(comm, sizeof(comm), "thread-%llu",
			 (unsigned long long)(i / 3));
		add(&a, i, "x", i, 2 * i, i, 1, comm);
		/* in another order */
		add(&b, 9999 - i, "x", 9999 - i + 1, 2 * (9999 - i), i, 1,
		    comm);
	}
	tap_ok(mps_snap_sub(&b, &a, &nr_new) && !nr_new, "10,000 rows");
	mps_snap_total(&b, total);
	tap_ok(total[NR_CALLS].u == 10000 && !total[TOTAL].u,
	       "each has one more call and no more time");
	tap_ok(!strcmp(mps_snap_row(&a, 9999)[COMM].s, "thread-3333") &&
	       !strcmp(mps_snap_row(&a, 0)[COMM].s, "thread-0"),
	       "strings live as long as the rows");
	mps_snap_free(&a);
	mps_snap_free(&b);
}

int main(void)
{
	tap_plan(5 + 7 + 3 + 4 + 6 + 3);
	test_sub();
	test_unknown();
	test_group();
	test_sub_then_group();
	test_sort();
	test_many();
	return tap_end();
}
