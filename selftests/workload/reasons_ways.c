// SPDX-License-Identifier: GPL-2.0
/*
 * The ways to block of reasons.c: for each one what the waiter does, and what
 * its partner does to make it go on.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/userfaultfd.h>
#include <mqueue.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "reasons.h"

/* ---- what a waiter does, and what its partner does to end it ---- */

static void event_take(struct side *s)
{
	uint64_t v;

	must(BLOCKS(s, OTHER, read(s->pair->event, &v, sizeof(v))), "eventfd");
}

static void event_give(struct side *s)
{
	uint64_t v = 1;

	must(BLOCKS(s, OTHER, write(s->pair->event, &v, sizeof(v))), "eventfd");
}

static void wait_epoll(struct side *s, unsigned long round)
{
	struct epoll_event ev;
	struct pair *p = s->pair;

	if (round % 3 == 0)
		must(BLOCKS(s, EPOLL, syscall(SYS_epoll_pwait, p->epfd, &ev, 1, -1,
					      NULL, 8)), "epoll_pwait");
	else if (round % 3 == 1)
		must(BLOCKS(s, EPOLL, syscall(SYS_epoll_pwait2, p->epfd, &ev, 1,
					      NULL, NULL, 8)), "epoll_pwait2");
	else
		must(BLOCKS(s, EPOLL, epoll_wait(p->epfd, &ev, 1, 60000)),
		     "epoll_wait");
	event_take(s);
}

static void wait_poll(struct side *s, unsigned long round)
{
	struct pollfd pf = { .fd = s->pair->event, .events = POLLIN };
	fd_set set;

	if (round % 2) {
		must(BLOCKS(s, POLL, poll(&pf, 1, -1)), "poll");
	} else {
		FD_ZERO(&set);
		FD_SET(s->pair->event, &set);
		must(BLOCKS(s, POLL, select(s->pair->event + 1, &set, NULL, NULL,
					    NULL)), "select");
	}
	event_take(s);
}

static void wait_other_event(struct side *s, unsigned long round)
{
	(void)round;
	event_take(s);
}

static void wait_futex(struct side *s, unsigned long round)
{
	(void)round;
	while (!wl_load(&s->pair->word))
		BLOCKS(s, FUTEX, wl_futex_wait(&s->pair->word, 0));
	wl_store(&s->pair->word, 0);
}

static void end_futex(struct side *s)
{
	wl_store(&s->pair->word, 1);
	BLOCKS(s, FUTEX, wl_futex_wake(&s->pair->word, 1));
}

void wait_sleep(struct side *s, unsigned long round)
{
	struct timespec ts = { 0, 20000 };

	if (round % 2)
		BLOCKS(s, SLEEP, syscall(SYS_nanosleep, &ts, NULL));
	else
		BLOCKS(s, SLEEP, syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0,
					 &ts, NULL));
}

static void end_nothing(struct side *s)
{
	(void)s;
}

static void wait_pipe(struct side *s, unsigned long round)
{
	char c;

	(void)round;
	must(BLOCKS(s, PIPE, read(s->pair->pipe[0], &c, 1)), "pipe");
}

static void end_pipe(struct side *s)
{
	must(BLOCKS(s, PIPE, write(s->pair->pipe[1], "x", 1)), "pipe");
}

static void wait_socket(struct side *s, unsigned long round)
{
	char c;

	if (round % 2)
		must(BLOCKS(s, SOCKET, read(s->pair->socket[0], &c, 1)), "socket");
	else
		must(BLOCKS(s, SOCKET, recv(s->pair->socket[0], &c, 1, 0)), "recv");
}

static void end_socket(struct side *s)
{
	must(BLOCKS(s, SOCKET, send(s->pair->socket[1], "x", 1, 0)), "send");
}

/* The partner holds the lock since before the turn; see step(). */
static void wait_file(struct side *s, unsigned long round)
{
	int fd = s->pair->lock[s->index & 1];

	(void)round;
	must(BLOCKS(s, FILE_, flock(fd, LOCK_EX)), "flock");
	must(BLOCKS(s, FILE_, flock(fd, LOCK_UN)), "flock");
}

static void hold_file(struct side *s)
{
	must(BLOCKS(s, FILE_, flock(s->pair->lock[s->index & 1], LOCK_EX)), "flock");
}

static void end_file(struct side *s)
{
	struct timespec ts = { 0, 30000 };

	BLOCKS(s, SLEEP, syscall(SYS_nanosleep, &ts, NULL));
	must(BLOCKS(s, FILE_, flock(s->pair->lock[s->index & 1], LOCK_UN)), "flock");
}

static int child_exits(void *arg)
{
	(void)arg;
	syscall(SYS_exit, 0);
	return 0;
}

/* A child in the same memory: a copied one would leave write faults behind. */
static void wait_child(struct side *s, unsigned long round)
{
	siginfo_t info;
	long pid;

	pid = BLOCKS(s, OTHER, clone(child_exits, s->child_stack + 16384,
				     CLONE_VM | SIGCHLD, NULL));
	must(pid, "clone");
	if (round % 2)
		must(BLOCKS(s, CHILD, syscall(SYS_wait4, pid, NULL, 0, NULL)), "wait4");
	else
		must(BLOCKS(s, CHILD, syscall(SYS_waitid, P_PID, pid, &info, WEXITED,
					      NULL)), "waitid");
}

static void wait_fault(struct side *s, unsigned long round)
{
	char *page = s->pair->page;

	(void)round;
	BLOCKS(s, FAULT, *(volatile char *)page);
	must(BLOCKS(s, OTHER, madvise(page, 4096, MADV_DONTNEED)), "madvise");
}

static void end_fault(struct side *s)
{
	struct uffdio_zeropage zero = {
		.range = { (unsigned long)s->pair->page, 4096 }
	};
	struct uffd_msg msg;

	must(BLOCKS(s, OTHER, read(s->pair->uffd, &msg, sizeof(msg))), "userfaultfd");
	must(BLOCKS(s, OTHER, ioctl(s->pair->uffd, UFFDIO_ZEROPAGE, &zero)), "zeropage");
}

static void wait_mq(struct side *s, unsigned long round)
{
	char msg[16];

	(void)round;
	must(BLOCKS(s, OTHER, mq_receive(s->pair->mq, msg, sizeof(msg), NULL)), "mq");
}

static void end_mq(struct side *s)
{
	must(BLOCKS(s, OTHER, mq_send(s->pair->mq, "x", 1, 0)), "mq");
}

struct msg {
	long type;
	char text[8];
};

static void wait_msg(struct side *s, unsigned long round)
{
	struct msg m;

	(void)round;
	must(BLOCKS(s, OTHER, msgrcv(s->pair->msq, &m, sizeof(m.text), 0, 0)), "msgrcv");
}

static void end_msg(struct side *s)
{
	struct msg m = { 1, "x" };

	must(BLOCKS(s, OTHER, msgsnd(s->pair->msq, &m, sizeof(m.text), 0)), "msgsnd");
}

/* ---- io_uring: a timeout, waited for in io_uring_enter ---- */

struct ring {
	struct io_uring_sqe *sqes;
	uint32_t *sq_tail, *sq_mask, *sq_array, *cq_head, *cq_tail;
};

static struct ring rings[WL_MAX_THREADS];

void ring_setup(struct side *s)
{
	struct io_uring_params p = { .flags = IORING_SETUP_COOP_TASKRUN };
	struct ring *r = &rings[s->index];
	char *sq, *cq;

	s->ring = syscall(SYS_io_uring_setup, 4, &p);
	if (s->ring < 0)
		return;
	sq = mmap(NULL, p.sq_off.array + p.sq_entries * 4, PROT_READ | PROT_WRITE,
		  MAP_SHARED | MAP_POPULATE, s->ring, IORING_OFF_SQ_RING);
	cq = mmap(NULL, p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe),
		  PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, s->ring,
		  IORING_OFF_CQ_RING);
	r->sqes = mmap(NULL, p.sq_entries * sizeof(struct io_uring_sqe),
		       PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, s->ring,
		       IORING_OFF_SQES);
	if (sq == MAP_FAILED || cq == MAP_FAILED || r->sqes == MAP_FAILED)
		wl_die("mmap of a ring");
	r->sq_tail = (uint32_t *)(sq + p.sq_off.tail);
	r->sq_mask = (uint32_t *)(sq + p.sq_off.ring_mask);
	r->sq_array = (uint32_t *)(sq + p.sq_off.array);
	r->cq_head = (uint32_t *)(cq + p.cq_off.head);
	r->cq_tail = (uint32_t *)(cq + p.cq_off.tail);
}

static void wait_io_uring(struct side *s, unsigned long round)
{
	struct __kernel_timespec ts = { 0, 20000 };
	struct ring *r = &rings[s->index];
	uint32_t slot;

	(void)round;
	if (s->ring < 0)
		return;
	slot = *r->sq_tail & *r->sq_mask;
	memset(&r->sqes[slot], 0, sizeof(r->sqes[slot]));
	r->sqes[slot].opcode = IORING_OP_TIMEOUT;
	r->sqes[slot].addr = (unsigned long)&ts;
	r->sqes[slot].len = 1;
	r->sq_array[slot] = slot;
	wl_store(r->sq_tail, *r->sq_tail + 1);
	must(BLOCKS(s, IO_URING, syscall(SYS_io_uring_enter, s->ring, 1, 1,
					 IORING_ENTER_GETEVENTS, NULL, 0)),
	     "io_uring_enter");
	while (wl_load(r->cq_tail) == *r->cq_head)
		must(BLOCKS(s, IO_URING, syscall(SYS_io_uring_enter, s->ring, 0, 1,
						 IORING_ENTER_GETEVENTS, NULL, 0)),
		     "io_uring_enter");
	wl_store(r->cq_head, wl_load(r->cq_tail));
}

bool ring_works(void)
{
	return rings[0].sqes;
}

/* ---- all ways ---- */

const struct kind kinds[] = {
	{ NULL, wait_epoll, event_give, 1 },
	{ NULL, wait_poll, event_give, 1 },
	{ NULL, wait_futex, end_futex, 1 },
	{ NULL, wait_sleep, end_nothing, 1 },
	{ hold_file, wait_file, end_file, 1 },
	{ NULL, wait_pipe, end_pipe, 1 },
	{ NULL, wait_socket, end_socket, 1 },
	{ NULL, wait_child, end_nothing, 8 },
	{ NULL, wait_io_uring, end_nothing, 1 },
	{ NULL, wait_fault, end_fault, 2 },
	{ NULL, wait_other_event, event_give, 1 },
	{ NULL, wait_mq, end_mq, 1 },
	{ NULL, wait_msg, end_msg, 1 },
};

const unsigned int nr_kinds = sizeof(kinds) / sizeof(kinds[0]);
