// SPDX-License-Identifier: GPL-2.0
/*
 * usage: exactcmp TRUTH THREADS
 *
 * What the module says of M, P and G, against what the runtime's memory said
 * right before and right after. TRUTH is the output of gotruth, THREADS many
 * readings of the file threads, one behind the other.
 *
 * A row of THREADS counts if the last sample before it and the first one after
 * it say the same of that thread, untorn, and the kernel has not put the thread
 * on a CPU in between. Printed, one a line:
 *
 *	rows N		rows of live threads, in all
 *	known N		of them, those with a value
 *	NAME compared agreed	for m p goid gstatus locked; only of rows that
 *				count. off: of threads off the CPU, on: on it
 *	handed N		P not compared: of a thread off the CPU to which
 *				another one hands a P; it is read when it runs
 *	bad ...		the first few that disagree
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_M		256
#define MAX_BAD		12
#define MAX_COLS	64

struct truth_m {
	long tid, id, p, gstatus, goid;
	int locked, torn, handed;
	long long runs;
};

struct sample {
	uint64_t begin, end;
	unsigned int nr;
	struct truth_m m[MAX_M];
};

static struct sample *samples;
static size_t nr_samples;

enum { F_M, F_P, F_GOID, F_GSTATUS, F_LOCKED, NR_FIELDS };
static const char * const names[NR_FIELDS] = {
	"m", "p", "goid", "gstatus", "locked"
};

static unsigned long compared[NR_FIELDS][2], agreed[NR_FIELDS][2];
static unsigned long nr_rows, nr_known, nr_bad, nr_handed;

static void die(const char *what)
{
	fprintf(stderr, "exactcmp: %s\n", what);
	exit(1);
}

static FILE *must_open(const char *path)
{
	FILE *f = fopen(path, "re");

	if (!f) {
		perror(path);
		exit(1);
	}
	return f;
}

static void take_m(const char *line)
{
	struct sample *s = &samples[nr_samples - 1];
	struct truth_m *m = &s->m[s->nr];
	long p, nextp;

	if (s->nr == MAX_M)
		die("too many threads");
	if (sscanf(line, "m %*u %ld %ld %ld %ld %*d %ld %*d %*d %d %*s %lld %d %ld",
		   &m->tid, &m->id, &p, &nextp, &m->gstatus, &m->locked,
		   &m->runs, &m->torn, &m->goid) != 9)
		die("not a line of gotruth");
	m->p = p >= 0 ? p : nextp;
	m->handed = p < 0 && nextp >= 0;
	s->nr++;
}

static void read_truth(const char *path)
{
	FILE *f = must_open(path);
	char line[256];

	while (fgets(line, sizeof(line), f)) {
		struct sample *s;

		if (*line == 'm') {
			if (nr_samples)
				take_m(line);
			continue;
		}
		samples = realloc(samples, (nr_samples + 1) * sizeof(*samples));
		if (!samples)
			die("out of memory");
		s = &samples[nr_samples++];
		memset(s, 0, sizeof(*s));
		if (sscanf(line, "sample %*u %" SCNu64 " %" SCNu64, &s->begin,
			   &s->end) != 2)
			die("not a sample of gotruth");
	}
	fclose(f);
}

static const struct truth_m *find(const struct sample *s, long tid)
{
	unsigned int i;

	for (i = 0; i < s->nr; i++)
		if (s->m[i].tid == tid)
			return &s->m[i];
	return NULL;
}

/* The truth at an instant, if it held still around it. */
static const struct truth_m *truth_at(uint64_t ns, long tid)
{
	size_t low = 0, high = nr_samples;
	const struct truth_m *a, *b;

	while (low < high) {	/* the first sample that begins later */
		size_t mid = (low + high) / 2;

		if (samples[mid].begin > ns)
			high = mid;
		else
			low = mid + 1;
	}
	if (!low || low == nr_samples || samples[low - 1].end >= ns)
		return NULL;
	a = find(&samples[low - 1], tid);
	b = find(&samples[low], tid);
	if (!a || !b || a->torn || b->torn || a->runs != b->runs ||
	    a->p != b->p || a->goid != b->goid || a->gstatus != b->gstatus)
		return NULL;
	return a;
}

static int column(char **head, int n, const char *name)
{
	int i;

	for (i = 0; i < n; i++)
		if (!strcmp(head[i], name))
			return i;
	die("the table lacks what is asked for");
	return -1;
}

static int split(char *line, char **words)
{
	int n = 0;
	char *w;

	for (w = strtok(line, "\n "); w && n < MAX_COLS; w = strtok(NULL, "\n "))
		words[n++] = w;
	return n;
}

static struct { int tid, vtid, state, now, m, p, goid, gstatus, locked; } col;

static void take_header(char *line)
{
	char *head[MAX_COLS];
	int n = split(line + 2, head);

	col.tid = column(head, n, "tid");
	col.vtid = column(head, n, "vtid");
	col.state = column(head, n, "state");
	col.now = column(head, n, "now_ns");
	col.m = column(head, n, "m");
	col.p = column(head, n, "p");
	col.goid = column(head, n, "goid");
	col.gstatus = column(head, n, "gstatus");
	col.locked = column(head, n, "locked");
}

static void compare(int field, bool on, long got, long want, const char *row)
{
	compared[field][on]++;
	if (got == want) {
		agreed[field][on]++;
		return;
	}
	if (nr_bad++ < MAX_BAD)
		printf("bad %s %ld truth %ld: %s\n", names[field], got, want, row);
}

static void take_row(char *line)
{
	char *w[MAX_COLS], row[160];
	const struct truth_m *t;
	bool on;

	if (split(line, w) <= col.locked || !strcmp(w[col.state], "dead"))
		return;
	nr_rows++;
	if (!strcmp(w[col.m], "-"))
		return;
	nr_known++;
	t = truth_at(strtoull(w[col.now], NULL, 10), atol(w[col.vtid]));
	if (!t)
		return;
	on = !strcmp(w[col.state], "running");
	snprintf(row, sizeof(row), "tid %s %s at %s m %s goid %s gstatus %s",
		 w[col.tid], w[col.state], w[col.now], w[col.m], w[col.goid],
		 w[col.gstatus]);
	compare(F_M, on, atol(w[col.m]), t->id, row);
	if (t->handed && !on && !strcmp(w[col.p], "-1"))
		nr_handed++;
	else
		compare(F_P, on, atol(w[col.p]), t->p, row);
	compare(F_LOCKED, on, atol(w[col.locked]), t->locked, row);
	if (on)
		return;		/* goroutines change without the kernel */
	compare(F_GOID, on, atol(w[col.goid]), t->goid, row);
	compare(F_GSTATUS, on, atol(w[col.gstatus]), t->gstatus, row);
}

int main(int argc, char **argv)
{
	char line[4096];
	FILE *f;
	int i;

	if (argc != 3)
		die("usage: exactcmp TRUTH THREADS");
	read_truth(argv[1]);
	f = must_open(argv[2]);
	while (fgets(line, sizeof(line), f)) {
		if (*line == '#')
			take_header(line);
		else if (*line >= '0' && *line <= '9')
			take_row(line);
	}
	fclose(f);
	printf("rows %lu\nknown %lu\nhanded %lu\n", nr_rows, nr_known, nr_handed);
	for (i = 0; i < NR_FIELDS; i++)
		printf("off_%s %lu %lu\non_%s %lu %lu\n", names[i],
		       compared[i][0], agreed[i][0], names[i], compared[i][1],
		       agreed[i][1]);
	return nr_known ? 0 : 1;
}
