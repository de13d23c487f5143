/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only owner of standard output: documents made of fields, tables, notes
 * and what was dropped, written as text, as JSON or as CSV.
 *
 * A document is one report: begin it, fill in fields and tables, end it. In
 * JSON each is one object on one line. Strings are copied where they are kept.
 */
#ifndef _MPS_OUT_H
#define _MPS_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "cell.h"
#include "opt.h"

#define MPS_OUT_SCHEMA	1	/* "schema_version" of the JSON */

enum mps_kind {
	MPS_KIND_COUNT,
	MPS_KIND_ID,		/* a number that is not added up: PID, CPU */
	MPS_KIND_NS,		/* text: with a unit; else integer ns */
	MPS_KIND_NS_LE,		/* the same, an upper bound: rounded up */
	MPS_KIND_PERCENT,	/* in hundredths: 4123 is 41.23 */
	MPS_KIND_RATIO,		/* in hundredths too, no percent sign */
	MPS_KIND_STRING,
	MPS_KIND_BAR,		/* hundredths of percent, drawn; text only */
	MPS_NR_KINDS
};

#define MPS_COL_TEXT	(1u << 0)	/* not in JSON and CSV */
#define MPS_COL_DATA	(1u << 1)	/* not in text */
#define MPS_COL_NEVER	(MPS_COL_TEXT | MPS_COL_DATA)

#define MPS_OUT_COLS	64	/* a table has at most */

struct mps_col {
	const char *name;	/* JSON key, CSV head, sort key */
	const char *title;	/* head in text; NULL: name */
	enum mps_kind kind;
	unsigned int flags;	/* MPS_COL_* */
	/*
	 * 0: always shown. Else hidden where the terminal is too narrow, the
	 * highest number first; what was hidden is said under the table.
	 */
	unsigned int hide;
};

/* Column by name or title; @nr_cols if there is none. */
size_t mps_cols_find(const struct mps_col *cols, size_t nr_cols,
		     const char *name);
/* Say that there is no column @key to sort by. Return: MPS_EXIT_USAGE. */
int mps_cols_complain(const char *command, const struct mps_col *cols,
		      size_t nr_cols, const char *key);

/* The table goes on over several documents: one head, rows appear at once. */
#define MPS_TABLE_STREAM	(1u << 0)

struct mps_out;

struct mps_out_cfg {
	enum mps_format format;
	char sep;
	bool quiet;
	bool color;		/* allowed; used on a terminal only */
	FILE *to;		/* NULL: standard output */
};

/* As the options say. Return: NULL without memory (it has been said). */
struct mps_out *mps_out_open(const struct mps_opt *opt);
struct mps_out *mps_out_open_cfg(const struct mps_out_cfg *cfg);
/* Return: 0, or MPS_EXIT_FAILURE if not all could be written (said, too). */
int mps_out_close(struct mps_out *out);

void mps_out_doc_begin(struct mps_out *out, const char *command);
/* @more: the same report goes on, so text and CSV keep the footer back. */
void mps_out_doc_end(struct mps_out *out, bool more);

/* A line over the table; text only, not with -q. */
void mps_out_heading(struct mps_out *out, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* One fact of the document; JSON member, CSV comment; not in text. */
void mps_out_field(struct mps_out *out, const char *name, enum mps_kind kind,
		   struct mps_cell cell);

void mps_out_table_begin(struct mps_out *out, const char *name,
			 const struct mps_col *cols, size_t nr_cols,
			 unsigned int flags);
/* @cells: one a column, in the order of the columns. */
void mps_out_row(struct mps_out *out, const struct mps_cell *cells);
/* A row that sums the others up; last of a table, "total" in JSON. */
void mps_out_total(struct mps_out *out, const struct mps_cell *cells);
void mps_out_table_end(struct mps_out *out);

/* A sentence under the tables; "notes" in JSON. */
void mps_out_note(struct mps_out *out, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* How the roles shown were obtained: "inferred", "exact (go1.22)". */
void mps_out_roles(struct mps_out *out, const char *how);
/*
 * Something the document may lack; text: "@what: N". In JSON
 * all are listed, in text those that are not 0; none: "dropped: nothing".
 */
void mps_out_dropped(struct mps_out *out, const char *key, const char *what,
		     struct mps_cell count);

/* Plain text on standard output, for help and the like. */
void mps_out_print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Return: MPS_EXIT_OK, or MPS_EXIT_FAILURE if it could not be written. */
int mps_out_print_done(void);

/* Is a person looking (text on a terminal)? */
bool mps_out_is_terminal(const struct mps_out *out);

#endif /* _MPS_OUT_H */
