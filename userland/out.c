// SPDX-License-Identifier: GPL-2.0
/* The owner of standard output: what text, JSON and CSV have in common. */
#include "out_priv.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"

static bool can_color(void)
{
	const char *term = getenv("TERM");

	return term && *term && strcmp(term, "dumb");
}

struct mps_out *mps_out_open_cfg(const struct mps_out_cfg *cfg)
{
	static const struct mps_out_ops * const ops[] = {
		[MPS_FORMAT_TEXT] = &mps_out_text_ops,
		[MPS_FORMAT_JSON] = &mps_out_json_ops,
		[MPS_FORMAT_CSV] = &mps_out_csv_ops,
	};
	struct mps_out *out = calloc(1, sizeof(*out));

	if (!out)
		goto no_memory;
	out->cfg = *cfg;
	if (!out->cfg.to)
		out->cfg.to = stdout;
	if (!isatty(fileno(out->cfg.to)) || !can_color())
		out->cfg.color = false;
	out->ops = ops[cfg->format];
	if (!out->ops->init(out))
		goto no_memory;
	return out;

no_memory:
	mps_msg("no memory for the output");
	free(out);
	return NULL;
}

struct mps_out *mps_out_open(const struct mps_opt *opt)
{
	struct mps_out_cfg cfg = {
		.format = opt->format,
		.sep = opt->sep,
		.quiet = opt->quiet,
		/* https://no-color.org */
		.color = !opt->no_color && !(getenv("NO_COLOR") &&
					     *getenv("NO_COLOR")),
	};

	return mps_out_open_cfg(&cfg);
}

static void footer_clear(struct mps_footer *f)
{
	for (size_t i = 0; i < f->nr_notes; i++)
		free(f->notes[i]);
	for (size_t i = 0; i < f->nr_drops; i++) {
		free(f->drops[i].key);
		free(f->drops[i].what);
	}
	free(f->notes);
	free(f->drops);
	free(f->roles);
	memset(f, 0, sizeof(*f));
}

static int flush_to(FILE *to)
{
	if (!fflush(to) && !ferror(to))
		return MPS_EXIT_OK;
	/* whoever closed the pipe knows; everybody else has to be told */
	if (errno != EPIPE)
		mps_msg("the output could not be written: %s", strerror(errno));
	return MPS_EXIT_FAILURE;
}

int mps_out_close(struct mps_out *out)
{
	bool failed;
	int rc;

	if (!out)
		return MPS_EXIT_OK;
	if (out->in_doc)
		mps_out_doc_end(out, false);
	out->ops->exit(out);
	rc = flush_to(out->cfg.to);
	failed = out->failed;
	footer_clear(&out->footer);
	free(out);
	if (failed) {
		mps_msg("no memory: the output above is not complete");
		rc = MPS_EXIT_FAILURE;
	}
	return rc;
}

bool mps_out_is_terminal(const struct mps_out *out)
{
	return out->cfg.format == MPS_FORMAT_TEXT &&
	       isatty(fileno(out->cfg.to));
}

void mps_out_doc_begin(struct mps_out *out, const char *command)
{
	out->in_doc = true;
	out->ops->doc_begin(out, command);
}

void mps_out_doc_end(struct mps_out *out, bool more)
{
	out->ops->doc_end(out, more);
	out->in_doc = false;
	footer_clear(&out->footer);
	fflush(out->cfg.to);	/* its error stays set until the close */
}

static char *format(const char *fmt, va_list ap)
{
	char *text;

	return vasprintf(&text, fmt, ap) < 0 ? NULL : text;
}

void mps_out_heading(struct mps_out *out, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = format(fmt, ap);
	va_end(ap);
	if (!text)
		out->failed = true;
	else if (!out->cfg.quiet)
		out->ops->heading(out, text);
	free(text);
}

void mps_out_field(struct mps_out *out, const char *name, enum mps_kind kind,
		   struct mps_cell cell)
{
	out->ops->field(out, name, kind, cell);
}

size_t mps_cols_find(const struct mps_col *cols, size_t nr_cols,
		     const char *name)
{
	for (size_t i = 0; i < nr_cols; i++)
		if (!strcmp(cols[i].name, name) ||
		    (cols[i].title && !strcmp(cols[i].title, name)))
			return i;
	return nr_cols;
}

int mps_cols_complain(const char *command, const struct mps_col *cols,
		      size_t nr_cols, const char *key)
{
	fflush(stdout);
	fprintf(stderr, "mpscope: %s: cannot sort by '%s'; there are:",
		command, key);
	for (size_t i = 0; i < nr_cols; i++)
		fprintf(stderr, " %s", cols[i].name);
	fputc('\n', stderr);
	return MPS_EXIT_USAGE;
}

void mps_out_table_begin(struct mps_out *out, const char *name,
			 const struct mps_col *cols, size_t nr_cols,
			 unsigned int flags)
{
	out->table = name;
	out->cols = cols;
	out->nr_cols = nr_cols <= MPS_OUT_COLS ? nr_cols : MPS_OUT_COLS;
	out->table_flags = flags;
	out->ops->table_begin(out);
}

void mps_out_row(struct mps_out *out, const struct mps_cell *cells)
{
	out->ops->row(out, cells, false);
}

void mps_out_total(struct mps_out *out, const struct mps_cell *cells)
{
	out->ops->row(out, cells, true);
}

void mps_out_table_end(struct mps_out *out)
{
	out->ops->table_end(out);
	out->table = NULL;
}

void mps_out_note(struct mps_out *out, const char *fmt, ...)
{
	struct mps_footer *f = &out->footer;
	char **grown, *text;
	va_list ap;

	va_start(ap, fmt);
	text = format(fmt, ap);
	va_end(ap);
	grown = realloc(f->notes, (f->nr_notes + 1) * sizeof(*grown));
	if (grown)
		f->notes = grown;
	if (!text || !grown) {
		free(text);
		out->failed = true;
		return;
	}
	f->notes[f->nr_notes++] = text;
}

void mps_out_roles(struct mps_out *out, const char *how)
{
	free(out->footer.roles);
	out->footer.roles = strdup(how);
	if (!out->footer.roles)
		out->failed = true;
}

void mps_out_dropped(struct mps_out *out, const char *key, const char *what,
		     struct mps_cell count)
{
	struct mps_footer *f = &out->footer;
	struct mps_drop *grown, *drop;

	grown = realloc(f->drops, (f->nr_drops + 1) * sizeof(*grown));
	if (!grown) {
		out->failed = true;
		return;
	}
	f->drops = grown;
	drop = &f->drops[f->nr_drops];
	*drop = (struct mps_drop){
		.key = strdup(key), .what = strdup(what), .count = count,
	};
	if (!drop->key || !drop->what) {
		free(drop->key);
		free(drop->what);
		out->failed = true;
		return;
	}
	f->nr_drops++;
}

void mps_out_print(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
}

int mps_out_print_done(void)
{
	return flush_to(stdout);
}
