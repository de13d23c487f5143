// SPDX-License-Identifier: GPL-2.0
/* mpscope list: the tagged processes, live and exited. */
#include <stdlib.h>

#include "cmd.h"
#include "dbgfs.h"
#include "drops.h"
#include "opt.h"
#include "out.h"
#include "snap.h"

static const struct mps_opt_spec spec = {
	.name = "list",
	.synopsis = "[-n ROWS] [-s KEY]",
	.what =
"The tagged processes, and those that exited and whose counters are kept:\n"
"what is followed, how many threads are alive, dead and kept (dead), dropped\n"
"from the records (evicted) or were never seen (missed), and the age of the tag.",
	.shared = MPS_OPT_ROWS,
	.examples =
"  mpscope list\n"
"  mpscope list -j | jq -r '.processes[] | select(.state==\"live\") | .pid'\n"
"  mpscope list -s threads_live -n 5\n",
};

static const struct mps_col cols[] = {
	{ .name = "pid", .kind = MPS_KIND_ID },
	{ .name = "comm", .kind = MPS_KIND_STRING },
	{ .name = "state", .kind = MPS_KIND_STRING },
	{ .name = "follow", .kind = MPS_KIND_STRING, .hide = 2 },
	{ .name = "features", .kind = MPS_KIND_STRING },
	{ .name = "threads_live", .title = "threads", .kind = MPS_KIND_COUNT },
	{ .name = "threads_dead", .title = "dead", .kind = MPS_KIND_COUNT },
	{ .name = "threads_evicted", .title = "evicted",
	  .kind = MPS_KIND_COUNT, .hide = 1 },
	{ .name = "threads_missed", .title = "missed", .kind = MPS_KIND_COUNT,
	  .hide = 1 },
	{ .name = "tagged_ns", .title = "tagged", .kind = MPS_KIND_NS },
	{ .name = "running_ns", .title = "cpu", .kind = MPS_KIND_NS,
	  .hide = 4 },
	{ .name = "exe", .kind = MPS_KIND_STRING, .hide = 5 },
};

#define NR_COLS (sizeof(cols) / sizeof(cols[0]))

static const struct mps_snap_col snap_cols[NR_COLS] = {
	{ MPS_U64, MPS_HOW_KEY }, { MPS_STR, MPS_HOW_LAST },
	{ MPS_STR, MPS_HOW_LAST }, { MPS_STR, MPS_HOW_LAST },
	{ MPS_STR, MPS_HOW_LAST }, { MPS_U64, MPS_HOW_SUM },
	{ MPS_U64, MPS_HOW_SUM }, { MPS_U64, MPS_HOW_SUM },
	{ MPS_U64, MPS_HOW_SUM }, { MPS_U64, MPS_HOW_LAST },
	{ MPS_U64, MPS_HOW_SUM }, { MPS_STR, MPS_HOW_LAST },
};

static bool add_row(struct mps_snap *rows, pid_t tgid, const struct mps_kv *kv)
{
	struct mps_cell since = mps_kv_u64(kv, "since_ns");
	struct mps_cell now = mps_kv_u64(kv, "now_ns");
	const struct mps_cell row[NR_COLS] = {
		mps_cell_u64((uint64_t)tgid),
		mps_kv_str(kv, "comm"),
		mps_kv_str(kv, "state"),
		mps_kv_str(kv, "follow"),
		mps_kv_str(kv, "features"),
		mps_kv_u64(kv, "threads_live"),
		mps_kv_u64(kv, "threads_dead"),
		mps_kv_u64(kv, "threads_evicted"),
		mps_kv_u64(kv, "threads_missed"),
		since.known && now.known && now.u >= since.u ?
			mps_cell_u64(now.u - since.u) : mps_cell_none(),
		mps_kv_u64(kv, "running_ns"),
		mps_kv_str(kv, "exe"),
	};

	return mps_snap_add(rows, row);
}

static enum mps_err read_rows(struct mps_snap *rows, struct mps_drops *drops)
{
	enum mps_err err;
	pid_t *tgids;
	size_t nr;

	err = mps_dbgfs_targets(&tgids, &nr);
	for (size_t i = 0; i < nr && !err; i++) {
		struct mps_kv *kv;

		err = mps_kv_read(&kv, tgids[i], "summary");
		if (err == MPS_ERR_NO_TARGET) {
			err = MPS_OK;	/* untagged since we listed it */
			continue;
		}
		if (err)
			break;
		if (!add_row(rows, tgids[i], kv))
			err = mps_err_nomem();
		mps_drops_add(drops, kv, NULL);
		mps_kv_free(kv);
	}
	free(tgids);
	return err;
}

static int show(const struct mps_opt *opt, struct mps_snap *rows, size_t by,
		const struct mps_drops *drops)
{
	struct mps_out *out = mps_out_open(opt);
	int rc = MPS_EXIT_OK;
	size_t cut;

	if (!out)
		return MPS_EXIT_FAILURE;
	if (by < NR_COLS && !mps_snap_sort(rows, by)) {
		mps_msg("no memory to sort");
		rc = MPS_EXIT_FAILURE;
	}
	cut = mps_snap_cut(rows, opt->rows);
	mps_out_doc_begin(out, "list");
	mps_out_table_begin(out, "processes", cols, NR_COLS, 0);
	for (size_t i = 0; i < rows->nr_rows; i++)
		mps_out_row(out, mps_snap_row(rows, i));
	mps_out_table_end(out);
	if (!rows->nr_rows)
		mps_out_note(out, "no process is tagged: mpscope tag PID");
	if (cut)
		mps_out_note(out, "%zu more row%s not shown (-n %zu)", cut,
			     cut > 1 ? "s" : "",
			     opt->rows);
	if (mps_drops_show(drops, out) && !rc)
		rc = MPS_EXIT_PARTIAL;
	mps_out_doc_end(out, false);
	return mps_out_close(out) && !rc ? MPS_EXIT_FAILURE : rc;
}

static int list(const struct mps_opt *opt)
{
	struct mps_drops drops;
	struct mps_snap rows;
	enum mps_err err;
	size_t by = NR_COLS;
	int rc;

	if (opt->sort) {
		by = mps_cols_find(cols, NR_COLS, opt->sort);
		if (by == NR_COLS)
			return mps_cols_complain("list", cols, NR_COLS,
						 opt->sort);
	}
	mps_snap_init(&rows, snap_cols, NR_COLS);
	mps_drops_init(&drops, MPS_DROPS_TARGETS);
	err = read_rows(&rows, &drops);
	if (err) {
		mps_msg("%s", mps_err_why());
		rc = mps_err_exit(err);
	} else {
		rc = show(opt, &rows, by, &drops);
	}
	mps_snap_free(&rows);
	return rc;
}

int cmd_list(int argc, char **argv)
{
	struct mps_opt opt;
	int rc = mps_opt_parse(&opt, &spec, argc, argv);

	if (rc == MPS_OPT_GO)
		rc = list(&opt);
	mps_opt_free(&opt);
	return rc;
}
