// SPDX-License-Identifier: GPL-2.0
/* Why a task is off the run queue: what few switches need. HOT. See why.h. */
#include "why.h"

#include "core/account.h"

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

/**
 * mps_why_blocked() - reason, mode and syscall of a task that blocks
 * @p: the task
 * @state: what it waits in, bits of TASK_NORMAL and the like; never TASK_WAKING
 * @why: out
 *
 * Context: HOT, interrupts off; @p is current or does not run, and its stack
 * is there.
 */
void mps_why_blocked(struct task_struct *p, unsigned int state,
		     struct mps_why *why)
{
	why->mode = mps_why_mode(state);
	why->syscall = mps_syscall_of(p);
	if (mps_why_is_lock(state)) {
		why->reason = MPSCOPE_REASON_KERNEL;
	} else if (state & (__TASK_STOPPED | __TASK_TRACED)) {
		why->reason = MPSCOPE_REASON_STOPPED;
		why->mode = MPSCOPE_MODE_S;
	} else if (p->flags & PF_IO_WORKER) {
		why->reason = MPSCOPE_REASON_IO_URING;
	} else if (p->flags & PF_EXITING) {
		why->reason = MPSCOPE_REASON_KERNEL;
	} else if (why->syscall == MPS_SYSCALL_NONE) {
		why->reason = MPSCOPE_REASON_FAULT;
	} else if (why->syscall == MPS_SYSCALL_FOREIGN) {
		why->reason = MPSCOPE_REASON_OTHER;
	} else {
		why->reason = mps_reason_of_syscall(why->syscall);
		if (why->reason == MPS_REASON_BY_FD)
			why->reason = mps_reason_of_mode(mps_mode_of_fd(p));
	}
}
