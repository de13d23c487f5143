// SPDX-License-Identifier: GPL-2.0
/*
 * usage: gotruth PID [INTERVAL_US [SECONDS [EXE]]]
 *
 * EXE: where the symbols are; default: the process' own executable.
 *
 * What the Go runtime of a process thinks of its threads, sample after
 * sample, as a witness for the tool's roles. Each sample is
 *
 *	sample NR begin_ns end_ns gomaxprocs npidle nmspinning nmidle gcwaiting
 *	m NR tid m p nextp has_p gstatus spinning blocked locked kind runs torn goid
 *
 * with a row an M that has a thread. p: the P it holds, nextp: the one it was
 * given, -1 for none. has_p: m.p or m.nextp is set, or a P's m is this one, or
 * it is in a system call with its P (up to Go 1.25: status _Psyscall, m.oldp,
 * equal ticks). gstatus: of curg, -1 for none. kind: sysmon, template (by
 * m.mstartfn), poller (no P, no goroutine, not in a note, does not ask for
 * work) or m. runs: how often the kernel ran the thread. torn: two samples one
 * right behind the other say different things. goid: of curg, -1 for none.
 *
 * The world is not stopped. In a program that makes a system call each
 * microsecond a P changes between m.p and m.oldp while we read, so Ms are read
 * before and after the Ps: what either reading proves together with the Ps is
 * true.
 */
#include "gotruth.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define MAX_M		1024
#define MAX_P		1024
#define MAX_MISSES	200
#define P_SYSCALL	2	/* runtime2.go; no P has it from Go 1.26 on */
#define G_SCAN		0x1000	/* bit of the status while the GC looks */

struct m_row {
	uint64_t addr;
	int64_t tid, id, p, nextp, gstatus, goid;
	bool has_p, spinning, blocked, locked;
	char kind;		/* 's' 't' 'p' 'm' */
};

struct p_row {
	uint64_t addr, m;
	uint32_t id, status, syscalltick;
};

struct sample {
	unsigned int nr_m, nr_p;
	struct m_row m[MAX_M];
	struct p_row p[MAX_P];
	int32_t gomaxprocs, npidle, nmspinning, nmidle, gcwaiting;
};

static struct gt_exe exe;
static pid_t pid;
static uint8_t *m_buf, *m_again, *p_buf;

static bool peek(uint64_t addr, void *buf, size_t len)
{
	struct iovec here = { buf, len };
	struct iovec there = { (void *)(uintptr_t)addr, len };

	return process_vm_readv(pid, &here, 1, &there, 1, 0) == (ssize_t)len;
}

/* Many objects of one size with one system call: little time in between. */
static bool peek_many(const uint64_t *addr, unsigned int nr, uint8_t *buf,
		      size_t size)
{
	static struct iovec there[MAX_M];
	struct iovec here = { buf, nr * size };
	unsigned int i;

	for (i = 0; i < nr; i++) {
		there[i].iov_base = (void *)(uintptr_t)addr[i];
		there[i].iov_len = size;
	}
	return process_vm_readv(pid, &here, 1, there, nr, 0) ==
	       (ssize_t)(nr * size);
}

static uint64_t u64_at(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint32_t u32_at(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* The lists grow seldom; the objects never move. */
static unsigned int list_m(uint64_t *addr)
{
	unsigned int n = 0;
	uint64_t m = 0;

	if (!peek(exe.sym_allm, &m, sizeof(m)))
		return 0;
	while (m && n < MAX_M) {
		addr[n++] = m;
		if (!peek(m + exe.m_alllink, &m, sizeof(m)))
			return 0;
	}
	return n;
}

static unsigned int list_p(uint64_t *addr)
{
	uint64_t slice[2];	/* pointer, length */

	if (!peek(exe.sym_allp, slice, sizeof(slice)) || slice[1] > MAX_P ||
	    !peek(slice[0], addr, slice[1] * sizeof(*addr)))
		return 0;
	return (unsigned int)slice[1];
}

static const struct p_row *p_find(const struct sample *s, uint64_t addr)
{
	unsigned int i;

	for (i = 0; addr && i < s->nr_p; i++)
		if (s->p[i].addr == addr)
			return &s->p[i];
	return NULL;
}

static int64_t p_id(const struct p_row *p)
{
	return p ? (int64_t)p->id : -1;
}

/* The P that an M holds, by one reading of the M and of all Ps; -1: none. */
static int64_t p_held(const struct sample *s, uint64_t addr, const uint8_t *m)
{
	const struct p_row *p = p_find(s, u64_at(m + exe.m_p));
	const struct p_row *oldp = p_find(s, u64_at(m + exe.m_oldp));
	unsigned int i;

	for (i = 0; !p && i < s->nr_p; i++)
		if (s->p[i].m == addr)
			p = &s->p[i];
	if (!p && oldp && oldp->status == P_SYSCALL &&
	    u32_at(m + exe.m_syscalltick) == oldp->syscalltick)
		p = oldp;
	return p_id(p);
}

static uint64_t start_fn(const uint8_t *m)
{
	uint64_t fn = u64_at(m + exe.m_mstartfn), code = 0;

	/* a func value points to a word with the address of the code */
	if (fn && !peek(fn, &code, sizeof(code)))
		return 0;
	return code;
}

static void fill_m(const struct sample *s, struct m_row *r, const uint8_t *m,
		   const uint8_t *again)
{
	uint64_t curg = u64_at(m + exe.m_curg), fn = start_fn(m);
	uint32_t status;

	r->tid = (int64_t)u64_at(m + exe.m_procid);
	r->id = (int64_t)u64_at(m + exe.m_id);
	r->p = p_held(s, r->addr, m);
	if (r->p < 0)
		r->p = p_held(s, r->addr, again);
	r->nextp = p_id(p_find(s, u64_at(m + exe.m_nextp)));
	r->has_p = r->p >= 0 || r->nextp >= 0;
	r->spinning = m[exe.m_spinning];
	r->blocked = m[exe.m_blocked];
	r->locked = u64_at(m + exe.m_lockedg) != 0;
	r->gstatus = -1;
	r->goid = -1;
	if (curg)
		peek(curg + exe.g_goid, &r->goid, sizeof(r->goid));
	if (curg && peek(curg + exe.g_atomicstatus, &status, sizeof(status)))
		r->gstatus = status & ~G_SCAN;
	if (fn && fn == exe.sym_sysmon)
		r->kind = 's';
	else if (fn && fn == exe.sym_templateThread)
		r->kind = 't';
	else if (!r->has_p && r->gstatus < 0 && !r->blocked && !r->spinning)
		r->kind = 'p';
	else
		r->kind = 'm';
}

static bool read_sample(struct sample *s)
{
	static uint64_t maddr[MAX_M], paddr[MAX_P];
	static uint8_t sched[65536];
	unsigned int i;

	s->nr_m = list_m(maddr);
	s->nr_p = list_p(paddr);
	if (!s->nr_m || !s->nr_p ||
	    !peek_many(maddr, s->nr_m, m_buf, exe.size_m) ||
	    !peek_many(paddr, s->nr_p, p_buf, exe.size_p) ||
	    !peek_many(maddr, s->nr_m, m_again, exe.size_m) ||
	    !peek(exe.sym_sched, sched, exe.size_schedt) ||
	    !peek(exe.sym_gomaxprocs, &s->gomaxprocs, sizeof(s->gomaxprocs)))
		return false;
	for (i = 0; i < s->nr_p; i++) {
		const uint8_t *p = p_buf + i * exe.size_p;

		s->p[i].addr = paddr[i];
		s->p[i].m = u64_at(p + exe.p_m);
		s->p[i].id = u32_at(p + exe.p_id);
		s->p[i].status = u32_at(p + exe.p_status);
		s->p[i].syscalltick = u32_at(p + exe.p_syscalltick);
	}
	for (i = 0; i < s->nr_m; i++) {
		memset(&s->m[i], 0, sizeof(s->m[i]));
		s->m[i].addr = maddr[i];
		fill_m(s, &s->m[i], m_buf + i * exe.size_m,
		       m_again + i * exe.size_m);
	}
	s->npidle = (int32_t)u32_at(sched + exe.schedt_npidle);
	s->nmspinning = (int32_t)u32_at(sched + exe.schedt_nmspinning);
	s->nmidle = (int32_t)u32_at(sched + exe.schedt_nmidle);
	s->gcwaiting = sched[exe.schedt_gcwaiting];
	return true;
}

/* The kernel's count of how often the thread was put on a CPU; -1 if gone. */
static long long runs(int64_t tid)
{
	char path[64], line[128];
	long long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%" PRId64 "/schedstat", pid,
		 tid);
	f = fopen(path, "re");
	if (!f)
		return -1;
	if (fgets(line, sizeof(line), f))
		sscanf(line, "%*u %*u %lld", &n);
	fclose(f);
	return n;
}

/* A goroutine's status and spinning come and go while the P stays. */
static bool same(const struct sample *a, unsigned int i, const struct sample *b)
{
	const struct m_row *x = &a->m[i];
	unsigned int j;

	for (j = 0; j < b->nr_m; j++) {
		const struct m_row *y = &b->m[j];

		if (y->addr == x->addr)
			return y->has_p == x->has_p && y->p == x->p &&
			       y->nextp == x->nextp && y->kind == x->kind &&
			       y->blocked == x->blocked &&
			       y->locked == x->locked &&
			       (x->has_p || y->gstatus == x->gstatus);
	}
	return false;
}

static void print(unsigned long nr, const struct sample *a,
		  const struct sample *b, uint64_t begin, uint64_t end)
{
	unsigned int i;

	printf("sample %lu %" PRIu64 " %" PRIu64 " %d %d %d %d %d\n", nr, begin,
	       end, a->gomaxprocs, a->npidle, a->nmspinning, a->nmidle,
	       a->gcwaiting);
	for (i = 0; i < a->nr_m; i++) {
		const struct m_row *m = &a->m[i];
		const char *kind = m->kind == 's' ? "sysmon" :
				   m->kind == 't' ? "template" :
				   m->kind == 'p' ? "poller" : "m";

		if (m->tid <= 0)	/* no thread: kept for cgo callbacks */
			continue;
		printf("m %lu %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64
		       " %d %" PRId64 " %d %d %d %s %lld %d %" PRId64 "\n", nr,
		       m->tid, m->id, m->p, m->nextp, m->has_p,
		       m->gstatus, m->spinning, m->blocked, m->locked, kind,
		       runs(m->tid), !same(a, i, b), m->goid);
	}
}

int main(int argc, char **argv)
{
	static struct sample a, b;
	unsigned long interval_us, nr, fresh = 0, misses = 0;
	uint64_t stop_ns;

	if (argc < 2 || argc > 5 || atoi(argv[1]) <= 0)
		gt_die("usage: gotruth PID [INTERVAL_US [SECONDS [EXE]]]");
	pid = atoi(argv[1]);
	interval_us = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
	gt_exe_open(&exe, pid, argc > 4 ? argv[4] : NULL);
	m_buf = malloc(MAX_M * exe.size_m);
	m_again = malloc(MAX_M * exe.size_m);
	p_buf = malloc(MAX_P * exe.size_p);
	if (!m_buf || !m_again || !p_buf)
		gt_die("out of memory");
	/* reading DWARF may have taken longer than all that was asked for */
	stop_ns = argc > 3 ? now_ns() +
		  strtoul(argv[3], NULL, 10) * 1000000000u : UINT64_MAX;
	for (nr = 0; now_ns() < stop_ns; nr++) {
		struct timespec ts = {
			.tv_sec = (time_t)(interval_us / 1000000),
			.tv_nsec = (long)(interval_us % 1000000) * 1000,
		};
		uint64_t begin = now_ns();

		if (!read_sample(&a) || !read_sample(&b)) {
			/* a list that changes cannot be followed just then */
			if (kill(pid, 0) || ++misses > MAX_MISSES)
				break;
			usleep(1000);
			continue;
		}
		fresh++;
		print(nr, &a, &b, begin, now_ns());
		nanosleep(&ts, NULL);
	}
	if (!fresh)
		gt_die("process %d: its memory cannot be read: %s", pid,
		       strerror(errno));
	return fflush(stdout) ? 1 : 0;
}
