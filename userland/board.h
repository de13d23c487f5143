/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The board: a row a P of a Go program, and who holds it. From the module's
 * file "ps" where it has one, which knows each change; else from looks into
 * memory, which know what there is at the moment.
 */
#ifndef _MPS_BOARD_H
#define _MPS_BOARD_H

#include "golive.h"

#define MPS_BOARD_WORD	16

struct mps_boardrow {
	int32_t p;
	int64_t m;		/* -1: nobody holds it */
	int32_t tid, cpu;	/* 0, -1: unknown */
	char state[MPS_BOARD_WORD];
	uint64_t since_ns;	/* CLOCK_MONOTONIC; 0: unknown */
	int64_t goid;		/* -1: none */
	int64_t runq;		/* -1: unknown */
	uint32_t schedtick;
	/* the module's, since it began; UINT64_MAX: unknown */
	uint64_t running_ns, runnable_ns, life_ns, moves_m, moves_cpu;
	char comm[MPS_BOARD_WORD + 1];
};

struct mps_board {
	struct mps_boardrow *row;
	size_t nr;
	struct mps_gosched sched;
	size_t torn;		/* rows that changed while they were read */
	bool kernel;		/* from the module */
	uint64_t at_ns;
};

/*
 * Look anew. @was: the look before, may be empty: a state that is the same
 * as then began no later. Return: false if the process cannot be read.
 */
bool mps_board_read(struct mps_board *b, const struct mps_board *was,
		    struct mps_golive *lv);
void mps_board_free(struct mps_board *b);

/* Pure: rows from a reading, without what /proc and the module know. */
bool mps_board_from(struct mps_board *b, const struct mps_gosnap *s);
/* Pure: since when, by the look before. */
void mps_board_since(struct mps_board *b, const struct mps_board *was);

/* board_view.c: on the screen */
void mps_board_draw(const struct mps_board *b, const struct mps_board *was,
		    const struct mps_golive *lv, bool alive, bool paused);
/* Hundredths of a percent of the time between two looks; UINT64_MAX unknown. */
uint64_t mps_board_share(const struct mps_board *b,
			 const struct mps_board *was, size_t i,
			 size_t offset_of_ns);

#endif /* _MPS_BOARD_H */
