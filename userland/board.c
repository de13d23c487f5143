// SPDX-License-Identifier: GPL-2.0
/* The board: rows from a reading of the runtime. Pure. */
#include "board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fmt.h"

#define UNKNOWN	UINT64_MAX

void mps_board_free(struct mps_board *b)
{
	free(b->row);
	memset(b, 0, sizeof(*b));
}

static void fill(struct mps_boardrow *r, const struct mps_gosnap *s, size_t i)
{
	const struct mps_gop *p = &s->p[i];
	const struct mps_gom *m = p->mi >= 0 ? &s->m[p->mi] : NULL;
	const char *state = "unknown";

	*r = (struct mps_boardrow) {
		.p = p->id, .m = -1, .cpu = -1, .goid = -1, .runq = p->runq,
		.schedtick = p->schedtick, .running_ns = UNKNOWN,
		.runnable_ns = UNKNOWN, .life_ns = UNKNOWN,
		.moves_m = UNKNOWN, .moves_cpu = UNKNOWN,
	};
	if (p->status >= 0 && p->status < MPS_NR_PSTATUS)
		state = mps_pstatus_names[p->status];
	if (m) {
		r->m = m->id;
		r->tid = m->tid;
		if (m->curg && m->gstatus >= 0)
			r->goid = (int64_t)m->goid;
		if (p->status == MPS_P_GCSTOP)
			state = "gcstop";
		else if (m->insyscall)
			state = "syscall";
		else if (m->spinning)
			state = "spinning";
		else
			state = "running";
	} else if (p->status == MPS_P_RUNNING) {
		state = "changing";	/* between two Ms */
	}
	snprintf(r->state, sizeof(r->state), "%s", state);
}

bool mps_board_from(struct mps_board *b, const struct mps_gosnap *s)
{
	size_t i;

	memset(b, 0, sizeof(*b));
	b->row = calloc(s->nr_p ? s->nr_p : 1, sizeof(*b->row));
	if (!b->row)
		return false;
	b->nr = s->nr_p;
	b->sched = s->sched;
	b->at_ns = s->begin_ns;
	for (i = 0; i < b->nr; i++) {
		fill(&b->row[i], s, i);
		b->torn += s->p[i].torn;
	}
	return true;
}

void mps_board_since(struct mps_board *b, const struct mps_board *was)
{
	size_t i;

	for (i = 0; i < b->nr; i++) {
		struct mps_boardrow *r = &b->row[i];
		const struct mps_boardrow *w = i < was->nr ? &was->row[i] :
							     NULL;

		if (r->since_ns)
			continue;
		r->since_ns = b->at_ns;
		if (w && w->m == r->m && w->goid == r->goid &&
		    w->schedtick == r->schedtick && !strcmp(w->state, r->state))
			r->since_ns = w->since_ns;
	}
}

uint64_t mps_board_share(const struct mps_board *b,
			 const struct mps_board *was, size_t i,
			 size_t offset_of_ns)
{
	uint64_t now, before = 0, life, life_before = 0;

	memcpy(&now, (const char *)&b->row[i] + offset_of_ns, sizeof(now));
	life = b->row[i].life_ns;
	if (i < was->nr && was->kernel) {
		memcpy(&before, (const char *)&was->row[i] + offset_of_ns,
		       sizeof(before));
		life_before = was->row[i].life_ns;
	}
	if (now == UNKNOWN || life == UNKNOWN || before == UNKNOWN ||
	    life_before == UNKNOWN || now < before || life <= life_before)
		return UNKNOWN;
	return mps_fmt_share(now - before, life - life_before);
}
