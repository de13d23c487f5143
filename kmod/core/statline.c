// SPDX-License-Identifier: GPL-2.0
/* Formatter and parser of one line. */
#include "statline.h"

static void put(struct mps_line *l, char c)
{
	if (l->len < l->size)
		l->buf[l->len] = c;
	l->len++;
}

static void separate(struct mps_line *l)
{
	if (l->len && (l->len > l->size || l->buf[l->len - 1] != '\n'))
		put(l, ' ');
}

static void digits(struct mps_line *l, u64 v)
{
	char d[20];
	unsigned int n = 0;

	do {
		d[n++] = '0' + v % 10;
		v /= 10;
	} while (v);
	while (n--)
		put(l, d[n]);
}

void mps_line_u64(struct mps_line *l, u64 v)
{
	separate(l);
	digits(l, v);
}

void mps_line_s64(struct mps_line *l, s64 v)
{
	separate(l);
	if (v < 0)
		put(l, '-');
	digits(l, v < 0 ? 0 - (u64)v : (u64)v);
}

void mps_line_none(struct mps_line *l)
{
	separate(l);
	put(l, '-');
}

static void escape(struct mps_line *l, unsigned char c)
{
	put(l, '\\');
	put(l, '0' + (c >> 6));
	put(l, '0' + ((c >> 3) & 7));
	put(l, '0' + (c & 7));
}

void mps_line_str(struct mps_line *l, const char *s)
{
	bool whole = !*s || (s[0] == '-' && !s[1]);

	separate(l);
	if (whole) {
		escape(l, *s);
		return;
	}
	for (; *s; s++) {
		if (*s > ' ' && *s <= '~' && *s != '\\')
			put(l, *s);
		else
			escape(l, *s);
	}
}

void mps_line_end(struct mps_line *l)
{
	put(l, '\n');
}

const char *mps_line_next(const char **cursor, size_t *len)
{
	const char *p = *cursor, *word;

	while (*p == ' ' || *p == '\t')
		p++;
	if (!*p || *p == '\n')
		return NULL;
	word = p;
	while (*p && *p != ' ' && *p != '\t' && *p != '\n')
		p++;
	*len = p - word;
	*cursor = p;
	return word;
}

static bool is_none(const char *w, size_t len)
{
	return len == 1 && *w == '-';
}

int mps_word_u64(const char *w, size_t len, u64 *v)
{
	bool over = false;
	u64 r = 0;
	size_t i;

	if (is_none(w, len))
		return -ENODATA;
	if (!len)
		return -EINVAL;
	for (i = 0; i < len; i++) {
		unsigned int d = w[i] - '0';

		if (d > 9)
			return -EINVAL;
		/* go on: what comes may show that it is no number */
		over = over || r > (U64_MAX - d) / 10;
		r = r * 10 + d;
	}
	if (over)
		return -ERANGE;
	*v = r;
	return 0;
}

int mps_word_s64(const char *w, size_t len, s64 *v)
{
	bool neg = len > 1 && *w == '-';
	u64 u, limit = (u64)1 << 63;
	int ret = mps_word_u64(w + neg, len - neg, &u);

	if (ret)
		return ret == -ENODATA && neg ? -EINVAL : ret;
	if (u > limit - !neg)
		return -ERANGE;
	*v = neg ? (s64)(0 - u) : (s64)u;
	return 0;
}

static int unescape(const char *w, size_t len)
{
	int c;

	if (len < 4 || w[1] < '0' || w[1] > '3' || w[2] < '0' || w[2] > '7' ||
	    w[3] < '0' || w[3] > '7')
		return -EINVAL;
	c = (w[1] - '0') << 6 | (w[2] - '0') << 3 | (w[3] - '0');
	return c;
}

int mps_word_str(const char *w, size_t len, char *out, size_t size)
{
	size_t i = 0, n = 0;

	if (is_none(w, len))
		return -ENODATA;
	while (i < len) {
		int c = (unsigned char)w[i];

		if (c == '\\') {
			c = unescape(w + i, len - i);
			if (c < 0)
				return c;
			i += 4;
			if (!c && len == 4)
				break;	/* the empty string */
		} else {
			i++;
		}
		if (!c)
			return -EINVAL;
		if (n + 1 >= size)
			return -E2BIG;
		out[n++] = c;
	}
	if (!size)
		return -E2BIG;
	out[n] = '\0';
	return n;
}
