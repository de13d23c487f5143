// SPDX-License-Identifier: GPL-2.0
/* Regular expressions of the grammar. */
#include <regex.h>
#include <stdbool.h>
#include <stdlib.h>

#include "grammar.h"

#define B	"[ \t]"		/* a blank */
#define FEATURE	"(epoll|migrate|wakers)"
#define OPTS	"(" B "+(threads|children))?"				\
		"(" B "+(none|" FEATURE "(," FEATURE ")*))?"
#define QUOTED	"\"[^\"\001-\037\177]+\""
#define BARE	"[^\" \001-\037\177][^ \001-\037\177]*"
#define PAIR	"(comm|exe|cgroup)=(" QUOTED "|" BARE ")"

static bool matches(const char *pattern, regex_t *r, bool *compiled, const char *s)
{
	if (!*compiled && regcomp(r, pattern, REG_EXTENDED | REG_NOSUB))
		abort();
	*compiled = true;
	return !regexec(r, s, 0, NULL, 0);
}

static bool skipped(const char *line)
{
	static regex_t r;
	static bool compiled;

	return matches("^" B "*(#|version(" B "|$)|$)", &r, &compiled, line);
}

enum grammar grammar_of_tag(const char *line)
{
	static regex_t add, del;
	static bool add_compiled, del_compiled;

	if (skipped(line))
		return GRAMMAR_SKIP;
	if (matches("^" B "*[0-9]+" OPTS B "*$", &add, &add_compiled, line) ||
	    matches("^" B "*![0-9]+" B "*$", &del, &del_compiled, line))
		return GRAMMAR_YES;
	return GRAMMAR_NO;
}

enum grammar grammar_of_rule(const char *line)
{
	static regex_t add, del;
	static bool add_compiled, del_compiled;

	if (skipped(line))
		return GRAMMAR_SKIP;
	if (matches("^" B "*" PAIR "(" B "+" PAIR ")*" OPTS B "*$",
		    &add, &add_compiled, line) ||
	    matches("^" B "*!" PAIR "(" B "+" PAIR ")*" B "*$",
		    &del, &del_compiled, line))
		return GRAMMAR_YES;
	return GRAMMAR_NO;
}
