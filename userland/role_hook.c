// SPDX-License-Identifier: GPL-2.0
/*
 * Roles for the role column of any table, by thread id.
 */
#include "rolehook.h"

#include <stdlib.h>

#include "goproc_sample.h"
#include "role.h"

struct mps_rolehook {
	struct mps_goproc gp;
	struct mps_roles roles;
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
	return rh;
}

void mps_rolehook_refresh(struct mps_rolehook *rh)
{
	struct mps_sample s;

	mps_maxprocs_find(&rh->gp);
	if (mps_goproc_sample(&rh->gp, &s) || !mps_roles_step(&rh->roles, &s))
		rh->roles.nr = 0;	/* old roles would be wrong ones */
	mps_sample_free(&s);
}

const char *mps_rolehook_role(struct mps_rolehook *rh, pid_t tid)
{
	uint32_t i;

	for (i = 0; i < rh->roles.nr; i++)
		if (rh->roles.verdict[i].tid == tid)
			return mps_role_names[rh->roles.verdict[i].role];
	return NULL;
}

const char *mps_rolehook_how(struct mps_rolehook *rh)
{
	(void)rh;
	return "inferred";
}

void mps_rolehook_close(struct mps_rolehook *rh)
{
	if (!rh)
		return;
	mps_roles_free(&rh->roles);
	free(rh);
}
