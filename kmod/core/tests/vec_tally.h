/* SPDX-License-Identifier: GPL-2.0 */
/* epoll calls that returned, and what each adds to a thread's counts. */
#ifndef _MPS_CORE_TESTS_VEC_TALLY_H
#define _MPS_CORE_TESTS_VEC_TALLY_H

#include "../tally.h"

struct vec_epoll {
	const char *name;
	struct mps_epoll_call call;
	u32 sleeps;
	/* what it adds */
	u8 kind;
	u8 result;
	u64 events;
	u64 full;
	u64 empty_wakes;
};

#define CALL(k, res, max)						\
	{ .kind = MPSCOPE_KIND_##k, .known = true, .result = res,	\
	  .max_events = max }
#define UNREAD(k, res, max)						\
	{ .kind = MPSCOPE_KIND_##k, .known = false, .result = res,	\
	  .max_events = max }
#define K(k)	MPSCOPE_KIND_##k
#define R(r)	MPSCOPE_RESULT_##r

static const struct vec_epoll vec_epoll[] = {
	{ "one event after a sleep", CALL(BLOCK, 1, 128), 1, K(BLOCK), R(EVENTS), 1, 0, 0 },
	{ "events without a sleep", CALL(BLOCK, 5, 128), 0, K(BLOCK), R(EVENTS), 5, 0, 0 },
	{ "buffer all but full", CALL(BLOCK, 127, 128), 0, K(BLOCK), R(EVENTS), 127, 0, 0 },
	{ "buffer full", CALL(BLOCK, 128, 128), 0, K(BLOCK), R(EVENTS), 128, 1, 0 },
	{ "buffer of one", CALL(POLL, 1, 1), 0, K(POLL), R(EVENTS), 1, 1, 0 },
	{ "woken once for nothing", CALL(BLOCK, 1, 8), 2, K(BLOCK), R(EVENTS), 1, 0, 1 },
	{ "woken often for nothing", CALL(TIMED, 0, 8), 1000, K(TIMED), R(TIMEOUT), 0, 0, 999 },
	{ "timeout", CALL(TIMED, 0, 128), 1, K(TIMED), R(TIMEOUT), 0, 0, 0 },
	{ "poll finds nothing", CALL(POLL, 0, 128), 0, K(POLL), R(TIMEOUT), 0, 0, 0 },
	{ "nothing in a buffer for nothing", CALL(POLL, 0, 0), 0, K(POLL), R(TIMEOUT), 0, 0, 0 },
	{ "signal", CALL(BLOCK, -EINTR, 128), 1, K(BLOCK), R(INTR), 0, 0, 0 },
	{ "signal, buffer as large", CALL(BLOCK, -EINTR, -EINTR), 1,
	  K(BLOCK), R(INTR), 0, 0, 0 },
	{ "bad descriptor", CALL(TIMED, -EBADF, 128), 0, K(TIMED), R(ERROR), 0, 0, 0 },
	{ "bad address", CALL(BLOCK, -EFAULT, 128), 1, K(BLOCK), R(ERROR), 0, 0, 0 },
	{ "lowest result", CALL(BLOCK, INT64_MIN, 128), 0, K(BLOCK), R(ERROR), 0, 0, 0 },
	{ "highest result", CALL(BLOCK, INT_MAX, 128), 0, K(BLOCK), R(EVENTS), INT_MAX, 0, 0 },
	{ "timeout not read", CALL(UNKNOWN, 3, 8), 0, K(UNKNOWN), R(EVENTS), 3, 0, 0 },
	{ "kind out of range", { .kind = MPSCOPE_NR_KINDS, .known = true, .result = 3 }, 0,
	  K(UNKNOWN), R(EVENTS), 3, 0, 0 },
	{ "kind far out of range", { .kind = 255, .known = true }, 0,
	  K(UNKNOWN), R(TIMEOUT), 0, 0, 0 },
	{ "result not read", UNREAD(BLOCK, 7, 7), 1, K(BLOCK), R(UNKNOWN), 0, 0, 0 },
	{ "result not read, woken twice", UNREAD(TIMED, -EINTR, 7), 3,
	  K(TIMED), R(UNKNOWN), 0, 0, 2 },
	{ "most sleeps", CALL(BLOCK, 1, 8), 0xffffffff, K(BLOCK), R(EVENTS), 1, 0, 0xfffffffe },
};

#undef CALL
#undef UNREAD
#undef K
#undef R

#endif /* _MPS_CORE_TESTS_VEC_TALLY_H */
