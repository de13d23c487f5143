// SPDX-License-Identifier: GPL-2.0
/*
 * GOMAXPROCS of a running process, and how we know it.
 *
 * In this order: the runtime's own variable, if the program has a symbol
 * table; what the runtime was told at its start (environment); what it
 * computes by itself (affinity, and the CPU quota from Go 1.25 on). The last
 * two are read as they are now, though up to Go 1.24 only the start counted.
 */
#include "goproc.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENV_MAX		(1u << 20)
#define CGROUP_V2	"/sys/fs/cgroup"
#define GO_QUOTA_MINOR	25	/* first release that looks at the quota */

#define X(id, name)	name,
const char * const mps_maxprocs_names[MPS_NR_MAXPROCS] = {
	MPS_MAXPROCS_SOURCES(X)
};

#undef X

/* The value of a variable in an environment block; the first one counts. */
static const char *env_find(const char *env, size_t len, const char *name,
			    size_t *n)
{
	size_t name_len = strlen(name);

	while (len) {
		size_t l = strnlen(env, len);

		if (l > name_len && !memcmp(env, name, name_len) &&
		    env[name_len] == '=') {
			*n = l - name_len - 1;
			return env + name_len + 1;
		}
		if (l == len)
			break;
		env += l + 1;
		len -= l + 1;
	}
	return NULL;
}

/**
 * mps_maxprocs_env() - GOMAXPROCS from an environment block
 * @env: strings with terminators, as in /proc/PID/environ
 * @len: of the block
 * @n: out
 *
 * Like the runtime: a decimal int32 above 0, or the variable is ignored.
 *
 * Return: true if the runtime would take it.
 */
bool mps_maxprocs_env(const char *env, size_t len, int *n)
{
	const char *v;
	uint64_t x = 0;
	size_t l, i;

	v = env_find(env, len, "GOMAXPROCS", &l);
	if (!v || !l)
		return false;
	for (i = 0; i < l; i++) {
		if (v[i] < '0' || v[i] > '9')
			return false;
		x = x * 10 + (uint64_t)(v[i] - '0');
		if (x > INT32_MAX)
			return false;
	}
	*n = (int)x;
	return x > 0;
}

/* GODEBUG=containermaxprocs=0: the runtime was told to ignore the quota. */
bool mps_maxprocs_quota_off(const char *env, size_t len)
{
	static const char off[] = "containermaxprocs=0";
	const char *v;
	size_t l;

	v = env_find(env, len, "GODEBUG", &l);
	return v && memmem(v, l, off, sizeof(off) - 1);
}

/**
 * mps_maxprocs_quota() - what the runtime makes of a CPU quota
 * @quota: time a period, in the unit of @period
 * @period: above 0
 * @procs: CPUs there are
 *
 * Return: the smaller of CPUs and quota, the latter rounded up to a whole
 * number and to 2.
 */
int mps_maxprocs_quota(uint64_t quota, uint64_t period, int procs)
{
	uint64_t n = quota / period + (quota % period != 0);

	if (n < 2)
		n = 2;
	return n < (uint64_t)procs ? (int)n : procs;
}

static bool read_affinity(pid_t pid, int *n)
{
	size_t cpus;

	for (cpus = 1024; cpus <= 65536; cpus *= 2) {
		cpu_set_t *set = CPU_ALLOC(cpus);
		size_t size = CPU_ALLOC_SIZE(cpus);
		int rc;

		if (!set)
			return false;
		rc = sched_getaffinity(pid, size, set);
		*n = rc ? 0 : CPU_COUNT_S(size, set);
		CPU_FREE(set);
		if (!rc || errno != EINVAL)
			return *n > 0;
	}
	return false;
}

static bool quota_v2(const char *group, uint64_t *quota, uint64_t *period)
{
	char path[4400], buf[128];
	unsigned long long q, p;

	snprintf(path, sizeof(path), CGROUP_V2 "%s/cpu.max", group);
	if (mps_file_read(path, buf, sizeof(buf)) <= 0 ||
	    sscanf(buf, "%llu %llu", &q, &p) != 2 || !p)
		return false;
	*quota = q;
	*period = p;
	return true;
}

static bool quota_v1(const char *group, uint64_t *quota, uint64_t *period)
{
	char path[4400], buf[64];
	long long q, p;

	snprintf(path, sizeof(path), CGROUP_V2 "/cpu%s/cpu.cfs_quota_us", group);
	if (mps_file_read(path, buf, sizeof(buf)) <= 0)
		return false;
	q = strtoll(buf, NULL, 10);
	snprintf(path, sizeof(path), CGROUP_V2 "/cpu%s/cpu.cfs_period_us", group);
	if (mps_file_read(path, buf, sizeof(buf)) <= 0)
		return false;
	p = strtoll(buf, NULL, 10);
	if (q <= 0 || p <= 0)
		return false;
	*quota = (uint64_t)q;
	*period = (uint64_t)p;
	return true;
}

/*
 * Only the process's own group: the runtime does not look at the parents'
 * either. As in the runtime, a v1 cpu controller goes before v2.
 */
static bool read_quota(pid_t pid, uint64_t *quota, uint64_t *period)
{
	char buf[8192], *line, *rest = buf, *v2 = NULL;

	if (mps_proc_read(pid, "cgroup", buf, sizeof(buf)) <= 0)
		return false;
	while ((line = strsep(&rest, "\n"))) {
		char *controllers = strchr(line, ':'), *group, *c;

		group = controllers ? strchr(controllers + 1, ':') : NULL;
		if (!group)
			continue;
		*group++ = '\0';
		controllers++;
		if (!*controllers) {
			v2 = group;
			continue;
		}
		while ((c = strsep(&controllers, ",")))
			if (!strcmp(c, "cpu"))
				return quota_v1(group, quota, period);
	}
	return v2 && quota_v2(v2, quota, period);
}

static bool from_memory(struct mps_goproc *gp)
{
	int32_t n;

	if (!gp->exe.sym.gomaxprocs ||
	    !mps_goproc_memory(gp->pid, gp->exe.sym.gomaxprocs, &n, sizeof(n)) ||
	    n <= 0)
		return false;
	gp->maxprocs = n;
	gp->maxprocs_source = MPS_MAXPROCS_MEMORY;
	return true;
}

/**
 * mps_maxprocs_find() - fill in GOMAXPROCS and its source
 * @gp: the process, examined
 *
 * A later runtime.GOMAXPROCS(n) of the program shows in its memory only.
 */
void mps_maxprocs_find(struct mps_goproc *gp)
{
	uint64_t quota, period;
	char *env;
	long len;
	int n;

	if (from_memory(gp))
		return;
	env = malloc(ENV_MAX);
	len = env ? mps_proc_read(gp->pid, "environ", env, ENV_MAX) : 0;
	if (len < 0)
		len = 0;
	if (env && mps_maxprocs_env(env, (size_t)len, &n)) {
		gp->maxprocs = n;
		gp->maxprocs_source = MPS_MAXPROCS_ENV;
	} else if (read_affinity(gp->pid, &n)) {
		gp->maxprocs = n;
		gp->maxprocs_source = MPS_MAXPROCS_AFFINITY;
		if (gp->exe.minor >= GO_QUOTA_MINOR && !gp->exe.no_quota &&
		    env && !mps_maxprocs_quota_off(env, (size_t)len) &&
		    read_quota(gp->pid, &quota, &period) &&
		    mps_maxprocs_quota(quota, period, n) < n) {
			gp->maxprocs = mps_maxprocs_quota(quota, period, n);
			gp->maxprocs_source = MPS_MAXPROCS_QUOTA;
		}
	}
	free(env);
}
