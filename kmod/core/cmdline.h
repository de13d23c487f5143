/* SPDX-License-Identifier: GPL-2.0 */
/* The grammar of what is written to tags and rules. */
#ifndef _MPS_CORE_CMDLINE_H
#define _MPS_CORE_CMDLINE_H

#include "port.h"

/* What follows the PID or the rule. */
struct mps_opts {
	bool children;
	u32 features;		/* bit per enum mpscope_feature */
};

struct mps_tag_cmd {
	bool remove;
	u32 pid;		/* 1 to INT_MAX */
	struct mps_opts opts;
};

enum mps_rule_key {
	MPS_RULE_COMM,
	MPS_RULE_EXE,
	MPS_RULE_CGROUP,
	MPS_NR_RULE_KEYS
};

extern const char * const mps_rule_key_names[MPS_NR_RULE_KEYS];

struct mps_rule_cmd {
	bool remove;
	struct mps_opts opts;
	/* "" if the rule does not have the key */
	char value[MPS_NR_RULE_KEYS][MPSCOPE_MAX_PATTERN + 1];
};

/* One of these, with a sentence each: what is wrong and what would be right. */
enum mps_cmd_error {
	MPS_CMD_OK,
	MPS_CMD_SKIP,		/* blank, "# ...", "version ..." */
	MPS_CMD_NOT_PID,
	MPS_CMD_PID_RANGE,
	MPS_CMD_BAD_FEATURE,
	MPS_CMD_BAD_WORD,
	MPS_CMD_REMOVE_OPTS,
	MPS_CMD_BAD_KEY,
	MPS_CMD_TWICE,
	MPS_CMD_NO_VALUE,
	MPS_CMD_TOO_LONG,
	MPS_CMD_QUOTE,
	MPS_CMD_NOT_ABSOLUTE,
	MPS_CMD_BAD_GLOB,
	MPS_CMD_BAD_BYTE,
	MPS_NR_CMD_ERRORS
};

const char *mps_cmd_sentence(enum mps_cmd_error e);

/**
 * mps_tag_parse() - one line for tags: [!]PID [threads|children] [F,F|none]
 * mps_rule_parse() - one line for rules: [!]KEY=VALUE ... [threads|children] [F,F|none]
 * @line: up to a newline or the terminator
 *
 * Context: COLD; pure. Return: MPS_CMD_OK, MPS_CMD_SKIP, or the first error;
 * *c is undefined then.
 */
enum mps_cmd_error mps_tag_parse(const char *line, struct mps_tag_cmd *c);
enum mps_cmd_error mps_rule_parse(const char *line, struct mps_rule_cmd *c);

/* Same keys with the same values; options do not count. */
bool mps_rule_same(const struct mps_rule_cmd *a, const struct mps_rule_cmd *b);

#endif /* _MPS_CORE_CMDLINE_H */
