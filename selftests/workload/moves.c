// SPDX-License-Identifier: GPL-2.0
/*
 * moves -n ROUNDS -t THREADS: threads that are each pinned to one CPU at any
 * time and pin themselves to another one ROUNDS times. The old CPU is
 * forbidden then, so each is exactly one migration, and of a known class by
 * what sysfs says the two CPUs share.
 *
 * Facts: moves TID N; class TID smt|llc|node|remote|unknown N; cpus N.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../lib/wl.h"

#define CPU_DIR	"/sys/devices/system/cpu/cpu%d/"

enum class { SMT, LLC, NODE, REMOTE, UNKNOWN, NR_CLASSES };

static const char *const class_names[] = {
	"smt", "llc", "node", "remote", "unknown"
};

struct mover {
	unsigned long rounds, moved, nr[NR_CLASSES];
	int cpu;
};

static int nr_cpus;
static enum class classes[CPU_SETSIZE][CPU_SETSIZE];

/* "0-3,8" has the CPU? -1 when the file is not there. */
static int list_has(const char *path, int cpu)
{
	char buf[512], *p = buf;
	FILE *f = fopen(path, "re");
	long from, to;

	if (!f)
		return -1;
	if (!fgets(buf, sizeof(buf), f))
		buf[0] = 0;
	fclose(f);
	while (*p >= '0' && *p <= '9') {
		from = strtol(p, &p, 10);
		to = from;
		if (*p == '-')
			to = strtol(p + 1, &p, 10);
		if (cpu >= from && cpu <= to)
			return 1;
		if (*p == ',')
			p++;
	}
	return 0;
}

static int shares_cache(int a, int b)
{
	char path[128];
	int i, has, last = -1;

	for (i = 0; i < 8; i++) {	/* the last index is the last level */
		snprintf(path, sizeof(path), CPU_DIR "cache/index%d/shared_cpu_list",
			 a, i);
		has = list_has(path, b);
		if (has < 0)
			break;
		last = has;
	}
	return last;
}

static int node_of(int cpu)
{
	char path[64];
	struct dirent *de;
	int node = -1;
	DIR *d;

	snprintf(path, sizeof(path), CPU_DIR, cpu);
	d = opendir(path);
	while (d && (de = readdir(d)))
		if (sscanf(de->d_name, "node%d", &node) == 1)
			break;
	if (d)
		closedir(d);
	return node;
}

static enum class class_of(int a, int b)
{
	char path[128];
	int shares;

	snprintf(path, sizeof(path), CPU_DIR "topology/thread_siblings_list", a);
	if (list_has(path, b) == 1)
		return SMT;
	if (node_of(a) != node_of(b))
		return REMOTE;
	shares = shares_cache(a, b);
	return shares < 0 ? UNKNOWN : shares ? LLC : NODE;
}

static void mover_run(struct wl_thread *t)
{
	struct mover *m = t->priv;
	unsigned long i;
	int next;

	for (i = 0; i < m->rounds; i++) {
		/* Steps of 1, 2, 3, ... reach each CPU from each other one. */
		next = (m->cpu + 1 + (int)(i % (nr_cpus - 1))) % nr_cpus;
		wl_pin(0, next);
		if (sched_getcpu() != next)
			wl_die("pinned to CPU %d, but on %d", next, sched_getcpu());
		m->nr[classes[m->cpu][next]]++;
		m->moved++;
		m->cpu = next;
	}
}

int main(int argc, char **argv)
{
	struct wl_opts o = { .rounds = 1000, .threads = 4 };
	struct mover *movers;
	unsigned long events = 0;
	unsigned int i;
	int a, b, c;

	wl_opts_parse(&o, argc, argv);
	nr_cpus = wl_nr_cpus();
	if (nr_cpus < 2)
		wl_die("there is nowhere to go with one CPU");
	for (a = 0; a < nr_cpus; a++)
		for (b = 0; b < nr_cpus; b++)
			classes[a][b] = class_of(a, b);
	movers = calloc(o.threads, sizeof(*movers));
	if (!movers)
		wl_die("no memory");
	for (i = 0; i < o.threads; i++) {
		movers[i].rounds = o.rounds;
		movers[i].cpu = i % nr_cpus;
		/* Born where it is to be: moving it later would be a migration. */
		wl_pin(0, movers[i].cpu);
		wl_spawn(mover_run, &movers[i]);
	}
	wl_pin(0, -1);
	wl_announce();
	wl_expect_command("go");
	wl_release();
	wl_wait_parked();
	for (i = 0; i < o.threads; i++) {
		wl_say("moves %d %lu", wl_threads[i].tid, movers[i].moved);
		events += movers[i].moved;
		for (c = 0; c < NR_CLASSES; c++)
			wl_say("class %d %s %lu", wl_threads[i].tid, class_names[c],
			       movers[i].nr[c]);
	}
	wl_say("cpus %d", nr_cpus);
	wl_say("events %lu", events);
	wl_finish();
}
