// SPDX-License-Identifier: GPL-2.0
/*
 * Roles for the role column of any table, by thread id.
 */
#include "rolehook.h"

#include <stdlib.h>

#include "exact.h"
#include "exact_memory.h"
#include "golive.h"
#include "goproc_sample.h"
#include "role.h"

struct mps_rolehook {
	struct mps_goproc gp;
	struct mps_roles roles;
	struct mps_golive live;
	struct mps_sample sample;	/* the last one */
	bool exact;			/* memory could be read at the last look */
};

struct mps_rolehook *mps_rolehook_open(pid_t tgid)
{
	struct mps_rolehook *rh = calloc(1, sizeof(*rh));

	if (!rh)
		return NULL;
	mps_goproc_open(&rh->gp, tgid);
	if (rh->gp.status != MPS_GO_OK) {
		free(rh);
		return NULL;
	}
	mps_roles_init(&rh->roles, &rh->gp);
	mps_golive_init(&rh->live, &rh->gp);
	return rh;
}

void mps_rolehook_refresh(struct mps_rolehook *rh)
{
	struct mps_gosnap before, after;
	bool ok;

	mps_maxprocs_find(&rh->gp);
	mps_sample_free(&rh->sample);
	rh->exact = mps_golive_snap(&rh->live, &before);
	ok = !mps_goproc_sample(&rh->gp, &rh->sample) &&
	     mps_roles_step(&rh->roles, &rh->sample);
	if (!ok)
		rh->roles.nr = 0;	/* old roles would be wrong ones */
	rh->exact = ok && rh->exact && mps_golive_snap(&rh->live, &after);
	if (rh->exact) {
		mps_exact_fill(&rh->sample, &rh->live, &before, &after);
		mps_gosnap_free(&after);
	}
	mps_gosnap_free(&before);
}

const char *mps_rolehook_role(struct mps_rolehook *rh, pid_t tid)
{
	uint32_t i;

	for (i = 0; i < rh->roles.nr && i < rh->sample.nr; i++) {
		const struct mps_task *t = &rh->sample.task[i];

		if (t->tid != tid)
			continue;
		if (t->exact.source)
			return mps_role_names[mps_exact_role(&t->exact,
							     t->state)];
		return mps_role_names[rh->roles.verdict[i].role];
	}
	return NULL;
}

const char *mps_rolehook_how(struct mps_rolehook *rh)
{
	return rh->exact ? "exact" : "inferred";
}

void mps_rolehook_close(struct mps_rolehook *rh)
{
	if (!rh)
		return;
	mps_golive_close(&rh->live);
	mps_roles_free(&rh->roles);
	mps_sample_free(&rh->sample);
	free(rh);
}
