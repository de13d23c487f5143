// SPDX-License-Identifier: GPL-2.0
/* Fuzz target: one word as a number and as a string; libc is the witness. */
#include <stdlib.h>

#include "../statline.h"
#include "fuzz.h"

const char * const fuzz_corpus[] = {
	"0", "-1", "-", "18446744073709551615", "18446744073709551616",
	"9223372036854775807", "-9223372036854775808", "-9223372036854775809",
	"a\\040b", "\\000", "\\055", "\\377\\134", "Web\\040Content", "", NULL
};

const char * const fuzz_words[] = {
	"\\", "\\0", "\\000", "\\055", "\\377", "\\400", "0", "9", "-", "+",
	"18446744073709551615", "9223372036854775808", "nginx", NULL
};

/* [-]digits, which libc is less strict about */
static bool is_number(const char *w, bool with_sign)
{
	w += with_sign && *w == '-';
	return *w && strspn(w, "0123456789") == strlen(w);
}

/* @text: the same as @w, with a terminator */
static int check_u64(const char *w, size_t len, const char *text)
{
	struct mps_line l;
	char buf[32];
	u64 v = 1234, witness;
	int ret = mps_word_u64(w, len, &v);

	errno = 0;
	witness = strtoull(text, NULL, 10);
	if (len == 1 && *w == '-') {
		HOLDS(ret == -ENODATA);
	} else if (strlen(text) != len || !is_number(text, false)) {
		HOLDS(ret == -EINVAL);
	} else if (errno == ERANGE) {
		HOLDS(ret == -ERANGE);
	} else {
		HOLDS(!ret && v == witness);
		mps_line_init(&l, buf, sizeof(buf));
		mps_line_u64(&l, v);
		HOLDS(l.len <= len && !mps_line_overflow(&l));
		HOLDS(!memcmp(buf, w + len - l.len, l.len));
	}
	HOLDS(!ret || v == 1234);
	return ret;
}

static int check_s64(const char *w, size_t len, const char *text)
{
	struct mps_line l;
	char buf[32];
	s64 v = 1234, witness, again;
	int ret = mps_word_s64(w, len, &v);

	errno = 0;
	witness = strtoll(text, NULL, 10);
	if (len == 1 && *w == '-') {
		HOLDS(ret == -ENODATA);
	} else if (strlen(text) != len || !is_number(text, true)) {
		HOLDS(ret == -EINVAL);
	} else if (errno == ERANGE) {
		HOLDS(ret == -ERANGE);
	} else {
		HOLDS(!ret && v == witness);
		mps_line_init(&l, buf, sizeof(buf));
		mps_line_s64(&l, v);
		HOLDS(!mps_line_overflow(&l));
		HOLDS(!mps_word_s64(buf, l.len, &again) && again == v);
	}
	HOLDS(!ret || v == 1234);
	return ret;
}

/* In a buffer of any size; what comes out is written and read the same. */
static int check_str(const char *w, size_t len, size_t room)
{
	char *out = malloc(len + 1);	/* always enough */
	char *word, *again;
	struct mps_line l;
	int full, ret;

	full = mps_word_str(w, len, out, len + 1);
	HOLDS(full != -E2BIG && full <= (int)len);
	again = malloc(room ? room : 1);
	ret = mps_word_str(w, len, again, room);
	if (full >= 0) {
		HOLDS(strlen(out) == (size_t)full);
		HOLDS(ret == ((size_t)full < room ? full : -E2BIG));
		HOLDS(ret < 0 || !strcmp(out, again));
		word = malloc(4 * len + 4);
		mps_line_init(&l, word, 4 * len + 4);
		mps_line_str(&l, out);
		HOLDS(!mps_line_overflow(&l) && l.len);
		free(again);
		again = malloc(full + 1);
		HOLDS(mps_word_str(word, l.len, again, full + 1) == full);
		HOLDS(!strcmp(out, again));
		free(word);
	} else {
		HOLDS(full == -EINVAL || full == -ENODATA);
		HOLDS(ret == full || ret == -E2BIG);
	}
	free(again);
	free(out);
	return full;
}

int fuzz_one(const u8 *data, size_t size)
{
	char *text = fuzz_text(data, size), *w = fuzz_exact(data, size);
	int u = check_u64(w, size, text), s = check_s64(w, size, text);
	int str = check_str(w, size, size ? data[size - 1] % 16 : 0);

	if (!u || !s || (str >= 0 && memchr(w, '\\', size)))
		fuzz_accepted++;
	else
		fuzz_refused++;
	free(w);
	free(text);
	return 0;
}
