// SPDX-License-Identifier: GPL-2.0
/* The board on the screen. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "board.h"
#include "fmt.h"
#include "out_screen.h"

#define LINE_LEN	512

static enum mps_look look_of(const struct mps_boardrow *r)
{
	if (!strcmp(r->state, "running") || !strcmp(r->state, "spinning"))
		return MPS_LOOK_GOOD;
	if (!strcmp(r->state, "runnable") || !strcmp(r->state, "blocked"))
		return MPS_LOOK_WARN;
	return MPS_LOOK_PLAIN;
}

static const char *number(char buf[MPS_FMT_LEN], int64_t v, int64_t none)
{
	if (v == none)
		return "-";
	snprintf(buf, MPS_FMT_LEN, "%" PRId64, v);
	return buf;
}

static const char *share(char buf[MPS_FMT_LEN], uint64_t v)
{
	return v == UINT64_MAX ? "-" : mps_fmt_hundredths(buf, v);
}

static void draw_row(int y, const struct mps_board *b,
		     const struct mps_board *was, size_t i)
{
	const struct mps_boardrow *r = &b->row[i];
	char m[MPS_FMT_LEN], tid[MPS_FMT_LEN], cpu[MPS_FMT_LEN];
	char since[MPS_FMT_LEN], g[MPS_FMT_LEN], q[MPS_FMT_LEN];
	char run[MPS_FMT_LEN], stall[MPS_FMT_LEN], comm[64], line[LINE_LEN];

	mps_fmt_clip(comm, sizeof(comm), r->comm, 15);
	snprintf(line, sizeof(line),
		 "%4d %5s %8s %4s  %-9s %8s %8s %5s %7s %7s  %s", r->p,
		 number(m, r->m, -1), number(tid, r->tid, 0),
		 number(cpu, r->cpu, -1), r->state,
		 mps_fmt_ns(since, b->at_ns > r->since_ns ?
			    b->at_ns - r->since_ns : 0),
		 number(g, r->goid, -1), number(q, r->runq, -1),
		 share(run, mps_board_share(b, was, i,
					    offsetof(struct mps_boardrow,
						     running_ns))),
		 share(stall, mps_board_share(b, was, i,
					      offsetof(struct mps_boardrow,
						       runnable_ns))),
		 comm);
	mps_screen_put(y, 0, look_of(r), line);
}

void mps_board_draw(const struct mps_board *b, const struct mps_board *was,
		    const struct mps_golive *lv, bool alive, bool paused)
{
	const struct mps_gosched *d = &b->sched;
	char line[LINE_LEN], source[64];
	int rows, columns, y = 3;
	size_t i;

	mps_screen_size(&rows, &columns);
	mps_screen_begin();
	snprintf(line, sizeof(line), "mpscope board  %d  %s  %zu Ps%s%s",
		 lv->gp.pid, lv->gp.exe.version, b->nr,
		 paused ? "  PAUSED" : "", alive ? "" : "  HAS ENDED");
	mps_screen_put(0, 0, MPS_LOOK_BOLD, line);
	snprintf(line, sizeof(line),
		 "idle Ps %d  spinning %d  idle Ms %d  of %" PRId64 "  global queue %d%s",
		 d->npidle, d->nmspinning, d->nmidle, d->mnext - d->nmfreed,
		 d->runqsize, d->gcwaiting ? "  the world is stopped" : "");
	mps_screen_put(1, 0, MPS_LOOK_PLAIN, line);
	mps_screen_put(2, 0, MPS_LOOK_PLAIN,
		       "   P     M      TID  CPU  state          for        G queue    run%  stall%  comm");
	mps_screen_fill(2, MPS_LOOK_HEAD);
	for (i = 0; i < b->nr && y < rows - 1; i++)
		draw_row(y++, b, was, i);
	snprintf(line, sizeof(line),
		 "%zu of %zu Ps; exact (%s), layout from %s%s; q quit, space pause",
		 i, b->nr, b->kernel ? "kernel; G and queue: memory" :
		 "memory: for as seen here, running may be waiting for a CPU",
		 mps_golive_source(lv, source),
		 b->torn ? "; some changed while read" : "");
	mps_screen_put(rows - 1, 0, MPS_LOOK_PLAIN, line);
	mps_screen_end();
}
