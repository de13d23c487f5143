/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PURE: the rows of one reading of a table, and what can be done with them:
 * difference to an earlier reading, grouping, sorting, totals.
 */
#ifndef _MPS_SNAP_H
#define _MPS_SNAP_H

#include "cell.h"

/* What becomes of a column when rows are subtracted, grouped or summed up. */
enum mps_how {
	MPS_HOW_KEY,		/* says which row it is */
	MPS_HOW_ID,		/* the same, but groups are made without it */
	MPS_HOW_SUM,		/* a counter: subtracted, added */
	MPS_HOW_TIME,		/* the same of time, which may step back a bit */
	MPS_HOW_MAX,		/* a maximum since the beginning: the largest */
	MPS_HOW_OF_MAX,		/* belongs to the maximum column before it */
	MPS_HOW_LAST,		/* as read; of a group: of its first row */
	MPS_HOW_LATER,		/* filled in after all that: left alone */
};

struct mps_snap_col {
	enum mps_type type;
	enum mps_how how;
};

struct mps_snap {
	const struct mps_snap_col *cols;
	size_t nr_cols;
	size_t nr_rows, max_rows;
	struct mps_cell *cells;	/* row by row */
	struct mps_chunk *strings;
};

/* Functions that return bool return false without memory. */
void mps_snap_init(struct mps_snap *s, const struct mps_snap_col *cols,
		   size_t nr_cols);
void mps_snap_free(struct mps_snap *s);

/* Cells of row @i. */
struct mps_cell *mps_snap_row(const struct mps_snap *s, size_t i);

/* Append a row; strings are copied. */
bool mps_snap_add(struct mps_snap *s, const struct mps_cell *cells);
/* A copy of @str that lives as long as @s; NULL without memory. */
const char *mps_snap_string(struct mps_snap *s, const char *str);

/**
 * mps_snap_sub() - turn @now into what happened since @before
 * @nr_new: out, rows whose counters had become smaller: their id was used
 * again by somebody else, who is shown from his beginning
 *
 * Rows with the same key are matched in their order. A row that was not there
 * before is left as it is. Unknown minus anything is unknown. An open interval
 * is measured anew when it closes: a time that is less than it was counts 0.
 */
bool mps_snap_sub(struct mps_snap *now, const struct mps_snap *before,
		  size_t *nr_new);

/* Put rows with the same key together; ids are unknown then. */
bool mps_snap_group(struct mps_snap *s);

/* Largest first (strings: smallest first), unknown last; stable. */
bool mps_snap_sort(struct mps_snap *s, size_t col);

/* Drop the rows all of whose counters are 0. Return: how many. */
size_t mps_snap_drop_idle(struct mps_snap *s);

/* Keep the first @nr rows. Return: how many went. */
size_t mps_snap_cut(struct mps_snap *s, size_t nr);

/*
 * Sum of all rows: SUM added, MAX and OF_MAX of the largest, others unknown. A
 * sum with an unknown summand is unknown. @cells: nr_cols of them.
 */
void mps_snap_total(const struct mps_snap *s, struct mps_cell *cells);

#endif /* _MPS_SNAP_H */
