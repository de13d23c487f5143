// SPDX-License-Identifier: GPL-2.0
/* The report on where the time went: its columns, for "blocking" and "run". */
#include "drops.h"
#include "fmt.h"
#include "report.h"
#include "sysname.h"

#define KEY_WORD(n, h)							\
	{ .out = { .name = n, .kind = MPS_KIND_STRING, .hide = h },	\
	  .snap = { MPS_STR, MPS_HOW_KEY } }

#define COMMON_COLS							\
	KEY_WORD("state", 0),						\
	KEY_WORD("reason", 0),						\
	KEY_WORD("mode", 0),						\
	MPS_RC_COUNT("nr", NULL, 0),					\
	MPS_RC_NS("total_ns", "total", 0),				\
	MPS_RC_DERIVED("avg_ns", "avg", MPS_KIND_NS, 4),		\
	{ .out = { .name = "max_ns", .title = "max", .kind = MPS_KIND_NS },\
	  .snap = { MPS_U64, MPS_HOW_MAX } },				\
	{ .out = { .name = "max_syscall", .kind = MPS_KIND_ID,		\
		   .flags = MPS_COL_DATA },				\
	  .snap = { MPS_U64, MPS_HOW_OF_MAX } }

#define COMMON_TAIL							\
	{ .out = { .name = "max_syscall_name", .title = "max-in",	\
		   .kind = MPS_KIND_STRING, .hide = 5 },		\
	  .snap = { MPS_STR, MPS_HOW_LATER }, .src = MPS_SRC_DERIVED },	\
	MPS_RC_DERIVED("share", "share%", MPS_KIND_PERCENT, 0),		\
	{ .out = { .name = "bar", .title = "", .kind = MPS_KIND_BAR,	\
		   .flags = MPS_COL_TEXT, .hide = 3 },			\
	  .snap = { MPS_U64, MPS_HOW_LATER }, .src = MPS_SRC_DERIVED }

static const struct mps_reading_col process_cols[] = {
	MPS_RC_THREAD,
	COMMON_COLS,
	{ .out = { .name = "max_tid", .title = "max-tid", .kind = MPS_KIND_ID,
		   .hide = 6 },
	  .snap = { MPS_U64, MPS_HOW_OF_MAX }, .from = "tid" },
	COMMON_TAIL,
};

static const struct mps_reading_col thread_cols[] = {
	MPS_RC_KEY("tid", NULL, 0),
	MPS_RC_THREAD,
	MPS_RC_ROLE(0),
	MPS_RC_COMM(9),
	COMMON_COLS,
	COMMON_TAIL,
};

static void derive(const struct mps_layout *l, struct mps_cell *row,
		   const struct mps_cell *total, uint64_t elapsed_ns)
{
	size_t name = mps_layout_find(l, "max_syscall_name");
	size_t nr = mps_layout_find(l, "max_syscall");
	size_t ns = mps_layout_find(l, "total_ns");
	size_t share = mps_layout_find(l, "share");
	size_t bar = mps_layout_find(l, "bar");

	(void)elapsed_ns;
	mps_layout_ratio(l, row, "avg_ns", "total_ns", "nr", 1);
	row[name] = mps_cell_none();
	if (row[nr].known)
		row[name] = mps_cell_str(mps_sysname(row[nr].u));
	row[share] = mps_cell_none();
	if (row[ns].known && total[ns].known && total[ns].u)
		row[share] = mps_cell_u64(mps_fmt_share(row[ns].u,
							total[ns].u));
	row[bar] = row == total ? mps_cell_none() : row[share];
	if (row != total)
		return;
	/* a maximum over all states says nothing */
	row[mps_layout_find(l, "nr")] = mps_cell_none();
	row[mps_layout_find(l, "avg_ns")] = mps_cell_none();
	row[mps_layout_find(l, "max_ns")] = mps_cell_none();
	row[nr] = mps_cell_none();
	row[name] = mps_cell_none();
	if (mps_layout_find(l, "max_tid") < l->nr_cols)
		row[mps_layout_find(l, "max_tid")] = mps_cell_none();
}

#define NOTE "nr, total and avg count what is going on now; max is the longest that ended"

const struct mps_report mps_report_reasons = {
	.command = "blocking",
	.file = "blocking",
	.rows = "reasons",
	.cols = process_cols,
	.nr_cols = sizeof(process_cols) / sizeof(*process_cols),
	.sort = "total_ns",
	.drops = MPS_DROPS_ROWS,
	.group = true,
	.derive = derive,
	.note = NOTE,
	.interval_note = "max is the longest since tagging",
};

const struct mps_report mps_report_reasons_by_thread = {
	.command = "blocking",
	.file = "blocking",
	.rows = "threads",
	.cols = thread_cols,
	.nr_cols = sizeof(thread_cols) / sizeof(*thread_cols),
	.sort = "total_ns",
	.drops = MPS_DROPS_ROWS,
	.derive = derive,
	.note = NOTE,
	.interval_note = "max is the longest since tagging",
};
