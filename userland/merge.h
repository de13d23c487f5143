/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What goroutines and Ps did by the runtime, cut by what their threads did by
 * the kernel. Pure. Slices of Go's trace are there before; the intervals of
 * threads come in one after another.
 */
#ifndef _MPS_MERGE_H
#define _MPS_MERGE_H

#include "gotrace.h"
#include "story.h"

/* What the thread did meanwhile. */
#define MPS_CUTS(X)							\
	X(ON_CPU,	"on CPU")					\
	X(PREEMPTED,	"preempted")	/* it lost its CPU, or gave it up */ \
	X(WOKEN,	"woken")	/* and waits for a CPU */	\
	X(BLOCKED,	"blocked")	/* in the kernel */		\
	X(UNKNOWN,	"unknown")	/* not recorded */

#define MPS_CUTS_X(id, word)	MPS_CUT_##id,
enum mps_cut { MPS_CUTS(MPS_CUTS_X) MPS_NR_CUTS };
extern const char * const mps_cut_names[MPS_NR_CUTS];

struct mps_merge_sum {
	uint64_t ns[MPS_NR_GOSTATES];	/* by the runtime */
	/* of MPS_GO_RUNNING and of MPS_GO_SYSCALL */
	uint64_t running[MPS_NR_CUTS], syscall[MPS_NR_CUTS];
	uint64_t slices;
};

struct mps_merge_piece {
	const struct mps_gowho *who;
	enum mps_gostate state;
	enum mps_cut cut;	/* UNKNOWN where the runtime needs no thread */
	int64_t from_ns, to_ns;	/* in the recording's time */
	int32_t tid;
	const struct mps_seg *seg;	/* what tells it, or NULL */
};

struct mps_merge {
	const struct mps_gotrace *go;
	int64_t offset_ns;
	int64_t begin_ns, end_ns;	/* that both cover */
	struct mps_merge_sum *sum;	/* by number of who */
	struct mps_merge_at {		/* by number of thread: told up to there */
		size_t slice, of_p;
		int64_t slice_ns, of_p_ns;
	} *at;
	void (*piece)(void *arg, const struct mps_merge_piece *p);
	void *arg;
};

/* @begin_ns, @end_ns: of the recording. Return: false without memory. */
bool mps_merge_init(struct mps_merge *m, const struct mps_gotrace *go,
		    int64_t offset_ns, int64_t begin_ns, int64_t end_ns);
void mps_merge_free(struct mps_merge *m);
/* The next interval of a thread; those of one thread in the order of time. */
void mps_merge_seg(struct mps_merge *m, const struct mps_seg *seg);
/* None is left. */
void mps_merge_end(struct mps_merge *m);

/* Sums add up: @to += @from. */
void mps_merge_add(struct mps_merge_sum *to, const struct mps_merge_sum *from);

#endif /* _MPS_MERGE_H */
