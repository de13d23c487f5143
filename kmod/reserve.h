/* SPDX-License-Identifier: GPL-2.0 */
/* Memory laid by for probes that may not allocate. */
#ifndef _MPSCOPE_RESERVE_H
#define _MPSCOPE_RESERVE_H

#include <linux/kconfig.h>
#include <linux/preempt.h>
#include <linux/types.h>

/*
 * On PREEMPT_RT the allocator takes sleeping locks, whatever the gfp flags say,
 * and kernels to 6.x run probes with preemption off. Elsewhere GFP_NOWAIT will do.
 */
static inline bool mps_may_allocate(void)
{
	return !IS_ENABLED(CONFIG_PREEMPT_RT) || preemptible();
}

enum mps_reserve_kind {
	MPS_RESERVE_THREAD,
	MPS_RESERVE_TARGET,
	MPS_RESERVE_WAKERS,	/* a target's table, feature wakers */
	MPS_NR_RESERVES
};

void *mps_reserve_take(enum mps_reserve_kind kind);
void mps_reserve_give(enum mps_reserve_kind kind, void *mem);
void mps_reserve_fill(bool wanted, bool wakers);

#endif /* _MPSCOPE_RESERVE_H */
