// SPDX-License-Identifier: GPL-2.0
/*
 * states: a thread in each state there is to be in, and it stays there: one
 * for each way to block, and one that runs. They are so when "ready" is
 * printed, which is what a tool finds that comes later than the process.
 *
 * Facts, before ready: held NAME TID REASON MODE SYSCALL; spin TID; no NAME.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <unistd.h>
#include "../lib/wl.h"
#include "blockop.h"

struct one {
	const struct blockop *op;
	struct blockop_ctx ctx;
	uint32_t armed;
	unsigned long before;
};

static void one_run(struct wl_thread *t)
{
	struct one *o = t->priv;

	o->before = wl_nvcsw();
	wl_store(&o->armed, 1);
	o->op->block(&o->ctx);
}

static void spin_run(struct wl_thread *t)
{
	(void)t;
	for (;;)
		__asm__ volatile("" ::: "memory");
}

int main(void)
{
	unsigned int i, n = blockop_count();
	struct one *ones = calloc(n, sizeof(*ones));
	struct wl_thread *t;

	if (!ones)
		wl_die("no memory");
	for (i = 0; i < n; i++) {
		const struct blockop *op = blockop_get(i);
		struct one *o = &ones[i];

		o->op = op;
		o->ctx.hold = true;
		if (!op->open(&o->ctx)) {
			wl_say("no %s", op->name);
			continue;
		}
		if (op->arm)
			op->arm(&o->ctx);
		t = wl_spawn(one_run, o);
		o->ctx.tid = t->tid;
		wl_futex_set(&t->gate, 1);
		while (!wl_load(&o->armed))
			usleep(1000);
		wl_wait_blocked(getpid(), t->tid, op->mode, o->before);
		wl_say("held %s %d %s %c %ld", op->name, t->tid, op->reason,
		       op->mode, op->nr);
	}
	t = wl_spawn(spin_run, NULL);
	wl_futex_set(&t->gate, 1);
	wl_say("spin %d", t->tid);
	wl_say("pid %d", getpid());
	wl_say("ready");
	wl_expect_command("quit");
	_exit(0);
}
