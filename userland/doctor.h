/* SPDX-License-Identifier: GPL-2.0 */
/* The examination behind "mpscope doctor". */
#ifndef _MPS_DOCTOR_H
#define _MPS_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#define MPS_DOCTOR_CHECKS	96

enum mps_check_state {
	MPS_CHECK_OK,
	MPS_CHECK_NOTE,		/* worth knowing, nothing is missing */
	MPS_CHECK_WARN,		/* something will be missing */
	MPS_CHECK_FAIL,		/* nothing will work */
};

struct mps_check {
	char name[48];
	enum mps_check_state state;
	bool minor;		/* one of many of its kind */
	char detail[256];
	char remedy[256];
};

struct mps_checks {
	struct mps_check check[MPS_DOCTOR_CHECKS];
	size_t nr;
	size_t lost;		/* had no room */
	bool unusable;		/* the module cannot be used */
};

/*
 * Files of the system are looked for below the directory that the environment
 * names in MPSCOPE_SYSROOT (tests). Return: NULL without memory.
 */
struct mps_checks *mps_doctor_examine(void);
void mps_doctor_free(struct mps_checks *cs);

#endif /* _MPS_DOCTOR_H */
