// SPDX-License-Identifier: GPL-2.0
/* Commands to tag and untag a process. Locks: the banner in thread.c. */
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched/task.h>

#include "probe.h"
#include "target.h"

static int check_features(u32 features, const char **why)
{
	static const u8 group[MPSCOPE_NR_FEATURES] = {
		[MPSCOPE_FEATURE_EPOLL]		= MPS_GROUP_EPOLL,
		[MPSCOPE_FEATURE_MIGRATE]	= MPS_GROUP_MIGRATE,
		[MPSCOPE_FEATURE_WAKERS]	= MPS_GROUP_WAKERS,
	};
	unsigned int f;

	for (f = 0; f < MPSCOPE_NR_FEATURES; f++)
		if (features & BIT(f) && !mps_probe_available(group[f], why))
			return -EOPNOTSUPP;
	return 0;
}

/**
 * mps_target_tag() - track the process of a task from now on
 * @task: any thread of it
 * @o: whether children are followed, and the features
 * @why: out, on error: what is wrong, for people
 *
 * Context: COLD, mps_targets_mutex held, a reference to @task held.
 * Return: 0; -EPERM, -ESRCH, -EEXIST, -ENOSPC, -ENOMEM, -EOPNOTSUPP.
 */
int mps_target_tag(struct task_struct *task, const struct mps_opts *o,
		   const char **why)
{
	struct mps_target *g;
	int ret;

	lockdep_assert_held(&mps_targets_mutex);
	*why = "kernel thread: only processes can be tagged";
	if (task->flags & PF_KTHREAD)
		return -EPERM;
	ret = check_features(o->features, why);
	if (ret)
		return ret;
	*why = "no memory";
	g = mps_target_alloc(task, o, GFP_KERNEL);
	if (!g)
		return -ENOMEM;
	ret = mps_target_update_hooks(o->features | BIT(31));
	if (ret) {
		*why = "a hook could not be attached: see features";
		goto put;
	}
	ret = mps_target_publish(g);
	if (ret) {
		*why = ret == -EEXIST ?
		       "tagged already: untag it first to change its options" :
		       "too many processes: raise max_targets or untag some";
		goto unhook;
	}
	ret = mps_target_seed(g, task);
	if (!ret && !READ_ONCE(g->nr_live) && !READ_ONCE(g->nr_dead))
		ret = -ESRCH;
	if (!ret)
		ret = mps_target_show(g);
	if (ret) {
		*why = ret == -ENOSPC ? "too many threads: raise max_threads or untag some" :
		       ret == -ESRCH ? "no such process: it has exited" : "no memory";
		mps_target_remove(g);
		mps_target_update_hooks(0);
	}
	return ret;
put:
	mps_target_unmade(g);
	return ret;
unhook:
	mps_target_unmade(g);
	mps_target_update_hooks(0);
	return ret;
}

static struct task_struct *task_of(pid_t nr)
{
	struct task_struct *p;
	struct pid *pid = find_get_pid(nr);

	p = get_pid_task(pid, PIDTYPE_PID);
	put_pid(pid);
	return p;
}

/* As written to tags: numbers of the writer's PID namespace. COLD, (M). */
int mps_target_tag_pid(pid_t nr, const struct mps_opts *o, const char **why)
{
	struct task_struct *p = task_of(nr);
	int ret;

	*why = "no such process";
	if (!p)
		return -ESRCH;
	ret = mps_target_tag(p, o, why);
	put_task_struct(p);
	return ret;
}

/* The number that a target has or had for the writer of a command, or 0. */
static pid_t nr_here(const struct mps_target *g)
{
	struct pid_namespace *ns = task_active_pid_ns(current);

	if (ns == &init_pid_ns)
		return g->tgid;
	return ns->ns.inum == g->pid_ns ? g->vtgid : 0;
}

/*
 * The target whose task has the number; else the one that had it: it has exited, or
 * was reaped a moment ago and waits for RCU to free its last thread.
 */
static struct mps_target *target_of(pid_t nr)
{
	struct task_struct *p = task_of(nr);
	struct mps_target *g = NULL;

	if (p) {
		rcu_read_lock();
		g = mps_target_find_rcu(p->signal);
		rcu_read_unlock();
		put_task_struct(p);
		if (g)
			return g;	/* (M) keeps it */
	}
	list_for_each_entry(g, &mps_targets, node)
		if (nr_here(g) == nr)
			return g;
	return NULL;
}

int mps_target_untag_pid(pid_t nr, const char **why)
{
	struct mps_target *g;

	lockdep_assert_held(&mps_targets_mutex);
	g = target_of(nr);
	*why = "not tagged: read tags for what is";
	if (!g)
		return -ENOENT;
	mps_target_remove(g);
	return mps_target_update_hooks(0);
}
