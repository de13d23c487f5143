// SPDX-License-Identifier: GPL-2.0
/*
 * stops -n ROUNDS -t THREADS: spinning threads that are stopped ROUNDS times
 * by a child, first by SIGSTOP and SIGCONT of the whole process, then one
 * after the other by ptrace. The child goes on only when /proc says that each
 * has left its CPU in a voluntary switch, so that each stop is one block.
 *
 * Facts: stops TID N, of the spinning threads. The main thread waits for the
 * child and is stopped along; it is not part of the facts.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../lib/wl.h"

static uint32_t over;
static uint32_t spinning;

static void spin_run(struct wl_thread *t)
{
	(void)t;
	__atomic_add_fetch(&spinning, 1, __ATOMIC_SEQ_CST);
	while (!wl_load(&over))
		;
}

/* Their counts before the stop, then the stop, until each has one more. */
static void stop_group(pid_t pid, unsigned int n)
{
	unsigned long before[WL_MAX_THREADS];
	unsigned int i;

	for (i = 0; i < n; i++)
		before[i] = wl_nvcsw_of(pid, wl_threads[i].tid);
	kill(pid, SIGSTOP);
	for (i = 0; i < n; i++)
		wl_wait_blocked(pid, wl_threads[i].tid, 'T', before[i]);
	kill(pid, SIGCONT);
	for (i = 0; i < n; i++)
		while (wl_state_of(pid, wl_threads[i].tid) != 'R')
			usleep(500);
}

static void stop_traced(pid_t pid, pid_t tid)
{
	unsigned long before = wl_nvcsw_of(pid, tid);

	if (ptrace(PTRACE_INTERRUPT, tid, NULL, NULL))
		wl_die("PTRACE_INTERRUPT");
	wl_wait_blocked(pid, tid, 't', before);
	if (waitpid(tid, NULL, __WALL) != tid)
		wl_die("waitpid of a tracee");
	if (ptrace(PTRACE_CONT, tid, NULL, NULL))
		wl_die("PTRACE_CONT");
}

static void child_main(pid_t pid, struct wl_opts *o)
{
	unsigned long r;
	unsigned int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (r = 0; r < o->rounds; r++)
		stop_group(pid, o->threads);
	for (i = 0; i < o->threads; i++) {
		if (ptrace(PTRACE_SEIZE, wl_threads[i].tid, NULL, NULL))
			wl_die("PTRACE_SEIZE");
		for (r = 0; r < o->rounds; r++)
			stop_traced(pid, wl_threads[i].tid);
	}
	_exit(0);	/* a tracer that ends lets its tracees go */
}

int main(int argc, char **argv)
{
	struct wl_opts o = { .rounds = 20, .threads = 4 };
	int status;
	unsigned int i;
	pid_t child;

	wl_opts_parse(&o, argc, argv);
	for (i = 0; i < o.threads; i++)
		wl_spawn(spin_run, NULL);
	wl_announce();
	wl_expect_command("go");
	wl_release();
	while (wl_load(&spinning) != o.threads)
		usleep(1000);
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
	child = fork();
	if (child == 0)
		child_main(getppid(), &o);
	if (child < 0 || waitpid(child, &status, 0) != child || status)
		wl_die("the stopping child ended with %#x", status);
	wl_store(&over, 1);
	wl_wait_parked();
	for (i = 0; i < o.threads; i++)
		wl_say("stops %d %lu", wl_threads[i].tid, 2 * o.rounds);
	wl_finish();
}
