// SPDX-License-Identifier: GPL-2.0
/* Tables in text: widths, columns left out, units, bars. */
#include "out_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fmt.h"

#define STRING_MAX	512	/* bytes of one string cell */
#define MAX_HIDE	20	/* highest number a column may have there */

void mps_text_rows_free(struct mps_text *t)
{
	for (size_t i = 0; i < t->nr_rows; i++)
		free(t->rows[i].texts);
	t->nr_rows = 0;
}

static bool is_left(const struct mps_col *col)
{
	return col->kind == MPS_KIND_STRING || col->kind == MPS_KIND_BAR;
}

static const char *title_of(const struct mps_col *col)
{
	return col->title ? col->title : col->name;
}

/* Narrowest width of a column that no row has been seen of yet. */
static size_t first_width(const struct mps_out *out, const struct mps_col *col)
{
	static const size_t usual[MPS_NR_KINDS] = {
		[MPS_KIND_COUNT] = 5, [MPS_KIND_ID] = 7, [MPS_KIND_NS] = 6,
		[MPS_KIND_NS_LE] = 6,
		[MPS_KIND_PERCENT] = 5, [MPS_KIND_RATIO] = 5,
		[MPS_KIND_STRING] = 8,
	};
	size_t width = strlen(title_of(col));

	if (col->kind == MPS_KIND_BAR && width < BAR_MIN)
		width = BAR_MIN;
	if ((out->table_flags & MPS_TABLE_STREAM) && width < usual[col->kind])
		width = usual[col->kind];
	return width;
}

void mps_text_table_begin(struct mps_out *out)
{
	struct mps_text *t = mps_text_of(out);

	if (t->stream && (out->table_flags & MPS_TABLE_STREAM) &&
	    !strcmp(t->stream, out->table))
		return;
	t->stream = out->table_flags & MPS_TABLE_STREAM ? out->table : NULL;
	t->since_head = 0;
	for (size_t i = 0; i < out->nr_cols && i < MAX_COLS; i++) {
		t->hidden[i] = out->cols[i].flags & MPS_COL_DATA;
		t->width[i] = first_width(out, &out->cols[i]);
	}
}

static size_t cell_text(char *buf, size_t size, enum mps_kind kind,
			struct mps_cell c, bool total)
{
	bool adds_up = kind != MPS_KIND_STRING && kind != MPS_KIND_ID;
	char num[MPS_FMT_LEN];

	/* a bar is drawn when its width is known; names have no total */
	if (kind == MPS_KIND_BAR || (total && !c.known && !adds_up)) {
		buf[0] = 0;
		return 0;
	}
	if (!c.known)
		return mps_fmt_safe(buf, size, "-");
	if (kind == MPS_KIND_STRING)
		return mps_fmt_safe(buf, size, c.s);
	if (kind == MPS_KIND_NS)
		return mps_fmt_safe(buf, size, mps_fmt_ns(num, c.u));
	if (kind == MPS_KIND_NS_LE)
		return mps_fmt_safe(buf, size, mps_fmt_ns_up(num, c.u));
	if (kind == MPS_KIND_PERCENT || kind == MPS_KIND_RATIO)
		return mps_fmt_safe(buf, size, mps_fmt_hundredths(num, c.u));
	return (size_t)snprintf(buf, size, "%" PRIu64, c.u);
}

static bool row_draw(struct mps_out *out, struct trow *row,
		     const struct mps_cell *cells, bool total)
{
	struct mps_text *t = mps_text_of(out);
	char buf[STRING_MAX];
	bool labelled = false;	/* the first column that is shown has it */
	size_t used = 0;

	memset(row, 0, sizeof(*row));
	row->total = total;
	for (size_t i = 0; i < out->nr_cols && i < MAX_COLS; i++) {
		enum mps_kind kind = out->cols[i].kind;
		struct mps_cell c = cells[i];
		size_t len;
		char *grown;

		if (total && !labelled && !t->hidden[i] && !c.known) {
			kind = MPS_KIND_STRING;
			c = mps_cell_str("total");
		}
		labelled |= !t->hidden[i];
		row->width[i] = cell_text(buf, sizeof(buf), kind, c, total);
		if (out->cols[i].kind == MPS_KIND_BAR && cells[i].known)
			row->bar = cells[i].u;
		if (row->width[i] > t->width[i])
			t->width[i] = row->width[i];
		len = strlen(buf) + 1;
		grown = realloc(row->texts, used + len);
		if (!grown) {
			free(row->texts);
			out->failed = true;
			return false;
		}
		row->texts = grown;
		memcpy(row->texts + used, buf, len);
		used += len;
	}
	return true;
}

static size_t table_width(const struct mps_out *out, const struct mps_text *t)
{
	size_t width = 0;

	for (size_t i = 0; i < out->nr_cols && i < MAX_COLS; i++)
		if (!t->hidden[i])
			width += t->width[i] + (width ? GAP : 0);
	return width;
}

/* Hide the column with the highest number. Return: false if there is none. */
static bool hide_one(const struct mps_out *out, struct mps_text *t)
{
	size_t worst = MAX_COLS;

	for (size_t i = 0; i < out->nr_cols && i < MAX_COLS; i++)
		if (!t->hidden[i] && out->cols[i].hide &&
		    (worst == MAX_COLS ||
		     out->cols[i].hide >= out->cols[worst].hide))
			worst = i;
	if (worst == MAX_COLS)
		return false;
	t->hidden[worst] = true;
	return true;
}

/* A wide column may have made way for narrow ones that fit beside it. */
static void show_what_fits(const struct mps_out *out, struct mps_text *t)
{
	for (unsigned int hide = 1; hide <= MAX_HIDE; hide++)
		for (size_t i = 0; i < out->nr_cols && i < MAX_COLS; i++) {
			if (!t->hidden[i] || out->cols[i].hide != hide ||
			    (out->cols[i].flags & MPS_COL_DATA))
				continue;
			t->hidden[i] = false;
			t->hidden[i] = table_width(out, t) > t->columns;
		}
}

/* Hide columns until it fits, and let a bar have what is left. */
static void table_fit(const struct mps_out *out, struct mps_text *t)
{
	bool any = false;

	while (t->columns && table_width(out, t) > t->columns) {
		if (!hide_one(out, t))
			break;
		any = true;
	}
	if (any)
		show_what_fits(out, t);
	for (size_t i = 0; i < out->nr_cols && i < MAX_COLS; i++) {
		size_t limit = t->columns ? t->columns : 100;
		size_t used = table_width(out, t) - t->width[i];

		if (out->cols[i].kind != MPS_KIND_BAR || t->hidden[i])
			continue;
		t->width[i] = limit > used + BAR_MIN ? limit - used : BAR_MIN;
		if (t->width[i] > BAR_MAX)
			t->width[i] = BAR_MAX;
	}
}

/*
 * A text in the last column may be longer than what is left of the line: it
 * goes on below its beginning.
 */
static void put_wrapped(const struct mps_text *t, FILE *to, const char *s,
			size_t indent)
{
	size_t limit = t->columns > indent + 20 ? t->columns - indent : SIZE_MAX;
	size_t column = 0;

	while (*s) {
		size_t len = strcspn(s, " ");

		if (column && column + 1 + len > limit) {
			fprintf(to, "\n%*s", (int)indent, "");
			column = 0;
		}
		fprintf(to, "%s%.*s", column ? " " : "", (int)len, s);
		column += len + !!column;
		s += len;
		if (*s == ' ')
			s++;
	}
}

/* One cell and the gap before it; no spaces at the end of a line. */
static void put_padded(FILE *to, const char *s, size_t width, size_t columns,
		       bool left, bool first, bool last)
{
	int pad = columns > width ? (int)(columns - width) : 0;

	if (last && !*s)
		return;
	if (!first)
		fprintf(to, "%*s", GAP, "");
	if (!left)
		fprintf(to, "%*s", pad, "");
	fputs(s, to);
	if (left && !last)
		fprintf(to, "%*s", pad, "");
}

static size_t last_shown(const struct mps_out *out, const struct mps_text *t)
{
	size_t last = 0;

	for (size_t i = 0; i < out->nr_cols && i < MAX_COLS; i++)
		if (!t->hidden[i])
			last = i;
	return last;
}

static void put_head(struct mps_out *out, struct mps_text *t)
{
	size_t last = last_shown(out, t);
	FILE *to = out->cfg.to;
	bool first = true;

	fputs(mps_text_color(out, BOLD), to);
	for (size_t i = 0; i <= last; i++) {
		const char *title = title_of(&out->cols[i]);

		if (t->hidden[i])
			continue;
		put_padded(to, title, strlen(title), t->width[i],
			   is_left(&out->cols[i]), first, i == last);
		first = false;
	}
	fprintf(to, "%s\n", mps_text_color(out, PLAIN));
}

static void put_row(struct mps_out *out, struct mps_text *t, const struct trow *row)
{
	size_t last = last_shown(out, t);
	const char *s = row->texts;
	FILE *to = out->cfg.to;
	char bar[BAR_MAX + 1];
	size_t indent = 0;	/* where the cell begins */
	bool first = true;

	if (row->total)
		fputs(mps_text_color(out, BOLD), to);
	for (size_t i = 0; i <= last; i++, s += strlen(s) + 1) {
		bool is_bar = out->cols[i].kind == MPS_KIND_BAR;
		size_t width = row->width[i];

		if (t->hidden[i])
			continue;
		if (is_bar) {
			mps_fmt_bar(bar, t->width[i], row->bar, 10000);
			width = strlen(bar);
		}
		if (i == last && out->cols[i].kind == MPS_KIND_STRING &&
		    t->columns && indent + width > t->columns && !first) {
			fprintf(to, "%*s", GAP, "");
			put_wrapped(t, to, s, indent);
			break;
		}
		put_padded(to, is_bar ? bar : s, width, t->width[i],
			   is_left(&out->cols[i]), first, i == last);
		indent += t->width[i] + GAP;
		first = false;
	}
	fprintf(to, "%s\n", row->total ? mps_text_color(out, PLAIN) : "");
}

void mps_text_row(struct mps_out *out, const struct mps_cell *cells,
		  bool total)
{
	struct mps_text *t = mps_text_of(out);
	struct trow row, *grown;

	if (!row_draw(out, &row, cells, total))
		return;
	if (t->stream) {
		if (t->since_head++ % HEAD_EVERY == 0) {
			table_fit(out, t);
			put_head(out, t);
		}
		put_row(out, t, &row);
		free(row.texts);
		return;
	}
	if (t->nr_rows == t->max_rows) {
		size_t max = t->max_rows ? t->max_rows * 2 : 64;

		grown = realloc(t->rows, max * sizeof(*grown));
		if (!grown) {
			free(row.texts);
			out->failed = true;
			return;
		}
		t->rows = grown;
		t->max_rows = max;
	}
	t->rows[t->nr_rows++] = row;
}

static void note_hidden(struct mps_out *out, const struct mps_text *t)
{
	char names[STRING_MAX] = "";
	size_t used = 0;

	for (size_t i = 0; i < out->nr_cols && i < MAX_COLS; i++) {
		const char *title = title_of(&out->cols[i]);

		if (!t->hidden[i] || (out->cols[i].flags & MPS_COL_DATA) ||
		    used + strlen(title) + 3 > sizeof(names))
			continue;
		used += (size_t)snprintf(names + used, sizeof(names) - used,
					 "%s%s", used ? ", " : "", title);
	}
	if (used)
		mps_out_note(out, "not shown at %zu columns: %s", t->columns,
			     names);
}

void mps_text_table_end(struct mps_out *out)
{
	struct mps_text *t = mps_text_of(out);

	if (t->stream)
		return;
	table_fit(out, t);
	put_head(out, t);
	for (size_t i = 0; i < t->nr_rows; i++)
		put_row(out, t, &t->rows[i]);
	if (!out->cfg.quiet)
		note_hidden(out, t);
	mps_text_rows_free(t);
}
