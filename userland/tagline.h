/* SPDX-License-Identifier: GPL-2.0 */
/* What is written to "tags", and the words of commands that write it. */
#ifndef _MPS_TAGLINE_H
#define _MPS_TAGLINE_H

#include <stdbool.h>
#include <sys/types.h>

#include "dbgfs.h"
#include "opt.h"

#define MPS_TAGLINE_LEN	128

/* "PID threads|children [FEATURES]\n"; @features have been checked. */
void mps_tagline(char buf[MPS_TAGLINE_LEN], pid_t pid, bool children,
		 const char *features);

/**
 * mps_untag() - take the tag from a process
 *
 * One that has just exited is nobody to the module for a moment, until the
 * last of it is freed: that is waited for. Return: as mps_dbgfs_write().
 */
enum mps_err mps_untag(pid_t pid);

/* Is it a list of features, or "none"? */
bool mps_tagline_features_ok(const char *features);

/**
 * mps_tagline_args() - the PIDs among the words, and the features, checked
 * @features: NULL if none were given
 *
 * Return: MPS_OPT_GO, or the exit code for wrong usage; it has been said.
 */
int mps_tagline_args(const struct mps_opt *opt, const char *command,
		     const char *features, struct mps_ids *pids);
/* Just the features. */
int mps_tagline_check(const char *command, const char *features);
void mps_tagline_free(struct mps_ids *pids);

#endif /* _MPS_TAGLINE_H */
