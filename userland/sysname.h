/* SPDX-License-Identifier: GPL-2.0 */
/* PURE: names of system calls, of the machine the tool is built for. */
#ifndef _MPS_SYSNAME_H
#define _MPS_SYSNAME_H

#include <stdint.h>

/* Return: "epoll_wait", or NULL for a number this build does not know. */
const char *mps_sysname(uint64_t nr);

#endif /* _MPS_SYSNAME_H */
