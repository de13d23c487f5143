/* SPDX-License-Identifier: GPL-2.0 */
/* A Go process whose runtime's memory can be read: for the commands. */
#ifndef _MPS_GOLIVE_H
#define _MPS_GOLIVE_H

#include "gofunc.h"
#include "golayout.h"
#include "gomem.h"
#include "goproc.h"
#include "gosnap.h"
#include "opt.h"
#include "out.h"

struct mps_golive {
	struct mps_goproc gp;
	struct mps_golayout layout;
	struct mps_gomem mem;
	struct mps_gofuncs funcs;
	bool has_funcs;
	bool ok;		/* layout is proven */
	char why[MPS_GO_ERROR_LEN];	/* why not, one sentence */
};

/* Of a process that was looked at already. @lv->ok says whether it worked. */
void mps_golive_init(struct mps_golive *lv, const struct mps_goproc *gp);
/*
 * Check the process that a command was given, by -p or its first word; behind it
 * may be @extra words more. Return: MPS_EXIT_OK, or as below.
 */
int mps_golive_pid(struct mps_opt *opt, const char *command, int extra);
/*
 * The same, and open it. Return: MPS_EXIT_OK, or the exit code
 * to leave with; then it has been said.
 */
int mps_golive_open(struct mps_golive *lv, struct mps_opt *opt,
		    const char *command, int extra);
void mps_golive_close(struct mps_golive *lv);

/* Ms, Ps and counters, with our thread ids. Return: false: say why it fails. */
bool mps_golive_snap(struct mps_golive *lv, struct mps_gosnap *s);
/* Say why a reading failed. Return: MPS_EXIT_FAILURE. */
int mps_golive_lost(const struct mps_golive *lv);

/* "DWARF", "table: go1.24.4": where the layout is from. */
const char *mps_golive_source(const struct mps_golive *lv, char buf[64]);
/* The fields of a document that say what process it is about. */
void mps_golive_fields(const struct mps_golive *lv, struct mps_out *out);
/* Name of the function that a func value points to; NULL: unknown. */
const char *mps_golive_funcval(const struct mps_golive *lv, uint64_t fn);

#endif /* _MPS_GOLIVE_H */
