// SPDX-License-Identifier: GPL-2.0
/* PURE: values as words for people. */
#include "fmt.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#define NS_PER_US	UINT64_C(1000)
#define NS_PER_MS	UINT64_C(1000000)
#define NS_PER_S	UINT64_C(1000000000)

/* To three digits that count, to the nearest or up; ns below 600 s. */
static uint64_t round_off(uint64_t ns, bool up)
{
	uint64_t step = 1;

	while (ns / step >= 1000)
		step *= 10;
	return (ns + (up ? step - 1 : step / 2)) / step * step;
}

/* 1.23 12.3 123: what round_off() has left over. */
static const char *three_digits(char *buf, uint64_t ns, uint64_t per,
				const char *unit)
{
	uint64_t whole = ns / per, part = ns % per * 100 / per;

	if (whole >= 100)
		snprintf(buf, MPS_FMT_LEN, "%" PRIu64 "%s", whole, unit);
	else if (whole >= 10)
		snprintf(buf, MPS_FMT_LEN, "%" PRIu64 ".%" PRIu64 "%s", whole,
			 part / 10, unit);
	else
		snprintf(buf, MPS_FMT_LEN, "%" PRIu64 ".%02" PRIu64 "%s",
			 whole, part, unit);
	return buf;
}

static const char *two_units(char *buf, uint64_t big, const char *big_unit,
			     uint64_t small, const char *small_unit)
{
	snprintf(buf, MPS_FMT_LEN, "%" PRIu64 "%s%02" PRIu64 "%s", big,
		 big_unit, small, small_unit);
	return buf;
}

static const char *format_ns(char buf[MPS_FMT_LEN], uint64_t ns, bool up)
{
	uint64_t s;

	if (ns < 600 * NS_PER_S)
		ns = round_off(ns, up);
	else if (up && ns <= UINT64_MAX - NS_PER_S)
		ns += NS_PER_S - 1;
	s = ns / NS_PER_S;
	if (!ns) {
		snprintf(buf, MPS_FMT_LEN, "0");
		return buf;
	}
	if (ns < NS_PER_US) {
		snprintf(buf, MPS_FMT_LEN, "%" PRIu64 "ns", ns);
		return buf;
	}
	if (ns < NS_PER_MS)
		return three_digits(buf, ns, NS_PER_US, "us");
	if (ns < NS_PER_S)
		return three_digits(buf, ns, NS_PER_MS, "ms");
	if (s < 600)
		return three_digits(buf, ns, NS_PER_S, "s");
	if (s < 3600)
		return two_units(buf, s / 60, "m", s % 60, "s");
	if (s < 86400)
		return two_units(buf, s / 3600, "h", s / 60 % 60, "m");
	return two_units(buf, s / 86400, "d", s / 3600 % 24, "h");
}

const char *mps_fmt_ns(char buf[MPS_FMT_LEN], uint64_t ns)
{
	return format_ns(buf, ns, false);
}

const char *mps_fmt_ns_up(char buf[MPS_FMT_LEN], uint64_t ns)
{
	return format_ns(buf, ns, true);
}

const char *mps_fmt_hundredths(char buf[MPS_FMT_LEN], uint64_t v)
{
	snprintf(buf, MPS_FMT_LEN, "%" PRIu64 ".%02" PRIu64, v / 100, v % 100);
	return buf;
}

const char *mps_fmt_clock(char buf[MPS_FMT_LEN], uint64_t ns)
{
	snprintf(buf, MPS_FMT_LEN, "%" PRIu64 ".%06" PRIu64, ns / NS_PER_S,
		 ns % NS_PER_S / NS_PER_US);
	return buf;
}

/*
 * Length of the UTF-8 character at @s, or 0 if it is none (overlong forms,
 * surrogates and values past U+10FFFF included); its value goes to @wc.
 */
static size_t utf8_len(const unsigned char *s, uint32_t *wc)
{
	static const uint32_t lowest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len;

	if (s[0] < 0x80) {
		*wc = s[0];
		return 1;
	}
	if (s[0] >= 0xf8 || s[0] < 0xc0)
		return 0;
	len = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	*wc = s[0] & (0x7f >> len);
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*wc = *wc << 6 | (s[i] & 0x3f);
	}
	if (*wc < lowest[len] || *wc > 0x10ffff ||
	    (*wc >= 0xd800 && *wc < 0xe000))
		return 0;
	return len;
}

size_t mps_fmt_clip(char *buf, size_t size, const char *s, size_t limit)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t used = 0, columns = 0;

	while (*p) {
		uint32_t wc = 0;
		size_t len = utf8_len(p, &wc);
		int width = len == 1 ? (wc >= 0x20 && wc < 0x7f) ? 1 : -1 :
			    len ? wcwidth((wchar_t)wc) : -1;

		/* without a locale wcwidth knows no wide characters */
		if (len > 1 && width < 0 && wc >= 0xa0)
			width = 1;
		if (width < 0) {
			if (used + 4 >= size || columns + 4 > limit)
				break;
			snprintf(buf + used, size - used, "\\%03o", *p);
			used += 4;
			columns += 4;
			p++;
			continue;
		}
		if (used + len >= size || columns + (size_t)width > limit)
			break;
		memcpy(buf + used, p, len);
		used += len;
		columns += (size_t)width;
		p += len;
	}
	buf[used] = 0;
	return columns;
}

size_t mps_fmt_safe(char *buf, size_t size, const char *s)
{
	return mps_fmt_clip(buf, size, s, SIZE_MAX);
}

void mps_fmt_bar(char *buf, size_t width, uint64_t part, uint64_t whole)
{
	/* in 128 bits: neither factor is bounded */
	size_t n = whole ? (size_t)((__uint128_t)part * width / whole) : 0;

	if (n > width)
		n = width;
	if (!n && part && width)
		n = 1;		/* something is never drawn as nothing */
	memset(buf, '#', n);
	buf[n] = 0;
}

uint64_t mps_fmt_share(uint64_t part, uint64_t whole)
{
	return whole ? (uint64_t)((__uint128_t)part * 10000 / whole) : 0;
}
