/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The threads of a process and the ids that they know themselves by: in a
 * container the runtime's procid is not the id that we see.
 */
#ifndef _MPS_GOTIDS_H
#define _MPS_GOTIDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct mps_gotid {
	int32_t tid;	/* ours */
	int32_t vtid;	/* its own */
};

struct mps_gotids {
	struct mps_gotid *t;	/* by vtid */
	size_t nr;
};

/* Return: false without memory; no threads: the process is gone. */
bool mps_gotids_read(struct mps_gotids *ts, pid_t pid);
void mps_gotids_free(struct mps_gotids *ts);
/* Our id of a thread that calls itself @vtid; 0: there is none. */
int32_t mps_gotids_find(const struct mps_gotids *ts, uint64_t vtid);
/* The last id of the line NSpid; 0 if there is none. Pure. */
int32_t mps_nspid_parse(const char *status);

#endif /* _MPS_GOTIDS_H */
