/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Goroutines put together: those that are in the same state for the same
 * reason and were created at the same place. Pure.
 */
#ifndef _MPS_GOGROUP_H
#define _MPS_GOGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cell.h"

#define MPS_GROUP_TEXT	512

struct mps_gogroup {
	char status[24];
	char reason[64];	/* "" for none */
	char func[MPS_GROUP_TEXT];	/* that it began with */
	char by[MPS_GROUP_TEXT];	/* that created it; "" unknown */
	char site[MPS_GROUP_TEXT];	/* "main.go:12"; "" unknown */
	bool system;		/* the runtime's own */
	uint64_t count;
	uint64_t locked;	/* so many keep to one thread */
	uint64_t waited_ns;	/* the longest; UINT64_MAX unknown */
	uint64_t goid;		/* of the one that waits longest */
	uint64_t before;	/* of another reading; for a difference */
};

struct mps_gogroups {
	struct mps_gogroup *g;
	size_t nr, max;
};

void mps_gogroups_free(struct mps_gogroups *gs);
/* One more goroutine, or a group. Return: false without memory. */
bool mps_gogroups_add(struct mps_gogroups *gs, const struct mps_gogroup *g);
/* Longest waiting first, unknown ones last, then the most numerous. */
void mps_gogroups_sort(struct mps_gogroups *gs);
/* Those that grew most first. */
void mps_gogroups_sort_diff(struct mps_gogroups *gs);
/*
 * What was there before: without status and reason, groups of one place become
 * one, as a leak grows at a place. Return: false without memory.
 */
bool mps_gogroups_diff(struct mps_gogroups *out, const struct mps_gogroups *was,
		       const struct mps_gogroups *is);
/*
 * Groups from what "mpscope goroutines -j" or -x wrote. Return: NULL, or what
 * is wrong with it.
 */
const char *mps_gogroups_parse(struct mps_gogroups *gs, const char *text,
			       size_t len);

#endif /* _MPS_GOGROUP_H */
