// SPDX-License-Identifier: GPL-2.0
/*
 * conserve SECONDS TGID...: reads the files of these targets again and again
 * while they run, and checks in each row what has to hold at any moment:
 *
 *	threads, tombstones	running + woken + preempted + yielded +
 *				blocked + birth == life == now - since,
 *				in_state is part of the state's bucket
 *	blocking		total_ns of a tid add up to its life_ns,
 *				max_ns is part of total_ns
 *	epoll			kind_* and ret_* add up to calls
 *	migrations		cause_* and class_* add up to total
 *	histograms		the bins add up to nr, max_ns is part of total_ns
 *
 * and that no count and no life_ns goes back between two readings of a thread.
 * How an open stay off the CPU divides into blocked and waiting is known at its
 * end, so the single states' times may go back a little: the ABI text says so.
 * Prints "key value" lines: samples, rows_*, bad; the first findings go to
 * standard error. Exit 1 when bad is not 0 or a file gave no row at all.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "table.h"

#define ROOT	"/sys/kernel/debug/mpscope"
#define MAX_TIDS	16384

static unsigned long nr_bad, nr_samples, nr_gone;
static unsigned long rows_threads, rows_dead, rows_blocking, rows_epoll,
		     rows_migrations, rows_histograms, rows_tombstones;

__attribute__((format(printf, 1, 2)))
static void bad(const char *fmt, ...)
{
	va_list ap;

	if (nr_bad++ >= 20)
		return;
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

/* What may only grow, per tid of one target; ids may be reused by others. */
struct memory {
	unsigned long long tgid, tid, since, life, vol, invol, runs;
};

static struct memory memories[MAX_TIDS];
static int nr_memories;

static struct memory *memory_of(unsigned long long tgid, unsigned long long tid,
				unsigned long long since)
{
	struct memory *m;
	int i;

	for (i = 0; i < nr_memories; i++) {
		m = &memories[i];
		if (m->tid == tid && m->tgid == tgid && m->since == since)
			return m;
	}
	if (nr_memories == MAX_TIDS)
		return NULL;
	m = &memories[nr_memories++];
	*m = (struct memory){ .tgid = tgid, .tid = tid, .since = since };
	return m;
}

static void check_grows(const char *what, unsigned long long tid,
			unsigned long long *before, unsigned long long now)
{
	if (now < *before)
		bad("thread %llu: %s went back from %llu to %llu", tid, what,
		    *before, now);
	*before = now;
}

static const char *const buckets[] = {
	"running", "woken", "preempted", "yielded", "blocked", "birth"
};

static void check_thread_row(const struct table *t, int row, const char *file,
			     unsigned long long tgid)
{
	unsigned long long tid = table_u64(t, row, "tid"), sum = 0;
	unsigned long long life = table_u64(t, row, "life_ns");
	unsigned long long since = table_u64(t, row, "since_ns");
	const char *state = table_cell(t, row, table_col(t, "state"));
	struct memory *m = memory_of(tgid, tid, since);
	char col[32];
	size_t i;

	for (i = 0; i < sizeof(buckets) / sizeof(*buckets); i++) {
		snprintf(col, sizeof(col), "%s_ns", buckets[i]);
		sum += table_u64(t, row, col);
		if (!strcmp(state, buckets[i]) &&
		    table_u64(t, row, "in_state_ns") > table_u64(t, row, col))
			bad("%s: thread %llu: in_state_ns exceeds %s", file, tid, col);
	}
	if (sum != life)
		bad("%s: thread %llu (%s): the states add up to %llu, life_ns is %llu",
		    file, tid, state, sum, life);
	if (!m)
		return;
	check_grows("life_ns", tid, &m->life, life);
	check_grows("runs", tid, &m->runs, table_u64(t, row, "runs"));
	check_grows("switches_vol", tid, &m->vol, table_u64(t, row, "switches_vol"));
	check_grows("switches_invol", tid, &m->invol,
		    table_u64(t, row, "switches_invol"));
}

static void check_threads(const struct table *t, const char *file,
			  unsigned long long tgid)
{
	int i, col = table_col(t, "state");

	for (i = 0; i < t->nr_rows; i++) {
		check_thread_row(t, i, file, tgid ? tgid : table_u64(t, i, "tgid"));
		rows_dead += !strcmp(table_cell(t, i, col), "dead");
	}
	*(tgid ? &rows_threads : &rows_tombstones) += t->nr_rows;
}

static void check_blocking(const struct table *t, const char *file)
{
	unsigned long long sum = 0;
	int i, tid = table_col(t, "tid"), life = table_col(t, "life_ns");
	int max = table_col(t, "max_ns");

	for (i = 0; i < t->nr_rows; i++) {
		sum += table_u64(t, i, "total_ns");
		if (table_is_number(table_cell(t, i, max)) &&
		    table_u64(t, i, "max_ns") > table_u64(t, i, "total_ns"))
			bad("%s: thread %s: %s: max_ns %s exceeds total_ns", file,
			    table_cell(t, i, tid), table_cell(t, i, table_col(t, "state")),
			    table_cell(t, i, max));
		if (i + 1 < t->nr_rows &&
		    !strcmp(table_cell(t, i, tid), table_cell(t, i + 1, tid)) &&
		    !strcmp(table_cell(t, i, life), table_cell(t, i + 1, life)))
			continue;
		if (sum != table_u64(t, i, "life_ns"))
			bad("%s: thread %s: total_ns add up to %llu, life_ns is %s",
			    file, table_cell(t, i, tid), sum, table_cell(t, i, life));
		sum = 0;
	}
	rows_blocking += t->nr_rows;
}

/* Columns whose name begins with prefix; "-" is not measured and skips. */
static int sum_prefix(const struct table *t, int row, const char *prefix,
		      unsigned long long *sum)
{
	int c, n = 0;

	for (*sum = 0, c = 0; c < t->nr_cols; c++) {
		if (strncmp(t->cols[c], prefix, strlen(prefix)) ||
		    !table_is_number(table_cell(t, row, c)))
			continue;
		*sum += strtoull(table_cell(t, row, c), NULL, 10);
		n++;
	}
	return n;
}

static void check_sum(const struct table *t, const char *file, const char *prefix,
		      const char *total, unsigned long *rows)
{
	unsigned long long sum;
	int i;

	for (i = 0; i < t->nr_rows; i++) {
		if (!sum_prefix(t, i, prefix, &sum))
			continue;
		if (sum != table_u64(t, i, total))
			bad("%s: thread %llu: %s* add up to %llu, %s is %llu", file,
			    (unsigned long long)table_u64(t, i, "tid"), prefix, sum,
			    total, (unsigned long long)table_u64(t, i, total));
		++*rows;
	}
}

static void check_max(const struct table *t, const char *file)
{
	int i;

	for (i = 0; i < t->nr_rows; i++)
		if (table_u64(t, i, "max_ns") > table_u64(t, i, "total_ns"))
			bad("%s: thread %s: max_ns exceeds total_ns", file,
			    table_cell(t, i, table_col(t, "tid")));
}

static void check_file(const char *tgid, const char *name)
{
	unsigned long unused = 0;
	struct table t;
	char path[128];

	if (tgid)
		snprintf(path, sizeof(path), ROOT "/targets/%s/%s", tgid, name);
	else
		snprintf(path, sizeof(path), ROOT "/%s", name);
	if (!table_read(&t, path)) {
		if (errno == ENOENT || errno == EIO)
			nr_gone++;	/* untagged meanwhile: not our subject */
		else
			bad("%s", t.error);
	} else if (!tgid) {
		check_threads(&t, name, 0);
	} else if (!strcmp(name, "threads")) {
		check_threads(&t, name, strtoull(tgid, NULL, 10));
	} else if (!strcmp(name, "blocking")) {
		check_blocking(&t, name);
	} else if (!strcmp(name, "epoll")) {
		check_sum(&t, name, "kind_", "calls", &rows_epoll);
		check_sum(&t, name, "ret_", "calls", &unused);
	} else if (!strcmp(name, "migrations")) {
		check_sum(&t, name, "cause_", "total", &rows_migrations);
		check_sum(&t, name, "class_", "total", &unused);
	} else {
		check_sum(&t, name, "ge_", "nr", &rows_histograms);
		check_max(&t, name);
	}
	table_free(&t);
}

int main(int argc, char **argv)
{
	static const char *const files[] = {
		"threads", "blocking", "epoll", "migrations", "histograms"
	};
	time_t end = time(NULL) + (argc > 2 ? atoi(argv[1]) : 0);
	size_t f;
	int i;

	if (argc < 3) {
		fprintf(stderr, "use: conserve SECONDS TGID...\n");
		return 2;
	}
	do {
		for (i = 2; i < argc; i++)
			for (f = 0; f < sizeof(files) / sizeof(*files); f++)
				check_file(argv[i], files[f]);
		check_file(NULL, "tombstones");
		nr_samples++;
	} while (time(NULL) < end);
	printf("samples %lu\nbad %lu\ngone %lu\n", nr_samples, nr_bad, nr_gone);
	printf("rows_threads %lu\nrows_dead %lu\nrows_blocking %lu\nrows_epoll %lu\n",
	       rows_threads, rows_dead, rows_blocking, rows_epoll);
	printf("rows_migrations %lu\nrows_histograms %lu\nrows_tombstones %lu\n",
	       rows_migrations, rows_histograms, rows_tombstones);
	return nr_bad || !rows_threads || !rows_blocking;
}
