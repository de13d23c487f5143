/* SPDX-License-Identifier: GPL-2.0 */
/* What "mpscope record" knew when it recorded, as it stands in the file. */
#ifndef _MPS_RECMETA_H
#define _MPS_RECMETA_H

#include <stdbool.h>
#include <stdint.h>

#include "../kmod/uapi/mpscope/abi.h"

struct mps_recmeta_target {
	int64_t tgid;
	char comm[64];			/* "": not known */
	const char *exe, *go;		/* NULL: not known */
	int64_t maxprocs;		/* -1: not known */
	const char *exact;		/* state of exact mode in the end */
	/* of all Ps together, from the first reading to the second */
	bool has_ps;
	uint64_t ps_ns[MPSCOPE_NR_PSTATES];
	bool has_pressure;
	uint64_t some_us, full_us;
	/* of its cgroup */
	const char *cgroup;
	int64_t quota_us, period_us;	/* -1: none */
	int64_t throttled_us, nr_throttled;	/* in between; -1: not known */
};

struct mps_recmeta {
	const char *tool, *kernel, *module, *cpus;
	uint64_t wall_ns;		/* between the two readings */
	uint64_t lost_epoll;		/* by the module, in between */
	struct mps_recmeta_target *target;
	uint32_t nr_targets;
	void *doc;			/* owns the strings */
};

/* Return: false if the text is not what we write. */
bool mps_recmeta_parse(struct mps_recmeta *m, const char *json);
void mps_recmeta_free(struct mps_recmeta *m);
const struct mps_recmeta_target *mps_recmeta_find(const struct mps_recmeta *m,
						  int64_t tgid);
/* Name of a thread when it was recorded, or NULL. */
const char *mps_recmeta_comm(const struct mps_recmeta *m, int64_t tid);

#endif /* _MPS_RECMETA_H */
