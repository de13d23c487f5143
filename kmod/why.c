// SPDX-License-Identifier: GPL-2.0
/* Why a task is off the run queue: its state, its syscall, its descriptor. HOT. */
#include <linux/fdtable.h>
#include <linux/nospec.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <asm/syscall.h>

#include "compat.h"
#include "core/reason.h"
#include "hot.h"

/**
 * mps_syscall_of() - the syscall that a task is in
 * @p: the task
 *
 * Context: HOT; @p is current or does not run, and its stack is there.
 * Return: the number, MPS_SYSCALL_NONE in none (an exception, an interrupt, a
 * kernel worker), MPS_SYSCALL_FOREIGN if it is one of another ABI.
 */
int mps_syscall_of(struct task_struct *p)
{
	int nr;

	if (p->flags & (PF_KTHREAD | PF_IO_WORKER))
		return MPS_SYSCALL_NONE;
	nr = syscall_get_nr(p, task_pt_regs(p));
	if (nr < 0)
		return MPS_SYSCALL_NONE;
	return mps_syscall_foreign(p) ? MPS_SYSCALL_FOREIGN : nr;
}

/*
 * st_mode of what the first argument names. The task is inside the call, which
 * holds the file; a descriptor that another thread has replaced meanwhile
 * gives the kind of its successor, which is memory that RCU keeps.
 */
static unsigned int mode_of_fd(struct task_struct *p)
{
	struct files_struct *files = READ_ONCE(p->files);
	unsigned long args[6];
	struct fdtable *fdt;
	struct inode *inode;
	unsigned int mode = 0;
	struct file *file;
	unsigned int fd;

	if (!files)
		return 0;
	syscall_get_arguments(p, task_pt_regs(p), args);
	fd = args[0];
	rcu_read_lock_sched_notrace();
	fdt = rcu_dereference_raw(files->fdt);
	if (fd < fdt->max_fds) {
		fd = array_index_nospec(fd, fdt->max_fds);
		file = rcu_dereference_raw(fdt->fd[fd]);
		inode = file ? READ_ONCE(file->f_inode) : NULL;
		if (inode)
			mode = inode->i_mode;
	}
	rcu_read_unlock_sched_notrace();
	return mode;
}

/**
 * mps_why_blocked() - reason, mode and syscall of a task that blocks
 * @p: the task
 * @state: what it waits in, bits of TASK_NORMAL and the like; never TASK_WAKING
 * @why: out
 *
 * Context: HOT; @p is current or does not run, and its stack is there.
 */
void mps_why_blocked(struct task_struct *p, unsigned int state,
		     struct mps_why *why)
{
	u8 reason;

	why->mode = state & TASK_INTERRUPTIBLE ? MPSCOPE_MODE_S : MPSCOPE_MODE_D;
	why->syscall = mps_syscall_of(p);
	if (state & (__TASK_STOPPED | __TASK_TRACED)) {
		why->reason = MPSCOPE_REASON_STOPPED;
		why->mode = MPSCOPE_MODE_S;
		return;
	}
	if (p->flags & PF_IO_WORKER) {
		why->reason = MPSCOPE_REASON_IO_URING;
		return;
	}
	if (p->flags & PF_EXITING) {
		why->reason = MPSCOPE_REASON_KERNEL;
		return;
	}
	if (why->syscall == MPS_SYSCALL_NONE) {
		why->reason = MPSCOPE_REASON_FAULT;
		return;
	}
	if (why->syscall == MPS_SYSCALL_FOREIGN) {
		why->reason = MPSCOPE_REASON_OTHER;
		return;
	}
	reason = mps_reason_of_syscall(why->syscall);
	if (reason == MPS_REASON_BY_FD)
		reason = mps_reason_of_mode(mode_of_fd(p));
	why->reason = reason;
}
