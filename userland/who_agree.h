/* SPDX-License-Identifier: GPL-2.0 */
/* How often inferred and exact roles agree: counted, and shown. */
#ifndef _MPS_WHO_AGREE_H
#define _MPS_WHO_AGREE_H

#include "exact.h"
#include "who_watch.h"

/*
 * Another step, and count its threads. Return: MPS_EXIT_OK, or the exit code to
 * leave with; then it has been said.
 */
int mps_agree_step(struct mps_agree *a, struct mps_watch *w);
/* Return: an exit code. */
int mps_agree_show(const struct mps_agree *a, const struct mps_watch *w,
		   struct mps_out *out, uint64_t looks);

#endif /* _MPS_WHO_AGREE_H */
