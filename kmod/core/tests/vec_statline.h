/* SPDX-License-Identifier: GPL-2.0 */
/* Strings and their escaped form; words, and what each parser says of them. */
#ifndef _MPS_CORE_TESTS_VEC_STATLINE_H
#define _MPS_CORE_TESTS_VEC_STATLINE_H

#include "../statline.h"

struct vec_str {
	const char *raw;
	const char *word;
};

static const struct vec_str vec_str[] = {
	{ "", "\\000" },
	{ "-", "\\055" },
	{ "--", "--" },
	{ "-1", "-1" },
	{ "nginx", "nginx" },
	{ "a b", "a\\040b" },
	{ " ", "\\040" },
	{ "\t", "\\011" },
	{ "a\nb", "a\\012b" },
	{ "\\", "\\134" },
	{ "\\000", "\\134000" },
	{ "\"", "\"" },
	{ "!~", "!~" },
	{ "\x7f", "\\177" },
	{ "\x80", "\\200" },
	{ "\xff", "\\377" },
	{ "\x01", "\\001" },
	{ "\xc3\xa9", "\\303\\251" },
	{ "Web Content", "Web\\040Content" },
};

struct vec_word_str {
	const char *word;
	int ret;		/* length or error */
	const char *raw;
};

/* Read only: the formatter does not write them so. */
static const struct vec_word_str vec_word_str[] = {
	{ "-", -ENODATA, "" },
	{ "\\141", 1, "a" },	/* more escaped than needed */
	{ "\\055\\055", 2, "--" },
	{ "\xe9", 1, "\xe9" },	/* less escaped than needed */
	{ "\\", -EINVAL, "" },
	{ "\\0", -EINVAL, "" },
	{ "\\00", -EINVAL, "" },
	{ "a\\01", -EINVAL, "" },
	{ "\\400", -EINVAL, "" },
	{ "\\080", -EINVAL, "" },
	{ "\\008", -EINVAL, "" },
	{ "\\n", -EINVAL, "" },
	{ "\\x41", -EINVAL, "" },
	{ "\\-01", -EINVAL, "" },
	{ "\\ 01", -EINVAL, "" },
	{ "\\\\040", -EINVAL, "" },
	{ "a\\000", -EINVAL, "" },	/* a zero byte within */
	{ "\\000a", -EINVAL, "" },
	{ "\\000\\000", -EINVAL, "" },
};

struct vec_word_num {
	const char *word;
	int ret_u64;
	u64 u;
	int ret_s64;
	s64 s;
};

static const struct vec_word_num vec_word_num[] = {
	{ "0", 0, 0, 0, 0 },
	{ "7", 0, 7, 0, 7 },
	{ "007", 0, 7, 0, 7 },
	{ "-0", -EINVAL, 0, 0, 0 },
	{ "-7", -EINVAL, 0, 0, -7 },
	{ "-", -ENODATA, 0, -ENODATA, 0 },
	{ "", -EINVAL, 0, -EINVAL, 0 },
	{ "--", -EINVAL, 0, -EINVAL, 0 },
	{ "--7", -EINVAL, 0, -EINVAL, 0 },
	{ "+7", -EINVAL, 0, -EINVAL, 0 },
	{ " 7", -EINVAL, 0, -EINVAL, 0 },
	{ "7 ", -EINVAL, 0, -EINVAL, 0 },
	{ "7-", -EINVAL, 0, -EINVAL, 0 },
	{ "0x7", -EINVAL, 0, -EINVAL, 0 },
	{ "7a", -EINVAL, 0, -EINVAL, 0 },
	{ "7/", -EINVAL, 0, -EINVAL, 0 },	/* '/' is '0' - 1 */
	{ "7:", -EINVAL, 0, -EINVAL, 0 },	/* ':' is '9' + 1 */
	{ "\xb7", -EINVAL, 0, -EINVAL, 0 },	/* '7' + 128 */
	{ "1.5", -EINVAL, 0, -EINVAL, 0 },
	{ "4294967296", 0, 4294967296ull, 0, 4294967296ll },
	{ "9223372036854775807", 0, INT64_MAX, 0, INT64_MAX },
	{ "9223372036854775808", 0, 1ull << 63, -ERANGE, 0 },
	{ "-9223372036854775807", -EINVAL, 0, 0, -INT64_MAX },
	{ "-9223372036854775808", -EINVAL, 0, 0, INT64_MIN },
	{ "-9223372036854775809", -EINVAL, 0, -ERANGE, 0 },
	{ "18446744073709551609", 0, U64_MAX - 6, -ERANGE, 0 },
	{ "18446744073709551615", 0, U64_MAX, -ERANGE, 0 },
	{ "18446744073709551616", -ERANGE, 0, -ERANGE, 0 },
	{ "18446744073709551620", -ERANGE, 0, -ERANGE, 0 },
	{ "-18446744073709551615", -EINVAL, 0, -ERANGE, 0 },
	{ "-18446744073709551616", -EINVAL, 0, -ERANGE, 0 },
	{ "99999999999999999999", -ERANGE, 0, -ERANGE, 0 },
	{ "184467440737095516150", -ERANGE, 0, -ERANGE, 0 },
	{ "0000000000000000000000000000042", 0, 42, 0, 42 },
	/* out of range is a number; this is none */
	{ "99999999999999999999x", -EINVAL, 0, -EINVAL, 0 },
	{ "-99999999999999999999x", -EINVAL, 0, -EINVAL, 0 },
};

struct vec_line {
	const char *line;
	const char *word[4];	/* up to the first NULL */
};

static const struct vec_line vec_line[] = {
	{ "", { NULL } },
	{ "\n", { NULL } },
	{ " \t\040\n", { NULL } },
	{ "\nnext line", { NULL } },
	{ "a", { "a" } },
	{ "a\n", { "a" } },
	{ "a b c", { "a", "b", "c" } },
	{ "  a\t\tb \040\nc", { "a", "b" } },
	{ "a\\040b -", { "a\\040b", "-" } },
	{ "a\rb", { "a\rb" } },
	{ "\xa0 a", { "\xa0", "a" } },
};

#endif /* _MPS_CORE_TESTS_VEC_STATLINE_H */
