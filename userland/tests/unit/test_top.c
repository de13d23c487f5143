// SPDX-License-Identifier: GPL-2.0
/* The rows of "top", made of the fixtures: rates, filter, order. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"
#include "top.h"

static struct mps_target target = { .tgid = 4190121 };
static const struct mps_targets targets = { .t = &target, .nr = 1 };

static const struct mps_cell *cell(const struct mps_top *top, size_t row,
				   enum mps_top_col col)
{
	return &mps_snap_row(&top->rows, row)[col];
}

static bool is_tid(const struct mps_top *top, size_t row, uint64_t tid)
{
	return row < top->rows.nr_rows &&
	       cell(top, row, MPS_TOP_TID)->u == tid;
}

static void use(const char *step)
{
	char path[256];

	snprintf(path, sizeof(path), "tests/golden/tree/%s", step);
	setenv("MPSCOPE_DEBUGFS", path, 1);
}

static void test_first(struct mps_top *top)
{
	tap_ok(mps_top_read(top) && mps_top_arrange(top) &&
	       top->rows.nr_rows == 12, "12 threads");
	tap_ok(!top->t[0].interval_ns && top->t[0].threads == 12 &&
	       top->t[0].run == 727, "at first, since tagged");
	/* 221395932 of 12345678901 ns */
	tap_ok(is_tid(top, 1, 4190121) &&
	       cell(top, 1, MPS_TOP_RUN)->u == 179, "share of its life");
	/* 700 in 12.3 s are 56.7 */
	tap_ok(cell(top, 1, MPS_TOP_VOL)->u == 57, "rate, rounded up");
	tap_ok(!strcmp(cell(top, 4, MPS_TOP_WHY)->s, "epoll S") &&
	       !strcmp(cell(top, 4, MPS_TOP_STATE)->s, "blocked"),
	       "state and why");
}

static void test_interval(struct mps_top *top)
{
	tap_ok(mps_top_read(top) && mps_top_arrange(top), "second reading");
	tap_ok(top->t[0].interval_ns == 1000000000 && top->t[0].threads == 11,
	       "an interval of a second, one thread died");
	tap_ok(top->rows.nr_rows == 11 && is_tid(top, 0, 4190123) &&
	       cell(top, 0, MPS_TOP_VOL)->u == 200, "rates of the interval");
	top->show_dead = true;
	tap_ok(mps_top_arrange(top) && top->rows.nr_rows == 12,
	       "the dead one can be shown");
	top->show_dead = false;
}

static void test_order(struct mps_top *top)
{
	bool ok = true;

	top->sort = MPS_TOP_TID;
	ok &= mps_top_arrange(top);
	for (size_t i = 1; i < top->rows.nr_rows; i++)
		ok &= cell(top, i - 1, MPS_TOP_TID)->u <
		      cell(top, i, MPS_TOP_TID)->u;
	tap_ok(ok, "by tid, smallest first");
	top->sort = MPS_TOP_VOL;
	ok = mps_top_arrange(top);
	for (size_t i = 1; i < top->rows.nr_rows; i++)
		ok &= cell(top, i - 1, MPS_TOP_VOL)->u >
		      cell(top, i, MPS_TOP_VOL)->u ||
		      (cell(top, i - 1, MPS_TOP_VOL)->u ==
		       cell(top, i, MPS_TOP_VOL)->u &&
		       cell(top, i - 1, MPS_TOP_TID)->u <
		       cell(top, i, MPS_TOP_TID)->u);
	tap_ok(ok && is_tid(top, 0, 4190124),
	       "by switches, largest first, equals by tid");
	top->sort = MPS_TOP_WHY;
	tap_ok(mps_top_arrange(top) && is_tid(top, 0, 4190124),
	       "by word, smallest first");
}

static void test_filter(struct mps_top *top)
{
	static const struct {
		const char *filter;
		size_t rows;
	} filters[] = {
		{ "", 11 }, { "epoll", 1 }, { "EPOLL", 1 }, { "futex s", 7 },
		{ "4190124", 1 }, { "41901", 11 }, { "api", 11 },
		{ "nothing", 0 },
	};

	for (size_t i = 0; i < NR(filters); i++) {
		top->filter = filters[i].filter;
		tap_ok(mps_top_arrange(top) &&
		       top->rows.nr_rows == filters[i].rows &&
		       top->hidden == 11 - filters[i].rows, "filter '%s'",
		       filters[i].filter);
	}
	top->filter = "";
}

static void test_end(struct mps_top *top)
{
	setenv("MPSCOPE_DEBUGFS", "/nowhere/at/all", 1);
	tap_ok(!mps_top_read(top) && top->err == MPS_ERR_NO_MODULE &&
	       top->t[0].gone, "the module goes: nobody is left");
	tap_ok(mps_top_arrange(top) && !top->rows.nr_rows, "and no row");
}

int main(void)
{
	struct mps_top top;

	tap_plan(5 + 4 + 3 + 8 + 2);
	use("step1");
	if (!mps_top_init(&top, &targets))
		return 1;
	test_first(&top);
	use("step2");
	test_interval(&top);
	test_order(&top);
	test_filter(&top);
	test_end(&top);
	mps_top_free(&top);
	return tap_end();
}
