/* SPDX-License-Identifier: GPL-2.0 */
/* One reading of one table of one target, with its summary and names. */
#ifndef _MPS_READING_H
#define _MPS_READING_H

#include "dbgfs.h"
#include "opt.h"
#include "out.h"
#include "snap.h"

#define MPS_READING_COLS	MPS_OUT_COLS

/* Where the cells of a column come from. */
enum mps_src {
	MPS_SRC_FILE,		/* the column of the same name */
	MPS_SRC_COMM,		/* the file "threads", by tid */
	MPS_SRC_SINCE,		/* the same: tells a tid from its next user */
	MPS_SRC_ROLE,		/* rolehook.h, by tid; left out without it */
	MPS_SRC_DERIVED,	/* computed from the others when all is done */
};

/* A column of a table: how it is read, what is done with it, how it looks. */
struct mps_reading_col {
	struct mps_col out;
	struct mps_snap_col snap;
	enum mps_src src;
	const char *from;	/* column of the file if it has another name */
};

/* Shorthands for tables of columns. */
#define MPS_RC_KEY(n, t, h)						\
	{ .out = { .name = n, .title = t, .kind = MPS_KIND_ID, .hide = h },\
	  .snap = { MPS_U64, MPS_HOW_KEY } }
#define MPS_RC_WORD(n, t, h)						\
	{ .out = { .name = n, .title = t, .kind = MPS_KIND_STRING, .hide = h },\
	  .snap = { MPS_STR, MPS_HOW_LAST } }
#define MPS_RC_COUNT(n, t, h)						\
	{ .out = { .name = n, .title = t, .kind = MPS_KIND_COUNT, .hide = h },\
	  .snap = { MPS_U64, MPS_HOW_SUM } }
#define MPS_RC_NS(n, t, h)						\
	{ .out = { .name = n, .title = t, .kind = MPS_KIND_NS, .hide = h },\
	  .snap = { MPS_U64, MPS_HOW_TIME } }
#define MPS_RC_DERIVED(n, t, k, h)					\
	{ .out = { .name = n, .title = t, .kind = k, .hide = h },	\
	  .snap = { MPS_U64, MPS_HOW_LATER }, .src = MPS_SRC_DERIVED }
#define MPS_RC_COMM(h)							\
	{ .out = { .name = "comm", .kind = MPS_KIND_STRING, .hide = h },\
	  .snap = { MPS_STR, MPS_HOW_LAST }, .src = MPS_SRC_COMM }
#define MPS_RC_ROLE(h)							\
	{ .out = { .name = "role", .kind = MPS_KIND_STRING, .hide = h },\
	  .snap = { MPS_STR, MPS_HOW_LAST }, .src = MPS_SRC_ROLE }

/* Not shown: which thread it is, for the difference of two readings. */
#define MPS_RC_THREAD							\
	{ .out = { .name = "thread", .kind = MPS_KIND_ID,		\
		   .flags = MPS_COL_NEVER },				\
	  .snap = { MPS_U64, MPS_HOW_ID }, .from = "tid" },		\
	{ .out = { .name = "thread_since", .kind = MPS_KIND_ID,		\
		   .flags = MPS_COL_NEVER },				\
	  .snap = { MPS_U64, MPS_HOW_ID }, .src = MPS_SRC_SINCE }

struct mps_rolehook;

/* The columns in use: without the role where nobody knows roles. */
struct mps_layout {
	const char *file;
	struct mps_reading_col cols[MPS_READING_COLS];
	struct mps_snap_col snap[MPS_READING_COLS];
	size_t nr_cols;
};

struct mps_reading {
	struct mps_kv *summary;
	struct mps_snap rows;
	uint64_t at_ns;		/* CLOCK_MONOTONIC */
};

void mps_layout_init(struct mps_layout *l, const char *file,
		     const struct mps_reading_col *cols, size_t nr_cols,
		     bool roles);
/* Column by name or title; nr_cols if there is none. */
size_t mps_layout_find(const struct mps_layout *l, const char *name);

/* row[to] = row[part] * factor / row[by]; unknown if one is, or by 0. */
void mps_layout_ratio(const struct mps_layout *l, struct mps_cell *row,
		      const char *to, const char *part, const char *by,
		      uint64_t factor);

/*
 * Roles of a target's threads, or NULL. Not of an exited one: its id may be
 * somebody else's by now.
 */
struct mps_rolehook *mps_reading_roles(pid_t tgid);

/**
 * mps_reading_take() - read a target's summary and table
 * @tids: only these rows; all if empty
 * @seen: for each of @tids, set to true if it was there; may be NULL
 */
enum mps_err mps_reading_take(struct mps_reading *rd,
			      const struct mps_layout *l, pid_t tgid,
			      struct mps_rolehook *rh,
			      const struct mps_ids *tids, bool *seen);
void mps_reading_free(struct mps_reading *rd);

#endif /* _MPS_READING_H */
