/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reader of the module's files in debugfs, and writer of its commands.
 *
 * Tables are read one row at a time, columns are found by name. The directory
 * is MPSCOPE_DEBUGFS_DIR, or what the environment names in MPSCOPE_DEBUGFS
 * (tests, odd mounts).
 */
#ifndef _MPS_DBGFS_H
#define _MPS_DBGFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cell.h"

enum mps_err {
	MPS_OK,
	MPS_END,		/* no more rows */
	MPS_ERR_NO_DEBUGFS,	/* not mounted */
	MPS_ERR_NO_MODULE,
	MPS_ERR_PERM,		/* not root, or locked down */
	MPS_ERR_ABI,		/* module of another ABI version */
	MPS_ERR_NO_FILE,	/* this module does not offer it */
	MPS_ERR_NO_TARGET,	/* process not tagged */
	MPS_ERR_NO_PROCESS,
	MPS_ERR_FORMAT,		/* a line that makes no sense */
	MPS_ERR_NO_COLUMN,	/* a column that has to be there is not */
	MPS_ERR_AGAIN,		/* the module could not get a snapshot */
	MPS_ERR_REFUSED,	/* a command that the module refused */
	MPS_ERR_NOMEM,
	MPS_ERR_IO,
	MPS_NR_ERRS
};

/* What it means, one sentence; needs no file to have been touched. */
const char *mps_err_text(enum mps_err err);
/* The same, with file, line and way out, of the error that came last. */
const char *mps_err_why(void);
/* The exit code a command ends with because of it. */
int mps_err_exit(enum mps_err err);

/* Remember that memory ran out. Return: MPS_ERR_NOMEM. */
enum mps_err mps_err_nomem(void);

/* A column that the reader wants. */
struct mps_want {
	const char *name;
	enum mps_type type;
	bool required;		/* else unknown in all rows if not there */
};

struct mps_tab;

/**
 * mps_tab_open() - open a table of the module
 * @tgid: process whose file it is, 0 for a file of the whole module
 * @want: columns, must stay there until the close; NULL: all, as strings
 *
 * Return: MPS_OK and *tab, or an error that mps_err_why() explains.
 */
enum mps_err mps_tab_open(struct mps_tab **tab, pid_t tgid, const char *file,
			  const struct mps_want *want, size_t nr_want);

/* Next row into mps_tab_cells(). Return: MPS_OK, MPS_END or an error. */
enum mps_err mps_tab_next(struct mps_tab *tab);

/* Cells in the order of @want (or of the file); good until the next row. */
const struct mps_cell *mps_tab_cells(const struct mps_tab *tab);

/* Columns of the file, in its order. */
size_t mps_tab_nr_cols(const struct mps_tab *tab);
const char *mps_tab_col_name(const struct mps_tab *tab, size_t i);
void mps_tab_close(struct mps_tab *tab);

/* A "# key value" file, read as a whole. */
struct mps_kv;

enum mps_err mps_kv_read(struct mps_kv **kv, pid_t tgid, const char *file);
/* MPS_STR: the word, unescaped. Unknown if the key is not there. */
struct mps_cell mps_kv_str(const struct mps_kv *kv, const char *key);
/* MPS_U64; unknown also if the value is no number. */
struct mps_cell mps_kv_u64(const struct mps_kv *kv, const char *key);
void mps_kv_free(struct mps_kv *kv);

/**
 * mps_dbgfs_write() - write commands to "tags" or "rules"
 *
 * Return: MPS_OK; MPS_ERR_REFUSED with the module's own sentence in
 * mps_err_why() and its errno in mps_err_errno(); or another error.
 */
enum mps_err mps_dbgfs_write(const char *file, const char *text);
int mps_err_errno(void);

/* The directory in use. */
const char *mps_dbgfs_dir(void);

/* Ids of all targets, ascending; to be freed. */
enum mps_err mps_dbgfs_targets(pid_t **tgids, size_t *nr);
/* MPS_OK if tagged (or exited and kept), MPS_ERR_NO_TARGET if not. */
enum mps_err mps_dbgfs_has_target(pid_t tgid);
/* The same, and mps_err_why() stays what it is. */
bool mps_dbgfs_is_target(pid_t tgid);

#endif /* _MPS_DBGFS_H */
