/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a fuzz target and its driver share. A target is libFuzzer's entry point
 * and a corpus; it links with libFuzzer as well as with fuzz_main.c.
 */
#ifndef _MPS_CORE_TESTS_FUZZ_H
#define _MPS_CORE_TESTS_FUZZ_H

#include <stdlib.h>

#include "../port.h"

/* Where mutations begin, and words that they throw in. NULL-terminated. */
extern const char * const fuzz_corpus[];
extern const char * const fuzz_words[];

/*
 * How inputs fared: a run in which none was accepted, or none refused, has
 * shown nothing.
 */
extern unsigned long fuzz_accepted, fuzz_refused;

/* One input, under the name by which libFuzzer knows it. */
int fuzz_one(const u8 *data, size_t size) __asm__("LLVMFuzzerTestOneInput");

/* The property as text, then abort: which is what libFuzzer looks for too. */
void fuzz_broken(const char *file, int line, const char *what)
	__attribute__((__noreturn__));

#define HOLDS(cond)							\
	do {								\
		if (!(cond))						\
			fuzz_broken(__FILE__, __LINE__, #cond);		\
	} while (0)

/* A copy in memory of exactly its size, so that ASan sees one byte too many. */
char *fuzz_exact(const u8 *data, size_t size);	/* as it is */
char *fuzz_text(const u8 *data, size_t size);	/* up to a 0, with one */

#endif /* _MPS_CORE_TESTS_FUZZ_H */
