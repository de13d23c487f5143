// SPDX-License-Identifier: GPL-2.0
/*
 * onewrite FILE: hands its standard input to FILE in one write(2) and prints
 * what came of it as one word: 0, SHORT (not all taken) or the errno's name.
 * A shell's own redirection hides the errno and may cut the text in pieces.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char text[1 << 20];

int main(int argc, char **argv)
{
	size_t n;
	ssize_t took;
	int fd;

	if (argc != 2) {
		fprintf(stderr, "use: onewrite FILE <TEXT\n");
		return 2;
	}
	n = fread(text, 1, sizeof(text), stdin);
	fd = open(argv[1], O_WRONLY | O_CLOEXEC);
	took = fd < 0 ? -1 : write(fd, text, n);
	if (took < 0)
		puts(strerrorname_np(errno));
	else
		puts((size_t)took == n ? "0" : "SHORT");
	return took < 0 || (size_t)took != n;
}
