/* SPDX-License-Identifier: GPL-2.0 */
/* The processes a command is about: found by -p, tagged for a while by --tag. */
#ifndef _MPS_TARGET_H
#define _MPS_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "opt.h"

struct mps_target {
	pid_t tgid;
	bool ours;		/* tagged by us: untag in the end */
};

struct mps_targets {
	struct mps_target *t;
	size_t nr;
};

/**
 * mps_targets_pick() - the processes of -p, or all that are tagged
 * @features: what --tag asks for, "epoll,migrate"; NULL: the module's default
 * @ts: out, to be given back with mps_targets_release() in any case
 *
 * Return: MPS_EXIT_OK, or the exit code to leave with; then it has been said.
 */
int mps_targets_pick(struct mps_targets *ts, const struct mps_opt *opt,
		     const char *features);
/* Untag what is ours. */
void mps_targets_release(struct mps_targets *ts);

/* What /proc says of an id. */
enum mps_proc { MPS_PROC_NONE, MPS_PROC_LEADER, MPS_PROC_THREAD };

/* @tgid: out, the process the id belongs to. */
enum mps_proc mps_proc_find(pid_t id, pid_t *tgid);
/* Is it a thread of the kernel? */
bool mps_proc_is_kernel(pid_t id);
/* The same of a line of /proc/PID/stat; pure. */
bool mps_proc_stat_is_kernel(const char *line);
/* Its name as /proc has it, in @buf; NULL if it is gone. */
const char *mps_proc_comm(pid_t id, char *buf, size_t size);

#endif /* _MPS_TARGET_H */
