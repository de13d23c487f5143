// SPDX-License-Identifier: GPL-2.0
/* Alignment of two clocks: by what was read together, and how well it fits. Pure. */
#include "align.h"

#include <stdlib.h>
#include <string.h>

#include "align_priv.h"

bool mps_stays_init(struct mps_stays *s, const struct mps_gotrace *go)
{
	s->go = go;
	s->nr = 0;
	s->of = calloc(go->nr_threads + 1, sizeof(*s->of));
	return s->of;
}

void mps_stays_free(struct mps_stays *s)
{
	for (size_t i = 0; s->of && i < s->go->nr_threads; i++)
		free(s->of[i].at);
	free(s->of);
	s->of = NULL;
}

bool mps_stays_add(struct mps_stays *s, int64_t tid, int64_t from_ns, int64_t to_ns)
{
	const struct mps_gothread *t = mps_gotrace_thread(s->go, tid);
	struct mps_thread_stays *of;
	struct mps_stay *grown;

	if (!t || from_ns >= to_ns)
		return true;
	of = &s->of[t - s->go->thread];
	if (of->nr && of->at[of->nr - 1].to_ns >= from_ns) {
		of->at[of->nr - 1].to_ns = to_ns;
		return true;
	}
	if (of->nr == of->max) {
		grown = realloc(of->at, (of->max ? of->max * 2 : 256) * sizeof(*grown));
		if (!grown)
			return false;
		of->at = grown;
		of->max = of->max ? of->max * 2 : 256;
	}
	of->at[of->nr++] = (struct mps_stay){ from_ns, to_ns, of->woke };
	of->woke = false;
	s->nr++;
	return true;
}

void mps_stays_wake(struct mps_stays *s, int64_t tid)
{
	const struct mps_gothread *t = mps_gotrace_thread(s->go, tid);

	if (t)
		s->of[t - s->go->thread].woke = true;
}

size_t mps_stays_from(const struct mps_thread_stays *of, int64_t ns)
{
	size_t low = 0, high = of->nr;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (of->at[mid].to_ns < ns)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Notes of one thread, as long as it is known when it had a CPU. */
static void check_thread(struct mps_align *a, const struct mps_gothread *t,
			 const struct mps_gomark *mark,
			 const struct mps_thread_stays *of)
{
	size_t last = of->nr;

	for (size_t i = 0; i < t->nr_marks; i++) {
		int64_t ns = mark[i].ns + a->offset_ns;
		size_t at = mps_stays_from(of, ns);

		if (ns < of->at[0].from_ns || ns > of->at[of->nr - 1].to_ns)
			continue;
		a->notes++;
		if (at == of->nr || of->at[at].from_ns > ns)
			continue;
		a->on_cpu++;
		if (at != last && of->at[at].woken)
			mps_times_add(&a->late, (uint64_t)(ns - of->at[at].from_ns));
		last = at;
	}
}

void mps_align_check(struct mps_align *a, const struct mps_stays *s)
{
	a->notes = 0;
	a->on_cpu = 0;
	memset(&a->late, 0, sizeof(a->late));
	for (size_t i = 0; i < s->go->nr_threads; i++)
		if (s->of[i].nr)
			check_thread(a, &s->go->thread[i],
				     s->go->mark + s->go->thread[i].mark, &s->of[i]);
}

/* So few are noted for another thread, or while events were lost, at most. */
bool mps_align_fits(const struct mps_align *a)
{
	return a->notes && a->on_cpu * 10 >= a->notes * 9;
}

bool mps_align_apart(const struct mps_stays *s, int64_t offset_ns)
{
	for (size_t i = 0; i < s->go->nr_threads; i++) {
		const struct mps_thread_stays *of = &s->of[i];

		if (of->nr && of->at[0].from_ns < s->go->end_ns + offset_ns &&
		    of->at[of->nr - 1].to_ns > s->go->begin_ns + offset_ns)
			return false;
	}
	return true;
}

enum mps_align_err mps_align_by_snapshot(struct mps_align *a,
					 const struct mps_stays *s,
					 bool same_clock)
{
	const struct mps_gotrace *go = s->go;
	int64_t least = 0;

	memset(a, 0, sizeof(*a));
	a->by_snapshot = true;
	if (!go->nr_snapshots || !same_clock)
		return MPS_ALIGN_NO_SNAPSHOT;
	/*
	 * It reads CLOCK_MONOTONIC first and its own clock a little, or if it
	 * lost its CPU between, a lot later: the nearest are right.
	 */
	for (size_t i = 0; i < go->nr_snapshots; i++) {
		int64_t d = go->snapshot[i].mono_ns - go->snapshot[i].trace_ns;

		if (!i || d > a->offset_ns)
			a->offset_ns = d;
		if (!i || d < least)
			least = d;
	}
	a->slack_ns = (uint64_t)(a->offset_ns - least);
	if (!s->nr)
		return MPS_ALIGN_NO_THREAD;
	if (mps_align_apart(s, a->offset_ns))
		return MPS_ALIGN_APART;
	mps_align_check(a, s);
	return mps_align_fits(a) ? MPS_ALIGN_OK : MPS_ALIGN_NO_FIT;
}
