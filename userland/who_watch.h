/* SPDX-License-Identifier: GPL-2.0 */
/* A tagged process under observation: sample after sample, with the roles. */
#ifndef _MPS_WHO_WATCH_H
#define _MPS_WHO_WATCH_H

#include "exact_give.h"
#include "golive.h"
#include "goproc_sample.h"
#include "opt.h"
#include "out.h"
#include "role.h"
#include "target.h"

struct mps_watch {
	struct mps_targets targets;
	struct mps_goproc gp;
	struct mps_roles roles;		/* of the sample "is" */
	struct mps_sample was, is;
	bool has_was;
	bool want_exact;
	struct mps_golive live;		/* ok: M, P and G are read, too */
	enum mps_give give;		/* does the module read them? */
	char why[MPS_GO_ERROR_LEN];	/* what is not exact; "" */
};

int mps_watch_open(struct mps_watch *w, struct mps_opt *opt,
		   const char *command);
/* From now on exactly, too, if that can be. Return: whether it can. */
bool mps_watch_exact(struct mps_watch *w);
int mps_watch_step(struct mps_watch *w);
void mps_watch_close(struct mps_watch *w);
uint64_t mps_watch_interval_ns(const struct mps_watch *w);
bool mps_watch_foot(const struct mps_watch *w, struct mps_out *out);

#endif /* _MPS_WHO_WATCH_H */
