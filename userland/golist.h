/* SPDX-License-Identifier: GPL-2.0 */
/* Lists of the Go runtime, walked in memory that cannot be trusted. */
#ifndef _MPS_GOLIST_H
#define _MPS_GOLIST_H

#include "golayout.h"
#include "gomem.h"

#define MPS_GO_MAX_M	16384	/* the runtime's own limit is 10000 */
#define MPS_GO_MAX_P	65536
#define MPS_GO_MAX_G	(1u << 24)

struct mps_golist {
	uint64_t *a;		/* addresses */
	size_t nr;
};

/* All three: false if memory cannot be read or makes no list. */
bool mps_golist_m(const struct mps_gomem *mem, const struct mps_golayout *l,
		  uint64_t first, struct mps_golist *ms);
bool mps_golist_slice(const struct mps_gomem *mem,
		      const struct mps_goslice *slice, size_t max,
		      struct mps_golist *list);
bool mps_golist_slice_at(const struct mps_gomem *mem, uint64_t addr,
			 size_t max, struct mps_golist *list);
void mps_golist_free(struct mps_golist *list);
bool mps_golist_has(const struct mps_golist *list, uint64_t addr);

#endif /* _MPS_GOLIST_H */
