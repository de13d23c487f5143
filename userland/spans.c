// SPDX-License-Identifier: GPL-2.0
/* Sets of intervals and samples of times. Pure. */
#include "spans.h"

#include <stdlib.h>
#include <string.h>

static void forget(struct mps_spans *s)
{
	size_t half = s->nr / 2;

	s->horizon = s->span[half - 1].to;
	memmove(s->span, s->span + half, (s->nr - half) * sizeof(*s->span));
	s->nr -= half;
}

/* How many of the spans end before @from. */
static size_t first_at(const struct mps_spans *s, uint64_t from)
{
	size_t low = 0, high = s->nr;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (s->span[mid].to < from)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool mps_spans_add(struct mps_spans *s, uint64_t from, uint64_t to)
{
	size_t i, j;

	if (!s->span)
		s->span = malloc(MPS_SPANS_MAX * sizeof(*s->span));
	if (!s->span)
		return false;
	if (from < s->horizon) {
		s->left_out += (to < s->horizon ? to : s->horizon) - from;
		from = s->horizon;
	}
	if (from >= to)
		return true;
	i = first_at(s, from);
	for (j = i; j < s->nr && s->span[j].from <= to; j++) {
		if (s->span[j].from < from)
			from = s->span[j].from;
		if (s->span[j].to > to)
			to = s->span[j].to;
		s->sum -= s->span[j].to - s->span[j].from;
	}
	s->sum += to - from;
	if (j == i && s->nr == MPS_SPANS_MAX) {
		forget(s);
		if (from < s->horizon) {	/* it lay among the old ones */
			s->sum -= to - from;
			s->left_out += to - from;
			return true;
		}
		i = first_at(s, from);
		j = i;
	}
	memmove(s->span + i + 1, s->span + j, (s->nr - j) * sizeof(*s->span));
	s->span[i] = (struct mps_span){ from, to };
	s->nr -= j - i;
	s->nr++;
	return true;
}

void mps_spans_free(struct mps_spans *s)
{
	free(s->span);
}

/* Below MPS_SAMPLE_SUB each value has its own bin. */
static size_t bin_of(uint64_t ns)
{
	unsigned int log;

	if (ns < MPS_SAMPLE_SUB)
		return ns;
	log = 63 - (unsigned int)__builtin_clzll(ns);
	return (log - 3) * MPS_SAMPLE_SUB +
	       ((ns >> (log - 4)) & (MPS_SAMPLE_SUB - 1));
}

static uint64_t top_of(size_t bin)
{
	size_t log = bin / MPS_SAMPLE_SUB + 3, sub = bin % MPS_SAMPLE_SUB;

	if (bin < MPS_SAMPLE_SUB)
		return bin;
	return ((MPS_SAMPLE_SUB + sub + 1ull) << (log - 4)) - 1;
}

void mps_times_add(struct mps_times *t, uint64_t ns)
{
	t->nr++;
	t->sum += ns;
	if (ns > t->max)
		t->max = ns;
	t->bin[bin_of(ns)]++;
}

uint64_t mps_times_at_most(const struct mps_times *t, uint64_t part)
{
	uint64_t want = (t->nr * part + 9999) / 10000, seen = 0;

	for (size_t i = 0; i < MPS_SAMPLE_BINS; i++) {
		seen += t->bin[i];
		if (seen && seen >= want)
			return top_of(i) < t->max ? top_of(i) : t->max;
	}
	return t->max;
}
