/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A tracked thread: its counters, how it is found, how it goes. The rules for
 * locks and lifetimes are the banner in thread.c.
 */
#ifndef _MPSCOPE_THREAD_H
#define _MPSCOPE_THREAD_H

#include <linux/hashtable.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/seqlock.h>
#include <linux/user-return-notifier.h>

#include "core/account.h"
#include "core/ps.h"
#include "core/tally.h"
#include "trace.h"

struct mps_target;
struct mps_exact;

/* The last read of a thread's runtime memory: exact.c. */
struct mps_look {
	bool known;		/* go is what that read said */
	struct mps_go go;
	s32 held;		/* P that is booked on this thread, or -1 */
	unsigned long m_addr;	/* of its m, whose g0 was checked */
	u64 read_ns;		/* local_clock() */
	u64 from_ns;		/* switch-in, or last seen without a P since */
	u64 wait_ns;		/* it waited before the switch-in */
};

struct mps_thread {
	/* what each switch reads: a line of its own */
	struct hlist_node hash;		/* (L), RCU: by task */
	struct task_struct *task;	/* constant from birth on: */
	struct mps_target *target;
	u32 features;			/* the target's */
	u32 serial;			/* order in the target's list */
	struct mps_exact *exact;	/* NULL: off; changed under mps_lock */
	u64 since_ns;			/* CLOCK_MONOTONIC */

	/*
	 * Written by whoever moves the task: see (A) in thread.c. The first line
	 * ends within acct.
	 */
	seqcount_t seq ____cacheline_aligned;
	u32 nvcsw;			/* task's, at its last switch-out */
	s32 restart_syscall;		/* of the last sleep in one */
	u8 restart_reason;
	bool numa_pending;		/* NUMA balancing announced a move */
	struct mps_account acct;
	struct mps_epoll epoll;
	struct mps_migrate migrate;
	struct mps_look go;		/* what exact mode knows of it */

	/* written under the task's pi_lock: see (W) */
	seqcount_t wake_seq ____cacheline_aligned;
	struct mps_wake wake;
	struct mps_waker waker;		/* of the last wakeup */

	/* (L) mps_lock; read with RCU */
	pid_t tid ____cacheline_aligned;	/* changes with exec */
	pid_t vtid;
	bool dead;			/* a tombstone */
	u64 exit_ns;			/* CLOCK_MONOTONIC, once dead */
	char comm[TASK_COMM_LEN];	/* at death */
	struct list_head in_target;
	struct list_head in_grave;
	refcount_t ref;			/* list membership, task_rcu */
	struct rcu_head rcu;
	struct rcu_head task_rcu;
};

/* What a reader gets: everything of one instant. */
struct mps_snapshot {
	struct mps_account acct;	/* open interval closed at now_ns */
	struct mps_epoll epoll;
	struct mps_migrate migrate;
	struct mps_wake wake;
	bool go_known;
	struct mps_go go;
	u64 go_age_ns;
	u64 open_ns;
	u64 now_ns;			/* CLOCK_MONOTONIC */
	u64 life_ns;
	u64 since_ns;
	u64 exit_ns;
	pid_t tid;
	pid_t vtid;
	bool dead;
	char comm[TASK_COMM_LEN];
};

/* Exact mode, when the thread that runs here returns to user mode. */
enum mps_look_again {
	MPS_LOOK_NO,
	MPS_LOOK_FIRST,		/* its first return since it got the CPU */
	MPS_LOOK_AGAIN,
};

/* One CPU: who of ours runs on it, and what was seen on it. */
struct mps_cpu {
	struct mps_thread *cur;
	bool urn_on;			/* urn is registered on this CPU */
	u8 look_again;			/* exact mode: enum mps_look_again */
	bool in_hard_timer;		/* a timer callback runs (wakers) */
	bool in_soft_timer;
	struct user_return_notifier urn;
	u64 nr_switch;
	u64 nr_migrate;
	u64 nr_wake;
	u64 nr_return;
	u64 nr_refused;
	u64 nr_lost_current;
	u64 nr_clock_backwards;
	u64 nr_epoll_unknown;
};

DECLARE_PER_CPU(struct mps_cpu, mps_cpu);

/* A bit for every thread id we may have to look at, modulo the size. */
#define MPS_PID_BITS	65536
extern unsigned long mps_pid_bits[];

static inline bool mps_pid_maybe(pid_t pid)
{
	return test_bit(pid & (MPS_PID_BITS - 1), mps_pid_bits);
}

/* Found by task: HOT readers walk it under RCU. */
#define MPS_THREAD_HASH_BITS	12
extern struct hlist_head mps_threads[1 << MPS_THREAD_HASH_BITS];

static __always_inline struct mps_thread *
mps_thread_find_rcu(const struct task_struct *task)
{
	struct mps_thread *t;

	hash_for_each_possible_rcu_notrace(mps_threads, t, hash,
					   (unsigned long)task)
		if (likely(t->task == task))
			return t;
	return NULL;
}

/* The one lock below the targets' mutex; the banner says what it covers. */
extern raw_spinlock_t mps_lock;

int mps_thread_init(void);
void mps_thread_exit(void);

void *mps_thread_memory(gfp_t gfp);
struct mps_thread *mps_thread_alloc(gfp_t gfp);
void mps_thread_free(struct mps_thread *t);
bool mps_thread_add(struct mps_thread *t, struct task_struct *task,
		    struct mps_target *g, bool birth);
void mps_thread_arm(struct mps_thread *t);
void mps_thread_arm_current(struct mps_thread *t);
bool mps_thread_arm_running(struct mps_thread *t, u64 now_ns);
void mps_thread_retire(struct task_struct *task);
void mps_thread_unlink_locked(struct mps_thread *t);
void mps_thread_drop(struct mps_thread *t);
void mps_thread_put(struct mps_thread *t);
void mps_thread_exec(struct task_struct *task);
bool mps_thread_snapshot(struct mps_thread *t, struct mps_snapshot *s);
void mps_thread_forget_cpus(bool all);

#endif /* _MPSCOPE_THREAD_H */
