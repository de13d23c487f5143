/* SPDX-License-Identifier: GPL-2.0 */
/* The command line: options all commands share, and each command's own. */
#ifndef _MPS_OPT_H
#define _MPS_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Shared options a command may take beside -j -x -q -v --no-color --help. */
#define MPS_OPT_PID	(1u << 0)	/* -p PID[,PID...] */
#define MPS_OPT_TID	(1u << 1)	/* -t TID[,TID...] */
#define MPS_OPT_ROWS	(1u << 2)	/* -n ROWS, -s KEY */
#define MPS_OPT_TAG	(1u << 3)	/* --tag */
#define MPS_OPT_EVERY	(1u << 4)	/* [INTERVAL [COUNT]] */
#define MPS_OPT_ARGS	(1u << 5)	/* any other words: left in args */
#define MPS_OPT_COMMAND	(1u << 6)	/* args begin at the first other word */

enum mps_format { MPS_FORMAT_TEXT, MPS_FORMAT_JSON, MPS_FORMAT_CSV };

struct mps_ids {
	pid_t *id;
	size_t nr;
};

struct mps_opt {
	enum mps_format format;
	char sep;		/* of CSV */
	bool quiet;		/* no heading, no "dropped: nothing" */
	bool verbose;
	bool no_color;
	bool tag;
	struct mps_ids pids;
	struct mps_ids tids;
	size_t rows;		/* 0: all */
	const char *sort;	/* name of a column, or NULL */
	uint64_t interval_ns;	/* 0: none given */
	uint64_t count;		/* 0: until interrupted */
	int nr_args;
	char **args;
};

/* An option of one command; an entry without a name ends the array. */
struct mps_opt_own {
	const char *name;	/* long: "children" */
	char letter;		/* or 0 */
	const char *arg;	/* name of its argument for the help, or NULL */
	const char *help;
	bool *flag;		/* set if there is no argument */
	const char **value;	/* set if there is one */
};

struct mps_opt_spec {
	const char *name;	/* of the command */
	const char *synopsis;	/* what follows its name in the usage line */
	const char *what;	/* one or more sentences */
	unsigned int shared;	/* MPS_OPT_* */
	const struct mps_opt_own *own;	/* or NULL */
	const char *examples;	/* lines, each with its newline */
};

/* mps_opt_parse() has said all there is to say: return its exit code. */
#define MPS_OPT_GO	(-1)

/**
 * mps_opt_parse() - read a command's arguments
 * @o: out, to be freed with mps_opt_free() in any case
 *
 * Return: MPS_OPT_GO, or the exit code to leave with (help or bad usage).
 */
int mps_opt_parse(struct mps_opt *o, const struct mps_opt_spec *spec,
		  int argc, char **argv);
void mps_opt_free(struct mps_opt *o);

/* Pure parsers: false for anything but the whole of a sane value. */
bool mps_opt_parse_id(const char *s, pid_t *id);
bool mps_opt_parse_u64(const char *s, uint64_t *v);
bool mps_opt_parse_ids(const char *s, struct mps_ids *ids);
/* Seconds, or with a unit: 2 0.5 500ms 10s 2m. */
bool mps_opt_parse_interval(const char *s, uint64_t *ns);

/* Is @id among @ids, or are there none to restrict it? */
bool mps_ids_match(const struct mps_ids *ids, pid_t id);

#endif /* _MPS_OPT_H */
