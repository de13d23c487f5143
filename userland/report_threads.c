// SPDX-License-Identifier: GPL-2.0
/* The report on single threads, for "stat --threads". */
#include "drops.h"
#include "fmt.h"
#include "report.h"

#define PERCENT(n, t, h) MPS_RC_DERIVED(n, t, MPS_KIND_PERCENT, h)

#define DATA_NS(n)							\
	{ .out = { .name = n, .kind = MPS_KIND_NS, .flags = MPS_COL_DATA },\
	  .snap = { MPS_U64, MPS_HOW_TIME } }
#define LAST_NS(n)							\
	{ .out = { .name = n, .kind = MPS_KIND_ID, .flags = MPS_COL_DATA },\
	  .snap = { MPS_U64, MPS_HOW_LAST } }

/*
 * wake_* is left out: the columns are unknown but with the feature "wakers",
 * and "mpscope wakers" shows more of that.
 */
static const struct mps_reading_col cols[] = {
	MPS_RC_KEY("tid", NULL, 0),
	MPS_RC_ROLE(0),
	MPS_RC_WORD("comm", NULL, 3),
	MPS_RC_WORD("state", NULL, 0),
	MPS_RC_WORD("reason", NULL, 0),
	MPS_RC_WORD("mode", NULL, 8),
	{ .out = { .name = "cpu", .kind = MPS_KIND_ID },
	  .snap = { MPS_U64, MPS_HOW_LAST } },
	PERCENT("running_percent", "run%", 0),
	PERCENT("woken_percent", "wait%", 0),
	PERCENT("preempted_percent", "prmt%", 0),
	PERCENT("yielded_percent", "yield%", 9),
	MPS_RC_COUNT("switches_vol", "vol", 0),
	MPS_RC_COUNT("switches_invol", "invol", 0),
	MPS_RC_COUNT("runs", NULL, 7),
	MPS_RC_COUNT("migrations", "migr", 0),
	MPS_RC_COUNT("cpu_changes", "cpu-chg", 6),
	{ .out = { .name = "since_ns", .kind = MPS_KIND_ID,
		   .flags = MPS_COL_DATA },
	  .snap = { MPS_U64, MPS_HOW_ID } },
	LAST_NS("now_ns"),
	DATA_NS("life_ns"),
	DATA_NS("running_ns"),
	DATA_NS("woken_ns"),
	DATA_NS("preempted_ns"),
	DATA_NS("yielded_ns"),
	DATA_NS("blocked_ns"),
	DATA_NS("birth_ns"),
};

static void derive(const struct mps_layout *l, struct mps_cell *row,
		   const struct mps_cell *total, uint64_t elapsed_ns)
{
	static const char * const of[][2] = {
		{ "running_percent", "running_ns" },
		{ "woken_percent", "woken_ns" },
		{ "preempted_percent", "preempted_ns" },
		{ "yielded_percent", "yielded_ns" },
	};

	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		size_t to = mps_layout_find(l, of[i][0]);
		size_t ns = mps_layout_find(l, of[i][1]);
		size_t life = mps_layout_find(l, "life_ns");
		/* of a thread: of its life; of all of them: of the time */
		uint64_t whole = row == total ? elapsed_ns : row[life].u;

		row[to] = mps_cell_none();
		if (row[ns].known && row[life].known && whole)
			row[to] = mps_cell_u64(mps_fmt_share(row[ns].u, whole));
	}
}

const struct mps_report mps_report_threads = {
	.command = "stat",
	.file = "threads",
	.rows = "threads",
	.cols = cols,
	.nr_cols = sizeof(cols) / sizeof(cols[0]),
	.sort = "running_ns",
	.drops = MPS_DROPS_ROWS,
	.derive = derive,
	.note = "run% wait% prmt%: of the life of the thread; in the total, of one CPU",
};
