// SPDX-License-Identifier: GPL-2.0
/* PURE: the rows of one reading of a table. */
#include "snap.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK	16384

struct mps_chunk {
	struct mps_chunk *next;
	size_t used, size;
	char data[];
};

void mps_snap_init(struct mps_snap *s, const struct mps_snap_col *cols,
		   size_t nr_cols)
{
	memset(s, 0, sizeof(*s));
	s->cols = cols;
	s->nr_cols = nr_cols;
}

void mps_snap_free(struct mps_snap *s)
{
	struct mps_chunk *c, *next;

	for (c = s->strings; c; c = next) {
		next = c->next;
		free(c);
	}
	free(s->cells);
	mps_snap_init(s, s->cols, s->nr_cols);
}

struct mps_cell *mps_snap_row(const struct mps_snap *s, size_t i)
{
	return s->cells + i * s->nr_cols;
}

const char *mps_snap_string(struct mps_snap *s, const char *str)
{
	size_t len = strlen(str) + 1;
	struct mps_chunk *c = s->strings;
	char *to;

	/* rows repeat the word of the row before them more often than not */
	if (c && c->used >= len &&
	    !memcmp(c->data + c->used - len, str, len) &&
	    (c->used == len || !c->data[c->used - len - 1]))
		return c->data + c->used - len;
	if (!c || c->size - c->used < len) {
		size_t size = len > CHUNK ? len : CHUNK;

		c = malloc(sizeof(*c) + size);
		if (!c)
			return NULL;
		c->used = 0;
		c->size = size;
		c->next = s->strings;
		s->strings = c;
	}
	to = c->data + c->used;
	memcpy(to, str, len);
	c->used += len;
	return to;
}

bool mps_snap_add(struct mps_snap *s, const struct mps_cell *cells)
{
	struct mps_cell *row;

	if (s->nr_rows == s->max_rows) {
		size_t max = s->max_rows ? s->max_rows * 2 : 64;
		struct mps_cell *grown = realloc(s->cells, max * s->nr_cols *
						 sizeof(*grown));

		if (!grown)
			return false;
		s->cells = grown;
		s->max_rows = max;
	}
	row = mps_snap_row(s, s->nr_rows);
	for (size_t i = 0; i < s->nr_cols; i++) {
		row[i] = cells[i];
		if (s->cols[i].type != MPS_STR || !cells[i].known)
			continue;
		row[i].s = mps_snap_string(s, cells[i].s);
		if (!row[i].s)
			return false;
	}
	s->nr_rows++;
	return true;
}

/* Unknown before known; numbers by value, strings by bytes. */
static int cmp_cell(const struct mps_cell *a, const struct mps_cell *b,
		    enum mps_type type)
{
	if (a->known != b->known)
		return a->known ? 1 : -1;
	if (!a->known)
		return 0;
	if (type == MPS_STR)
		return strcmp(a->s, b->s);
	return a->u < b->u ? -1 : a->u > b->u;
}

static bool is_sum(enum mps_how how)
{
	return how == MPS_HOW_SUM || how == MPS_HOW_TIME;
}

/* Which columns are the key. */
enum by { BY_COLUMN, BY_KEY, BY_KEY_AND_ID };

static int cmp_key(const struct mps_snap_col *cols, size_t nr_cols, enum by by,
		   const struct mps_cell *a, const struct mps_cell *b)
{
	int cmp = 0;

	for (size_t i = 0; i < nr_cols && !cmp; i++)
		if (cols[i].how == MPS_HOW_KEY ||
		    (cols[i].how == MPS_HOW_ID && by == BY_KEY_AND_ID))
			cmp = cmp_cell(&a[i], &b[i], cols[i].type);
	return cmp;
}

struct order {
	const struct mps_snap *s;
	size_t col;
	enum by by;
};

static int cmp_rows(const void *pa, const void *pb, void *arg)
{
	size_t ia = *(const size_t *)pa, ib = *(const size_t *)pb;
	const struct order *o = arg;
	const struct mps_cell *a = mps_snap_row(o->s, ia);
	const struct mps_cell *b = mps_snap_row(o->s, ib);
	enum mps_type type = o->s->cols[o->col].type;
	int cmp;

	if (o->by != BY_COLUMN)
		cmp = cmp_key(o->s->cols, o->s->nr_cols, o->by, a, b);
	else if (type == MPS_STR && a[o->col].known && b[o->col].known)
		cmp = cmp_cell(&a[o->col], &b[o->col], type);
	else
		cmp = cmp_cell(&b[o->col], &a[o->col], type);
	return cmp ? cmp : ia < ib ? -1 : ia > ib;
}

/* Numbers of the rows in order; NULL without memory. */
static size_t *make_order(const struct mps_snap *s, size_t col, enum by by)
{
	struct order o = { .s = s, .col = col, .by = by };
	size_t *idx = malloc((s->nr_rows + 1) * sizeof(*idx));

	if (!idx)
		return NULL;
	for (size_t i = 0; i < s->nr_rows; i++)
		idx[i] = i;
	qsort_r(idx, s->nr_rows, sizeof(*idx), cmp_rows, &o);
	return idx;
}

static bool went_back(const struct mps_snap *s, const struct mps_cell *now,
		      const struct mps_cell *before)
{
	for (size_t i = 0; i < s->nr_cols; i++)
		if (s->cols[i].how == MPS_HOW_SUM && now[i].known &&
		    before[i].known && now[i].u < before[i].u)
			return true;
	return false;
}

static void sub_row(const struct mps_snap *s, struct mps_cell *now,
		    const struct mps_cell *before)
{
	for (size_t i = 0; i < s->nr_cols; i++) {
		if (!is_sum(s->cols[i].how))
			continue;
		if (!now[i].known || !before[i].known)
			now[i] = mps_cell_none();
		else if (now[i].u > before[i].u)
			now[i].u -= before[i].u;
		else
			now[i].u = 0;
	}
}

bool mps_snap_sub(struct mps_snap *now, const struct mps_snap *before,
		  size_t *nr_new)
{
	size_t *in = make_order(now, 0, BY_KEY_AND_ID);
	size_t *ib = make_order(before, 0, BY_KEY_AND_ID);
	bool ok = in && ib;

	*nr_new = 0;
	for (size_t n = 0, b = 0; ok && n < now->nr_rows &&
	     b < before->nr_rows;) {
		struct mps_cell *rn = mps_snap_row(now, in[n]);
		const struct mps_cell *rb = mps_snap_row(before, ib[b]);
		int cmp = cmp_key(now->cols, now->nr_cols, BY_KEY_AND_ID, rn,
				  rb);

		if (!cmp && went_back(now, rn, rb))
			++*nr_new;
		else if (!cmp)
			sub_row(now, rn, rb);
		n += cmp <= 0;
		b += cmp >= 0;
	}
	free(in);
	free(ib);
	return ok;
}

/* Add @from to @to, both rows of @s or a total. */
static void merge_row(const struct mps_snap *s, struct mps_cell *to,
		      const struct mps_cell *from)
{
	bool larger = false;

	for (size_t i = 0; i < s->nr_cols; i++) {
		switch (s->cols[i].how) {
		case MPS_HOW_SUM:
		case MPS_HOW_TIME:
			if (to[i].known && from[i].known)
				to[i].u += from[i].u;
			else
				to[i] = mps_cell_none();
			break;
		case MPS_HOW_MAX:
			larger = from[i].known &&
				 (!to[i].known || from[i].u > to[i].u);
			if (larger)
				to[i] = from[i];
			break;
		case MPS_HOW_OF_MAX:
			if (larger)
				to[i] = from[i];
			break;
		case MPS_HOW_ID:
			to[i] = mps_cell_none();
			break;
		default:
			break;
		}
	}
}

/* Bring the rows into the order of @idx, the first @nr of it. */
static bool reorder(struct mps_snap *s, const size_t *idx, size_t nr)
{
	size_t row = s->nr_cols * sizeof(*s->cells);
	struct mps_cell *cells = malloc((nr + 1) * row);

	if (!cells)
		return false;
	for (size_t i = 0; i < nr; i++)
		memcpy(cells + i * s->nr_cols, mps_snap_row(s, idx[i]), row);
	free(s->cells);
	s->cells = cells;
	s->nr_rows = nr;
	s->max_rows = nr + 1;
	return true;
}

bool mps_snap_group(struct mps_snap *s)
{
	size_t *idx = make_order(s, 0, BY_KEY);
	size_t nr = 0;
	bool ok;

	if (!idx)
		return false;
	for (size_t i = 0; i < s->nr_rows; i++) {
		struct mps_cell *row = mps_snap_row(s, idx[i]);
		struct mps_cell *last = nr ? mps_snap_row(s, idx[nr - 1]) :
					     NULL;

		if (last && !cmp_key(s->cols, s->nr_cols, BY_KEY, last, row))
			merge_row(s, last, row);
		else
			idx[nr++] = idx[i];
	}
	ok = reorder(s, idx, nr);
	free(idx);
	return ok;
}

bool mps_snap_sort(struct mps_snap *s, size_t col)
{
	size_t *idx = make_order(s, col, BY_COLUMN);
	bool ok = idx && reorder(s, idx, s->nr_rows);

	free(idx);
	return ok;
}

static bool is_idle(const struct mps_snap *s, const struct mps_cell *row)
{
	for (size_t i = 0; i < s->nr_cols; i++)
		if (is_sum(s->cols[i].how) && row[i].known && row[i].u)
			return false;
	return true;
}

size_t mps_snap_drop_idle(struct mps_snap *s)
{
	size_t nr = 0, was = s->nr_rows;

	for (size_t i = 0; i < was; i++) {
		if (is_idle(s, mps_snap_row(s, i)))
			continue;
		memmove(mps_snap_row(s, nr), mps_snap_row(s, i),
			s->nr_cols * sizeof(*s->cells));
		nr++;
	}
	s->nr_rows = nr;
	return was - nr;
}

size_t mps_snap_cut(struct mps_snap *s, size_t nr)
{
	size_t was = s->nr_rows;

	if (nr && nr < was)
		s->nr_rows = nr;
	return was - s->nr_rows;
}

void mps_snap_total(const struct mps_snap *s, struct mps_cell *cells)
{
	for (size_t i = 0; i < s->nr_cols; i++)
		cells[i] = is_sum(s->cols[i].how) ? mps_cell_u64(0) :
						    mps_cell_none();
	for (size_t i = 0; i < s->nr_rows; i++)
		merge_row(s, cells, mps_snap_row(s, i));
}
