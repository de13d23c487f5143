// SPDX-License-Identifier: GPL-2.0
/*
 * execer -n EXECS -t THREADS: a process that gets a new program EXECS times,
 * each time by another thread than its leader while THREADS - 1 more ones
 * sleep and switch. The last one says "done": it has the pid of the first, and
 * one thread.
 *
 * Facts: pid N; after the last exec: execs N.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "../lib/wl.h"

static char **self;
static char left[24];

static void *other_run(void *arg)
{
	(void)arg;
	for (;;)
		wl_sleep_ns(100000);
	return NULL;
}

static void *exec_run(void *arg)
{
	(void)arg;
	wl_sleep_ns(300000);
	execvp(self[0], self);
	wl_die("execvp %s", self[0]);
	return NULL;
}

/* EXECER_LEFT in the environment: how many are still to come. */
static void exec_by_thread(unsigned long n, unsigned int threads)
{
	unsigned int i;
	pthread_t p;

	snprintf(left, sizeof(left), "%lu", n);
	if (setenv("EXECER_LEFT", left, 1))
		wl_die("setenv");
	/* Last, for while it execs clone() fails with EAGAIN (copy_fs()). */
	for (i = 1; i <= threads; i++)
		if (pthread_create(&p, NULL, i < threads ? other_run : exec_run, NULL))
			wl_die("pthread_create");
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	struct wl_opts o = { .rounds = 10, .threads = 4 };
	const char *still = getenv("EXECER_LEFT");
	unsigned long n;

	self = argv;
	wl_opts_parse(&o, argc, argv);
	if (still) {
		n = strtoul(still, NULL, 0);
		if (n)
			exec_by_thread(n - 1, o.threads);
		wl_say("execs %lu", o.rounds);
		wl_say("done");
	} else {
		wl_announce();
		wl_expect_command("go");
		exec_by_thread(o.rounds - 1, o.threads);
	}
	wl_expect_command("quit");
	return 0;
}
