/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The commands that show one table of each target, since it was tagged or by
 * interval: epoll, blocking, migrate, wakers, stat --threads.
 */
#ifndef _MPS_REPORT_H
#define _MPS_REPORT_H

#include "reading.h"

struct mps_report {
	const char *command;
	const char *file;	/* of the target */
	const char *rows;	/* what the rows are: key of the JSON array */
	const struct mps_reading_col *cols;
	size_t nr_cols;
	const char *sort;	/* column, if the user names none */
	const char *feature;	/* without which there is nothing to show */
	unsigned int drops;	/* MPS_DROPS_* */
	bool group;		/* rows of one key (without tid) become one */
	/* Fill in the derived columns of a row, or of the total itself. */
	void (*derive)(const struct mps_layout *l, struct mps_cell *row,
		       const struct mps_cell *total, uint64_t elapsed_ns);
	/* Show the rows in another form than a table of the columns. */
	void (*show)(const struct mps_report *r, const struct mps_opt *opt,
		     struct mps_out *out, const struct mps_snap *rows);
	bool keep_idle;		/* rows without activity mean something */
	const char *note;	/* what the reader of the table has to know */
	const char *interval_note;	/* the same, if there are intervals */
};

/* The whole of a command. Return: exit code. */
int mps_report_run(const struct mps_report *r, const struct mps_opt *opt);

/* Table and footer of one target, in a document that is open. Return: the same. */
int mps_report_embed(const struct mps_report *r, const struct mps_opt *opt,
		     struct mps_out *out, pid_t tgid);

/* One row a thread; where the time went, of all together and by thread. */
extern const struct mps_report mps_report_threads;
extern const struct mps_report mps_report_reasons;
extern const struct mps_report mps_report_reasons_by_thread;

#endif /* _MPS_REPORT_H */
