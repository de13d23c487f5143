// SPDX-License-Identifier: GPL-2.0
/* A reading of all goroutines of a process, which is not stopped. */
#include "gogs.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "golist.h"
#include "gosnap.h"

#define BATCH	1024	/* goroutines read at once */
#define ROUNDS	4	/* for those that change meanwhile */

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

void mps_gogs_free(struct mps_gogs *gs)
{
	free(gs->g);
	memset(gs, 0, sizeof(*gs));
}

const char *mps_gog_reason(const struct mps_golayout *l, uint8_t reason)
{
	return l->row && reason < l->row->nr_reasons ? l->row->reason[reason] :
						       NULL;
}

bool mps_gog_is_system(const char *func)
{
	/* users' code runs in these, or is behind them */
	static const char * const users[] = {
		"runtime.main", "runtime.corostart", "runtime.handleAsyncEvent",
	};
	size_t i;

	if (!func || strncmp(func, "runtime.", 8))
		return false;
	for (i = 0; i < sizeof(users) / sizeof(users[0]); i++)
		if (!strcmp(func, users[i]))
			return false;
	return true;
}

static void fill(struct mps_gog *g, const struct mps_golayout *l,
		 const uint8_t *b)
{
	int32_t parent = MPS_OFF(l, g, parent);

	g->goid = mps_u64_at(b + MPS_OFF(l, g, goid));
	g->parent = parent < 0 ? 0 : mps_u64_at(b + parent);
	g->gopc = mps_u64_at(b + MPS_OFF(l, g, gopc));
	g->startpc = mps_u64_at(b + MPS_OFF(l, g, startpc));
	g->waitsince = mps_u64_at(b + MPS_OFF(l, g, waitsince));
	g->m = mps_u64_at(b + MPS_OFF(l, g, m));
	g->status = mps_u32_at(b + MPS_OFF(l, g, atomicstatus)) &
		    ~(uint32_t)MPS_G_SCAN;
	g->reason = b[MPS_OFF(l, g, waitreason)];
	g->locked = mps_u64_at(b + MPS_OFF(l, g, lockedm));
}

static bool same(const struct mps_gog *a, const struct mps_gog *b)
{
	return a->goid == b->goid && a->status == b->status &&
	       a->reason == b->reason && a->gopc == b->gopc &&
	       a->startpc == b->startpc;
}

/* Bytes of a g that matter. */
static size_t g_len(const struct mps_golayout *l)
{
	int32_t max = 0;
	size_t i;

	for (i = 0; i < MPS_NR_GO_FIELDS; i++)
		if (mps_gofields[i].type == MPS_GT_g && l->s.off[i] > max)
			max = l->s.off[i];
	return (size_t)max + 8 < l->s.size[MPS_GT_g] ? (size_t)max + 8 :
						       l->s.size[MPS_GT_g];
}

static void keep(struct mps_gogs *gs, const struct mps_gog *g)
{
	if (g->status >= MPS_NR_GSTATUS)
		gs->nr_lost++;
	else if (g->status == MPS_G_DEAD || g->status == MPS_G_DEADEXTRA ||
		 g->status == MPS_G_IDLE)
		gs->nr_dead++;
	else
		gs->g[gs->nr++] = *g;
}

/* Some goroutines: read until twice the same, at most ROUNDS times. */
static void read_batch(struct mps_gogs *gs, const struct mps_gomem *mem,
		       const struct mps_golayout *l, uint64_t *addr,
		       size_t nr, uint8_t *buf, size_t len)
{
	struct mps_gog last[BATCH], g;
	bool ok[BATCH];
	size_t i, left;
	int round;

	for (round = 0; nr && round <= ROUNDS; round++) {
		mps_gomem_each(mem, addr, nr, buf, len, ok);
		for (i = 0, left = 0; i < nr; i++) {
			if (!ok[i]) {
				gs->nr_lost++;
				continue;
			}
			fill(&g, l, buf + i * len);
			if (round && same(&g, &last[i])) {
				keep(gs, &g);
			} else if (round == ROUNDS) {
				gs->nr_torn++;
				keep(gs, &g);
			} else {
				addr[left] = addr[i];
				last[left++] = g;
			}
		}
		nr = left;
	}
}

/**
 * mps_gogs_read() - read all goroutines
 * @gs: out, to be freed in any case
 * @mem: the process
 * @l: its layout, proven
 *
 * Return: false if the list of goroutines cannot be read.
 */
bool mps_gogs_read(struct mps_gogs *gs, const struct mps_gomem *mem,
		   const struct mps_golayout *l)
{
	size_t len = g_len(l), done;
	struct mps_golist list;
	uint8_t *buf;
	bool ok;

	memset(gs, 0, sizeof(*gs));
	gs->begin_ns = now_ns();
	ok = mps_golist_slice_at(mem, MPS_VAR(l, allgs), MPS_GO_MAX_G, &list);
	gs->g = ok ? calloc(list.nr ? list.nr : 1, sizeof(*gs->g)) : NULL;
	buf = malloc(BATCH * len);
	ok = gs->g && buf;
	for (done = 0; ok && done < list.nr; done += BATCH)
		read_batch(gs, mem, l, list.a + done,
			   list.nr - done < BATCH ? list.nr - done : BATCH,
			   buf, len);
	gs->end_ns = now_ns();
	free(buf);
	mps_golist_free(&list);
	return ok;
}
