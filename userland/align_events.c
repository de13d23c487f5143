// SPDX-License-Identifier: GPL-2.0
/*
 * Alignment of two clocks by events alone: first roughly, by what an M that is
 * woken notes soon after, that it has a P; then by all notes. Pure.
 */
#include <stdlib.h>
#include <string.h>

#include "align_priv.h"

#define NEAR_NS		5000000		/* clocks that are one differ by less */
#define BIN_NS		1000000		/* an M is as quick, mostly */
#define MAX_BINS	(16u << 20)
#define MAX_PAIRS	(100u << 20)
#define MAX_NOTES	200000		/* looked at; of more, every so many */

struct edge {
	int64_t at;
	int by;
};

struct edges {
	struct edge *a;
	size_t nr, max;
};

static int by_offset(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return y->by - x->by;
}

/* From @lo to @hi, one note more lies in a stay. */
static bool add(struct edges *e, int64_t lo, int64_t hi)
{
	struct edge *grown;

	if (e->nr + 2 > e->max) {
		e->max = e->max ? e->max * 2 : 4096;
		grown = realloc(e->a, e->max * sizeof(*grown));
		if (!grown)
			return false;
		e->a = grown;
	}
	e->a[e->nr++] = (struct edge){ lo, 1 };
	e->a[e->nr++] = (struct edge){ hi, -1 };
	return true;
}

/* The offsets around @around with which this note lies in a stay. */
static bool add_note(struct edges *e, const struct mps_thread_stays *of,
		     int64_t ns, int64_t around)
{
	int64_t lo = around - NEAR_NS, hi = around + NEAR_NS;

	for (size_t i = mps_stays_from(of, ns + lo);
	     i < of->nr && of->at[i].from_ns < ns + hi; i++) {
		int64_t from = of->at[i].from_ns - ns, to = of->at[i].to_ns - ns;

		if (!add(e, from > lo ? from : lo, to < hi ? to : hi))
			return false;
	}
	return true;
}

/* The middle of the offsets with which most notes lie in stays. */
static void sweep(struct mps_align *a, struct edges *e)
{
	long most = 0, nr = 0;
	int64_t lo = 0, hi = 0;

	qsort(e->a, e->nr, sizeof(*e->a), by_offset);
	for (size_t i = 0; i + 1 < e->nr; i++) {
		nr += e->a[i].by;
		if (nr < most || (nr == most &&
				  e->a[i + 1].at - e->a[i].at <= hi - lo))
			continue;
		most = nr;
		lo = e->a[i].at;
		hi = e->a[i + 1].at;
	}
	a->offset_ns = lo + (hi - lo) / 2;
	a->slack_ns = (uint64_t)(hi - lo + 1) / 2;
}

/* Return: false without memory. */
static bool refine(struct mps_align *a, const struct mps_stays *s, int64_t around)
{
	const struct mps_gotrace *go = s->go;
	size_t step = go->nr_marks / MAX_NOTES + 1;
	struct edges e = { NULL };
	bool ok = true;

	for (size_t i = 0; ok && i < go->nr_threads; i++) {
		const struct mps_gothread *t = &go->thread[i];

		for (size_t k = 0; ok && s->of[i].nr && k < t->nr_marks; k += step)
			ok = add_note(&e, &s->of[i], go->mark[t->mark + k].ns, around);
	}
	a->offset_ns = around;
	a->slack_ns = 0;
	if (ok && e.nr)
		sweep(a, &e);
	free(e.a);
	mps_align_check(a, s);
	return ok;
}

/* Differences that are possible at all, in bins. */
struct votes {
	uint32_t *bin;
	size_t nr;
	int64_t least, width;
	uint64_t asked;		/* notes that vote */
};

static bool votes_init(struct votes *v, const struct mps_stays *s)
{
	int64_t least = INT64_MAX, most = INT64_MIN;

	for (size_t i = 0; i < s->go->nr_threads; i++) {
		if (!s->of[i].nr)
			continue;
		if (s->of[i].at[0].from_ns < least)
			least = s->of[i].at[0].from_ns;
		if (s->of[i].at[s->of[i].nr - 1].from_ns > most)
			most = s->of[i].at[s->of[i].nr - 1].from_ns;
	}
	v->least = least - s->go->end_ns;
	most -= s->go->begin_ns;
	v->width = (most - v->least) / MAX_BINS + 1;
	if (v->width < BIN_NS)
		v->width = BIN_NS;
	v->nr = (size_t)((most - v->least) / v->width) + 2;
	v->bin = calloc(v->nr, sizeof(*v->bin));
	return v->bin;
}

/* Each note votes for all wakeups of its thread; @step: leave out so many. */
static void vote(struct votes *v, const struct mps_stays *s, size_t step)
{
	for (size_t i = 0; i < s->go->nr_threads; i++) {
		const struct mps_gothread *t = &s->go->thread[i];
		const struct mps_gomark *mark = s->go->mark + t->mark;

		for (size_t k = 0; s->of[i].nr && k < t->nr_marks; k++) {
			if (!mark[k].got_p || (k / 64) % step)
				continue;
			v->asked++;
			for (size_t at = 0; at < s->of[i].nr; at++)
				if (s->of[i].at[at].woken)
					v->bin[(s->of[i].at[at].from_ns - mark[k].ns -
						v->least) / v->width]++;
		}
	}
}

static size_t pairs(const struct mps_stays *s)
{
	size_t sum = 0;

	for (size_t i = 0; i < s->go->nr_threads; i++)
		sum += s->go->thread[i].nr_marks * s->of[i].nr;
	return sum;
}

/*
 * The offset that most notes vote for, if it is two fifths of them; in two bins,
 * as an M notes a little after it was woken. Return: false without memory.
 */
static bool rough(const struct mps_stays *s, int64_t *offset, bool *found)
{
	struct votes v = { NULL };
	uint32_t most = 0;

	*found = false;
	if (!votes_init(&v, s))
		return false;
	vote(&v, s, pairs(s) / MAX_PAIRS + 1);
	for (size_t i = 0; i + 1 < v.nr; i++) {
		if (v.bin[i] + v.bin[i + 1] <= most)
			continue;
		most = v.bin[i] + v.bin[i + 1];
		*offset = v.least + (int64_t)(i + 1) * v.width;
	}
	free(v.bin);
	*found = v.asked && most * UINT64_C(5) >= v.asked * 2;
	return true;
}

enum mps_align_err mps_align_by_events(struct mps_align *a,
				       const struct mps_stays *s,
				       bool same_clock)
{
	int64_t offset = 0;
	bool found;

	memset(a, 0, sizeof(*a));
	if (!s->nr)
		return MPS_ALIGN_NO_THREAD;
	if (same_clock && !mps_align_apart(s, 0)) {
		if (!refine(a, s, 0))
			return MPS_ALIGN_NOMEM;
		if (mps_align_fits(a))
			return MPS_ALIGN_OK;
	}
	if (!rough(s, &offset, &found))
		return MPS_ALIGN_NOMEM;
	if (!found)
		return same_clock && mps_align_apart(s, 0) ? MPS_ALIGN_APART :
							      MPS_ALIGN_NO_FIT;
	if (!refine(a, s, offset))
		return MPS_ALIGN_NOMEM;
	return mps_align_fits(a) ? MPS_ALIGN_OK : MPS_ALIGN_NO_FIT;
}
