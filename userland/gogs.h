/* SPDX-License-Identifier: GPL-2.0 */
/* A reading of all goroutines of a process, which is not stopped. */
#ifndef _MPS_GOGS_H
#define _MPS_GOGS_H

#include "gofunc.h"
#include "golayout.h"
#include "gomem.h"

struct mps_gog {
	uint64_t goid, parent;		/* parent: 0: unknown */
	uint64_t gopc, startpc;
	uint64_t waitsince;		/* CLOCK_MONOTONIC, estimated; 0: unknown */
	uint64_t m;
	uint32_t status;		/* enum mps_gstatus */
	uint8_t reason;
	bool locked;			/* keeps to one thread */
};

struct mps_gogs {
	struct mps_gog *g;	/* those that are not dead */
	size_t nr;
	size_t nr_dead;		/* kept by the runtime for later use */
	size_t nr_torn;		/* changed each time they were read */
	size_t nr_lost;		/* could not be read, or make no sense */
	uint64_t begin_ns, end_ns;
};

bool mps_gogs_read(struct mps_gogs *gs, const struct mps_gomem *mem,
		   const struct mps_golayout *l);
void mps_gogs_free(struct mps_gogs *gs);

/* The text of a wait reason; NULL: this Go's are not known. */
const char *mps_gog_reason(const struct mps_golayout *l, uint8_t reason);
/* Does the runtime hide it (as in NumGoroutine)? By its function. */
bool mps_gog_is_system(const char *start_func);

#endif /* _MPS_GOGS_H */
