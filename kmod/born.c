// SPDX-License-Identifier: GPL-2.0
/*
 * Threads and targets made by fork and exec, where one cannot sleep: what finds
 * no memory, or none in reserve.c where that is all there is, is counted as missed.
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "exact.h"
#include "target.h"

static void count_missed(struct mps_target *g)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&mps_lock, flags);
	if (g) {
		g->nr_missed++;
		mps_missed_threads++;
	} else {
		mps_missed_targets++;
	}
	raw_spin_unlock_irqrestore(&mps_lock, flags);
}

/*
 * One new or current task becomes a target's thread. Atomic context. Return: false
 * if there is no memory or no room for it, then counted.
 */
static bool add_one(struct mps_target *g, struct task_struct *p, bool birth)
{
	struct mps_thread *t = mps_thread_alloc(GFP_NOWAIT | __GFP_NOWARN);

	if (!t) {
		count_missed(g);
		return false;
	}
	if (!mps_thread_add(t, p, g, birth)) {
		mps_thread_free(t);
		return false;
	}
	if (birth)
		trace_thread_start(t->tid, g->tgid, MPSCOPE_STATE_BIRTH,
				   &mps_go_none);
	return true;
}

/*
 * A target that was just made and whose only thread could not be added: nobody
 * would see its process end, and its signal_struct be another's. So it ends here.
 */
static void target_unmake(struct mps_target *g)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&mps_lock, flags);
	if (g->live)
		mps_target_exited_locked(g);
	raw_spin_unlock_irqrestore(&mps_lock, flags);
	mps_target_kick();
}

/* A target made where one cannot sleep; the work makes its directory. */
static struct mps_target *target_make(struct task_struct *p,
				      const struct mps_opts *o)
{
	struct mps_target *g;
	int ret;

	if (READ_ONCE(mps_closing))
		return NULL;
	g = mps_target_alloc(p, o, GFP_NOWAIT | __GFP_NOWARN);
	if (!g) {
		count_missed(NULL);
		return NULL;
	}
	ret = mps_target_publish(g);
	if (ret) {
		mps_target_unmade(g);
		if (ret != -EEXIST)
			count_missed(NULL);
		return NULL;
	}
	mps_target_kick();
	return g;
}

/**
 * mps_target_inherit() - a task was born: does it belong to a target?
 * @child: the new task, of current's making
 *
 * By its process, not by its parent's record: a process that is being tagged
 * this moment is in the hash before its threads are.
 * Context: task_newtask; atomic.
 */
void mps_target_inherit(struct task_struct *child)
{
	struct mps_target *g, *parent, *made = NULL;

	rcu_read_lock();
	g = mps_target_find_rcu(child->signal);
	if (!g && child->signal != current->signal) {
		parent = mps_target_find_rcu(current->signal);
		if (parent && parent->children) {
			struct mps_opts o = {
				.children = true,
				.features = parent->features,
			};

			made = target_make(child, &o);
			g = made;
		}
	}
	if (g && !add_one(g, child, true) && made)
		target_unmake(made);
	rcu_read_unlock();
}

/* A rule matched the task that runs here, which has one thread. Atomic. */
void mps_target_tag_current(const struct mps_opts *o)
{
	struct mps_target *g;
	struct mps_thread *t;

	rcu_read_lock();
	if (mps_target_find_rcu(current->signal))
		goto out;
	g = target_make(current, o);
	if (!g)
		goto out;
	if (!add_one(g, current, false)) {
		target_unmake(g);
		goto out;
	}
	t = mps_thread_find_rcu(current);
	if (t)
		mps_thread_arm_current(t);
out:
	rcu_read_unlock();
}
