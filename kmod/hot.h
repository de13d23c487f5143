/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the HOT files share: run-queue lock held, interrupts off; no
 * allocation, no lock, no print, no loop over tasks.
 */
#ifndef _MPSCOPE_HOT_H
#define _MPSCOPE_HOT_H

#include "exact.h"
#include "thread.h"

/* What is known of a thread, for an event of it: -1 in all if nothing is. */
static __always_inline const struct mps_go *mps_go_of(struct mps_thread *t,
						      struct mps_go *go)
{
	const struct mps_exact *x = READ_ONCE(t->exact);

	return unlikely(x) ? mps_go_read(x, t, go) : &mps_go_none;
}

/*
 * probe_return.c: results of syscalls of tagged threads. watch: a thread of
 * ours comes onto this CPU; unwatch: somebody else does.
 */
static __always_inline bool mps_return_wanted(const struct mps_thread *t)
{
	return t->features & BIT(MPSCOPE_FEATURE_EPOLL) || READ_ONCE(t->exact);
}

void mps_return_watch(struct mps_cpu *c, struct mps_thread *t);
void mps_return_unwatch(struct mps_cpu *c);

#endif /* _MPSCOPE_HOT_H */
