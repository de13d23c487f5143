// SPDX-License-Identifier: GPL-2.0
/* The commands that show one table of each target. */
#include "report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "drops.h"
#include "fmt.h"
#include "rolehook.h"
#include "target.h"
#include "wait.h"

/* One target while its report runs. */
struct subject {
	pid_t tgid;
	bool gone;		/* untagged, or exited and shown for the last time */
	struct mps_rolehook *rh;
	struct mps_layout layout;
	struct mps_reading before;
	bool has_before;
};

struct run {
	const struct mps_report *r;
	const struct mps_opt *opt;
	struct mps_out *out;
	struct subject *subjects;
	size_t nr;
	bool *seen;		/* by -t */
	int rc;
};

static void run_fail(struct run *run, enum mps_err err)
{
	mps_msg("%s", mps_err_why());
	run->rc = mps_err_exit(err);
}

static bool is_exited(const struct mps_kv *summary)
{
	struct mps_cell state = mps_kv_str(summary, "state");

	return state.known && !strcmp(state.s, "exited");
}

static bool is_retagged(const struct mps_kv *now, const struct mps_kv *before)
{
	struct mps_cell a = mps_kv_u64(now, "since_ns");
	struct mps_cell b = mps_kv_u64(before, "since_ns");

	return a.known && b.known && a.u != b.u;
}

/* By the module's clock where it tells, else by ours. */
static uint64_t elapsed(const struct mps_reading *now,
			const struct mps_reading *before)
{
	struct mps_cell to = mps_kv_u64(now->summary, "now_ns");
	struct mps_cell from = before ? mps_kv_u64(before->summary, "now_ns") :
					mps_kv_u64(now->summary, "since_ns");

	if (to.known && from.known && to.u >= from.u)
		return to.u - from.u;
	return before ? now->at_ns - before->at_ns : 0;
}

static void show_head(struct run *run, const struct subject *s,
		      const struct mps_reading *rd, bool delta, uint64_t ns)
{
	struct mps_cell comm = mps_kv_str(rd->summary, "comm");
	struct mps_out *out = run->out;
	char buf[MPS_FMT_LEN];

	mps_out_heading(out, "%s of %d (%s)%s, %s%s", run->r->command, s->tgid,
			comm.known ? comm.s : "-",
			is_exited(rd->summary) ? ", exited" : "",
			mps_fmt_ns(buf, ns), delta ? "" : " since tagged");
	mps_out_field(out, "pid", MPS_KIND_ID, mps_cell_u64((uint64_t)s->tgid));
	mps_out_field(out, "comm", MPS_KIND_STRING, comm);
	mps_out_field(out, "state", MPS_KIND_STRING,
		      mps_kv_str(rd->summary, "state"));
	mps_out_field(out, "since_ns", MPS_KIND_NS,
		      mps_kv_u64(rd->summary, "since_ns"));
	mps_out_field(out, "now_ns", MPS_KIND_NS,
		      mps_kv_u64(rd->summary, "now_ns"));
	mps_out_field(out, "interval_ns", MPS_KIND_NS,
		      delta ? mps_cell_u64(ns) : mps_cell_none());
}

static bool has_unknown(const struct mps_snap *rows)
{
	for (size_t i = 0; i < rows->nr_rows; i++)
		for (size_t c = 0; c < rows->nr_cols; c++)
			if ((rows->cols[c].how == MPS_HOW_SUM ||
			     rows->cols[c].how == MPS_HOW_TIME) &&
			    !mps_snap_row(rows, i)[c].known)
				return true;
	return false;
}

static void show_table(struct run *run, const struct subject *s,
		       struct mps_snap *rows, uint64_t ns)
{
	struct mps_col cols[MPS_READING_COLS];
	struct mps_cell total[MPS_READING_COLS];
	const struct mps_report *r = run->r;
	const char *key = run->opt->sort ? run->opt->sort : r->sort;
	size_t by = mps_layout_find(&s->layout, key), cut;

	for (size_t i = 0; i < s->layout.nr_cols; i++)
		cols[i] = s->layout.cols[i].out;
	mps_snap_total(rows, total);
	if (r->derive) {
		r->derive(&s->layout, total, total, ns);
		for (size_t i = 0; i < rows->nr_rows; i++)
			r->derive(&s->layout, mps_snap_row(rows, i), total, ns);
	}
	if (by < s->layout.nr_cols && !mps_snap_sort(rows, by))
		run_fail(run, mps_err_nomem());
	if (r->show) {
		r->show(r, run->opt, run->out, rows);
		return;
	}
	cut = mps_snap_cut(rows, run->opt->rows);
	mps_out_table_begin(run->out, r->rows, cols, s->layout.nr_cols, 0);
	for (size_t i = 0; i < rows->nr_rows; i++)
		mps_out_row(run->out, mps_snap_row(rows, i));
	if (rows->nr_rows + cut > 1)
		mps_out_total(run->out, total);
	mps_out_table_end(run->out);
	if (cut)
		mps_out_note(run->out,
			     "%zu more row%s not shown (-n %zu); the total includes all",
			     cut, cut > 1 ? "s" : "", run->opt->rows);
}

static void show_foot(struct run *run, const struct subject *s,
		      const struct mps_reading *rd,
		      const struct mps_reading *before, bool unknown)
{
	const struct mps_report *r = run->r;
	struct mps_drops drops;
	bool partial = unknown;

	if (r->note && !run->opt->quiet && !is_exited(rd->summary))
		mps_out_note(run->out, "%s", r->note);
	if (before && r->interval_note && !run->opt->quiet)
		mps_out_note(run->out, "%s", r->interval_note);
	if (unknown || (r->feature &&
			!mps_drops_has_feature(rd->summary, r->feature))) {
		mps_drops_explain(run->out, s->tgid, rd->summary, r->feature);
		partial = true;
	}
	if (s->rh)
		mps_out_roles(run->out, mps_rolehook_how(s->rh));
	mps_drops_init(&drops, r->drops);
	mps_drops_add(&drops, rd->summary, before ? before->summary : NULL);
	partial |= mps_drops_show(&drops, run->out);
	if (partial && run->rc == MPS_EXIT_OK)
		run->rc = MPS_EXIT_PARTIAL;
}

static bool copy_rows(struct mps_snap *to, const struct mps_snap *from)
{
	mps_snap_init(to, from->cols, from->nr_cols);
	for (size_t i = 0; i < from->nr_rows; i++)
		if (!mps_snap_add(to, mps_snap_row(from, i)))
			return false;
	return true;
}

/* The report of one reading, against an earlier one if there is one. */
static void show(struct run *run, struct subject *s,
		 const struct mps_reading *rd,
		 const struct mps_reading *before, bool more)
{
	size_t nr_new = 0, idle = 0;
	struct mps_snap rows;
	uint64_t ns;
	bool ok, unknown;

	if (before && is_retagged(rd->summary, before->summary)) {
		mps_msg("process %d was tagged anew meanwhile: its counters are shown since then",
			s->tgid);
		before = NULL;
	}
	ok = copy_rows(&rows, &rd->rows);
	if (ok && before)
		ok = mps_snap_sub(&rows, &before->rows, &nr_new);
	unknown = has_unknown(&rows);
	if (before && !run->opt->verbose && !run->r->keep_idle)
		idle = mps_snap_drop_idle(&rows);
	if (ok && run->r->group)
		ok = mps_snap_group(&rows);
	if (!ok) {
		run_fail(run, mps_err_nomem());
		mps_snap_free(&rows);
		return;
	}
	ns = elapsed(rd, before);
	mps_out_doc_begin(run->out, run->r->command);
	show_head(run, s, rd, !!before, ns);
	show_table(run, s, &rows, ns);
	if (idle && !run->opt->quiet)
		mps_out_note(run->out, "%zu row%s without activity not shown (-v shows all)",
			     idle, idle > 1 ? "s" : "");
	if (nr_new)
		mps_out_note(run->out, "%zu thread id%s used again meanwhile: shown from the birth of the new thread",
			     nr_new, nr_new > 1 ? "s were" : " was");
	show_foot(run, s, rd, before, unknown);
	mps_out_doc_end(run->out, more);
	mps_snap_free(&rows);
}

/* Read one target. Return: false if it is gone or could not be read. */
static bool take(struct run *run, struct subject *s, struct mps_reading *rd)
{
	enum mps_err err = mps_reading_take(rd, &s->layout, s->tgid, s->rh,
					    &run->opt->tids, run->seen);

	if (!err)
		return true;
	s->gone = true;
	/* what is wrong with the module is wrong for all: say it once */
	if (run->rc != MPS_EXIT_MODULE)
		run_fail(run, err);
	return false;
}

static bool all_gone(const struct run *run)
{
	for (size_t i = 0; i < run->nr; i++)
		if (!run->subjects[i].gone)
			return false;
	return true;
}

static void one_round(struct run *run, bool last)
{
	for (size_t i = 0; i < run->nr; i++) {
		struct subject *s = &run->subjects[i];
		struct mps_reading rd;

		if (s->gone || !take(run, s, &rd))
			continue;
		show(run, s, &rd, s->has_before ? &s->before : NULL,
		     !last || i + 1 < run->nr);
		if (is_exited(rd.summary))
			s->gone = true;
		if (s->has_before)
			mps_reading_free(&s->before);
		s->before = rd;
		s->has_before = true;
	}
}

static void intervals(struct run *run)
{
	uint64_t next = mps_wait_now();
	const struct mps_opt *opt = run->opt;

	for (size_t i = 0; i < run->nr; i++) {
		struct subject *s = &run->subjects[i];

		s->has_before = take(run, s, &s->before);
	}
	for (uint64_t n = 0; !opt->count || n < opt->count; n++) {
		bool go_on;

		next += opt->interval_ns;
		/* when we are late, leave out what cannot be made up for */
		while (next + opt->interval_ns < mps_wait_now())
			next += opt->interval_ns;
		if (all_gone(run))
			break;
		/* interrupted: what there is of the interval is shown */
		go_on = mps_wait_until(next);
		one_round(run, !go_on || n + 1 == opt->count);
		if (!go_on)
			break;
	}
}

static void check_tids(struct run *run)
{
	for (size_t i = 0; i < run->opt->tids.nr; i++) {
		if (run->seen[i])
			continue;
		mps_msg("thread %d is none of the threads shown by '%s'",
			run->opt->tids.id[i], run->r->command);
		if (run->rc == MPS_EXIT_OK)
			run->rc = MPS_EXIT_FAILURE;
	}
}

static int check_sort(const struct run *run)
{
	struct mps_col cols[MPS_READING_COLS];
	const struct mps_report *r = run->r;

	for (size_t i = 0; i < r->nr_cols; i++)
		cols[i] = r->cols[i].out;
	if (!run->opt->sort ||
	    mps_cols_find(cols, r->nr_cols, run->opt->sort) < r->nr_cols)
		return MPS_EXIT_OK;
	return mps_cols_complain(r->command, cols, r->nr_cols, run->opt->sort);
}

static int subjects_init(struct run *run, const struct mps_targets *ts)
{
	run->subjects = calloc(ts->nr, sizeof(*run->subjects));
	run->seen = calloc(run->opt->tids.nr + 1, sizeof(*run->seen));
	if (!run->subjects || !run->seen) {
		mps_msg("no memory for the report");
		return MPS_EXIT_FAILURE;
	}
	run->nr = ts->nr;
	for (size_t i = 0; i < ts->nr; i++) {
		struct subject *s = &run->subjects[i];

		s->tgid = ts->t[i].tgid;
		if (!run->r->group)
			s->rh = mps_reading_roles(s->tgid);
		mps_layout_init(&s->layout, run->r->file, run->r->cols,
				run->r->nr_cols, !!s->rh);
	}
	return MPS_EXIT_OK;
}

static void subjects_exit(struct run *run)
{
	for (size_t i = 0; i < run->nr; i++) {
		if (run->subjects[i].has_before)
			mps_reading_free(&run->subjects[i].before);
		if (run->subjects[i].rh)
			mps_rolehook_close(run->subjects[i].rh);
	}
	free(run->subjects);
	free(run->seen);
}

int mps_report_embed(const struct mps_report *r, const struct mps_opt *opt,
		     struct mps_out *out, pid_t tgid)
{
	struct run run = { .r = r, .opt = opt, .out = out };
	struct subject s = { .tgid = tgid };
	struct mps_reading rd;
	bool unknown;

	mps_layout_init(&s.layout, r->file, r->cols, r->nr_cols, false);
	if (!take(&run, &s, &rd))
		return run.rc;
	unknown = has_unknown(&rd.rows);
	if (r->group && !mps_snap_group(&rd.rows))
		run_fail(&run, mps_err_nomem());
	show_table(&run, &s, &rd.rows, elapsed(&rd, NULL));
	show_foot(&run, &s, &rd, NULL, unknown);
	mps_reading_free(&rd);
	return run.rc;
}

int mps_report_run(const struct mps_report *r, const struct mps_opt *opt)
{
	struct run run = { .r = r, .opt = opt };
	struct mps_targets ts = { 0 };
	int rc = check_sort(&run);

	if (rc)
		return rc;
	mps_wait_init();
	rc = mps_targets_pick(&ts, opt, r->feature);
	if (rc)
		goto release;
	run.out = mps_out_open(opt);
	if (!run.out) {
		rc = MPS_EXIT_FAILURE;
		goto release;
	}
	rc = subjects_init(&run, &ts);
	if (!rc) {
		if (opt->tag && !opt->interval_ns)
			mps_msg("tagged until interrupted (Ctrl-C shows the report)");
		if (opt->interval_ns) {
			intervals(&run);
		} else {
			if (opt->tag)
				mps_wait_until(UINT64_MAX);
			one_round(&run, true);
		}
		check_tids(&run);
		rc = run.rc;
	}
	if (mps_out_close(run.out) && !rc)
		rc = MPS_EXIT_FAILURE;
	subjects_exit(&run);
release:
	mps_targets_release(&ts);
	return rc;
}
