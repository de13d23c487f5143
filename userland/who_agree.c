// SPDX-License-Identifier: GPL-2.0
/* How often inferred and exact roles agree: counted, and shown. */
#include "who_agree.h"

#include <inttypes.h>

#include "cmd.h"
#include "fmt.h"
#include "goproc_sample.h"

/*
 * Memory is read before and after the rows, and a thread may be elsewhere both
 * times and have come back: whom the kernel switched meanwhile is not compared.
 */
static void mark_moved(struct mps_watch *w, const struct mps_sample *before,
		       const struct mps_sample *after)
{
	uint32_t i;

	for (i = 0; i < w->is.nr; i++) {
		struct mps_task *t = &w->is.task[i];
		const struct mps_task *a = mps_sample_find(before, t->tid);
		const struct mps_task *b = mps_sample_find(after, t->tid);

		t->exact.torn |= !a || !b || mps_goproc_moved(a, t) ||
				 mps_goproc_moved(t, b);
	}
}

int mps_agree_step(struct mps_agree *a, struct mps_watch *w)
{
	struct mps_sample before, after;
	bool ok = !mps_goproc_rows(w->gp.pid, &before);
	int rc = mps_watch_step(w);
	uint32_t i;

	ok &= !mps_goproc_rows(w->gp.pid, &after);
	/* the process may end between two of them: the next step will say so */
	for (i = 0; !rc && ok && i < w->is.nr; i++) {
		if (!i)
			mark_moved(w, &before, &after);
		mps_agree_add(a, &w->is.task[i].exact, w->is.task[i].state,
			      &w->roles.verdict[i], mps_watch_interval_ns(w));
	}
	mps_sample_free(&before);
	mps_sample_free(&after);
	return rc;
}

static const struct mps_col role_cols[] = {
	{ "exact", NULL, MPS_KIND_STRING, 0, 0 },
	{ "looks", NULL, MPS_KIND_COUNT, 0, 0 },
	{ "agree", NULL, MPS_KIND_COUNT, 0, 0 },
	{ "agree_share", "agree%", MPS_KIND_PERCENT, 0, 0 },
	{ "time_ns", "time", MPS_KIND_NS, 0, 0 },
	{ "time_share", "time%", MPS_KIND_PERCENT, 0, 0 },
};

static void role_row(struct mps_out *out, const char *name, uint64_t nr,
		     uint64_t ok, uint64_t ns, uint64_t ok_ns)
{
	const struct mps_cell row[] = {
		mps_cell_str(name), mps_cell_u64(nr), mps_cell_u64(ok),
		mps_cell_u64(mps_fmt_share(ok, nr)), mps_cell_u64(ns),
		mps_cell_u64(mps_fmt_share(ok_ns, ns)),
	};

	mps_out_row(out, row);
}

static void show_roles(const struct mps_agree *a, struct mps_out *out)
{
	uint64_t nr, ok, ns, ok_ns;
	int i;

	mps_out_table_begin(out, "agreement", role_cols,
			    sizeof(role_cols) / sizeof(role_cols[0]), 0);
	role_row(out, "holds a P", a->p_nr, a->p_ok, a->p_ns, a->p_ok_ns);
	for (i = 0; i < MPS_NR_ROLES; i++) {
		mps_agree_role(a, (enum mps_role)i, &nr, &ok, &ns, &ok_ns);
		if (nr)
			role_row(out, mps_role_names[i], nr, ok, ns, ok_ns);
	}
	mps_out_table_end(out);
}

static const struct mps_col cell_cols[] = {
	{ "exact", NULL, MPS_KIND_STRING, 0, 0 },
	{ "inferred", NULL, MPS_KIND_STRING, 0, 0 },
	{ "looks", NULL, MPS_KIND_COUNT, 0, 0 },
	{ "share", NULL, MPS_KIND_PERCENT, 0, 0 },
	{ "time_ns", "time", MPS_KIND_NS, 0, 0 },
};

/* The confusion table as a list: a row for each pair that occurred. */
static void show_cells(const struct mps_agree *a, struct mps_out *out)
{
	uint64_t nr, ok, ns, ok_ns;
	int i, j;

	mps_out_table_begin(out, "confusion", cell_cols,
			    sizeof(cell_cols) / sizeof(cell_cols[0]), 0);
	for (i = 0; i < MPS_NR_ROLES; i++) {
		mps_agree_role(a, (enum mps_role)i, &nr, &ok, &ns, &ok_ns);
		for (j = 0; j < MPS_NR_ROLES; j++) {
			const struct mps_cell row[] = {
				mps_cell_str(mps_role_names[i]),
				mps_cell_str(mps_role_names[j]),
				mps_cell_u64(a->nr[i][j]),
				mps_cell_u64(mps_fmt_share(a->nr[i][j], nr)),
				mps_cell_u64(a->ns[i][j]),
			};

			if (a->nr[i][j])
				mps_out_row(out, row);
		}
	}
	mps_out_table_end(out);
}

static const struct mps_col wrong_cols[] = {
	{ "evidence", NULL, MPS_KIND_STRING, 0, 0 },
	{ "exact", NULL, MPS_KIND_STRING, 0, 0 },
	{ "looks", NULL, MPS_KIND_COUNT, 0, 0 },
	{ "time_ns", "time", MPS_KIND_NS, 0, 0 },
	{ "time_share", "time%", MPS_KIND_PERCENT, 0, 0 },
};

/* By which rule a P was claimed that is not held, or not claimed that is. */
static void show_wrong(const struct mps_agree *a, struct mps_out *out)
{
	int i;

	mps_out_table_begin(out, "wrong", wrong_cols,
			    sizeof(wrong_cols) / sizeof(wrong_cols[0]), 0);
	for (i = 0; i < MPS_MAX_WRONG && a->wrong[i].rule; i++) {
		const struct mps_agree_wrong *w = &a->wrong[i];
		const struct mps_cell row[] = {
			mps_cell_str(w->rule->name),
			mps_cell_str(mps_role_names[w->exact]),
			mps_cell_u64(w->nr), mps_cell_u64(w->ns),
			mps_cell_u64(mps_fmt_share(w->ns, a->p_ns)),
		};

		mps_out_row(out, row);
	}
	mps_out_table_end(out);
}

int mps_agree_show(const struct mps_agree *a, const struct mps_watch *w,
		   struct mps_out *out, uint64_t looks)
{
	bool partial;

	mps_out_doc_begin(out, "who");
	mps_out_heading(out, "process %d, %s: inferred roles against exact ones, %" PRIu64 " looks",
			w->gp.pid, w->gp.exe.version, looks);
	mps_golive_fields(&w->live, out);
	mps_out_field(out, "looks", MPS_KIND_COUNT, mps_cell_u64(looks));
	mps_out_field(out, "torn", MPS_KIND_COUNT, mps_cell_u64(a->torn));
	mps_out_field(out, "unknown", MPS_KIND_COUNT, mps_cell_u64(a->unknown));
	show_roles(a, out);
	show_cells(a, out);
	show_wrong(a, out);
	mps_out_note(out, "not compared: %" PRIu64 " rows of threads that moved, or changed, while they were read",
		     a->torn);
	if (a->unknown)
		mps_out_note(out, "nor %" PRIu64 " of which nothing exact is known",
			     a->unknown);
	partial = mps_watch_foot(w, out);
	mps_out_doc_end(out, false);
	return partial ? MPS_EXIT_PARTIAL : MPS_EXIT_OK;
}
