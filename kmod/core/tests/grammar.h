/* SPDX-License-Identifier: GPL-2.0 */
/* The grammar of commands once more, as regular expressions. */
#ifndef _MPS_CORE_TESTS_GRAMMAR_H
#define _MPS_CORE_TESTS_GRAMMAR_H

enum grammar { GRAMMAR_NO, GRAMMAR_YES, GRAMMAR_SKIP };

/* @line: without a newline */
enum grammar grammar_of_tag(const char *line);
enum grammar grammar_of_rule(const char *line);

#endif /* _MPS_CORE_TESTS_GRAMMAR_H */
