/* SPDX-License-Identifier: GPL-2.0 */
/* Both sides of each boundary between histogram bins. */
#ifndef _MPS_CORE_TESTS_VEC_HIST_H
#define _MPS_CORE_TESTS_VEC_HIST_H

#include "../account.h"

static_assert(MPSCOPE_HIST_BINS == 36);

struct vec_hist {
	u64 ns;
	unsigned int bin;
};

static const struct vec_hist vec_hist[] = {
	{ 0, 0 }, { 1, 0 }, { 2, 1 }, { 3, 1 }, { 4, 2 }, { 1000, 9 },
	{ 1000000, 19 }, { 1000000000, 29 },
	{ 34359738367ull, 34 }, { 34359738368ull, 35 },
	{ (1ull << 2) - 1, 1 }, { 1ull << 2, 2 },
	{ (1ull << 3) - 1, 2 }, { 1ull << 3, 3 },
	{ (1ull << 4) - 1, 3 }, { 1ull << 4, 4 },
	{ (1ull << 5) - 1, 4 }, { 1ull << 5, 5 },
	{ (1ull << 6) - 1, 5 }, { 1ull << 6, 6 },
	{ (1ull << 7) - 1, 6 }, { 1ull << 7, 7 },
	{ (1ull << 8) - 1, 7 }, { 1ull << 8, 8 },
	{ (1ull << 9) - 1, 8 }, { 1ull << 9, 9 },
	{ (1ull << 10) - 1, 9 }, { 1ull << 10, 10 },
	{ (1ull << 11) - 1, 10 }, { 1ull << 11, 11 },
	{ (1ull << 12) - 1, 11 }, { 1ull << 12, 12 },
	{ (1ull << 13) - 1, 12 }, { 1ull << 13, 13 },
	{ (1ull << 14) - 1, 13 }, { 1ull << 14, 14 },
	{ (1ull << 15) - 1, 14 }, { 1ull << 15, 15 },
	{ (1ull << 16) - 1, 15 }, { 1ull << 16, 16 },
	{ (1ull << 17) - 1, 16 }, { 1ull << 17, 17 },
	{ (1ull << 18) - 1, 17 }, { 1ull << 18, 18 },
	{ (1ull << 19) - 1, 18 }, { 1ull << 19, 19 },
	{ (1ull << 20) - 1, 19 }, { 1ull << 20, 20 },
	{ (1ull << 21) - 1, 20 }, { 1ull << 21, 21 },
	{ (1ull << 22) - 1, 21 }, { 1ull << 22, 22 },
	{ (1ull << 23) - 1, 22 }, { 1ull << 23, 23 },
	{ (1ull << 24) - 1, 23 }, { 1ull << 24, 24 },
	{ (1ull << 25) - 1, 24 }, { 1ull << 25, 25 },
	{ (1ull << 26) - 1, 25 }, { 1ull << 26, 26 },
	{ (1ull << 27) - 1, 26 }, { 1ull << 27, 27 },
	{ (1ull << 28) - 1, 27 }, { 1ull << 28, 28 },
	{ (1ull << 29) - 1, 28 }, { 1ull << 29, 29 },
	{ (1ull << 30) - 1, 29 }, { 1ull << 30, 30 },
	{ (1ull << 31) - 1, 30 }, { 1ull << 31, 31 },
	{ (1ull << 32) - 1, 31 }, { 1ull << 32, 32 },
	{ (1ull << 33) - 1, 32 }, { 1ull << 33, 33 },
	{ (1ull << 34) - 1, 33 }, { 1ull << 34, 34 },
	{ (1ull << 35) - 1, 34 }, { 1ull << 35, 35 },
	/* the last bin has no end */
	{ (1ull << 36) - 1, 35 }, { 1ull << 36, 35 }, { 1ull << 40, 35 },
	{ 1ull << 63, 35 }, { U64_MAX, 35 },
};

struct vec_hist_add {
	u64 ns;
	s32 cpu;
	bool new_max;
};

/* One after the other into one histogram: a tie is no new maximum. */
static const struct vec_hist_add vec_hist_add[] = {
	{ 0, 1, false }, { 5, 2, true }, { 5, 3, false }, { 4, 4, false },
	{ 6, 5, true }, { U64_MAX, 6, true }, { U64_MAX, 7, false },
};

#endif /* _MPS_CORE_TESTS_VEC_HIST_H */
