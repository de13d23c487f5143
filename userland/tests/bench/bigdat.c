// SPDX-License-Identifier: GPL-2.0
/*
 * bigdat EVENTS: a recording of so many events, made up, and says its name. 64
 * threads of one process on four CPUs block and run in turns.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../kmod/uapi/mpscope/abi.h"
#include "../rec/datwrite.h"

#define THREADS	64
#define STEP_NS	5000

static void fill(struct mps_rec_event *e, long i)
{
	int64_t tid = 170 + i / 2 % THREADS;

	e->common_pid = tid;
	e->tid = tid;
	e->tgid = 170;
	e->state = MPSCOPE_STATE_BLOCKED;
	e->reason = i % 3 ? MPSCOPE_REASON_FUTEX : MPSCOPE_REASON_EPOLL;
	e->mode = MPSCOPE_MODE_S;
	e->syscall = i % 3 ? 202 : 281;
	e->blocked_ns = 40 * STEP_NS + i % 1000;
	e->wait_ns = i % 700;
	e->ran_ns = STEP_NS - i % 100;
	e->orig_cpu = e->cpu;
	e->dest_cpu = e->cpu;
	e->cpu_of = e->cpu;
	e->waker_tid = 170 + (i / 2 + 1) % THREADS;
	e->waker_tgid = 170;
	e->waker_cpu = e->cpu;
}

int main(int argc, char **argv)
{
	long nr = argc == 2 ? atol(argv[1]) : 0, i;
	struct mps_rec_event e;
	char path[64];
	struct dw w;

	if (nr < 1) {
		fprintf(stderr, "usage: bigdat EVENTS\n");
		return 2;
	}
	dw_init(&w);
	for (i = 0; i < nr; i++) {
		e = dw_new(i % 2 ? MPS_REC_RUN : MPS_REC_BLOCK, i / 2 % DW_CPUS,
			   1000000000ull + i * STEP_NS);
		fill(&e, i);
		dw_event(&w, &e);
	}
	dw_end(&w);
	dw_write(&w, path);
	puts(path);
	dw_free(&w);
	return 0;
}
