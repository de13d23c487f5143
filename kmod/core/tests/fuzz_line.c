// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: a line as words; and a line made of the input, in a buffer of
 * any size, read again.
 */
#include "../statline.h"
#include "fuzz.h"

const char * const fuzz_corpus[] = {
	"1 2 3", "tid 4711 running - - 232\n", " \t a  b\t\n c", "a\\040b -",
	"\n", "", "nginx \\055 \\000 18446744073709551615", NULL
};

const char * const fuzz_words[] = {
	" ", "\t", "\n", "-", "\\", "\\000", "12345", "a", "\r", "\xff", NULL
};

/* The words of a line are what is between its blanks, and nothing else is. */
static unsigned int check_words(const char *line)
{
	const char *p = line, *w, *end = line + strcspn(line, "\n");
	const char *behind = line;
	unsigned int nr = 0;
	size_t len = 0;

	while ((w = mps_line_next(&p, &len))) {
		nr++;
		HOLDS(len > 0);
		HOLDS(w >= behind && strspn(behind, " \t") == (size_t)(w - behind));
		HOLDS(p == w + len && p <= end);
		HOLDS(strcspn(w, " \t\n") == len);
		behind = p;
	}
	HOLDS(behind + strspn(behind, " \t") == end);
	HOLDS(!mps_line_next(&p, &len));
	return nr;
}

/* One column for each byte of input: a number, a string, or none. */
static void put_columns(struct mps_line *l, const char *text)
{
	const char *s;

	for (s = text; *s; s++)
		switch (*s & 3) {
		case 0:
			mps_line_u64(l, (u64)*s << (*s & 56));
			break;
		case 1:
			mps_line_s64(l, -(s64)((u64)(unsigned char)*s << (*s & 48)));
			break;
		case 2:
			mps_line_none(l);
			break;
		default:
			mps_line_str(l, s);
		}
	mps_line_end(l);
}

static void check_column(const char *s, const char *w, size_t len)
{
	char *out;
	u64 u;
	s64 i;

	switch (*s & 3) {
	case 0:
		HOLDS(!mps_word_u64(w, len, &u) && u == (u64)*s << (*s & 56));
		break;
	case 1:
		HOLDS(!mps_word_s64(w, len, &i));
		HOLDS(i == -(s64)((u64)(unsigned char)*s << (*s & 48)));
		break;
	case 2:
		HOLDS(mps_word_u64(w, len, &u) == -ENODATA);
		HOLDS(mps_word_s64(w, len, &i) == -ENODATA);
		break;
	default:
		out = malloc(strlen(s) + 1);
		HOLDS(mps_word_str(w, len, out, strlen(s) + 1) == (int)strlen(s));
		HOLDS(!strcmp(out, s));
		free(out);
	}
}

static bool check_record(const char *text, size_t size)
{
	char *buf = malloc(size + 1);
	const char *s, *p = buf, *w;
	struct mps_line l;
	bool fits;
	size_t len;

	mps_line_init(&l, buf, size);
	put_columns(&l, text);
	fits = !mps_line_overflow(&l);
	if (fits) {
		HOLDS(l.len && buf[l.len - 1] == '\n');
		buf[l.len] = '\0';
		for (s = text; *s; s++) {
			w = mps_line_next(&p, &len);
			HOLDS(w);
			check_column(s, w, len);
		}
		HOLDS(!mps_line_next(&p, &len) && *p == '\n' && !p[1]);
	}
	free(buf);
	return fits;
}

int fuzz_one(const u8 *data, size_t size)
{
	char *text = fuzz_text(data, size);
	size_t len = strlen(text);
	bool fits;

	check_words(text);
	if (len > 80) {		/* strings of strings grow with the square */
		len = 80;
		text[len] = '\0';
	}
	fits = check_record(text, size ? data[size - 1] * 8 : 0);
	HOLDS(check_record(text, 32 + 30 * len + 4 * len * len));
	if (fits)
		fuzz_accepted++;
	else
		fuzz_refused++;
	free(text);
	return 0;
}
