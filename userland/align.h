/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What has to be added to the time of Go's trace to get that of a recording of
 * the same run. Pure. A thread notes something only while it runs: with the
 * right number all its notes lie in its stays on a CPU.
 */
#ifndef _MPS_ALIGN_H
#define _MPS_ALIGN_H

#include "gotrace.h"
#include "spans.h"

/* Of a thread on a CPU. */
struct mps_stay {
	int64_t from_ns, to_ns;
	bool woken;		/* it had slept before */
};

/* By number of the thread in the trace; threads it does not know are not kept. */
struct mps_stays {
	const struct mps_gotrace *go;
	struct mps_thread_stays {
		struct mps_stay *at;
		size_t nr, max;
		bool woke;	/* and its next stay begins with that */
	} *of;
	size_t nr;		/* of all */
};

bool mps_stays_init(struct mps_stays *s, const struct mps_gotrace *go);
void mps_stays_free(struct mps_stays *s);
/* Those of a thread in the order of time. Return: false without memory. */
bool mps_stays_add(struct mps_stays *s, int64_t tid, int64_t from_ns, int64_t to_ns);
/* The thread has been woken up, and will get a CPU. */
void mps_stays_wake(struct mps_stays *s, int64_t tid);

enum mps_align_err {
	MPS_ALIGN_OK,
	MPS_ALIGN_NOMEM,
	MPS_ALIGN_NO_SNAPSHOT,
	MPS_ALIGN_NO_THREAD,	/* no thread is in both */
	MPS_ALIGN_APART,	/* the clocks are one, but they have no time in common */
	MPS_ALIGN_NO_FIT,	/* threads note what they could not */
};

struct mps_align {
	bool by_snapshot;
	int64_t offset_ns;
	/*
	 * By events: as good are all offsets that are nearer than this. By
	 * snapshot: so much do the snapshots differ.
	 */
	uint64_t slack_ns;
	/* The check: notes of the time that both cover, and how they lie. */
	uint64_t notes, on_cpu;
	/* From when a woken thread got its CPU to its first note. */
	struct mps_times late;
};

/* @same_clock: the recording's is CLOCK_MONOTONIC, as is the runtime's on Linux */
enum mps_align_err mps_align_by_snapshot(struct mps_align *a,
					 const struct mps_stays *s,
					 bool same_clock);
enum mps_align_err mps_align_by_events(struct mps_align *a,
				       const struct mps_stays *s,
				       bool same_clock);

#endif /* _MPS_ALIGN_H */
