/* SPDX-License-Identifier: GPL-2.0 */
/* How far apart two CPUs are. */
#ifndef _MPSCOPE_TOPOLOGY_H
#define _MPSCOPE_TOPOLOGY_H

#include "uapi/mpscope/abi.h"

int mps_topology_init(void);
void mps_topology_exit(void);
int mps_topology_class(int a, int b);
const char *mps_topology_why(void);

#endif /* _MPSCOPE_TOPOLOGY_H */
