// SPDX-License-Identifier: GPL-2.0
/* mpscope stat: counters of processes, in total or by interval. */
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "dbgfs.h"
#include "drops.h"
#include "fmt.h"
#include "opt.h"
#include "out.h"
#include "report.h"
#include "snap.h"
#include "target.h"
#include "wait.h"

static bool by_thread;

static const struct mps_opt_own own[] = {
	{ .name = "threads", .letter = 'T', .flag = &by_thread,
	  .help = "a row a thread, not a row a process (-t does, too)" },
	{ .name = NULL },
};

static const struct mps_opt_spec spec = {
	.name = "stat",
	.synopsis = "[-p PID[,PID]] [-T] [--tag] [OPTIONS] [INTERVAL [COUNT]]",
	.what =
"What the threads of each tagged process did, summed up: time on a CPU (run%)\n"
"and waiting for one since a wakeup (wait%) or since it was taken away (prmt%),\n"
"in percent of one CPU; switches, migrations, epoll calls. Totals since\n"
"tagging; with INTERVAL a line for each interval, like vmstat.",
	.shared = MPS_OPT_PID | MPS_OPT_TID | MPS_OPT_ROWS | MPS_OPT_TAG |
		  MPS_OPT_EVERY,
	.own = own,
	.examples =
"  mpscope stat                      all tagged processes, since tagged\n"
"  mpscope stat -p 4121 1            by the second, until interrupted\n"
"  mpscope stat -p 4121 -T 5 1       the threads, in the next 5 seconds\n"
"  mpscope stat -p 4121 --tag 1 10   of a process that is not tagged\n"
"  mpscope stat -x, -p 4121 1 60 > minute.csv\n",
};

/* A column: how it looks, how it is subtracted, where it comes from. */
struct stat_col {
	struct mps_col out;
	struct mps_snap_col snap;
};

#define ID(n)								\
	{ { .name = n, .kind = MPS_KIND_ID }, { MPS_U64, MPS_HOW_KEY } }
#define DATA_KEY(n)							\
	{ { .name = n, .kind = MPS_KIND_NS, .flags = MPS_COL_DATA },	\
	  { MPS_U64, MPS_HOW_KEY } }
#define WORD(n, f, h)							\
	{ { .name = n, .kind = MPS_KIND_STRING, .flags = f, .hide = h },\
	  { MPS_STR, MPS_HOW_LAST } }
#define NOW(n, t, f)							\
	{ { .name = n, .title = t, .kind = MPS_KIND_COUNT, .flags = f },\
	  { MPS_U64, MPS_HOW_LAST } }
#define DATA_LAST_NS(n)							\
	{ { .name = n, .kind = MPS_KIND_NS, .flags = MPS_COL_DATA },	\
	  { MPS_U64, MPS_HOW_LAST } }
#define COUNT(n, t, h)							\
	{ { .name = n, .title = t, .kind = MPS_KIND_COUNT, .hide = h },	\
	  { MPS_U64, MPS_HOW_SUM } }
#define DATA(n, k)							\
	{ { .name = n, .kind = k, .flags = MPS_COL_DATA },		\
	  { MPS_U64, (k) == MPS_KIND_NS ? MPS_HOW_TIME : MPS_HOW_SUM } }
#define PERCENT(n, t, h)						\
	{ { .name = n, .title = t, .kind = MPS_KIND_PERCENT, .hide = h },\
	  { MPS_U64, MPS_HOW_LATER } }

/* Names are those of the summary, but for elapsed_ns and the percentages. */
static const struct stat_col stat_cols[] = {
	ID("pid"),
	DATA_KEY("since_ns"),
	WORD("comm", 0, 2),
	WORD("state", MPS_COL_DATA, 0),
	NOW("threads_live", "thr", 0),
	NOW("threads_dead", NULL, MPS_COL_DATA),
	DATA_LAST_NS("now_ns"),
	DATA("elapsed_ns", MPS_KIND_NS),
	PERCENT("running_percent", "run%", 0),
	PERCENT("woken_percent", "wait%", 0),
	PERCENT("preempted_percent", "prmt%", 0),
	PERCENT("yielded_percent", "yield%", 9),
	COUNT("switches_vol", "vol", 0),
	COUNT("switches_invol", "invol", 0),
	COUNT("runs", NULL, 8),
	COUNT("migrations", "migr", 0),
	COUNT("cpu_changes", "cpu-chg", 7),
	COUNT("epoll_calls", "epoll", 0),
	COUNT("epoll_events", "events", 4),
	COUNT("epoll_sleeps", "sleeps", 5),
	COUNT("epoll_empty_wakes", "empty", 4),
	DATA("life_ns", MPS_KIND_NS),
	DATA("running_ns", MPS_KIND_NS),
	DATA("woken_ns", MPS_KIND_NS),
	DATA("preempted_ns", MPS_KIND_NS),
	DATA("yielded_ns", MPS_KIND_NS),
	DATA("blocked_ns", MPS_KIND_NS),
	DATA("birth_ns", MPS_KIND_NS),
	DATA("wake_self", MPS_KIND_COUNT),
	DATA("wake_other", MPS_KIND_COUNT),
	DATA("wake_timer", MPS_KIND_COUNT),
	DATA("wake_hardirq", MPS_KIND_COUNT),
	DATA("wake_softirq", MPS_KIND_COUNT),
	DATA("wake_cross", MPS_KIND_COUNT),
	DATA("epoll_kind_block", MPS_KIND_COUNT),
	DATA("epoll_kind_timed", MPS_KIND_COUNT),
	DATA("epoll_kind_poll", MPS_KIND_COUNT),
	DATA("epoll_kind_unknown", MPS_KIND_COUNT),
	DATA("epoll_ret_events", MPS_KIND_COUNT),
	DATA("epoll_ret_timeout", MPS_KIND_COUNT),
	DATA("epoll_ret_eintr", MPS_KIND_COUNT),
	DATA("epoll_ret_error", MPS_KIND_COUNT),
	DATA("epoll_ret_unknown", MPS_KIND_COUNT),
	DATA("epoll_full", MPS_KIND_COUNT),
	DATA("epoll_sleep_ns", MPS_KIND_NS),
	DATA("epoll_lock_ns", MPS_KIND_NS),
};

#define NR_COLS (sizeof(stat_cols) / sizeof(stat_cols[0]))

_Static_assert(NR_COLS <= MPS_OUT_COLS, "the writers hold as many");

struct stat {
	const struct mps_opt *opt;
	const struct mps_targets *ts;
	struct mps_out *out;
	struct mps_col cols[NR_COLS];
	struct mps_snap_col snap[NR_COLS];
	struct mps_snap before;
	bool has_before;
	bool *gone;		/* by target; untagged or exited, and shown */
	size_t by;		/* column to sort by, or NR_COLS */
	int rc;
};

static size_t col(const char *name)
{
	for (size_t i = 0; i < NR_COLS; i++)
		if (!strcmp(stat_cols[i].out.name, name))
			return i;
	abort();		/* a misprint of ours */
}

static void fill(struct mps_cell *row, pid_t tgid, const struct mps_kv *kv)
{
	struct mps_cell *since = &row[col("since_ns")];
	struct mps_cell *now = &row[col("now_ns")];

	for (size_t i = 0; i < NR_COLS; i++) {
		const char *name = stat_cols[i].out.name;

		row[i] = stat_cols[i].snap.type == MPS_STR ?
			 mps_kv_str(kv, name) : mps_kv_u64(kv, name);
	}
	row[col("pid")] = mps_cell_u64((uint64_t)tgid);
	if (since->known && now->known && now->u >= since->u)
		row[col("elapsed_ns")] = mps_cell_u64(now->u - since->u);
}

static void derive(struct mps_cell *row)
{
	static const char * const of[][2] = {
		{ "running_percent", "running_ns" },
		{ "woken_percent", "woken_ns" },
		{ "preempted_percent", "preempted_ns" },
		{ "yielded_percent", "yielded_ns" },
	};
	struct mps_cell whole = row[col("elapsed_ns")];

	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		struct mps_cell part = row[col(of[i][1])];

		row[col(of[i][0])] = mps_cell_none();
		if (part.known && whole.known && whole.u)
			row[col(of[i][0])] =
				mps_cell_u64(mps_fmt_share(part.u, whole.u));
	}
}

/* A process that just came up has no earlier row; the first one of all has. */
static bool take(struct stat *st, struct mps_snap *rows,
		 struct mps_drops *drops, bool *all_gone)
{
	struct mps_cell row[NR_COLS];

	*all_gone = true;
	for (size_t i = 0; i < st->ts->nr; i++) {
		pid_t tgid = st->ts->t[i].tgid;
		struct mps_kv *kv;
		enum mps_err err;
		bool ok;

		if (st->gone[i])
			continue;
		err = mps_kv_read(&kv, tgid, "summary");
		if (err) {
			/* what is wrong with the module is wrong for all */
			if (st->rc != MPS_EXIT_MODULE)
				mps_msg("%s", mps_err_why());
			st->rc = mps_err_exit(err);
			st->gone[i] = err != MPS_ERR_AGAIN;
			*all_gone &= st->gone[i];
			continue;
		}
		fill(row, tgid, kv);
		mps_drops_add(drops, kv, NULL);
		ok = mps_snap_add(rows, row);
		mps_kv_free(kv);
		if (!ok)
			return false;
		st->gone[i] = row[col("state")].known &&
			      !strcmp(mps_snap_row(rows, rows->nr_rows - 1)
				      [col("state")].s, "exited");
		*all_gone &= st->gone[i];
	}
	return true;
}

static bool has_unknown(const struct mps_snap *rows, const char *prefix)
{
	for (size_t i = 0; i < rows->nr_rows; i++)
		for (size_t c = 0; c < NR_COLS; c++)
			if (!strncmp(stat_cols[c].out.name, prefix,
				     strlen(prefix)) &&
			    !mps_snap_row(rows, i)[c].known)
				return true;
	return false;
}

static void show_rows(struct stat *st, struct mps_snap *rows,
		      const struct mps_drops *drops, bool more)
{
	struct mps_out *out = st->out;
	size_t cut;

	if (st->by < NR_COLS && !mps_snap_sort(rows, st->by))
		st->rc = mps_err_exit(mps_err_nomem());
	cut = mps_snap_cut(rows, st->opt->rows);
	mps_out_doc_begin(out, "stat");
	mps_out_table_begin(out, "processes", st->cols, NR_COLS,
			    st->opt->interval_ns ? MPS_TABLE_STREAM : 0);
	for (size_t i = 0; i < rows->nr_rows; i++)
		mps_out_row(out, mps_snap_row(rows, i));
	mps_out_table_end(out);
	if (cut)
		mps_out_note(out, "%zu more row%s not shown (-n %zu)", cut,
			     cut > 1 ? "s" : "",
			     st->opt->rows);
	if (has_unknown(rows, "epoll_") || has_unknown(rows, "migrations"))
		mps_out_note(out, "'-': the process was tagged without the feature, or its hook is unavailable; 'mpscope list' and 'mpscope doctor' tell");
	if (mps_drops_show(drops, out) && st->rc == MPS_EXIT_OK)
		st->rc = MPS_EXIT_PARTIAL;
	mps_out_doc_end(out, more);
}

/* One round: read, subtract, show. Return: false to end. */
static bool one_round(struct stat *st, bool last)
{
	struct mps_snap now, rows;
	struct mps_drops drops;
	bool all_gone, ok;
	size_t nr_new;

	mps_snap_init(&now, st->snap, NR_COLS);
	mps_snap_init(&rows, st->snap, NR_COLS);
	mps_drops_init(&drops, MPS_DROPS_EPOLL);
	ok = take(st, &now, &drops, &all_gone);
	for (size_t i = 0; ok && i < now.nr_rows; i++)
		ok = mps_snap_add(&rows, mps_snap_row(&now, i));
	if (ok && st->has_before)
		ok = mps_snap_sub(&rows, &st->before, &nr_new);
	for (size_t i = 0; ok && i < rows.nr_rows; i++)
		derive(mps_snap_row(&rows, i));
	if (ok && (st->has_before || !st->opt->interval_ns))
		show_rows(st, &rows, &drops, !last && !all_gone);
	mps_snap_free(&rows);
	mps_snap_free(&st->before);
	st->before = now;
	st->has_before = true;
	if (!ok) {
		mps_msg("no memory for the counters");
		st->rc = MPS_EXIT_FAILURE;
	}
	return ok && !all_gone;
}

static void intervals(struct stat *st)
{
	uint64_t next = mps_wait_now(), step = st->opt->interval_ns;

	/* an exited process has nothing more to show by interval */
	if (!one_round(st, false)) {
		if (st->rc == MPS_EXIT_OK)
			mps_msg("all of these processes have exited: without INTERVAL their totals are shown");
		return;
	}
	for (uint64_t n = 0; !st->opt->count || n < st->opt->count; n++) {
		bool go_on;

		next += step;
		/* when we are late, leave out what cannot be made up for */
		while (next + step < mps_wait_now())
			next += step;
		go_on = mps_wait_until(next);
		if (!one_round(st, !go_on || n + 1 == st->opt->count) ||
		    !go_on)
			break;
	}
}

static int stat_processes(const struct mps_opt *opt)
{
	struct stat st = { .opt = opt, .by = NR_COLS };
	struct mps_targets ts = { 0 };
	int rc = MPS_EXIT_FAILURE;

	for (size_t i = 0; i < NR_COLS; i++) {
		st.cols[i] = stat_cols[i].out;
		st.snap[i] = stat_cols[i].snap;
	}
	mps_snap_init(&st.before, st.snap, NR_COLS);
	if (opt->sort) {
		st.by = mps_cols_find(st.cols, NR_COLS, opt->sort);
		if (st.by == NR_COLS)
			return mps_cols_complain("stat", st.cols, NR_COLS,
						 opt->sort);
	}
	mps_wait_init();
	rc = mps_targets_pick(&ts, opt, NULL);
	if (rc)
		goto release;
	rc = MPS_EXIT_FAILURE;
	st.ts = &ts;
	st.gone = calloc(ts.nr, sizeof(*st.gone));
	st.out = mps_out_open(opt);
	if (!st.gone || !st.out)
		goto close;
	if (opt->interval_ns) {
		intervals(&st);
	} else {
		if (opt->tag) {
			mps_msg("tagged until interrupted (Ctrl-C shows the totals)");
			mps_wait_until(UINT64_MAX);
		}
		one_round(&st, true);
	}
	rc = st.rc;
close:
	if (mps_out_close(st.out) && !rc)
		rc = MPS_EXIT_FAILURE;
	free(st.gone);
	mps_snap_free(&st.before);
release:
	mps_targets_release(&ts);
	return rc;
}

int cmd_stat(int argc, char **argv)
{
	struct mps_opt opt;
	int rc = mps_opt_parse(&opt, &spec, argc, argv);

	if (rc == MPS_OPT_GO)
		rc = by_thread || opt.tids.nr ?
		     mps_report_run(&mps_report_threads, &opt) :
		     stat_processes(&opt);
	mps_opt_free(&opt);
	return rc;
}
