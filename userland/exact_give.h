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
 * Give the layout of a tagged process to the module, unless it has one, and wait
 * for so long for its proof.
 * @why: one sentence if it was refused.
 */
enum mps_give mps_exact_give(const struct mps_golive *lv, uint64_t wait_ns,
			     char *why, size_t size);

#define MPS_GIVE_WAIT_NS	UINT64_C(1000000000)

/*
 * The same for a process that was just tagged, without waiting; what came of
 * it is a note in @out. Of one that is not Go, and of a module without exact
 * mode, nothing is said.
 */
void mps_exact_tell(pid_t tgid, struct mps_out *out);

#endif /* _MPS_EXACT_GIVE_H */
