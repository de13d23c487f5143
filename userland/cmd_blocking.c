// SPDX-License-Identifier: GPL-2.0
/* mpscope blocking: where the time went, by state and reason. */
#include "cmd.h"
#include "opt.h"
#include "report.h"

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

int cmd_blocking(int argc, char **argv)
{
	struct mps_opt opt;
	int rc = mps_opt_parse(&opt, &spec, argc, argv);

	if (rc == MPS_OPT_GO)
		rc = mps_report_run(by_thread ? &mps_report_reasons_by_thread :
						&mps_report_reasons, &opt);
	mps_opt_free(&opt);
	return rc;
}
