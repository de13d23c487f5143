// SPDX-License-Identifier: GPL-2.0
/*
 * abi_columns: each file of the module, its mode and its columns as abi.h has
 * them, one file a line. Files of a target are named targets/NAME. Then
 * "limit NAME DEFAULT" lines.
 */
#include <mpscope/abi.h>
#include <stdio.h>

static const struct {
	const char *file, *mode, *columns;
} files[] = {
	{ "version", "400", MPSCOPE_COLS_KEYVAL },
	{ "features", "400", MPSCOPE_COLS_FEATURES },
	{ "limits", "400", MPSCOPE_COLS_LIMITS },
	{ "self", "400", MPSCOPE_COLS_KEYVAL },
	{ "tags", "600", MPSCOPE_COLS_TAGS },
	{ "rules", "600", MPSCOPE_COLS_RULES },
	{ "tombstones", "400", MPSCOPE_COLS_TOMBSTONES },
	{ "targets/summary", "400", MPSCOPE_COLS_KEYVAL },
	{ "targets/threads", "400", MPSCOPE_COLS_THREADS },
	{ "targets/blocking", "400", MPSCOPE_COLS_BLOCKING },
	{ "targets/epoll", "400", MPSCOPE_COLS_EPOLL },
	{ "targets/migrations", "400", MPSCOPE_COLS_MIGRATIONS },
	{ "targets/wakers", "400", MPSCOPE_COLS_WAKERS },
	{ "targets/golayout", "600", MPSCOPE_COLS_GOLAYOUT },
	{ "targets/ps", "400", MPSCOPE_COLS_PS },
};

int main(void)
{
	unsigned int i;

	for (i = 0; i < sizeof(files) / sizeof(*files); i++)
		printf("%s %s %s\n", files[i].file, files[i].mode, files[i].columns);
	printf("targets/histograms 400 %s ge_0", MPSCOPE_COLS_HISTOGRAMS);
	for (i = 1; i < MPSCOPE_HIST_BINS; i++)
		printf(" ge_%llu", 1ull << i);
	printf("\nlimit targets %d\nlimit threads %d\nlimit rules %d\n",
	       MPSCOPE_MAX_TARGETS, MPSCOPE_MAX_THREADS, MPSCOPE_MAX_RULES);
	printf("limit tombstones %d\nlimit exited %d\n", MPSCOPE_MAX_TOMBSTONES,
	       MPSCOPE_MAX_EXITED);
	return 0;
}
