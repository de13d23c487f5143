// SPDX-License-Identifier: GPL-2.0
/* Tagged processes: birth, end, limits. Locks: the banner in thread.c. */
#include <linux/hashtable.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/ktime.h>
#include <linux/workqueue.h>

#include "debugfs.h"
#include "exact.h"
#include "probe.h"
#include "reserve.h"
#include "rules.h"
#include "target.h"

#define MPS_TARGET_HASH_BITS	8

/* (M): commands, directories, hooks; see the banner in thread.c */
DEFINE_MUTEX(mps_targets_mutex);
LIST_HEAD(mps_targets);			/* (L); (M) keeps targets in it */
static DEFINE_HASHTABLE(mps_signals, MPS_TARGET_HASH_BITS);	/* (L), RCU */
bool mps_closing;			/* (M); all targets are going */
u64 mps_missed_threads;			/* (L) */
u64 mps_missed_targets;			/* (L) */

struct mps_limit mps_limit_targets = { .max = MPSCOPE_MAX_TARGETS };
struct mps_limit mps_limit_threads = { .max = MPSCOPE_MAX_THREADS };
struct mps_limit mps_limit_tombstones = { .max = MPSCOPE_MAX_TOMBSTONES };
struct mps_limit mps_limit_exited = { .max = MPSCOPE_MAX_EXITED };

module_param_named(max_targets, mps_limit_targets.max, uint, 0644);
MODULE_PARM_DESC(max_targets, "tagged processes that may be alive at once");
module_param_named(max_threads, mps_limit_threads.max, uint, 0644);
MODULE_PARM_DESC(max_threads, "tracked threads that may be alive at once");
module_param_named(max_tombstones, mps_limit_tombstones.max, uint, 0644);
MODULE_PARM_DESC(max_tombstones, "dead threads whose counters are kept");
module_param_named(max_exited, mps_limit_exited.max, uint, 0644);
MODULE_PARM_DESC(max_exited, "exited processes that are kept");

static void target_work(struct work_struct *work);
static DECLARE_WORK(mps_target_work, target_work);

void mps_target_get(struct mps_target *g)
{
	kref_get(&g->ref);
}

static void target_release(struct kref *ref)
{
	struct mps_target *g = container_of(ref, struct mps_target, ref);

	/* atomic context possible (RCU callback): kvfree() would not do */
	kfree(g->wakers);
	mps_exact_free(g);
	kfree_rcu(g, rcu);
}

void mps_target_put(struct mps_target *g)
{
	kref_put(&g->ref, target_release);
}

struct mps_target *mps_target_find_rcu(const struct signal_struct *sig)
{
	struct mps_target *g;

	hash_for_each_possible_rcu(mps_signals, g, hash, (unsigned long)sig)
		if (g->signal == sig)
			return g;
	return NULL;
}

static struct mps_target *find_locked(const struct signal_struct *sig)
{
	struct mps_target *g;

	lockdep_assert_held(&mps_lock);
	hash_for_each_possible(mps_signals, g, hash, (unsigned long)sig)
		if (g->signal == sig)
			return g;
	return NULL;
}

static void *target_memory(gfp_t gfp)
{
	if (!mps_may_allocate())
		return mps_reserve_take(MPS_RESERVE_TARGET);
	return kzalloc(sizeof(struct mps_target), gfp);
}

static void *wakers_memory(gfp_t gfp)
{
	if (!mps_may_allocate())
		return mps_reserve_take(MPS_RESERVE_WAKERS);
	return kcalloc(MPS_WAKER_SLOTS, sizeof(struct mps_waker_slot), gfp);
}

/**
 * mps_target_unmade() - the end of a target that nobody could ever find
 * @g: from mps_target_alloc(), not published, without exact mode
 *
 * Context: any but HOT.
 */
void mps_target_unmade(struct mps_target *g)
{
	if (mps_may_allocate()) {
		kfree(g->wakers);
		kfree(g);
		return;
	}
	if (g->wakers)
		mps_reserve_give(MPS_RESERVE_WAKERS, g->wakers);
	mps_reserve_give(MPS_RESERVE_TARGET, g);
}

/**
 * mps_target_alloc() - a target that nobody can find yet
 * @p: any thread of the process
 * @o: its options
 * @gfp: how to allocate, where one may
 *
 * Context: any but HOT that @gfp allows. Return: the target or NULL.
 */
struct mps_target *mps_target_alloc(struct task_struct *p,
				    const struct mps_opts *o, gfp_t gfp)
{
	struct mps_target *g = target_memory(gfp);
	struct pid_namespace *ns;

	if (!g)
		return NULL;
	if (o->features & BIT(MPSCOPE_FEATURE_WAKERS)) {
		g->wakers = wakers_memory(gfp);
		if (!g->wakers) {
			mps_target_unmade(g);
			return NULL;
		}
	}
	g->signal = p->signal;
	g->tgid = task_tgid_nr(p);
	rcu_read_lock();	/* it may be losing its numbers this moment */
	ns = task_active_pid_ns(p);
	g->vtgid = task_tgid_nr_ns(p, ns);
	g->pid_ns = ns ? ns->ns.inum : 0;
	rcu_read_unlock();
	g->children = o->children;
	g->features = o->features;
	g->since_ns = ktime_get_mono_fast_ns();
	/* task_lock() may sleep on -rt; exec sets it again */
	data_race(memcpy(g->comm, p->group_leader->comm, sizeof(g->comm)));
	INIT_LIST_HEAD(&g->threads);
	seqcount_raw_spinlock_init(&g->evict_seq, &mps_lock);
	mutex_init(&g->exact_lock);
	kref_init(&g->ref);
	return g;
}

/* Make it findable. Not HOT. Return: 0, -EEXIST, -ENOSPC. */
int mps_target_publish(struct mps_target *g)
{
	static u32 next_id;	/* (L) */
	unsigned long flags;
	int ret = 0;

	raw_spin_lock_irqsave(&mps_lock, flags);
	if (find_locked(g->signal)) {
		ret = -EEXIST;
	} else if (mps_limit_targets.used >= READ_ONCE(mps_limit_targets.max)) {
		mps_limit_targets.refused++;
		ret = -ENOSPC;
	} else {
		mps_limit_targets.used++;
		WRITE_ONCE(g->live, true);
		g->id = next_id++;
		list_add_tail_rcu(&g->node, &mps_targets);
		hash_add_rcu(mps_signals, &g->hash, (unsigned long)g->signal);
	}
	raw_spin_unlock_irqrestore(&mps_lock, flags);
	return ret;
}

static void unpublish_locked(struct mps_target *g)
{
	lockdep_assert_held(&mps_lock);
	if (!g->live)
		return;
	WRITE_ONCE(g->live, false);
	hash_del_rcu(&g->hash);
	mps_limit_targets.used--;
}

/* The last thread is gone. Its counters stay; the work looks after the limit. */
void mps_target_exited_locked(struct mps_target *g)
{
	unpublish_locked(g);
	g->exit_ns = ktime_get_mono_fast_ns();
	mps_limit_exited.used++;
}

/* Groups of hooks that live targets and rules want. */
static u32 groups_wanted(u32 more)
{
	u32 groups = 0, features = more;
	struct mps_target *g;
	unsigned long flags;
	bool any = more || mps_rules_any();

	features |= mps_rules_features();
	raw_spin_lock_irqsave(&mps_lock, flags);
	list_for_each_entry(g, &mps_targets, node) {
		if (!g->live)
			continue;
		any = true;
		features |= g->features;
		if (mps_exact_wants_returns(g))
			features |= BIT(MPSCOPE_FEATURE_EPOLL);
	}
	raw_spin_unlock_irqrestore(&mps_lock, flags);
	if (any)
		groups |= BIT(MPS_GROUP_CORE);
	if (features & BIT(MPSCOPE_FEATURE_MIGRATE))
		groups |= BIT(MPS_GROUP_MIGRATE);
	if (features & BIT(MPSCOPE_FEATURE_WAKERS))
		groups |= BIT(MPS_GROUP_WAKERS);
	if (features & BIT(MPSCOPE_FEATURE_EPOLL))
		groups |= BIT(MPS_GROUP_EPOLL);
	return groups;
}

/**
 * mps_target_update_hooks() - attach and detach what is wanted now
 * @more: features that are about to be wanted; any bit also asks for the core
 *
 * Context: COLD, mps_targets_mutex held. Return: 0 or a negative errno.
 */
int mps_target_update_hooks(u32 more)
{
	u32 groups = groups_wanted(more);
	int ret;

	/* there before births are seen, and until no more are */
	if (groups)
		mps_reserve_fill(true, groups & BIT(MPS_GROUP_WAKERS));
	ret = mps_probe_want(groups);
	if (!groups)
		mps_reserve_fill(false, false);
	return ret;
}

/* First half of a removal: nobody new finds the target or its threads. (M) */
static void target_unlink(struct mps_target *g, struct list_head *doomed)
{
	struct mps_thread *t;
	unsigned long flags;

	lockdep_assert_held(&mps_targets_mutex);
	raw_spin_lock_irqsave(&mps_lock, flags);
	if (!g->live)
		mps_limit_exited.used--;
	unpublish_locked(g);
	list_del_rcu(&g->node);
	list_for_each_entry(t, &g->threads, in_target)
		mps_thread_unlink_locked(t);
	raw_spin_unlock_irqrestore(&mps_lock, flags);
	list_add_tail(&g->doomed, doomed);
}

/* Second half, one wait for all of them. COLD, (M). */
static void targets_free(struct list_head *doomed)
{
	struct mps_target *g, *next_g;
	struct mps_thread *t, *next;

	lockdep_assert_held(&mps_targets_mutex);
	if (list_empty(doomed))
		return;
	list_for_each_entry(g, doomed, doomed)
		mps_debugfs_del_target(g);
	mps_thread_forget_cpus(false);
	synchronize_rcu();
	list_for_each_entry_safe(g, next_g, doomed, doomed) {
		list_for_each_entry_safe(t, next, &g->threads, in_target)
			mps_thread_drop(t);
		mps_target_put(g);
	}
}

/* Untag: it and its counters go. COLD, (M). */
void mps_target_remove(struct mps_target *g)
{
	LIST_HEAD(doomed);

	target_unlink(g, &doomed);
	targets_free(&doomed);
}

/*
 * Exited targets of the same number would be in the way of a new one. Older
 * ones come first in the list.
 */
static void unlink_namesakes(const struct mps_target *of, struct list_head *doomed)
{
	struct mps_target *g, *next;

	list_for_each_entry_safe(g, next, &mps_targets, node) {
		if (g == of)
			return;
		if (READ_ONCE(g->live) || g->tgid != of->tgid)
			continue;
		mps_limit_exited.refused++;
		target_unlink(g, doomed);
	}
}

/*
 * A number may be given anew before its last owner is freed. Then the last one
 * keeps the directory until it is, and the work goes on from there.
 */
static int add_directory(struct mps_target *of)
{
	struct mps_target *g;

	list_for_each_entry(g, &mps_targets, node) {
		if (g == of)
			break;
		if (g->tgid == of->tgid)
			return 0;
	}
	return mps_debugfs_add_target(of);
}

/* Its directory, in place of those of exited namesakes. COLD, (M). */
int mps_target_show(struct mps_target *g)
{
	LIST_HEAD(doomed);

	unlink_namesakes(g, &doomed);
	targets_free(&doomed);
	return add_directory(g);
}

/* Fork and exec add none while it goes on. */
void mps_target_untag_all(void)
{
	struct mps_target *g, *next;
	LIST_HEAD(doomed);

	lockdep_assert_held(&mps_targets_mutex);
	WRITE_ONCE(mps_closing, true);
	synchronize_rcu();	/* who saw it open has added its target */
	list_for_each_entry_safe(g, next, &mps_targets, node)
		target_unlink(g, &doomed);
	targets_free(&doomed);
	mps_target_update_hooks(0);
	WRITE_ONCE(mps_closing, false);
}

/* The oldest exited targets beyond the limit, directories that lack, hooks. */
static void target_work(struct work_struct *work)
{
	struct mps_target *g, *next;
	LIST_HEAD(doomed);

	mutex_lock(&mps_targets_mutex);
	list_for_each_entry_safe(g, next, &mps_targets, node) {
		if (READ_ONCE(g->live) || READ_ONCE(mps_limit_exited.used) <=
					  READ_ONCE(mps_limit_exited.max))
			continue;
		mps_limit_exited.refused++;
		target_unlink(g, &doomed);
	}
	list_for_each_entry(g, &mps_targets, node)
		if (!g->dir)
			unlink_namesakes(g, &doomed);
	targets_free(&doomed);
	list_for_each_entry(g, &mps_targets, node)
		if (!g->dir)
			add_directory(g);
	mps_target_update_hooks(0);
	mutex_unlock(&mps_targets_mutex);
}

/* From any context but HOT. */
void mps_target_kick(void)
{
	schedule_work(&mps_target_work);
}

/* Commands and rules are gone: remove everything, and with it the hooks. COLD. */
void mps_target_exit(void)
{
	mutex_lock(&mps_targets_mutex);
	mps_target_untag_all();
	mutex_unlock(&mps_targets_mutex);
	cancel_work_sync(&mps_target_work);
	mps_pressure_exit();
}
