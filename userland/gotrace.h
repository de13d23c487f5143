/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The Go runtime's own trace, from the text that "go tool trace -d=parsed"
 * prints: what each goroutine was doing and which M had each P, from when to
 * when, in the runtime's clock.
 */
#ifndef _MPS_GOTRACE_H
#define _MPS_GOTRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* States of goroutines and Ps, as the runtime calls them. */
#define MPS_GOSTATES(X)							\
	X(UNDETERMINED,	"Undetermined")	/* not known at the begin */	\
	X(NOTEXIST,	"NotExist")					\
	X(IDLE,		"Idle")		/* a P nobody has */		\
	X(RUNNABLE,	"Runnable")	/* waits for a P */		\
	X(RUNNING,	"Running")					\
	X(SYSCALL,	"Syscall")					\
	X(WAITING,	"Waiting")

#define MPS_GOSTATES_X(id, word)	MPS_GO_##id,
enum mps_gostate { MPS_GOSTATES(MPS_GOSTATES_X) MPS_NR_GOSTATES };

/* A goroutine, or a P. */
struct mps_gowho {
	int64_t id;
	bool is_p;
	enum mps_gostate state;
	int64_t since_ns;
	int32_t tid;		/* on which M; -1: none or not known */
};

struct mps_goslice {
	int64_t from_ns, to_ns;
	uint32_t who;		/* number in mps_gotrace.who */
	int32_t tid;		/* -1: no thread has to do with it */
	enum mps_gostate state;
};

/* A thread noted something, so it was running. */
struct mps_gomark {
	int64_t ns;
	int32_t tid;
	bool got_p;		/* that it has a P from now on */
};

/* One instant in the runtime's clock and in CLOCK_MONOTONIC, read before it. */
struct mps_gosnapshot {
	int64_t trace_ns, mono_ns;
};

#define MPS_GO_SNAPSHOTS	1024	/* kept at most, one a second */

/* Of one thread: where its parts of the arrays are. */
struct mps_gothread {
	int32_t tid;
	size_t mark, nr_marks;
	size_t slice, nr_slices;	/* of goroutines */
	size_t of_p, nr_of_p;		/* of Ps */
};

/* When it has been read, by thread and time. */
struct mps_gotrace {
	struct mps_gowho *who;
	size_t nr_who, max_who;
	struct mps_goslice *slice;
	size_t nr_slices, max_slices;
	struct mps_gomark *mark;
	size_t nr_marks, max_marks;
	struct mps_gothread *thread;
	size_t nr_threads;
	struct mps_gosnapshot snapshot[MPS_GO_SNAPSHOTS];
	size_t nr_snapshots;
	int64_t begin_ns, end_ns;	/* first and last note */
	uint64_t nr_bad;		/* lines that are not understood */
	/*
	 * Notes a nanosecond behind the one before: the go tool gives such times
	 * where it puts events in order that were noted in another one.
	 */
	uint64_t nr_moved;
	int64_t last_ns;		/* of the last line */
	bool cut;			/* the last line has no end */
	uint32_t *hash;			/* of who: number + 1 */
	size_t hash_size;
};

/* Return: false without memory. All is read; what is no event is left out. */
bool mps_gotrace_read(struct mps_gotrace *g, FILE *from);
void mps_gotrace_free(struct mps_gotrace *g);
/* NULL: it notes nothing of that thread */
const struct mps_gothread *mps_gotrace_thread(const struct mps_gotrace *g,
					      int64_t tid);

/**
 * mps_gotrace_open() - read the text, or have it made of a binary trace
 * @go: the go command to make it with
 * @why: one sentence that says what is wrong, if anything is
 *
 * Return: false if there is no trace to be had.
 */
bool mps_gotrace_open(struct mps_gotrace *g, const char *path, const char *go,
		      char *why, size_t size);

#endif /* _MPS_GOTRACE_H */
