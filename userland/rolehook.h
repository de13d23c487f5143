/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Roles of a process' threads, for the role column of any table. The functions
 * are weak: where no file defines them, there are no roles, and the column is
 * left out. Whoever defines them defines all of them.
 */
#ifndef _MPS_ROLEHOOK_H
#define _MPS_ROLEHOOK_H

#include <sys/types.h>

struct mps_rolehook;

/* Return: NULL if @tgid's threads have no roles (not Go, gone, no memory). */
struct mps_rolehook *mps_rolehook_open(pid_t tgid) __attribute__((weak));

/* Look again; called before the rows of each table or refresh. */
void mps_rolehook_refresh(struct mps_rolehook *rh) __attribute__((weak));

/* Return: "sysmon", "netpoll", "P3", ... or NULL; good until the refresh. */
const char *mps_rolehook_role(struct mps_rolehook *rh, pid_t tid)
	__attribute__((weak));

/* How they were obtained: "inferred (agreement 97%)", "exact (go1.22.3)". */
const char *mps_rolehook_how(struct mps_rolehook *rh) __attribute__((weak));

void mps_rolehook_close(struct mps_rolehook *rh) __attribute__((weak));

#endif /* _MPS_ROLEHOOK_H */
