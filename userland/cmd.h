/* SPDX-License-Identifier: GPL-2.0 */
/* The commands, their exit codes, and messages to the user. */
#ifndef _MPS_CMD_H
#define _MPS_CMD_H

/* The contract with scripts; mpscope(1) has the same list. */
enum mps_exit {
	MPS_EXIT_OK = 0,
	MPS_EXIT_FAILURE = 1,	/* failed, or found something */
	MPS_EXIT_USAGE = 2,
	MPS_EXIT_MODULE = 3,	/* missing, other ABI version, no permission */
	MPS_EXIT_PARTIAL = 4,	/* the data shown are incomplete */
};

/**
 * mps_msg() - tell the user one sentence, on standard error
 *
 * "mpscope: " is put before it and a newline behind it.
 */
void mps_msg(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Each takes its own name as argv[0] and returns an exit code. */
int cmd_blocking(int argc, char **argv);
int cmd_board(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_epoll(int argc, char **argv);
int cmd_goroutines(int argc, char **argv);
int cmd_hist(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_merge(int argc, char **argv);
int cmd_migrate(int argc, char **argv);
int cmd_record(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_schedtrace(int argc, char **argv);
int cmd_stat(int argc, char **argv);
int cmd_tag(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_untag(int argc, char **argv);
int cmd_version(int argc, char **argv);
int cmd_wakers(int argc, char **argv);
int cmd_who(int argc, char **argv);

#endif /* _MPS_CMD_H */
