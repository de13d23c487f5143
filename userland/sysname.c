// SPDX-License-Identifier: GPL-2.0
/* PURE: names of system calls; the table is made from the kernel's header. */
#include "sysname.h"

#include <stddef.h>

static const char * const names[] = {
#include "sysname_table.h"
};

const char *mps_sysname(uint64_t nr)
{
	return nr < sizeof(names) / sizeof(names[0]) ? names[nr] : NULL;
}
