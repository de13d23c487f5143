/* SPDX-License-Identifier: GPL-2.0 */
/* How "top" looks at the moment, and drawing that. */
#ifndef _MPS_TOP_VIEW_H
#define _MPS_TOP_VIEW_H

#include "top.h"

#define MPS_TOP_FILTER	32

struct mps_top_view {
	struct mps_top top;
	uint64_t every_ns;
	bool paused, help, typing, alive;
	char filter[MPS_TOP_FILTER];
	size_t first;		/* row at the top of the screen */
	size_t page;		/* rows that fit */
	bool hidden[MPS_NR_TOP_COLS];
	size_t max_rows;	/* of -n; 0: no limit */
};

void mps_top_draw(struct mps_top_view *v);

#endif /* _MPS_TOP_VIEW_H */
