// SPDX-License-Identifier: GPL-2.0
/*
 * A tagged process under observation, for the commands who and schedtrace.
 */
#include "who_watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "drops.h"
#include "exact_memory.h"

static int find_pid(struct mps_opt *opt, const char *command)
{
	if (opt->nr_args && !opt->pids.nr &&
	    !mps_opt_parse_ids(opt->args[0], &opt->pids)) {
		mps_msg("%s: no process id: '%s'; 'mpscope %s --help' explains",
			command, opt->args[0], command);
		return MPS_EXIT_USAGE;
	}
	if (opt->pids.nr == 1)
		return MPS_EXIT_OK;
	mps_msg("%s: one process is needed: mpscope %s PID", command, command);
	return MPS_EXIT_USAGE;
}

/**
 * mps_watch_open() - find the process and its Go runtime
 * @w: filled; to be closed in any case
 * @opt: the PID is its first word, or given by -p
 * @command: for messages
 *
 * A process that is no Go program is no error: it has no roles.
 *
 * Return: MPS_EXIT_OK, or the exit code to leave with; then it has been said.
 */
int mps_watch_open(struct mps_watch *w, struct mps_opt *opt,
		   const char *command)
{
	int rc;

	memset(w, 0, sizeof(*w));
	rc = find_pid(opt, command);
	if (rc)
		return rc;
	rc = mps_targets_pick(&w->targets, opt, NULL);
	if (rc)
		return rc;
	mps_goproc_open(&w->gp, w->targets.t[0].tgid);
	mps_roles_init(&w->roles, &w->gp);
	mps_sample_init(&w->was, w->gp.pid);
	mps_sample_init(&w->is, w->gp.pid);
	if (w->gp.status == MPS_GO_GONE) {
		mps_msg("%s", w->gp.error);
		return MPS_EXIT_FAILURE;
	}
	return MPS_EXIT_OK;
}

bool mps_watch_exact(struct mps_watch *w)
{
	w->want_exact = true;
	w->why[0] = '\0';
	mps_golive_close(&w->live);
	mps_golive_init(&w->live, &w->gp);
	if (!w->live.ok) {
		snprintf(w->why, sizeof(w->why), "%s", w->live.why);
		return false;
	}
	w->give = mps_exact_give(&w->live, MPS_GIVE_WAIT_NS, w->why,
				 sizeof(w->why));
	return true;
}

/* After an exec it is another program, with other threads. */
static void follow_exec(struct mps_watch *w)
{
	if (mps_goproc_is_same(&w->gp)) {
		if (w->gp.status == MPS_GO_OK)
			mps_maxprocs_find(&w->gp);
		return;
	}
	mps_goproc_open(&w->gp, w->gp.pid);
	mps_roles_free(&w->roles);
	mps_roles_init(&w->roles, &w->gp);
	if (w->want_exact)
		mps_watch_exact(w);
}

/* The sample, between two readings of the runtime's memory. */
static enum mps_err take_sample(struct mps_watch *w)
{
	struct mps_gosnap before, after;
	enum mps_err err;
	bool read;

	if (!w->live.ok)
		return mps_goproc_sample(&w->gp, &w->is);
	read = mps_golive_snap(&w->live, &before);
	err = mps_goproc_sample(&w->gp, &w->is);
	if (!err && read && mps_golive_snap(&w->live, &after)) {
		mps_exact_fill(&w->is, &w->live, &before, &after);
		mps_gosnap_free(&after);
	} else if (!err) {
		snprintf(w->why, sizeof(w->why),
			 "the Go runtime of process %d cannot be read any more",
			 w->gp.pid);
	}
	mps_gosnap_free(&before);
	return err;
}

/**
 * mps_watch_step() - take the next sample and find the roles in it
 * @w: the process
 *
 * Return: MPS_EXIT_OK, or the exit code to leave with; then it has been said.
 */
int mps_watch_step(struct mps_watch *w)
{
	enum mps_err err;

	mps_sample_free(&w->was);
	w->was = w->is;
	w->has_was = w->was.nr > 0;
	mps_sample_init(&w->is, w->gp.pid);
	follow_exec(w);
	err = take_sample(w);
	if (err) {
		mps_msg("%s", mps_err_why());
		return mps_err_exit(err);
	}
	if (!w->is.nr) {
		mps_msg("process %d has ended; 'mpscope stat -p %d' shows what it did",
			w->gp.pid, w->gp.pid);
		return MPS_EXIT_FAILURE;
	}
	if (!mps_roles_step(&w->roles, &w->is)) {
		mps_msg("no memory for the roles of %" PRIu32 " threads",
			w->is.nr);
		return MPS_EXIT_FAILURE;
	}
	return MPS_EXIT_OK;
}

void mps_watch_close(struct mps_watch *w)
{
	mps_targets_release(&w->targets);
	mps_golive_close(&w->live);
	mps_roles_free(&w->roles);
	mps_sample_free(&w->was);
	mps_sample_free(&w->is);
}

/* Between the last two samples; 0 if there is only one. */
uint64_t mps_watch_interval_ns(const struct mps_watch *w)
{
	return w->has_was ? w->is.end_ns - w->was.end_ns : 0;
}

static void foot_roles(const struct mps_watch *w, struct mps_out *out)
{
	uint32_t kernel = 0, memory = 0, i;
	char how[160], buf[64];

	for (i = 0; i < w->is.nr; i++) {
		kernel += w->is.task[i].exact.source == MPS_EXACT_KERNEL;
		memory += w->is.task[i].exact.source == MPS_EXACT_MEMORY;
	}
	if (kernel || memory) {
		snprintf(how, sizeof(how), "exact (%s%s%s), layout from %s",
			 kernel ? "kernel" : "",
			 kernel && memory ? " and " : "",
			 memory ? "memory" : "",
			 w->live.ok ? mps_golive_source(&w->live, buf) :
				      "the module");
		mps_out_roles(out, how);
	} else {
		mps_out_roles(out, "inferred from how each thread sleeps (no P is seen)");
	}
	if (w->why[0])
		mps_out_note(out, "not exact: %s", w->why);
	else if (w->give == MPS_GIVE_PROVING)
		mps_out_note(out, "the module has the layout, and waits for switches to prove it");
}

/**
 * mps_watch_foot() - how the roles were obtained, and what is missing
 * @w: the process
 * @out: document
 *
 * Return: true if the data are partial.
 */
bool mps_watch_foot(const struct mps_watch *w, struct mps_out *out)
{
	struct mps_drops drops;
	struct mps_kv *summary;
	bool partial;

	if (w->gp.status == MPS_GO_OK)
		foot_roles(w, out);
	else
		mps_out_note(out, "no roles: %s", w->gp.error);
	if (w->is.unpinned)
		mps_out_note(out, "%" PRIu64 " sleeping threads moved on while their calls were read: judged without arguments",
			     w->is.unpinned);
	mps_drops_init(&drops, MPS_DROPS_EPOLL);
	/* failed: all unknown, as it is then shown */
	mps_kv_read(&summary, w->gp.pid, "summary");
	mps_drops_add(&drops, summary, NULL);
	partial = mps_drops_show(&drops, out);
	mps_kv_free(summary);
	return partial || (w->gp.status != MPS_GO_OK &&
			   w->gp.status != MPS_GO_NOT);
}
