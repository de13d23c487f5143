// SPDX-License-Identifier: GPL-2.0
/*
 * Text for people: columns as wide as their rows, units, colours on a
 * terminal. Rows are kept until the table ends, but for streams, which print
 * each row at once with widths that only grow.
 */
#include "out_priv.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "fmt.h"

#define MAX_COLS	MPS_OUT_COLS
#define GAP		2	/* columns between two columns */
#define BAR_MIN		10
#define BAR_MAX		50
#define HEAD_EVERY	20	/* rows of a stream between two heads */
#define STRING_MAX	512	/* bytes of one string cell */

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

struct text {
	struct trow *rows;
	size_t nr_rows, max_rows;
	size_t width[MAX_COLS];
	bool hidden[MAX_COLS];
	const char *stream;	/* name of the table that goes on */
	size_t since_head;
	bool begun;		/* something was printed before */
	size_t columns;		/* of the terminal; 0: no limit */
};

static struct text *text_of(struct mps_out *out)
{
	return out->priv;
}

static size_t find_columns(FILE *to)
{
	const char *env = getenv("COLUMNS");
	struct winsize ws;
	uint64_t v;

	if (!ioctl(fileno(to), TIOCGWINSZ, &ws) && ws.ws_col)
		return ws.ws_col;
	if (env && mps_opt_parse_u64(env, &v) && v >= 20 && v <= 10000)
		return v;
	return 0;
}

static bool text_init(struct mps_out *out)
{
	struct text *t = calloc(1, sizeof(*t));

	out->priv = t;
	return t != NULL;
}

static const char *color(const struct mps_out *out, const char *code)
{
	return out->cfg.color ? code : "";
}

static void rows_free(struct text *t)
{
	for (size_t i = 0; i < t->nr_rows; i++)
		free(t->rows[i].texts);
	t->nr_rows = 0;
}

static void text_doc_begin(struct mps_out *out, const char *command)
{
	struct text *t = text_of(out);

	(void)command;
	t->columns = find_columns(out->cfg.to);
	/* an empty line between two documents, but not within a stream */
	if (t->begun && !t->stream)
		putc('\n', out->cfg.to);
	t->begun = true;
}

static void text_heading(struct mps_out *out, const char *text)
{
	char safe[STRING_MAX];

	mps_fmt_safe(safe, sizeof(safe), text);
	fprintf(out->cfg.to, "%s\n", safe);
}

static void text_field(struct mps_out *out, const char *name,
		       enum mps_kind kind, struct mps_cell cell)
{
	(void)out;
	(void)name;
	(void)kind;
	(void)cell;		/* the heading says it to people */
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

static void text_table_begin(struct mps_out *out)
{
	struct text *t = text_of(out);

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
	struct text *t = text_of(out);
	char buf[STRING_MAX];
	size_t used = 0;

	memset(row, 0, sizeof(*row));
	row->total = total;
	for (size_t i = 0; i < out->nr_cols && i < MAX_COLS; i++) {
		enum mps_kind kind = out->cols[i].kind;
		struct mps_cell c = cells[i];
		size_t len;
		char *grown;

		if (total && !i && !c.known) {
			kind = MPS_KIND_STRING;
			c = mps_cell_str("total");
		}
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

static size_t table_width(const struct mps_out *out, const struct text *t)
{
	size_t width = 0;

	for (size_t i = 0; i < out->nr_cols && i < MAX_COLS; i++)
		if (!t->hidden[i])
			width += t->width[i] + (width ? GAP : 0);
	return width;
}

/* Hide columns until it fits, and let a bar have what is left. */
static void table_fit(const struct mps_out *out, struct text *t)
{
	while (t->columns && table_width(out, t) > t->columns) {
		size_t worst = MAX_COLS;

		for (size_t i = 0; i < out->nr_cols && i < MAX_COLS; i++)
			if (!t->hidden[i] && out->cols[i].hide &&
			    (worst == MAX_COLS ||
			     out->cols[i].hide >= out->cols[worst].hide))
				worst = i;
		if (worst == MAX_COLS)
			break;
		t->hidden[worst] = true;
	}
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
static void put_wrapped(const struct text *t, FILE *to, const char *s,
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

static size_t last_shown(const struct mps_out *out, const struct text *t)
{
	size_t last = 0;

	for (size_t i = 0; i < out->nr_cols && i < MAX_COLS; i++)
		if (!t->hidden[i])
			last = i;
	return last;
}

static void put_head(struct mps_out *out, struct text *t)
{
	size_t last = last_shown(out, t);
	FILE *to = out->cfg.to;
	bool first = true;

	fputs(color(out, BOLD), to);
	for (size_t i = 0; i <= last; i++) {
		const char *title = title_of(&out->cols[i]);

		if (t->hidden[i])
			continue;
		put_padded(to, title, strlen(title), t->width[i],
			   is_left(&out->cols[i]), first, i == last);
		first = false;
	}
	fprintf(to, "%s\n", color(out, PLAIN));
}

static void put_row(struct mps_out *out, struct text *t, const struct trow *row)
{
	size_t last = last_shown(out, t);
	const char *s = row->texts;
	FILE *to = out->cfg.to;
	char bar[BAR_MAX + 1];
	size_t indent = 0;	/* where the cell begins */
	bool first = true;

	if (row->total)
		fputs(color(out, BOLD), to);
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
	fprintf(to, "%s\n", row->total ? color(out, PLAIN) : "");
}

static void text_row(struct mps_out *out, const struct mps_cell *cells,
		     bool total)
{
	struct text *t = text_of(out);
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

static void note_hidden(struct mps_out *out, const struct text *t)
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

static void text_table_end(struct mps_out *out)
{
	struct text *t = text_of(out);

	if (t->stream)
		return;
	table_fit(out, t);
	put_head(out, t);
	for (size_t i = 0; i < t->nr_rows; i++)
		put_row(out, t, &t->rows[i]);
	if (!out->cfg.quiet)
		note_hidden(out, t);
	rows_free(t);
}

/*
 * A line under the table, broken between words where the terminal ends.
 * Strings from outside are made safe first.
 */
static void put_line(struct mps_out *out, const char *text)
{
	const struct text *t = text_of(out);
	size_t limit = t->columns ? t->columns : SIZE_MAX, column = 0;
	size_t size = strlen(text) * 4 + 1;
	char *safe = malloc(size), *rest = safe, *word;

	if (!safe) {
		out->failed = true;
		return;
	}
	mps_fmt_safe(safe, size, text);
	while ((word = strsep(&rest, " "))) {
		size_t len = strlen(word);

		if (column && column + 1 + len > limit) {
			fputs("\n ", out->cfg.to);
			column = 1;
		}
		fprintf(out->cfg.to, "%s%s", column ? " " : "", word);
		column += len + !!column;
	}
	putc('\n', out->cfg.to);
	free(safe);
}

/* Return: the line, to be freed; NULL if it was nothing, or no memory. */
static char *drops_line(struct mps_out *out, const struct mps_footer *f)
{
	char *line = NULL;
	size_t size;
	FILE *to = open_memstream(&line, &size);
	bool any = false;

	if (!to) {
		out->failed = true;
		return NULL;
	}
	for (size_t i = 0; i < f->nr_drops; i++) {
		const struct mps_drop *d = &f->drops[i];

		if (d->count.known && !d->count.u)
			continue;
		fputs(any ? "; " : "dropped: ", to);
		if (d->count.known)
			fprintf(to, "%" PRIu64 " %s", d->count.u, d->what);
		else
			fprintf(to, "unknown number of %s", d->what);
		any = true;
	}
	if (fclose(to))
		out->failed = true;
	if (any)
		return line;
	free(line);
	return NULL;
}

static void put_drops(struct mps_out *out, const struct mps_footer *f)
{
	char *line = drops_line(out, f);

	if (line) {
		fputs(color(out, YELLOW), out->cfg.to);
		put_line(out, line);
		fputs(color(out, PLAIN), out->cfg.to);
	} else if (f->nr_drops && !out->cfg.quiet) {
		put_line(out, "dropped: nothing");
	}
	free(line);
}

static void text_doc_end(struct mps_out *out, bool more)
{
	const struct mps_footer *f = &out->footer;
	struct text *t = text_of(out);
	char *roles;

	if (more && t->stream)
		return;
	t->stream = NULL;
	for (size_t i = 0; i < f->nr_notes; i++)
		put_line(out, f->notes[i]);
	if (f->roles && !out->cfg.quiet) {
		if (asprintf(&roles, "roles: %s", f->roles) < 0) {
			out->failed = true;
		} else {
			put_line(out, roles);
			free(roles);
		}
	}
	put_drops(out, f);
}

static void text_exit(struct mps_out *out)
{
	struct text *t = text_of(out);

	rows_free(t);
	free(t->rows);
	free(t);
}

const struct mps_out_ops mps_out_text_ops = {
	.init = text_init,
	.doc_begin = text_doc_begin,
	.heading = text_heading,
	.field = text_field,
	.table_begin = text_table_begin,
	.row = text_row,
	.table_end = text_table_end,
	.doc_end = text_doc_end,
	.exit = text_exit,
};
