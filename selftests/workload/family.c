// SPDX-License-Identifier: GPL-2.0
/*
 * family -n ROUNDS -t THREADS: a process that forks, execs and ends, on
 * command, so that inheriting and retiring can be seen step by step. Each
 * unit of work is a voluntary switch that is certain: a sleep.
 *
 * "go": THREADS threads are born, sleep ROUNDS times and die, one after the
 * other; then THREADS children are forked, which do the same and live on
 * until "quit". Facts: born TID SLEEPS, child PID SLEEPS. The sleeps are what
 * the thread saw its own voluntary switches grow by in them.
 *
 * "exec" in place of go: a thread that is not the leader execs this program
 * again, which says ready once more, with the same pid.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../lib/wl.h"

struct born {
	unsigned long rounds, slept;
	pid_t tid;
};

static char **self;

static unsigned long sleep_rounds(unsigned long rounds)
{
	unsigned long before = wl_nvcsw();

	while (rounds--)
		wl_sleep_ns(200000);
	return wl_nvcsw() - before;
}

static void *born_run(void *arg)
{
	struct born *b = arg;

	b->tid = gettid();
	b->slept = sleep_rounds(b->rounds);
	return NULL;
}

static void threads_live(struct wl_opts *o)
{
	struct born b = { .rounds = o->rounds };
	pthread_t p;
	unsigned int i;

	for (i = 0; i < o->threads; i++) {
		errno = pthread_create(&p, NULL, born_run, &b);
		if (errno || pthread_join(p, NULL))
			wl_die("pthread_create");
		wl_say("born %d %lu", b.tid, b.slept);
	}
}

/* The children park in pause() and tell what they did by shared memory. */
static void children_live(struct wl_opts *o, pid_t *children)
{
	unsigned long *slept = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int i;

	if (slept == MAP_FAILED)
		wl_die("mmap");
	for (i = 0; i < o->threads; i++) {
		children[i] = fork();
		if (children[i] < 0)
			wl_die("fork");
		if (children[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			/* One more, for it may be that none blocked. */
			__atomic_store_n(&slept[i], sleep_rounds(o->rounds) + 1,
					 __ATOMIC_SEQ_CST);
			for (;;)
				pause();
		}
		while (!__atomic_load_n(&slept[i], __ATOMIC_SEQ_CST))
			usleep(1000);
		wl_say("child %d %lu", children[i], slept[i] - 1);
	}
}

static void *exec_run(void *arg)
{
	(void)arg;
	wl_say("exec-by %d", gettid());
	execvp(self[0], self);
	wl_die("execvp %s", self[0]);
}

int main(int argc, char **argv)
{
	struct wl_opts o = { .rounds = 20, .threads = 4 };
	pid_t children[WL_MAX_THREADS];
	char word[16] = "";
	unsigned int i;
	pthread_t p;

	self = argv;
	wl_opts_parse(&o, argc, argv);
	wl_announce();
	wl_read_word(word, sizeof(word));
	if (!strcmp(word, "exec")) {
		pthread_create(&p, NULL, exec_run, NULL);
		for (;;)
			pause();
	}
	if (strcmp(word, "go"))
		return 0;
	threads_live(&o);
	children_live(&o, children);
	wl_say("done");
	while (wl_read_word(word, sizeof(word)) && strcmp(word, "quit"))
		;
	for (i = 0; i < o.threads; i++) {
		kill(children[i], SIGKILL);
		waitpid(children[i], NULL, 0);
	}
	return 0;
}
