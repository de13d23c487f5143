// SPDX-License-Identifier: GPL-2.0
/* PURE: a log2 distribution of times. */
#include "dist.h"

uint64_t mps_dist_ge(size_t bin)
{
	return bin ? UINT64_C(1) << bin : 0;
}

uint64_t mps_dist_lt(size_t bin)
{
	return bin + 1 < MPSCOPE_HIST_BINS ? UINT64_C(1) << (bin + 1) : 0;
}

uint64_t mps_dist_at_most(const struct mps_dist *d, uint64_t parts,
			  uint64_t max_ns)
{
	/* the rank of the value, counted from 1, rounded up */
	uint64_t rank = (uint64_t)(((__uint128_t)d->nr * parts + 9999) /
				   10000);
	uint64_t seen = 0;

	if (!d->nr)
		return 0;
	for (size_t i = 0; i < MPSCOPE_HIST_BINS; i++) {
		uint64_t lt = mps_dist_lt(i);

		seen += d->bin[i];
		if (seen < rank)
			continue;
		return lt && lt - 1 < max_ns ? lt - 1 : max_ns;
	}
	return max_ns;
}
