/* SPDX-License-Identifier: GPL-2.0 */
/* Samples of a tagged process: the module's rows and /proc side by side. */
#ifndef _MPS_GOPROC_SAMPLE_H
#define _MPS_GOPROC_SAMPLE_H

#include "dbgfs.h"
#include "goproc.h"
#include "model.h"

enum mps_err mps_goproc_sample(const struct mps_goproc *gp,
			       struct mps_sample *s);

/* The module's rows alone; the caller frees @s in any case. */
enum mps_err mps_goproc_rows(pid_t tgid, struct mps_sample *s);
/* Has a thread been switched from one row to the other? */
bool mps_goproc_moved(const struct mps_task *was, const struct mps_task *is);

#endif /* _MPS_GOPROC_SAMPLE_H */
