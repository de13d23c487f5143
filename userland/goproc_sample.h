/* SPDX-License-Identifier: GPL-2.0 */
/* Samples of a tagged process: the module's rows and /proc side by side. */
#ifndef _MPS_GOPROC_SAMPLE_H
#define _MPS_GOPROC_SAMPLE_H

#include "dbgfs.h"
#include "goproc.h"
#include "model.h"

enum mps_err mps_goproc_sample(const struct mps_goproc *gp,
			       struct mps_sample *s);

#endif /* _MPS_GOPROC_SAMPLE_H */
