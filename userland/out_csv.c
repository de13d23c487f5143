// SPDX-License-Identifier: GPL-2.0
/*
 * CSV: one head and one line a row; lines that begin with # carry what is not
 * a row. A field is put in quotes if it could be misread, and so is a string
 * "-", because a bare - says that the value is not known.
 */
#include "out_priv.h"

#include <inttypes.h>
#include <string.h>

#include "fmt.h"

static void put_string(struct mps_out *out, const char *s)
{
	FILE *to = out->cfg.to;
	const char special[] = { out->cfg.sep, '"', '\n', '\r', 0 };
	bool quote = strpbrk(s, special) || *s == '#' || !*s || !strcmp(s, "-");

	if (quote)
		putc('"', to);
	for (; *s; s++) {
		if (*s == '"')
			putc('"', to);
		putc(*s, to);
	}
	if (quote)
		putc('"', to);
}

static void put_cell(struct mps_out *out, enum mps_kind kind,
		     struct mps_cell c)
{
	char buf[MPS_FMT_LEN];

	if (!c.known)
		putc('-', out->cfg.to);
	else if (kind == MPS_KIND_STRING)
		put_string(out, c.s);
	else if (kind == MPS_KIND_PERCENT || kind == MPS_KIND_RATIO)
		fputs(mps_fmt_hundredths(buf, c.u), out->cfg.to);
	else
		fprintf(out->cfg.to, "%" PRIu64, c.u);
}

/* A comment is one line, whatever is in it. */
static void put_comment(struct mps_out *out, const char *key, const char *text)
{
	fprintf(out->cfg.to, "# %s: ", key);
	for (; *text; text++)
		putc(*text == '\n' || *text == '\r' ? ' ' : *text, out->cfg.to);
	putc('\n', out->cfg.to);
}

/* What goes on from one document to the next. */
static const char *stream_of(const struct mps_out *out)
{
	return out->priv;
}

static bool csv_init(struct mps_out *out)
{
	out->priv = NULL;
	return true;
}

static void csv_doc_begin(struct mps_out *out, const char *command)
{
	(void)out;
	(void)command;		/* whoever asked knows what for */
}

static void csv_heading(struct mps_out *out, const char *text)
{
	(void)out;
	(void)text;		/* for people; the fields say it to programs */
}

static void csv_field(struct mps_out *out, const char *name,
		      enum mps_kind kind, struct mps_cell cell)
{
	fprintf(out->cfg.to, "# %s: ", name);
	put_cell(out, kind, cell);
	putc('\n', out->cfg.to);
}

static void csv_table_begin(struct mps_out *out)
{
	bool first = true;

	if ((out->table_flags & MPS_TABLE_STREAM) && stream_of(out) &&
	    !strcmp(stream_of(out), out->table))
		return;
	/* a second table has another head */
	if (out->priv)
		fprintf(out->cfg.to, "# table: %s\n", out->table);
	out->priv = (void *)out->table;
	for (size_t i = 0; i < out->nr_cols; i++) {
		if (out->cols[i].flags & MPS_COL_TEXT)
			continue;
		if (!first)
			putc(out->cfg.sep, out->cfg.to);
		put_string(out, out->cols[i].name);
		first = false;
	}
	putc('\n', out->cfg.to);
}

static void csv_row(struct mps_out *out, const struct mps_cell *cells,
		    bool total)
{
	bool first = true;

	if (total)
		return;		/* a program would take it for one more row */
	for (size_t i = 0; i < out->nr_cols; i++) {
		if (out->cols[i].flags & MPS_COL_TEXT)
			continue;
		if (!first)
			putc(out->cfg.sep, out->cfg.to);
		put_cell(out, out->cols[i].kind, cells[i]);
		first = false;
	}
	putc('\n', out->cfg.to);
}

static void csv_table_end(struct mps_out *out)
{
	(void)out;
}

static void csv_doc_end(struct mps_out *out, bool more)
{
	const struct mps_footer *f = &out->footer;

	if (more)
		return;
	for (size_t i = 0; i < f->nr_notes; i++)
		put_comment(out, "note", f->notes[i]);
	if (f->roles)
		put_comment(out, "roles", f->roles);
	for (size_t i = 0; i < f->nr_drops; i++) {
		const struct mps_drop *d = &f->drops[i];

		fprintf(out->cfg.to, "# dropped: %s ", d->key);
		put_cell(out, MPS_KIND_COUNT, d->count);
		putc('\n', out->cfg.to);
	}
}

static void csv_exit(struct mps_out *out)
{
	(void)out;
}

const struct mps_out_ops mps_out_csv_ops = {
	.init = csv_init,
	.doc_begin = csv_doc_begin,
	.heading = csv_heading,
	.field = csv_field,
	.table_begin = csv_table_begin,
	.row = csv_row,
	.table_end = csv_table_end,
	.doc_end = csv_doc_end,
	.exit = csv_exit,
};
