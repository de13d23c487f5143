// SPDX-License-Identifier: GPL-2.0
/* Helpers of the fuzz targets. */
#include <stdio.h>
#include <string.h>

#include "fuzz.h"

unsigned long fuzz_accepted, fuzz_refused;

void fuzz_broken(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

char *fuzz_exact(const u8 *data, size_t size)
{
	char *copy = malloc(size ? size : 1);

	HOLDS(copy);
	if (size)
		memcpy(copy, data, size);
	return copy;
}

char *fuzz_text(const u8 *data, size_t size)
{
	size_t len = size ? strnlen((const char *)data, size) : 0;
	char *copy = malloc(len + 1);

	HOLDS(copy);
	if (len)
		memcpy(copy, data, len);
	copy[len] = '\0';
	return copy;
}
