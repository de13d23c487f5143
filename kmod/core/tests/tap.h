/* SPDX-License-Identifier: GPL-2.0 */
/* Results of a native test as TAP 13. */
#ifndef _MPS_CORE_TESTS_TAP_H
#define _MPS_CORE_TESTS_TAP_H

#include <stdbool.h>

#define NR(array)	(sizeof(array) / sizeof((array)[0]))

/* Version line and plan; first of all, once. */
void tap_plan(unsigned int nr_tests);

/* One result. Return: @good, so that the caller can add why not. */
bool tap_ok(bool good, const char *name, ...)
	__attribute__((__format__(printf, 2, 3)));

/* A diagnostic line. */
void tap_note(const char *text, ...)
	__attribute__((__format__(printf, 1, 2)));

/* Exit status of the program: 0 if the plan was kept and all was good. */
int tap_end(void);

#endif /* _MPS_CORE_TESTS_TAP_H */
