/* SPDX-License-Identifier: GPL-2.0 */
/* What reasons.c (the rounds) and reasons_ways.c (the ways to block) share. */
#ifndef REASONS_H
#define REASONS_H

#include <errno.h>
#include <mqueue.h>
#include <stdbool.h>
#include <stdint.h>
#include "../lib/wl.h"

enum reason {
	EPOLL, POLL, FUTEX, SLEEP, FILE_, PIPE, SOCKET, CHILD, IO_URING, FAULT,
	OTHER, NR_REASONS
};

struct pair {
	unsigned long rounds;
	uint32_t turn;			/* counts hand-overs, a futex */
	uint32_t word;			/* the futex of the FUTEX step */
	int event, epfd;
	int pipe[2], socket[2];
	int lock[2];			/* two descriptions of one file */
	int uffd;
	char *page;			/* registered with uffd */
	mqd_t mq;
	int msq;
};

struct side {
	struct pair *pair;
	int index;
	unsigned long truth[NR_REASONS];
	unsigned long first, last;	/* voluntary switches, from gate to end */
	int ring;
	char *child_stack;
};

struct kind {
	void (*hold)(struct side *s);	/* partner, before the waiter begins */
	void (*wait)(struct side *s, unsigned long round);
	void (*end)(struct side *s);	/* partner, while the waiter waits */
	unsigned int every;		/* dear ones not each round */
};

extern const struct kind kinds[];
extern const unsigned int nr_kinds;

/* In io_uring; before any thread runs. */
void ring_setup(struct side *s);
bool ring_works(void);

void wait_sleep(struct side *s, unsigned long round);

/* Run the expression; what it blocked belongs to this reason. */
#define BLOCKS(s, reason, expr) ({					\
	unsigned long before_ = wl_nvcsw();				\
	long ret_ = (long)(expr);					\
	int errno_ = errno;						\
									\
	(s)->truth[reason] += wl_nvcsw() - before_;			\
	errno = errno_;							\
	ret_;								\
})

static inline void must(long ret, const char *what)
{
	if (ret < 0)
		wl_die("%s", what);
}

#endif /* REASONS_H */
