// SPDX-License-Identifier: GPL-2.0
/* How often inferred and exact roles agree: counted, and shown. */
#include "who_agree.h"

#include <inttypes.h>

#include "cmd.h"
#include "fmt.h"

void mps_agree_sample(struct mps_agree *a, const struct mps_watch *w)
{
	uint64_t ns = mps_watch_interval_ns(w);
	uint32_t i;

	for (i = 0; i < w->is.nr; i++)
		mps_agree_add(a, &w->is.task[i].exact, w->is.task[i].state,
			      &w->roles.verdict[i], ns);
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
	mps_out_note(out, "not compared: %" PRIu64 " rows that changed while they were read",
		     a->torn);
	if (a->unknown)
		mps_out_note(out, "nor %" PRIu64 " of which nothing exact is known",
			     a->unknown);
	partial = mps_watch_foot(w, out);
	mps_out_doc_end(out, false);
	return partial ? MPS_EXIT_PARTIAL : MPS_EXIT_OK;
}
