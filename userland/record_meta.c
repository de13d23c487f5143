// SPDX-License-Identifier: GPL-2.0
/*
 * What stands beside the events of a recording: the module's files about each
 * target before and after, its cgroup, its program, names of threads, CPUs.
 */
#include <dirent.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "dbgfs.h"
#include "goproc.h"
#include "record.h"
#include "target.h"
#include "wait.h"

#define MAX_TEXT	(1u << 20)	/* of one file */

struct mps_beside {
	struct json_object *doc, *targets, *threads;
};

/* A file as it is; NULL: not there. */
static char *file_text(const char *path)
{
	char *text = malloc(MAX_TEXT);
	size_t len = 0;
	FILE *f = text ? fopen(path, "re") : NULL;

	if (!f) {
		free(text);
		return NULL;
	}
	len = fread(text, 1, MAX_TEXT - 1, f);
	fclose(f);
	text[len] = 0;
	return text;
}

static void put(struct json_object *o, const char *key, struct json_object *v)
{
	if (json_object_object_add(o, key, v))
		json_object_put(v);
}

static void put_string(struct json_object *o, const char *key, const char *s)
{
	if (s)
		put(o, key, json_object_new_string(s));
}

static void put_file(struct json_object *o, const char *key, const char *path)
{
	char *text = file_text(path);

	put_string(o, key, text);
	free(text);
}

/* The first line, without its end. */
static void put_line(struct json_object *o, const char *key, const char *path)
{
	char *text = file_text(path);

	if (text)
		text[strcspn(text, "\n")] = 0;
	put_string(o, key, text);
	free(text);
}

static void put_module_files(struct json_object *o, pid_t tgid)
{
	static const char * const files[] = {
		"summary", "threads", "blocking", "epoll", "migrations", "wakers",
		"histograms", "ps", "pressure", "golayout",
	};
	char path[256];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/targets/%d/%s", mps_dbgfs_dir(),
			 tgid, files[i]);
		put_file(o, files[i], path);
	}
}

/* "0::/system.slice/api.service" of the v2 hierarchy */
static bool cgroup_of(pid_t tgid, char *buf, size_t size)
{
	char path[64], *text, *at;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", tgid);
	text = file_text(path);
	at = text ? strstr(text, "0::") : NULL;
	if (at) {
		at[strcspn(at, "\n")] = 0;
		snprintf(buf, size, "%s", at + 3);
	}
	free(text);
	return at;
}

static void put_cgroup(struct json_object *o, pid_t tgid)
{
	static const char * const files[] = { "cpu.max", "cpu.stat" };
	char group[512], path[640];

	if (!cgroup_of(tgid, group, sizeof(group)))
		return;
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/sys/fs/cgroup%s/%s", group, files[i]);
		put_file(o, files[i], path);
	}
}

static void put_threads(struct json_object *o, pid_t tgid)
{
	char path[64], comm[64];
	struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", tgid);
	dir = opendir(path);
	while (dir && (d = readdir(dir)))
		if (d->d_name[0] != '.' &&
		    mps_proc_comm((pid_t)atoi(d->d_name), comm, sizeof(comm)))
			put_string(o, d->d_name, comm);
	if (dir)
		closedir(dir);
}

static void put_topology(struct json_object *doc)
{
	static const struct { const char *key, *file; } files[] = {
		{ "core", "topology/core_id" },
		{ "package", "topology/physical_package_id" },
		{ "siblings", "topology/thread_siblings_list" },
		{ "llc", "cache/index3/shared_cpu_list" },
	};
	struct json_object *list = json_object_new_array(), *o;
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	char path[128];

	put_line(doc, "cpus", "/sys/devices/system/cpu/online");
	for (long c = 0; list && c < cpus; c++) {
		o = json_object_new_object();
		if (!o)
			break;
		put(o, "cpu", json_object_new_int64(c));
		for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
			snprintf(path, sizeof(path),
				 "/sys/devices/system/cpu/cpu%ld/%s", c,
				 files[i].file);
			put_line(o, files[i].key, path);
		}
		json_object_array_add(list, o);
	}
	put(doc, "topology", list);
}

static void put_command(struct json_object *doc, char **command)
{
	struct json_object *list = json_object_new_array();

	for (; list && command && *command; command++)
		json_object_array_add(list, json_object_new_string(*command));
	put(doc, "command", list);
}

struct mps_beside *mps_beside_new(char **command)
{
	struct mps_beside *b = calloc(1, sizeof(*b));
	struct utsname u;

	if (!b)
		return NULL;
	b->doc = json_object_new_object();
	b->targets = json_object_new_array();
	b->threads = json_object_new_object();
	if (!b->doc || !b->targets || !b->threads) {
		json_object_put(b->targets);
		json_object_put(b->threads);
		b->targets = NULL;
		mps_beside_free(b);
		return NULL;
	}
	put(b->doc, "mpscope_recording", json_object_new_int(1));
	put_string(b->doc, "tool", MPSCOPE_VERSION);
	if (!uname(&u)) {
		put_string(b->doc, "kernel", u.release);
		put_string(b->doc, "machine", u.machine);
	}
	put_command(b->doc, command);
	put_topology(b->doc);
	put(b->doc, "targets", b->targets);
	put(b->doc, "threads", b->threads);
	return b;
}

void mps_beside_free(struct mps_beside *b)
{
	if (b)
		json_object_put(b->doc);
	free(b);
}

static struct json_object *target_of(const struct mps_beside *b, pid_t tgid)
{
	for (size_t i = 0; i < json_object_array_length(b->targets); i++) {
		struct json_object *o = json_object_array_get_idx(b->targets, i), *v;

		if (json_object_object_get_ex(o, "tgid", &v) &&
		    json_object_get_int64(v) == tgid)
			return o;
	}
	return NULL;
}

bool mps_beside_target(struct mps_beside *b, pid_t tgid)
{
	struct json_object *o = json_object_new_object();

	if (!o || json_object_array_add(b->targets, o)) {
		json_object_put(o);
		return false;
	}
	put(o, "tgid", json_object_new_int64(tgid));
	return true;
}

/* The program may have become another by exec: the later word counts. */
static void put_program(struct json_object *o, pid_t tgid)
{
	char path[64], name[512], group[512];
	ssize_t n;

	if (mps_proc_comm(tgid, name, sizeof(name)))
		put_string(o, "comm", name);
	snprintf(path, sizeof(path), "/proc/%d/exe", tgid);
	n = readlink(path, name, sizeof(name) - 1);
	if (n > 0) {
		name[n] = 0;
		put_string(o, "exe", name);
	}
	if (cgroup_of(tgid, group, sizeof(group)))
		put_string(o, "cgroup", group);
}

void mps_beside_read(struct mps_beside *b, bool after)
{
	char path[256];

	put(b->doc, after ? "end_ns" : "begin_ns",
	    json_object_new_int64((int64_t)mps_wait_now()));
	for (size_t i = 0; i < json_object_array_length(b->targets); i++) {
		struct json_object *o = json_object_array_get_idx(b->targets, i), *v;
		struct json_object *read = json_object_new_object();
		pid_t tgid;

		if (!read || !json_object_object_get_ex(o, "tgid", &v)) {
			json_object_put(read);
			continue;
		}
		tgid = (pid_t)json_object_get_int64(v);
		put_module_files(read, tgid);
		put_cgroup(read, tgid);
		put(o, after ? "after" : "before", read);
		put_program(o, tgid);
		put_threads(b->threads, tgid);
	}
	snprintf(path, sizeof(path), "%s/version", mps_dbgfs_dir());
	put_file(b->doc, "module", path);
	snprintf(path, sizeof(path), "%s/self", mps_dbgfs_dir());
	put_file(b->doc, after ? "self_after" : "self_before", path);
}

void mps_beside_go(struct mps_beside *b, pid_t tgid, const char *version,
		   int maxprocs, const char *source)
{
	struct json_object *o = target_of(b, tgid);

	if (!o)
		return;
	put_string(o, "go", version);
	if (maxprocs > 0)
		put(o, "gomaxprocs", json_object_new_int(maxprocs));
	put_string(o, "layout", source);
}

const char *mps_beside_text(struct mps_beside *b)
{
	return json_object_to_json_string_ext(b->doc,
					      JSON_C_TO_STRING_NOSLASHESCAPE);
}
