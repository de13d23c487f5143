// SPDX-License-Identifier: GPL-2.0
/* One reading of one table of one target. */
#include "reading.h"

#include <stdlib.h>
#include <string.h>

#include "rolehook.h"
#include "wait.h"

void mps_layout_init(struct mps_layout *l, const char *file,
		     const struct mps_reading_col *cols, size_t nr_cols,
		     bool roles)
{
	memset(l, 0, sizeof(*l));
	l->file = file;
	for (size_t i = 0; i < nr_cols && l->nr_cols < MPS_READING_COLS; i++) {
		if (cols[i].src == MPS_SRC_ROLE && !roles)
			continue;
		l->snap[l->nr_cols] = cols[i].snap;
		l->cols[l->nr_cols++] = cols[i];
	}
}

size_t mps_layout_find(const struct mps_layout *l, const char *name)
{
	for (size_t i = 0; i < l->nr_cols; i++) {
		const struct mps_col *col = &l->cols[i].out;

		if (!strcmp(col->name, name) ||
		    (col->title && !strcmp(col->title, name)))
			return i;
	}
	return l->nr_cols;
}

void mps_layout_ratio(const struct mps_layout *l, struct mps_cell *row,
		      const char *to, const char *part, const char *by,
		      uint64_t factor)
{
	size_t t = mps_layout_find(l, to), p = mps_layout_find(l, part);
	size_t b = mps_layout_find(l, by);

	if (t == l->nr_cols)
		return;
	row[t] = mps_cell_none();
	if (p < l->nr_cols && b < l->nr_cols && row[p].known &&
	    row[b].known && row[b].u)
		row[t] = mps_cell_u64((uint64_t)((__uint128_t)row[p].u *
						 factor / row[b].u));
}

/* comm by tid; of a tid that two threads had, the one that lives. */
static const struct mps_snap_col name_cols[] = {
	{ MPS_U64, MPS_HOW_KEY }, { MPS_STR, MPS_HOW_LAST },
	{ MPS_STR, MPS_HOW_LAST },
};

static enum mps_err read_names(struct mps_snap *names, pid_t tgid)
{
	static const struct mps_want want[] = {
		{ "tid", MPS_U64, true }, { "comm", MPS_STR, false },
		{ "state", MPS_STR, false },
	};
	struct mps_tab *tab;
	enum mps_err err = mps_tab_open(&tab, tgid, "threads", want, 3);

	mps_snap_init(names, name_cols, 3);
	while (!err) {
		err = mps_tab_next(tab);
		if (!err && !mps_snap_add(names, mps_tab_cells(tab)))
			err = mps_err_nomem();
	}
	mps_tab_close(tab);
	if (err != MPS_END)
		return err;
	return mps_snap_sort(names, 0) ? MPS_OK : mps_err_nomem();
}

static struct mps_cell find_name(const struct mps_snap *names, uint64_t tid)
{
	size_t lo = 0, hi = names->nr_rows;
	struct mps_cell name = mps_cell_none();

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (mps_snap_row(names, mid)[0].u > tid)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < names->nr_rows; lo++) {
		const struct mps_cell *row = mps_snap_row(names, lo);
		bool dead = row[2].known && !strcmp(row[2].s, "dead");

		if (row[0].u != tid)
			break;
		if (!dead || !name.known)
			name = row[1];
	}
	return name;
}

struct source {
	const struct mps_layout *l;
	struct mps_want want[MPS_READING_COLS + 1];
	size_t at[MPS_READING_COLS];	/* column -> wanted cell */
	size_t nr_want;
	bool names;
	struct mps_snap names_of;
	struct mps_rolehook *rh;
	const struct mps_ids *tids;
	bool *seen;
};

/* The first cell wanted is the tid, whoever shows it. */
static void source_init(struct source *src, const struct mps_layout *l,
			struct mps_rolehook *rh, const struct mps_ids *tids,
			bool *seen)
{
	memset(src, 0, sizeof(*src));
	src->l = l;
	src->rh = rh;
	src->tids = tids;
	src->seen = seen;
	src->want[src->nr_want++] = (struct mps_want){ "tid", MPS_U64, false };
	for (size_t i = 0; i < l->nr_cols; i++) {
		const struct mps_reading_col *col = &l->cols[i];

		src->names |= col->src == MPS_SRC_COMM;
		if (col->src != MPS_SRC_FILE)
			continue;
		src->at[i] = src->nr_want;
		src->want[src->nr_want++] = (struct mps_want){
			.name = col->from ? col->from : col->out.name,
			.type = col->snap.type,
			.required = col->snap.how == MPS_HOW_KEY,
		};
	}
}

static bool is_wanted(const struct source *src, struct mps_cell tid)
{
	bool wanted = !src->tids->nr;

	for (size_t i = 0; i < src->tids->nr; i++)
		if (tid.known && tid.u == (uint64_t)src->tids->id[i]) {
			wanted = true;
			if (src->seen)
				src->seen[i] = true;
		}
	return wanted;
}

static struct mps_cell role_of(struct mps_rolehook *rh, pid_t tid)
{
	return mps_cell_str(mps_rolehook_role(rh, tid));
}

static void fill_row(const struct source *src, const struct mps_cell *in,
		     struct mps_cell *row)
{
	for (size_t i = 0; i < src->l->nr_cols; i++) {
		row[i] = mps_cell_none();
		switch (src->l->cols[i].src) {
		case MPS_SRC_FILE:
			row[i] = in[src->at[i]];
			break;
		case MPS_SRC_COMM:
			if (in[0].known)
				row[i] = find_name(&src->names_of, in[0].u);
			break;
		case MPS_SRC_ROLE:
			if (in[0].known && src->rh)
				row[i] = role_of(src->rh, (pid_t)in[0].u);
			break;
		case MPS_SRC_DERIVED:
			break;
		}
	}
}

/* A file with nothing to tell has one row of "-" ("wakers"). */
static bool is_empty(const struct source *src, const struct mps_cell *in)
{
	for (size_t i = 0; i < src->nr_want; i++)
		if (in[i].known)
			return false;
	return true;
}

static enum mps_err read_rows(struct mps_reading *rd, struct source *src,
			      pid_t tgid)
{
	struct mps_cell row[MPS_READING_COLS];
	struct mps_tab *tab;
	enum mps_err err;

	err = mps_tab_open(&tab, tgid, src->l->file, src->want, src->nr_want);
	while (!err) {
		const struct mps_cell *in;

		err = mps_tab_next(tab);
		if (err)
			break;
		in = mps_tab_cells(tab);
		if (is_empty(src, in) || !is_wanted(src, in[0]))
			continue;
		fill_row(src, in, row);
		if (!mps_snap_add(&rd->rows, row))
			err = mps_err_nomem();
	}
	mps_tab_close(tab);
	return err == MPS_END ? MPS_OK : err;
}

enum mps_err mps_reading_take(struct mps_reading *rd,
			      const struct mps_layout *l, pid_t tgid,
			      struct mps_rolehook *rh,
			      const struct mps_ids *tids, bool *seen)
{
	struct source src;
	enum mps_err err;

	memset(rd, 0, sizeof(*rd));
	mps_snap_init(&rd->rows, l->snap, l->nr_cols);
	source_init(&src, l, rh, tids, seen);
	if (rh)
		mps_rolehook_refresh(rh);
	rd->at_ns = mps_wait_now();
	err = mps_kv_read(&rd->summary, tgid, "summary");
	if (!err && src.names)
		err = read_names(&src.names_of, tgid);
	if (!err)
		err = read_rows(rd, &src, tgid);
	mps_snap_free(&src.names_of);
	if (err)
		mps_reading_free(rd);
	return err;
}

void mps_reading_free(struct mps_reading *rd)
{
	mps_kv_free(rd->summary);
	rd->summary = NULL;
	mps_snap_free(&rd->rows);
}
