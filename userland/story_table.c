// SPDX-License-Identifier: GPL-2.0
/* The threads, processes and Ps of a story, and how they are found. Pure. */
#include <stdlib.h>
#include <string.h>

#include "story_priv.h"

static size_t slot_of(const struct mps_story *s, int64_t tid)
{
	size_t i = (size_t)tid * 0x9e3779b1u & (s->size - 1);

	while (s->threads[i].tid && s->threads[i].tid != tid)
		i = (i + 1) & (s->size - 1);
	return i;
}

static bool grow(struct mps_story *s)
{
	struct mps_story bigger = *s;

	bigger.size = s->size ? s->size * 2 : 256;
	bigger.threads = calloc(bigger.size, sizeof(*bigger.threads));
	if (!bigger.threads)
		return false;
	for (size_t i = 0; i < s->size; i++)
		if (s->threads[i].tid)
			bigger.threads[slot_of(&bigger, s->threads[i].tid)] =
				s->threads[i];
	free(s->threads);
	s->threads = bigger.threads;
	s->size = bigger.size;
	return true;
}

struct mps_sthread *mps_story_thread(const struct mps_story *s, int64_t tid)
{
	struct mps_sthread *t;

	if (tid <= 0 || !s->size)
		return NULL;
	t = &s->threads[slot_of(s, tid)];
	return t->tid ? t : NULL;
}

struct mps_sthread *mps_story_thread_get(struct mps_story *s, int64_t tid,
					 int64_t tgid)
{
	struct mps_sthread *t = mps_story_thread(s, tid);
	struct mps_sproc *g;

	if (t)
		return t;
	g = mps_story_proc_get(s, tgid);
	if (!g || (s->nr_threads * 2 >= s->size && !grow(s)))
		return NULL;
	t = &s->threads[slot_of(s, tid)];
	*t = (struct mps_sthread){
		.tid = tid, .tgid = tgid, .nr = (uint32_t)s->nr_threads,
		.proc = (uint32_t)(g - s->procs), .m = -1, .p = -1,
		.goid = -1, .state = -1, .reason = -1, .syscall = -1, .cpu = -1, .by = -1,
	};
	s->nr_threads++;
	g->nr_threads++;
	return t;
}

struct mps_sthread *mps_story_each(const struct mps_story *s, size_t *at)
{
	while (*at < s->size) {
		struct mps_sthread *t = &s->threads[(*at)++];

		if (t->tid)
			return t;
	}
	return NULL;
}

struct mps_sproc *mps_story_proc_get(struct mps_story *s, int64_t tgid)
{
	struct mps_sproc *grown;

	for (size_t i = 0; i < s->nr_procs; i++)
		if (s->procs[i].tgid == tgid)
			return &s->procs[i];
	grown = realloc(s->procs, (s->nr_procs + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	s->procs = grown;
	grown += s->nr_procs++;
	*grown = (struct mps_sproc){ .tgid = tgid };
	return grown;
}

static bool make_ps(struct mps_story *s, struct mps_sproc *g, uint32_t nr)
{
	struct mps_sp *grown = realloc(g->ps, nr * sizeof(*grown));

	if (!grown)
		return false;
	g->ps = grown;
	for (; g->nr_ps < nr; g->nr_ps++)
		grown[g->nr_ps] = (struct mps_sp){
			.last_ns = s->begin_ns, .does = MPS_PDO_UNKNOWN,
			.tid = -1, .m = -1, .cpu = -1,
		};
	return true;
}

/* P number @p; what is no number of a P is none. */
struct mps_sp *mps_story_p(struct mps_story *s, struct mps_sproc *g, int64_t p)
{
	if (p < 0 || p >= MPS_STORY_MAX_PS ||
	    (p >= g->nr_ps && !make_ps(s, g, (uint32_t)p + 1)))
		return NULL;
	return &g->ps[p];
}

bool mps_story_procs(struct mps_story *s, int64_t tgid, uint32_t nr)
{
	struct mps_sproc *g = mps_story_proc_get(s, tgid);

	if (!g || !nr || nr > MPS_STORY_MAX_PS)
		return false;
	g->nr_known = true;
	return nr <= g->nr_ps || make_ps(s, g, nr);
}

struct mps_sproc *mps_story_procs_of(const struct mps_story *s, size_t *nr)
{
	*nr = s->nr_procs;
	return s->procs;
}
