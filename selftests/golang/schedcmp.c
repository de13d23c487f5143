// SPDX-License-Identifier: GPL-2.0
/*
 * usage: schedcmp TGID TRACE SECONDS
 *
 * What the module says of Ms and Ps against what the runtime itself prints:
 * TRACE is the file that its GODEBUG=schedtrace=20,scheddetail=1 goes to. The
 * files threads and ps are read over and over, and after each reading what TRACE
 * has got more. So a line of TRACE lies between two readings: the values of it
 * were read by the runtime after the line before was written, and before it was
 * seen itself. It counts if all readings from the one before to the first one
 * after say the same of that M or P; if the kernel has not put the M's thread on a
 * CPU meanwhile; and, of a P, if no thread ran meanwhile whose P is not known: it
 * may have had this one for a while. Then it was at rest, and what the two sides
 * say of it must be the same. With a P in a system call "after" is SETTLE_NS later,
 * longer than sysmon's longest nap: that it took a P away is seen when it leaves
 * the CPU.
 *
 * Ps whose M is on a CPU, for either side, are counted apart: there a reading rests on
 * what the M's own CPU sees when it is asked, not on what the M left behind.
 *
 * Differences of convention, each counted where it occurs:
 *	syscall	up to Go 1.25 the runtime prints no P of an M in a system call,
 *		and no M of that P, but the P's status is 2: the M keeps it
 *	gcstop	status 3: the world is stopped, nobody has the P
 *	taken	the P is idle for the runtime, and in a system call for the module: it
 *		looks at one such P each time that a thread leaves the CPU
 *
 * Printed, one a line: lines N (of Ms and Ps), m N AGREE, p N AGREE, of
 * lines that count, running_p N AGREE; syscall N, gcstop N of them; taken N; lines of Ps that do
 * not count: unread N for a thread whose P is not known, moved N as it changed; bad ... the
 * first few that do not agree.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readings.h"

#define MAX_LINES	4096	/* that wait to be compared */
#define MAX_BAD		12
#define SETTLE_NS	UINT64_C(15000000)

/* A line of an M or a P, and the readings around it. */
struct line {
	bool is_m;
	long id, other;		/* M: its p; P: its m; -1 none */
	long value;		/* M: curg; P: status */
	unsigned long before, after;
};

static struct line lines[MAX_LINES];
static unsigned int nr_lines;
static unsigned long seen, nr[2], agree[2], nr_syscall, nr_gcstop, nr_bad;
static unsigned long nr_on, agree_on;
static unsigned long nr_taken, nr_unread, nr_moved;

static void die(const char *what)
{
	fprintf(stderr, "schedcmp: %s\n", what);
	exit(1);
}

/* The M's thread was off the CPU in all of the readings, and the same. */
static const struct m_row *m_at_rest(const struct line *l, unsigned long last)
{
	const struct m_row *first = reading_m(reading_at(l->before), l->id);
	unsigned long i;

	for (i = l->before; first && i <= last; i++) {
		const struct m_row *m = reading_m(reading_at(i), l->id);

		if (!m || m->running || m->runs != first->runs ||
		    m->p != first->p || m->goid != first->goid)
			return NULL;
	}
	return first;
}

/* The P was in one state; nobody may have taken it who was not read since. */
static const struct p_row *p_at_rest(const struct line *l, unsigned long last)
{
	const struct p_row *first = &reading_at(l->before)->p[l->id];
	unsigned long i;

	for (i = l->before; i <= last; i++) {
		const struct reading *r = reading_at(i);

		if (reading_unread(r, reading_at(l->before))) {
			nr_unread++;
			return NULL;
		}
		if ((unsigned long)l->id >= r->nr_p ||
		    strcmp(r->p[l->id].state, first->state) ||
		    r->p[l->id].moves != first->moves ||
		    r->p[l->id].m != first->m) {
			nr_moved++;
			return NULL;
		}
	}
	return strcmp(first->state, "unknown") ? first : NULL;
}

static void judge(bool is_m, bool ok, const struct line *l, const char *what)
{
	nr[is_m]++;
	agree[is_m] += ok;
	if (!ok && nr_bad++ < MAX_BAD)
		printf("bad %s%ld: the runtime %ld %ld, the module %s\n",
		       is_m ? "M" : "P", l->id, l->other, l->value, what);
}

static void compare_m(const struct line *l, unsigned long last)
{
	const struct m_row *m = m_at_rest(l, last);
	bool kept;
	char what[64];

	if (!m)
		return;
	kept = l->other < 0 && m->p >= 0 && m->syscall;
	nr_syscall += kept;
	snprintf(what, sizeof(what), "p %ld goid %ld syscall %d", m->p, m->goid,
		 m->syscall);
	judge(true, (kept || l->other == m->p) && l->value == m->goid, l, what);
}

/* Was this M on a CPU before the line, or is it after? */
static bool is_running(const struct line *l, long id)
{
	const struct m_row *a = reading_m(reading_at(l->before), id);
	const struct m_row *b = reading_m(reading_at(l->after), id);

	return id >= 0 && ((a && a->running) || (b && b->running));
}

static void compare_p(const struct line *l, unsigned long last)
{
	const struct p_row *p = p_at_rest(l, last);
	char what[64];
	bool ok;

	if (!p)
		return;
	if (l->value == 0 && !strcmp(p->state, "syscall")) {
		nr_taken++;
		return;
	}
	if (l->value == 2) {		/* _Psyscall */
		nr_syscall++;
		ok = l->other < 0 && p->m >= 0;
	} else if (l->value == 3) {	/* _Pgcstop */
		nr_gcstop++;
		ok = p->m < 0;
	} else {
		ok = l->other == p->m && (l->value == 0) == (p->m < 0);
	}
	if (is_running(l, l->other) || is_running(l, p->m)) {
		nr_on++;
		agree_on += ok;
		return;
	}
	snprintf(what, sizeof(what), "m %ld %s", p->m, p->state);
	judge(false, ok, l, what);
}

/* Was the P or the M's thread in a system call when the line began? */
static bool in_call(const struct line *l)
{
	const struct reading *r = reading_at(l->before);
	const struct m_row *m;

	if (!l->is_m)
		return l->id < MAX_ROWS &&
		       !strcmp(r->p[l->id].state, "syscall");
	m = reading_m(r, l->id);
	return m && m->syscall && m->p >= 0;
}

/* Those lines that have been followed by enough. */
static void compare_lines(void)
{
	unsigned int i, kept = 0;

	for (i = 0; i < nr_lines; i++) {
		struct line *l = &lines[i];
		unsigned long last = l->after;

		if (nr_readings > NR_READINGS &&
		    l->before < nr_readings - NR_READINGS)
			continue;	/* too long ago: overwritten */
		while (last < nr_readings &&
		       (last == l->after || (in_call(l) &&
			reading_at(last)->ns < reading_at(l->after)->ns + SETTLE_NS)))
			last++;
		if (last >= nr_readings) {
			lines[kept++] = *l;
			continue;
		}
		if (l->is_m)
			compare_m(l, last);
		else if (l->id < MAX_ROWS)
			compare_p(l, last);
	}
	nr_lines = kept;
}

/* " key=N", where N is -1 or nil for none. */
static bool key_of(const char *text, const char *key, long *v)
{
	char want[32];
	const char *s;

	snprintf(want, sizeof(want), " %s=", key);
	s = strstr(text, want);
	if (!s)
		return false;
	s += strlen(want);
	*v = strncmp(s, "nil", 3) ? strtol(s, NULL, 10) : -1;
	return true;
}

static void take_line(const char *text, unsigned long before, unsigned long after)
{
	struct line l = { .before = before, .after = after };
	static bool whole;	/* we may begin amid a line */
	bool ok;

	whole |= !strncmp(text, "SCHED ", 6);
	if (!whole)
		return;
	if (!strncmp(text, "  M", 3))
		l.is_m = true;
	else if (strncmp(text, "  P", 3))
		return;
	l.id = strtol(text + 3, NULL, 10);
	ok = l.is_m ? key_of(text, "p", &l.other) && key_of(text, "curg", &l.value) :
		      key_of(text, "m", &l.other) &&
		      key_of(text, "status", &l.value);
	if (!ok || l.id < 0)
		die("a line of the runtime is not understood");
	seen++;
	if (nr_lines < MAX_LINES)
		lines[nr_lines++] = l;
}

/* What TRACE has more by now. Readings so far: up to nr_readings - 1. */
static void drain(FILE *f)
{
	static char text[65536];
	static size_t len;
	static unsigned long before;	/* of what is in text */
	char *end;
	size_t n;

	clearerr(f);
	while ((n = fread(text + len, 1, sizeof(text) - 1 - len, f)) > 0) {
		len += n;
		text[len] = '\0';
		while ((end = strchr(text, '\n'))) {
			*end = '\0';
			take_line(text, before, nr_readings);
			len -= (size_t)(end + 1 - text);
			memmove(text, end + 1, len + 1);
			/* it was not there at the drain before this one */
			before = nr_readings >= 2 ? nr_readings - 2 : 0;
		}
		if (len >= sizeof(text) - 1)
			die("a line without an end");
	}
}

int main(int argc, char **argv)
{
	uint64_t stop;
	FILE *f;

	if (argc != 4)
		die("usage: schedcmp TGID TRACE SECONDS");
	f = fopen(argv[2], "re");
	if (!f || fseek(f, 0, SEEK_END))
		die("the file of the runtime's lines cannot be read");
	stop = readings_now_ns() + strtoull(argv[3], NULL, 10) * 1000000000u;
	readings_take(argv[1]);
	readings_take(argv[1]);
	while (readings_now_ns() < stop) {
		readings_take(argv[1]);
		drain(f);
		compare_lines();
	}
	fclose(f);
	printf("lines %lu\nm %lu %lu\np %lu %lu\nrunning_p %lu %lu\n", seen,
	       nr[1], agree[1], nr[0], agree[0], nr_on, agree_on);
	printf("syscall %lu\ngcstop %lu\ntaken %lu\nunread %lu\nmoved %lu\n",
	       nr_syscall, nr_gcstop, nr_taken, nr_unread, nr_moved);
	return 0;
}
