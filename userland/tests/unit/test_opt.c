// SPDX-License-Identifier: GPL-2.0
/* The command line: values, shared and own options, wrong usage. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "opt.h"
#include "tagline.h"
#include "tap.h"

static const struct {
	const char *text;
	bool ok;
	uint64_t ns;
} intervals[] = {
	{ "1", true, 1000000000 },
	{ "0.5", true, 500000000 },
	{ ".25", true, 250000000 },
	{ "2.", true, 2000000000 },
	{ "10s", true, 10000000000 },
	{ "500ms", true, 500000000 },
	{ "2m", true, 120000000000 },
	{ "1.5m", true, 90000000000 },
	{ "0.0123456789999", true, 12345678 },
	{ "0.01", true, 10000000 },
	{ "86400", true, 86400000000000 },
	{ "0", false, 0 }, { "0.001", false, 0 }, { "", false, 0 },
	{ ".", false, 0 }, { "s", false, 0 }, { "1x", false, 0 },
	{ "-1", false, 0 }, { "+1", false, 0 }, { "1e3", false, 0 },
	{ "1,5", false, 0 }, { " 1", false, 0 }, { "nan", false, 0 },
	{ "86401", false, 0 }, { "99999999999999999999", false, 0 },
	{ "18446744074", false, 0 }, { "1441m", false, 0 },
};

static const struct {
	const char *text;
	bool ok;
	size_t nr;
} id_lists[] = {
	{ "1", true, 1 }, { "4194304", true, 1 }, { "1,2,3", true, 3 },
	{ "7,7,7", true, 1 },
	{ "", false, 0 }, { "0", false, 0 }, { "4194305", false, 0 },
	{ "-1", false, 0 }, { "1,", false, 0 }, { ",1", false, 0 },
	{ "1 2", false, 0 }, { "self", false, 0 }, { "0x10", false, 0 },
	{ "18446744073709551617", false, 0 },
};

static const struct {
	const char *text;
	bool ok;
} feature_lists[] = {
	{ "epoll", true }, { "epoll,migrate,wakers", true }, { "none", true },
	{ "", false }, { "epoll,", false }, { ",", false }, { "EPOLL", false },
	{ "epol", false }, { "epolls", false }, { "none,epoll", false },
	{ "epoll migrate", false },
	{ "epoll,epoll,epoll,epoll,epoll,epoll,epoll,epoll,epoll,epoll,epoll,epoll,epoll,epoll,epoll,epoll,epoll",
	  false },
};

static bool flag;
static const char *value;
static const struct mps_opt_own own[] = {
	{ .name = "children", .letter = 'c', .flag = &flag, .help = "-" },
	{ .name = "hist", .letter = 'H', .arg = "NAME", .value = &value,
	  .help = "-" },
	{ .name = NULL },
};

static const struct mps_opt_spec all_spec = {
	.name = "test", .synopsis = "", .what = "", .examples = "",
	.shared = MPS_OPT_PID | MPS_OPT_TID | MPS_OPT_ROWS | MPS_OPT_TAG |
		  MPS_OPT_EVERY,
	.own = own,
};

static const struct mps_opt_spec bare_spec = {
	.name = "test", .synopsis = "", .what = "", .examples = "",
};

static const struct mps_opt_spec run_spec = {
	.name = "test", .synopsis = "", .what = "", .examples = "",
	.shared = MPS_OPT_COMMAND, .own = own,
};

/* Lines of arguments, split at spaces. */
static const struct {
	const struct mps_opt_spec *spec;
	const char *line;
	int rc;
} lines[] = {
	{ &all_spec, "", MPS_OPT_GO },
	{ &all_spec, "-p 1,2 -t 3 -n 5 -s key --tag -j -q -v --no-color 1 2",
	  MPS_OPT_GO },
	{ &all_spec, "--pid=1 --tid 3 --rows 5 --sort key --json", MPS_OPT_GO },
	{ &all_spec, "1 -p 1", MPS_OPT_GO },
	{ &all_spec, "-x ,", MPS_OPT_GO },
	{ &all_spec, "-x \\t", MPS_OPT_GO },
	{ &all_spec, "-x ab", MPS_EXIT_USAGE },
	{ &all_spec, "-x 7", MPS_EXIT_USAGE },
	{ &all_spec, "-x \"", MPS_EXIT_USAGE },
	{ &all_spec, "-p", MPS_EXIT_USAGE },
	{ &all_spec, "-p x", MPS_EXIT_USAGE },
	{ &all_spec, "-t 0", MPS_EXIT_USAGE },
	{ &all_spec, "-n 0", MPS_EXIT_USAGE },
	{ &all_spec, "-n many", MPS_EXIT_USAGE },
	{ &all_spec, "often", MPS_EXIT_USAGE },
	{ &all_spec, "1 0", MPS_EXIT_USAGE },
	{ &all_spec, "1 1.5", MPS_EXIT_USAGE },
	{ &all_spec, "1 2 3", MPS_EXIT_USAGE },
	{ &all_spec, "--nonsense", MPS_EXIT_USAGE },
	{ &all_spec, "-Z", MPS_EXIT_USAGE },
	{ &all_spec, "--tag=1", MPS_EXIT_USAGE },
	{ &all_spec, "--t 1", MPS_EXIT_USAGE },		/* tid or tag? */
	{ &bare_spec, "-j", MPS_OPT_GO },
	{ &bare_spec, "-p 1", MPS_EXIT_USAGE },
	{ &bare_spec, "word", MPS_EXIT_USAGE },
	{ &run_spec, "-c -- ls -l --help", MPS_OPT_GO },
	{ &run_spec, "ls --help", MPS_OPT_GO },
	{ &run_spec, "-l ls", MPS_EXIT_USAGE },
};

static int parse(struct mps_opt *o, const struct mps_opt_spec *spec,
		 char *copy)
{
	char *argv[32] = { "test" }, *word;
	int argc = 1;

	while ((word = strsep(&copy, " ")))
		if (*word)
			argv[argc++] = word;
	flag = false;
	value = NULL;
	return mps_opt_parse(o, spec, argc, argv);
}

static void test_values(void)
{
	for (size_t i = 0; i < NR(intervals); i++) {
		uint64_t ns = 0;
		bool ok = mps_opt_parse_interval(intervals[i].text, &ns);

		tap_ok(ok == intervals[i].ok && (!ok || ns == intervals[i].ns),
		       "interval '%s'", intervals[i].text);
	}
	for (size_t i = 0; i < NR(id_lists); i++) {
		struct mps_ids ids = { 0 };
		bool ok = mps_opt_parse_ids(id_lists[i].text, &ids);

		tap_ok(ok == id_lists[i].ok && (!ok || ids.nr == id_lists[i].nr),
		       "ids '%s'", id_lists[i].text);
		free(ids.id);
	}
	for (size_t i = 0; i < NR(feature_lists); i++)
		tap_ok(mps_tagline_features_ok(feature_lists[i].text) ==
		       feature_lists[i].ok, "features '%s'",
		       feature_lists[i].text);
}

static void test_lines(void)
{
	/* the sentences are for people, golden tests look at them */
	int err = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);

	for (size_t i = 0; i < NR(lines); i++) {
		char *copy = strdup(lines[i].line);
		struct mps_opt o;
		int rc;

		dup2(null, STDERR_FILENO);
		rc = parse(&o, lines[i].spec, copy);
		dup2(err, STDERR_FILENO);
		if (!tap_ok(rc == lines[i].rc, "line '%s'", lines[i].line))
			tap_note("got %d, not %d", rc, lines[i].rc);
		mps_opt_free(&o);
		free(copy);
	}
	close(err);
	close(null);
}

static void test_results(void)
{
	char a[] = "-p 4,5 -t 6 -n 7 -s key --tag -H block -c 0.5 3";
	char b[] = "-c ls -l -- x";
	char buf[MPS_TAGLINE_LEN];
	struct mps_opt o;

	parse(&o, &all_spec, a);
	tap_ok(o.pids.nr == 2 && o.pids.id[0] == 4 && o.pids.id[1] == 5 &&
	       o.tids.nr == 1 && o.tids.id[0] == 6, "ids arrive");
	tap_ok(o.rows == 7 && !strcmp(o.sort, "key") && o.tag &&
	       o.interval_ns == 500000000 && o.count == 3 &&
	       o.format == MPS_FORMAT_TEXT, "shared options arrive");
	tap_ok(flag && value && !strcmp(value, "block"), "own options arrive");
	tap_ok(mps_ids_match(&o.tids, 6) && !mps_ids_match(&o.tids, 7),
	       "ids restrict");
	mps_opt_free(&o);
	tap_ok(mps_ids_match(&o.tids, 7), "no ids restrict nothing");

	parse(&o, &run_spec, b);
	tap_ok(flag && o.nr_args == 4 && !strcmp(o.args[0], "ls") &&
	       !strcmp(o.args[1], "-l") && !strcmp(o.args[2], "--"),
	       "what follows the command is the command's");
	mps_opt_free(&o);

	mps_tagline(buf, 12, true, "epoll");
	tap_ok(!strcmp(buf, "12 children epoll\n"), "line for tags");
	mps_tagline(buf, 12, false, NULL);
	tap_ok(!strcmp(buf, "12 threads\n"), "line for tags, defaults");
}

int main(void)
{
	tap_plan(NR(intervals) + NR(id_lists) + NR(feature_lists) +
		 NR(lines) + 8);
	test_values();
	test_lines();
	test_results();
	return tap_end();
}
