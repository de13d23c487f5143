/* SPDX-License-Identifier: GPL-2.0 */
/* Each cell of the transition table, written out from the design. */
#ifndef _MPS_CORE_TESTS_VEC_FSM_H
#define _MPS_CORE_TESTS_VEC_FSM_H

#include "../fsm.h"

/* A new state or event needs a row or a column here first. */
static_assert(MPS_NR_FSM_STATES == 8);
static_assert(MPS_NR_EVENTS == 5);

struct vec_fsm {
	u8 state;
	int next[MPS_NR_EVENTS];	/* block, preempt, yield, dead, in */
};

#define NO	MPS_FSM_REFUSED
#define GO(s)	MPSCOPE_STATE_##s

static const struct vec_fsm vec_fsm[] = {
	/* what is on a CPU can only leave it */
	{ GO(RUNNING), { GO(BLOCKED), GO(PREEMPTED), GO(YIELDED), GO(DEAD), NO } },
	/* what is off can only get one */
	{ GO(WOKEN),		{ NO, NO, NO, NO, GO(RUNNING) } },
	{ GO(PREEMPTED),	{ NO, NO, NO, NO, GO(RUNNING) } },
	{ GO(YIELDED),		{ NO, NO, NO, NO, GO(RUNNING) } },
	{ GO(BLOCKED),		{ NO, NO, NO, NO, GO(RUNNING) } },
	{ GO(BIRTH),		{ NO, NO, NO, NO, GO(RUNNING) } },
	/* and nothing follows death */
	{ GO(DEAD),		{ NO, NO, NO, NO, NO } },
	{ MPS_STATE_UNARMED,	{ NO, NO, NO, NO, GO(RUNNING) } },
};

#undef NO
#undef GO

struct vec_fsm_range {
	unsigned int state;
	unsigned int event;
};

/* All refused: at least one of the two is out of range. */
static const struct vec_fsm_range vec_fsm_range[] = {
	{ MPS_NR_FSM_STATES, MPS_EV_OUT_BLOCK },
	{ MPS_NR_FSM_STATES, MPS_EV_IN },
	{ MPS_NR_FSM_STATES, MPS_NR_EVENTS },
	{ 255, MPS_EV_IN },
	{ 256, MPS_EV_OUT_BLOCK },	/* 0 as u8 */
	{ 0x80000000u, MPS_EV_IN },
	{ 0xffffffffu, MPS_EV_OUT_BLOCK },
	{ 0xffffffffu, MPS_EV_IN },
	{ MPSCOPE_STATE_RUNNING, MPS_NR_EVENTS },
	{ MPSCOPE_STATE_RUNNING, 255 },
	{ MPSCOPE_STATE_RUNNING, 256 },
	{ MPSCOPE_STATE_BLOCKED, 256 + MPS_EV_IN },
	{ MPSCOPE_STATE_RUNNING, 0x80000000u },
	{ MPSCOPE_STATE_RUNNING, 0xffffffffu },
	{ MPS_STATE_UNARMED, MPS_NR_EVENTS },
	{ 0xffffffffu, 0xffffffffu },
};

#endif /* _MPS_CORE_TESTS_VEC_FSM_H */
