// SPDX-License-Identifier: GPL-2.0
/* mark begin|end: run an address that where.so waits for. x86-64. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "mark.h"

int main(int argc, char **argv)
{
	char *page = mmap((void *)MARK_PAGE, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	unsigned long at;

	if (argc != 2 || page != (char *)MARK_PAGE) {
		fprintf(stderr, "usage: mark begin|end\n");
		return 2;
	}
	memset(page, 0xc3, 4096);	/* ret */
	at = strcmp(argv[1], "end") ? MARK_BEGIN : MARK_END;
	((void (*)(void))at)();
	return 0;
}
