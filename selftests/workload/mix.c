// SPDX-License-Identifier: GPL-2.0
/*
 * mix -n ROUNDS -t THREADS [LATE [WORK_NS]]: a load that does a bit of
 * everything with the scheduler, for tests that compare the module with the
 * kernel's own counts of each thread.
 *
 * Threads work in pairs and hand a byte to and fro over two pipes, ROUNDS
 * times; in between they yield, spin until they are preempted, sleep, fight
 * over a futex and pin themselves elsewhere, at fixed rounds, so that every
 * kind of switch and of migration comes up. LATE more threads (even) are
 * created after "go"; they do a quarter of the rounds. WORK_NS is computed for
 * in each round, to make the stays on a CPU and the waits for it long: as many
 * turns of a loop as take that long alone. More, when a CPU is but emulated in
 * turn with others, but then so does the kernel's own work.
 *
 * Facts: thread INDEX TID of the late ones; rounds TID N; events N, the
 * number of blocking hand-overs that were asked for at least.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>
#include "../lib/wl.h"

struct pair {
	int there[2], back[2];
	uint32_t lock;		/* 0 free, 1 taken, 2 taken and waited for */
	unsigned long rounds;
};

struct side {
	struct pair *pair;
	bool first;
	unsigned long done;
};

static int nr_cpus;
static unsigned long work_turns;

static void pair_lock(struct pair *p)
{
	uint32_t free = 0;

	if (__atomic_compare_exchange_n(&p->lock, &free, 1, false,
					__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return;
	while (__atomic_exchange_n(&p->lock, 2, __ATOMIC_SEQ_CST))
		wl_futex_wait(&p->lock, 2);
}

static void pair_unlock(struct pair *p)
{
	if (__atomic_exchange_n(&p->lock, 0, __ATOMIC_SEQ_CST) == 2)
		wl_futex_wake(&p->lock, 1);
}

static void send_byte(int fd)
{
	if (write(fd, "x", 1) != 1)
		wl_die("write to a pipe");
}

static void take_byte(int fd)
{
	char c;

	if (read(fd, &c, 1) != 1)
		wl_die("read from a pipe");
}

static void work(unsigned long turns)
{
	while (turns--)
		__asm__ volatile("" ::: "memory");
}

/* Turns in so many ns: the best of some tries is the least disturbed. */
static unsigned long work_turns_in(unsigned long ns)
{
	const unsigned long turns = 200000;
	uint64_t best = UINT64_MAX, took;
	int i;

	for (i = 0; i < 20; i++) {
		took = wl_now_ns();
		work(turns);
		took = wl_now_ns() - took;
		if (took < best)
			best = took;
	}
	return (double)ns * turns / best;
}

/* The primes keep the kinds from falling together. */
static void between(struct side *s, unsigned long round, int index)
{
	work(work_turns);
	if (round % 7 == 0)
		sched_yield();
	if (round % 53 == 0)
		wl_spin_ns(6000000);	/* past a tick, so that it is preempted */
	if (round % 13 == 0)
		wl_sleep_ns(20000);
	if (round % 5 == 0) {
		pair_lock(s->pair);
		wl_spin_ns(2000);
		pair_unlock(s->pair);
	}
	if (round % 101 == 0)
		wl_pin(0, (round / 101 + index) % nr_cpus);
	if (round % 101 == 50)
		wl_pin(0, -1);
}

static void side_run(struct wl_thread *t)
{
	struct side *s = t->priv;
	struct pair *p = s->pair;
	unsigned long i;

	for (i = 1; i <= p->rounds; i++) {
		if (s->first) {
			send_byte(p->there[1]);
			take_byte(p->back[0]);
		} else {
			take_byte(p->there[0]);
			send_byte(p->back[1]);
		}
		between(s, i, t->index);
		s->done++;
	}
	wl_pin(0, -1);
}

static void spawn_pair(unsigned long rounds)
{
	struct pair *p = calloc(1, sizeof(*p));
	struct side *s = calloc(2, sizeof(*s));

	if (!p || !s || pipe(p->there) || pipe(p->back))
		wl_die("no pair");
	p->rounds = rounds;
	s[0] = (struct side){ .pair = p, .first = true };
	s[1] = (struct side){ .pair = p };
	wl_spawn(side_run, &s[0]);
	wl_spawn(side_run, &s[1]);
}

int main(int argc, char **argv)
{
	struct wl_opts o = { .rounds = 1000, .threads = 8 };
	unsigned long events = 0;
	unsigned int i, late;

	wl_opts_parse(&o, argc, argv);
	late = o.argc ? atoi(o.argv[0]) : 0;
	if (o.argc > 1)
		work_turns = work_turns_in(strtoul(o.argv[1], NULL, 0));
	nr_cpus = wl_nr_cpus();
	for (i = 0; i < o.threads; i += 2)
		spawn_pair(o.rounds);
	wl_announce();
	wl_expect_command("go");
	wl_release();
	for (i = 0; i < late; i += 2) {
		spawn_pair(o.rounds / 4);
		wl_release();
		wl_sleep_ns(1000000);
	}
	wl_wait_parked();
	for (i = 0; i < wl_nr_threads; i++) {
		struct side *s = wl_threads[i].priv;

		if (i >= o.threads)
			wl_say("thread %u %d", i, wl_threads[i].tid);
		wl_say("rounds %d %lu", wl_threads[i].tid, s->done);
		events += s->done;
	}
	wl_say("events %lu", events);
	wl_finish();
}
