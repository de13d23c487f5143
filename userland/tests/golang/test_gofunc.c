// SPDX-License-Identifier: GPL-2.0
/* Names and lines of Go code, from a pclntab made by hand. */
#include <stdlib.h>
#include <string.h>

#include "gofunc.h"
#include "tap.h"

#define TEXT	UINT64_C(0x401000)
#define LEN	512

/* Two functions: 0x00 main.a in x.go, lines 10 and 11; 0x40 main.b, none. */
static uint8_t *table(void)
{
	static const uint64_t head[] = { 2, 1, TEXT, 80, 112, 128, 160, 192 };
	static const uint32_t funcs[] = { 0x00, 24, 0x40, 60, 0x80 };
	static const uint32_t info_a[] = { 0x00, 1, 0, 0, 0, 1, 4, 0, 0 };
	static const uint32_t info_b[] = { 0x40, 8, 0, 0, 0, 0, 0, 0,
		UINT32_MAX };
	/* file 0 for 0x40 bytes; line 10 for 0x10, then 11 */
	static const uint8_t values[] = { 0, 2, 0x40, 0, 22, 0x10, 2, 0x30, 0 };
	uint8_t *t = calloc(1, LEN);

	if (!t)
		abort();
	memcpy(t, "\xf1\xff\xff\xff\0\0\1\10", 8);
	memcpy(t + 8, head, sizeof(head));
	memcpy(t + 80, "\0main.a\0main.b", 15);
	/* unit 0: file 0 at offset 1 of the files */
	memcpy(t + 112, "\1\0\0\0", 4);
	memcpy(t + 128, "\0/src/x.go", 11);
	memcpy(t + 160, values, sizeof(values));
	memcpy(t + 192, funcs, sizeof(funcs));
	memcpy(t + 192 + 24, info_a, sizeof(info_a));
	memcpy(t + 192 + 60, info_b, sizeof(info_b));
	return t;
}

static void test_find(void)
{
	struct mps_gofuncs f;
	struct mps_goline l;

	tap_ok(mps_gofuncs_parse(&f, table(), LEN) && f.nr == 2 &&
	       f.text == TEXT, "a table");
	tap_ok(mps_gofuncs_find(&f, TEXT, false, &l) && l.func &&
	       !strcmp(l.func, "main.a") && l.file &&
	       !strcmp(l.file, "/src/x.go") && l.line == 10,
	       "where a function begins");
	tap_ok(mps_gofuncs_find(&f, TEXT + 0x10, false, &l) && l.line == 11,
	       "its second line");
	tap_ok(mps_gofuncs_find(&f, TEXT + 0x10, true, &l) && l.line == 10,
	       "a call is looked up before its return");
	tap_ok(mps_gofuncs_find(&f, TEXT + 0x40, true, &l) &&
	       !strcmp(l.func, "main.b") && !l.file && !l.line &&
	       l.entry == TEXT + 0x40, "a function without lines");
	tap_ok(!mps_gofuncs_find(&f, TEXT - 1, false, &l) &&
	       !mps_gofuncs_find(&f, TEXT + 0x80, false, &l) && !l.func,
	       "outside there is nothing");
	f.text = 0;
	tap_ok(!mps_gofuncs_find(&f, TEXT, false, &l),
	       "nor if it is not known where code begins");
	mps_gofuncs_close(&f);
}

static void test_bad(void)
{
	static const struct {
		const char *what;
		size_t at;
		uint8_t byte;
	} bad[] = {
		{ "magic", 0, 0 }, { "padding", 4, 1 }, { "quantum", 6, 0 },
		{ "pointer size", 7, 4 }, { "too many functions", 11, 0x7f },
		{ "names behind the end", 38, 1 },
		{ "functions behind the end", 65, 4 },
	};
	struct mps_gofuncs f;
	bool cut = true;
	size_t i;

	for (i = 0; i < NR(bad); i++) {
		uint8_t *t = table();

		t[bad[i].at] = bad[i].byte;
		tap_ok(!mps_gofuncs_parse(&f, t, LEN), "refused: %s",
		       bad[i].what);
		mps_gofuncs_close(&f);
	}
	for (i = 0; i < 192 + 20; i++) {
		cut &= !mps_gofuncs_parse(&f, table(), i);
		mps_gofuncs_close(&f);
	}
	tap_ok(cut, "refused: cut off");
}

int main(void)
{
	tap_plan(7 + 8);
	test_find();
	test_bad();
	return tap_end();
}
