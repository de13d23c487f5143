// SPDX-License-Identifier: GPL-2.0
/* Tables of the module: one row at a time, columns by name, cells typed. */
#include "dbgfs_priv.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../kmod/core/statline.h"

#define NAME_LEN	64
#define NO_COLUMN	SIZE_MAX
#define MAX_COLUMNS	1024	/* a file with more is none of ours */
#define KV_TRIES	5
#define KV_PAUSE_NS	2000000

struct mps_tab {
	FILE *f;
	char name[NAME_LEN];	/* "targets/1/threads", for messages */
	unsigned long line_no;
	char *line;
	size_t line_max;
	char *head;		/* the words of the head, each with its 0 */
	const char **cols;
	size_t nr_cols;
	const struct mps_want *want;	/* NULL: all columns as strings */
	size_t nr_cells;
	size_t *at;		/* cell -> column of the file, or NO_COLUMN */
	struct mps_cell *cells;
	char *strings;		/* unescaped, of this row */
	size_t strings_max;
	const char **words;	/* of this row, by column */
	size_t *lens;
};

static enum mps_err bad_line(const struct mps_tab *t, const char *what)
{
	return mps_err_set(MPS_ERR_FORMAT, "%s line %lu: %s", t->name,
			   t->line_no, what);
}

static enum mps_err no_memory(const struct mps_tab *t)
{
	return mps_err_set(MPS_ERR_NOMEM, "no memory to read %s", t->name);
}

static enum mps_err read_failed(const struct mps_tab *t, int error)
{
	if (error == EAGAIN)
		return mps_err_set(MPS_ERR_AGAIN, "%s: %s", t->name,
				   mps_err_text(MPS_ERR_AGAIN));
	/* the target was untagged while its file was open */
	if (error == ENOENT || error == ESRCH || error == ENODEV)
		return mps_err_set(MPS_ERR_NO_TARGET,
				   "%s: the process was untagged meanwhile",
				   t->name);
	return mps_err_set(MPS_ERR_IO, "cannot read %s: %s", t->name,
			   strerror(error));
}

/* The next line without its newline. */
static enum mps_err read_line(struct mps_tab *t)
{
	ssize_t n;

	errno = 0;
	n = getline(&t->line, &t->line_max, t->f);
	if (n < 0 && errno == ENOMEM)
		return no_memory(t);
	if (n < 0)
		return ferror(t->f) ? read_failed(t, errno) : MPS_END;
	t->line_no++;
	if (strlen(t->line) != (size_t)n)
		return bad_line(t, "a byte 0 is in it");
	if (t->line[n - 1] != '\n')
		return bad_line(t, "the line was cut off");
	t->line[n - 1] = 0;
	return MPS_OK;
}

static enum mps_err read_version(struct mps_tab *t)
{
	static const char word[] = "version ";
	enum mps_err err = read_line(t);
	u64 major;

	if (err == MPS_END)
		return mps_err_set(MPS_ERR_FORMAT, "%s is empty", t->name);
	if (err)
		return err;
	if (strncmp(t->line, word, strlen(word)) ||
	    mps_word_u64(t->line + strlen(word),
			 strlen(t->line + strlen(word)), &major))
		return bad_line(t, "'version N' is not there");
	if (major != MPSCOPE_ABI_MAJOR)
		return mps_err_set(MPS_ERR_ABI,
				   "the module speaks ABI version %llu, this tool version %d: install both from the same release",
				   (unsigned long long)major,
				   MPSCOPE_ABI_MAJOR);
	return MPS_OK;
}

static enum mps_err read_head(struct mps_tab *t)
{
	enum mps_err err = read_line(t);
	const char *cursor, *word;
	size_t len;
	char *to;

	if (err == MPS_END)
		return mps_err_set(MPS_ERR_FORMAT, "%s has no head", t->name);
	if (err)
		return err;
	if (t->line[0] != '#' || t->line[1] != ' ')
		return bad_line(t, "'# column column' is not there");
	t->head = malloc(strlen(t->line) + 1);
	if (!t->head)
		return no_memory(t);
	for (cursor = t->line + 2, to = t->head;
	     (word = mps_line_next(&cursor, &len)); to += len + 1) {
		const char **grown;

		if (t->nr_cols == MAX_COLUMNS)
			return bad_line(t, "too many columns");
		grown = realloc(t->cols, (t->nr_cols + 1) * sizeof(*grown));
		if (!grown)
			return no_memory(t);
		t->cols = grown;
		memcpy(to, word, len);
		to[len] = 0;
		t->cols[t->nr_cols++] = to;
	}
	return t->nr_cols ? MPS_OK : bad_line(t, "no column is named");
}

static size_t find_col(const struct mps_tab *t, const char *name)
{
	for (size_t i = 0; i < t->nr_cols; i++)
		if (!strcmp(t->cols[i], name))
			return i;
	return NO_COLUMN;
}

static enum mps_err bind_cols(struct mps_tab *t, size_t nr_want)
{
	t->nr_cells = t->want ? nr_want : t->nr_cols;
	t->at = calloc(t->nr_cells + 1, sizeof(*t->at));
	t->cells = calloc(t->nr_cells + 1, sizeof(*t->cells));
	t->words = calloc(t->nr_cols, sizeof(*t->words));
	t->lens = calloc(t->nr_cols, sizeof(*t->lens));
	if (!t->at || !t->cells || !t->words || !t->lens)
		return no_memory(t);
	for (size_t i = 0; i < t->nr_cells; i++) {
		t->at[i] = t->want ? find_col(t, t->want[i].name) : i;
		if (t->at[i] == NO_COLUMN && t->want[i].required)
			return mps_err_set(MPS_ERR_NO_COLUMN,
					   "%s has no column '%s': install module and tool from the same release",
					   t->name, t->want[i].name);
	}
	return MPS_OK;
}

enum mps_err mps_tab_open(struct mps_tab **tab, pid_t tgid, const char *file,
			  const struct mps_want *want, size_t nr_want)
{
	struct mps_tab *t = calloc(1, sizeof(*t));
	char path[PATH_MAX];
	enum mps_err err;

	*tab = NULL;
	if (!t)
		return mps_err_set(MPS_ERR_NOMEM, "no memory to read '%s'",
				   file);
	mps_dbgfs_name(t->name, sizeof(t->name), tgid, file);
	t->want = want;
	errno = ENAMETOOLONG;
	if (mps_dbgfs_path(path, sizeof(path), t->name))
		t->f = fopen(path, "re");
	if (!t->f) {
		err = mps_dbgfs_explain(tgid, file, errno);
		goto fail;
	}
	err = read_version(t);
	if (!err)
		err = read_head(t);
	if (!err)
		err = bind_cols(t, nr_want);
	if (err)
		goto fail;
	*tab = t;
	return MPS_OK;

fail:
	mps_tab_close(t);
	return err;
}

static enum mps_err split_row(struct mps_tab *t)
{
	const char *cursor = t->line, *word;
	size_t n = 0, len;

	while ((word = mps_line_next(&cursor, &len))) {
		if (n == t->nr_cols)
			return bad_line(t, "more words than columns");
		t->words[n] = word;
		t->lens[n++] = len;
	}
	if (n != t->nr_cols)
		return bad_line(t, "fewer words than columns");
	return MPS_OK;
}

/* A cell as a string goes to *room, which has space for all of the line. */
static enum mps_err set_cell(struct mps_tab *t, size_t i, char **room)
{
	enum mps_type type = t->want ? t->want[i].type : MPS_STR;
	struct mps_cell *c = &t->cells[i];
	size_t col = t->at[i];
	char what[160];
	u64 v = 0;
	int ret;

	*c = mps_cell_none();
	if (col == NO_COLUMN)
		return MPS_OK;
	if (type == MPS_U64)
		ret = mps_word_u64(t->words[col], t->lens[col], &v);
	else
		ret = mps_word_str(t->words[col], t->lens[col], *room,
				   t->lens[col] + 1);
	if (ret == -ENODATA)
		return MPS_OK;
	if (ret < 0) {
		snprintf(what, sizeof(what), "column '%.40s' is no %s: '%.*s'",
			 t->cols[col], type == MPS_U64 ? "number" : "string",
			 (int)(t->lens[col] < 40 ? t->lens[col] : 40),
			 t->words[col]);
		return bad_line(t, what);
	}
	if (type == MPS_U64) {
		*c = mps_cell_u64(v);
	} else {
		*c = mps_cell_str(*room);
		*room += ret + 1;
	}
	return MPS_OK;
}

enum mps_err mps_tab_next(struct mps_tab *t)
{
	enum mps_err err;
	char *room;
	size_t need;

	err = read_line(t);
	if (!err)
		err = split_row(t);
	if (err)
		return err;
	/* one column may be wanted twice */
	need = (strlen(t->line) + 1) * (t->want ? 2 : 1) + t->nr_cells;
	if (need > t->strings_max) {
		char *grown = realloc(t->strings, need);

		if (!grown)
			return no_memory(t);
		t->strings = grown;
		t->strings_max = need;
	}
	room = t->strings;
	for (size_t i = 0; i < t->nr_cells; i++) {
		err = set_cell(t, i, &room);
		if (err)
			return err;
	}
	return MPS_OK;
}

const struct mps_cell *mps_tab_cells(const struct mps_tab *t)
{
	return t->cells;
}

size_t mps_tab_nr_cols(const struct mps_tab *t)
{
	return t->nr_cols;
}

const char *mps_tab_col_name(const struct mps_tab *t, size_t i)
{
	return t->cols[i];
}

void mps_tab_close(struct mps_tab *t)
{
	if (!t)
		return;
	if (t->f)
		fclose(t->f);
	free(t->line);
	free(t->head);
	free(t->cols);
	free(t->at);
	free(t->cells);
	free(t->strings);
	free(t->words);
	free(t->lens);
	free(t);
}

struct mps_kv {
	struct pair { char *key, *value; } *pairs;	/* value NULL: "-" */
	size_t nr;
};

static enum mps_err kv_add(struct mps_kv *kv, const struct mps_cell *cells)
{
	struct pair *grown, p;

	p.key = strdup(cells[0].known ? cells[0].s : "-");
	p.value = cells[1].known ? strdup(cells[1].s) : NULL;
	grown = realloc(kv->pairs, (kv->nr + 1) * sizeof(*grown));
	if (grown)
		kv->pairs = grown;
	if (!grown || !p.key || (cells[1].known && !p.value)) {
		free(p.key);
		free(p.value);
		return mps_err_set(MPS_ERR_NOMEM, "no memory for a summary");
	}
	kv->pairs[kv->nr++] = p;
	return MPS_OK;
}

static enum mps_err kv_read_once(struct mps_kv *kv, pid_t tgid,
				 const char *file)
{
	static const struct mps_want want[] = {
		{ "key", MPS_STR, true }, { "value", MPS_STR, true },
	};
	struct mps_tab *tab;
	enum mps_err err = mps_tab_open(&tab, tgid, file, want, 2);

	while (!err) {
		err = mps_tab_next(tab);
		if (!err)
			err = kv_add(kv, mps_tab_cells(tab));
	}
	mps_tab_close(tab);
	return err == MPS_END ? MPS_OK : err;
}

enum mps_err mps_kv_read(struct mps_kv **out, pid_t tgid, const char *file)
{
	const struct timespec pause = { .tv_nsec = KV_PAUSE_NS };
	enum mps_err err = MPS_ERR_AGAIN;
	struct mps_kv *kv = NULL;

	*out = NULL;
	for (int i = 0; i < KV_TRIES && err == MPS_ERR_AGAIN; i++) {
		if (i)
			nanosleep(&pause, NULL);
		mps_kv_free(kv);
		kv = calloc(1, sizeof(*kv));
		if (!kv)
			return mps_err_set(MPS_ERR_NOMEM,
					   "no memory to read '%s'", file);
		err = kv_read_once(kv, tgid, file);
	}
	if (err) {
		mps_kv_free(kv);
		return err;
	}
	*out = kv;
	return MPS_OK;
}

struct mps_cell mps_kv_str(const struct mps_kv *kv, const char *key)
{
	for (size_t i = 0; kv && i < kv->nr; i++)
		if (!strcmp(kv->pairs[i].key, key))
			return mps_cell_str(kv->pairs[i].value);
	return mps_cell_none();
}

struct mps_cell mps_kv_u64(const struct mps_kv *kv, const char *key)
{
	struct mps_cell c = mps_kv_str(kv, key);
	u64 v;

	if (!c.known || mps_word_u64(c.s, strlen(c.s), &v))
		return mps_cell_none();
	return mps_cell_u64(v);
}

void mps_kv_free(struct mps_kv *kv)
{
	if (!kv)
		return;
	for (size_t i = 0; i < kv->nr; i++) {
		free(kv->pairs[i].key);
		free(kv->pairs[i].value);
	}
	free(kv->pairs);
	free(kv);
}
