// SPDX-License-Identifier: GPL-2.0
/*
 * Birth, exec and end of tasks. Rare events; atomic on 6.1 (preemption is off
 * around probes), preemptible on newer kernels: nothing here sleeps, and each
 * handler takes its own rcu_read_lock().
 */
#include <linux/mm_types.h>	/* 6.12: the next one lacks it */
#include <trace/events/sched.h>
#include <trace/events/task.h>

#include "probe.h"
#include "rules.h"
#include "target.h"

/*
 * Not sched_process_fork: io_uring workers are made without it. The new task is
 * visible already but has not run.
 */
void on_task_newtask(void *data, struct task_struct *task,
		     mps_clone_flags_t clone_flags)
{
	mps_target_inherit(task);
}

void on_sched_process_exec(void *data, struct task_struct *p, pid_t old_pid,
			   struct linux_binprm *bprm)
{
	mps_thread_exec(p);
	mps_rules_exec(p, bprm);
}

void on_sched_process_free(void *data, struct task_struct *p)
{
	bool ours;

	/* not by the pid bits: exec by a thread swaps its id with the leader's */
	rcu_read_lock();
	ours = mps_thread_find_rcu(p);
	rcu_read_unlock();
	if (ours)
		mps_thread_retire(p);
}

/* Found by name at run time, but typed at compile time. */
static void __maybe_unused mps_check_types(void)
{
	check_trace_callback_type_task_newtask(on_task_newtask);
	check_trace_callback_type_sched_process_exec(on_sched_process_exec);
	check_trace_callback_type_sched_process_free(on_sched_process_free);
}
