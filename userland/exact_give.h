/* SPDX-License-Identifier: GPL-2.0 */
/* The module's exact mode: hand it the layout, and what became of that. */
#ifndef _MPS_EXACT_GIVE_H
#define _MPS_EXACT_GIVE_H

#include "golive.h"

enum mps_give {
	MPS_GIVE_NONE,		/* this module has no exact mode */
	MPS_GIVE_EXACT,
	MPS_GIVE_PROVING,	/* until the process does something */
	MPS_GIVE_REFUSED,	/* see why */
};

/*
 * Give the layout of a tagged process to the module, unless it has one.
 * @why: one sentence if it was refused.
 */
enum mps_give mps_exact_give(const struct mps_golive *lv, char *why,
			     size_t size);

#endif /* _MPS_EXACT_GIVE_H */
