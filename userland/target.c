// SPDX-License-Identifier: GPL-2.0
/* The processes a command is about. */
#include "target.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "dbgfs.h"
#include "tagline.h"

/* A number behind "Word:" in a status file of /proc. */
static bool status_number(const char *path, const char *word, long *v)
{
	char line[256];
	bool found = false;
	FILE *f = fopen(path, "re");

	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f))
		if (!strncmp(line, word, strlen(word))) {
			*v = strtol(line + strlen(word), NULL, 10);
			found = true;
		}
	fclose(f);
	return found;
}

enum mps_proc mps_proc_find(pid_t id, pid_t *tgid)
{
	char path[64];
	long v;

	snprintf(path, sizeof(path), "/proc/%d/status", id);
	if (!status_number(path, "Tgid:", &v))
		return MPS_PROC_NONE;
	*tgid = (pid_t)v;
	return v == id ? MPS_PROC_LEADER : MPS_PROC_THREAD;
}

bool mps_proc_stat_is_kernel(const char *line)
{
	/* comm may hold anything, so count from its end */
	const char *p = strrchr(line, ')');
	unsigned int flags;

	if (!p || sscanf(p + 1, " %*c %*d %*d %*d %*d %*d %u", &flags) != 1)
		return false;
	return flags & 0x00200000;	/* PF_KTHREAD */
}

bool mps_proc_is_kernel(pid_t id)
{
	char path[64], line[1024];
	bool kernel;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", id);
	f = fopen(path, "re");
	if (!f)
		return false;
	kernel = fgets(line, sizeof(line), f) && mps_proc_stat_is_kernel(line);
	fclose(f);
	return kernel;
}

const char *mps_proc_comm(pid_t id, char *buf, size_t size)
{
	char path[64];
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/comm", id);
	f = fopen(path, "re");
	if (!f)
		return NULL;
	len = fread(buf, 1, size - 1, f);
	fclose(f);
	buf[len] = 0;
	/* it may hold newlines; only the last is not its own */
	if (len && buf[len - 1] == '\n')
		buf[len - 1] = 0;
	return buf;
}

static int add(struct mps_targets *ts, pid_t tgid, bool ours)
{
	struct mps_target *grown;

	for (size_t i = 0; i < ts->nr; i++)
		if (ts->t[i].tgid == tgid)
			return MPS_EXIT_OK;
	grown = realloc(ts->t, (ts->nr + 1) * sizeof(*grown));
	if (!grown) {
		mps_msg("no memory for the list of processes");
		return MPS_EXIT_FAILURE;
	}
	ts->t = grown;
	ts->t[ts->nr++] = (struct mps_target){ .tgid = tgid, .ours = ours };
	return MPS_EXIT_OK;
}

static int say(enum mps_err err)
{
	mps_msg("%s", mps_err_why());
	return mps_err_exit(err);
}

/* --tag: Return: exit code; *ours tells whether it was us in the end. */
static int tag_for_now(pid_t pid, const char *features, bool *ours)
{
	char cmd[128];
	enum mps_err err;

	snprintf(cmd, sizeof(cmd), "%d%s%s\n", pid, features ? " " : "",
		 features ? features : "");
	err = mps_dbgfs_write("tags", cmd);
	*ours = !err;
	/* somebody was faster: it is tagged, and not ours to untag */
	if (err == MPS_ERR_REFUSED && mps_err_errno() == EEXIST)
		return MPS_EXIT_OK;
	return err ? say(err) : MPS_EXIT_OK;
}

static int pick_one(struct mps_targets *ts, pid_t pid, bool tag,
		    const char *features)
{
	enum mps_err err = mps_dbgfs_has_target(pid);
	pid_t tgid = pid;
	bool ours = false;
	int rc;

	if (!err)
		return add(ts, pid, false);
	if (err != MPS_ERR_NO_TARGET)
		return say(err);
	if (mps_proc_find(pid, &tgid) == MPS_PROC_NONE) {
		mps_msg("there is no process %d, and none of that id was tagged",
			pid);
		return MPS_EXIT_FAILURE;
	}
	if (tgid != pid && !mps_dbgfs_has_target(tgid))
		return add(ts, tgid, false);
	if (mps_proc_is_kernel(tgid)) {
		mps_msg("process %d is a thread of the kernel: it cannot be tagged",
			tgid);
		return MPS_EXIT_FAILURE;
	}
	if (!tag) {
		mps_msg("process %d is not tagged: 'mpscope tag %d', or --tag for the time of this command",
			tgid, tgid);
		return MPS_EXIT_FAILURE;
	}
	rc = tag_for_now(tgid, features, &ours);
	if (rc)
		return rc;
	rc = add(ts, tgid, ours);
	/* in a PID namespace the module knows it by another number */
	err = rc ? MPS_OK : mps_dbgfs_has_target(tgid);
	return err ? say(err) : rc;
}

static int pick_all(struct mps_targets *ts)
{
	pid_t *tgids;
	size_t nr;
	enum mps_err err = mps_dbgfs_targets(&tgids, &nr);
	int rc = MPS_EXIT_OK;

	if (err)
		return say(err);
	for (size_t i = 0; i < nr && !rc; i++)
		rc = add(ts, tgids[i], false);
	free(tgids);
	if (!rc && !ts->nr) {
		mps_msg("no process is tagged: mpscope tag PID");
		rc = MPS_EXIT_FAILURE;
	}
	return rc;
}

int mps_targets_pick(struct mps_targets *ts, const struct mps_opt *opt,
		     const char *features)
{
	int rc = MPS_EXIT_OK;

	memset(ts, 0, sizeof(*ts));
	if (opt->tag && !opt->pids.nr) {
		mps_msg("--tag needs -p PID: the process to tag");
		return MPS_EXIT_USAGE;
	}
	if (!opt->pids.nr)
		return pick_all(ts);
	for (size_t i = 0; i < opt->pids.nr && !rc; i++)
		rc = pick_one(ts, opt->pids.id[i], opt->tag, features);
	return rc;
}

void mps_targets_release(struct mps_targets *ts)
{
	for (size_t i = 0; i < ts->nr; i++) {
		if (!ts->t[i].ours)
			continue;
		if (mps_untag(ts->t[i].tgid) && mps_err_errno() != ENOENT)
			mps_msg("process %d stays tagged: %s", ts->t[i].tgid,
				mps_err_why());
	}
	free(ts->t);
	memset(ts, 0, sizeof(*ts));
}
