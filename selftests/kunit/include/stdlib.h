/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of core/ ask of the C library, in the kernel. */
#ifndef _MPS_KUNIT_STDLIB_H
#define _MPS_KUNIT_STDLIB_H

#include <linux/limits.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/string.h>

static inline void *malloc(size_t size)
{
	return kmalloc(size, GFP_KERNEL);
}

static inline char *strdup(const char *s)
{
	return kstrdup(s, GFP_KERNEL);
}

static inline void free(void *p)
{
	kfree(p);
}

static struct rnd_state mps_kunit_rand __maybe_unused;

static inline void srand(unsigned int seed)
{
	prandom_seed_state(&mps_kunit_rand, seed);
}

static inline int rand(void)
{
	return prandom_u32_state(&mps_kunit_rand) & INT_MAX;
}

#endif /* _MPS_KUNIT_STDLIB_H */
