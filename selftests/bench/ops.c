// SPDX-License-Identifier: GPL-2.0
/*
 * ops [OP...]: what one operation costs, by the machine's own clock. In a
 * guest whose clock counts instructions (see run) 1 ns is one instruction.
 *
 * Says "pid N", waits for a line, runs each operation, says "OP NS NR" each,
 * and "end". NS is the median of its batches, per operation; NR operations were
 * done in all.
 *
 *	pipe	a hand-over to another thread: write(), read() that blocks, and the
 *		switch between them
 *	futex	the same by FUTEX_WAKE and FUTEX_WAIT
 *	epoll	the same by write(), epoll_wait() that blocks, and read()
 *	getppid	a system call that does nothing
 *	fork	a child that exits at once, and waiting for it; each is a batch of its
 *		own, for a batch of many would have the timer's tick in it, and what
 *		RCU frees then of those before
 *
 * All threads share CPU 0, so that each hand-over is one switch.
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_BATCHES	301
#define WARM_UP		2

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* ---- two threads that hand over to each other ---- */

static int there[2], back[2], epfd[2];
static uint32_t word;

static void pass_pipe(int to)
{
	if (write(to ? there[1] : back[1], "x", 1) != 1)
		die("write");
}

static void take_pipe(int at)
{
	char c;

	if (read(at ? there[0] : back[0], &c, 1) != 1)
		die("read");
}

static void take_epoll(int at)
{
	struct epoll_event e;

	if (epoll_wait(epfd[at], &e, 1, -1) != 1)
		die("epoll_wait");
	take_pipe(at);
}

/* The word says whose turn it is. */
static void pass_futex(int to)
{
	__atomic_store_n(&word, to, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void take_futex(int at)
{
	while (__atomic_load_n(&word, __ATOMIC_SEQ_CST) != (uint32_t)at)
		syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, !at, NULL, NULL, 0);
}

struct way {
	void (*pass)(int to);
	void (*take)(int at);
	unsigned long rounds;
};

static void *partner(void *arg)
{
	const struct way *w = arg;
	unsigned long i;

	for (i = 0; i < w->rounds; i++) {
		w->take(1);
		w->pass(0);
	}
	return NULL;
}

static void hand_over(void (*pass)(int to), void (*take)(int at),
		      unsigned long rounds)
{
	struct way w = { .pass = pass, .take = take, .rounds = rounds };
	pthread_t thread;
	unsigned long i;

	if (pthread_create(&thread, NULL, partner, &w))
		die("pthread_create");
	for (i = 0; i < rounds; i++) {
		pass(1);
		take(0);
	}
	pthread_join(thread, NULL);
}

/* ---- the operations: each does so many ---- */

static void op_pipe(unsigned long n)
{
	hand_over(pass_pipe, take_pipe, n / 2);
}

static void op_futex(unsigned long n)
{
	word = 0;
	hand_over(pass_futex, take_futex, n / 2);
}

static void op_epoll(unsigned long n)
{
	hand_over(pass_pipe, take_epoll, n / 2);
}

static void op_getppid(unsigned long n)
{
	while (n--)
		syscall(SYS_getppid);
}

static void op_fork(unsigned long n)
{
	pid_t child;

	while (n--) {
		child = fork();
		if (!child)
			_exit(0);
		if (child < 0 || waitpid(child, NULL, 0) != child)
			die("fork");
	}
}

static const struct op {
	const char *name;
	void (*run)(unsigned long n);
	unsigned long nr;		/* in a batch */
	unsigned int batches;
} ops[] = {
	{ "pipe",	op_pipe,	1000,	9 },
	{ "futex",	op_futex,	1000,	9 },
	{ "epoll",	op_epoll,	1000,	9 },
	{ "getppid",	op_getppid,	5000,	9 },
	{ "fork",	op_fork,	1,	MAX_BATCHES },
};

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(const struct op *op)
{
	double each[MAX_BATCHES];
	uint64_t began;
	unsigned int i;

	for (i = 0; i < WARM_UP; i++)
		op->run(op->nr);
	for (i = 0; i < op->batches; i++) {
		began = now_ns();
		op->run(op->nr);
		each[i] = (double)(now_ns() - began) / op->nr;
	}
	qsort(each, op->batches, sizeof(*each), compare);
	printf("%s %.1f %lu\n", op->name, each[op->batches / 2],
	       op->nr * (WARM_UP + op->batches));
}

static void set_up(void)
{
	struct epoll_event e = { .events = EPOLLIN };
	cpu_set_t set;
	int i;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity");
	if (pipe(there) || pipe(back))
		die("pipe");
	for (i = 0; i < 2; i++) {
		epfd[i] = epoll_create1(0);
		if (epfd[i] < 0 || epoll_ctl(epfd[i], EPOLL_CTL_ADD,
					     i ? there[0] : back[0], &e))
			die("epoll");
	}
}

int main(int argc, char **argv)
{
	char line[16];
	unsigned int i;
	int a;

	set_up();
	printf("pid %d\n", getpid());
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		return 1;
	for (i = 0; i < sizeof(ops) / sizeof(*ops); i++) {
		for (a = 1; a < argc && strcmp(argv[a], ops[i].name); a++)
			;
		if (argc == 1 || a < argc)
			measure(&ops[i]);
	}
	puts("end");
	return 0;
}
