// SPDX-License-Identifier: GPL-2.0
/* Test: the grammar of tags and rules. */
#include <stdlib.h>

#include "show.h"
#include "tap.h"
#include "vec_cmdline.h"

/* The line as it is printed in a result: its first bytes, made harmless. */
static const char *shown(const char *line)
{
	static char buf[48];
	unsigned int i;

	for (i = 0; i < sizeof(buf) - 4 && line[i]; i++)
		buf[i] = line[i] >= ' ' && line[i] <= '~' && line[i] != '#' ?
			 line[i] : '?';
	strcpy(buf + i, line[i] ? "..." : "");
	return buf;
}

/* In memory of just its size, so that reading past its end is seen. */
static enum mps_cmd_error parse_tag(const char *line, struct mps_tag_cmd *c)
{
	char *copy = strdup(line);
	enum mps_cmd_error e;

	memset(c, 0xa5, sizeof(*c));	/* what a heap may leave */
	e = mps_tag_parse(copy, c);
	free(copy);
	return e;
}

static enum mps_cmd_error parse_rule(const char *line, struct mps_rule_cmd *c)
{
	char *copy = strdup(line);
	enum mps_cmd_error e;

	memset(c, 0xa5, sizeof(*c));
	e = mps_rule_parse(copy, c);
	free(copy);
	return e;
}

static void test_tags(void)
{
	struct mps_tag_cmd c, again;
	char line[SHOW_SIZE];
	enum mps_cmd_error e;
	unsigned int i;

	for (i = 0; i < NR(vec_tag); i++) {
		const struct vec_tag *v = &vec_tag[i];

		e = parse_tag(v->line, &c);
		if (!tap_ok(e == MPS_CMD_OK && same_tag(&c, &v->cmd), "tag: %s",
			    shown(v->line)))
			tap_note("got: %s", mps_cmd_sentence(e));
		show_tag(line, &v->cmd);
		e = parse_tag(line, &again);
		tap_ok(e == MPS_CMD_OK && same_tag(&again, &v->cmd),
		       "tag: read back: %s", line);
	}
	for (i = 0; i < NR(vec_tag_refused); i++) {
		const struct vec_refused *v = &vec_tag_refused[i];

		e = parse_tag(v->line, &c);
		if (!tap_ok(e == v->error, "no tag: %s", shown(v->line)))
			tap_note("got: %s", mps_cmd_sentence(e));
	}
}

static void test_rules(void)
{
	struct mps_rule_cmd c, again;
	char line[SHOW_SIZE];
	enum mps_cmd_error e;
	unsigned int i;

	for (i = 0; i < NR(vec_rule); i++) {
		const struct vec_rule *v = &vec_rule[i];

		e = parse_rule(v->line, &c);
		if (!tap_ok(e == MPS_CMD_OK && same_rule(&c, &v->cmd),
			    "rule: %s", shown(v->line)))
			tap_note("got: %s", mps_cmd_sentence(e));
		show_rule(line, &v->cmd);
		e = parse_rule(line, &again);
		tap_ok(e == MPS_CMD_OK && same_rule(&again, &v->cmd),
		       "rule: read back: %s", shown(line));
	}
	for (i = 0; i < NR(vec_rule_refused); i++) {
		const struct vec_refused *v = &vec_rule_refused[i];

		e = parse_rule(v->line, &c);
		if (!tap_ok(e == v->error, "no rule: %s", shown(v->line)))
			tap_note("got: %s", mps_cmd_sentence(e));
	}
}

/* Two rules are the same if all keys are; options do not count. */
static void test_same(void)
{
	unsigned int i, k, bad = 0;

	for (i = 0; i < NR(vec_rule); i++)
		for (k = 0; k < NR(vec_rule); k++) {
			const struct mps_rule_cmd *a = &vec_rule[i].cmd;
			const struct mps_rule_cmd *b = &vec_rule[k].cmd;
			bool same = !memcmp(a->value, b->value, sizeof(a->value));

			bad += mps_rule_same(a, b) != same;
		}
	tap_ok(!bad, "rules are the same by their keys alone");
}

/* Each error has a sentence of its own, which fits into last_error. */
static void test_sentences(void)
{
	unsigned int e, k, bad = 0;

	for (e = 0; e < MPS_NR_CMD_ERRORS; e++) {
		const char *s = mps_cmd_sentence(e);

		bad += !s || !*s || strlen(s) > 128;
		if (e > MPS_CMD_SKIP)	/* what is wrong: what is right */
			bad += !strstr(s, ": ") && !strchr(s, ',');
		for (k = 0; k < e; k++)
			bad += !strcmp(s, mps_cmd_sentence(k));
	}
	bad += strcmp(mps_cmd_sentence(MPS_NR_CMD_ERRORS), "unknown error") != 0;
	bad += strcmp(mps_cmd_sentence(-1), "unknown error") != 0;
	tap_ok(!bad, "each error has a sentence of its own");
}

/* The vectors provoke each error there is. */
static void test_complete(void)
{
	bool seen[MPS_NR_CMD_ERRORS] = { [MPS_CMD_OK] = true };
	unsigned int i, missed = 0;

	for (i = 0; i < NR(vec_tag_refused); i++)
		seen[vec_tag_refused[i].error] = true;
	for (i = 0; i < NR(vec_rule_refused); i++)
		seen[vec_rule_refused[i].error] = true;
	for (i = 0; i < MPS_NR_CMD_ERRORS; i++)
		if (!seen[i]) {
			tap_note("never: %s", mps_cmd_sentence(i));
			missed++;
		}
	tap_ok(!missed, "each error is provoked");
}

int main(void)
{
	tap_plan(2 * NR(vec_tag) + NR(vec_tag_refused) + 2 * NR(vec_rule) +
		 NR(vec_rule_refused) + 3);
	test_tags();
	test_rules();
	test_same();
	test_sentences();
	test_complete();
	return tap_end();
}
