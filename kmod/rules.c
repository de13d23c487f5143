// SPDX-License-Identifier: GPL-2.0
/* Rules: match a process by comm, exe and cgroup, and tag it. */
#include <linux/binfmts.h>
#include <linux/cgroup.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/glob.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "compat.h"
#include "rules.h"

LIST_HEAD(mps_rules);
struct mps_limit mps_limit_rules = { .max = MPSCOPE_MAX_RULES };

module_param_named(max_rules, mps_limit_rules.max, uint, 0644);
MODULE_PARM_DESC(max_rules, "rules that may stand at once");

/* The subtree of a control group: the path itself, or one below it. */
static bool below(const char *path, const char *top)
{
	size_t n = strlen(top);

	while (n > 1 && top[n - 1] == '/')
		n--;
	if (n == 1)
		return true;
	return !strncmp(path, top, n) && (!path[n] || path[n] == '/');
}

static bool cgroup_matches(struct task_struct *p, const char *top, char *buf)
{
	bool ok = false;

#ifdef CONFIG_CGROUPS
	rcu_read_lock();
	if (cgroup_path(task_dfl_cgroup(p), buf, PATH_MAX) >= 0)
		ok = below(buf, top);
	rcu_read_unlock();
#endif
	return ok;
}

static bool exe_matches(const struct file *exe, const char *path, char *buf)
{
	const char *name;

	if (!exe)
		return false;
	name = d_path(&exe->f_path, buf, PATH_MAX);
	return !IS_ERR(name) && !strcmp(name, path);
}

/* @buf: PATH_MAX bytes, or NULL if the rule needs none */
static bool rule_matches(const struct mps_rule *r, struct task_struct *p,
			 const struct file *exe, char *buf)
{
	const char *comm = r->cmd.value[MPS_RULE_COMM];
	const char *path = r->cmd.value[MPS_RULE_EXE];
	const char *cgroup = r->cmd.value[MPS_RULE_CGROUP];

	if (*comm && !glob_match(comm, p->group_leader->comm))
		return false;
	if (*path && !exe_matches(exe, path, buf))
		return false;
	if (*cgroup && !cgroup_matches(p, cgroup, buf))
		return false;
	return true;
}

/* d_path() and cgroup_path() write to it, and take spinlock_t */
static bool needs_buffer(const struct mps_rule_cmd *cmd)
{
	return *cmd->value[MPS_RULE_EXE] || *cmd->value[MPS_RULE_CGROUP];
}

static void missed(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&mps_lock, flags);
	mps_missed_targets++;
	raw_spin_unlock_irqrestore(&mps_lock, flags);
}

/**
 * mps_rules_exec() - a process has a new program: does a rule want it?
 * @p: the task, current
 * @bprm: its new program
 *
 * Context: sched_process_exec; atomic on 6.1, so the buffer for a path may not
 * be had: that is counted. The first rule that matches wins.
 */
void mps_rules_exec(struct task_struct *p, struct linux_binprm *bprm)
{
	char *buf = NULL;
	struct mps_rule *r;

	rcu_read_lock();
	if (mps_target_find_rcu(p->signal))
		goto out;
	list_for_each_entry_rcu(r, &mps_rules, node) {
		if (needs_buffer(&r->cmd) && !buf) {
			buf = kmalloc(PATH_MAX, GFP_NOWAIT | __GFP_NOWARN);
			if (!buf) {
				missed();
				continue;
			}
		}
		if (rule_matches(r, p, bprm->file, buf)) {
			mps_target_tag_current(&r->cmd.opts);
			break;
		}
	}
out:
	rcu_read_unlock();
	kfree(buf);
}

/* The next process from @nr on, with a reference; processes are taken by id. */
static struct task_struct *next_process(pid_t *nr)
{
	struct task_struct *p = NULL;
	struct pid *pid;

	rcu_read_lock();
	while ((pid = find_ge_pid(*nr, &init_pid_ns))) {
		*nr = pid_nr(pid) + 1;
		p = pid_task(pid, PIDTYPE_TGID);
		if (p && !(p->flags & PF_KTHREAD)) {
			get_task_struct(p);
			break;
		}
		p = NULL;
	}
	rcu_read_unlock();
	return p;
}

static void apply_to(const struct mps_rule *r, struct task_struct *p, char *buf)
{
	struct file *exe = NULL;
	struct mm_struct *mm;
	const char *why;
	int ret;

	if (*r->cmd.value[MPS_RULE_EXE]) {
		mm = get_task_mm(p);
		if (mm) {
			exe = mps_mm_exe_file(mm);
			mmput(mm);
		}
	}
	if (rule_matches(r, p, exe, buf)) {
		ret = mps_target_tag(p, &r->cmd.opts, &why);
		if (ret && ret != -EEXIST && ret != -ESRCH)
			missed();
	}
	if (exe)
		fput(exe);
}

/* Tag what runs already. COLD, (M). */
static void apply(const struct mps_rule *r, char *buf)
{
	struct task_struct *p;
	pid_t nr = 1;

	while ((p = next_process(&nr))) {
		apply_to(r, p, buf);
		put_task_struct(p);
		cond_resched();
	}
}

static struct mps_rule *find_rule(const struct mps_rule_cmd *cmd)
{
	struct mps_rule *r;

	list_for_each_entry(r, &mps_rules, node)
		if (mps_rule_same(&r->cmd, cmd))
			return r;
	return NULL;
}

/**
 * mps_rules_add() - a rule for now and for every exec to come
 * @cmd: keys, values and options
 * @why: out, on error: what is wrong, for people
 *
 * Context: COLD, mps_targets_mutex held.
 * Return: 0; -EOPNOTSUPP, -EEXIST, -ENOSPC, -ENOMEM, or what attaching the hooks
 * said.
 */
int mps_rules_add(const struct mps_rule_cmd *cmd, const char **why)
{
	struct mps_rule *r;
	char *buf;
	int ret;

	lockdep_assert_held(&mps_targets_mutex);
	*why = "on this PREEMPT_RT kernel exec may not look up exe or cgroup: use comm";
	if (MPS_EXEC_IS_RAW && needs_buffer(cmd))
		return -EOPNOTSUPP;
	*why = "the same rule stands already: remove it first to change its options";
	if (find_rule(cmd))
		return -EEXIST;
	if (mps_limit_rules.used >= READ_ONCE(mps_limit_rules.max)) {
		mps_limit_rules.refused++;
		*why = "too many rules: raise max_rules or remove some";
		return -ENOSPC;
	}
	*why = "no memory";
	r = kzalloc(sizeof(*r), GFP_KERNEL);
	buf = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!r || !buf) {
		kfree(r);
		kfree(buf);
		return -ENOMEM;
	}
	r->cmd = *cmd;
	list_add_tail_rcu(&r->node, &mps_rules);
	mps_limit_rules.used++;
	ret = mps_target_update_hooks(0);
	if (ret) {
		mps_rules_del(cmd, why);
		*why = "a hook could not be attached: see features";
	} else {
		apply(r, buf);
	}
	kfree(buf);
	return ret;
}

int mps_rules_del(const struct mps_rule_cmd *cmd, const char **why)
{
	struct mps_rule *r;

	lockdep_assert_held(&mps_targets_mutex);
	r = find_rule(cmd);
	*why = "no such rule: read rules for those there are";
	if (!r)
		return -ENOENT;
	list_del_rcu(&r->node);
	mps_limit_rules.used--;
	kfree_rcu(r, rcu);
	return mps_target_update_hooks(0);
}

/* Targets that rules have tagged stay tagged. */
void mps_rules_clear(void)
{
	struct mps_rule *r, *next;

	lockdep_assert_held(&mps_targets_mutex);
	list_for_each_entry_safe(r, next, &mps_rules, node) {
		list_del_rcu(&r->node);
		mps_limit_rules.used--;
		kfree_rcu(r, rcu);
	}
	mps_target_update_hooks(0);
}

bool mps_rules_any(void)
{
	return !list_empty(&mps_rules);
}

/* Features that targets of the rules will want. (M) */
u32 mps_rules_features(void)
{
	struct mps_rule *r;
	u32 features = 0;

	list_for_each_entry(r, &mps_rules, node)
		features |= r->cmd.opts.features;
	return features;
}
