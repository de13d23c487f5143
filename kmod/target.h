/* SPDX-License-Identifier: GPL-2.0 */
/* A tagged process: its threads, its totals, how it is found. */
#ifndef _MPSCOPE_TARGET_H
#define _MPSCOPE_TARGET_H

#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/seqlock.h>

#include "core/cmdline.h"
#include "thread.h"

struct dentry;
struct seq_file;
struct linux_binprm;
struct mps_file;

/* Waker -> wakee pairs: open addressing, filled without a lock. */
#define MPS_WAKER_SLOTS	4096
struct mps_waker_slot {
	atomic64_t key;			/* waker tid << 32 | wakee tid, 0 free */
	atomic64_t nr;
};

/* What a per-thread file of a target points to. */
#define MPS_NR_NODES	8
struct mps_node {
	struct mps_target *target;
	const struct mps_file *file;
};

struct mps_target {
	/* constant from birth on */
	pid_t tgid;			/* initial PID namespace */
	pid_t vtgid;			/* in its own one: */
	unsigned int pid_ns;		/* inode number of that */
	bool children;
	u32 features;			/* bit per enum mpscope_feature */
	u32 id;				/* order in mps_targets */
	u64 since_ns;			/* CLOCK_MONOTONIC */
	struct mps_waker_slot *wakers;	/* feature wakers, else NULL */
	atomic64_t wakers_dropped;
	struct mutex exact_lock;	/* COLD: exact is made and read */
	struct mps_exact *exact;	/* or NULL; set under mps_lock too */

	/* (L) mps_lock */
	struct signal_struct *signal;	/* the key, while live */
	bool live;
	bool evict;			/* exited, to be dropped by the work */
	u64 exit_ns;
	char comm[TASK_COMM_LEN];
	struct list_head threads;	/* all, dead ones too; RCU readers */
	u32 next_serial;
	u32 nr_live;
	u32 nr_dead;
	u64 nr_evicted;
	u64 nr_missed;
	seqcount_raw_spinlock_t evict_seq;	/* evicted, and who is dead */
	struct mps_snapshot evicted;	/* sums over evicted tombstones */
	struct hlist_node hash;		/* by signal */
	struct list_head node;		/* in mps_targets */

	/* (M) mps_targets_mutex */
	struct dentry *dir;
	struct list_head doomed;
	struct mps_node nodes[MPS_NR_NODES];

	struct kref ref;
	struct rcu_head rcu;
};

extern struct mutex mps_targets_mutex;
extern struct list_head mps_targets;

/* Module parameters and what came of them; (L), read without. */
struct mps_limit {
	unsigned int max;
	unsigned int used;
	u64 refused;
};

extern struct mps_limit mps_limit_targets;
extern struct mps_limit mps_limit_threads;
extern struct mps_limit mps_limit_tombstones;
extern struct mps_limit mps_limit_exited;
extern bool mps_closing;
extern u64 mps_missed_threads;
extern u64 mps_missed_targets;

void mps_target_exit(void);

int mps_target_tag(struct task_struct *task, const struct mps_opts *o,
		   const char **why);
int mps_target_tag_pid(pid_t nr, const struct mps_opts *o, const char **why);
int mps_target_untag_pid(pid_t nr, const char **why);
void mps_target_untag_all(void);
void mps_target_remove(struct mps_target *g);
int mps_target_show(struct mps_target *g);
int mps_target_update_hooks(u32 more);

struct mps_target *mps_target_alloc(struct task_struct *p,
				    const struct mps_opts *o, gfp_t gfp);
void mps_target_unmade(struct mps_target *g);
int mps_target_publish(struct mps_target *g);
int mps_target_seed(struct mps_target *g, struct task_struct *task);
struct mps_target *mps_target_find_rcu(const struct signal_struct *sig);
void mps_target_inherit(struct task_struct *child);
void mps_target_tag_current(const struct mps_opts *o);
void mps_target_exited_locked(struct mps_target *g);
void mps_target_kick(void);
void mps_target_get(struct mps_target *g);
void mps_target_put(struct mps_target *g);
int mps_target_sum(struct mps_target *g, struct mps_snapshot *sum,
		   struct mps_snapshot *tmp);
void mps_snapshot_merge(struct mps_snapshot *to, const struct mps_snapshot *s);

#endif /* _MPSCOPE_TARGET_H */
