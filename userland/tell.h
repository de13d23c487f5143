/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sub-reports of a recording. Each listens to the story while it goes by,
 * and shows in the end what it has kept: a document for each process.
 */
#ifndef _MPS_TELL_H
#define _MPS_TELL_H

#include "opt.h"
#include "out.h"
#include "rec.h"
#include "recmeta.h"
#include "spans.h"
#include "story.h"

struct mps_tell_ctx {
	const char *file;
	struct mps_rec *rec;
	struct mps_story *story;
	const struct mps_recmeta *meta;	/* NULL: a plain recording */
	const struct mps_opt *opt;
	bool brief;		/* one of several in the overview: fewer rows */
	/* of timeline */
	uint64_t from_ns, to_ns;	/* since the recording's begin; to 0: the end */
	int64_t p, m;		/* -1: all */
	bool foreign;		/* recorded on another architecture */
	bool failed;		/* out of memory */
};

struct mps_tell {
	const char *name;
	const char *what;	/* for the help */
	void (*p)(struct mps_tell_ctx *c, const struct mps_seg *seg);
	void (*thread)(struct mps_tell_ctx *c, const struct mps_seg *seg);
	void (*event)(struct mps_tell_ctx *c, const struct mps_rec_event *e,
		      const struct mps_sthread *t);
	/* The document of one process; it is open. */
	void (*show)(struct mps_tell_ctx *c, struct mps_out *out,
		     const struct mps_sproc *g);
	void (*free)(void);
};

extern const struct mps_tell mps_tell_budget;
extern const struct mps_tell mps_tell_pressure;
extern const struct mps_tell mps_tell_migrate;
extern const struct mps_tell mps_tell_epoll;
extern const struct mps_tell mps_tell_wakes;
extern const struct mps_tell mps_tell_handoff;
extern const struct mps_tell mps_tell_timeline;

/* All of them, in the order of the help; ends in NULL. */
extern const struct mps_tell * const mps_tells[];
const struct mps_tell *mps_tell_find(const char *name);

/* An array of what a sub-report keeps; begins as { NULL }. */
struct mps_tell_room {
	char *at;
	size_t nr;
};

/*
 * Element @i, zeroed at first. The array may move: the next call makes earlier
 * results void. Return: NULL without memory.
 */
void *mps_tell_slot(struct mps_tell_ctx *c, struct mps_tell_room *room, size_t i,
		    size_t size);
/* Give it back; it is as in the beginning. */
void mps_tell_room_free(struct mps_tell_room *room);
/* The same for each process: of @g, or of the process of @t. */
void *mps_tell_room(struct mps_tell_ctx *c, struct mps_tell_room *room,
		    const struct mps_sproc *g, size_t size);
void *mps_tell_room_of(struct mps_tell_ctx *c, struct mps_tell_room *room,
		       const struct mps_sthread *t, size_t size);

/* "server", or "?": name of a process or thread. */
const char *mps_tell_comm(const struct mps_tell_ctx *c, int64_t pid);
/* The same of a process: if it is not known, what one of its threads is called. */
const char *mps_tell_proc_comm(const struct mps_tell_ctx *c, int64_t tgid);
/*
 * Name of a system call: "fsync"; "syscall 512" where it is not known, and in
 * a recording of another architecture; or NULL for none.
 */
const char *mps_tell_syscall(const struct mps_tell_ctx *c, char *buf, size_t size,
			     int64_t nr);

/* Events lost, all CPUs and causes. */
uint64_t mps_tell_lost(const struct mps_tell_ctx *c);
/* "; lower bounds: 58 events lost", or "" */
const char *mps_tell_bound(const struct mps_tell_ctx *c);
/* Under each document: what was lost, by cause and CPU, and what was cut off. */
void mps_tell_dropped(const struct mps_tell_ctx *c, struct mps_out *out);

/* tell_instead.c: who ran while a thread waited. */
struct mps_instead {
	int64_t pid;		/* 0: the CPU was idle; -1: not known */
	char comm[MPS_REC_COMM + 1];
	uint64_t ns;		/* so much of the wait; 0: just the last one */
};

/* To be shown each event of the recording, if sched_switch is in it. */
void mps_instead_event(struct mps_tell_ctx *c, const struct mps_rec_event *e);
/* Who had most of it, or if that is not recorded, who had the CPU last. */
void mps_instead_find(const struct mps_tell_ctx *c, const struct mps_seg *seg,
		      struct mps_instead *in);
void mps_instead_free(void);

#endif /* _MPS_TELL_H */
