// SPDX-License-Identifier: GPL-2.0
/*
 * crowd -n CALLS THREADS: many threads that live at once. Each of THREADS does
 * CALLS + index % 5 calls of epoll_wait on nothing, 1 ms each, on "go", then
 * sleeps until "quit". Stacks are small, and all wait on one futex.
 *
 * Facts: threads N, how many there are; calls N, all their calls.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>
#include "../lib/wl.h"

static unsigned long rounds;
static uint32_t go, quit, ready, done;
static unsigned long calls;
static int epfd;

static void wait_until_set(uint32_t *word)
{
	while (!__atomic_load_n(word, __ATOMIC_SEQ_CST))
		wl_futex_wait(word, 0);
}

/* The main thread looks now and then: a wakeup for each would be too many. */
static void wait_for_all(uint32_t *word, unsigned long nr)
{
	while (__atomic_load_n(word, __ATOMIC_SEQ_CST) < nr)
		usleep(20000);
}

static void set(uint32_t *word)
{
	__atomic_store_n(word, 1, __ATOMIC_SEQ_CST);
	wl_futex_wake(word, INT_MAX);
}

static void *crowd_run(void *arg)
{
	unsigned long i, n = rounds + (unsigned long)arg % 5;
	struct epoll_event ev;

	__atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
	wait_until_set(&go);
	for (i = 0; i < n; i++)
		if (epoll_wait(epfd, &ev, 1, 1) != 0)
			wl_die("epoll_wait");
	__atomic_add_fetch(&calls, n, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&done, 1, __ATOMIC_SEQ_CST);
	wait_until_set(&quit);
	return NULL;
}

int main(int argc, char **argv)
{
	struct wl_opts o = { .rounds = 3, .threads = 1 };
	unsigned long i, nr;
	pthread_attr_t attr;
	pthread_t p;

	wl_opts_parse(&o, argc, argv);
	if (o.argc != 1)
		wl_die("use: crowd -n CALLS THREADS");
	nr = strtoul(o.argv[0], NULL, 0);
	rounds = o.rounds;
	epfd = epoll_create1(EPOLL_CLOEXEC);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 32768);
	for (i = 0; i < nr; i++)
		if (pthread_create(&p, &attr, crowd_run, (void *)i))
			wl_die("pthread_create, thread %lu", i);
	wait_for_all(&ready, nr);
	wl_announce();
	wl_expect_command("go");
	set(&go);
	wait_for_all(&done, nr);
	wl_say("threads %lu", nr + 1);
	wl_say("calls %lu", calls);
	wl_say("done");
	wl_expect_command("quit");
	return 0;
}
