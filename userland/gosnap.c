// SPDX-License-Identifier: GPL-2.0
/* A reading of the Go scheduler: its Ms, its Ps and its counters. */
#include "gosnap.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "golist.h"

#define TRIES	4	/* to find nothing that changed meanwhile */

const char * const mps_gstatus_names[MPS_NR_GSTATUS] = {
	"idle", "runnable", "running", "syscall", "waiting", "moribund",
	"dead", "enqueue", "copystack", "preempted", "leaked", "dead-extra",
};

const char * const mps_pstatus_names[MPS_NR_PSTATUS] = {
	"idle", "running", "syscall", "gcstop", "dead",
};

/* Copies of all Ms and all Ps, as far as the last field of interest. */
struct raw {
	struct mps_golist ms, ps;
	size_t m_len, p_len;
	uint8_t *m[2], *p[2];	/* read twice */
	uint8_t *sched;
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

void mps_gosnap_free(struct mps_gosnap *s)
{
	free(s->m);
	free(s->p);
	memset(s, 0, sizeof(*s));
}

static size_t span(const struct mps_golayout *l, enum mps_go_type type,
		   enum mps_go_field last)
{
	int32_t max = 0;
	size_t i;

	for (i = 0; i <= last; i++)
		if (mps_gofields[i].type == type && l->s.off[i] > max)
			max = l->s.off[i];
	return (size_t)max + 8 < l->s.size[type] ? (size_t)max + 8 :
						   l->s.size[type];
}

static bool raw_read(struct raw *r, const struct mps_gomem *mem,
		     const struct mps_golayout *l)
{
	uint64_t first;
	int i;

	if (!mps_gomem_u64(mem, MPS_VAR(l, allm), &first) ||
	    !mps_golist_m(mem, l, first, &r->ms) || !r->ms.nr ||
	    !mps_golist_slice_at(mem, MPS_VAR(l, allp), MPS_GO_MAX_P, &r->ps) ||
	    !r->ps.nr)
		return false;
	r->m_len = span(l, MPS_GT_m, MPS_GF_m_syscalltick);
	r->p_len = span(l, MPS_GT_p, MPS_GF_p_runqtail);
	r->sched = malloc(l->s.size[MPS_GT_schedt]);
	for (i = 0; i < 2; i++) {
		r->m[i] = malloc(r->ms.nr * r->m_len);
		r->p[i] = malloc(r->ps.nr * r->p_len);
		if (!r->sched || !r->m[i] || !r->p[i])
			return false;
	}
	for (i = 0; i < 2; i++) {
		if (mem->read_many(mem, r->ms.a, r->ms.nr, r->m[i], r->m_len) !=
		    r->ms.nr ||
		    mem->read_many(mem, r->ps.a, r->ps.nr, r->p[i], r->p_len) !=
		    r->ps.nr)
			return false;
		if (!i && !mps_gomem_read(mem, MPS_VAR(l, sched), r->sched,
					  l->s.size[MPS_GT_schedt]))
			return false;
	}
	return true;
}

static void raw_free(struct raw *r)
{
	int i;

	mps_golist_free(&r->ms);
	mps_golist_free(&r->ps);
	free(r->sched);
	for (i = 0; i < 2; i++) {
		free(r->m[i]);
		free(r->p[i]);
	}
}

static void fill_m(struct mps_gom *m, const struct mps_golayout *l,
		   const uint8_t *b)
{
	m->procid = mps_u64_at(b + MPS_OFF(l, m, procid));
	m->id = (int64_t)mps_u64_at(b + MPS_OFF(l, m, id));
	m->p = mps_u64_at(b + MPS_OFF(l, m, p));
	m->nextp = mps_u64_at(b + MPS_OFF(l, m, nextp));
	m->oldp = mps_u64_at(b + MPS_OFF(l, m, oldp));
	m->curg = mps_u64_at(b + MPS_OFF(l, m, curg));
	m->startfn = mps_u64_at(b + MPS_OFF(l, m, mstartfn));
	m->lockedg = mps_u64_at(b + MPS_OFF(l, m, lockedg));
	m->syscalltick = mps_u32_at(b + MPS_OFF(l, m, syscalltick));
	m->spinning = b[MPS_OFF(l, m, spinning)];
	m->blocked = b[MPS_OFF(l, m, blocked)];
	m->incgo = b[MPS_OFF(l, m, incgo)];
	m->held = -1;
	m->next = -1;
	m->gstatus = -1;
}

static void fill_p(struct mps_gop *p, const struct mps_golayout *l,
		   const uint8_t *b)
{
	p->id = mps_i32_at(b + MPS_OFF(l, p, id));
	p->status = mps_i32_at(b + MPS_OFF(l, p, status));
	p->m = mps_u64_at(b + MPS_OFF(l, p, m));
	p->schedtick = mps_u32_at(b + MPS_OFF(l, p, schedtick));
	p->syscalltick = mps_u32_at(b + MPS_OFF(l, p, syscalltick));
	p->runq = mps_u32_at(b + MPS_OFF(l, p, runqtail)) -
		  mps_u32_at(b + MPS_OFF(l, p, runqhead));
	p->mi = -1;
}

static void fill_sched(struct mps_gosched *d, const struct mps_golayout *l,
		       const uint8_t *b)
{
	int32_t need = MPS_OFF(l, schedt, needspinning);

	d->mnext = (int64_t)mps_u64_at(b + MPS_OFF(l, schedt, mnext));
	d->nmfreed = (int64_t)mps_u64_at(b + MPS_OFF(l, schedt, nmfreed));
	d->nmidle = mps_i32_at(b + MPS_OFF(l, schedt, nmidle));
	d->npidle = mps_i32_at(b + MPS_OFF(l, schedt, npidle));
	d->nmspinning = mps_i32_at(b + MPS_OFF(l, schedt, nmspinning));
	d->runqsize = mps_i32_at(b + MPS_OFF(l, schedt, runqsize));
	d->needspinning = need < 0 ? -1 : mps_i32_at(b + need);
	d->gcwaiting = b[MPS_OFF(l, schedt, gcwaiting)];
}

static bool same_m(const struct mps_gom *a, const struct mps_gom *b)
{
	return a->p == b->p && a->nextp == b->nextp && a->curg == b->curg &&
	       a->procid == b->procid && a->spinning == b->spinning &&
	       a->blocked == b->blocked && a->lockedg == b->lockedg;
}

static bool same_p(const struct mps_gop *a, const struct mps_gop *b)
{
	return a->m == b->m && a->status == b->status;
}

static int32_t p_index(const struct mps_gosnap *s, uint64_t addr)
{
	size_t i;

	for (i = 0; addr && i < s->nr_p; i++)
		if (s->p[i].addr == addr)
			return (int32_t)i;
	return -1;
}

/*
 * Who holds which P. Up to Go 1.25 an M in a system call has no m.p, but keeps
 * its P (oldp) until sysmon takes it, which the tick gives away.
 */
static void link_ps(struct mps_gosnap *s)
{
	size_t i;

	for (i = 0; i < s->nr_m; i++) {
		struct mps_gom *m = &s->m[i];
		int32_t old = p_index(s, m->oldp);

		m->held = p_index(s, m->p);
		m->next = p_index(s, m->nextp);
		if (m->held < 0 && old >= 0 &&
		    s->p[old].status == MPS_P_SYSCALL &&
		    s->p[old].syscalltick == m->syscalltick)
			m->held = old;
		if (m->held >= 0)
			s->p[m->held].mi = (int32_t)i;
	}
}

/* Status and id of what each M runs. */
static void read_gs(struct mps_gosnap *s, const struct mps_gomem *mem,
		    const struct mps_golayout *l)
{
	size_t i;

	for (i = 0; i < s->nr_m; i++) {
		struct mps_gom *m = &s->m[i];
		uint32_t status;

		if (!m->curg ||
		    !mps_gomem_read(mem, m->curg +
				    (uint64_t)MPS_OFF(l, g, atomicstatus),
				    &status, sizeof(status)) ||
		    !mps_gomem_u64(mem, m->curg + (uint64_t)MPS_OFF(l, g, goid),
				   &m->goid))
			continue;
		status &= ~(uint32_t)MPS_G_SCAN;
		m->gstatus = status < MPS_NR_GSTATUS ? (int32_t)status : -1;
		m->insyscall = m->gstatus == MPS_G_SYSCALL;
	}
}

static bool build(struct mps_gosnap *s, const struct raw *r,
		  const struct mps_golayout *l)
{
	size_t i;

	s->m = calloc(r->ms.nr, sizeof(*s->m));
	s->p = calloc(r->ps.nr, sizeof(*s->p));
	if (!s->m || !s->p)
		return false;
	s->nr_m = r->ms.nr;
	s->nr_p = r->ps.nr;
	for (i = 0; i < s->nr_m; i++) {
		struct mps_gom before = { .addr = 0 };

		s->m[i].addr = r->ms.a[i];
		fill_m(&before, l, r->m[0] + i * r->m_len);
		fill_m(&s->m[i], l, r->m[1] + i * r->m_len);
		s->m[i].torn = !same_m(&before, &s->m[i]);
		s->torn += s->m[i].torn;
	}
	for (i = 0; i < s->nr_p; i++) {
		struct mps_gop before = { .addr = 0 };

		s->p[i].addr = r->ps.a[i];
		fill_p(&before, l, r->p[0] + i * r->p_len);
		fill_p(&s->p[i], l, r->p[1] + i * r->p_len);
		s->p[i].torn = !same_p(&before, &s->p[i]);
		s->torn += s->p[i].torn;
	}
	fill_sched(&s->sched, l, r->sched);
	return true;
}

static bool read_once(struct mps_gosnap *s, const struct mps_gomem *mem,
		      const struct mps_golayout *l)
{
	struct raw r = { .sched = NULL };
	bool ok;

	memset(s, 0, sizeof(*s));
	s->begin_ns = now_ns();
	ok = raw_read(&r, mem, l) && build(s, &r, l);
	if (ok) {
		link_ps(s);
		read_gs(s, mem, l);
	}
	s->end_ns = now_ns();
	raw_free(&r);
	return ok;
}

/**
 * mps_gosnap_read() - read the scheduler
 * @s: out, to be freed in any case
 * @mem: the process
 * @l: its layout, proven
 *
 * Of some readings the one is taken of which the least changed meanwhile.
 *
 * Return: false if it cannot be read: the process is gone, or is another one.
 */
bool mps_gosnap_read(struct mps_gosnap *s, const struct mps_gomem *mem,
		     const struct mps_golayout *l)
{
	struct mps_gosnap best = { .nr_m = 0 };
	unsigned int i;

	for (i = 0; i < TRIES && !(best.nr_m && !best.torn); i++) {
		if (!read_once(s, mem, l) ||
		    (best.nr_m && s->torn >= best.torn)) {
			mps_gosnap_free(s);
			continue;
		}
		mps_gosnap_free(&best);
		best = *s;
	}
	*s = best;
	s->tries = i;
	return s->nr_m;
}

void mps_gosnap_tids(struct mps_gosnap *s, const struct mps_gotids *tids)
{
	size_t i;

	for (i = 0; i < s->nr_m; i++)
		s->m[i].tid = mps_gotids_find(tids, s->m[i].procid);
}

const struct mps_gom *mps_gosnap_thread(const struct mps_gosnap *s, int32_t tid)
{
	size_t i;

	for (i = 0; tid && i < s->nr_m; i++)
		if (s->m[i].tid == tid)
			return &s->m[i];
	return NULL;
}
