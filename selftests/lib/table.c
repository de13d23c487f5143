// SPDX-License-Identifier: GPL-2.0
/* Reads a file of the module into a table; see table.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "table.h"

static char *slurp(const char *path)
{
	size_t size = 65536, n = 0;
	char *buf = malloc(size);
	ssize_t got;
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : 0;

	if (fd < 0 || !buf) {
		free(buf);
		return NULL;
	}
	while ((got = read(fd, buf + n, size - n - 1)) > 0) {
		n += got;
		if (size - n < 4096)
			buf = realloc(buf, size *= 2);
		if (!buf)
			break;
	}
	if (fd)
		close(fd);
	if (got < 0) {
		free(buf);
		return NULL;
	}
	if (buf)
		buf[n] = 0;
	return buf;
}

static bool fail(struct table *t, const char *path, const char *why, int line)
{
	snprintf(t->error, sizeof(t->error), "%s: line %d: %s", path, line, why);
	return false;
}

static bool parse_head(struct table *t, const char *path, char **rest)
{
	char *line = strsep(rest, "\n"), *word;
	char end;

	if (sscanf(line, "version %d%c", &t->version, &end) != 1)
		return fail(t, path, "is not \"version N\"", 1);
	line = *rest ? strsep(rest, "\n") : NULL;
	if (!line || strncmp(line, "# ", 2))
		return fail(t, path, "is not \"# col ...\"", 2);
	line += 2;
	while ((word = strsep(&line, " "))) {
		if (!*word)
			return fail(t, path, "columns not apart by one space", 2);
		if (t->nr_cols == TABLE_MAX_COLS)
			return fail(t, path, "too many columns", 2);
		t->cols[t->nr_cols++] = word;
	}
	return true;
}

bool table_read(struct table *t, const char *path)
{
	char *rest, *line, *word;
	int lineno = 2, room = 0;

	memset(t, 0, sizeof(*t));
	t->text = slurp(path);
	rest = t->text;
	if (!rest) {
		snprintf(t->error, sizeof(t->error), "%s: %s", path, strerror(errno));
		return false;
	}
	if (!*rest || rest[strlen(rest) - 1] != '\n')
		return fail(t, path, "the text does not end with a newline", 0);
	if (!parse_head(t, path, &rest))
		return false;
	while (rest && *rest) {
		int col = 0;

		line = strsep(&rest, "\n");
		lineno++;
		if (t->nr_rows == room) {
			room = room ? room * 2 : 64;
			t->cells = realloc(t->cells, sizeof(char *) * room * t->nr_cols);
			if (!t->cells)
				return fail(t, path, "out of memory", lineno);
		}
		while ((word = strsep(&line, " "))) {
			if (col == t->nr_cols || !*word)
				return fail(t, path, "more words than columns", lineno);
			t->cells[t->nr_rows * t->nr_cols + col++] = word;
		}
		if (col != t->nr_cols)
			return fail(t, path, "fewer words than columns", lineno);
		t->nr_rows++;
	}
	return true;
}

void table_free(struct table *t)
{
	free(t->text);
	free(t->cells);
	memset(t, 0, sizeof(*t));
}

int table_col(const struct table *t, const char *name)
{
	int i;

	for (i = 0; i < t->nr_cols; i++)
		if (!strcmp(t->cols[i], name))
			return i;
	return -1;
}

const char *table_cell(const struct table *t, int row, int col)
{
	return t->cells[row * t->nr_cols + col];
}

bool table_is_number(const char *cell)
{
	return *cell && cell[strspn(cell, "0123456789")] == 0;
}

uint64_t table_u64(const struct table *t, int row, const char *col)
{
	int c = table_col(t, col);

	if (c < 0) {
		fprintf(stderr, "no column %s\n", col);
		exit(1);
	}
	if (!table_is_number(table_cell(t, row, c))) {
		fprintf(stderr, "row %d, column %s: \"%s\" is no number\n", row, col,
			table_cell(t, row, c));
		exit(1);
	}
	return strtoull(table_cell(t, row, c), NULL, 10);
}
