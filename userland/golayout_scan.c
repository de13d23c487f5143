// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses of the runtime's variables in a program without a symbol table:
 * its data are searched for what points to Ms, Ps and goroutines. Each of them
 * gives itself away: an M by the id of a thread and a g0 that points back, a P
 * by a slice of its own buffer, a g by a gobuf that names it.
 */
#include "golayout_scan.h"

#include <stdlib.h>
#include <string.h>

#include "golist.h"

#define DATA_MAX	(UINT64_C(256) << 20)
#define DEFAULT_MAX_M	10000	/* sched.maxmcount unless it was set */
#define MAX_FOUND	64	/* places that point to the same */

/* A copy of a segment of data. */
struct piece {
	uint64_t start, len;
	uint8_t *copy;
};

struct scan {
	const struct mps_gomem *mem;
	const struct mps_gomaps *maps;
	const struct mps_gotids *tids;
	struct mps_golayout *l;
	struct piece piece[MPS_GO_NR_SEGMENTS];
	struct mps_golist ms;	/* the longest chain so far */
	uint64_t allm[MAX_FOUND];
	size_t nr_allm;
};

/* Places in the data, and what lies there points to. */
struct cands {
	uint64_t *at, *to;
	size_t nr, max;
};

static bool cand_add(struct cands *c, uint64_t at, uint64_t to)
{
	size_t max = c->max ? 2 * c->max : 1024;
	uint64_t *a, *t;

	if (c->nr == c->max) {
		a = realloc(c->at, max * sizeof(*a));
		if (a)
			c->at = a;
		t = realloc(c->to, max * sizeof(*t));
		if (t)
			c->to = t;
		if (!a || !t)
			return false;
		c->max = max;
	}
	c->at[c->nr] = at;
	c->to[c->nr++] = to;
	return true;
}

static void cand_free(struct cands *c)
{
	free(c->at);
	free(c->to);
}

/*
 * Keep the candidates for which the word at @off of what they point to is the
 * id of a thread or, with @self, the address of what lies there at @self_off.
 */
static bool cand_keep(const struct scan *s, struct cands *c, int32_t off,
		      bool self, int32_t self_off)
{
	uint64_t *addr = malloc((c->nr + 1) * sizeof(*addr));
	uint64_t *word = malloc((c->nr + 1) * sizeof(*word));
	size_t i, n = 0;

	if (addr && word) {
		for (i = 0; i < c->nr; i++)
			addr[i] = c->to[i] + (uint64_t)off;
		mps_gomem_each(s->mem, addr, c->nr, word, sizeof(*word), NULL);
		for (i = 0; i < c->nr; i++) {
			if (self ? word[i] != c->to[i] + (uint64_t)self_off :
				   !mps_gotids_find(s->tids, word[i]))
				continue;
			c->at[n] = c->at[i];
			c->to[n++] = c->to[i];
		}
		c->nr = n;
	}
	n = addr && word;
	free(addr);
	free(word);
	return n;
}

static bool load(struct scan *s, const struct mps_goproc *gp)
{
	uint64_t total = 0;
	int i;

	for (i = 0; i < MPS_GO_NR_SEGMENTS; i++) {
		struct piece *p = &s->piece[i];
		uint64_t start = (gp->exe.data[i].start + 7) & ~UINT64_C(7);

		if (gp->exe.data[i].end <= start)
			continue;
		p->start = start;
		p->len = (gp->exe.data[i].end - start) & ~UINT64_C(7);
		total += p->len;
		if (total > DATA_MAX)
			return false;
		p->copy = malloc(p->len + 1);
		if (!p->copy ||
		    !mps_gomem_read(s->mem, start, p->copy, p->len)) {
			free(p->copy);
			p->copy = NULL;
			p->len = 0;
		}
	}
	return total > 0;
}

/* All words that may point to something. */
static bool pointers(const struct scan *s, struct cands *c)
{
	uint64_t at;
	int i;

	for (i = 0; i < MPS_GO_NR_SEGMENTS; i++) {
		const struct piece *p = &s->piece[i];

		for (at = 0; at + 8 <= p->len; at += 8) {
			uint64_t to = mps_u64_at(p->copy + at);

			if (to && !(to & 7) && mps_gomaps_has(s->maps, to) &&
			    !cand_add(c, p->start + at, to))
				return false;
		}
	}
	return true;
}

/* All words that begin a slice of pointers; @to becomes its first element. */
static bool slices(const struct scan *s, struct cands *c, uint64_t max_len)
{
	uint64_t at, *first;
	size_t n = 0;
	int i;

	for (i = 0; i < MPS_GO_NR_SEGMENTS; i++) {
		const struct piece *p = &s->piece[i];

		for (at = 0; at + 24 <= p->len; at += 8) {
			struct mps_goslice v;

			memcpy(&v, p->copy + at, sizeof(v));
			if (v.ptr && !(v.ptr & 7) && v.len && v.len <= v.cap &&
			    v.cap <= 2 * max_len && v.len <= max_len &&
			    mps_gomaps_has(s->maps, v.ptr) &&
			    !cand_add(c, p->start + at, v.ptr))
				return false;
		}
	}
	first = malloc((c->nr + 1) * sizeof(*first));
	if (!first)
		return false;
	mps_gomem_each(s->mem, c->to, c->nr, first, sizeof(*first), NULL);
	for (i = 0; (size_t)i < c->nr; i++) {
		if (!first[i] || (first[i] & 7) ||
		    !mps_gomaps_has(s->maps, first[i]))
			continue;
		c->at[n] = c->at[i];
		c->to[n++] = first[i];
	}
	c->nr = n;
	free(first);
	return true;
}

/*
 * The longest list of Ms, and all places that it begins at: other variables
 * point to its first M, too.
 */
static void longest(struct scan *s, const struct cands *c)
{
	struct mps_golist ms;
	size_t i;

	for (i = 0; i < c->nr; i++) {
		if (mps_golist_m(s->mem, s->l, c->to[i], &ms) &&
		    ms.nr > s->ms.nr) {
			mps_golist_free(&s->ms);
			s->ms = ms;
			s->nr_allm = 0;
		} else {
			mps_golist_free(&ms);
		}
		if (s->ms.nr && c->to[i] == s->ms.a[0] &&
		    s->nr_allm < MAX_FOUND)
			s->allm[s->nr_allm++] = c->at[i];
	}
}

static bool find_ms(struct scan *s)
{
	struct cands c = { .nr = 0 };
	const struct mps_golayout *l = s->l;
	uint64_t g0;
	size_t i, n = 0;
	bool ok;

	ok = pointers(s, &c) &&
	     cand_keep(s, &c, MPS_OFF(l, m, procid), false, 0);
	for (i = 0; ok && i < c.nr; i++) {
		uint64_t back;

		if (!mps_gomem_u64(s->mem, c.to[i] +
				   (uint64_t)MPS_OFF(l, m, g0), &g0) ||
		    !mps_gomem_u64(s->mem, g0 + (uint64_t)MPS_OFF(l, g, m),
				   &back) || back != c.to[i])
			continue;
		c.at[n] = c.at[i];
		c.to[n++] = c.to[i];
	}
	if (ok) {
		c.nr = n;
		longest(s, &c);
	}
	cand_free(&c);
	return ok && s->ms.nr;
}

static bool is_sched(const struct scan *s, const uint8_t *p)
{
	const struct mps_golayout *l = s->l;
	uint64_t mnext = mps_u64_at(p + MPS_OFF(l, schedt, mnext));
	uint64_t freed = mps_u64_at(p + MPS_OFF(l, schedt, nmfreed));
	uint64_t midle = mps_u64_at(p + MPS_OFF(l, schedt, midle));
	int32_t nmidle = mps_i32_at(p + MPS_OFF(l, schedt, nmidle));
	int32_t npidle = mps_i32_at(p + MPS_OFF(l, schedt, npidle));
	int32_t spin = mps_i32_at(p + MPS_OFF(l, schedt, nmspinning));
	int32_t max = mps_i32_at(p + MPS_OFF(l, schedt, maxmcount));

	return mnext - freed == s->ms.nr && freed < (UINT64_C(1) << 40) &&
	       max >= 1 && nmidle >= 0 && (size_t)nmidle <= s->ms.nr &&
	       spin >= 0 && (size_t)spin <= s->ms.nr &&
	       npidle >= 0 && npidle <= MPS_GO_MAX_P &&
	       (!nmidle || mps_golist_has(&s->ms, midle));
}

/* By the usual limit of Ms, if it was not set; else it has to be the only. */
static void find_sched(struct scan *s)
{
	uint64_t at, any = 0, usual = 0, size = s->l->s.size[MPS_GT_schedt];
	size_t nr_any = 0, nr_usual = 0;
	int i;

	for (i = 0; i < MPS_GO_NR_SEGMENTS; i++) {
		const struct piece *p = &s->piece[i];

		for (at = 0; at + size <= p->len; at += 8) {
			if (!is_sched(s, p->copy + at))
				continue;
			any = p->start + at;
			nr_any++;
			if (mps_i32_at(p->copy + at +
				       MPS_OFF(s->l, schedt, maxmcount)) !=
			    DEFAULT_MAX_M)
				continue;
			usual = any;
			nr_usual++;
		}
	}
	if (nr_usual == 1)
		MPS_VAR(s->l, sched) = usual;
	else if (!nr_usual && nr_any == 1)
		MPS_VAR(s->l, sched) = any;
}

static bool inside(uint64_t addr, uint64_t start, uint64_t size)
{
	return start && addr >= start && addr - start < size;
}

/* Places in sched (midle, freem) and in the first M (links) are not allm. */
static void find_allm(struct scan *s)
{
	const struct mps_golayout *l = s->l;
	uint64_t m0 = s->ms.a[s->ms.nr - 1], found = 0;
	size_t i, nr = 0;

	for (i = 0; i < s->nr_allm; i++) {
		if (inside(s->allm[i], MPS_VAR(l, sched),
			   l->s.size[MPS_GT_schedt]) ||
		    inside(s->allm[i], m0, l->s.size[MPS_GT_m]))
			continue;
		found = s->allm[i];
		nr++;
	}
	if (nr == 1)
		MPS_VAR(s->l, allm) = found;
}

static void find_allp(struct scan *s)
{
	const struct mps_golayout *l = s->l;
	struct cands c = { .nr = 0 };
	uint64_t found = 0;
	size_t i, j, nr = 0;

	if (!slices(s, &c, MPS_GO_MAX_P) ||
	    !cand_keep(s, &c, MPS_OFF(l, p, sudogcache), true,
		       MPS_OFF(l, p, sudogbuf)))
		c.nr = 0;
	for (i = 0; i < c.nr; i++) {
		struct mps_golist ps;
		bool ok = mps_golist_slice_at(s->mem, c.at[i], MPS_GO_MAX_P,
					      &ps) && ps.nr;

		for (j = 0; ok && j < ps.nr; j++) {
			int32_t id;

			ok = mps_gomem_i32(s->mem, ps.a[j] +
					   (uint64_t)MPS_OFF(l, p, id), &id) &&
			     id == (int32_t)j;
		}
		mps_golist_free(&ps);
		if (!ok)
			continue;
		found = c.at[i];
		nr++;
	}
	cand_free(&c);
	if (nr == 1)
		MPS_VAR(s->l, allp) = found;
}

/*
 * The GC keeps a copy of the slice, made at its last cycle and without room to
 * grow. allgs only grows, so it is never the shorter one; where both are alike
 * either will do for a reading now.
 */
static void find_allgs(struct scan *s)
{
	struct cands c = { .nr = 0 };
	struct mps_goslice v, best = { .len = 0 };
	size_t i;

	if (!slices(s, &c, MPS_GO_MAX_G) ||
	    !cand_keep(s, &c, MPS_OFF(s->l, g, sched_g), true, 0))
		c.nr = 0;
	for (i = 0; i < c.nr; i++) {
		if (!mps_gomem_read(s->mem, c.at[i], &v, sizeof(v)) ||
		    v.len < best.len ||
		    (v.len == best.len && v.cap <= best.cap))
			continue;
		best = v;
		MPS_VAR(s->l, allgs) = c.at[i];
	}
	cand_free(&c);
}

/**
 * mps_golayout_scan() - find the variables of the runtime in its data
 * @mem: the process
 * @gp: its segments
 * @maps: where it has memory that can be written to
 * @tids: its threads
 * @l: offsets are known; addresses are filled in, 0 where not found
 *
 * Return: true if allm, allp and sched were found, each in one place only.
 */
bool mps_golayout_scan(const struct mps_gomem *mem,
		       const struct mps_goproc *gp,
		       const struct mps_gomaps *maps,
		       const struct mps_gotids *tids, struct mps_golayout *l)
{
	struct scan s = { .mem = mem, .maps = maps, .tids = tids, .l = l };
	int i;

	memset(l->var, 0, sizeof(l->var));
	l->scanned = true;
	if (load(&s, gp) && find_ms(&s)) {
		find_sched(&s);
		find_allm(&s);
		find_allp(&s);
		find_allgs(&s);
	}
	mps_golist_free(&s.ms);
	for (i = 0; i < MPS_GO_NR_SEGMENTS; i++)
		free(s.piece[i].copy);
	return MPS_VAR(l, allm) && MPS_VAR(l, allp) && MPS_VAR(l, sched);
}
