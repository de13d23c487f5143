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
 * Where both differ because one of them cannot know, that time is taken out and
 * printed by its reason:
 *	unseen	the runtime's owner runs, but began and ended its stint without a
 *		P: what it had between, no record tells
 *	moved	a stint that began with another P than it ended with, or got one on
 *		the way: no record tells when
 *	taken	the records' owner sleeps in a system call and came back without the
 *		P: that sysmon took it meanwhile, and nobody else ran with it
 *		yet, is no event of any thread
 *	woken	the records' owner was handed its P together with the wakeup; it does
 *		not run yet, and the runtime notes the P when it does
 *	start	the records' owner runs with its P and is the one that the runtime notes
 *		next, when the M has come so far as to use it
 *	end	the records' owner was the last one and has given its P up, in the stint
 *		that it is about to end
 *	gap	the runtime notes nothing at all for GAP_NS or longer, though threads
 *		switch: what happens while it changes the generation of its trace is
 *		not in the text
 *
 * Printed, one a line, in nanoseconds of Ps: all N, agree N, the reasons, held N
 * (by the runtime); then bad OWNER OWNER NS, the pairs that disagree for none of
 * them: the runtime's, the records'; 0 is none.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "spans.h"

#define MAX_P		64
#define MAX_T		1024
#define MAX_PAIRS	4096
/* One side may just begin; the runtime's Ms first make room for their events. */
#define BEGIN_NS	1000000000
#define END_NS		20000000
#define GAP_NS		80000000

static const char * const names[NR_SUMS] = {
	"agree", "unseen", "moved", "taken", "woken", "start", "end",
	"gap", "held"
};

/* A thread of the records; all times are of its last stint. */
struct thread {
	int tid, p_in, p_out;	/* p_out: when it left the CPU */
	int64_t in, out, woken;
	bool runs, known, parked;
	struct spans stints;
};

static struct spans theirs[MAX_P], ours[MAX_P], notes;
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

static void own(int p, int64_t begin, int64_t end, int tid, enum reason why)
{
	if (p >= nprocs)
		die("a record has a P that there is not");
	spans_add(&ours[p], begin, end, tid, why);
}

/* The thread left the CPU at @ns with @p. */
static void stint_end(struct thread *t, int64_t ns, int p)
{
	enum reason why = AGREE;
	int had = p >= 0 ? p : t->p_in;

	if (t->runs && had < 0)
		why = UNSEEN;
	else if (t->runs && p >= 0 && t->p_in != p && !t->parked)
		why = MOVED;
	if (t->runs) {
		spans_add(&t->stints, t->in, ns, t->tid, why);
		if (had >= 0)
			own(had, t->in, ns, t->tid, why);
		if (had >= 0 && t->parked)
			own(had, t->woken, t->in, t->tid, WOKEN);
	}
	t->runs = false;
	t->known = true;
	t->out = ns;
	t->p_out = p;
}

/*
 * @p: what it left with, as far as it still has it. @parked: it was, without a P,
 * at the futex of an M, or is new: whoever wakes it up gives it one.
 */
static void stint_begin(struct thread *t, int64_t ns, int p, int64_t woken,
			bool parked)
{
	if (t->known && t->p_out >= 0)
		own(t->p_out, t->out, ns, t->tid,
		    t->p_out == p ? AGREE : TAKEN);
	t->runs = true;
	t->woken = woken;
	t->parked = parked;
	t->in = ns;
	t->p_in = p;
}

/* "comm-1 [000] d..2. 12.345678: thread_run: tid=1 ... p=0" */
static void take_record(const char *line)
{
	const char *name, *stamp;
	int64_t ns, tid, p, wait = 0, nr = -1, goid = 0;
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
		number(name, " syscall=", &nr);
		number(name, " goid=", &goid);
		if (t->runs)	/* no record of the end: it stayed runnable */
			stint_end(t, ns - wait, (int)p);
		stint_begin(t, ns, (int)p, ns - wait, p < 0 && goid < 0 &&
			    (strstr(name, " was=birth ") ||
			     (strstr(name, " was=blocked ") &&
			      nr == SYS_futex)));
	}
}

/* "M=1 P=0 G=2 StateTransition Time=3 ... ProcID=0 Idle->Running" */
static void take_parsed(const char *line)
{
	int64_t ns, p, tid;

	if (strncmp(line, "M=", 2) || !number(line, " Time=", &ns))
		return;
	seen(0, ns);
	spans_add(&notes, ns, ns + 1, 1, AGREE);
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
		spans_add(&theirs[p], since[p], ns, owner[p], AGREE);
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
			spans_add(&theirs[p], since[p], last[0], owner[p], AGREE);
	for (i = 0; i < nr_threads; i++) {
		struct thread *t = &threads[i];

		if (t->runs)
			stint_end(t, last[1], -1);
		else if (t->p_out >= 0)
			own(t->p_out, t->out, last[1], t->tid, TAKEN);
	}
}

/* From each note of the runtime to the next one, unless there is none for long. */
static void find_gaps(void)
{
	size_t i;

	spans_sort(&notes);
	for (i = 0; i + 1 < notes.nr; i++)
		if (notes.a[i + 1].begin - notes.a[i].begin < GAP_NS)
			notes.a[i].end = notes.a[i + 1].begin;
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

static int64_t sums[NR_SUMS];

/* Is @tid the runtime's next owner, and the records' one until then? */
static bool is_next(int p, int64_t ns, int tid)
{
	int64_t next = INT64_MAX;
	const struct span *t, *o;

	spans_at(&theirs[p], ns, &next);
	if (next == INT64_MAX)
		return false;
	t = spans_at(&theirs[p], next, &(int64_t){ INT64_MAX });
	if (!t || t->tid != tid)
		return false;
	for (; ns < t->begin; ns = next) {
		next = t->begin;
		o = spans_at(&ours[p], ns, &next);
		if (!o || o->tid != tid)
			return false;
	}
	return true;
}

/* The runtime's last owner before @ns; NULL: none. */
static const struct span *last_owner(int p, int64_t ns)
{
	size_t i;

	for (i = 0; i < theirs[p].nr && theirs[p].a[i].begin <= ns; i++)
		;
	return i ? &theirs[p].a[i - 1] : NULL;
}

/* Why @t (the runtime's) and @o differ; AGREE: for no reason. */
static enum reason reason_of(int p, const struct span *t, const struct span *o,
			     int64_t ns, int64_t *next)
{
	const struct span *stint = NULL, *was;

	if (!spans_at(&notes, ns, next))
		return GAP;
	if (t)
		stint = spans_at(&thread_of(t->tid)->stints, ns, next);
	if (stint && stint->why != AGREE)
		return stint->why;
	if (o && o->why == MOVED)
		return MOVED;
	if (t || !o)
		return AGREE;
	if (o->why == TAKEN || o->why == WOKEN)
		return o->why;
	if (is_next(p, ns, o->tid))
		return START;
	stint = spans_at(&thread_of(o->tid)->stints, ns, next);
	was = last_owner(p, ns);
	return stint && was && was->tid == o->tid && was->end >= stint->begin ?
	       END : AGREE;
}

/* One P from @ns to *@next, which is brought nearer to where anything changes. */
static void compare_at(int p, int64_t ns, int64_t *next)
{
	const struct span *t = spans_at(&theirs[p], ns, next), *o = spans_at(&ours[p], ns, next);
	bool same = (t ? t->tid : 0) == (o ? o->tid : 0);
	enum reason why = same ? AGREE : reason_of(p, t, o, ns, next);

	if (t)
		sums[HELD] += *next - ns;
	if (same || why != AGREE)
		sums[why] += *next - ns;
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
	begin = (first[0] > first[1] ? first[0] : first[1]) + BEGIN_NS;
	end = (last[0] < last[1] ? last[0] : last[1]) - END_NS;
	if (begin >= end)
		die("both traces have no time in common");
	find_gaps();
	for (p = 0; p < nprocs; p++) {
		spans_settle(&theirs[p]);
		spans_settle(&ours[p]);
		for (ns = begin; ns < end; ns = next) {
			next = end;
			compare_at(p, ns, &next);
		}
	}
	printf("all %" PRId64 "\n", nprocs * (end - begin));
	for (i = 0; i < NR_SUMS; i++)
		printf("%s %" PRId64 "\n", names[i], sums[i]);
	qsort(pairs, nr_pairs, sizeof(pairs[0]), by_ns);
	for (i = 0; i < nr_pairs && i < 8; i++)
		printf("bad %d %d %" PRId64 "\n", pairs[i].a, pairs[i].b,
		       pairs[i].ns);
	return 0;
}
