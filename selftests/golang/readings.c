// SPDX-License-Identifier: GPL-2.0
/* Readings of the files ps and threads of one process. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "readings.h"
#include "table.h"

static struct reading readings[NR_READINGS];
unsigned long nr_readings;

static void die(const char *what)
{
	fprintf(stderr, "readings: %s\n", what);
	exit(1);
}

uint64_t readings_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static const char *word(const struct table *t, int row, const char *col)
{
	int c = table_col(t, col);

	if (c < 0)
		die("a column is missing");
	return table_cell(t, row, c);
}

static long number(const struct table *t, int row, const char *col)
{
	const char *s = word(t, row, col);

	return strcmp(s, "-") ? atol(s) : -1;
}

const struct m_row *reading_m(const struct reading *r, long id)
{
	unsigned int i;

	for (i = 0; i < r->nr_m; i++)
		if (r->m[i].m == id)
			return &r->m[i];
	return NULL;
}

/* Sysmon, the thread that main() starts first, has no P, ever. */
static const struct m_row *sysmon_of(const struct reading *r)
{
	unsigned int i, sysmon = 0, leader = 0;

	for (i = 1; i < r->nr_m; i++)
		if (r->m[i].tid < r->m[leader].tid)
			leader = i;
	sysmon = leader ? 0 : 1;
	for (i = 0; i < r->nr_m; i++)
		if (i != leader && r->m[i].tid < r->m[sysmon].tid)
			sysmon = i;
	return &r->m[sysmon];
}

/* A thread may have a P that was not seen: it runs, or ran since @first, without one. */
bool reading_unread(const struct reading *r, const struct reading *first)
{
	const struct m_row *sysmon = sysmon_of(r);
	unsigned int i;

	for (i = 0; i < r->nr_m; i++) {
		const struct m_row *m = &r->m[i], *was = reading_m(first, m->m);

		if (m != sysmon && (!was || m->p < 0 || was->p < 0) &&
		    (m->running || !was || was->runs != m->runs))
			return true;
	}
	return false;
}

static void read_threads(struct reading *r, const char *path)
{
	struct table t;
	int i;

	if (!table_read(&t, path))
		die(t.error);
	for (i = 0; i < t.nr_rows && r->nr_m < MAX_ROWS; i++) {
		struct m_row *m = &r->m[r->nr_m];

		if (!strcmp(word(&t, i, "state"), "dead"))
			continue;
		m->running = !strcmp(word(&t, i, "state"), "running");
		m->known = strcmp(word(&t, i, "m"), "-");
		m->m = number(&t, i, "m");
		m->p = number(&t, i, "p");
		m->goid = number(&t, i, "goid");
		m->syscall = number(&t, i, "insyscall") == 1;
		m->runs = table_u64(&t, i, "runs");
		m->tid = number(&t, i, "tid");
		r->nr_m += m->known;
	}
	table_free(&t);
}

static void read_ps(struct reading *r, const char *path)
{
	struct table t;
	int i;

	if (!table_read(&t, path))
		die(t.error);
	for (i = 0; i < t.nr_rows && i < MAX_ROWS; i++) {
		r->p[i].m = number(&t, i, "m");
		r->p[i].moves = table_u64(&t, i, "moves_m");
		snprintf(r->p[i].state, sizeof(r->p[i].state), "%s",
			 word(&t, i, "state"));
	}
	r->nr_p = (unsigned int)i;
	table_free(&t);
}

struct reading *reading_at(unsigned long i)
{
	return &readings[i % NR_READINGS];
}

void readings_take(const char *tgid)
{
	struct reading *r = reading_at(nr_readings);
	char path[128];

	memset(r, 0, sizeof(*r));
	snprintf(path, sizeof(path), "/sys/kernel/debug/mpscope/targets/%s/ps",
		 tgid);
	read_ps(r, path);
	snprintf(path, sizeof(path),
		 "/sys/kernel/debug/mpscope/targets/%s/threads", tgid);
	read_threads(r, path);
	r->ns = readings_now_ns();
	nr_readings++;
}
