/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A reading of the Go scheduler: its Ms, its Ps and its counters, from memory
 * of the process, which is not stopped. What changed while it was read is
 * marked, and read again a few times before that.
 */
#ifndef _MPS_GOSNAP_H
#define _MPS_GOSNAP_H

#include "golayout.h"
#include "gomem.h"
#include "gotids.h"

/* runtime2.go */
enum mps_gstatus {
	MPS_G_IDLE, MPS_G_RUNNABLE, MPS_G_RUNNING, MPS_G_SYSCALL,
	MPS_G_WAITING, MPS_G_MORIBUND, MPS_G_DEAD, MPS_G_ENQUEUE,
	MPS_G_COPYSTACK, MPS_G_PREEMPTED, MPS_G_LEAKED, MPS_G_DEADEXTRA,
	MPS_NR_GSTATUS
};

enum mps_pstatus {
	MPS_P_IDLE, MPS_P_RUNNING, MPS_P_SYSCALL, MPS_P_GCSTOP, MPS_P_DEAD,
	MPS_NR_PSTATUS
};

#define MPS_G_SCAN	0x1000	/* the GC looks at it */

extern const char * const mps_gstatus_names[MPS_NR_GSTATUS];
extern const char * const mps_pstatus_names[MPS_NR_PSTATUS];

struct mps_gom {
	uint64_t addr;
	uint64_t procid;
	int64_t id;
	int32_t tid;		/* 0: has no thread */
	uint64_t p, nextp, oldp, curg, startfn, lockedg;
	uint32_t syscalltick;
	bool spinning, blocked, incgo;
	int32_t held;		/* P it holds, also in a system call; -1 */
	int32_t next;		/* P it was handed while parked; -1 */
	int32_t gstatus;	/* of curg; -1: it has none */
	uint64_t goid;
	bool insyscall;
	bool torn;		/* changed while it was read */
};

struct mps_gop {
	uint64_t addr, m;
	int32_t id, status;
	uint32_t schedtick, syscalltick, runq;
	int32_t mi;		/* index of the M that holds it; -1 */
	bool torn;
};

struct mps_gosched {
	int64_t mnext, nmfreed;
	int32_t nmidle, npidle, nmspinning, runqsize;
	int32_t needspinning;	/* -1: this Go does not count it */
	bool gcwaiting;
};

struct mps_gosnap {
	struct mps_gom *m;	/* the newest first */
	size_t nr_m;
	struct mps_gop *p;	/* by id */
	size_t nr_p;
	struct mps_gosched sched;
	size_t torn;		/* rows of both */
	unsigned int tries;
	uint64_t begin_ns, end_ns;	/* CLOCK_MONOTONIC */
};

void mps_gosnap_free(struct mps_gosnap *s);
bool mps_gosnap_read(struct mps_gosnap *s, const struct mps_gomem *mem,
		     const struct mps_golayout *l);
/* Fill in tid of each M. */
void mps_gosnap_tids(struct mps_gosnap *s, const struct mps_gotids *tids);
/* The M of a thread, or NULL. */
const struct mps_gom *mps_gosnap_thread(const struct mps_gosnap *s,
					int32_t tid);

#endif /* _MPS_GOSNAP_H */
