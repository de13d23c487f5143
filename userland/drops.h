/* SPDX-License-Identifier: GPL-2.0 */
/* What a report lacks: from the module's own counts and the targets'. */
#ifndef _MPS_DROPS_H
#define _MPS_DROPS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "dbgfs.h"
#include "out.h"

/* What the report shows, and so what it could lack beside whole threads. */
#define MPS_DROPS_ROWS		(1u << 0)	/* a row a thread: evicted ones */
#define MPS_DROPS_EPOLL		(1u << 1)	/* results of epoll calls */
#define MPS_DROPS_WAKERS	(1u << 2)	/* pairs of wakers */
#define MPS_DROPS_TARGETS	(1u << 3)	/* whole processes */

struct mps_drops {
	unsigned int flags;
	struct mps_cell missed, evicted;
};

void mps_drops_init(struct mps_drops *d, unsigned int flags);

/* @before: an earlier summary, or NULL; only later evictions count then. */
void mps_drops_add(struct mps_drops *d, const struct mps_kv *summary,
		   const struct mps_kv *before);

/**
 * mps_drops_show() - put it all under the document
 *
 * Return: true if the processes shown are affected: the data are partial.
 */
bool mps_drops_show(const struct mps_drops *d, struct mps_out *out);

/**
 * mps_drops_explain() - say under the document why cells are unknown
 * @summary: of the target; NULL: hooks only
 * @feature: the feature the cells need, or NULL if none
 */
void mps_drops_explain(struct mps_out *out, pid_t tgid,
		       const struct mps_kv *summary, const char *feature);

/* Is @feature in the target's list "epoll,migrate"? */
bool mps_drops_has_feature(const struct mps_kv *summary, const char *feature);

#endif /* _MPS_DROPS_H */
