/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One record as one line of text: the formatter and the parser side by side,
 * so that neither learns a form that the other lacks.
 *
 * A line is words separated by one space. A word is a decimal integer, "-"
 * (not measured), or a string in which space, backslash and all bytes outside
 * of ! to ~ stand as \ooo. The empty string is \000, the string "-" is \055.
 */
#ifndef _MPS_CORE_STATLINE_H
#define _MPS_CORE_STATLINE_H

#include "port.h"

/* A line under construction. What does not fit is cut and len > size tells. */
struct mps_line {
	char *buf;
	size_t size;
	size_t len;
};

static inline void mps_line_init(struct mps_line *l, char *buf, size_t size)
{
	l->buf = buf;
	l->size = size;
	l->len = 0;
}

static inline bool mps_line_overflow(const struct mps_line *l)
{
	return l->len > l->size;
}

void mps_line_u64(struct mps_line *l, u64 v);
void mps_line_s64(struct mps_line *l, s64 v);
void mps_line_none(struct mps_line *l);			/* "-" */
void mps_line_str(struct mps_line *l, const char *s);	/* escaped */
void mps_line_end(struct mps_line *l);			/* newline */

/**
 * mps_line_next() - take the next word of a line
 * @cursor: points into the line; moved behind the word
 * @len: out: length of the word
 *
 * Return: the word (not terminated), or NULL at the end of the line.
 */
const char *mps_line_next(const char **cursor, size_t *len);

/**
 * mps_word_u64() / mps_word_s64() - a word as a number
 *
 * Return: 0; -ENODATA for "-"; -EINVAL if it is no number; -ERANGE.
 */
int mps_word_u64(const char *w, size_t len, u64 *v);
int mps_word_s64(const char *w, size_t len, s64 *v);

/**
 * mps_word_str() - a word as a string, escapes undone
 *
 * Return: its length; -ENODATA for "-"; -EINVAL for a broken escape or a zero
 * byte within; -E2BIG if it does not fit into @size with its terminator.
 */
int mps_word_str(const char *w, size_t len, char *out, size_t size);

#endif /* _MPS_CORE_STATLINE_H */
