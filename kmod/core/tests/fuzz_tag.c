// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: a line for tags. A regular expression says independently what
 * the grammar is.
 */
#include "fuzz.h"
#include "grammar.h"
#include "show.h"

const char * const fuzz_corpus[] = {
	"4711", "5 threads epoll,migrate", "5 children none", "!5",
	"2147483647", "2147483648", "18446744073709551616", "version 1",
	"# " MPSCOPE_COLS_TAGS, " 5\t wakers\040\n6", "0", "", "5 epoll epoll", NULL
};

const char * const fuzz_words[] = {
	"threads", "children", "epoll", "migrate", "wakers", "none", ",", " ",
	"\t", "\n", "!", "#", "version", "0", "2147483647", "99999999999999999999",
	NULL
};

static enum mps_cmd_error parse(const char *text, struct mps_tag_cmd *c)
{
	char *copy = fuzz_text((const u8 *)text, strlen(text));
	enum mps_cmd_error e;

	memset(c, 0xa5, sizeof(*c));
	e = mps_tag_parse(copy, c);
	free(copy);
	return e;
}

/* What is accepted means the same when it is printed and read again. */
static void check_accepted(const struct mps_tag_cmd *c)
{
	struct mps_tag_cmd again;
	char line[SHOW_SIZE];

	HOLDS(c->pid >= 1 && c->pid <= INT_MAX);
	HOLDS(!(c->opts.features >> MPSCOPE_NR_FEATURES));
	HOLDS(c->remove ? !c->opts.children : true);
	show_tag(line, c);
	HOLDS(parse(line, &again) == MPS_CMD_OK);
	HOLDS(same_tag(c, &again));
}

int fuzz_one(const u8 *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct mps_tag_cmd c, other;
	enum mps_cmd_error e = parse(text, &c);
	enum grammar what;

	HOLDS(e < MPS_NR_CMD_ERRORS);
	text[strcspn(text, "\n")] = '\0';
	/* what follows the line does not matter */
	HOLDS(parse(text, &other) == e);
	what = grammar_of_tag(text);
	HOLDS((e == MPS_CMD_SKIP) == (what == GRAMMAR_SKIP));
	switch (e) {
	case MPS_CMD_OK:
		HOLDS(what == GRAMMAR_YES);
		HOLDS(same_tag(&c, &other));
		check_accepted(&c);
		break;
	case MPS_CMD_SKIP:
		break;
	case MPS_CMD_NOT_PID:
	case MPS_CMD_BAD_FEATURE:
	case MPS_CMD_BAD_WORD:
		HOLDS(what == GRAMMAR_NO);
		break;
	default:	/* no number of a process, whatever follows; or !PID ... */
		HOLDS(e == MPS_CMD_PID_RANGE || e == MPS_CMD_REMOVE_OPTS);
		HOLDS(e == MPS_CMD_PID_RANGE || strchr(text, '!'));
	}
	if (e == MPS_CMD_OK)
		fuzz_accepted++;
	else
		fuzz_refused++;
	free(text);
	return 0;
}
