// SPDX-License-Identifier: GPL-2.0
/* mpscope blocking: where the time went, by state and reason. */
#include <string.h>

#include "cmd.h"
#include "drops.h"
#include "fmt.h"
#include "opt.h"
#include "report.h"
#include "sysname.h"

static bool by_thread;

static const struct mps_opt_own own[] = {
	{ .name = "threads", .letter = 'T', .flag = &by_thread,
	  .help = "a row for each thread too; not one for all threads" },
	{ .name = NULL },
};

static const struct mps_opt_spec spec = {
	.name = "blocking",
	.synopsis = "[-p PID[,PID]] [-T] [--tag] [OPTIONS] [INTERVAL [COUNT]]",
	.what =
"Where the time of the threads went: running, waiting for a CPU (woken,\n"
"preempted, yielded) or blocked, and in what (epoll, futex, file, ...). The\n"
"shares add up to 100% of the life of all threads shown. mode D is an\n"
"uninterruptible sleep. Since tagging; with INTERVAL, in each interval.",
	.shared = MPS_OPT_PID | MPS_OPT_TID | MPS_OPT_ROWS | MPS_OPT_TAG |
		  MPS_OPT_EVERY,
	.own = own,
	.examples =
"  mpscope blocking -p 4121          all threads together\n"
"  mpscope blocking -p 4121 -T -n 20 by thread, what took longest first\n"
"  mpscope blocking -p 4121 -t 4124  one thread\n"
"  mpscope blocking -p 4121 -s max_ns 10 1\n",
};

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
	COMMON_COLS,
	{ .out = { .name = "max_tid", .title = "max-tid", .kind = MPS_KIND_ID,
		   .hide = 6 },
	  .snap = { MPS_U64, MPS_HOW_OF_MAX }, .from = "tid" },
	COMMON_TAIL,
};

static const struct mps_reading_col thread_cols[] = {
	MPS_RC_KEY("tid", NULL, 0),
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

int cmd_blocking(int argc, char **argv)
{
	struct mps_report report = {
		.command = "blocking",
		.file = "blocking",
		.sort = "total_ns",
		.derive = derive,
		.note = "nr, total and avg count what is going on now; max is the longest that ended",
		.interval_note = "max is the longest since tagging",
	};
	struct mps_opt opt;
	int rc = mps_opt_parse(&opt, &spec, argc, argv);

	if (rc == MPS_OPT_GO) {
		report.rows = by_thread ? "threads" : "reasons";
		report.cols = by_thread ? thread_cols : process_cols;
		report.nr_cols = by_thread ?
				 sizeof(thread_cols) / sizeof(*thread_cols) :
				 sizeof(process_cols) / sizeof(*process_cols);
		report.group = !by_thread;
		report.drops = MPS_DROPS_ROWS;
		rc = mps_report_run(&report, &opt);
	}
	mps_opt_free(&opt);
	return rc;
}
