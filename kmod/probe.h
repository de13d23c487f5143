/* SPDX-License-Identifier: GPL-2.0 */
/* The hooks into the kernel: which there are, which are attached. */
#ifndef _MPSCOPE_PROBE_H
#define _MPSCOPE_PROBE_H

#include <linux/bits.h>
#include <linux/types.h>

#include "compat.h"

struct task_struct;
struct linux_binprm;
struct hrtimer;
struct timer_list;
struct mps_thread;

/* Hooks that are wanted together. */
enum mps_group {
	MPS_GROUP_CORE,		/* any target or rule */
	MPS_GROUP_MIGRATE,
	MPS_GROUP_WAKERS,
	MPS_GROUP_EPOLL,	/* no tracepoint: probe_return.c */
	MPS_NR_GROUPS
};

struct mps_hook_info {
	const char *name;
	const char *state;	/* attached, idle, unavailable, fallback */
	const char *why;	/* or NULL */
	enum mps_group group;
};

int mps_probe_init(void);
void mps_probe_exit(void);
int mps_probe_want(u32 groups);
bool mps_probe_available(enum mps_group group, const char **why);
bool mps_probe_info(unsigned int i, struct mps_hook_info *info);

/* probe_return.c */
int mps_return_init(const char *how);
void mps_return_exit(void);
int mps_return_attach(void);
void mps_return_detach(void);
bool mps_return_by_notifier(void);
bool mps_return_available(const char **why);
bool mps_return_info(unsigned int i, struct mps_hook_info *info);
u64 mps_return_missed(void);

/* the handlers, each type-checked in its file */
void on_sched_switch(void *data, bool preempt, struct task_struct *prev,
		     struct task_struct *next, unsigned int prev_state);
void on_sched_migrate_task(void *data, struct task_struct *p, int dest_cpu);
void on_sched_move_numa(void *data, struct task_struct *p, int src, int dst);
void on_sched_swap_numa(void *data, struct task_struct *src_tsk, int src_cpu,
			struct task_struct *dst_tsk, int dst_cpu);
void on_sched_waking(void *data, struct task_struct *p);
void on_hrtimer_expire_entry(void *data, struct hrtimer *timer,
			     mps_expire_now_t now);
void on_hrtimer_expire_exit(void *data, struct hrtimer *timer);
void on_timer_expire_entry(void *data, struct timer_list *timer,
			   unsigned long baseclk);
void on_timer_expire_exit(void *data, struct timer_list *timer);
void on_task_newtask(void *data, struct task_struct *task,
		     mps_clone_flags_t clone_flags);
void on_sched_process_exec(void *data, struct task_struct *p, pid_t old_pid,
			   struct linux_binprm *bprm);
void on_sched_process_free(void *data, struct task_struct *p);

#endif /* _MPSCOPE_PROBE_H */
