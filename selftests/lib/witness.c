// SPDX-License-Identifier: GPL-2.0
/*
 * witness PID: what the kernel itself counts of each thread, one row a
 * thread, in the form of the module's files. It reads
 *	/proc/PID/task/TID/status	vol, invol
 *	/proc/PID/task/TID/sched	migrations (se.nr_migrations)
 *	/proc/PID/task/TID/schedstat	run_ns, wait_ns, pcount
 *	/proc/PID/task/TID/stat		state
 * witness -q PID does so again and again until two readings agree and every
 * thread is off the CPU, at most 20 s: the process holds still.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_ROWS	16384

struct row {
	int tid;
	unsigned long long vol, invol, migrations, run_ns, wait_ns, pcount;
	char state;
};

static int read_proc(int pid, int tid, const char *name, char *buf, size_t size)
{
	char path[64];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", pid, tid, name);
	f = fopen(path, "re");
	if (!f)
		return 0;
	n = fread(buf, 1, size - 1, f);
	fclose(f);
	buf[n] = 0;
	return n > 0;
}

static unsigned long long value_after(const char *buf, const char *key, char skip_to)
{
	const char *p = strstr(buf, key);

	if (p)
		p = strchr(p, skip_to);
	if (!p) {
		fprintf(stderr, "witness: /proc has no \"%s\"\n", key + 1);
		exit(1);
	}
	return strtoull(p + 1, NULL, 10);
}

/* 0 when the thread went away under us. */
static int read_row(int pid, struct row *r)
{
	char buf[8192], *p;

	memset((char *)r + sizeof(r->tid), 0, sizeof(*r) - sizeof(r->tid));
	if (!read_proc(pid, r->tid, "status", buf, sizeof(buf)))
		return 0;
	r->vol = value_after(buf, "\nvoluntary_ctxt_switches", ':');
	r->invol = value_after(buf, "\nnonvoluntary_ctxt_switches", ':');
	if (!read_proc(pid, r->tid, "sched", buf, sizeof(buf)))
		return 0;
	r->migrations = value_after(buf, "\nse.nr_migrations", ':');
	if (!read_proc(pid, r->tid, "schedstat", buf, sizeof(buf)) ||
	    sscanf(buf, "%llu %llu %llu", &r->run_ns, &r->wait_ns, &r->pcount) != 3)
		return 0;
	if (!read_proc(pid, r->tid, "stat", buf, sizeof(buf)))
		return 0;
	p = strrchr(buf, ')');
	r->state = p ? p[2] : '?';
	return 1;
}

static int read_all(int pid, struct row *rows)
{
	struct dirent *de;
	char path[32];
	int n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	d = opendir(path);
	if (!d)
		return 0;
	while ((de = readdir(d)) && n < MAX_ROWS) {
		rows[n].tid = atoi(de->d_name);
		if (rows[n].tid > 0 && read_row(pid, &rows[n]))
			n++;
	}
	closedir(d);
	return n;
}

static int all_off_cpu(const struct row *rows, int n)
{
	while (n--)
		if (rows[n].state == 'R')
			return 0;
	return 1;
}

int main(int argc, char **argv)
{
	static struct row rows[MAX_ROWS], again[MAX_ROWS];
	int quiet = argc == 3 && !strcmp(argv[1], "-q");
	int pid = argc >= 2 ? atoi(argv[argc - 1]) : 0;
	int i, n, tries = 200;

	if (pid <= 0) {
		fprintf(stderr, "use: witness [-q] PID\n");
		return 2;
	}
	n = read_all(pid, rows);
	while (quiet && tries--) {
		usleep(100000);
		i = read_all(pid, again);
		quiet = i != n || !all_off_cpu(again, i) ||
			memcmp(rows, again, sizeof(*rows) * n);
		memcpy(rows, again, sizeof(*rows) * i);
		n = i;
	}
	if (quiet || !n) {
		fprintf(stderr, "witness: process %d %s\n", pid,
			n ? "does not hold still" : "is not there");
		return 1;
	}
	printf("version 1\n# tid vol invol migrations run_ns wait_ns pcount state\n");
	for (i = 0; i < n; i++)
		printf("%d %llu %llu %llu %llu %llu %llu %c\n", rows[i].tid,
		       rows[i].vol, rows[i].invol, rows[i].migrations,
		       rows[i].run_ns, rows[i].wait_ns, rows[i].pcount,
		       rows[i].state);
	return 0;
}
