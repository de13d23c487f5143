// SPDX-License-Identifier: GPL-2.0
/* The text behind a recording: JSON, its length in 16 hexadecimal digits, a mark. */
#include "rec_meta.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MARK		"mpscope-meta-1\n"
#define MARK_LEN	(sizeof(MARK) - 1)
#define DIGITS		16
#define TAIL_LEN	(DIGITS + 1 + MARK_LEN)
#define MAX_META	(64u << 20)

char *mps_meta_load(int fd, uint64_t size)
{
	char tail[TAIL_LEN + 1] = "", *text;
	uint64_t len;

	if (size < TAIL_LEN ||
	    pread(fd, tail, TAIL_LEN, (off_t)(size - TAIL_LEN)) != TAIL_LEN ||
	    memcmp(tail + DIGITS + 1, MARK, MARK_LEN) || tail[DIGITS] != '\n')
		return NULL;
	tail[DIGITS] = 0;
	len = strtoull(tail, NULL, 16);
	if (!len || len > MAX_META || len > size - TAIL_LEN)
		return NULL;
	text = malloc(len + 1);
	if (!text)
		return NULL;
	if (pread(fd, text, len, (off_t)(size - TAIL_LEN - len)) != (ssize_t)len) {
		free(text);
		return NULL;
	}
	text[len] = 0;
	return text;
}

int mps_meta_append(const char *path, const char *json)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC), err = 0;
	FILE *f = fd < 0 ? NULL : fdopen(fd, "a");

	if (!f) {
		err = errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	fprintf(f, "%s%0*zx\n%s", json, DIGITS, strlen(json), MARK);
	if (fflush(f) || ferror(f))
		err = errno ? errno : EIO;
	if (fclose(f) && !err)
		err = errno;
	return err;
}
