// SPDX-License-Identifier: GPL-2.0
/*
 * Memory laid by for fork and exec, where PREEMPT_RT allows no allocation: taken
 * by probes, filled up by the work while anything is tagged. Nothing elsewhere.
 */
#include <linux/slab.h>

#include "reserve.h"
#include "target.h"

/* What a burst of births may take before the work has run. */
static const unsigned int mps_reserve_max[MPS_NR_RESERVES] = {
	[MPS_RESERVE_THREAD]	= 512,
	[MPS_RESERVE_TARGET]	= 64,
	[MPS_RESERVE_WAKERS]	= 16,
};

/* (L) Stacks, linked by the first word of what lies there. */
static struct mps_reserve {
	void **top;
	unsigned int nr;
} mps_reserves[MPS_NR_RESERVES];

static void *memory_get(enum mps_reserve_kind kind)
{
	switch (kind) {
	case MPS_RESERVE_THREAD:
		return mps_thread_memory(GFP_KERNEL);
	case MPS_RESERVE_TARGET:
		return kzalloc(sizeof(struct mps_target), GFP_KERNEL);
	default:
		return kcalloc(MPS_WAKER_SLOTS, sizeof(struct mps_waker_slot),
			       GFP_KERNEL);
	}
}

static void memory_put(enum mps_reserve_kind kind, void *mem)
{
	if (kind == MPS_RESERVE_THREAD)
		mps_thread_free(mem);
	else
		kfree(mem);
}

static void *pop(enum mps_reserve_kind kind, bool *low)
{
	struct mps_reserve *r = &mps_reserves[kind];
	unsigned long flags;
	void **mem;

	raw_spin_lock_irqsave(&mps_lock, flags);
	mem = r->top;
	if (mem) {
		r->top = *mem;
		r->nr--;
		*mem = NULL;
	}
	*low = r->nr < mps_reserve_max[kind] / 2;
	raw_spin_unlock_irqrestore(&mps_lock, flags);
	return mem;
}

/**
 * mps_reserve_take() - memory where none may be allocated
 * @kind: for what; zeroed
 *
 * Context: any but HOT. Return: the memory, or NULL if it ran out.
 */
void *mps_reserve_take(enum mps_reserve_kind kind)
{
	bool low;
	void *mem = pop(kind, &low);

	if (low)
		mps_target_kick();
	return mem;
}

/**
 * mps_reserve_give() - lay memory by, as what was taken and not used after all
 * @kind: for what
 * @mem: the memory; zeroed here
 *
 * Context: any but HOT; it may be over the measure, until nothing is tagged.
 */
void mps_reserve_give(enum mps_reserve_kind kind, void *mem)
{
	static const size_t size[MPS_NR_RESERVES] = {
		[MPS_RESERVE_THREAD]	= sizeof(struct mps_thread),
		[MPS_RESERVE_TARGET]	= sizeof(struct mps_target),
		[MPS_RESERVE_WAKERS]	= MPS_WAKER_SLOTS *
					  sizeof(struct mps_waker_slot),
	};
	struct mps_reserve *r = &mps_reserves[kind];
	unsigned long flags;

	memset(mem, 0, size[kind]);
	raw_spin_lock_irqsave(&mps_lock, flags);
	*(void **)mem = r->top;
	r->top = mem;
	r->nr++;
	raw_spin_unlock_irqrestore(&mps_lock, flags);
}

static void fill(enum mps_reserve_kind kind)
{
	void *mem;

	while (READ_ONCE(mps_reserves[kind].nr) < mps_reserve_max[kind]) {
		mem = memory_get(kind);
		if (!mem)
			return;		/* births that miss it are counted */
		mps_reserve_give(kind, mem);
	}
}

static void drain(enum mps_reserve_kind kind)
{
	void *mem;
	bool low;

	while ((mem = pop(kind, &low)))
		memory_put(kind, mem);
}

/**
 * mps_reserve_fill() - lay by what may be needed, give back what may not
 * @wanted: hooks are attached, or will be at once
 * @wakers: and some target has the feature wakers
 *
 * Context: COLD, mps_targets_mutex held.
 */
void mps_reserve_fill(bool wanted, bool wakers)
{
	unsigned int kind;

	if (!IS_ENABLED(CONFIG_PREEMPT_RT))
		return;
	lockdep_assert_held(&mps_targets_mutex);
	for (kind = 0; kind < MPS_NR_RESERVES; kind++) {
		if (wanted && (wakers || kind != MPS_RESERVE_WAKERS))
			fill(kind);
		else
			drain(kind);
	}
}
