// SPDX-License-Identifier: GPL-2.0
/*
 * certain -n ROUNDS: for each way to block a thread of its own that blocks
 * in it exactly ROUNDS times, for certain: it is made to go on only when
 * /proc says that it is off its CPU and has switched voluntarily once more.
 *
 * Facts: op NAME TID REASON MODE SYSCALL ROUNDS; odd NAME N, rounds in which
 * the thread's own count of voluntary switches did not grow by exactly one
 * (has to be 0); no NAME, not possible on this system. Beside its op each
 * thread blocks in a futex at the gate and at the end: at most two episodes.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <unistd.h>
#include "../lib/wl.h"
#include "blockop.h"

struct one {
	const struct blockop *op;
	struct blockop_ctx ctx;
	unsigned long rounds, odd;
	uint32_t asked, armed, done;
	unsigned long before;
};

/* Spins between the rounds: nothing but the op may block. */
static void one_run(struct wl_thread *t)
{
	struct one *o = t->priv;
	unsigned long i;

	for (i = 1; i <= o->rounds; i++) {
		while (wl_load(&o->asked) != i)
			;
		o->before = wl_nvcsw();
		wl_store(&o->armed, i);
		o->op->block(&o->ctx);
		if (wl_nvcsw() != o->before + 1)
			o->odd++;
		wl_store(&o->done, i);
	}
}

static void one_drive(struct one *o, struct wl_thread *t)
{
	unsigned long i;

	wl_futex_set(&t->gate, 1);
	for (i = 1; i <= o->rounds; i++) {
		if (o->op->arm)
			o->op->arm(&o->ctx);
		wl_store(&o->asked, i);
		while (wl_load(&o->armed) != i)
			;
		if (o->op->wake) {
			wl_wait_blocked(getpid(), t->tid, o->op->mode, o->before);
			o->op->wake(&o->ctx);
		}
		while (wl_load(&o->done) != i)
			usleep(1000);
	}
	while (!wl_load(&t->parked))
		usleep(1000);
}

int main(int argc, char **argv)
{
	struct wl_opts opts = { .rounds = 20, .threads = 1 };
	struct one *ones;
	unsigned int i, n = 0;

	wl_opts_parse(&opts, argc, argv);
	ones = calloc(blockop_count(), sizeof(*ones));
	if (!ones)
		wl_die("no memory");
	for (i = 0; i < blockop_count(); i++) {
		ones[n].op = blockop_get(i);
		ones[n].rounds = opts.rounds;
		if (!ones[n].op->open(&ones[n].ctx)) {
			wl_say("no %s", ones[n].op->name);
			continue;
		}
		ones[n].ctx.tid = wl_spawn(one_run, &ones[n])->tid;
		n++;
	}
	wl_announce();
	wl_expect_command("go");
	for (i = 0; i < n; i++)
		one_drive(&ones[i], &wl_threads[i]);
	for (i = 0; i < n; i++) {
		const struct blockop *op = ones[i].op;

		wl_say("op %s %d %s %c %ld %lu", op->name, wl_threads[i].tid,
		       op->reason, op->mode, op->nr, ones[i].rounds);
		wl_say("odd %s %lu", op->name, ones[i].odd);
	}
	wl_finish();
}
