/* SPDX-License-Identifier: GPL-2.0 */
/* Exact roles from memory: a reading of the runtime laid beside a sample. */
#ifndef _MPS_EXACT_MEMORY_H
#define _MPS_EXACT_MEMORY_H

#include "golive.h"
#include "model.h"

/*
 * Fill in what memory knows of the sample's threads. @before and @after are
 * readings around it: what differs is torn.
 *
 * What the module read stays where the thread has not run since: it is of the
 * same moment as the row.
 */
void mps_exact_fill(struct mps_sample *s, const struct mps_golive *lv,
		    const struct mps_gosnap *before,
		    const struct mps_gosnap *after);

#endif /* _MPS_EXACT_MEMORY_H */
