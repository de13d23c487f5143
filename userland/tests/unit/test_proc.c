// SPDX-License-Identifier: GPL-2.0
/* Processes as /proc has them, and names of syscalls. */
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sysname.h"
#include "tap.h"
#include "target.h"

/* Lines of /proc/PID/stat, cut behind the flags. */
static const struct {
	const char *line;
	bool kernel;
} stats[] = {
	{ "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0", true },
	{ "1 (systemd) S 0 1 1 0 -1 4194560 0 0", false },
	{ "9 (a) b) R 0 (c) S 0 0 0 0 -1 2129984 0", true },
	{ "9 () 2129984) S 1 1 1 0 -1 4194560 0", false },
	{ "9 (cut", false },
	{ "9 (x) S 0", false },
	{ "", false },
};

static void *in_thread(void *arg)
{
	pid_t tid = (pid_t)syscall(SYS_gettid), tgid = 0;

	tap_ok(mps_proc_find(tid, &tgid) == MPS_PROC_THREAD &&
	       tgid == getpid(), "a thread belongs to its process");
	return arg;
}

int main(void)
{
	char comm[32];
	pthread_t thread;
	pid_t tgid = 0;

	tap_plan(NR(stats) + 7);
	for (size_t i = 0; i < NR(stats); i++)
		tap_ok(mps_proc_stat_is_kernel(stats[i].line) ==
		       stats[i].kernel, "stat line '%s'", stats[i].line);
	tap_ok(mps_proc_find(getpid(), &tgid) == MPS_PROC_LEADER &&
	       tgid == getpid(), "we are a process");
	if (pthread_create(&thread, NULL, in_thread, NULL))
		return 1;
	pthread_join(thread, NULL);
	/* past PID_MAX_LIMIT, so nobody's */
	tap_ok(mps_proc_find(4194305, &tgid) == MPS_PROC_NONE, "nobody");
	tap_ok(!mps_proc_is_kernel(getpid()), "we are not the kernel's");
	tap_ok(mps_proc_comm(getpid(), comm, sizeof(comm)) &&
	       !strcmp(comm, "test_proc"), "our name");
	tap_ok(mps_sysname(SYS_futex) && !strcmp(mps_sysname(SYS_futex),
						 "futex"),
	       "a syscall by its number");
	tap_ok(!mps_sysname(UINT64_MAX), "no syscall");
	return tap_end();
}
