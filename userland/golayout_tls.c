// SPDX-License-Identifier: GPL-2.0
/*
 * Where a thread keeps its g, held against threads whose thread pointer is
 * known. Go's own threads (no C code) have it in the word before by
 * construction; the module proves it again for every thread.
 */
#include "golayout_scan.h"

#define MAX_THREADS	64	/* to ask; more would prove no more */
#define MAX_BLOCK	65536	/* farther the module does not reach */

/* g.m.procid of the g at @addr is the thread's own id. */
static bool closes(const struct mps_gomem *mem, const struct mps_golayout *l,
		   uint64_t addr, int32_t vtid)
{
	uint64_t g, m, procid;

	return mps_gomem_u64(mem, addr, &g) && g &&
	       mps_gomem_u64(mem, g + (uint64_t)MPS_OFF(l, g, m), &m) && m &&
	       mps_gomem_u64(mem, m + (uint64_t)MPS_OFF(l, m, procid),
			     &procid) &&
	       procid == (uint64_t)vtid;
}

static unsigned int score(const struct mps_gomem *mem,
			  const struct mps_golayout *l, const uint64_t *tp,
			  const struct mps_gotids *tids, size_t nr, int64_t off)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < nr; i++)
		n += tp[i] && closes(mem, l, tp[i] + (uint64_t)off,
				     tids->t[i].vtid);
	return n;
}

/**
 * mps_golayout_tls() - confirm the place of g, or find it
 * @mem: the process
 * @gp: the same
 * @tids: its threads
 * @l: proven; tls and tls_known may change
 */
void mps_golayout_tls(const struct mps_gomem *mem,
		      const struct mps_goproc *gp,
		      const struct mps_gotids *tids, struct mps_golayout *l)
{
	size_t nr = tids->nr < MAX_THREADS ? tids->nr : MAX_THREADS, i;
	uint64_t tp[MAX_THREADS];
	unsigned int best = 0, n;
	bool any = false;
	int64_t off, block;

	if (!gp->exe.cgo)
		return;
	for (i = 0; i < nr; i++) {
		tp[i] = mps_goproc_tp(gp->pid, tids->t[i].tid);
		any |= tp[i] != 0;
	}
	if (!any || (l->tls_known && score(mem, l, tp, tids, nr, l->tls)))
		return;
	l->tls_known = false;
	/* with room for what aligns it */
	block = gp->exe.tls_size < MAX_BLOCK ?
		(int64_t)gp->exe.tls_size + 64 : MAX_BLOCK;
	for (off = -8; off >= -block; off -= 8) {
		n = score(mem, l, tp, tids, nr, off);
		if (n <= best)
			continue;
		best = n;
		l->tls = off;
		l->tls_known = true;
	}
}
