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

struct mps_rolehook *mps_reading_roles(pid_t tgid)
{
	struct mps_rolehook *rh = NULL;
	struct mps_cell state;
	struct mps_kv *kv;

	if (!mps_rolehook_open || mps_kv_read(&kv, tgid, "summary"))
		return NULL;
	state = mps_kv_str(kv, "state");
	if (state.known && !strcmp(state.s, "live"))
		rh = mps_rolehook_open(tgid);
	mps_kv_free(kv);
	return rh;
}

/* Of each thread what the other files do not tell: sorted by tid. */
enum { NAME_TID, NAME_COMM, NAME_SINCE, NR_NAME };

static const struct mps_snap_col name_cols[NR_NAME] = {
	[NAME_TID] = { MPS_U64, MPS_HOW_KEY },
	[NAME_COMM] = { MPS_STR, MPS_HOW_LAST },
	[NAME_SINCE] = { MPS_U64, MPS_HOW_LAST },
};

struct source {
	const struct mps_layout *l;
	struct mps_want want[MPS_READING_COLS + 1];
	size_t at[MPS_READING_COLS];	/* column -> wanted cell */
	size_t nr_want;
	bool need_names;
	struct mps_snap names;
	size_t *nr_seen;	/* threads of a tid, at its first name */
	bool many_rows;		/* a thread has more than one */
	uint64_t last_tid;
	struct mps_rolehook *rh;
	const struct mps_ids *tids;
	bool *seen;
};

static enum mps_err read_names(struct source *src, pid_t tgid)
{
	static const struct mps_want want[NR_NAME] = {
		[NAME_TID] = { "tid", MPS_U64, true },
		[NAME_COMM] = { "comm", MPS_STR, false },
		[NAME_SINCE] = { "since_ns", MPS_U64, false },
	};
	struct mps_tab *tab;
	enum mps_err err = mps_tab_open(&tab, tgid, "threads", want, NR_NAME);

	mps_snap_init(&src->names, name_cols, NR_NAME);
	while (!err) {
		err = mps_tab_next(tab);
		if (!err && !mps_snap_add(&src->names, mps_tab_cells(tab)))
			err = mps_err_nomem();
	}
	mps_tab_close(tab);
	if (err != MPS_END)
		return err;
	src->nr_seen = calloc(src->names.nr_rows + 1, sizeof(*src->nr_seen));
	if (!src->nr_seen || !mps_snap_sort(&src->names, NAME_TID))
		return mps_err_nomem();
	return MPS_OK;
}

/*
 * Where @tid begins among the names, largest first. An id that was used again
 * is there twice, in the order of the file, as it is in the other files.
 */
static size_t find_name(const struct mps_snap *names, uint64_t tid)
{
	size_t lo = 0, hi = names->nr_rows;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (mps_snap_row(names, mid)[NAME_TID].u > tid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

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

		src->many_rows |= col->snap.how == MPS_HOW_KEY &&
				  col->src == MPS_SRC_FILE &&
				  strcmp(col->out.name, "tid");
		src->need_names |= col->src == MPS_SRC_COMM ||
				   col->src == MPS_SRC_SINCE;
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

/* The name of the thread whose row this is: the n-th thread of the n-th name. */
static const struct mps_cell *name_of(struct source *src, struct mps_cell tid)
{
	const struct mps_cell *name;
	size_t first, at;

	if (!tid.known || !src->nr_seen)
		return NULL;
	first = find_name(&src->names, tid.u);
	if (!src->many_rows || tid.u != src->last_tid)
		src->nr_seen[first]++;
	src->last_tid = tid.u;
	at = first + src->nr_seen[first] - 1;
	if (at >= src->names.nr_rows)
		return NULL;
	name = mps_snap_row(&src->names, at);
	return name[NAME_TID].u == tid.u ? name : NULL;
}

static void fill_row(struct source *src, const struct mps_cell *in,
		     struct mps_cell *row)
{
	const struct mps_cell *name = name_of(src, in[0]);

	for (size_t i = 0; i < src->l->nr_cols; i++) {
		row[i] = mps_cell_none();
		switch (src->l->cols[i].src) {
		case MPS_SRC_FILE:
			row[i] = in[src->at[i]];
			break;
		case MPS_SRC_COMM:
			row[i] = name ? name[NAME_COMM] : mps_cell_none();
			break;
		case MPS_SRC_SINCE:
			row[i] = name ? name[NAME_SINCE] : mps_cell_none();
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
	err = src.need_names ? read_names(&src, tgid) : MPS_OK;
	/* the summary's clock is the report's: as near to the rows as can be */
	rd->at_ns = mps_wait_now();
	if (!err)
		err = mps_kv_read(&rd->summary, tgid, "summary");
	if (!err)
		err = read_rows(rd, &src, tgid);
	mps_snap_free(&src.names);
	free(src.nr_seen);
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
