// SPDX-License-Identifier: GPL-2.0
/* main() and the table of commands. */
#include <locale.h>
#include <string.h>

#include "cmd.h"
#include "out.h"
#include "wait.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what;
} commands[] = {
#ifdef MPS_HAVE_CMD_DOCTOR
	{ "doctor", cmd_doctor, "check module, kernel and permissions" },
#endif
#ifdef MPS_HAVE_CMD_TAG
	{ "tag", cmd_tag, "watch processes from now on" },
#endif
#ifdef MPS_HAVE_CMD_UNTAG
	{ "untag", cmd_untag, "stop watching, forget the counters" },
#endif
#ifdef MPS_HAVE_CMD_LIST
	{ "list", cmd_list, "the tagged processes, live and exited" },
#endif
#ifdef MPS_HAVE_CMD_RUN
	{ "run", cmd_run, "run a command, tagged from before its exec" },
#endif
#ifdef MPS_HAVE_CMD_STAT
	{ "stat", cmd_stat, "counters of a process, in total or by interval" },
#endif
#ifdef MPS_HAVE_CMD_EPOLL
	{ "epoll", cmd_epoll, "epoll calls, results and sleeps by thread" },
#endif
#ifdef MPS_HAVE_CMD_BLOCKING
	{ "blocking", cmd_blocking, "where the time went, by reason" },
#endif
#ifdef MPS_HAVE_CMD_MIGRATE
	{ "migrate", cmd_migrate, "migrations by cause and distance" },
#endif
#ifdef MPS_HAVE_CMD_WAKERS
	{ "wakers", cmd_wakers, "which thread wakes which" },
#endif
#ifdef MPS_HAVE_CMD_HIST
	{ "hist", cmd_hist, "distribution of waits, blocks and runs" },
#endif
#ifdef MPS_HAVE_CMD_TOP
	{ "top", cmd_top, "threads, live on the screen" },
#endif
#ifdef MPS_HAVE_CMD_WHO
	{ "who", cmd_who, "which thread has which role in the Go runtime" },
#endif
#ifdef MPS_HAVE_CMD_SCHEDTRACE
	{ "schedtrace", cmd_schedtrace, "the Go scheduler's state, line by line" },
#endif
#ifdef MPS_HAVE_CMD_GOROUTINES
	{ "goroutines", cmd_goroutines, "all goroutines, and what leaks" },
#endif
#ifdef MPS_HAVE_CMD_RECORD
	{ "record", cmd_record, "record events into a trace.dat, by trace-cmd" },
#endif
#ifdef MPS_HAVE_CMD_REPORT
	{ "report", cmd_report, "what a recording (trace.dat) tells" },
#endif
#ifdef MPS_HAVE_CMD_MERGE
	{ "merge", cmd_merge, "a recording together with Go's own trace" },
#endif
#ifdef MPS_HAVE_CMD_BOARD
	{ "board", cmd_board, "who holds which P, live" },
#endif
	{ "version", cmd_version, "versions of the tool and the module" },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int print_help(void)
{
	mps_out_print("usage: mpscope COMMAND [OPTIONS] [ARGUMENTS]\n\n"
		      "Scheduling of tagged processes, as the mpscope kernel module sees it.\n\n"
		      "commands:\n");
	for (size_t i = 0; i < NR_COMMANDS; i++)
		mps_out_print("  %-11s %s\n", commands[i].name,
			      commands[i].what);
	mps_out_print("\n'mpscope COMMAND --help' explains a command; start with 'mpscope doctor'.\n\n"
		      "exit status: 0 ok, 1 failure or finding, 2 usage, 3 module missing or\n"
		      "not usable, 4 the data shown are incomplete\n");
	return mps_out_print_done();
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;

	setlocale(LC_CTYPE, "");
	mps_wait_ignore_pipe();
	if (!name) {
		mps_msg("a command is missing; 'mpscope --help' lists them");
		return MPS_EXIT_USAGE;
	}
	if (!strcmp(name, "--help") || !strcmp(name, "-h") ||
	    !strcmp(name, "help")) {
		if (argc < 3)
			return print_help();
		/* mpscope help COMMAND */
		name = argv[2];
		argv[1] = argv[2];
		argv[2] = (char *)"--help";
	}
	if (!strcmp(name, "--version") || !strcmp(name, "-V"))
		name = "version";
	for (size_t i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return commands[i].run(argc - 1, argv + 1);
	mps_msg("there is no command '%s'; 'mpscope --help' lists them", name);
	return MPS_EXIT_USAGE;
}
