// SPDX-License-Identifier: GPL-2.0
/* mpscope epoll: calls, results and sleeps in epoll, by thread. */
#include "cmd.h"
#include "drops.h"
#include "opt.h"
#include "report.h"

static const struct mps_opt_spec spec = {
	.name = "epoll",
	.synopsis = "[-p PID[,PID]] [--tag] [OPTIONS] [INTERVAL [COUNT]]",
	.what =
"What each thread did in epoll_wait, epoll_pwait and epoll_pwait2: calls by\n"
"timeout, results, events, sleeps, and wakeups that brought nothing (empty).\n"
"Since tagging; with INTERVAL, what happened in each interval.",
	.shared = MPS_OPT_PID | MPS_OPT_TID | MPS_OPT_ROWS | MPS_OPT_TAG |
		  MPS_OPT_EVERY,
	.examples =
"  mpscope epoll -p 4121             totals since it was tagged\n"
"  mpscope epoll -p 4121 1 10        ten times what happened in a second\n"
"  mpscope epoll -p 4121 -s empty_wakes -n 5\n"
"  mpscope epoll -p 4121 --tag -j 5 1 | jq .total.calls\n",
};

static const struct mps_reading_col cols[] = {
	MPS_RC_KEY("tid", NULL, 0),
	MPS_RC_THREAD,
	MPS_RC_ROLE(0),
	MPS_RC_COMM(12),
	MPS_RC_COUNT("calls", NULL, 0),
	MPS_RC_COUNT("kind_block", "block", 6),
	MPS_RC_COUNT("kind_timed", "timed", 6),
	MPS_RC_COUNT("kind_poll", "poll", 6),
	MPS_RC_COUNT("kind_unknown", "?kind", 14),
	MPS_RC_COUNT("ret_events", "n>0", 0),
	MPS_RC_COUNT("ret_timeout", "n=0", 0),
	MPS_RC_COUNT("ret_eintr", "eintr", 9),
	MPS_RC_COUNT("ret_error", "error", 9),
	MPS_RC_COUNT("ret_unknown", "?ret", 13),
	MPS_RC_COUNT("events", NULL, 5),
	MPS_RC_DERIVED("events_per_return", "ev/ret", MPS_KIND_RATIO, 4),
	{ .out = { .name = "max_events", .title = "max", .kind = MPS_KIND_ID,
		   .hide = 8 },
	  .snap = { MPS_U64, MPS_HOW_MAX } },
	MPS_RC_COUNT("full", NULL, 7),
	MPS_RC_COUNT("sleeps", NULL, 0),
	MPS_RC_COUNT("empty_wakes", "empty", 0),
	MPS_RC_NS("sleep_ns", "slept", 0),
	MPS_RC_DERIVED("sleep_avg_ns", "avg", MPS_KIND_NS, 3),
	MPS_RC_NS("lock_ns", "locked", 5),
};

static void derive(const struct mps_layout *l, struct mps_cell *row,
		   const struct mps_cell *total, uint64_t elapsed_ns)
{
	(void)total;
	(void)elapsed_ns;
	mps_layout_ratio(l, row, "events_per_return", "events", "ret_events",
			 100);
	mps_layout_ratio(l, row, "sleep_avg_ns", "sleep_ns", "sleeps", 1);
}

int cmd_epoll(int argc, char **argv)
{
	static const struct mps_report report = {
		.command = "epoll",
		.file = "epoll",
		.rows = "threads",
		.cols = cols,
		.nr_cols = sizeof(cols) / sizeof(cols[0]),
		.sort = "calls",
		.feature = "epoll",
		.drops = MPS_DROPS_ROWS | MPS_DROPS_EPOLL,
		.derive = derive,
		.interval_note = "max is the largest result since tagging",
	};
	struct mps_opt opt;
	int rc = mps_opt_parse(&opt, &spec, argc, argv);

	if (rc == MPS_OPT_GO)
		rc = mps_report_run(&report, &opt);
	mps_opt_free(&opt);
	return rc;
}
