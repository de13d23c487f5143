// SPDX-License-Identifier: GPL-2.0
/* The processes of a recording: tagged for it, their runtime's layout given. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "dbgfs.h"
#include "exact_give.h"
#include "record.h"
#include "tagline.h"
#include "target.h"

static int add(struct mps_rectargets *ts, pid_t tgid, bool ours)
{
	struct mps_rectarget *grown;

	grown = realloc(ts->t, (ts->nr + 1) * sizeof(*grown));
	if (!grown) {
		mps_msg("record: no memory for the list of processes");
		return MPS_EXIT_FAILURE;
	}
	ts->t = grown;
	ts->t[ts->nr++] = (struct mps_rectarget){ .tgid = tgid, .ours = ours };
	return MPS_EXIT_OK;
}

static int tag_one(struct mps_rectargets *ts, pid_t pid, bool children,
		   const char *features)
{
	char cmd[MPS_TAGLINE_LEN];
	enum mps_err err;
	pid_t tgid = pid;

	if (mps_proc_find(pid, &tgid) == MPS_PROC_NONE) {
		mps_msg("record: there is no process %d", pid);
		return MPS_EXIT_FAILURE;
	}
	mps_tagline(cmd, tgid, children, features);
	err = mps_dbgfs_write("tags", cmd);
	if (err == MPS_ERR_REFUSED && mps_err_errno() == EEXIST)
		return add(ts, tgid, false);
	if (err) {
		mps_msg("record: %s", mps_err_why());
		return mps_err_exit(err);
	}
	return add(ts, tgid, true);
}

int mps_rectargets_tag(struct mps_rectargets *ts, const struct mps_ids *pids,
		       bool children, const char *features)
{
	int rc = MPS_EXIT_OK;

	for (size_t i = 0; i < pids->nr && !rc; i++)
		rc = tag_one(ts, pids->id[i], children, features);
	return rc;
}

void mps_rectargets_release(struct mps_rectargets *ts)
{
	for (size_t i = 0; i < ts->nr; i++)
		if (ts->t[i].ours && mps_untag(ts->t[i].tgid) &&
		    mps_err_errno() != ENOENT)
			mps_msg("process %d stays tagged: %s", ts->t[i].tgid,
				mps_err_why());
	free(ts->t);
	memset(ts, 0, sizeof(*ts));
}

/* Return: there is nothing more to be found out. */
static bool look(struct mps_rectarget *t, struct mps_beside *b, uint64_t wait_ns,
		 bool last)
{
	struct mps_golive lv;
	struct mps_goproc gp;
	enum mps_give give = MPS_GIVE_REFUSED;
	char why[MPS_GO_ERROR_LEN], buf[64];

	mps_goproc_open(&gp, t->tgid);
	if (gp.status != MPS_GO_OK)
		return gp.status == MPS_GO_GONE;	/* exec may be yet to come */
	mps_golive_init(&lv, &gp);
	if (lv.ok)
		give = mps_exact_give(&lv, wait_ns, why, sizeof(why));
	if (give != MPS_GIVE_REFUSED || last) {
		mps_maxprocs_find(&gp);
		mps_beside_go(b, t->tgid, gp.exe.version, gp.maxprocs,
			      lv.ok ? mps_golive_source(&lv, buf) : NULL);
	}
	if (give == MPS_GIVE_REFUSED && last)
		mps_msg("record: process %d: M, P and G are not in the events: %s",
			t->tgid, lv.ok ? why : lv.why);
	mps_golive_close(&lv);
	return give != MPS_GIVE_REFUSED || last;
}

void mps_rectargets_look(struct mps_rectargets *ts, struct mps_beside *b,
			 uint64_t wait_ns, bool last)
{
	for (size_t i = 0; i < ts->nr; i++)
		if (!ts->t[i].looked)
			ts->t[i].looked = look(&ts->t[i], b, wait_ns, last);
}

bool mps_rectargets_gone(const struct mps_rectargets *ts)
{
	pid_t tgid;

	for (size_t i = 0; i < ts->nr; i++)
		if (mps_proc_find(ts->t[i].tgid, &tgid) != MPS_PROC_NONE)
			return false;
	return true;
}
