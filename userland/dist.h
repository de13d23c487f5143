/* SPDX-License-Identifier: GPL-2.0 */
/* PURE: a log2 distribution of times, as the module's histograms have it. */
#ifndef _MPS_DIST_H
#define _MPS_DIST_H

#include <stddef.h>
#include <stdint.h>

#include "../kmod/uapi/mpscope/abi.h"

struct mps_dist {
	uint64_t nr;		/* sum of the bins */
	uint64_t bin[MPSCOPE_HIST_BINS];
};

/* Bounds of a bin in ns: [ge, lt). The last one has no upper bound: 0. */
uint64_t mps_dist_ge(size_t bin);
uint64_t mps_dist_lt(size_t bin);

/**
 * mps_dist_at_most() - what so many parts of the values did not exceed
 * @parts: in ten thousandths: 9900 is the 99th percentile
 * @max_ns: largest value, or UINT64_MAX if unknown
 *
 * The bins do not say more than an upper bound. Return: that, 0 without values.
 */
uint64_t mps_dist_at_most(const struct mps_dist *d, uint64_t parts,
			  uint64_t max_ns);

#endif /* _MPS_DIST_H */
