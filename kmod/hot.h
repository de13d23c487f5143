/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the HOT files share: run-queue lock held, interrupts off; no
 * allocation, no lock, no print, no loop over tasks.
 */
#ifndef _MPSCOPE_HOT_H
#define _MPSCOPE_HOT_H

#include "thread.h"

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
 * probe_return.c: results of syscalls of tagged threads. watch: a thread of
 * ours comes onto this CPU; unwatch: somebody else does.
 */
void mps_return_watch(struct mps_cpu *c, struct mps_thread *t);
void mps_return_unwatch(struct mps_cpu *c);

#endif /* _MPSCOPE_HOT_H */
