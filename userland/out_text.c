// SPDX-License-Identifier: GPL-2.0
/*
 * Text for people: columns as wide as their rows, units, colours on a
 * terminal. Rows are kept until the table ends, but for streams, which print
 * each row at once with widths that only grow.
 */
#include "out_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "fmt.h"

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
	struct mps_text *t = calloc(1, sizeof(*t));

	out->priv = t;
	return !!t;
}

static void text_doc_begin(struct mps_out *out, const char *command)
{
	struct mps_text *t = mps_text_of(out);

	(void)command;
	t->columns = find_columns(out->cfg.to);
	/* an empty line between two documents, but not within a stream */
	if (t->begun && !t->stream)
		putc('\n', out->cfg.to);
	t->begun = true;
}

static void text_heading(struct mps_out *out, const char *text)
{
	char safe[512];

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

/*
 * A line under the table, broken between words where the terminal ends.
 * Strings from outside are made safe first.
 */
static void put_line(struct mps_out *out, const char *text)
{
	const struct mps_text *t = mps_text_of(out);
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
		fprintf(to, "%s%s: ", any ? "; " : "dropped: ", d->what);
		if (d->count.known)
			fprintf(to, "%" PRIu64, d->count.u);
		else
			fputs("unknown", to);
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
		fputs(mps_text_color(out, YELLOW), out->cfg.to);
		put_line(out, line);
		fputs(mps_text_color(out, PLAIN), out->cfg.to);
	} else if (f->nr_drops && !out->cfg.quiet) {
		put_line(out, "dropped: nothing");
	}
	free(line);
}

static void text_doc_end(struct mps_out *out, bool more)
{
	const struct mps_footer *f = &out->footer;
	struct mps_text *t = mps_text_of(out);
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
	struct mps_text *t = mps_text_of(out);

	mps_text_rows_free(t);
	free(t->rows);
	free(t);
}

const struct mps_out_ops mps_out_text_ops = {
	.init = text_init,
	.doc_begin = text_doc_begin,
	.heading = text_heading,
	.field = text_field,
	.table_begin = mps_text_table_begin,
	.row = mps_text_row,
	.table_end = mps_text_table_end,
	.doc_end = text_doc_end,
	.exit = text_exit,
};
