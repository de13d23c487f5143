// SPDX-License-Identifier: GPL-2.0
/*
 * The table of tracepoints: find them by name, attach and detach them in
 * groups, say what is missing. COLD; callers hold mps_targets_mutex.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "probe.h"
#include "target.h"

static char *epoll_hook = "auto";
module_param(epoll_hook, charp, 0400);
MODULE_PARM_DESC(epoll_hook, "how epoll results are got: auto, notifier or kretprobe");

struct mps_probe {
	const char *name;
	void *handler;
	enum mps_group group;
	bool required;		/* the group is unavailable without it */
	struct tracepoint *tp;
	bool attached;
};

/*
 * sched_switch goes last: when it comes, threads can be born, exec and die.
 * Detaching goes the other way round.
 */
static struct mps_probe probes[] = {
	{ "sched_process_free",	on_sched_process_free,	MPS_GROUP_CORE, true },
	{ "sched_process_exec",	on_sched_process_exec,	MPS_GROUP_CORE, true },
	{ "task_newtask",	on_task_newtask,	MPS_GROUP_CORE, true },
	{ "sched_switch",	on_sched_switch,	MPS_GROUP_CORE, true },
	{ "sched_migrate_task",	on_sched_migrate_task,	MPS_GROUP_MIGRATE, true },
	{ "sched_move_numa",	on_sched_move_numa,	MPS_GROUP_MIGRATE, false },
	{ "sched_swap_numa",	on_sched_swap_numa,	MPS_GROUP_MIGRATE, false },
	{ "hrtimer_expire_entry", on_hrtimer_expire_entry, MPS_GROUP_WAKERS, true },
	{ "hrtimer_expire_exit", on_hrtimer_expire_exit, MPS_GROUP_WAKERS, true },
	{ "timer_expire_entry",	on_timer_expire_entry,	MPS_GROUP_WAKERS, true },
	{ "timer_expire_exit",	on_timer_expire_exit,	MPS_GROUP_WAKERS, true },
	{ "sched_waking",	on_sched_waking,	MPS_GROUP_WAKERS, true },
};

static u32 groups_attached;

static void find_one(struct tracepoint *tp, void *unused)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(probes); i++)
		if (!strcmp(tp->name, probes[i].name))
			probes[i].tp = tp;
}

bool mps_probe_available(enum mps_group group, const char **why)
{
	unsigned int i;

	if (group == MPS_GROUP_EPOLL)
		return mps_return_available(why);
	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		if (probes[i].group == group && probes[i].required &&
		    !probes[i].tp) {
			*why = probes[i].name;
			return false;
		}
	}
	return true;
}

int mps_probe_init(void)
{
	const char *why;
	int ret;

	for_each_kernel_tracepoint(find_one, NULL);
	if (!mps_probe_available(MPS_GROUP_CORE, &why)) {
		pr_err("this kernel has no tracepoint %s: cannot work here\n", why);
		return -EOPNOTSUPP;
	}
	ret = mps_return_init(epoll_hook);
	if (ret)
		pr_err("epoll_hook=%s: choose auto, notifier or kretprobe\n",
		       epoll_hook);
	return ret;
}

static void detach_group(enum mps_group group)
{
	int i;

	for (i = ARRAY_SIZE(probes) - 1; i >= 0; i--) {
		struct mps_probe *p = &probes[i];

		if (p->group != group || !p->attached)
			continue;
		tracepoint_probe_unregister(p->tp, p->handler, NULL);
		p->attached = false;
	}
	groups_attached &= ~BIT(group);
}

static int attach_group(enum mps_group group)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		struct mps_probe *p = &probes[i];

		if (p->group != group || !p->tp)
			continue;
		ret = tracepoint_probe_register(p->tp, p->handler, NULL);
		if (ret) {
			detach_group(group);
			return ret;
		}
		p->attached = true;
	}
	groups_attached |= BIT(group);
	return 0;
}

/*
 * No handler runs any more, and no CPU remembers a thread. 7.3's
 * tracepoint_synchronize_unregister() waits for no plain RCU reader, so wait
 * for them too.
 */
static void settle(bool core_gone)
{
	tracepoint_synchronize_unregister();
	synchronize_rcu();
	if (core_gone)
		mps_thread_forget_cpus(true);
}

/**
 * mps_probe_want() - attach exactly these groups
 * @groups: bit per enum mps_group
 *
 * Context: COLD, mps_targets_mutex held.
 * Return: 0, or a negative errno; then nothing new is attached.
 */
int mps_probe_want(u32 groups)
{
	u32 gone = groups_attached & ~groups, new = groups & ~groups_attached;
	int ret = 0;
	unsigned int g;

	lockdep_assert_held(&mps_targets_mutex);
	if (new & BIT(MPS_GROUP_EPOLL)) {
		ret = mps_return_attach();
		if (ret)
			return ret;
		groups_attached |= BIT(MPS_GROUP_EPOLL);
	}
	for (g = 0; g < MPS_GROUP_EPOLL && !ret; g++)
		if (new & BIT(g))
			ret = attach_group(g);
	if (ret)
		gone = groups_attached & new;
	for (g = 0; g < MPS_GROUP_EPOLL; g++)
		if (gone & BIT(g))
			detach_group(g);
	if (gone)
		settle(gone & BIT(MPS_GROUP_CORE));
	if (gone & BIT(MPS_GROUP_EPOLL)) {
		mps_return_detach();
		groups_attached &= ~BIT(MPS_GROUP_EPOLL);
	}
	return ret;
}

/**
 * mps_probe_info() - what to tell of the i-th hook
 * @i: from 0 on
 * @info: out
 *
 * Return: false past the last one.
 */
bool mps_probe_info(unsigned int i, struct mps_hook_info *info)
{
	const struct mps_probe *p;

	if (i >= ARRAY_SIZE(probes))
		return mps_return_info(i - ARRAY_SIZE(probes), info);
	p = &probes[i];
	info->name = p->name;
	info->group = p->group;
	info->why = p->tp ? NULL : "this kernel has no such tracepoint";
	info->state = !p->tp ? "unavailable" : p->attached ? "attached" : "idle";
	return true;
}

void mps_probe_exit(void)
{
	mutex_lock(&mps_targets_mutex);
	mps_probe_want(0);
	mutex_unlock(&mps_targets_mutex);
	mps_return_exit();
}
