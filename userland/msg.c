// SPDX-License-Identifier: GPL-2.0
/* Messages to the user on standard error. */
#include "cmd.h"

#include <stdarg.h>
#include <stdio.h>

void mps_msg(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);		/* keep the order where both are one file */
	fputs("mpscope: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}
