// SPDX-License-Identifier: GPL-2.0
/* The threads of a process and the ids that they know themselves by. */
#include "gotids.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "goproc.h"

#define STATUS_MAX	8192

int32_t mps_nspid_parse(const char *status)
{
	const char *line = strstr(status, "\nNSpid:"), *end;
	long id = 0;

	if (!line)
		return 0;
	line += sizeof("\nNSpid:") - 1;
	end = line + strcspn(line, "\n");
	while (line < end) {
		char *next;

		id = strtol(line, &next, 10);
		if (next == line || next > end)
			return 0;
		line = next + strspn(next, " \t");
	}
	return id > 0 && id <= INT32_MAX ? (int32_t)id : 0;
}

static int by_vtid(const void *a, const void *b)
{
	const struct mps_gotid *x = a, *y = b;

	return (x->vtid > y->vtid) - (x->vtid < y->vtid);
}

static bool add(struct mps_gotids *ts, pid_t pid, int32_t tid)
{
	char name[64], status[STATUS_MAX];
	struct mps_gotid *grown;

	snprintf(name, sizeof(name), "task/%d/status", tid);
	if (mps_proc_read(pid, name, status, sizeof(status)) <= 0)
		return true;	/* it has just ended */
	grown = realloc(ts->t, (ts->nr + 1) * sizeof(*grown));
	if (!grown)
		return false;
	ts->t = grown;
	ts->t[ts->nr].tid = tid;
	ts->t[ts->nr].vtid = mps_nspid_parse(status);
	ts->nr++;
	return true;
}

bool mps_gotids_read(struct mps_gotids *ts, pid_t pid)
{
	struct dirent *de;
	char path[64];
	bool ok = true;
	DIR *dir;

	memset(ts, 0, sizeof(*ts));
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		return true;
	while (ok && (de = readdir(dir))) {
		int tid = atoi(de->d_name);

		ok = tid <= 0 || add(ts, pid, tid);
	}
	closedir(dir);
	if (ts->nr)
		qsort(ts->t, ts->nr, sizeof(*ts->t), by_vtid);
	return ok;
}

void mps_gotids_free(struct mps_gotids *ts)
{
	free(ts->t);
	memset(ts, 0, sizeof(*ts));
}

int32_t mps_gotids_find(const struct mps_gotids *ts, uint64_t vtid)
{
	struct mps_gotid key = { .vtid = (int32_t)vtid };
	const struct mps_gotid *t;

	if (!vtid || vtid > INT32_MAX || !ts->nr)
		return 0;
	t = bsearch(&key, ts->t, ts->nr, sizeof(*ts->t), by_vtid);
	return t ? t->tid : 0;
}
