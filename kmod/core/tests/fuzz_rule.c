// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: a line for rules. A regular expression says independently what
 * the grammar is.
 */
#include "fuzz.h"
#include "grammar.h"
#include "show.h"

const char * const fuzz_corpus[] = {
	"comm=nginx", "exe=/usr/sbin/nginx threads epoll", "cgroup=/a.slice",
	"comm=\"Web Content\" exe=/b cgroup=/c children wakers", "!exe=/b",
	"!comm=\"a b\" cgroup=/c", "comm=[!a-z]*\\[ none", "version 1",
	"# " MPSCOPE_COLS_RULES, "comm=a=b\nx", "comm=a\"b", "comm=\"\"", "", NULL
};

const char * const fuzz_words[] = {
	"comm=", "exe=/", "cgroup=/", "\"", "=", "!", "[", "]", "\\", "[!", " ",
	"\t", "\n", "threads", "children", "epoll", "migrate", "wakers", "none",
	",", "#", "version", "a b", NULL
};

static enum mps_cmd_error parse(const char *text, struct mps_rule_cmd *c)
{
	char *copy = fuzz_text((const u8 *)text, strlen(text));
	enum mps_cmd_error e;

	memset(c, 0xa5, sizeof(*c));
	e = mps_rule_parse(copy, c);
	free(copy);
	return e;
}

/* Each value is one that its key may have; and it can be printed and read. */
static void check_accepted(const struct mps_rule_cmd *c)
{
	struct mps_rule_cmd again;
	char line[SHOW_SIZE];
	unsigned int k, keys = 0;

	HOLDS(!(c->opts.features >> MPSCOPE_NR_FEATURES));
	for (k = 0; k < MPS_NR_RULE_KEYS; k++) {
		const char *v = c->value[k];

		HOLDS(memchr(v, '\0', sizeof(c->value[k])));
		if (!*v)
			continue;
		keys++;
		HOLDS(k == MPS_RULE_COMM || *v == '/');
		for (; *v; v++)
			HOLDS((unsigned char)*v >= ' ' && *v != 0x7f);
	}
	HOLDS(keys);
	HOLDS(mps_rule_same(c, c));
	show_rule(line, c);
	HOLDS(parse(line, &again) == MPS_CMD_OK);
	HOLDS(same_rule(c, &again));
}

/* The grammar alone does not know these: keys, lengths, globs, paths. */
static bool beyond_grammar(enum mps_cmd_error e)
{
	return e == MPS_CMD_TWICE || e == MPS_CMD_TOO_LONG ||
	       e == MPS_CMD_NOT_ABSOLUTE || e == MPS_CMD_BAD_GLOB ||
	       e == MPS_CMD_REMOVE_OPTS;
}

int fuzz_one(const u8 *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct mps_rule_cmd c, other;
	enum mps_cmd_error e = parse(text, &c);
	enum grammar what;

	HOLDS(e < MPS_NR_CMD_ERRORS);
	HOLDS(e != MPS_CMD_NOT_PID && e != MPS_CMD_PID_RANGE);
	text[strcspn(text, "\n")] = '\0';
	/* what follows the line does not matter */
	HOLDS(parse(text, &other) == e);
	what = grammar_of_rule(text);
	HOLDS((e == MPS_CMD_SKIP) == (what == GRAMMAR_SKIP));
	if (e == MPS_CMD_OK) {
		HOLDS(what == GRAMMAR_YES);
		HOLDS(same_rule(&c, &other));
		check_accepted(&c);
		fuzz_accepted++;
	} else {
		HOLDS(what != GRAMMAR_YES || beyond_grammar(e));
		fuzz_refused++;
	}
	free(text);
	return 0;
}
