/* SPDX-License-Identifier: GPL-2.0 */
/* Making a recording: trace-cmd as a child, and what is put beside its events. */
#ifndef _MPS_RECORD_H
#define _MPS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "opt.h"

/* record_child.c: trace-cmd in an instance of its own. */
struct mps_tracer {
	pid_t pid;
	int log;		/* what it says; -1 */
	char instance[32];
};

struct mps_tracer_cfg {
	const char *file;
	const char *events;	/* more than ours: "sched:sched_switch,irq"; NULL */
	uint64_t max_bytes;	/* of all CPUs together; 0: no limit */
};

/*
 * Start it, and wait until its events are on. Return: false, and why it failed
 * has been said.
 */
bool mps_tracer_start(struct mps_tracer *t, const struct mps_tracer_cfg *cfg);
/* Has it ended by itself? */
bool mps_tracer_died(struct mps_tracer *t);
/* End it. Return: false if the file is not whole (said, too). */
bool mps_tracer_stop(struct mps_tracer *t);

/* record_meta.c: readings of the module and of the system, as JSON. */
struct mps_beside;

/* @tgid: out of these, the processes. Return: NULL without memory. */
struct mps_beside *mps_beside_new(char **command);
void mps_beside_free(struct mps_beside *b);
bool mps_beside_target(struct mps_beside *b, pid_t tgid);
/* A reading of all: the first or the second. */
void mps_beside_read(struct mps_beside *b, bool after);
/* What is known of a Go program only once it runs. */
void mps_beside_go(struct mps_beside *b, pid_t tgid, const char *version,
		   int maxprocs, const char *source);
/* The text; good until the next call. NULL without memory. */
const char *mps_beside_text(struct mps_beside *b);

/* record_target.c: what is recorded: processes that are tagged for it. */
struct mps_rectarget {
	pid_t tgid;
	bool ours;		/* tagged by us */
	bool looked;		/* what can be known of its runtime is known */
};

struct mps_rectargets {
	struct mps_rectarget *t;
	size_t nr;
};

/* Tag them. Return: MPS_EXIT_OK, or the exit code; it has been said. */
int mps_rectargets_tag(struct mps_rectargets *ts, const struct mps_ids *pids,
		       bool children, const char *features);
void mps_rectargets_release(struct mps_rectargets *ts);
/* Hand the module the layout of those that are Go programs, if there is one. */
void mps_rectargets_look(struct mps_rectargets *ts, struct mps_beside *b,
			 uint64_t wait_ns, bool last);
bool mps_rectargets_gone(const struct mps_rectargets *ts);

#endif /* _MPS_RECORD_H */
