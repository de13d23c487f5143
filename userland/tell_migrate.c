// SPDX-License-Identifier: GPL-2.0
/* report migrate: moves by cause and class, by thread, by pair of CPUs, by P. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tell.h"

#define NR_CLASSES	(MPSCOPE_NR_CLASSES + 1)	/* the last: unknown */
#define NR_PAIRS	4096	/* a power of 2 */
#define SHOWN		10

struct pair {
	int64_t from, to;
	uint64_t nr;
};

struct mover {
	int64_t tid, tgid, m;
	uint64_t nr, class[NR_CLASSES];
};

struct keep {
	uint64_t nr[MPSCOPE_NR_CAUSES + 1][NR_CLASSES];
	uint64_t all;
	struct pair pair[NR_PAIRS];
	uint64_t nr_pairs, no_room;
};

static struct mps_tell_room room;
static struct mps_tell_room movers;	/* by thread */

static void add_pair(struct keep *k, int64_t from, int64_t to)
{
	size_t i = (size_t)(from * 31 + to) & (NR_PAIRS - 1);

	for (size_t n = 0; n < NR_PAIRS; n++, i = (i + 1) & (NR_PAIRS - 1)) {
		struct pair *p = &k->pair[i];

		if (p->nr && (p->from != from || p->to != to))
			continue;
		if (!p->nr && k->nr_pairs >= NR_PAIRS * 3 / 4)
			break;
		k->nr_pairs += !p->nr;
		p->from = from;
		p->to = to;
		p->nr++;
		return;
	}
	k->no_room++;
}

static void on_event(struct mps_tell_ctx *c, const struct mps_rec_event *e,
		     const struct mps_sthread *t)
{
	struct mover *m;
	size_t cause, class;
	struct keep *k;

	if (e->type != MPS_REC_MIGRATE)
		return;
	k = mps_tell_room_of(c, &room, t, sizeof(*k));
	m = mps_tell_slot(c, &movers, t->nr, sizeof(*m));
	if (!k || !m)
		return;
	cause = e->cause >= 0 && e->cause < MPSCOPE_NR_CAUSES ?
		(size_t)e->cause : MPSCOPE_NR_CAUSES;
	class = e->class >= 0 && e->class < MPSCOPE_NR_CLASSES ?
		(size_t)e->class : MPSCOPE_NR_CLASSES;
	k->nr[cause][class]++;
	k->all++;
	add_pair(k, e->orig_cpu, e->dest_cpu);
	m->tid = t->tid;
	m->tgid = t->tgid;
	m->m = t->m;
	m->nr++;
	m->class[class]++;
}

#define COUNT(n, t)	{ .name = n, .title = t, .kind = MPS_KIND_COUNT }
#define CLASSES								\
	COUNT("total", NULL), COUNT("class_smt", "smt"),		\
	COUNT("class_llc", "llc"), COUNT("class_node", "node"),		\
	COUNT("class_remote", "remote"), COUNT("class_unknown", "?dist")

static const struct mps_col cause_cols[] = {
	{ .name = "cause", .kind = MPS_KIND_STRING }, CLASSES,
};

static const struct mps_col thread_cols[] = {
	{ .name = "tid", .kind = MPS_KIND_ID },
	{ .name = "m", .title = "M", .kind = MPS_KIND_ID }, CLASSES,
	{ .name = "comm", .kind = MPS_KIND_STRING },
};

static const struct mps_col pair_cols[] = {
	{ .name = "orig_cpu", .title = "from CPU", .kind = MPS_KIND_ID },
	{ .name = "dest_cpu", .title = "to CPU", .kind = MPS_KIND_ID },
	COUNT("nr", NULL),
};

static const struct mps_col p_cols[] = {
	{ .name = "p", .title = "P", .kind = MPS_KIND_ID },
	COUNT("moves_cpu", "to another CPU"), COUNT("moves_m", "to another M"),
};

#define BEGIN(out, name, cols)	mps_out_table_begin(out, name, cols,	\
				sizeof(cols) / sizeof((cols)[0]), 0)

static uint64_t sum(const uint64_t *nr, size_t n)
{
	uint64_t all = 0;

	while (n--)
		all += *nr++;
	return all;
}

static void show_causes(struct mps_out *out, const struct keep *k)
{
	static const char * const causes[] = {
		MPSCOPE_MIGRATE_CAUSES(MPSCOPE_X_NAME) "unknown"
	};
	uint64_t class[NR_CLASSES] = { 0 };
	struct mps_cell cells[2 + NR_CLASSES];

	BEGIN(out, "causes", cause_cols);
	for (size_t i = 0; i <= MPSCOPE_NR_CAUSES; i++) {
		uint64_t all = sum(k->nr[i], NR_CLASSES);

		if (!all && i == MPSCOPE_NR_CAUSES)
			continue;
		cells[0] = mps_cell_str(causes[i]);
		cells[1] = mps_cell_u64(all);
		for (size_t j = 0; j < NR_CLASSES; j++) {
			cells[2 + j] = mps_cell_u64(k->nr[i][j]);
			class[j] += k->nr[i][j];
		}
		mps_out_row(out, cells);
	}
	cells[0] = mps_cell_none();
	cells[1] = mps_cell_u64(k->all);
	for (size_t j = 0; j < NR_CLASSES; j++)
		cells[2 + j] = mps_cell_u64(class[j]);
	mps_out_total(out, cells);
	mps_out_table_end(out);
}

static int by_nr(const void *a, const void *b)
{
	const struct mover *x = a, *y = b;

	return x->nr > y->nr ? -1 : x->nr < y->nr;
}

static int by_pair_nr(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	return x->nr > y->nr ? -1 : x->nr < y->nr;
}

static size_t shown(const struct mps_tell_ctx *c, size_t nr)
{
	size_t max = c->opt->rows ? c->opt->rows :
		     c->opt->format == MPS_FORMAT_TEXT ? SHOWN : nr;

	return nr < max ? nr : max;
}

static void mover_row(struct mps_tell_ctx *c, struct mps_out *out,
		      const struct mover *m)
{
	struct mps_cell cells[4 + NR_CLASSES];

	cells[0] = mps_cell_u64((uint64_t)m->tid);
	cells[1] = m->m < 0 ? mps_cell_none() : mps_cell_u64((uint64_t)m->m);
	cells[2] = mps_cell_u64(m->nr);
	for (size_t j = 0; j < NR_CLASSES; j++)
		cells[3 + j] = mps_cell_u64(m->class[j]);
	cells[3 + NR_CLASSES] = mps_cell_str(mps_tell_comm(c, m->tid));
	mps_out_row(out, cells);
}

static void show_threads(struct mps_tell_ctx *c, struct mps_out *out,
			 const struct mps_sproc *g)
{
	const struct mover *all = (const struct mover *)movers.at;
	struct mover *m = calloc(movers.nr + 1, sizeof(*m));
	size_t nr = 0;

	for (size_t i = 0; m && i < movers.nr; i++)
		if (all[i].nr && all[i].tgid == g->tgid)
			m[nr++] = all[i];
	c->failed |= !m;
	if (nr)
		qsort(m, nr, sizeof(*m), by_nr);
	BEGIN(out, "threads", thread_cols);
	for (size_t i = 0; i < shown(c, nr); i++)
		mover_row(c, out, &m[i]);
	mps_out_table_end(out);
	if (shown(c, nr) < nr)
		mps_out_note(out, "%zu of %zu threads that moved are shown (-n)",
			     shown(c, nr), nr);
	free(m);
}

static void show_pairs(struct mps_tell_ctx *c, struct mps_out *out,
		       struct keep *k)
{
	/* from here on it is a list */
	qsort(k->pair, NR_PAIRS, sizeof(*k->pair), by_pair_nr);
	BEGIN(out, "cpus", pair_cols);
	for (size_t i = 0; i < shown(c, k->nr_pairs); i++) {
		const struct mps_cell cells[] = {
			mps_cell_u64((uint64_t)k->pair[i].from),
			mps_cell_u64((uint64_t)k->pair[i].to),
			mps_cell_u64(k->pair[i].nr),
		};

		mps_out_row(out, cells);
	}
	mps_out_table_end(out);
	mps_out_dropped(out, "cpu_pairs", "moves between pairs of CPUs beyond 3072",
			mps_cell_u64(k->no_room));
}

static void show_ps(struct mps_out *out, const struct mps_sproc *g)
{
	BEGIN(out, "ps", p_cols);
	for (uint32_t i = 0; i < g->nr_ps; i++) {
		const struct mps_cell cells[] = {
			mps_cell_u64(i), mps_cell_u64(g->ps[i].moves_cpu),
			mps_cell_u64(g->ps[i].moves_m),
		};

		mps_out_row(out, cells);
	}
	mps_out_table_end(out);
}

static void show(struct mps_tell_ctx *c, struct mps_out *out,
		 const struct mps_sproc *g)
{
	struct keep *k = mps_tell_room(c, &room, g, sizeof(*k));

	if (!k)
		return;
	if (!mps_rec_knows(c->rec, MPS_REC_MIGRATE)) {
		mps_out_note(out, "migrate: thread_migrate was not recorded");
		return;
	}
	mps_out_heading(out, "migrations: %" PRIu64 "%s", k->all, mps_tell_bound(c));
	show_causes(out, k);
	show_threads(c, out, g);
	show_pairs(c, out, k);
	if (g->nr_ps)
		show_ps(out, g);
	if (!k->all)
		mps_out_note(out, "none, or the feature migrate was off when it was recorded");
}

static void done(void)
{
	free(room.at);
	free(movers.at);
	memset(&room, 0, sizeof(room));
	memset(&movers, 0, sizeof(movers));
}

const struct mps_tell mps_tell_migrate = {
	.name = "migrate",
	.what = "migrations by cause and distance, by thread, CPU and P",
	.event = on_event,
	.show = show,
	.free = done,
};
