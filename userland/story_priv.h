/* SPDX-License-Identifier: GPL-2.0 */
/* Between the story_*.c: threads, processes and Ps of a story. */
#ifndef _MPS_STORY_PRIV_H
#define _MPS_STORY_PRIV_H

#include "story.h"

struct mps_story {
	struct mps_story_ops ops;
	struct mps_sthread *threads;	/* open hash by tid */
	size_t nr_threads, size;	/* size is a power of 2 */
	struct mps_sproc *procs;
	size_t nr_procs;
	int64_t *on_cpu;	/* tid thought to run there, or -1 */
	int nr_cpus;
	bool any;
	uint64_t begin_ns, end_ns;
};

/* story_table.c; NULL without memory */
struct mps_sthread *mps_story_thread_get(struct mps_story *s, int64_t tid,
					 int64_t tgid);
struct mps_sproc *mps_story_proc_get(struct mps_story *s, int64_t tgid);
struct mps_sp *mps_story_p(struct mps_story *s, struct mps_sproc *g, int64_t p);

/* story_p.c: an event of @t, before @t itself takes note of it */
void mps_story_p_event(struct mps_story *s, struct mps_sproc *g,
		       struct mps_sthread *t, const struct mps_rec_event *e);
void mps_story_p_end(struct mps_story *s, struct mps_sproc *g);

#endif /* _MPS_STORY_PRIV_H */
