/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A recording (trace.dat of trace-cmd) as a stream of events in the order of
 * time, and what stands beside the events. One pass, memory that does not grow
 * with the number of events.
 */
#ifndef _MPS_REC_H
#define _MPS_REC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MPS_REC_COMM	16

/* Event, system, name in the system. */
#define MPS_REC_EVENTS(X)						\
	X(RUN,		"mpscope", "thread_run")			\
	X(BLOCK,	"mpscope", "thread_block")			\
	X(WAKE,		"mpscope", "thread_wake")			\
	X(MIGRATE,	"mpscope", "thread_migrate")			\
	X(EPOLL,	"mpscope", "epoll_return")			\
	X(START,	"mpscope", "thread_start")			\
	X(EXIT,		"mpscope", "thread_exit")			\
	X(SWITCH,	"sched", "sched_switch")

#define MPS_REC_X_ID(id, sys, name)	MPS_REC_##id,
enum mps_rec_type { MPS_REC_EVENTS(MPS_REC_X_ID) MPS_NR_RECS };

/*
 * One event. A number that the recording does not have is -1; of the fields
 * only those of the event's type mean something. Words: enum of abi.h.
 */
struct mps_rec_event {
	uint64_t ts_ns;
	enum mps_rec_type type;
	int cpu;		/* it was written on */
	bool gap;		/* events of that CPU before it were lost */
	int64_t common_pid;	/* who ran there: not the subject */
	int64_t tid, tgid;	/* the subject */
	int64_t goid, m, p;
	int64_t blocked_ns, wait_ns, ran_ns;
	int64_t state, reason, mode, syscall;
	int64_t orig_cpu, dest_cpu, cpu_of;
	int64_t waker_tid, waker_tgid, wake_source, waker_cpu;
	int64_t cause, class;
	int64_t kind, result, ret, max_events, sleeps;
	int64_t life_ns, running_ns, waiting_ns;
	int64_t prev_pid, next_pid, prev_state;
	char prev_comm[MPS_REC_COMM + 1], next_comm[MPS_REC_COMM + 1];
};

/* What one CPU's buffer lost, by cause. */
struct mps_rec_lost {
	int cpu;
	uint64_t overrun;	/* overwritten before they were saved */
	uint64_t commit_overrun;	/* nested too deep */
	uint64_t dropped;	/* the buffer was full */
	uint64_t seen;		/* gaps in the stream, as far as they say how many */
	uint64_t gaps;		/* places where events are missing */
};

struct mps_rec;

/* Why a recording cannot be read, or not all of it; each has its exit code. */
enum mps_rec_err {
	MPS_REC_OK,
	MPS_REC_UNREADABLE,	/* no file, no permission, no memory */
	MPS_REC_FOREIGN,	/* no trace.dat, or of a kind that is not known */
	MPS_REC_CORRUPT,	/* a trace.dat whose parts do not fit */
	MPS_REC_NO_EVENTS,	/* nothing of mpscope in it */
};

/**
 * mps_rec_open() - open a recording and read all but its events
 * @why: one sentence that says what is wrong, if anything is
 */
enum mps_rec_err mps_rec_open(struct mps_rec **rec, const char *path, char *why,
			      size_t size);
void mps_rec_close(struct mps_rec *rec);

/* The next event in time of the types above. Return: false at the end. */
bool mps_rec_next(struct mps_rec *rec, struct mps_rec_event *e);

/* Is there an event of the type in the format of the recording? */
bool mps_rec_knows(const struct mps_rec *rec, enum mps_rec_type type);
/* Do the events say M, P and goroutine (modules since ABI 1.1)? */
bool mps_rec_has_go(const struct mps_rec *rec);
const char *mps_rec_clock(const struct mps_rec *rec);
/* "x86_64", as uname() said where it was recorded; NULL: not known. */
const char *mps_rec_machine(const struct mps_rec *rec);
unsigned int mps_rec_nr_cpus(const struct mps_rec *rec);
/* Events read up to now, all kinds, and those of the types above. */
uint64_t mps_rec_nr_read(const struct mps_rec *rec);
uint64_t mps_rec_nr_known(const struct mps_rec *rec);
/* Name of a thread as trace-cmd saved it, or NULL. */
const char *mps_rec_comm(const struct mps_rec *rec, int64_t pid);
/* Bytes of event data that the file lacks at its end, or that do not parse. */
uint64_t mps_rec_cut_bytes(const struct mps_rec *rec);
/* By CPU; @nr: how many. Complete when the last event has been read. */
const struct mps_rec_lost *mps_rec_lost(const struct mps_rec *rec, size_t *nr);
/* What "mpscope record" put beside the events: JSON, or NULL. */
const char *mps_rec_meta(const struct mps_rec *rec);
/* Put such a text behind a file. Return: 0 or an errno. */
int mps_rec_append_meta(const char *path, const char *json);

extern const char * const mps_rec_names[MPS_NR_RECS];

#endif /* _MPS_REC_H */
