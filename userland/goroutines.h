/* SPDX-License-Identifier: GPL-2.0 */
/* Goroutines of a live process, put together in groups with names. */
#ifndef _MPS_GOROUTINES_H
#define _MPS_GOROUTINES_H

#include "gogroup.h"
#include "gogs.h"
#include "golive.h"

struct mps_goroutines {
	struct mps_gogroups groups;
	uint64_t nr;		/* users', as runtime.NumGoroutine() counts */
	uint64_t nr_system;	/* the runtime's own */
	uint64_t nr_dead, nr_torn, nr_lost;
	uint64_t read_ns;	/* how long the reading took */
};

/* @each: a group for each. Return: false: it cannot be read. */
bool mps_goroutines_read(struct mps_goroutines *r, const struct mps_golive *lv,
			 bool each, bool system);
void mps_goroutines_free(struct mps_goroutines *r);

#endif /* _MPS_GOROUTINES_H */
