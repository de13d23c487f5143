// SPDX-License-Identifier: GPL-2.0
/* Test: one line of text, formatted and parsed. */
#include <stdlib.h>

#include "tap.h"
#include "vec_statline.h"

/* A copy without a terminator, so that reading past its end is seen. */
static char *exact(const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1);

	return memcpy(copy, text, len);
}

/* Is what was written to l, which is not terminated, this text? */
static bool wrote(const struct mps_line *l, const char *text)
{
	return l->len == strlen(text) && !mps_line_overflow(l) &&
	       !memcmp(l->buf, text, l->len);
}

static int parse_str(const char *word, size_t len, char *out, size_t size)
{
	char *w = exact(word, len);
	int ret = mps_word_str(w, len, out, size);

	free(w);
	return ret;
}

static void test_strings(void)
{
	char buf[64], out[64];
	struct mps_line l;
	unsigned int i;

	for (i = 0; i < NR(vec_str); i++) {
		const struct vec_str *v = &vec_str[i];
		int len = strlen(v->raw);

		mps_line_init(&l, buf, sizeof(buf));
		mps_line_str(&l, v->raw);
		tap_ok(wrote(&l, v->word) &&
		       parse_str(buf, l.len, out, sizeof(out)) == len &&
		       !strcmp(out, v->raw), "string to %s and back", v->word);
	}
	for (i = 0; i < NR(vec_word_str); i++) {
		const struct vec_word_str *v = &vec_word_str[i];
		int ret = parse_str(v->word, strlen(v->word), out, sizeof(out));

		if (!tap_ok(ret == v->ret && (ret < 0 || !strcmp(out, v->raw)),
			    "word %s: %d", v->word, v->ret))
			tap_note("got %d", ret);
	}
}

/* Alone and between others, each byte comes back and is one plain word. */
static void test_every_byte(void)
{
	char raw[4], word[32], out[8];
	struct mps_line l;
	unsigned int c, i, bad = 0;

	for (c = 1; c < 256; c++)
		for (i = 0; i < 2; i++) {
			bool good = true;
			size_t n;

			memcpy(raw, i ? "aXb" : "X", i ? 4 : 2);
			raw[i] = c;
			mps_line_init(&l, word, sizeof(word));
			mps_line_str(&l, raw);
			for (n = 0; n < l.len; n++)
				good = good && word[n] > ' ' && word[n] <= '~';
			if (!good ||
			    parse_str(word, l.len, out, sizeof(out)) != (int)strlen(raw) ||
			    strcmp(out, raw)) {
				tap_note("byte %u is lost", c);
				bad++;
			}
		}
	tap_ok(!bad, "each byte comes back");
}

/* Room for the string and its terminator is enough, one less is not. */
static void test_room(void)
{
	unsigned int size, bad = 0;
	char *out;

	for (size = 0; size < 8; size++) {
		int want = size > 4 ? 4 : -E2BIG;

		out = malloc(size ? size : 1);
		bad += parse_str("a\\040bc", 7, out, size) != want;
		free(out);
	}
	out = malloc(1);
	bad += parse_str("\\000", 4, out, 0) != -E2BIG;
	bad += parse_str("\\000", 4, out, 1) != 0 || *out;
	bad += parse_str("", 0, out, 0) != -E2BIG;
	bad += parse_str("", 0, out, 1) != 0 || *out;
	free(out);
	out = malloc(8);
	bad += parse_str("a\0b", 3, out, 8) != -EINVAL;
	bad += parse_str("\0", 1, out, 8) != -EINVAL;
	free(out);
	tap_ok(!bad, "a string too long for its buffer: E2BIG; a zero byte: EINVAL");
}

static void test_numbers(void)
{
	unsigned int i;

	for (i = 0; i < NR(vec_word_num); i++) {
		const struct vec_word_num *v = &vec_word_num[i];
		size_t len = strlen(v->word);
		char *w = exact(v->word, len);
		u64 u = 99;
		s64 s = 99;
		int ret = mps_word_u64(w, len, &u);

		if (!tap_ok(ret == v->ret_u64 && u == (ret ? 99 : v->u),
			    "\"%s\" as u64: %d", v->word, v->ret_u64))
			tap_note("got %d, %llu", ret, (unsigned long long)u);
		ret = mps_word_s64(w, len, &s);
		if (!tap_ok(ret == v->ret_s64 && s == (ret ? 99 : v->s),
			    "\"%s\" as s64: %d", v->word, v->ret_s64))
			tap_note("got %d, %lld", ret, (long long)s);
		free(w);
	}
}

static void test_lines(void)
{
	unsigned int i;

	for (i = 0; i < NR(vec_line); i++) {
		const struct vec_line *v = &vec_line[i];
		char *line = exact(v->line, strlen(v->line) + 1);
		const char *p = line, *w;
		unsigned int n = 0, good = 1;
		size_t len;

		while ((w = mps_line_next(&p, &len)) && n < NR(v->word)) {
			good &= v->word[n] && strlen(v->word[n]) == len &&
				!memcmp(v->word[n], w, len) && p == w + len;
			n++;
		}
		good &= n == NR(v->word) || !v->word[n];
		good &= !mps_line_next(&p, &len);	/* and so it stays */
		tap_ok(good, "line %u: %u words", i + 1, n);
		free(line);
	}
}

static void put_record(struct mps_line *l)
{
	mps_line_u64(l, 0);
	mps_line_u64(l, U64_MAX);
	mps_line_s64(l, INT64_MIN);
	mps_line_s64(l, INT64_MAX);
	mps_line_s64(l, -1);
	mps_line_none(l);
	mps_line_str(l, "a b");
	mps_line_end(l);
	mps_line_str(l, "-");
	mps_line_str(l, "");
	mps_line_end(l);
}

static const char record[] =
	"0 18446744073709551615 -9223372036854775808 9223372036854775807 -1 - a\\040b\n"
	"\\055 \\000\n";

/* In a buffer of any size: never past it, cut where it ends, and told. */
static void test_overflow(void)
{
	unsigned int bad = 0;
	struct mps_line l;
	size_t size;

	for (size = 0; size < sizeof(record) + 8; size++) {
		char *buf = malloc(size ? size : 1);
		size_t kept = size < sizeof(record) - 1 ? size : sizeof(record) - 1;

		mps_line_init(&l, buf, size);
		put_record(&l);
		bad += !mps_line_overflow(&l) && l.len != sizeof(record) - 1;
		bad += mps_line_overflow(&l) != (size < sizeof(record) - 1);
		bad += memcmp(buf, record, kept) != 0;
		free(buf);
	}
	tap_ok(!bad, "a record in a buffer of each size up to its own");
}

int main(void)
{
	tap_plan(NR(vec_str) + NR(vec_word_str) + 2 * NR(vec_word_num) +
		 NR(vec_line) + 3);
	test_strings();
	test_every_byte();
	test_room();
	test_numbers();
	test_lines();
	test_overflow();
	return tap_end();
}
