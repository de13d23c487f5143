// SPDX-License-Identifier: GPL-2.0
/* Lists of the Go runtime, walked in memory that cannot be trusted. */
#include "golist.h"

#include <stdlib.h>
#include <string.h>

bool mps_golist_has(const struct mps_golist *list, uint64_t addr)
{
	size_t i;

	for (i = 0; i < list->nr; i++)
		if (list->a[i] == addr)
			return true;
	return false;
}

static bool push(struct mps_golist *list, uint64_t addr)
{
	uint64_t *grown;

	/* to powers of two */
	if (!(list->nr & (list->nr - 1))) {
		grown = realloc(list->a, (list->nr ? 2 * list->nr : 1) *
				sizeof(*grown));
		if (!grown)
			return false;
		list->a = grown;
	}
	list->a[list->nr++] = addr;
	return true;
}

/**
 * mps_golist_m() - the Ms behind m.alllink
 * @mem: the process
 * @l: its layout
 * @first: address of the first M
 * @ms: out, to be freed in any case
 *
 * Return: true if the list ends, without a loop.
 */
bool mps_golist_m(const struct mps_gomem *mem, const struct mps_golayout *l,
		  uint64_t first, struct mps_golist *ms)
{
	uint64_t m = first, hare = first;

	memset(ms, 0, sizeof(*ms));
	while (m) {
		if (m % 8 || ms->nr >= MPS_GO_MAX_M || !push(ms, m) ||
		    !mps_gomem_u64(mem, m + (uint64_t)MPS_OFF(l, m, alllink),
				   &m))
			return false;
		/* Brent: a loop meets the one who waits at powers of two */
		if (m && m == hare)
			return false;
		if (!(ms->nr & (ms->nr - 1)))
			hare = m;
	}
	return true;
}

/* The words of a slice of pointers. */
bool mps_golist_slice(const struct mps_gomem *mem,
		      const struct mps_goslice *s, size_t max,
		      struct mps_golist *list)
{
	memset(list, 0, sizeof(*list));
	if (s->len > max || s->len > s->cap || s->ptr % 8 ||
	    (s->len && !s->ptr))
		return false;
	list->a = calloc(s->len ? s->len : 1, sizeof(*list->a));
	if (!list->a)
		return false;
	list->nr = s->len;
	return !s->len ||
	       mps_gomem_read(mem, s->ptr, list->a, s->len * sizeof(*list->a));
}

/* The same of a slice variable at @addr. */
bool mps_golist_slice_at(const struct mps_gomem *mem, uint64_t addr,
			 size_t max, struct mps_golist *list)
{
	struct mps_goslice s;

	memset(list, 0, sizeof(*list));
	return addr && mps_gomem_read(mem, addr, &s, sizeof(s)) &&
	       mps_golist_slice(mem, &s, max, list);
}

void mps_golist_free(struct mps_golist *list)
{
	free(list->a);
	memset(list, 0, sizeof(*list));
}
