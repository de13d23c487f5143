/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ways to block: one call each, with the reason the module has to give,
 * and what makes it go on. One thread blocks, another arms and wakes.
 */
#ifndef MPS_SELFTESTS_BLOCKOP_H
#define MPS_SELFTESTS_BLOCKOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct blockop_ctx {
	bool hold;		/* block for good: timed calls take an hour */
	pid_t tid;		/* of the thread that blocks */
	int fd[2];
	int epfd;
	pid_t child;
	uint32_t word;
	char *page;
	void *ring;
	long extra;
};

struct blockop {
	const char *name;
	const char *reason;
	char mode;		/* S or D, as /proc shows it too */
	long nr;		/* system call, -1: none */
	bool (*open)(struct blockop_ctx *c);	/* false: not possible here */
	void (*arm)(struct blockop_ctx *c);	/* by the waker, before */
	void (*block)(struct blockop_ctx *c);	/* by the thread: blocks once */
	void (*wake)(struct blockop_ctx *c);	/* NULL: goes on by itself */
};

extern const struct blockop blockops_wait[];	/* poll-like, futex, sleep */
extern const unsigned int nr_blockops_wait;
extern const struct blockop blockops_io[];	/* files, pipes, sockets */
extern const unsigned int nr_blockops_io;
extern const struct blockop blockops_misc[];	/* children, signals, queues */
extern const unsigned int nr_blockops_misc;

unsigned int blockop_count(void);
const struct blockop *blockop_get(unsigned int i);

#endif /* MPS_SELFTESTS_BLOCKOP_H */
