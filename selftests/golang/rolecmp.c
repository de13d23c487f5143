// SPDX-License-Identifier: GPL-2.0
/*
 * usage: rolecmp TRUTH WHO
 *
 * Lay the roles of "mpscope who -x, -c 0" (WHO) beside the runtime's own
 * account (TRUTH, from gotruth), sampled at the same time by another process.
 *
 * A row of WHO says when it was taken. It is compared if the thread's last
 * row of TRUTH before and its first one after are not torn, say the same, and
 * the kernel did not put the thread on a CPU in between (but for one that is
 * on it all the time). Others are counted and left out: the truth of that
 * moment is not known. Prints, a line each, integers:
 *
 *	rows N, compared N, moved N, torn N, no_truth N
 *	samples N, over N			more Ps claimed than GOMAXPROCS
 *	sysmon|netpoller|parked|p N AGREE	rows where either side says so
 *	p_claim N TRUE, p_truth N FOUND	precision and recall of P held
 *	all N AGREE				has_p of every row
 *	sysmon_first N				disagreeing samples of sysmon: the last one's number
 *	cell TRUTH ROLE N			how often which went with which
 *	wrong_p RULE N				rules behind wrong has_p
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_COLS	64
#define MAX_CELLS	256
#define LINE_LEN	4096

struct truth {
	uint64_t begin, end;
	int64_t tid, m, p, nextp, gstatus, runs;
	int has_p, spinning, blocked, locked, torn, gomaxprocs;
	char kind[12];
};

struct who {
	int64_t tid;
	uint64_t now;
	int has_p;
	char role[24], rule[32];
};

struct tally {
	char name[64];
	long n;
};

static struct truth *truth;
static size_t nr_truth, max_truth;
static struct tally cells[MAX_CELLS], wrong[MAX_CELLS];
static long rows, compared, moved, torn, no_truth, samples, over;
static long agree_sysmon, n_sysmon, agree_poll, n_poll, agree_park, n_park;
static long agree_p, n_p, claims, claims_true, held, held_found, agree_all;
static long sysmon_last_wrong;

static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("rolecmp: ", stderr);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static void count(struct tally *t, const char *fmt, ...)
{
	char name[64];
	va_list ap;
	int i;

	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	for (i = 0; i < MAX_CELLS && t[i].n; i++)
		if (!strcmp(t[i].name, name))
			break;
	if (i == MAX_CELLS)
		die("more than %d kinds of '%s'", MAX_CELLS, name);
	memcpy(t[i].name, name, sizeof(name));
	t[i].n++;
}

static void read_truth(const char *path)
{
	char line[LINE_LEN];
	uint64_t begin = 0, end = 0;
	int gomaxprocs = 0;
	FILE *f = fopen(path, "re");

	if (!f)
		die("%s: cannot be opened", path);
	while (fgets(line, sizeof(line), f)) {
		struct truth *t;

		if (sscanf(line, "sample %*u %" SCNu64 " %" SCNu64 " %d",
			   &begin, &end, &gomaxprocs) == 3)
			continue;
		if (nr_truth == max_truth) {
			max_truth = max_truth ? max_truth * 2 : 65536;
			truth = realloc(truth, max_truth * sizeof(*truth));
			if (!truth)
				die("out of memory");
		}
		t = &truth[nr_truth];
		memset(t, 0, sizeof(*t));
		if (sscanf(line, "m %*u %" SCNd64 " %" SCNd64 " %" SCNd64
			   " %" SCNd64 " %d %" SCNd64 " %d %d %d %11s %" SCNd64
			   " %d", &t->tid, &t->m, &t->p, &t->nextp, &t->has_p,
			   &t->gstatus, &t->spinning, &t->blocked, &t->locked,
			   t->kind, &t->runs, &t->torn) != 12)
			continue;	/* the last line, cut by a signal */
		t->begin = begin;
		t->end = end;
		t->gomaxprocs = gomaxprocs;
		nr_truth++;
	}
	fclose(f);
	if (!nr_truth)
		die("%s: no sample in it", path);
}

/* First row whose sample began at or after @now. Rows are in time's order. */
static size_t after(uint64_t now)
{
	size_t lo = 0, hi = nr_truth;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (truth[mid].begin < now)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool bracket(const struct who *w, const struct truth **a,
		    const struct truth **b)
{
	size_t at = after(w->now), i;

	*a = NULL;
	*b = NULL;
	for (i = at; i < nr_truth && !*b; i++)
		if (truth[i].tid == w->tid)
			*b = &truth[i];
	for (i = at; i-- > 0 && !*a; )
		if (truth[i].tid == w->tid && truth[i].end <= w->now)
			*a = &truth[i];
	return *a && *b;
}

static bool same(const struct truth *a, const struct truth *b)
{
	return a->has_p == b->has_p && a->p == b->p && a->nextp == b->nextp &&
	       (a->has_p || a->gstatus == b->gstatus) &&
	       a->blocked == b->blocked && a->locked == b->locked &&
	       a->runs == b->runs && !strcmp(a->kind, b->kind);
}

static bool is_parked(const struct truth *t)
{
	return t->blocked && !t->has_p && t->gstatus < 0 &&
	       !strcmp(t->kind, "m");
}

static const char *class_of(const struct truth *t)
{
	if (strcmp(t->kind, "m"))
		return t->kind;
	if (is_parked(t))
		return t->locked ? "locked" : "idle";
	if (t->spinning && t->has_p)
		return "spinning";
	if (t->gstatus == 3)
		return t->has_p ? "syscall" : "syscall-lost";
	if (t->gstatus < 0)
		return t->has_p ? "between" : "between-no-p";
	return t->has_p ? "running" : "running-no-p";
}

static void compare(const struct who *w)
{
	const struct truth *a, *b;
	bool sys, poll, park;

	rows++;
	if (!bracket(w, &a, &b)) {
		no_truth++;
		return;
	}
	/* who is sysmon never changes: it need not hold still for this */
	sys = !strcmp(w->role, "sysmon");
	if (sys || !strcmp(a->kind, "sysmon")) {
		n_sysmon++;
		if (sys && !strcmp(a->kind, "sysmon"))
			agree_sysmon++;
		else
			sysmon_last_wrong = samples;
	}
	if (a->torn || b->torn) {
		torn++;
		return;
	}
	if (!same(a, b)) {
		moved++;
		return;
	}
	compared++;
	poll = !strcmp(w->role, "netpoller");
	park = !strcmp(w->role, "idle") || !strcmp(w->role, "locked");
	if (poll || !strcmp(a->kind, "poller")) {
		n_poll++;
		agree_poll += poll && !strcmp(a->kind, "poller");
	}
	if (park || is_parked(a)) {
		n_park++;
		agree_park += park && is_parked(a);
	}
	if (w->has_p || a->has_p) {
		n_p++;
		agree_p += w->has_p && a->has_p;
	}
	claims += w->has_p;
	claims_true += w->has_p && a->has_p;
	held += a->has_p;
	held_found += w->has_p && a->has_p;
	agree_all += w->has_p == a->has_p;
	count(cells, "%s %s", class_of(a), w->role);
	if (w->has_p != a->has_p)
		count(wrong, "%s %s", w->rule, class_of(a));
}

/* Splits in place. The tool quotes only what needs it: none of ours does. */
static int split(char *line, char **cell)
{
	int n = 0;

	line[strcspn(line, "\r\n")] = '\0';
	while (n < MAX_COLS && (cell[n] = strsep(&line, ",")))
		n++;
	return n;
}

static int column(char **cell, int n, const char *name)
{
	int i;

	for (i = 0; i < n; i++)
		if (!strcmp(cell[i], name))
			return i;
	die("no \"%s\" in the head", name);
	return -1;
}

static void sample_end(int *nr_p, uint64_t now)
{
	size_t at = after(now);

	if (at < nr_truth && *nr_p > truth[at].gomaxprocs)
		over++;
	*nr_p = 0;
}

static void read_who(const char *path)
{
	int tid = -1, role = -1, has_p = -1, now = -1, rule = -1, nr_p = 0;
	char line[LINE_LEN], head[LINE_LEN], *cell[MAX_COLS];
	FILE *f = fopen(path, "re");
	uint64_t last = 0;

	if (!f)
		die("%s: cannot be opened", path);
	while (fgets(line, sizeof(line), f)) {
		struct who w = { .tid = 0 };
		int n;

		if (line[0] == '#')
			continue;
		if (!strncmp(line, "tid,", 4)) {
			sample_end(&nr_p, last);
			samples++;
			memcpy(head, line, sizeof(head));
			n = split(head, cell);
			tid = column(cell, n, "tid");
			role = column(cell, n, "role");
			has_p = column(cell, n, "has_p");
			now = column(cell, n, "now_ns");
			rule = column(cell, n, "evidence");
			continue;
		}
		n = split(line, cell);
		if (tid < 0 || n <= tid || n <= role || n <= has_p ||
		    n <= now || n <= rule)
			die("%s: a row that is cut off", path);
		w.tid = strtoll(cell[tid], NULL, 10);
		w.now = strtoull(cell[now], NULL, 10);
		w.has_p = atoi(cell[has_p]);
		snprintf(w.role, sizeof(w.role), "%s", cell[role]);
		snprintf(w.rule, sizeof(w.rule), "%s", cell[rule]);
		nr_p += w.has_p;
		last = w.now;
		compare(&w);
	}
	sample_end(&nr_p, last);
	fclose(f);
	if (!rows)
		die("%s: no row in it", path);
}

static void print_tally(const char *key, const struct tally *t)
{
	int i;

	for (i = 0; i < MAX_CELLS && t[i].n; i++)
		printf("%s %s %ld\n", key, t[i].name, t[i].n);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		die("usage: rolecmp TRUTH WHO");
	read_truth(argv[1]);
	read_who(argv[2]);
	printf("rows %ld\ncompared %ld\nmoved %ld\ntorn %ld\nno_truth %ld\n",
	       rows, compared, moved, torn, no_truth);
	printf("samples %ld\nover %ld\n", samples, over);
	printf("sysmon %ld %ld\nsysmon_last_wrong %ld\n", n_sysmon,
	       agree_sysmon, sysmon_last_wrong);
	printf("netpoller %ld %ld\nparked %ld %ld\n", n_poll, agree_poll,
	       n_park, agree_park);
	printf("p %ld %ld\np_claim %ld %ld\np_truth %ld %ld\nall %ld %ld\n",
	       n_p, agree_p, claims, claims_true, held, held_found, compared,
	       agree_all);
	print_tally("cell", cells);
	print_tally("wrong_p", wrong);
	return 0;
}
