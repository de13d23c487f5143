// SPDX-License-Identifier: GPL-2.0
/* The transition table of a thread's life. */
#include "fsm.h"

#define TO(s)	(MPSCOPE_STATE_##s + 1)	/* so that an empty cell is "refused" */

static const u8 mps_fsm[MPS_NR_FSM_STATES][MPS_NR_EVENTS] = {
	[MPSCOPE_STATE_RUNNING] = {
		[MPS_EV_OUT_BLOCK]	= TO(BLOCKED),
		[MPS_EV_OUT_PREEMPT]	= TO(PREEMPTED),
		[MPS_EV_OUT_YIELD]	= TO(YIELDED),
		[MPS_EV_OUT_DEAD]	= TO(DEAD),
	},
	[MPSCOPE_STATE_WOKEN]		= { [MPS_EV_IN] = TO(RUNNING) },
	[MPSCOPE_STATE_PREEMPTED]	= { [MPS_EV_IN] = TO(RUNNING) },
	[MPSCOPE_STATE_YIELDED]		= { [MPS_EV_IN] = TO(RUNNING) },
	[MPSCOPE_STATE_BLOCKED]		= { [MPS_EV_IN] = TO(RUNNING) },
	[MPSCOPE_STATE_BIRTH]		= { [MPS_EV_IN] = TO(RUNNING) },
	[MPSCOPE_STATE_DEAD]		= { 0 },
	[MPS_STATE_UNARMED]		= { [MPS_EV_IN] = TO(RUNNING) },
};

int mps_fsm_next(unsigned int state, unsigned int event)
{
	if (state >= MPS_NR_FSM_STATES || event >= MPS_NR_EVENTS)
		return MPS_FSM_REFUSED;
	return mps_fsm[state][event] - 1;
}
