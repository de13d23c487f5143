// SPDX-License-Identifier: GPL-2.0
/*
 * usage: golayout PID
 *
 * The layout of a Go program with DWARF, as the file golayout of the module
 * takes it. By the way of gotruth, so that the tool's own is not its witness.
 */
#include "gotruth.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>

int main(int argc, char **argv)
{
	static struct gt_exe exe;
	int32_t nprocs = 0;
	struct iovec here = { &nprocs, sizeof(nprocs) }, there;
	pid_t pid = argc == 2 ? atoi(argv[1]) : 0;

	if (pid <= 0)
		gt_die("usage: golayout PID");
	gt_exe_open(&exe, pid, NULL);
	there.iov_base = (void *)(uintptr_t)exe.sym_gomaxprocs;
	there.iov_len = sizeof(nprocs);
	if (process_vm_readv(pid, &here, 1, &there, 1, 0) != sizeof(nprocs))
		gt_die("process %d: its memory cannot be read", pid);
	printf("go=dwarf tls=-8 nprocs=%d", nprocs);
	printf(" g_m=%" PRIu32 " g_goid=%" PRIu32 " g_status=%" PRIu32,
	       exe.g_m, exe.g_goid, exe.g_atomicstatus);
#define PUT(type, field)	printf(" " #type "_" #field "=%" PRIu32, \
				       exe.type##_##field)
	PUT(m, g0);
	PUT(m, procid);
	PUT(m, curg);
	PUT(m, p);
	PUT(m, id);
	PUT(m, spinning);
	PUT(m, lockedg);
	PUT(m, nextp);
	PUT(m, oldp);
	PUT(m, syscalltick);
	PUT(p, id);
	PUT(p, m);
	PUT(p, status);
	PUT(p, syscalltick);
	putchar('\n');
	return fflush(stdout) ? 1 : 0;
}
