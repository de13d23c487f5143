// SPDX-License-Identifier: GPL-2.0
/* mpscope migrate: migrations by cause and by distance, by thread. */
#include "cmd.h"
#include "drops.h"
#include "opt.h"
#include "report.h"

static const struct mps_opt_spec spec = {
	.name = "migrate",
	.synopsis = "[-p PID[,PID]] [--tag] [OPTIONS] [INTERVAL [COUNT]]",
	.what =
"How often each thread was moved to another CPU: by cause (placed by its\n"
"wakeup, load balancer, affinity or CPU going down, NUMA balancing) and by\n"
"distance (hardware thread of the same core, same last-level cache, same node,\n"
"remote node). Since tagging; with INTERVAL, in each interval.",
	.shared = MPS_OPT_PID | MPS_OPT_TID | MPS_OPT_ROWS | MPS_OPT_TAG |
		  MPS_OPT_EVERY,
	.examples =
"  mpscope migrate -p 4121           totals since it was tagged\n"
"  mpscope migrate -p 4121 1         by the second, until interrupted\n"
"  mpscope migrate -p 4121 -s class_remote -n 10\n",
};

static const struct mps_reading_col cols[] = {
	MPS_RC_KEY("tid", NULL, 0),
	MPS_RC_THREAD,
	MPS_RC_ROLE(0),
	MPS_RC_COMM(9),
	MPS_RC_COUNT("total", NULL, 0),
	MPS_RC_COUNT("cause_wake", "wake", 0),
	MPS_RC_COUNT("cause_balance", "balance", 0),
	MPS_RC_COUNT("cause_affinity", "affinity", 0),
	MPS_RC_COUNT("cause_numa", "numa", 0),
	MPS_RC_COUNT("class_smt", "smt", 0),
	MPS_RC_COUNT("class_llc", "llc", 0),
	MPS_RC_COUNT("class_node", "node", 0),
	MPS_RC_COUNT("class_remote", "remote", 0),
	MPS_RC_COUNT("class_unknown", "?dist", 4),
	MPS_RC_COUNT("cpu_changes", "cpu-chg", 5),
};

int cmd_migrate(int argc, char **argv)
{
	static const struct mps_report report = {
		.command = "migrate",
		.file = "migrations",
		.rows = "threads",
		.cols = cols,
		.nr_cols = sizeof(cols) / sizeof(cols[0]),
		.sort = "total",
		.feature = "migrate",
		.drops = MPS_DROPS_ROWS,
	};
	struct mps_opt opt;
	int rc = mps_opt_parse(&opt, &spec, argc, argv);

	if (rc == MPS_OPT_GO)
		rc = mps_report_run(&report, &opt);
	mps_opt_free(&opt);
	return rc;
}
