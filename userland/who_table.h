/* SPDX-License-Identifier: GPL-2.0 */
/* The table of threads with their roles, by thread and by role. */
#ifndef _MPS_WHO_TABLE_H
#define _MPS_WHO_TABLE_H

#include "who_watch.h"

bool mps_role_table(const struct mps_watch *w, struct mps_out *out,
		    bool evidence);
bool mps_role_summary(const struct mps_watch *w, struct mps_out *out);

#endif /* _MPS_WHO_TABLE_H */
