/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the events of a recording tell: where each thread, and each P of a Go
 * program, was from when to when. Pure: events go in, one after another, and
 * intervals come out as soon as they are known, of each thread and of each P
 * in order and without gaps.
 *
 * A P shows only with its thread, and what the thread was found with when it
 * left the CPU holds for the stay before and the time off it after. So an
 * interval of a P is known when its thread, or the P's next one, is seen; what
 * cannot be known is "unknown", never idle.
 */
#ifndef _MPS_STORY_H
#define _MPS_STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../kmod/uapi/mpscope/abi.h"
#include "rec.h"

#define MPS_STORY_MAX_PS	4096

/* What a P does. */
#define MPS_PDOES(X)							\
	X(RUNNING,	"running")	/* its thread is on a CPU */	\
	X(WOKEN,	"runnable: woken")	/* its thread waits for one */	\
	X(PREEMPTED,	"runnable: preempted")	/* the same, having lost it */	\
	X(SYSCALL,	"in syscall, kept")	/* its thread sleeps in a call */ \
	X(BLOCKED,	"blocked")	/* in a page fault, a lock of the runtime */ \
	X(IDLE,		"idle")		/* nobody has it */		\
	X(UNKNOWN,	"unknown")	/* not seen yet, taken nobody knows when */

#define MPS_PDOES_X(id, word)	MPS_PDO_##id,
enum mps_pdoes { MPS_PDOES(MPS_PDOES_X) MPS_NR_PDOES };
extern const char * const mps_pdoes_names[MPS_NR_PDOES];

struct mps_sthread {
	int64_t tid, tgid;	/* tid 0: the slot is free */
	uint32_t nr;		/* in the order in which they showed */
	uint32_t proc;		/* number of its process */
	int64_t m, p, goid;	/* as last seen */
	bool had_p;		/* ever: it is one that runs goroutines */
	bool on;		/* thought to be on a CPU */
	bool parked;		/* its last sleep was one without a P */
	int64_t state;		/* enum mpscope_state since since_ns; -1 unknown */
	int64_t reason, syscall;
	uint64_t since_ns;
	uint64_t run_ns;	/* got the CPU then; 0: not known */
	uint64_t done_ns;	/* all before has been told */
	uint64_t wait_ns;	/* it waited so long before it got the CPU */
	int cpu;
	int64_t by;		/* who had that CPU before it; -1 */
	/* sums of what was told */
	uint64_t ns[MPSCOPE_NR_STATES];
	uint64_t reason_ns[MPSCOPE_NR_REASONS];
	uint64_t runs, blocks;
};

struct mps_sp {
	uint64_t last_ns;	/* told up to here */
	enum mps_pdoes does;
	int64_t tid, m;		/* who has it; tid -1 nobody */
	int cpu;		/* it last ran on; -1 */
	uint64_t ns[MPS_NR_PDOES];
	uint64_t moves_m, moves_cpu;
	bool seen;
};

struct mps_sproc {
	int64_t tgid;
	struct mps_sp *ps;
	uint32_t nr_ps;		/* known of: seen, or told by mps_story_procs() */
	bool nr_known;		/* GOMAXPROCS was told */
	uint64_t unseen_ns;	/* threads ran Go code, with a P nobody saw */
	uint64_t unseen_runs;
	uint64_t events;
	uint64_t begin_ns;	/* its first event */
	size_t nr_threads;
};

/* A piece of the life of a thread, or of a P. */
struct mps_seg {
	const struct mps_sproc *proc;
	uint64_t from_ns, to_ns;
	int64_t p, tid, m, goid;	/* -1: none or not known */
	enum mps_pdoes does;	/* of a P */
	int64_t state, reason, syscall;	/* of a thread; -1 */
	int cpu;
	int64_t by;		/* runnable: who had the CPU until it came; -1 */
	const struct mps_rec_event *at;	/* the event that tells it, or NULL */
};

struct mps_story;

struct mps_story_ops {
	/* A P's next interval; each P's join without a gap. */
	void (*p)(void *arg, const struct mps_seg *seg);
	/* A thread's; intervals before it was first seen are missing. */
	void (*thread)(void *arg, const struct mps_seg *seg);
	/* An event, after what it tells; @t: its subject */
	void (*event)(void *arg, const struct mps_rec_event *e,
		      const struct mps_sthread *t);
	void *arg;
};

struct mps_story *mps_story_new(const struct mps_story_ops *ops);
void mps_story_free(struct mps_story *s);

/* GOMAXPROCS of a process is known: Ps that never show count as unknown. */
bool mps_story_procs(struct mps_story *s, int64_t tgid, uint32_t nr);

/* Return: false without memory. */
bool mps_story_feed(struct mps_story *s, const struct mps_rec_event *e);
/* No events are left: tell what is still open. */
void mps_story_end(struct mps_story *s);

uint64_t mps_story_begin_ns(const struct mps_story *s);
uint64_t mps_story_end_ns(const struct mps_story *s);
/* All processes, in the order in which they showed. */
struct mps_sproc *mps_story_procs_of(const struct mps_story *s, size_t *nr);
struct mps_sthread *mps_story_thread(const struct mps_story *s, int64_t tid);
/* One after another from @at = 0; NULL at the end. */
struct mps_sthread *mps_story_each(const struct mps_story *s, size_t *at);

#endif /* _MPS_STORY_H */
