/* SPDX-License-Identifier: GPL-2.0 */
/* PURE: values as words for people: units, percentages, safe strings, bars. */
#ifndef _MPS_FMT_H
#define _MPS_FMT_H

#include <stddef.h>
#include <stdint.h>

#define MPS_FMT_LEN	32	/* enough for any number below */

/* "0" "999ns" "1.23us" "45.6ms" "7.89s" "12m05s" "3h02m" "2d04h"; nearest */
const char *mps_fmt_ns(char buf[MPS_FMT_LEN], uint64_t ns);
/* The same for an upper bound: never less than it is. */
const char *mps_fmt_ns_up(char buf[MPS_FMT_LEN], uint64_t ns);
/* Hundredths: 4123 -> "41.23" */
const char *mps_fmt_hundredths(char buf[MPS_FMT_LEN], uint64_t v);
/* Seconds and microseconds of a clock: "4121.123456" */
const char *mps_fmt_clock(char buf[MPS_FMT_LEN], uint64_t ns);

/**
 * mps_fmt_safe() - make a string safe for a terminal or for JSON
 * @buf: filled with at most @size - 1 bytes and a 0; cut at a character
 *
 * Control characters and bytes that are no valid UTF-8 become \ooo (octal),
 * as the module writes them. A backslash stays what it is.
 * Return: columns the result takes on a terminal.
 */
size_t mps_fmt_safe(char *buf, size_t size, const char *s);

/* The same, cut where it would take more than @columns. */
size_t mps_fmt_clip(char *buf, size_t size, const char *s, size_t columns);

/* A bar of @width columns at most for @part of @whole, drawn with #. */
void mps_fmt_bar(char *buf, size_t width, uint64_t part, uint64_t whole);

/* @part of @whole in hundredths of a percent, rounded down; 0 of 0 is 0. */
uint64_t mps_fmt_share(uint64_t part, uint64_t whole);

#endif /* _MPS_FMT_H */
