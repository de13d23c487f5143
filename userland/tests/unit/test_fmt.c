// SPDX-License-Identifier: GPL-2.0
/* Values as words: units, rounding, safe strings, bars. */
#include <locale.h>
#include <string.h>

#include "fmt.h"
#include "tap.h"

static const struct {
	uint64_t ns;
	const char *nearest, *up;
} times[] = {
	{ 0, "0", "0" },
	{ 1, "1ns", "1ns" },
	{ 999, "999ns", "999ns" },
	{ 1000, "1.00us", "1.00us" },
	{ 1004, "1.00us", "1.01us" },
	{ 1005, "1.01us", "1.01us" },
	{ 9994, "9.99us", "10.0us" },
	{ 9995, "10.0us", "10.0us" },
	{ 16384, "16.4us", "16.4us" },
	{ 65536, "65.5us", "65.6us" },
	{ 999499, "999us", "1.00ms" },
	{ 999500, "1.00ms", "1.00ms" },
	{ 12345678, "12.3ms", "12.4ms" },
	{ 999999999, "1.00s", "1.00s" },
	{ 7890000000, "7.89s", "7.89s" },
	{ 599400000000, "599s", "10m00s" },
	{ 599999999999, "10m00s", "10m00s" },
	{ 725000000000, "12m05s", "12m05s" },
	{ 725000000001, "12m05s", "12m06s" },
	{ 10920000000000, "3h02m", "3h02m" },
	{ 187200000000000, "2d04h", "2d04h" },
	{ UINT64_MAX, "213503d23h", "213503d23h" },
};

static const struct {
	const char *in, *out;
	size_t columns;
	const char *name;
} strings[] = {
	{ "api", "api", 3, "plain" },
	{ "", "", 0, "empty" },
	{ "a b\\c", "a b\\c", 5, "space and backslash stay" },
	{ "a\033[31mb", "a\\033[31mb", 10, "escape sequence is made harmless" },
	{ "\n\t\177", "\\012\\011\\177", 12, "control characters" },
	{ "w\303\266rker", "w\303\266rker", 6, "UTF-8 stays" },
	{ "\346\227\245\346\234\254", "\346\227\245\346\234\254", 4,
	  "wide characters take two columns" },
	{ "\377x", "\\377x", 5, "invalid byte" },
	{ "\303", "\\303", 4, "UTF-8 cut off" },
	{ "\300\200", "\\300\\200", 8, "overlong form of 0" },
	{ "\340\200\200", "\\340\\200\\200", 12, "overlong form, 3 bytes" },
	{ "\355\240\200", "\\355\\240\\200", 12, "surrogate" },
	{ "\364\220\200\200", "\\364\\220\\200\\200", 16, "past U+10FFFF" },
	{ "\302\233", "\\302\\233", 8, "C1 control (CSI)" },
};

static const struct {
	uint64_t part, whole;
	size_t width;
	const char *bar;
} bars[] = {
	{ 0, 100, 10, "" },
	{ 1, 1000000, 10, "#" },
	{ 50, 100, 10, "#####" },
	{ 100, 100, 10, "##########" },
	{ 200, 100, 10, "##########" },
	{ 5, 0, 10, "#" },
	{ UINT64_MAX, UINT64_MAX, 10, "##########" },
	{ 7, 7, 0, "" },
};

static void test_times(void)
{
	char buf[MPS_FMT_LEN];

	for (size_t i = 0; i < NR(times); i++) {
		uint64_t ns = times[i].ns;

		if (!tap_ok(!strcmp(mps_fmt_ns(buf, ns), times[i].nearest),
			    "%llu ns to the nearest", (unsigned long long)ns))
			tap_note("got '%s', not '%s'", buf, times[i].nearest);
		if (!tap_ok(!strcmp(mps_fmt_ns_up(buf, ns), times[i].up),
			    "%llu ns rounded up", (unsigned long long)ns))
			tap_note("got '%s', not '%s'", buf, times[i].up);
	}
}

static void test_strings(void)
{
	for (size_t i = 0; i < NR(strings); i++) {
		char buf[64];
		size_t columns = mps_fmt_safe(buf, sizeof(buf), strings[i].in);

		if (!tap_ok(!strcmp(buf, strings[i].out) &&
			    columns == strings[i].columns, "string: %s",
			    strings[i].name))
			tap_note("'%s' in %zu columns", buf, columns);
	}
}

static void test_cuts(void)
{
	char buf[64], small[4];

	tap_ok(mps_fmt_clip(buf, sizeof(buf), "abcdef", 4) == 4 &&
	       !strcmp(buf, "abcd"), "clip at a column");
	tap_ok(mps_fmt_clip(buf, sizeof(buf), "a\033b", 4) == 1 &&
	       !strcmp(buf, "a"), "an escape is clipped as a whole");
	tap_ok(mps_fmt_clip(buf, sizeof(buf), "\346\227\245x", 1) == 0 &&
	       !strcmp(buf, ""), "a wide character is clipped as a whole");
	tap_ok(mps_fmt_safe(small, sizeof(small), "abcdef") == 3 &&
	       !strcmp(small, "abc"), "buffer too small");
	tap_ok(mps_fmt_safe(small, sizeof(small), "ab\303\266") == 2 &&
	       !strcmp(small, "ab"), "no half character in a small buffer");
}

static void test_numbers(void)
{
	char buf[MPS_FMT_LEN];

	tap_ok(!strcmp(mps_fmt_hundredths(buf, 4123), "41.23"), "41.23");
	tap_ok(!strcmp(mps_fmt_hundredths(buf, 5), "0.05"), "0.05");
	tap_ok(!strcmp(mps_fmt_clock(buf, 4121123456789), "4121.123456"),
	       "clock");
	tap_ok(mps_fmt_share(1, 3) == 3333, "share rounded down");
	tap_ok(mps_fmt_share(0, 0) == 0, "share of nothing");
	tap_ok(mps_fmt_share(UINT64_MAX, UINT64_MAX) == 10000,
	       "share of the largest number");
}

static void test_bars(void)
{
	for (size_t i = 0; i < NR(bars); i++) {
		char buf[16];

		mps_fmt_bar(buf, bars[i].width, bars[i].part, bars[i].whole);
		if (!tap_ok(!strcmp(buf, bars[i].bar), "bar of %llu/%llu",
			    (unsigned long long)bars[i].part,
			    (unsigned long long)bars[i].whole))
			tap_note("got '%s'", buf);
	}
}

int main(void)
{
	/* as the tool does; C.UTF-8 is in every glibc */
	setlocale(LC_CTYPE, "C.UTF-8");
	tap_plan(2 * NR(times) + NR(strings) + 5 + 6 + NR(bars));
	test_times();
	test_strings();
	test_cuts();
	test_numbers();
	test_bars();
	return tap_end();
}
