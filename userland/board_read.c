// SPDX-License-Identifier: GPL-2.0
/* The board: what memory, /proc and the module say at the moment. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "dbgfs.h"
#include "target.h"

enum { COL_P, COL_M, COL_TID, COL_CPU, COL_STATE, COL_SINCE, COL_LIFE,
	COL_RUNNING, COL_RUNNABLE, COL_MOVES_M, COL_MOVES_CPU };

static const struct mps_want cols[] = {
	[COL_P] = { "p", MPS_U64, true },
	[COL_M] = { "m", MPS_U64, false },
	[COL_TID] = { "tid", MPS_U64, true },
	[COL_CPU] = { "cpu", MPS_U64, false },
	[COL_STATE] = { "state", MPS_STR, true },
	[COL_SINCE] = { "since_ns", MPS_U64, false },
	[COL_LIFE] = { "life_ns", MPS_U64, false },
	[COL_RUNNING] = { "running_ns", MPS_U64, false },
	[COL_RUNNABLE] = { "runnable_ns", MPS_U64, false },
	[COL_MOVES_M] = { "moves_m", MPS_U64, false },
	[COL_MOVES_CPU] = { "moves_cpu", MPS_U64, false },
};

static uint64_t number(struct mps_cell c)
{
	return c.known ? c.u : UINT64_MAX;
}

static void take_row(struct mps_boardrow *r, const struct mps_cell *c)
{
	/* of the same holder: what memory knows besides goes with it */
	if (!c[COL_TID].known || (int32_t)c[COL_TID].u != r->tid)
		r->goid = -1;
	r->m = c[COL_M].known ? (int64_t)c[COL_M].u : -1;
	r->tid = c[COL_TID].known ? (int32_t)c[COL_TID].u : 0;
	r->cpu = c[COL_CPU].known ? (int32_t)c[COL_CPU].u : -1;
	if (c[COL_STATE].known)
		snprintf(r->state, sizeof(r->state), "%.15s", c[COL_STATE].s);
	r->since_ns = c[COL_SINCE].known ? c[COL_SINCE].u : 0;
	r->life_ns = number(c[COL_LIFE]);
	r->running_ns = number(c[COL_RUNNING]);
	r->runnable_ns = number(c[COL_RUNNABLE]);
	r->moves_m = number(c[COL_MOVES_M]);
	r->moves_cpu = number(c[COL_MOVES_CPU]);
}

/* The module's rows go before ours. Return: true if there are any. */
static bool from_module(struct mps_board *b, pid_t tgid)
{
	struct mps_tab *tab;
	size_t nr = 0;

	if (mps_tab_open(&tab, tgid, "ps", cols,
			 sizeof(cols) / sizeof(cols[0])) != MPS_OK)
		return false;
	while (mps_tab_next(tab) == MPS_OK) {
		const struct mps_cell *c = mps_tab_cells(tab);

		if (!c[COL_P].known || c[COL_P].u >= b->nr)
			continue;
		/* it has not seen it yet: what memory says is more */
		if (!c[COL_STATE].known || !strcmp(c[COL_STATE].s, "unknown"))
			continue;
		take_row(&b->row[c[COL_P].u], c);
		nr++;
	}
	mps_tab_close(tab);
	return nr;
}

/*
 * Is it on the run queue? /proc does not tell a thread that runs from one that
 * waits for a CPU: only the module does.
 */
static void from_proc(struct mps_boardrow *r, pid_t tgid, bool kernel)
{
	struct mps_task_stat st;
	char name[64], line[1024];

	if (!r->tid)
		return;
	mps_proc_comm(r->tid, r->comm, sizeof(r->comm));
	snprintf(name, sizeof(name), "task/%d/stat", r->tid);
	if (kernel || mps_proc_read(tgid, name, line, sizeof(line)) <= 0 ||
	    !mps_stat_parse(line, &st))
		return;
	r->cpu = st.cpu;
	if (!strcmp(r->state, "running") && st.state != 'R')
		snprintf(r->state, sizeof(r->state), "blocked");
}

bool mps_board_read(struct mps_board *b, const struct mps_board *was,
		    struct mps_golive *lv)
{
	struct mps_gosnap s;
	bool ok;
	size_t i;

	memset(b, 0, sizeof(*b));
	ok = mps_golive_snap(lv, &s) && mps_board_from(b, &s);
	mps_gosnap_free(&s);
	if (!ok)
		return false;
	b->kernel = from_module(b, lv->gp.pid);
	for (i = 0; i < b->nr; i++)
		from_proc(&b->row[i], lv->gp.pid, b->kernel);
	mps_board_since(b, was);
	return true;
}
