/* SPDX-License-Identifier: GPL-2.0 */
/* Between out_text.c and out_text_table.c; nobody else includes it. */
#ifndef _MPS_OUT_TEXT_H
#define _MPS_OUT_TEXT_H

#include "out_priv.h"

#define MAX_COLS	MPS_OUT_COLS
#define GAP		2	/* columns between two columns */
#define BAR_MIN		10
#define BAR_MAX		50
#define HEAD_EVERY	20	/* rows of a stream between two heads */

#define BOLD	"\033[1m"
#define YELLOW	"\033[33m"
#define PLAIN	"\033[0m"

/* One row, drawn: the texts of its cells one behind the other, each with 0. */
struct trow {
	char *texts;
	size_t width[MAX_COLS];	/* on the terminal */
	uint64_t bar;
	bool total;
};

struct mps_text {
	struct trow *rows;
	size_t nr_rows, max_rows;
	size_t width[MAX_COLS];
	bool hidden[MAX_COLS];
	const char *stream;	/* name of the table that goes on */
	size_t since_head;
	bool begun;		/* something was printed before */
	size_t columns;		/* of the terminal; 0: no limit */
};

static inline struct mps_text *mps_text_of(struct mps_out *out)
{
	return out->priv;
}

static inline const char *mps_text_color(const struct mps_out *out,
					 const char *code)
{
	return out->cfg.color ? code : "";
}

void mps_text_rows_free(struct mps_text *t);

/* The operations on tables. */
void mps_text_table_begin(struct mps_out *out);
void mps_text_row(struct mps_out *out, const struct mps_cell *cells,
		  bool total);
void mps_text_table_end(struct mps_out *out);

#endif /* _MPS_OUT_TEXT_H */
