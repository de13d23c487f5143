/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The life of a thread as a state machine: which scheduler event may follow
 * which state, and what comes of it.
 */
#ifndef _MPS_CORE_FSM_H
#define _MPS_CORE_FSM_H

#include "port.h"

/*
 * What sched_switch can say of a thread. There is no "wakeup": the kernel's
 * own sched_info tells at MPS_EV_IN how much of the time off the CPU was spent
 * queued, so a woken thread needs no event before it runs.
 */
enum mps_event {
	MPS_EV_OUT_BLOCK,	/* left the CPU and the run queue */
	MPS_EV_OUT_PREEMPT,	/* left the CPU, stays queued, not of its own */
	MPS_EV_OUT_YIELD,	/* left the CPU, stays queued, asked for it */
	MPS_EV_OUT_DEAD,	/* left the CPU for good */
	MPS_EV_IN,		/* got a CPU */
	MPS_NR_EVENTS
};

/* Found, but in a state not known yet (see "arming" in thread.c). */
#define MPS_STATE_UNARMED	MPSCOPE_NR_STATES
#define MPS_NR_FSM_STATES	(MPSCOPE_NR_STATES + 1)

/* No such transition: the event is refused and counted. */
#define MPS_FSM_REFUSED		(-1)

/**
 * mps_fsm_next() - the state after an event
 * @state: enum mpscope_state, or MPS_STATE_UNARMED
 * @event: enum mps_event
 *
 * Context: any; pure.
 * Return: the next state, or MPS_FSM_REFUSED also for values out of range.
 */
int mps_fsm_next(unsigned int state, unsigned int event);

/* May it get a CPU: off it, but not dead or unknown; without a table. */
static __always_inline bool mps_fsm_may_run(unsigned int state)
{
	static_assert(MPSCOPE_STATE_RUNNING == 0 &&
		      MPSCOPE_STATE_DEAD == MPSCOPE_STATE_BIRTH + 1 &&
		      MPS_STATE_UNARMED == MPSCOPE_STATE_DEAD + 1);

	return state - 1 < MPSCOPE_STATE_BIRTH;
}

#endif /* _MPS_CORE_FSM_H */
