// SPDX-License-Identifier: GPL-2.0
/*
 * The tests of kmod/core/tests, the same files and vectors, as a KUnit suite: so
 * core/ is also tested as the kernel compiles it. Here is their tap.h.
 */
#include <kunit/test.h>
#include <linux/module.h>

#include "kmod/core/tests/tap.h"
#include "suite.h"

static struct kunit *running;
static unsigned int planned, done;

void tap_plan(unsigned int nr_tests)
{
	planned = nr_tests;
}

bool tap_ok(bool good, const char *name, ...)
{
	char text[160];
	va_list ap;

	done++;
	if (good)
		return true;
	va_start(ap, name);
	vsnprintf(text, sizeof(text), name, ap);
	va_end(ap);
	KUNIT_FAIL(running, "%s", text);
	return false;
}

void tap_note(const char *text, ...)
{
	char line[160];
	va_list ap;

	va_start(ap, text);
	vsnprintf(line, sizeof(line), text, ap);
	va_end(ap);
	kunit_info(running, "%s\n", line);
}

int tap_end(void)
{
	return done != planned;
}

#define TEST(name)							\
static void case_##name(struct kunit *test)				\
{									\
	run(test, test_##name);						\
}

static void run(struct kunit *test, int (*test_main)(void))
{
	running = test;
	planned = 0;
	done = 0;
	KUNIT_EXPECT_EQ(test, test_main(), 0);
	KUNIT_EXPECT_EQ(test, done, planned);
	KUNIT_EXPECT_GT(test, done, 0U);
	kunit_info(test, "%u checks\n", done);
}

TEST(fsm)
TEST(account)
TEST(life)
TEST(tally)
TEST(reason)
TEST(statline)
TEST(cmdline)
TEST(golayout)
TEST(ps)

static struct kunit_case cases[] = {
	KUNIT_CASE(case_fsm),
	KUNIT_CASE(case_account),
	KUNIT_CASE(case_life),
	KUNIT_CASE(case_tally),
	KUNIT_CASE(case_reason),
	KUNIT_CASE(case_statline),
	KUNIT_CASE(case_cmdline),
	KUNIT_CASE(case_golayout),
	KUNIT_CASE(case_ps),
	{}
};

static struct kunit_suite suite = {
	.name = "mpscope_core",
	.test_cases = cases,
};

kunit_test_suites(&suite);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit tests of mpscope's core");
