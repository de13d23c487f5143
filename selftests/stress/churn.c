// SPDX-License-Identifier: GPL-2.0
/*
 * churn FOLDER CYCLES PID...: CYCLES times tag one of these processes with
 * options that change, read one of its files, untag it; by the module's files
 * in FOLDER. Prints "tagged N", "untagged N", "read N" (bytes are there) and one
 * line "refused COMMAND: ERRNO" for the first of each that was not done.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NR(array)	(sizeof(array) / sizeof((array)[0]))

static const char * const options[] = {
	"threads", "children", "threads none", "children epoll,migrate,wakers",
	"threads wakers",
};

static const char * const files[] = {
	"summary", "threads", "blocking", "epoll", "migrations", "histograms",
	"wakers",
};

static unsigned long tagged, untagged, files_read, refused;

static int open_or_die(const char *folder, const char *name, int flags)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0) {
		fprintf(stderr, "churn: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	return fd;
}

static unsigned long command(int fd, const char *text)
{
	ssize_t len = strlen(text);

	if (write(fd, text, len) == len)
		return 1;
	if (!refused++)
		printf("refused %s: %s\n", text, strerrorname_np(errno));
	return 0;
}

static unsigned long read_one(const char *folder, const char *pid, const char *name)
{
	static char buf[65536];
	char path[64];
	ssize_t n, all = 0;
	int fd;

	snprintf(path, sizeof(path), "targets/%s/%s", pid, name);
	fd = open_or_die(folder, path, O_RDONLY);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		all += n;
	close(fd);
	return n == 0 && all > 0;
}

int main(int argc, char **argv)
{
	unsigned long i, cycles;
	char text[128];
	int tags;

	if (argc < 4) {
		fprintf(stderr, "use: churn FOLDER CYCLES PID...\n");
		return 2;
	}
	cycles = strtoul(argv[2], NULL, 0);
	tags = open_or_die(argv[1], "tags", O_WRONLY);
	for (i = 0; i < cycles; i++) {
		const char *pid = argv[3 + i % (argc - 3)];

		snprintf(text, sizeof(text), "%s %s", pid, options[i % NR(options)]);
		tagged += command(tags, text);
		files_read += read_one(argv[1], pid, files[i % NR(files)]);
		snprintf(text, sizeof(text), "!%s", pid);
		untagged += command(tags, text);
	}
	printf("tagged %lu\nuntagged %lu\nread %lu\n", tagged, untagged, files_read);
	return refused != 0;
}
