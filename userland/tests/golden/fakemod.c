// SPDX-License-Identifier: GPL-2.0
/*
 * Plays the module for the tool it is linked with: commands written to a file
 * "tags" act on the fixture tree as the module would, and each sleep brings the
 * next of the prepared readings.
 *
 * FAKEMOD_LOG       file that gets what was written to tags, line by line
 * FAKEMOD_TEMPLATE  directory that becomes targets/PID when PID is tagged
 * FAKEMOD_REFUSE    "ERRNO sentence": refuse all, and fill last_error
 * FAKEMOD_STEPS     directory with step1, step2, ...; the link "now" in it is
 *                   set to the next one at each sleep of the tool
 */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static ssize_t (*real_write)(int fd, const void *buf, size_t len);

static void sh(const char *fmt, const char *a, const char *b)
{
	char cmd[3 * PATH_MAX];

	snprintf(cmd, sizeof(cmd), fmt, a, b);
	if (system(cmd))
		fprintf(stderr, "fakemod: failed: %s\n", cmd);
}

static int refuse(const char *dir, const char *how)
{
	char path[PATH_MAX + 32];
	FILE *f;

	snprintf(path, sizeof(path), "%s/last_error", dir);
	f = fopen(path, "w");
	if (f) {
		fprintf(f, "%s\n", how);
		fclose(f);
	}
	return atoi(how);
}

/* Return: 0 or the errno to fail with. */
static int command(const char *dir, const char *line)
{
	const char *how = getenv("FAKEMOD_REFUSE"), *from;
	char target[PATH_MAX + 32];
	struct stat st;
	int pid = atoi(line + (*line == '!'));

	if (how)
		return refuse(dir, how);
	if (*line == '\n') {
		sh("rm -rf '%s'/targets/*", dir, "");
		return 0;
	}
	snprintf(target, sizeof(target), "%s/targets/%d", dir, pid);
	if (*line == '!') {
		if (stat(target, &st))
			return ENOENT;
		sh("rm -r '%s'", target, "");
		return 0;
	}
	if (!stat(target, &st))
		return EEXIST;
	from = getenv("FAKEMOD_TEMPLATE");
	if (from)
		sh("cp -r '%s' '%s'", from, target);
	return 0;
}

static void record(const char *line, size_t len)
{
	const char *path = getenv("FAKEMOD_LOG");
	FILE *f = path ? fopen(path, "a") : NULL;

	if (!f)
		return;
	fprintf(f, "%.*s", (int)len, line);
	fclose(f);
}

ssize_t write(int fd, const void *buf, size_t len)
{
	char link[64], path[PATH_MAX], line[256];
	ssize_t n;
	int error;

	if (!real_write)
		real_write = (ssize_t (*)(int, const void *, size_t))
			     dlsym(RTLD_NEXT, "write");
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = 0;
	if (n < 5 || strcmp(path + n - 5, "/tags"))
		return real_write(fd, buf, len);
	path[n - 5] = 0;
	record(buf, len);
	snprintf(line, sizeof(line), "%.*s", (int)len, (const char *)buf);
	error = command(path, line);
	if (!error)
		return (ssize_t)len;
	errno = error;
	return -1;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *req,
		    struct timespec *rem)
{
	static int step = 1;
	const char *dir = getenv("FAKEMOD_STEPS");
	char next[PATH_MAX], now[PATH_MAX], name[32];
	struct stat st;

	(void)clock;
	(void)flags;
	(void)req;
	(void)rem;
	if (!dir)
		return 0;
	snprintf(name, sizeof(name), "step%d", ++step);
	snprintf(next, sizeof(next), "%s/%s", dir, name);
	snprintf(now, sizeof(now), "%s/now", dir);
	if (!stat(next, &st)) {
		unlink(now);
		if (symlink(name, now))
			return errno;
	}
	return 0;
}
