// SPDX-License-Identifier: GPL-2.0
/* mpscope wakers: which thread of a process wakes which. */
#include "cmd.h"
#include "drops.h"
#include "opt.h"
#include "report.h"

static const struct mps_opt_spec spec = {
	.name = "wakers",
	.synopsis = "[-p PID[,PID]] [--tag] [OPTIONS] [INTERVAL [COUNT]]",
	.what =
"Wakeups between the threads of a process, by pair. The process has to be\n"
"tagged with the feature 'wakers', which costs something at every wakeup.\n"
"Since tagging; with INTERVAL, in each interval.",
	.shared = MPS_OPT_PID | MPS_OPT_ROWS | MPS_OPT_TAG | MPS_OPT_EVERY,
	.examples =
"  mpscope tag 4121 --features epoll,migrate,wakers\n"
"  mpscope wakers -p 4121 -n 20      the pairs with the most wakeups\n"
"  mpscope wakers -p 4122 --tag 1 5  five seconds of a process not tagged\n",
};

static const struct mps_reading_col cols[] = {
	MPS_RC_KEY("waker_tid", NULL, 0),
	MPS_RC_KEY("wakee_tid", NULL, 0),
	MPS_RC_COUNT("nr", NULL, 0),
	MPS_RC_DERIVED("share", "share%", MPS_KIND_PERCENT, 0),
	{ .out = { .name = "bar", .title = "", .kind = MPS_KIND_BAR,
		   .flags = MPS_COL_TEXT },
	  .snap = { MPS_U64, MPS_HOW_LATER }, .src = MPS_SRC_DERIVED },
};

static void derive(const struct mps_layout *l, struct mps_cell *row,
		   const struct mps_cell *total, uint64_t elapsed_ns)
{
	(void)l;
	(void)elapsed_ns;
	row[3] = mps_cell_none();
	if (row[2].known && total[2].known && total[2].u)
		row[3] = mps_cell_u64((uint64_t)((__uint128_t)row[2].u *
						 10000 / total[2].u));
	row[4] = row == total ? mps_cell_none() : row[3];
}

int cmd_wakers(int argc, char **argv)
{
	static const struct mps_report report = {
		.command = "wakers",
		.file = "wakers",
		.rows = "pairs",
		.cols = cols,
		.nr_cols = sizeof(cols) / sizeof(cols[0]),
		.sort = "nr",
		.feature = "wakers",
		.drops = MPS_DROPS_WAKERS,
		.derive = derive,
	};
	struct mps_opt opt;
	int rc = mps_opt_parse(&opt, &spec, argc, argv);

	if (rc == MPS_OPT_GO)
		rc = mps_report_run(&report, &opt);
	mps_opt_free(&opt);
	return rc;
}
