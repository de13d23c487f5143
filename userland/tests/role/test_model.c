// SPDX-License-Identifier: GPL-2.0
/* Samples: order, search, and the difference of two of them. */
#include <string.h>

#include "model.h"
#include "tap.h"

static void test_find(void)
{
	static const int32_t tids[] = { 9, 3, 7, 1, 5 };
	struct mps_sample s;
	bool found = true, absent = true;
	size_t i;
	int32_t tid;

	mps_sample_init(&s, 1);
	tap_ok(!mps_sample_find(&s, 1), "nothing in an empty sample");
	for (i = 0; i < NR(tids); i++)
		mps_sample_add(&s, tids[i]);
	mps_sample_sort(&s);
	for (tid = 0; tid <= 10; tid++) {
		struct mps_task *t = mps_sample_find(&s, tid);

		if (tid % 2)
			found &= t && t->tid == tid;
		else
			absent &= !t;
	}
	tap_ok(found, "each thread is found");
	tap_ok(absent, "others are not");
	for (tid = 11; tid < 1000; tid++)
		mps_sample_add(&s, tid);
	mps_sample_sort(&s);
	tap_ok(s.nr == 5 + 989 && mps_sample_find(&s, 999)->tid == 999,
	       "it grows");
	mps_sample_free(&s);
	tap_ok(!s.nr && s.tgid == 1, "and is empty when freed");
}

static void test_unknown(void)
{
	struct mps_task t;

	mps_task_init(&t, 1);
	tap_ok(t.state == -1 && t.syscall == -1 && t.n.runs == MPS_NA &&
	       t.in_state_ns == MPS_NA, "a new thread is unknown, not 0");
	tap_ok(mps_sub(5, MPS_NA) == MPS_NA && mps_sub(MPS_NA, 5) == MPS_NA &&
	       mps_sub(4, 5) == MPS_NA && mps_sub(5, 4) == 1,
	       "differences with an unknown, or backwards, are unknown");
	tap_ok(mps_add(MPS_NA, 1) == MPS_NA && mps_add(2, 1) == 3,
	       "sums with an unknown too");
	t.n.woken_ns = 1;
	t.n.preempted_ns = 2;
	t.n.yielded_ns = 3;
	tap_ok(mps_task_runnable_ns(&t.n) == MPS_NA, "a part is missing");
	t.n.birth_ns = 4;
	tap_ok(mps_task_runnable_ns(&t.n) == 10, "runnable is their sum");
}

static void test_delta(void)
{
	struct mps_block *b;
	struct mps_task was, is;
	struct mps_task_delta d;

	mps_task_init(&was, 1);
	mps_task_init(&is, 1);
	was.n.life_ns = 100;
	is.n.life_ns = 150;
	was.n.runs = 3;
	is.n.runs = 5;
	was.n.epoll_calls = MPS_NA;
	is.n.epoll_calls = 7;
	b = &was.block[MPSCOPE_REASON_FUTEX][MPSCOPE_MODE_S];
	b->nr = 1;
	b->total_ns = 10;
	b = &is.block[MPSCOPE_REASON_FUTEX][MPSCOPE_MODE_S];
	b->nr = 4;
	b->total_ns = 50;
	mps_task_delta(&was, &is, &d);
	tap_ok(!d.born && d.n.life_ns == 50 && d.n.runs == 2, "difference");
	tap_ok(d.n.epoll_calls == MPS_NA && d.n.switches_vol == MPS_NA,
	       "of an unknown: unknown");
	b = &d.block[MPSCOPE_REASON_FUTEX][MPSCOPE_MODE_S];
	tap_ok(b->nr == 3 && b->total_ns == 40, "of blocked times");
	mps_task_delta(NULL, &is, &d);
	tap_ok(d.born && d.n.runs == 5, "a new thread counts from its birth");
	is.n.life_ns = 20;
	mps_task_delta(&was, &is, &d);
	tap_ok(d.born && d.n.life_ns == 20,
	       "an id used again, by its shorter life: a new thread");
	is.n.life_ns = 150;
	was.start_ticks = 1;
	is.start_ticks = 2;
	mps_task_delta(&was, &is, &d);
	tap_ok(d.born, "by its later start: a new thread");
}

int main(void)
{
	tap_plan(5 + 5 + 6);
	test_find();
	test_unknown();
	test_delta();
	return tap_end();
}
