/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why a task is off the run queue, the part that most switches take, inline.
 * HOT. The rest: why.c.
 */
#ifndef _MPSCOPE_WHY_H
#define _MPSCOPE_WHY_H

#include <linux/fdtable.h>
#include <linux/nospec.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <asm/syscall.h>

#include "compat.h"
#include "core/reason.h"

/* Why a task is off the run queue. */
struct mps_why {
	u8 reason;		/* enum mpscope_reason */
	u8 mode;		/* enum mpscope_mode */
	s32 syscall;		/* number, or MPS_SYSCALL_* */
};

int mps_syscall_of(struct task_struct *p);
void mps_why_blocked(struct task_struct *p, unsigned int state,
		     struct mps_why *why);

/*
 * st_mode of what the first argument names. The task is inside the call, which
 * holds the file; a descriptor that another thread has replaced meanwhile
 * gives the kind of its successor, which is memory that RCU keeps: interrupts
 * are off.
 */
static __always_inline unsigned int mps_mode_of_fd(struct task_struct *p)
{
	struct files_struct *files = READ_ONCE(p->files);
	unsigned int fd = mps_syscall_arg0(p, task_pt_regs(p));
	struct fdtable *fdt;
	struct inode *inode;
	struct file *file;

	if (unlikely(!files))
		return 0;
	fdt = rcu_dereference_raw(files->fdt);
	if (unlikely(fd >= fdt->max_fds))
		return 0;
	fd = array_index_nospec(fd, fdt->max_fds);
	file = rcu_dereference_raw(fdt->fd[fd]);
	inode = likely(file) ? READ_ONCE(file->f_inode) : NULL;
	return likely(inode) ? inode->i_mode : 0;
}

/* PREEMPT_RT makes most spinlocks sleep: this is the kernel's wait, not the call's. */
static __always_inline bool mps_why_is_lock(unsigned int state)
{
	return IS_ENABLED(CONFIG_PREEMPT_RT) && state & TASK_RTLOCK_WAIT;
}

/* A user's task in a native syscall, which does not end, nor stops. */
static __always_inline bool mps_why_is_plain(const struct task_struct *p,
					     unsigned int state)
{
	return !(p->flags & (PF_KTHREAD | PF_IO_WORKER | PF_EXITING)) &&
	       !(state & (__TASK_STOPPED | __TASK_TRACED)) &&
	       !mps_why_is_lock(state) &&
	       !mps_syscall_foreign(p);
}

/* Interruptible or not. */
static __always_inline u8 mps_why_mode(unsigned int state)
{
	return state & TASK_INTERRUPTIBLE ? MPSCOPE_MODE_S : MPSCOPE_MODE_D;
}

#endif /* _MPSCOPE_WHY_H */
