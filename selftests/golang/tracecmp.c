// SPDX-License-Identifier: GPL-2.0
/*
 * usage: tracecmp NPROCS RECORDS PARSED
 *
 * Who had which P when: by the module's tracepoints (RECORDS: the file trace of
 * tracefs, clock mono) against the runtime's own trace of the same run (PARSED:
 * go tool trace -d=parsed). Both are turned into owners over time, a row a P, and
 * compared over every nanosecond that both cover.
 *
 * A record tells what its thread had when it left the CPU. So a thread had a P
 * while it ran (a stint) if it had it at the end, or at the begin; and off the CPU
 * if it had it when it left, until another one ran with it, or itself without.
 *
 * What neither side can know of the other is taken out, and printed:
 *	unseen	the runtime's owner runs, but began and ended its stint without a
 *		P: what it had between, no record tells
 *	start	the records' owner runs already; the runtime notes the P when the
 *		M has come so far as to use it
 *
 * Printed, one a line, in nanoseconds of Ps: all N, agree N, unseen N, start N,
 * held N (by the runtime); then bad OWNER OWNER NS, the pairs that disagree:
 * the runtime's, the records'; 0 is none.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_P		64
#define MAX_T		1024
#define MAX_PAIRS	4096
#define EDGE_NS		20000000	/* where one side may just begin or end */
#define START_NS	1000000		/* as long as "start" may take */

struct span {
	int64_t begin, end;
	int tid;
};

struct spans {
	struct span *a;
	size_t nr, max;
};

/* A thread of the records; all times are of its last stint. */
struct thread {
	int tid, p_in, p_out;	/* p_out: when it left the CPU */
	int64_t in, out;
	bool runs, known;
	struct spans unseen, stints;
};

static struct spans theirs[MAX_P], ours[MAX_P];
static int64_t since[MAX_P];	/* the runtime's owner, until the P is free */
static int owner[MAX_P];
static struct thread threads[MAX_T];
static unsigned int nr_threads;
static int nprocs;
static int64_t first[2] = { INT64_MAX, INT64_MAX }, last[2];

static struct { int a, b; int64_t ns; } pairs[MAX_PAIRS];
static unsigned int nr_pairs;

static void die(const char *what)
{
	fprintf(stderr, "tracecmp: %s\n", what);
	exit(1);
}

static void add(struct spans *s, int64_t begin, int64_t end, int tid)
{
	if (s->nr == s->max) {
		s->max = s->max ? s->max * 2 : 256;
		s->a = realloc(s->a, s->max * sizeof(*s->a));
		if (!s->a)
			die("out of memory");
	}
	if (end > begin)
		s->a[s->nr++] = (struct span){ begin, end, tid };
}

static void seen(int side, int64_t ns)
{
	if (ns < first[side])
		first[side] = ns;
	if (ns > last[side])
		last[side] = ns;
}

static struct thread *thread_of(int tid)
{
	unsigned int i;

	for (i = 0; i < nr_threads; i++)
		if (threads[i].tid == tid)
			return &threads[i];
	if (nr_threads == MAX_T)
		die("too many threads");
	memset(&threads[i], 0, sizeof(threads[i]));
	threads[i].tid = tid;
	return &threads[nr_threads++];
}

static bool number(const char *line, const char *key, int64_t *v)
{
	const char *s = strstr(line, key);

	if (!s)
		return false;
	*v = strtoll(s + strlen(key), NULL, 10);
	return true;
}

static void own(int p, int64_t begin, int64_t end, int tid)
{
	if (p >= nprocs)
		die("a record has a P that there is not");
	add(&ours[p], begin, end, tid);
}

/* The thread left the CPU at @ns with @p. */
static void stint_end(struct thread *t, int64_t ns, int p)
{
	int had = p >= 0 ? p : t->p_in;

	if (t->runs) {
		add(&t->stints, t->in, ns, t->tid);
		if (had >= 0)
			own(had, t->in, ns, t->tid);
		else
			add(&t->unseen, t->in, ns, t->tid);
	}
	t->runs = false;
	t->known = true;
	t->out = ns;
	t->p_out = p;
}

/* @p: what it left with, as far as it still has it. */
static void stint_begin(struct thread *t, int64_t ns, int p)
{
	if (t->known && t->p_out >= 0)
		own(t->p_out, t->out, ns, t->tid);
	t->runs = true;
	t->in = ns;
	t->p_in = p;
}

/* "comm-1 [000] d..2. 12.345678: thread_run: tid=1 ... p=0" */
static void take_record(const char *line)
{
	const char *name, *stamp;
	int64_t ns, tid, p, wait = 0;
	struct thread *t;

	name = strstr(line, ": thread_");
	if (!name || *line == '#')
		return;
	for (stamp = name; stamp > line && stamp[-1] != ' '; stamp--)
		;
	ns = strtoll(stamp, NULL, 10) * 1000000000;
	stamp = strchr(stamp, '.');
	if (!stamp || !number(name, " tid=", &tid) || !number(name, " p=", &p))
		die("a record is not understood");
	ns += strtoll(stamp + 1, NULL, 10) * 1000;
	seen(1, ns);
	t = thread_of((int)tid);
	if (!strncmp(name, ": thread_block:", 15)) {
		stint_end(t, ns, (int)p);
	} else if (!strncmp(name, ": thread_run:", 13)) {
		number(name, " wait_ns=", &wait);
		if (t->runs)	/* no record of the end: it stayed runnable */
			stint_end(t, ns - wait, (int)p);
		stint_begin(t, ns, (int)p);
	}
}

/* "M=1 P=0 G=2 StateTransition Time=3 ... ProcID=0 Idle->Running" */
static void take_parsed(const char *line)
{
	int64_t ns, p, tid;

	if (strncmp(line, "M=", 2) || !number(line, " Time=", &ns))
		return;
	seen(0, ns);
	if (!strstr(line, " StateTransition ") || !number(line, " ProcID=", &p))
		return;
	if (p < 0 || p >= nprocs)
		die("the runtime has a P that there is not");
	tid = strtoll(line + 2, NULL, 10);
	if (strstr(line, "->Running")) {
		if (strstr(line, "Running->Running"))
			return;
		since[p] = ns;
		owner[p] = (int)tid;
	} else {
		add(&theirs[p], since[p], ns, owner[p]);
		owner[p] = 0;
	}
}

static void read_lines(const char *path, void (*take)(const char *line))
{
	FILE *f = fopen(path, "re");
	char line[4096];

	if (!f)
		die("a file cannot be opened");
	while (fgets(line, sizeof(line), f))
		take(line);
	fclose(f);
}

/* What was under way when the traces ended. */
static void finish(void)
{
	unsigned int i;
	int p;

	for (p = 0; p < nprocs; p++)
		if (owner[p])
			add(&theirs[p], since[p], last[0], owner[p]);
	for (i = 0; i < nr_threads; i++) {
		struct thread *t = &threads[i];

		if (t->runs)
			stint_end(t, last[1], -1);
		else if (t->p_out >= 0)
			own(t->p_out, t->out, last[1], t->tid);
	}
}

static int by_begin(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return (x->begin > y->begin) - (x->begin < y->begin);
}

/* Who began last has it: what another one kept was taken away by then. */
static void settle(struct spans *s)
{
	size_t i;

	qsort(s->a, s->nr, sizeof(*s->a), by_begin);
	for (i = 0; i + 1 < s->nr; i++)
		if (s->a[i].end > s->a[i + 1].begin)
			s->a[i].end = s->a[i + 1].begin;
}

/* The span at @ns, spans ascending; NULL: none. @next: when that changes. */
static const struct span *at(const struct spans *s, int64_t ns, int64_t *next)
{
	size_t lo = 0, hi = s->nr;

	while (lo < hi) {	/* the first that begins later */
		size_t mid = (lo + hi) / 2;

		if (s->a[mid].begin > ns)
			hi = mid;
		else
			lo = mid + 1;
	}
	if (lo < s->nr && s->a[lo].begin < *next)
		*next = s->a[lo].begin;
	if (!lo || s->a[lo - 1].end <= ns)
		return NULL;
	if (s->a[lo - 1].end < *next)
		*next = s->a[lo - 1].end;
	return &s->a[lo - 1];
}

static void count_pair(int a, int b, int64_t ns)
{
	unsigned int i;

	for (i = 0; i < nr_pairs; i++)
		if (pairs[i].a == a && pairs[i].b == b)
			break;
	if (i == MAX_PAIRS)
		return;
	nr_pairs += i == nr_pairs;
	pairs[i].a = a;
	pairs[i].b = b;
	pairs[i].ns += ns;
}

static int by_ns(const void *a, const void *b)
{
	const typeof(pairs[0]) *x = a, *y = b;

	return (x->ns < y->ns) - (x->ns > y->ns);
}

enum { AGREE, UNSEEN, START, HELD, NR_SUMS };
static int64_t sums[NR_SUMS];

/* One P from @ns to *@next, which is brought nearer to where anything changes. */
static void compare_at(int p, int64_t ns, int64_t *next)
{
	const struct span *t = at(&theirs[p], ns, next), *o = at(&ours[p], ns, next);
	const struct span *stint = NULL;
	bool unseen = false;

	if (t)
		unseen = at(&thread_of(t->tid)->unseen, ns, next);
	if (o)
		stint = at(&thread_of(o->tid)->stints, ns, next);
	if (t)
		sums[HELD] += *next - ns;
	if ((t ? t->tid : 0) == (o ? o->tid : 0))
		sums[AGREE] += *next - ns;
	else if (unseen)
		sums[UNSEEN] += *next - ns;
	else if (!t && stint && ns < stint->begin + START_NS)
		sums[START] += *next - ns;
	else
		count_pair(t ? t->tid : 0, o ? o->tid : 0, *next - ns);
}

int main(int argc, char **argv)
{
	int64_t begin, end, ns, next;
	unsigned int i;
	int p;

	if (argc != 4)
		die("usage: tracecmp NPROCS RECORDS PARSED");
	nprocs = atoi(argv[1]);
	if (nprocs < 1 || nprocs > MAX_P)
		die("not that many Ps");
	read_lines(argv[2], take_record);
	read_lines(argv[3], take_parsed);
	finish();
	begin = (first[0] > first[1] ? first[0] : first[1]) + EDGE_NS;
	end = (last[0] < last[1] ? last[0] : last[1]) - EDGE_NS;
	if (begin >= end)
		die("both traces have no time in common");
	for (p = 0; p < nprocs; p++) {
		settle(&theirs[p]);
		settle(&ours[p]);
		for (ns = begin; ns < end; ns = next) {
			next = end;
			compare_at(p, ns, &next);
		}
	}
	printf("all %" PRId64 "\nagree %" PRId64 "\nunseen %" PRId64 "\nstart %" PRId64 "\nheld %" PRId64 "\n",
	       nprocs * (end - begin), sums[AGREE], sums[UNSEEN], sums[START],
	       sums[HELD]);
	qsort(pairs, nr_pairs, sizeof(pairs[0]), by_ns);
	for (i = 0; i < nr_pairs && i < 8; i++)
		printf("bad %d %d %" PRId64 "\n", pairs[i].a, pairs[i].b,
		       pairs[i].ns);
	return 0;
}
