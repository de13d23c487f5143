/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Intervals of time that may overlap, and how much time they cover together.
 * Pure. Those that come in late may reach back; of the oldest only the sum is
 * kept, and what reaches back behind that is left out, and counted.
 */
#ifndef _MPS_SPANS_H
#define _MPS_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MPS_SPANS_MAX	65536

struct mps_span {
	uint64_t from, to;
};

struct mps_spans {
	struct mps_span *span;	/* by time, disjoint, not touching */
	size_t nr;
	uint64_t sum;		/* of all, those that are forgotten too */
	uint64_t horizon;	/* nothing before it is kept */
	uint64_t left_out;	/* time that lay before */
};

/* Return: false without memory. */
bool mps_spans_add(struct mps_spans *s, uint64_t from, uint64_t to);
void mps_spans_free(struct mps_spans *s);

/*
 * A sample of times: how many, their sum and their largest exactly, and the
 * parts of them to less than 7 %, as an upper bound.
 */
#define MPS_SAMPLE_SUB	16	/* bins for each power of two */
#define MPS_SAMPLE_BINS	(64 * MPS_SAMPLE_SUB)

struct mps_times {
	uint64_t nr, sum, max;
	uint64_t bin[MPS_SAMPLE_BINS];
};

void mps_times_add(struct mps_times *t, uint64_t ns);
/* @part in hundredths of a percent: 9900 is the 99th percentile. */
uint64_t mps_times_at_most(const struct mps_times *t, uint64_t part);

#endif /* _MPS_SPANS_H */
