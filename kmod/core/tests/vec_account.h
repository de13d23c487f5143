/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lives of threads, step by step, and where their time has to be in the end.
 * What a vector does not name has to be 0.
 */
#ifndef _MPS_CORE_TESTS_VEC_ACCOUNT_H
#define _MPS_CORE_TESTS_VEC_ACCOUNT_H

#include "../account.h"

enum vec_op { VEC_END, VEC_BEGIN, VEC_UNARMED, VEC_BLOCKED, VEC_OUT, VEC_IN, VEC_PEEK };

struct vec_step {
	enum vec_op op;
	u64 now_ns;
	u64 wait_ns;
	s32 cpu;
	s32 syscall;
	u8 what;		/* begin: the state; out: the event */
	u8 reason;
	u8 mode;
	bool voluntary;
	bool queued;
	/* what comes of it */
	bool refused;
	u64 blocked_ns;		/* in: the episode */
	u64 queued_ns;
	u64 open_ns;		/* peek: returned */
};

struct vec_blocked {
	u8 reason;
	u8 mode;
	struct mps_blocked b;
};

struct vec_account {
	const char *name;
	struct vec_step step[8];
	/* in the end */
	u8 state;
	s32 cpu;
	u64 life_ns;
	u64 ns[MPSCOPE_NR_STATES];
	u64 nr[MPSCOPE_NR_STATES];
	struct vec_blocked blocked[3];	/* up to the first with nr 0 */
	u64 switches[2];
	u64 cpu_changes;
	u64 hist_nr[MPSCOPE_NR_HISTS];
	u64 hist_max_ns[MPSCOPE_NR_HISTS];
};

#define S(s)		MPSCOPE_STATE_##s
#define R(r, m)		.reason = MPSCOPE_REASON_##r, .mode = MPSCOPE_MODE_##m
#define BEGIN(s, at, c)	{ .op = VEC_BEGIN, .what = S(s), .now_ns = at, .cpu = c }
#define WHY(r, m, nr)	{ .op = VEC_BLOCKED, R(r, m), .syscall = nr }
#define BLOCK(at, r, m, nr)						\
	{ .op = VEC_OUT, .what = MPS_EV_OUT_BLOCK, .now_ns = at, R(r, m),\
	  .syscall = nr, .voluntary = true }
#define OUT(e, at, v)							\
	{ .op = VEC_OUT, .what = MPS_EV_OUT_##e, .now_ns = at,		\
	  .syscall = MPS_SYSCALL_NONE, .voluntary = v }
#define IN(at, w, c, b, q)						\
	{ .op = VEC_IN, .now_ns = at, .wait_ns = w, .cpu = c,		\
	  .blocked_ns = b, .queued_ns = q }
#define PEEK(at, q, w, o)						\
	{ .op = VEC_PEEK, .now_ns = at, .queued = q, .wait_ns = w, .open_ns = o }
#define NOT_OUT(e, at)							\
	{ .op = VEC_OUT, .what = MPS_EV_OUT_##e, .now_ns = at, .refused = true }
#define NOT_IN(at)	{ .op = VEC_IN, .now_ns = at, .cpu = 3, .refused = true }
#define SLEPT(r, m, ...)	{ R(r, m), .b = { __VA_ARGS__ } }
/* in the order of enum mpscope_hist: wake_to_run, block, run */
#define HIST_NR(w, b, r)	.hist_nr = { w, b, r }
#define HIST_MAX(w, b, r)	.hist_max_ns = { w, b, r }

static const struct vec_account vec_account[] = {
	{
		"blocked: split where it was queued",
		{ BEGIN(RUNNING, 1000, 0), BLOCK(1600, EPOLL, S, 232),
		  IN(2600, 300, 0, 700, 300) },
		S(RUNNING), 0, 1600,
		{ [S(RUNNING)] = 600, [S(WOKEN)] = 300 },
		{ [S(RUNNING)] = 2, [S(WOKEN)] = 1 },
		{ SLEPT(EPOLL, S, 700, 1, 700, 232) },
		{ 0, 1 }, 0, HIST_NR(1, 1, 1), HIST_MAX(300, 700, 600),
	}, {
		"blocked: no wait at all",
		{ BEGIN(RUNNING, 1000, 0), BLOCK(1600, FUTEX, S, 202),
		  IN(2600, 0, 0, 1000, 0) },
		S(RUNNING), 0, 1600,
		{ [S(RUNNING)] = 600 },
		{ [S(RUNNING)] = 2, [S(WOKEN)] = 1 },
		{ SLEPT(FUTEX, S, 1000, 1, 1000, 202) },
		{ 0, 1 }, 0, HIST_NR(1, 1, 1), HIST_MAX(0, 1000, 600),
	}, {
		"blocked: wait as long as the time off the CPU",
		{ BEGIN(RUNNING, 1000, 0), BLOCK(1600, EPOLL, D, 232),
		  IN(2600, 1000, 0, 0, 1000) },
		S(RUNNING), 0, 1600,
		{ [S(RUNNING)] = 600, [S(WOKEN)] = 1000 },
		{ [S(RUNNING)] = 2, [S(WOKEN)] = 1 },
		{ SLEPT(EPOLL, D, 0, 1, 0, 0) },
		{ 0, 1 }, 0, HIST_NR(1, 1, 1), HIST_MAX(1000, 0, 600),
	}, {
		"blocked: a longer wait is clamped",
		{ BEGIN(RUNNING, 1000, 0), BLOCK(1600, EPOLL, S, 232),
		  IN(2600, 1001, 0, 0, 1000), BLOCK(2700, EPOLL, S, 232),
		  IN(2800, U64_MAX, 0, 0, 100) },
		S(RUNNING), 0, 1800,
		{ [S(RUNNING)] = 700, [S(WOKEN)] = 1100 },
		{ [S(RUNNING)] = 3, [S(WOKEN)] = 2 },
		{ SLEPT(EPOLL, S, 0, 2, 0, 0) },
		{ 0, 2 }, 0, HIST_NR(2, 2, 2), HIST_MAX(1000, 0, 600),
	}, {
		"blocked: the longest episode keeps its syscall",
		{ BEGIN(RUNNING, 0, 0), BLOCK(10, FILE, D, 0),
		  IN(60, 0, 0, 50, 0), BLOCK(70, FILE, D, 1),
		  IN(170, 0, 0, 100, 0), BLOCK(180, FILE, D, 17),
		  IN(280, 0, 0, 100, 0) },
		S(RUNNING), 0, 280,
		{ [S(RUNNING)] = 30 },
		{ [S(RUNNING)] = 4, [S(WOKEN)] = 3 },
		{ SLEPT(FILE, D, 250, 3, 100, 1) },
		{ 0, 3 }, 0, HIST_NR(3, 3, 3), HIST_MAX(0, 100, 10),
	}, {
		"blocked: each reason and mode has its own bucket",
		{ BEGIN(RUNNING, 0, 0), BLOCK(1, SOCKET, S, 45),
		  IN(11, 0, 0, 10, 0), BLOCK(12, SOCKET, D, 45),
		  IN(32, 0, 0, 20, 0), BLOCK(33, FAULT, D, MPS_SYSCALL_NONE),
		  IN(63, 0, 0, 30, 0) },
		S(RUNNING), 0, 63,
		{ [S(RUNNING)] = 3 },
		{ [S(RUNNING)] = 4, [S(WOKEN)] = 3 },
		{ SLEPT(SOCKET, S, 10, 1, 10, 45), SLEPT(SOCKET, D, 20, 1, 20, 45),
		  SLEPT(FAULT, D, 30, 1, 30, MPS_SYSCALL_NONE) },
		{ 0, 3 }, 0, HIST_NR(3, 3, 3), HIST_MAX(0, 30, 1),
	}, {
		"blocked: reason and mode out of range are other and S",
		{ BEGIN(RUNNING, 0, 0),
		  { .op = VEC_OUT, .what = MPS_EV_OUT_BLOCK, .now_ns = 5,
		    .reason = MPSCOPE_NR_REASONS, .mode = MPSCOPE_NR_MODES,
		    .syscall = MPS_SYSCALL_FOREIGN, .voluntary = true },
		  IN(9, 1, 0, 3, 1),
		  { .op = VEC_OUT, .what = MPS_EV_OUT_BLOCK, .now_ns = 10,
		    .reason = 255, .mode = 255, .syscall = 7, .voluntary = true },
		},
		S(BLOCKED), 0, 10,
		{ [S(RUNNING)] = 6, [S(WOKEN)] = 1 },
		{ [S(RUNNING)] = 2, [S(WOKEN)] = 1 },
		{ SLEPT(OTHER, S, 3, 2, 3, MPS_SYSCALL_FOREIGN) },
		{ 0, 2 }, 0, HIST_NR(1, 1, 2), HIST_MAX(1, 3, 5),
	}, {
		"blocked from the beginning",
		{ BEGIN(BLOCKED, 500, 2), WHY(FUTEX, S, 202),
		  IN(900, 100, 1, 300, 100) },
		S(RUNNING), 1, 400,
		{ [S(WOKEN)] = 100 },
		{ [S(RUNNING)] = 1, [S(WOKEN)] = 1 },
		{ SLEPT(FUTEX, S, 300, 1, 300, 202) },
		{ 0, 0 }, 1, HIST_NR(1, 1, 0), HIST_MAX(100, 300, 0),
	}, {
		"clock behind at switch-out and at switch-in",
		{ BEGIN(RUNNING, 1000, 0), BLOCK(900, PIPE, S, 0),
		  IN(950, 40, 0, 0, 0), BLOCK(1500, PIPE, S, 0) },
		S(BLOCKED), 0, 500,
		{ [S(RUNNING)] = 500 },
		{ [S(RUNNING)] = 2, [S(WOKEN)] = 1 },
		{ SLEPT(PIPE, S, 0, 2, 0, 0) },
		{ 0, 2 }, 0, HIST_NR(1, 1, 2), HIST_MAX(0, 0, 500),
	}, {
		"clock at its end",
		{ BEGIN(RUNNING, U64_MAX - 20, 0), BLOCK(U64_MAX - 10, PIPE, S, 0),
		  IN(U64_MAX, 4, 0, 6, 4), OUT(PREEMPT, 3, false) },
		S(PREEMPTED), 0, 20,
		{ [S(RUNNING)] = 10, [S(WOKEN)] = 4 },
		{ [S(RUNNING)] = 2, [S(WOKEN)] = 1, [S(PREEMPTED)] = 1 },
		{ SLEPT(PIPE, S, 6, 1, 6, 0) },
		{ 1, 1 }, 0, HIST_NR(1, 1, 2), HIST_MAX(4, 6, 10),
	}, {
		"preempted: all of it is preempted, whatever the wait",
		{ BEGIN(RUNNING, 0, 0), OUT(PREEMPT, 100, false),
		  IN(250, 0, 1, 0, 150), OUT(PREEMPT, 300, false),
		  IN(340, 10, 1, 0, 40) },
		S(RUNNING), 1, 340,
		{ [S(RUNNING)] = 150, [S(PREEMPTED)] = 190 },
		{ [S(RUNNING)] = 3, [S(PREEMPTED)] = 2 }, { },
		{ 2, 0 }, 1, HIST_NR(0, 0, 2), HIST_MAX(0, 0, 100),
	}, {
		"yielded",
		{ BEGIN(RUNNING, 0, 4), OUT(YIELD, 7, true), IN(9, 1, 4, 0, 2),
		  OUT(YIELD, 19, false), IN(20, 0, 5, 0, 1) },
		S(RUNNING), 5, 20,
		{ [S(RUNNING)] = 17, [S(YIELDED)] = 3 },
		{ [S(RUNNING)] = 3, [S(YIELDED)] = 2 }, { },
		{ 1, 1 }, 1, HIST_NR(0, 0, 2), HIST_MAX(0, 0, 10),
	}, {
		"preempted from the beginning",
		{ BEGIN(PREEMPTED, 10, 0), IN(30, 5, 0, 0, 20) },
		S(RUNNING), 0, 20,
		{ [S(PREEMPTED)] = 20 },
		{ [S(RUNNING)] = 1, [S(PREEMPTED)] = 1 }, { },
		{ 0, 0 }, 0, HIST_NR(0, 0, 0), HIST_MAX(0, 0, 0),
	}, {
		"birth: split where it was queued first",
		{ BEGIN(BIRTH, 100, 1), IN(500, 150, 2, 250, 150) },
		S(RUNNING), 2, 400,
		{ [S(BIRTH)] = 250, [S(WOKEN)] = 150 },
		{ [S(RUNNING)] = 1, [S(WOKEN)] = 1, [S(BIRTH)] = 1 }, { },
		{ 0, 0 }, 1, HIST_NR(1, 0, 0), HIST_MAX(150, 0, 0),
	}, {
		"dead: nothing follows",
		{ BEGIN(RUNNING, 10, 0), OUT(DEAD, 25, true), NOT_IN(50),
		  NOT_OUT(DEAD, 50), NOT_OUT(BLOCK, 50), NOT_OUT(PREEMPT, 50),
		  NOT_OUT(YIELD, 50) },
		S(DEAD), 0, 15,
		{ [S(RUNNING)] = 15 },
		{ [S(RUNNING)] = 1, [S(DEAD)] = 1 }, { },
		{ 0, 1 }, 0, HIST_NR(0, 0, 1), HIST_MAX(0, 0, 15),
	}, {
		"refused: a CPU for what is running",
		{ BEGIN(RUNNING, 10, 0), NOT_IN(20), NOT_IN(0),
		  OUT(PREEMPT, 30, false) },
		S(PREEMPTED), 0, 20,
		{ [S(RUNNING)] = 20 },
		{ [S(RUNNING)] = 1, [S(PREEMPTED)] = 1 }, { },
		{ 1, 0 }, 0, HIST_NR(0, 0, 1), HIST_MAX(0, 0, 20),
	}, {
		"refused: leaving a CPU it does not have",
		{ BEGIN(BLOCKED, 10, 0), WHY(POLL, S, 7), NOT_OUT(BLOCK, 20),
		  NOT_OUT(PREEMPT, 20), NOT_OUT(YIELD, 20), NOT_OUT(DEAD, 20),
		  IN(30, 5, 0, 15, 5) },
		S(RUNNING), 0, 20,
		{ [S(WOKEN)] = 5 },
		{ [S(RUNNING)] = 1, [S(WOKEN)] = 1 },
		{ SLEPT(POLL, S, 15, 1, 15, 7) },
		{ 0, 0 }, 0, HIST_NR(1, 1, 0), HIST_MAX(5, 15, 0),
	}, {
		"refused: an event out of range",
		{ BEGIN(RUNNING, 10, 0),
		  { .op = VEC_OUT, .what = MPS_EV_IN, .now_ns = 20, .refused = true },
		  { .op = VEC_OUT, .what = MPS_NR_EVENTS, .now_ns = 20, .refused = true },
		  { .op = VEC_OUT, .what = 255, .now_ns = 20, .refused = true } },
		S(RUNNING), 0, 0, { }, { [S(RUNNING)] = 1 }, { },
		{ 0, 0 }, 0, HIST_NR(0, 0, 0), HIST_MAX(0, 0, 0),
	}, {
		"refused: getting a CPU is no way to leave one",
		{ BEGIN(BLOCKED, 10, 0), WHY(POLL, S, 7),
		  { .op = VEC_OUT, .what = MPS_EV_IN, .now_ns = 20, .refused = true },
		  IN(30, 5, 0, 15, 5), OUT(PREEMPT, 40, false),
		  { .op = VEC_OUT, .what = MPS_EV_IN, .now_ns = 50, .refused = true } },
		S(PREEMPTED), 0, 30,
		{ [S(RUNNING)] = 10, [S(WOKEN)] = 5 },
		{ [S(RUNNING)] = 1, [S(WOKEN)] = 1, [S(PREEMPTED)] = 1 },
		{ SLEPT(POLL, S, 15, 1, 15, 7) },
		{ 1, 0 }, 0, HIST_NR(1, 1, 1), HIST_MAX(5, 15, 10),
	}, {
		"refused: any event before the account has begun",
		{ { .op = VEC_UNARMED }, NOT_IN(50), NOT_OUT(BLOCK, 50),
		  NOT_OUT(PREEMPT, 50), NOT_OUT(YIELD, 50), NOT_OUT(DEAD, 50) },
		MPS_STATE_UNARMED, 0, 0, { }, { }, { },
		{ 0, 0 }, 0, HIST_NR(0, 0, 0), HIST_MAX(0, 0, 0),
	},
};

#include "vec_peek.h"

#undef S
#undef R
#undef BEGIN
#undef WHY
#undef BLOCK
#undef OUT
#undef IN
#undef IN_LESS
#undef PEEK
#undef NOT_OUT
#undef NOT_IN
#undef SLEPT
#undef HIST_NR
#undef HIST_MAX

#endif /* _MPS_CORE_TESTS_VEC_ACCOUNT_H */
