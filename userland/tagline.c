// SPDX-License-Identifier: GPL-2.0
/* What is written to "tags", and the words of commands that write it. */
#include "tagline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../kmod/uapi/mpscope/abi.h"
#include "cmd.h"

#define UNTAG_TRIES	200	/* a second */
#define UNTAG_PAUSE_NS	5000000

static const char * const known[] = { MPSCOPE_FEATURES(MPSCOPE_X_NAME) };

void mps_tagline(char buf[MPS_TAGLINE_LEN], pid_t pid, bool children,
		 const char *features)
{
	snprintf(buf, MPS_TAGLINE_LEN, "%d %s%s%s\n", pid,
		 children ? "children" : "threads", features ? " " : "",
		 features ? features : "");
}

enum mps_err mps_untag(pid_t pid)
{
	const struct timespec pause = { .tv_nsec = UNTAG_PAUSE_NS };
	enum mps_err err = MPS_OK;
	char cmd[32];

	snprintf(cmd, sizeof(cmd), "!%d\n", pid);
	for (int i = 0; i < UNTAG_TRIES; i++) {
		err = mps_dbgfs_write("tags", cmd);
		if (err != MPS_ERR_REFUSED || mps_err_errno() != ENOENT)
			break;
		if (!mps_dbgfs_is_target(pid))
			break;
		nanosleep(&pause, NULL);
	}
	return err;
}

static bool is_known(const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i]) == len && !strncmp(known[i], word, len))
			return true;
	return false;
}

bool mps_tagline_features_ok(const char *features)
{
	if (!strcmp(features, "none"))
		return true;
	/* each once would be shorter than this */
	if (strlen(features) > MPS_TAGLINE_LEN - 32)
		return false;
	for (const char *p = features;; p++) {
		size_t len = strcspn(p, ",");

		if (!is_known(p, len))
			return false;
		p += len;
		if (!*p)
			return true;
	}
}

int mps_tagline_check(const char *command, const char *features)
{
	if (!features || mps_tagline_features_ok(features))
		return MPS_OPT_GO;
	mps_msg("%s: no list of features: '%s'; there are epoll, migrate and wakers (epoll,migrate), or none",
		command, features);
	return MPS_EXIT_USAGE;
}

int mps_tagline_args(const struct mps_opt *opt, const char *command,
		     const char *features, struct mps_ids *pids)
{
	if (!opt->nr_args) {
		mps_msg("%s: which process? 'mpscope %s --help' explains",
			command, command);
		return MPS_EXIT_USAGE;
	}
	for (int i = 0; i < opt->nr_args; i++)
		if (!mps_opt_parse_ids(opt->args[i], pids)) {
			mps_msg("%s: no process id: '%s'; it is a number, as ps shows it",
				command, opt->args[i]);
			return MPS_EXIT_USAGE;
		}
	return mps_tagline_check(command, features);
}

void mps_tagline_free(struct mps_ids *pids)
{
	free(pids->id);
	pids->id = NULL;
	pids->nr = 0;
}
