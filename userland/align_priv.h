/* SPDX-License-Identifier: GPL-2.0 */
/* Between align.c and align_events.c: how well an offset fits. */
#ifndef _MPS_ALIGN_PRIV_H
#define _MPS_ALIGN_PRIV_H

#include "align.h"

/* The first that does not end before @ns; their number if there is none. */
size_t mps_stays_from(const struct mps_thread_stays *of, int64_t ns);
/* Count how the notes lie with the offset of @a. */
void mps_align_check(struct mps_align *a, const struct mps_stays *s);
bool mps_align_fits(const struct mps_align *a);
/* No thread's stays are of a time that the trace covers. */
bool mps_align_apart(const struct mps_stays *s, int64_t offset_ns);

#endif /* _MPS_ALIGN_PRIV_H */
