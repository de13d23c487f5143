// SPDX-License-Identifier: GPL-2.0
/*
 * A layout is used only if the process proves it: its Ms name threads that it
 * has, and what points back points back. The process runs meanwhile, so a
 * proof may fail by bad luck: what is read one behind the other changes between,
 * the faster the busier the program is. So it is tried a few times, and an M's
 * own fields, which change most often, many times; who calls may wait and try
 * again (golayout_open.c).
 */
#include "golayout_scan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "golist.h"

#define TRIES		5
#define FIELD_TRIES	50	/* an M may change its goroutine each 100 ns */
#define G_SCAN		0x1000
#define G_DEAD		6
#define G_LAST		11	/* _Gdeadextra */
#define MAX_GS		256	/* that a proof looks at */
#define P_LAST		4	/* _Pdead */

static bool prove_m(const struct mps_gomem *mem, const struct mps_golayout *l,
		    uint64_t m, uint64_t *procid, char *why, size_t size)
{
	uint64_t g0, back;

	if (!mps_gomem_u64(mem, m + (uint64_t)MPS_OFF(l, m, g0), &g0) ||
	    !mps_gomem_u64(mem, m + (uint64_t)MPS_OFF(l, m, procid), procid) ||
	    !mps_gomem_u64(mem, g0 + (uint64_t)MPS_OFF(l, g, m), &back)) {
		snprintf(why, size, "an M cannot be read");
		return false;
	}
	if (back != m) {
		snprintf(why, size, "m.g0.m is not m");
		return false;
	}
	return true;
}

static bool prove_ms(const struct mps_gomem *mem, const struct mps_golayout *l,
		     const struct mps_gotids *tids, struct mps_golist *ms,
		     char *why, size_t size)
{
	uint64_t first, procid;
	size_t i, known = 0;

	if (!mps_gomem_u64(mem, MPS_VAR(l, allm), &first) ||
	    !mps_golist_m(mem, l, first, ms) || !ms->nr) {
		snprintf(why, size, "the list of Ms cannot be followed");
		return false;
	}
	for (i = 0; i < ms->nr; i++) {
		if (!prove_m(mem, l, ms->a[i], &procid, why, size))
			return false;
		if (!procid)	/* no thread yet, or kept for callbacks of C */
			continue;
		if (!mps_gotids_find(tids, procid)) {
			snprintf(why, size,
				 "m.procid %" PRIu64 " is no thread of the process",
				 procid);
			return false;
		}
		known++;
	}
	if (known)
		return true;
	snprintf(why, size, "no M has a thread");
	return false;
}

static bool prove_p(const struct mps_gomem *mem, const struct mps_golayout *l,
		    const struct mps_golist *ms, uint64_t p, size_t nr)
{
	uint64_t m, cache;
	int32_t id, status;

	return mps_gomem_i32(mem, p + (uint64_t)MPS_OFF(l, p, id), &id) &&
	       mps_gomem_i32(mem, p + (uint64_t)MPS_OFF(l, p, status),
			     &status) &&
	       mps_gomem_u64(mem, p + (uint64_t)MPS_OFF(l, p, m), &m) &&
	       mps_gomem_u64(mem, p + (uint64_t)MPS_OFF(l, p, sudogcache),
			     &cache) &&
	       id == (int32_t)nr && status >= 0 && status <= P_LAST &&
	       cache == p + (uint64_t)MPS_OFF(l, p, sudogbuf) &&
	       (!m || mps_golist_has(ms, m));
}

static bool prove_ps(const struct mps_gomem *mem, const struct mps_golayout *l,
		     const struct mps_golist *ms, struct mps_golist *ps,
		     char *why, size_t size)
{
	size_t i;

	if (!mps_golist_slice_at(mem, MPS_VAR(l, allp), MPS_GO_MAX_P, ps) ||
	    !ps->nr) {
		snprintf(why, size, "the list of Ps cannot be read");
		return false;
	}
	for (i = 0; i < ps->nr; i++)
		if (!prove_p(mem, l, ms, ps->a[i], i)) {
			snprintf(why, size, "P %zu of %zu is none", i, ps->nr);
			return false;
		}
	return true;
}

static bool is_p(const struct mps_gomem *mem, const struct mps_golist *ps,
		 uint64_t addr)
{
	uint64_t p;

	return mps_gomem_u64(mem, addr, &p) && (!p || mps_golist_has(ps, p));
}

static bool is_flag(const struct mps_gomem *mem, uint64_t addr)
{
	uint8_t v;

	return mps_gomem_read(mem, addr, &v, sizeof(v)) && v <= 1;
}

/* What points to Ps does, what is a flag is one, a goroutine knows its M. */
static bool prove_fields(const struct mps_gomem *mem,
			 const struct mps_golayout *l, uint64_t m,
			 const struct mps_golist *ps)
{
	uint64_t g, back;

	return is_p(mem, ps, m + (uint64_t)MPS_OFF(l, m, p)) &&
	       is_p(mem, ps, m + (uint64_t)MPS_OFF(l, m, nextp)) &&
	       is_p(mem, ps, m + (uint64_t)MPS_OFF(l, m, oldp)) &&
	       is_flag(mem, m + (uint64_t)MPS_OFF(l, m, spinning)) &&
	       is_flag(mem, m + (uint64_t)MPS_OFF(l, m, blocked)) &&
	       is_flag(mem, m + (uint64_t)MPS_OFF(l, m, incgo)) &&
	       mps_gomem_u64(mem, m + (uint64_t)MPS_OFF(l, m, curg), &g) &&
	       (!g || (mps_gomem_u64(mem, g + (uint64_t)MPS_OFF(l, g, m),
				     &back) && back == m));
}

static bool prove_all_fields(const struct mps_gomem *mem,
			     const struct mps_golayout *l,
			     const struct mps_golist *ms,
			     const struct mps_golist *ps, char *why,
			     size_t size)
{
	size_t i;
	int tries;

	for (i = 0; i < ms->nr; i++) {
		for (tries = FIELD_TRIES; tries; tries--)
			if (prove_fields(mem, l, ms->a[i], ps))
				break;
		if (!tries) {
			snprintf(why, size, "the fields of M %zu of %zu are none",
				 i, ms->nr);
			return false;
		}
	}
	return true;
}

static bool prove_sched(const struct mps_gomem *mem,
			const struct mps_golayout *l,
			const struct mps_golist *ms,
			const struct mps_golist *ps, char *why, size_t size)
{
	uint64_t s = MPS_VAR(l, sched), mnext, nmfreed;
	int32_t npidle, nmidle;

	if (!mps_gomem_u64(mem, s + (uint64_t)MPS_OFF(l, schedt, mnext),
			   &mnext) ||
	    !mps_gomem_u64(mem, s + (uint64_t)MPS_OFF(l, schedt, nmfreed),
			   &nmfreed) ||
	    !mps_gomem_i32(mem, s + (uint64_t)MPS_OFF(l, schedt, npidle),
			   &npidle) ||
	    !mps_gomem_i32(mem, s + (uint64_t)MPS_OFF(l, schedt, nmidle),
			   &nmidle)) {
		snprintf(why, size, "runtime.sched cannot be read");
		return false;
	}
	if (mnext - nmfreed != ms->nr || npidle < 0 ||
	    (size_t)npidle > ps->nr || nmidle < 0 || (size_t)nmidle > ms->nr) {
		snprintf(why, size, "runtime.sched does not count as many Ms and Ps as there are");
		return false;
	}
	return true;
}

static bool prove_once(const struct mps_gomem *mem,
		       const struct mps_golayout *l,
		       const struct mps_gotids *tids, char *why, size_t size)
{
	struct mps_golist ms, ps = { .nr = 0 };
	bool ok;

	ok = prove_ms(mem, l, tids, &ms, why, size) &&
	     prove_ps(mem, l, &ms, &ps, why, size) &&
	     prove_all_fields(mem, l, &ms, &ps, why, size) &&
	     prove_sched(mem, l, &ms, &ps, why, size);
	mps_golist_free(&ms);
	mps_golist_free(&ps);
	return ok;
}

/**
 * mps_golayout_prove() - hold a layout against the process
 * @mem: the process
 * @l: offsets and the addresses of allm, allp and sched
 * @tids: its threads; read anew before each call
 * @why: gets what does not hold, no sentence
 * @size: of @why
 *
 * Return: true if everything holds.
 */
bool mps_golayout_prove(const struct mps_gomem *mem,
			const struct mps_golayout *l,
			const struct mps_gotids *tids, char *why, size_t size)
{
	int i;

	if (mps_gostructs_missing(&l->s)) {
		snprintf(why, size, "%s is missing or absurd",
			 mps_gostructs_missing(&l->s));
		return false;
	}
	for (i = 0; i < TRIES; i++)
		if (prove_once(mem, l, tids, why, size))
			return true;
	return false;
}

static bool in_text(const struct mps_goproc *gp, uint64_t addr)
{
	int i;

	for (i = 0; i < MPS_GO_NR_SEGMENTS; i++)
		if (addr >= gp->exe.text[i].start && addr < gp->exe.text[i].end)
			return true;
	return false;
}

/* One that is not dead: it knows itself, began in code and was created there. */
static bool prove_one_g(const struct mps_gomem *mem,
			const struct mps_golayout *l,
			const struct mps_goproc *gp, uint64_t g)
{
	uint64_t self, gopc, startpc;
	uint32_t status;

	if (!mps_gomem_u64(mem, g + (uint64_t)MPS_OFF(l, g, sched_g), &self) ||
	    !mps_gomem_u64(mem, g + (uint64_t)MPS_OFF(l, g, gopc), &gopc) ||
	    !mps_gomem_u64(mem, g + (uint64_t)MPS_OFF(l, g, startpc),
			   &startpc) ||
	    !mps_gomem_read(mem, g + (uint64_t)MPS_OFF(l, g, atomicstatus),
			    &status, sizeof(status)))
		return false;
	status &= ~(uint32_t)G_SCAN;
	if (status == G_DEAD || !status || status == G_LAST)
		return true;
	return status < G_LAST && self == g && in_text(gp, gopc) &&
	       in_text(gp, startpc);
}

/**
 * mps_golayout_prove_g() - the same of the goroutines
 * @mem: the process
 * @l: offsets, and the address of allgs
 * @gp: the process' code
 *
 * Return: true if the first of them hold.
 */
bool mps_golayout_prove_g(const struct mps_gomem *mem,
			  const struct mps_golayout *l,
			  const struct mps_goproc *gp)
{
	struct mps_goslice s;
	uint64_t g;
	size_t i;

	if (!MPS_VAR(l, allgs) ||
	    !mps_gomem_read(mem, MPS_VAR(l, allgs), &s, sizeof(s)) ||
	    !s.len || s.len > s.cap || s.len > MPS_GO_MAX_G)
		return false;
	for (i = 0; i < s.len && i < MAX_GS; i++)
		if (!mps_gomem_u64(mem, s.ptr + i * 8, &g) ||
		    (!prove_one_g(mem, l, gp, g) &&
		     !prove_one_g(mem, l, gp, g)))
			return false;
	return true;
}
