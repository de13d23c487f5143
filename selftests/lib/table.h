/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A file of the module as a table: version line, columns by name, rows of
 * words. Also takes what the witness program prints, which has that form.
 */
#ifndef MPS_SELFTESTS_TABLE_H
#define MPS_SELFTESTS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TABLE_MAX_COLS	128

struct table {
	char *text;			/* everything, cut into words */
	int version;
	int nr_cols;
	char *cols[TABLE_MAX_COLS];
	int nr_rows;
	char **cells;			/* nr_rows * nr_cols */
	char error[160];		/* why table_read() said no */
};

/* One open, read to the end. On false t->error says why; errno is kept. */
bool table_read(struct table *t, const char *path);
void table_free(struct table *t);
int table_col(const struct table *t, const char *name);	/* -1: none */
const char *table_cell(const struct table *t, int row, int col);
bool table_is_number(const char *cell);
/* Ends the program with a message when the cell is not a number. */
uint64_t table_u64(const struct table *t, int row, const char *col);

#endif /* MPS_SELFTESTS_TABLE_H */
