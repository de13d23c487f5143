// SPDX-License-Identifier: GPL-2.0
/* Percentiles of log2 distributions. */
#include <string.h>

#include "dist.h"
#include "tap.h"

static void test_bounds(void)
{
	bool ok = true;

	tap_ok(mps_dist_ge(0) == 0 && mps_dist_lt(0) == 2, "bin 0 is 0 and 1");
	tap_ok(mps_dist_ge(10) == 1024 && mps_dist_lt(10) == 2048,
	       "bin 10 is [1024, 2048)");
	tap_ok(mps_dist_ge(35) == 34359738368 && mps_dist_lt(35) == 0,
	       "the last bin has no end");
	for (size_t i = 0; i + 1 < MPSCOPE_HIST_BINS; i++)
		ok &= mps_dist_lt(i) == mps_dist_ge(i + 1);
	tap_ok(ok, "no gap between two bins");
}

static uint64_t at(const struct mps_dist *d, uint64_t parts)
{
	return mps_dist_at_most(d, parts, UINT64_MAX);
}

static void test_percentiles(void)
{
	struct mps_dist d;

	memset(&d, 0, sizeof(d));
	tap_ok(at(&d, 5000) == 0, "nothing: 0");
	d.bin[4] = 1;
	d.nr = 1;
	tap_ok(at(&d, 1) == 31 && at(&d, 10000) == 31, "one value");
	tap_ok(mps_dist_at_most(&d, 9900, 20) == 20,
	       "never more than the largest");

	/* 50 in [16, 32), 49 in [1024, 2048), 1 in [1048576, 2097152) */
	d.bin[4] = 50;
	d.bin[10] = 49;
	d.bin[20] = 1;
	d.nr = 100;
	tap_ok(at(&d, 5000) == 31, "p50 is the 50th value");
	tap_ok(at(&d, 5001) == 2047, "p50.01 is the 51st");
	tap_ok(at(&d, 9900) == 2047, "p99 is the 99th");
	tap_ok(at(&d, 9990) == 2097151, "p99.9 is the 100th");
	tap_ok(at(&d, 10000) == 2097151, "p100");

	memset(&d, 0, sizeof(d));
	d.bin[35] = UINT64_MAX;
	d.nr = UINT64_MAX;
	tap_ok(mps_dist_at_most(&d, 9999, 99000000000) == 99000000000,
	       "the last bin ends at the largest value; no overflow");
}

int main(void)
{
	tap_plan(4 + 9);
	test_bounds();
	test_percentiles();
	return tap_end();
}
