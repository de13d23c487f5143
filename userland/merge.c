// SPDX-License-Identifier: GPL-2.0
/* Slices of Go's trace against intervals of threads. Pure. */
#include "merge.h"

#include <stdlib.h>
#include <string.h>

#define X_NAME(id, word)	word,
const char * const mps_cut_names[] = { MPS_CUTS(X_NAME) };

bool mps_merge_init(struct mps_merge *m, const struct mps_gotrace *go,
		    int64_t offset_ns, int64_t begin_ns, int64_t end_ns)
{
	memset(m, 0, sizeof(*m));
	m->go = go;
	m->offset_ns = offset_ns;
	m->begin_ns = go->begin_ns + offset_ns;
	m->end_ns = go->end_ns + offset_ns;
	if (m->begin_ns < begin_ns)
		m->begin_ns = begin_ns;
	if (m->end_ns > end_ns)
		m->end_ns = end_ns;
	m->sum = calloc(go->nr_who + 1, sizeof(*m->sum));
	m->at = calloc(go->nr_threads + 1, sizeof(*m->at));
	return m->sum && m->at;
}

void mps_merge_free(struct mps_merge *m)
{
	free(m->sum);
	free(m->at);
	m->sum = NULL;
	m->at = NULL;
}

static enum mps_cut cut_of(const struct mps_seg *seg)
{
	switch (seg->state) {
	case MPSCOPE_STATE_RUNNING:
		return MPS_CUT_ON_CPU;
	case MPSCOPE_STATE_PREEMPTED:
	case MPSCOPE_STATE_YIELDED:
		return MPS_CUT_PREEMPTED;
	case MPSCOPE_STATE_WOKEN:
		return MPS_CUT_WOKEN;
	case MPSCOPE_STATE_BLOCKED:
		return MPS_CUT_BLOCKED;
	default:
		return MPS_CUT_UNKNOWN;
	}
}

/* From @from to @to of a slice, as far as both cover it. */
static void put(struct mps_merge *m, const struct mps_goslice *s, int64_t from,
		int64_t to, enum mps_cut cut, const struct mps_seg *seg)
{
	struct mps_merge_sum *sum = &m->sum[s->who];
	struct mps_merge_piece p = {
		.who = &m->go->who[s->who], .state = s->state, .cut = cut,
		.from_ns = from > m->begin_ns ? from : m->begin_ns,
		.to_ns = to < m->end_ns ? to : m->end_ns,
		.tid = s->tid, .seg = seg,
	};
	uint64_t ns;

	if (p.from_ns >= p.to_ns)
		return;
	ns = (uint64_t)(p.to_ns - p.from_ns);
	sum->ns[s->state] += ns;
	if (s->state == MPS_GO_RUNNING)
		sum->running[cut] += ns;
	else if (s->state == MPS_GO_SYSCALL)
		sum->syscall[cut] += ns;
	if (m->piece)
		m->piece(m->arg, &p);
}

/* Slices from *@at up to @end go on to *@told; now one thread's @seg comes. */
static void cut(struct mps_merge *m, size_t *at, size_t end, int64_t *told,
		const struct mps_seg *seg)
{
	int64_t from = (int64_t)seg->from_ns, to = (int64_t)seg->to_ns;

	for (; *at < end; ++*at) {
		const struct mps_goslice *s = &m->go->slice[*at];
		int64_t begin = s->from_ns + m->offset_ns;
		int64_t stop = s->to_ns + m->offset_ns;

		if (begin < *told)
			begin = *told;
		if (begin >= to)
			return;
		if (begin < from) {
			put(m, s, begin, stop < from ? stop : from,
			    MPS_CUT_UNKNOWN, NULL);
			begin = from;
		}
		put(m, s, begin, stop < to ? stop : to, cut_of(seg), seg);
		*told = stop < to ? stop : to;
		if (stop > to)
			return;
	}
}

void mps_merge_seg(struct mps_merge *m, const struct mps_seg *seg)
{
	const struct mps_gothread *t = mps_gotrace_thread(m->go, seg->tid);
	struct mps_merge_at *at;

	if (!t)
		return;
	at = &m->at[t - m->go->thread];
	if (!at->slice_ns) {
		at->slice = t->slice;
		at->of_p = t->of_p;
		at->slice_ns = INT64_MIN + 1;
		at->of_p_ns = INT64_MIN + 1;
	}
	cut(m, &at->slice, t->slice + t->nr_slices, &at->slice_ns, seg);
	cut(m, &at->of_p, t->of_p + t->nr_of_p, &at->of_p_ns, seg);
}

/* What no interval has told. */
static void rest(struct mps_merge *m, size_t at, size_t end, int64_t told)
{
	for (; at < end; at++) {
		const struct mps_goslice *s = &m->go->slice[at];
		int64_t begin = s->from_ns + m->offset_ns;

		put(m, s, begin > told ? begin : told, s->to_ns + m->offset_ns,
		    MPS_CUT_UNKNOWN, NULL);
	}
}

void mps_merge_end(struct mps_merge *m)
{
	const struct mps_gotrace *go = m->go;
	size_t at = 0;

	for (size_t i = 0; i < go->nr_threads; i++) {
		const struct mps_gothread *t = &go->thread[i];
		struct mps_merge_at *a = &m->at[i];
		bool met = a->slice_ns;

		rest(m, at, t->slice, INT64_MIN + 1);	/* of no thread */
		at = t->of_p + t->nr_of_p;
		rest(m, met ? a->slice : t->slice, t->slice + t->nr_slices,
		     met ? a->slice_ns : INT64_MIN + 1);
		rest(m, met ? a->of_p : t->of_p, at, met ? a->of_p_ns : INT64_MIN + 1);
	}
	rest(m, at, go->nr_slices, INT64_MIN + 1);
	for (size_t i = 0; i < go->nr_slices; i++)
		if (go->slice[i].to_ns + m->offset_ns > m->begin_ns &&
		    go->slice[i].from_ns + m->offset_ns < m->end_ns)
			m->sum[go->slice[i].who].slices++;
}

void mps_merge_add(struct mps_merge_sum *to, const struct mps_merge_sum *from)
{
	for (size_t i = 0; i < MPS_NR_GOSTATES; i++)
		to->ns[i] += from->ns[i];
	for (size_t i = 0; i < MPS_NR_CUTS; i++) {
		to->running[i] += from->running[i];
		to->syscall[i] += from->syscall[i];
	}
	to->slices += from->slices;
}
