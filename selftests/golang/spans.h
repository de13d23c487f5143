/* SPDX-License-Identifier: GPL-2.0 */
/* Who had something from when to when: spans of time with an owner. */
#ifndef SELFTESTS_SPANS_H
#define SELFTESTS_SPANS_H

#include <stddef.h>
#include <stdint.h>

/* Why a span may be wrong, or a difference of two; AGREE: it is sure. */
enum reason {
	AGREE, UNSEEN, MOVED, TAKEN, WOKEN, START, END, GAP, HELD, NR_SUMS
};

struct span {
	int64_t begin, end;
	int tid;
	enum reason why;	/* AGREE: sure */
};

struct spans {
	struct span *a;
	size_t nr, max;
};

void spans_add(struct spans *s, int64_t begin, int64_t end, int tid,
	       enum reason why);
void spans_sort(struct spans *s);
void spans_settle(struct spans *s);
const struct span *spans_at(const struct spans *s, int64_t ns, int64_t *next);

#endif /* SELFTESTS_SPANS_H */
