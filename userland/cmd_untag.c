// SPDX-License-Identifier: GPL-2.0
/* mpscope untag: stop watching, forget the counters. */
#include <stdlib.h>

#include "cmd.h"
#include "dbgfs.h"
#include "opt.h"
#include "out.h"
#include "tagline.h"

static bool all;

static const struct mps_opt_own own[] = {
	{ .name = "all", .letter = 'a', .flag = &all,
	  .help = "all processes, live and exited" },
	{ .name = NULL },
};

static const struct mps_opt_spec spec = {
	.name = "untag",
	.synopsis = "PID... | --all",
	.what =
"Untag processes. Their counters are gone, and those of their dead threads.",
	.shared = MPS_OPT_ARGS,
	.own = own,
	.examples =
"  mpscope untag 4121 4122\n"
"  mpscope untag --all\n",
};

static void show_row(struct mps_out *out, pid_t pid, const char *error)
{
	const struct mps_cell row[] = {
		mps_cell_u64((uint64_t)pid),
		mps_cell_str(error ? NULL : "yes"),
		mps_cell_str(error),
	};

	mps_out_row(out, row);
}

static int untag_one(struct mps_out *out, pid_t pid)
{
	enum mps_err err = mps_untag(pid);

	if (err)
		mps_msg("process %d: %s", pid, mps_err_why());
	show_row(out, pid, err ? mps_err_why() : NULL);
	return mps_err_exit(err);
}

static int untag_every(struct mps_out *out)
{
	pid_t *tgids;
	size_t nr;
	enum mps_err err = mps_dbgfs_targets(&tgids, &nr);

	/* the empty write, so that none tagged meanwhile is left */
	if (!err)
		err = mps_dbgfs_write("tags", "\n");
	if (err)
		mps_msg("%s", mps_err_why());
	for (size_t i = 0; !err && i < nr; i++)
		show_row(out, tgids[i], NULL);
	free(tgids);
	return mps_err_exit(err);
}

static int untag(const struct mps_opt *opt, const struct mps_ids *pids)
{
	static const struct mps_col cols[] = {
		{ .name = "pid", .kind = MPS_KIND_ID },
		{ .name = "untagged", .kind = MPS_KIND_STRING },
		{ .name = "error", .kind = MPS_KIND_STRING,
		  .flags = MPS_COL_DATA },
	};
	struct mps_out *out = mps_out_open(opt);
	int rc = MPS_EXIT_OK, one = MPS_EXIT_OK;

	if (!out)
		return MPS_EXIT_FAILURE;
	mps_out_doc_begin(out, "untag");
	mps_out_table_begin(out, "processes", cols,
			    sizeof(cols) / sizeof(cols[0]), 0);
	if (all)
		rc = untag_every(out);
	for (size_t i = 0; i < pids->nr && one != MPS_EXIT_MODULE; i++) {
		one = untag_one(out, pids->id[i]);
		if (one > rc)
			rc = one;
	}
	mps_out_table_end(out);
	mps_out_doc_end(out, false);
	if (mps_out_close(out) && !rc)
		rc = MPS_EXIT_FAILURE;
	return rc;
}

int cmd_untag(int argc, char **argv)
{
	struct mps_ids pids = { 0 };
	struct mps_opt opt;
	int rc = mps_opt_parse(&opt, &spec, argc, argv);

	if (rc == MPS_OPT_GO && all && opt.nr_args) {
		mps_msg("untag: either process ids or --all");
		rc = MPS_EXIT_USAGE;
	} else if (rc == MPS_OPT_GO && !all) {
		rc = mps_tagline_args(&opt, "untag", NULL, &pids);
	}
	if (rc == MPS_OPT_GO)
		rc = untag(&opt, &pids);
	mps_tagline_free(&pids);
	mps_opt_free(&opt);
	return rc;
}
