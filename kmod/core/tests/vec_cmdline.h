/* SPDX-License-Identifier: GPL-2.0 */
/* Commands for tags and rules: what each means, or what is wrong with it. */
#ifndef _MPS_CORE_TESTS_VEC_CMDLINE_H
#define _MPS_CORE_TESTS_VEC_CMDLINE_H

#include "../cmdline.h"

/* A new feature, key or error needs its vectors here first. */
static_assert(MPSCOPE_NR_FEATURES == 3);
static_assert(MPS_NR_RULE_KEYS == 3);
static_assert(MPS_NR_CMD_ERRORS == 15);

enum vec_features {
	EP = 1 << MPSCOPE_FEATURE_EPOLL,
	MI = 1 << MPSCOPE_FEATURE_MIGRATE,
	WA = 1 << MPSCOPE_FEATURE_WAKERS
};

struct vec_tag {
	const char *line;
	struct mps_tag_cmd cmd;
};

#define TAG(p, c, f)	{ .pid = p, .opts = { .children = c, .features = f } }
#define UNTAG(p)	{ .remove = true, .pid = p, .opts = { .features = EP | MI } }

static const struct vec_tag vec_tag[] = {
	{ "1", TAG(1, false, EP | MI) },
	{ "4711", TAG(4711, false, EP | MI) },
	{ "4711\n", TAG(4711, false, EP | MI) },
	{ "4711\nnonsense", TAG(4711, false, EP | MI) },
	{ " \t4711 \t", TAG(4711, false, EP | MI) },
	{ "2147483647", TAG(2147483647, false, EP | MI) },
	{ "0042", TAG(42, false, EP | MI) },
	{ "5 threads", TAG(5, false, EP | MI) },
	{ "5 children", TAG(5, true, EP | MI) },
	{ "5 none", TAG(5, false, 0) },
	{ "5 epoll", TAG(5, false, EP) },
	{ "5 migrate", TAG(5, false, MI) },
	{ "5 wakers", TAG(5, false, WA) },
	{ "5 wakers,epoll", TAG(5, false, EP | WA) },
	{ "5 epoll,epoll", TAG(5, false, EP) },
	{ "5 children none", TAG(5, true, 0) },
	{ "5\tchildren\tepoll,migrate,wakers\n", TAG(5, true, EP | MI | WA) },
	/* as tags prints them */
	{ "4711 threads epoll,migrate", TAG(4711, false, EP | MI) },
	{ "4711 children none", TAG(4711, true, 0) },
	{ "!5", UNTAG(5) },
	{ " !5\040\n", UNTAG(5) },
	{ "!2147483647", UNTAG(2147483647) },
};

struct vec_refused {
	const char *line;
	enum mps_cmd_error error;
};

static const struct vec_refused vec_tag_refused[] = {
	{ "", MPS_CMD_SKIP },
	{ "\n", MPS_CMD_SKIP },
	{ " \t ", MPS_CMD_SKIP },
	{ "\040\n5", MPS_CMD_SKIP },
	{ "#", MPS_CMD_SKIP },
	{ "# " MPSCOPE_COLS_TAGS, MPS_CMD_SKIP },
	{ "#5", MPS_CMD_SKIP },
	{ "  # 5", MPS_CMD_SKIP },
	{ "version 1", MPS_CMD_SKIP },
	{ "version", MPS_CMD_SKIP },
	{ "version1", MPS_CMD_NOT_PID },
	{ "versions 1", MPS_CMD_NOT_PID },
	{ "Version 1", MPS_CMD_NOT_PID },
	{ "!version 1", MPS_CMD_NOT_PID },
	{ "x", MPS_CMD_NOT_PID },
	{ "5x", MPS_CMD_NOT_PID },
	{ "-5", MPS_CMD_NOT_PID },
	{ "+5", MPS_CMD_NOT_PID },
	{ "5.0", MPS_CMD_NOT_PID },
	{ "0x5", MPS_CMD_NOT_PID },
	{ "5,6", MPS_CMD_NOT_PID },
	{ "5\r\n", MPS_CMD_NOT_PID },
	{ "\xb5", MPS_CMD_NOT_PID },
	{ "-", MPS_CMD_NOT_PID },
	{ "!", MPS_CMD_NOT_PID },
	{ "!-", MPS_CMD_NOT_PID },
	{ "! 5", MPS_CMD_NOT_PID },
	{ "!!5", MPS_CMD_NOT_PID },
	{ "5!", MPS_CMD_NOT_PID },
	{ "99999999999999999999x", MPS_CMD_NOT_PID },
	{ "comm=nginx", MPS_CMD_NOT_PID },
	{ "0", MPS_CMD_PID_RANGE },
	{ "!0", MPS_CMD_PID_RANGE },
	{ "00", MPS_CMD_PID_RANGE },
	{ "2147483648", MPS_CMD_PID_RANGE },
	{ "4294967297", MPS_CMD_PID_RANGE },	/* 1 as u32 */
	{ "18446744073709551615", MPS_CMD_PID_RANGE },
	{ "18446744073709551617", MPS_CMD_PID_RANGE },	/* 1 as u64 */
	{ "!99999999999999999999", MPS_CMD_PID_RANGE },
	{ "0 nonsense", MPS_CMD_PID_RANGE },
	{ "5 6", MPS_CMD_BAD_FEATURE },
	{ "5 all", MPS_CMD_BAD_FEATURE },
	{ "5 Epoll", MPS_CMD_BAD_FEATURE },
	{ "5 epol", MPS_CMD_BAD_FEATURE },
	{ "5 epolls", MPS_CMD_BAD_FEATURE },
	{ "5 epoll,", MPS_CMD_BAD_FEATURE },
	{ "5 ,epoll", MPS_CMD_BAD_FEATURE },
	{ "5 epoll,,wakers", MPS_CMD_BAD_FEATURE },
	{ "5 ,", MPS_CMD_BAD_FEATURE },
	{ "5 none,epoll", MPS_CMD_BAD_FEATURE },
	{ "5 epoll,none", MPS_CMD_BAD_FEATURE },
	{ "5 -", MPS_CMD_BAD_FEATURE },
	{ "5 thread", MPS_CMD_BAD_FEATURE },
	{ "5 children threads", MPS_CMD_BAD_FEATURE },
	{ "5 children children", MPS_CMD_BAD_FEATURE },
	{ "5 epoll\r", MPS_CMD_BAD_FEATURE },
	{ "5 epoll wakers", MPS_CMD_BAD_WORD },
	{ "5 epoll, wakers", MPS_CMD_BAD_FEATURE },
	{ "5 epoll threads", MPS_CMD_BAD_WORD },
	{ "5 threads epoll 6", MPS_CMD_BAD_WORD },
	{ "5 none none", MPS_CMD_BAD_WORD },
	{ "!5 threads", MPS_CMD_REMOVE_OPTS },
	{ "!5 epoll", MPS_CMD_REMOVE_OPTS },
	{ "!5 nonsense", MPS_CMD_REMOVE_OPTS },
	{ "!5 !6", MPS_CMD_REMOVE_OPTS },
};

#include "vec_rule.h"

#undef TAG
#undef UNTAG

#endif /* _MPS_CORE_TESTS_VEC_CMDLINE_H */
