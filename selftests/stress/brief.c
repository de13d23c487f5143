// SPDX-License-Identifier: GPL-2.0
/*
 * brief -n CALLS -t AT_ONCE THREADS CHILDREN: short lives. On "go" THREADS
 * threads are born and die, then CHILDREN child processes, each with one more
 * thread; AT_ONCE live at a time. The i-th does CALLS + i % 7 calls of
 * epoll_wait on nothing, which sleep 1 ms each; a child's thread as many.
 *
 * Facts: child PID CALLS of each child, of both its threads together, in the
 * order of their births; lives N, how many threads there were; calls N, all
 * their calls; vol N, how far their own voluntary switches had come when
 * they were about to end.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../lib/wl.h"

/* Shared with the children. */
struct sums {
	unsigned long lives, calls, vol;
};

static struct sums *sums;

static void *life_run(void *arg)
{
	unsigned long i, calls = (unsigned long)arg;
	struct epoll_event ev;
	int epfd = epoll_create1(EPOLL_CLOEXEC);

	for (i = 0; i < calls; i++)
		if (epoll_wait(epfd, &ev, 1, 1) != 0)
			wl_die("epoll_wait");
	close(epfd);
	__atomic_add_fetch(&sums->lives, 1, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&sums->calls, calls, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&sums->vol, wl_nvcsw(), __ATOMIC_SEQ_CST);
	return NULL;
}

static unsigned long calls_of(const struct wl_opts *o, unsigned long i)
{
	return o->rounds + i % 7;
}

static pthread_t life_start(unsigned long calls)
{
	pthread_t p;

	if (pthread_create(&p, NULL, life_run, (void *)calls))
		wl_die("pthread_create");
	return p;
}

static void threads_live(const struct wl_opts *o, unsigned long nr)
{
	pthread_t p[WL_MAX_THREADS];
	unsigned long i, k, n;

	for (i = 0; i < nr; i += n) {
		n = nr - i < o->threads ? nr - i : o->threads;
		for (k = 0; k < n; k++)
			p[k] = life_start(calls_of(o, i + k));
		for (k = 0; k < n; k++)
			if (pthread_join(p[k], NULL))
				wl_die("pthread_join");
	}
}

static void child_run(unsigned long calls)
{
	pthread_t p = life_start(calls);

	life_run((void *)calls);
	if (pthread_join(p, NULL))
		wl_die("pthread_join");
	_exit(0);
}

static void children_live(const struct wl_opts *o, unsigned long nr)
{
	pid_t pid[WL_MAX_THREADS];
	unsigned long i, k, n;
	int status;

	for (i = 0; i < nr; i += n) {
		n = nr - i < o->threads ? nr - i : o->threads;
		for (k = 0; k < n; k++) {
			pid[k] = fork();
			if (pid[k] < 0)
				wl_die("fork");
			if (pid[k] == 0)
				child_run(calls_of(o, i + k));
		}
		for (k = 0; k < n; k++) {
			if (waitpid(pid[k], &status, 0) < 0 || status)
				wl_die("child %d: status %x", pid[k], status);
			wl_say("child %d %lu", pid[k], 2 * calls_of(o, i + k));
		}
	}
}

int main(int argc, char **argv)
{
	struct wl_opts o = { .rounds = 3, .threads = 16 };

	wl_opts_parse(&o, argc, argv);
	sums = mmap(NULL, sizeof(*sums), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (sums == MAP_FAILED)
		wl_die("mmap");
	wl_announce();
	wl_expect_command("go");
	if (o.argc > 0)
		threads_live(&o, strtoul(o.argv[0], NULL, 0));
	if (o.argc > 1)
		children_live(&o, strtoul(o.argv[1], NULL, 0));
	wl_say("lives %lu", sums->lives);
	wl_say("calls %lu", sums->calls);
	wl_say("vol %lu", sums->vol);
	wl_finish();
}
