// SPDX-License-Identifier: GPL-2.0
/*
 * Who ran while a thread waited: from sched_switch, if that was recorded, of
 * the last switches of each CPU; else from the thread that ran there last.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tell.h"

#define RING		512	/* switches that are kept of a CPU */
#define MAX_CPUS	65536
#define MAX_RIVALS	16

struct turn {
	uint64_t ts_ns;		/* the thread got the CPU */
	int64_t pid;
	char comm[MPS_REC_COMM + 1];
};

struct ring {
	struct turn *turn;
	uint64_t nr;		/* ever */
};

static struct ring *rings;
static int nr_rings;

static struct ring *ring_of(struct mps_tell_ctx *c, int cpu)
{
	struct ring *grown;

	if (cpu < 0 || cpu >= MAX_CPUS)
		return NULL;
	if (cpu >= nr_rings) {
		grown = realloc(rings, ((size_t)cpu + 1) * sizeof(*grown));
		if (!grown) {
			c->failed = true;
			return NULL;
		}
		rings = grown;
		memset(rings + nr_rings, 0,
		       (size_t)(cpu + 1 - nr_rings) * sizeof(*rings));
		nr_rings = cpu + 1;
	}
	if (!rings[cpu].turn) {
		rings[cpu].turn = malloc(RING * sizeof(struct turn));
		c->failed |= !rings[cpu].turn;
	}
	return rings[cpu].turn ? &rings[cpu] : NULL;
}

void mps_instead_event(struct mps_tell_ctx *c, const struct mps_rec_event *e)
{
	struct turn *t;
	struct ring *r;

	if (e->type != MPS_REC_SWITCH)
		return;
	r = ring_of(c, e->cpu);
	if (!r)
		return;
	t = &r->turn[r->nr++ % RING];
	t->ts_ns = e->ts_ns;
	t->pid = e->next_pid;
	memcpy(t->comm, e->next_comm, sizeof(t->comm));
}

static void add(struct mps_instead rivals[MAX_RIVALS], const struct turn *t,
		uint64_t ns)
{
	for (int i = 0; i < MAX_RIVALS; i++) {
		struct mps_instead *in = &rivals[i];

		if (in->ns && in->pid != t->pid)
			continue;
		in->pid = t->pid;
		memcpy(in->comm, t->comm, sizeof(in->comm));
		in->ns += ns;
		return;
	}
}

static bool from_ring(const struct ring *r, const struct mps_seg *seg,
		      struct mps_instead *in)
{
	struct mps_instead rivals[MAX_RIVALS] = { 0 };
	uint64_t end = seg->to_ns, i;

	for (i = r->nr; i > 0 && i + RING > r->nr; i--) {
		const struct turn *t = &r->turn[(i - 1) % RING];
		uint64_t from = t->ts_ns > seg->from_ns ? t->ts_ns : seg->from_ns;

		if (from < end && t->pid != seg->tid)
			add(rivals, t, end - from);
		if (t->ts_ns < end)
			end = t->ts_ns;
		if (t->ts_ns <= seg->from_ns)
			break;
	}
	for (i = 0; i < MAX_RIVALS; i++)
		if (rivals[i].ns > in->ns)
			*in = rivals[i];
	return in->ns;
}

void mps_instead_find(const struct mps_tell_ctx *c, const struct mps_seg *seg,
		      struct mps_instead *in)
{
	*in = (struct mps_instead){ .pid = -1 };
	if (seg->cpu >= 0 && seg->cpu < nr_rings && rings[seg->cpu].turn &&
	    from_ring(&rings[seg->cpu], seg, in))
		return;
	in->pid = seg->by;
	if (in->pid > 0)
		snprintf(in->comm, sizeof(in->comm), "%s",
			 mps_tell_comm(c, in->pid));
}

void mps_instead_free(void)
{
	for (int i = 0; i < nr_rings; i++)
		free(rings[i].turn);
	free(rings);
	rings = NULL;
	nr_rings = 0;
}
