// SPDX-License-Identifier: GPL-2.0
/* mpscope tag: watch processes from now on. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "dbgfs.h"
#include "exact_give.h"
#include "opt.h"
#include "out.h"
#include "tagline.h"
#include "target.h"

static bool children, inferred;
static const char *features;

static const struct mps_opt_own own[] = {
	{ .name = "children", .letter = 'c', .flag = &children,
	  .help = "processes it forks from now on are tagged too" },
	{ .name = "features", .letter = 'f', .arg = "F[,F]",
	  .value = &features,
	  .help = "of epoll,migrate,wakers; default epoll,migrate; or none" },
	{ .name = "inferred", .letter = 'I', .flag = &inferred,
	  .help = "do not let the module read M, P and G of Go programs" },
	{ .name = NULL },
};

static const struct mps_opt_spec spec = {
	.name = "tag",
	.synopsis = "PID... [--children] [--features F[,F]]",
	.what =
"Tag processes: from now on the module counts what the scheduler does with\n"
"their threads. Threads created later are followed always, child processes\n"
"with --children. A PID may be that of any thread of the process. For a Go\n"
"program the module gets the layout of its runtime, to read M, P and G.",
	.shared = MPS_OPT_ARGS,
	.own = own,
	.examples =
"  mpscope tag $(pidof api)\n"
"  mpscope tag 4121 --children\n"
"  mpscope tag 4121 --features epoll,migrate,wakers\n",
};

static void show_row(struct mps_out *out, pid_t pid, const char *follow,
		     const char *error)
{
	char comm[64];
	const struct mps_cell row[] = {
		mps_cell_u64((uint64_t)pid),
		mps_cell_str(mps_proc_comm(pid, comm, sizeof(comm))),
		mps_cell_str(follow),
		mps_cell_str(features ? features : "default"),
		mps_cell_str(error ? NULL : "yes"),
		mps_cell_str(error),
	};

	mps_out_row(out, row);
}

/* Return: exit code for this process. */
static int tag_one(struct mps_out *out, pid_t pid)
{
	char cmd[MPS_TAGLINE_LEN];
	enum mps_err err;
	pid_t tgid;

	if (mps_proc_find(pid, &tgid) != MPS_PROC_NONE &&
	    mps_proc_is_kernel(pid)) {
		mps_msg("process %d is a thread of the kernel: it cannot be tagged",
			pid);
		return MPS_EXIT_FAILURE;
	}
	mps_tagline(cmd, pid, children, features);
	err = mps_dbgfs_write("tags", cmd);
	if (err)
		mps_msg("process %d: %s", pid, mps_err_why());
	show_row(out, pid, children ? "children" : "threads",
		 err ? mps_err_why() : NULL);
	return mps_err_exit(err);
}

static int tag_all(const struct mps_opt *opt, const struct mps_ids *pids)
{
	static const struct mps_col cols[] = {
		{ .name = "pid", .kind = MPS_KIND_ID },
		{ .name = "comm", .kind = MPS_KIND_STRING },
		{ .name = "follow", .kind = MPS_KIND_STRING },
		{ .name = "features", .kind = MPS_KIND_STRING },
		{ .name = "tagged", .kind = MPS_KIND_STRING },
		{ .name = "error", .kind = MPS_KIND_STRING,
		  .flags = MPS_COL_DATA },
	};
	struct mps_out *out = mps_out_open(opt);
	int rc = MPS_EXIT_OK, one = MPS_EXIT_OK;

	if (!out)
		return MPS_EXIT_FAILURE;
	mps_out_doc_begin(out, "tag");
	mps_out_table_begin(out, "processes", cols,
			    sizeof(cols) / sizeof(cols[0]), 0);
	/* without the module the others would fare no better */
	for (size_t i = 0; i < pids->nr && one != MPS_EXIT_MODULE; i++) {
		one = tag_one(out, pids->id[i]);
		if (one > rc)
			rc = one;
	}
	mps_out_table_end(out);
	for (size_t i = 0; i < pids->nr && !inferred; i++)
		if (mps_dbgfs_is_target(pids->id[i]))
			mps_exact_tell(pids->id[i], out);
	mps_out_doc_end(out, false);
	if (mps_out_close(out) && !rc)
		rc = MPS_EXIT_FAILURE;
	return rc;
}

int cmd_tag(int argc, char **argv)
{
	struct mps_ids pids = { 0 };
	struct mps_opt opt;
	int rc = mps_opt_parse(&opt, &spec, argc, argv);

	if (rc == MPS_OPT_GO)
		rc = mps_tagline_args(&opt, "tag", features, &pids);
	if (rc == MPS_OPT_GO)
		rc = tag_all(&opt, &pids);
	mps_tagline_free(&pids);
	mps_opt_free(&opt);
	return rc;
}
