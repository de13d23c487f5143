// SPDX-License-Identifier: GPL-2.0
/*
 * failnth N WHAT ARG: do one thing while its N-th allocation fails
 * (/proc/self/fail-nth, CONFIG_FAULT_INJECTION_DEBUG_FS). WHAT is
 *	write FILE	hand standard input to it in one write(2)
 *	read FILE	open it and read it to its end
 *	load FILE	load this module
 *	fork NAME	a child process that ends at once
 * Prints three words: 0 or the errno's name; "injected" or, when it took fewer
 * than N allocations, "beyond"; how many it took. The exit status is 0 if it
 * could do its work.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NR(array)	(sizeof(array) / sizeof((array)[0]))

static char text[65536];
static size_t len;
static int file = -1;

static void fail(const char *what)
{
	fprintf(stderr, "failnth: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long do_write(const char *path)
{
	(void)path;
	return write(file, text, len) == (ssize_t)len ? 0 : -1;
}

static long do_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;
	ssize_t n;

	if (fd < 0)
		return -1;
	while ((n = read(fd, text, sizeof(text))) > 0)
		;
	err = errno;
	close(fd);
	errno = err;
	return n;
}

static long do_load(const char *path)
{
	(void)path;
	return syscall(SYS_finit_module, file, "", 0);
}

static long do_fork(const char *name)
{
	pid_t pid = fork();

	(void)name;
	if (pid < 0)
		return -1;
	if (pid == 0)
		_exit(0);
	while (waitpid(pid, NULL, 0) < 0)
		;
	return 0;
}

static const struct {
	const char *name;
	int flags;		/* to open ARG beforehand, or -1 */
	long (*run)(const char *arg);
} things[] = {
	{ "write", O_WRONLY, do_write },
	{ "read", -1, do_read },
	{ "load", O_RDONLY, do_load },
	{ "fork", -1, do_fork },
};

/* What is left of the count: 0 when the failure has come about. */
static int finish(int nth, int n, long ret, int err)
{
	char left[24] = "";

	if (pread(nth, left, sizeof(left) - 1, 0) <= 0)
		fail("reading fail-nth");
	if (pwrite(nth, "0", 1, 0) != 1)
		fail("writing fail-nth");
	printf("%s %s %d\n", ret ? strerrorname_np(err) : "0",
	       atoi(left) ? "beyond" : "injected", n - atoi(left));
	return 0;
}

int main(int argc, char **argv)
{
	unsigned int i;
	int nth, err;
	long ret;

	if (argc != 4) {
		fprintf(stderr, "use: failnth N write|read|load|fork ARG\n");
		return 2;
	}
	for (i = 0; i < NR(things); i++) {
		if (strcmp(argv[2], things[i].name))
			continue;
		if (things[i].run == do_write)
			len = fread(text, 1, sizeof(text), stdin);
		if (things[i].flags >= 0)
			file = open(argv[3], things[i].flags | O_CLOEXEC);
		if (things[i].flags >= 0 && file < 0)
			fail(argv[3]);
		nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
		if (nth < 0)
			fail("/proc/thread-self/fail-nth");
		/* All is open, and printf() has its buffer. */
		setvbuf(stdout, NULL, _IONBF, 0);
		if (pwrite(nth, argv[1], strlen(argv[1]), 0) < 0)
			fail("writing fail-nth");
		ret = things[i].run(argv[3]);
		err = errno;
		return finish(nth, atoi(argv[1]), ret, err);
	}
	fprintf(stderr, "failnth: cannot %s\n", argv[2]);
	return 2;
}
