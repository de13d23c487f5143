/* SPDX-License-Identifier: GPL-2.0 */
/* What "top" shows: rows of threads made of readings; no screen in here. */
#ifndef _MPS_TOP_H
#define _MPS_TOP_H

#include "reading.h"
#include "target.h"

/* Columns of the rows, in the order of the screen. */
enum mps_top_col {
	MPS_TOP_PID, MPS_TOP_TID, MPS_TOP_ROLE, MPS_TOP_STATE, MPS_TOP_WHY,
	MPS_TOP_CPU, MPS_TOP_RUN, MPS_TOP_WAIT, MPS_TOP_PREEMPTED,
	MPS_TOP_VOL, MPS_TOP_INVOL, MPS_TOP_MIGRATIONS, MPS_TOP_IN_STATE,
	MPS_TOP_COMM, MPS_NR_TOP_COLS
};

/* How each looks; the screen gives them fixed widths. */
struct mps_top_look {
	struct mps_col col;
	int width;
	char key;		/* sorts by it; 0: none */
};

extern const struct mps_top_look mps_top_looks[MPS_NR_TOP_COLS];

struct mps_rolehook;

struct mps_top_target {
	pid_t tgid;
	bool gone;
	struct mps_rolehook *rh;
	struct mps_layout layout;
	struct mps_reading now, before;
	bool has_now, has_before;
	uint64_t interval_ns;	/* between the two; 0: since tagged */
	uint64_t run, wait;	/* of all threads, hundredths of % of a CPU */
	size_t threads;
};

struct mps_top {
	struct mps_top_target *t;
	size_t nr;
	bool roles;		/* of at least one process they are known */
	bool show_dead;
	const char *filter;	/* "" shows all */
	enum mps_top_col sort;
	bool reverse;
	struct mps_snap rows;	/* what is to be shown */
	size_t hidden;		/* by the filter */
	enum mps_err err;	/* of the last reading that failed, or MPS_OK */
};

bool mps_top_init(struct mps_top *top, const struct mps_targets *ts);
void mps_top_free(struct mps_top *top);

/* Read all targets anew. Return: false if none is left. */
bool mps_top_read(struct mps_top *top);

/* Make the rows of what was read, as filter and sort say. */
bool mps_top_arrange(struct mps_top *top);

#endif /* _MPS_TOP_H */
