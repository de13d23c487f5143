/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A sample: what is known of each thread of one process at one moment, and
 * the difference of two samples. Pure: memory only, no files, no clock.
 *
 * Where a value comes from: the module's files threads, blocking and epoll
 * (exact counters), and /proc/PID/task/TID/syscall (arguments of the call a
 * thread is asleep in). Unknown is MPS_NA, never 0.
 */
#ifndef _MPS_MODEL_H
#define _MPS_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../kmod/uapi/mpscope/abi.h"

#define MPS_NA		UINT64_MAX	/* not measured, or does not apply */
#define MPS_COMM_LEN	64		/* 16 bytes, each escaped at worst */

/* What the kernel says of the system call a thread is in. */
enum mps_call_state {
	MPS_CALL_UNKNOWN,	/* not asked, or the answer was refused */
	MPS_CALL_RUNNABLE,	/* not asleep: no arguments to be had */
	MPS_CALL_OUTSIDE,	/* asleep, but in no system call */
	MPS_CALL_INSIDE,	/* asleep in nr: arguments are exact */
};

struct mps_call {
	enum mps_call_state state;
	int64_t nr;
	uint64_t arg[6];
	uint64_t pc;		/* user address the call returns to */
	uint64_t sleep_ns;	/* the timespec of nanosleep and futex */
	uint64_t word_after;	/* u32 at futex address + 8 */
	bool pc_in_exe;		/* pc lies in the program itself */
	bool addr_static;	/* arg[0] lies in the program's data */
};

struct mps_block {
	uint64_t nr;
	uint64_t total_ns;
};

/* Counters that only grow, so that a difference of two samples is a count. */
#define MPS_TASK_COUNTERS(X)						\
	X(life_ns) X(running_ns) X(woken_ns) X(preempted_ns)		\
	X(yielded_ns) X(blocked_ns) X(birth_ns)				\
	X(switches_vol) X(switches_invol) X(runs)			\
	X(wake_self) X(wake_other) X(wake_timer) X(wake_hardirq)	\
	X(wake_softirq) X(wake_cross) X(migrations) X(cpu_changes)	\
	X(epoll_calls) X(epoll_events) X(epoll_sleeps) X(epoll_empty)

#define MPS_X_FIELD(name)	uint64_t name;

struct mps_counters {
	MPS_TASK_COUNTERS(MPS_X_FIELD)
};

/* What a thread is there for, as far as only its M's first function tells. */
enum mps_service { MPS_SERVICE_NONE, MPS_SERVICE_SYSMON, MPS_SERVICE_TEMPLATE,
	MPS_SERVICE_SIGNAL };

/*
 * What the Go runtime itself says: either the module read it when the thread
 * was switched or came back, or the tool from memory when it looked.
 */
enum mps_exact_source { MPS_EXACT_NONE, MPS_EXACT_KERNEL, MPS_EXACT_MEMORY };

struct mps_exact {
	enum mps_exact_source source;	/* NONE: not known */
	bool no_m;		/* it is none of the runtime's */
	int64_t m, p, goid;	/* -1: none */
	int32_t gstatus;	/* -1: no goroutine */
	bool insyscall, spinning, locked;
	bool blocked;		/* parked in a note; memory only */
	bool handed;		/* a P waits for it: nextp; memory only */
	bool torn;		/* changed while it was read */
	enum mps_service service;
};

struct mps_task {
	int32_t tid;
	int32_t vtid;		/* as gettid() says in there; 0: unknown */
	int32_t state;		/* enum mpscope_state; -1: unknown */
	int32_t reason;		/* enum mpscope_reason; -1: does not apply */
	int32_t mode;		/* enum mpscope_mode; -1: does not apply */
	int32_t cpu;		/* last; -1: unknown */
	int64_t syscall;	/* off the CPU in this call; -1: in none */
	uint64_t now_ns;	/* when the row was taken, CLOCK_MONOTONIC */
	uint64_t in_state_ns;
	uint64_t start_ticks;	/* since boot, from /proc/PID/task/TID/stat */
	struct mps_counters n;
	struct mps_block block[MPSCOPE_NR_REASONS][MPSCOPE_NR_MODES];
	struct mps_call call;
	bool pinned;		/* call belongs to this very state */
	int8_t has_g;		/* Go's thread-local g is set; -1: unknown */
	bool own_attrs;		/* nice, policy or CPUs differ from the leader's */
	char comm[MPS_COMM_LEN];
	struct mps_exact exact;
};

struct mps_sample {
	int32_t tgid;
	uint32_t nr;
	uint32_t size;		/* of the array */
	uint64_t begin_ns;	/* CLOCK_MONOTONIC before the first read */
	uint64_t end_ns;	/* and after the last one */
	uint64_t dead;		/* rows of dead threads, not kept here */
	uint64_t unpinned;	/* asleep, but moved on while we asked where */
	uint64_t missed;	/* threads the module could not track; MPS_NA */
	struct mps_task *task;	/* by tid, once sorted */
};

/* One thread's share of the time between two samples. */
struct mps_task_delta {
	bool born;		/* not in the earlier sample: counted from birth */
	struct mps_counters n;
	struct mps_block block[MPSCOPE_NR_REASONS][MPSCOPE_NR_MODES];
};

void mps_task_init(struct mps_task *t, int32_t tid);
void mps_sample_init(struct mps_sample *s, int32_t tgid);
void mps_sample_free(struct mps_sample *s);
struct mps_task *mps_sample_add(struct mps_sample *s, int32_t tid);
void mps_sample_sort(struct mps_sample *s);
struct mps_task *mps_sample_find(const struct mps_sample *s, int32_t tid);
void mps_task_delta(const struct mps_task *was, const struct mps_task *is,
		    struct mps_task_delta *d);
uint64_t mps_task_runnable_ns(const struct mps_counters *n);

/* Difference of two counters of which either may be unknown. */
static inline uint64_t mps_sub(uint64_t is, uint64_t was)
{
	if (is == MPS_NA || was == MPS_NA || is < was)
		return MPS_NA;
	return is - was;
}

static inline uint64_t mps_add(uint64_t a, uint64_t b)
{
	return a == MPS_NA || b == MPS_NA ? MPS_NA : a + b;
}

#endif /* _MPS_MODEL_H */
