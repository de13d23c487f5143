// SPDX-License-Identifier: GPL-2.0
/* A Go process whose runtime's memory can be read: for the commands. */
#include "golive.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "target.h"

void mps_golive_init(struct mps_golive *lv, const struct mps_goproc *gp)
{
	memset(lv, 0, sizeof(*lv));
	lv->gp = *gp;
	if (gp->status) {
		snprintf(lv->why, sizeof(lv->why), "%s", gp->error);
		return;
	}
	mps_gomem_init(&lv->mem, gp->pid);
	lv->ok = mps_golayout_open(gp, &lv->layout, lv->why, sizeof(lv->why));
	if (lv->ok)
		lv->has_funcs = mps_gofuncs_open(&lv->funcs, gp, &lv->mem);
}

int mps_golive_pid(struct mps_opt *opt, const char *command, int extra)
{
	int words = opt->pids.nr ? 0 : 1;
	pid_t tgid;

	if (opt->nr_args && !opt->pids.nr &&
	    !mps_opt_parse_ids(opt->args[0], &opt->pids)) {
		mps_msg("%s: no process id: '%s'; 'mpscope %s --help' explains",
			command, opt->args[0], command);
		return MPS_EXIT_USAGE;
	}
	if (opt->nr_args > words + extra) {
		mps_msg("%s: cannot make sense of the word '%s'; 'mpscope %s --help' explains",
			command, opt->args[words + extra], command);
		return MPS_EXIT_USAGE;
	}
	if (opt->pids.nr != 1) {
		mps_msg("%s: one process is needed: mpscope %s PID", command,
			command);
		return MPS_EXIT_USAGE;
	}
	if (mps_proc_find(opt->pids.id[0], &tgid) == MPS_PROC_THREAD) {
		mps_msg("%d is a thread of process %d: give that one",
			opt->pids.id[0], tgid);
		return MPS_EXIT_USAGE;
	}
	return MPS_EXIT_OK;
}

int mps_golive_open(struct mps_golive *lv, struct mps_opt *opt,
		    const char *command, int extra)
{
	struct mps_goproc gp;
	int rc;

	memset(lv, 0, sizeof(*lv));
	rc = mps_golive_pid(opt, command, extra);
	if (rc)
		return rc;
	mps_goproc_open(&gp, opt->pids.id[0]);
	mps_golive_init(lv, &gp);
	if (lv->ok)
		return MPS_EXIT_OK;
	if (gp.status == MPS_GO_NOT || gp.status == MPS_GO_BROKEN)
		mps_msg("process %d has no Go runtime to read: %s",
			gp.pid, lv->why);
	else
		mps_msg("%s", lv->why);
	return MPS_EXIT_FAILURE;
}

void mps_golive_close(struct mps_golive *lv)
{
	if (lv->has_funcs)
		mps_gofuncs_close(&lv->funcs);
	lv->has_funcs = false;
	lv->ok = false;
}

bool mps_golive_snap(struct mps_golive *lv, struct mps_gosnap *s)
{
	struct mps_gotids tids;

	memset(s, 0, sizeof(*s));
	if (!lv->ok || !mps_goproc_is_same(&lv->gp) ||
	    !mps_gosnap_read(s, &lv->mem, &lv->layout))
		return false;
	if (mps_gotids_read(&tids, lv->gp.pid))
		mps_gosnap_tids(s, &tids);
	mps_gotids_free(&tids);
	return true;
}

int mps_golive_lost(const struct mps_golive *lv)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", lv->gp.pid);
	if (access(path, F_OK))
		mps_msg("process %d has ended", lv->gp.pid);
	else if (!mps_goproc_is_same(&lv->gp))
		mps_msg("process %d runs another program by now (exec)",
			lv->gp.pid);
	else
		mps_msg("the Go runtime of process %d cannot be read any more: it is ending, or its memory was overwritten",
			lv->gp.pid);
	return MPS_EXIT_FAILURE;
}

const char *mps_golive_source(const struct mps_golive *lv, char buf[64])
{
	const struct mps_golayout *l = &lv->layout;

	if (l->source == MPS_LAYOUT_DWARF)
		snprintf(buf, 64, "DWARF");
	else if (!strcmp(lv->gp.exe.version, l->row->proven))
		snprintf(buf, 64, "table");
	else
		snprintf(buf, 64, "table of %s", l->row->proven);
	return buf;
}

void mps_golive_fields(const struct mps_golive *lv, struct mps_out *out)
{
	char buf[64];

	mps_out_field(out, "pid", MPS_KIND_ID,
		      mps_cell_u64((uint64_t)lv->gp.pid));
	mps_out_field(out, "go_version", MPS_KIND_STRING,
		      mps_cell_str(lv->gp.exe.version));
	mps_out_field(out, "layout", MPS_KIND_STRING,
		      mps_cell_str(mps_golive_source(lv, buf)));
	mps_out_field(out, "addresses", MPS_KIND_STRING,
		      mps_cell_str(lv->layout.scanned ? "search" : "symbols"));
}

/* A func value is a pointer to a word with the address of the code. */
const char *mps_golive_funcval(const struct mps_golive *lv, uint64_t fn)
{
	struct mps_goline line;
	uint64_t code;

	if (!fn || !lv->has_funcs || !mps_gomem_u64(&lv->mem, fn, &code) ||
	    !mps_gofuncs_find(&lv->funcs, code, false, &line))
		return NULL;
	return line.func;
}
