// SPDX-License-Identifier: GPL-2.0
/* Spans of time: collect, put in order, find. */
#include <stdlib.h>

#include "spans.h"

void spans_add(struct spans *s, int64_t begin, int64_t end, int tid,
	       enum reason why)
{
	if (s->nr == s->max) {
		s->max = s->max ? s->max * 2 : 256;
		s->a = realloc(s->a, s->max * sizeof(*s->a));
		if (!s->a)
			abort();
	}
	if (end > begin)
		s->a[s->nr++] = (struct span){ begin, end, tid, why };
}

static int by_begin(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return (x->begin > y->begin) - (x->begin < y->begin);
}

void spans_sort(struct spans *s)
{
	qsort(s->a, s->nr, sizeof(*s->a), by_begin);
}

/* Who began last has it: what another one kept was taken away by then. */
void spans_settle(struct spans *s)
{
	size_t i;

	spans_sort(s);
	for (i = 0; i + 1 < s->nr; i++)
		if (s->a[i].end > s->a[i + 1].begin)
			s->a[i].end = s->a[i + 1].begin;
}

/* The span at @ns, spans ascending; NULL: none. @next: when that changes. */
const struct span *spans_at(const struct spans *s, int64_t ns, int64_t *next)
{
	size_t lo = 0, hi = s->nr;

	while (lo < hi) {	/* the first that begins later */
		size_t mid = (lo + hi) / 2;

		if (s->a[mid].begin > ns)
			hi = mid;
		else
			lo = mid + 1;
	}
	if (lo < s->nr && s->a[lo].begin < *next)
		*next = s->a[lo].begin;
	if (!lo || s->a[lo - 1].end <= ns)
		return NULL;
	if (s->a[lo - 1].end < *next)
		*next = s->a[lo - 1].end;
	return &s->a[lo - 1];
}
