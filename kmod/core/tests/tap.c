// SPDX-License-Identifier: GPL-2.0
/* The only writer of TAP. */
#include <stdarg.h>
#include <stdio.h>

#include "tap.h"

static unsigned int planned, done, failed;

void tap_plan(unsigned int nr_tests)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	planned = nr_tests;
	printf("TAP version 13\n1..%u\n", nr_tests);
}

bool tap_ok(bool good, const char *name, ...)
{
	va_list ap;

	done++;
	failed += !good;
	printf("%sok %u - ", good ? "" : "not ", done);
	va_start(ap, name);
	vprintf(name, ap);
	va_end(ap);
	putchar('\n');
	return good;
}

void tap_note(const char *text, ...)
{
	va_list ap;

	printf("# ");
	va_start(ap, text);
	vprintf(text, ap);
	va_end(ap);
	putchar('\n');
}

int tap_end(void)
{
	if (done != planned)
		tap_note("planned %u tests, ran %u", planned, done);
	if (failed)
		tap_note("%u of %u failed", failed, done);
	return failed || done != planned;
}
