/* SPDX-License-Identifier: GPL-2.0 */
/* Between dbgfs.c and dbgfs_dir.c; nobody else includes it. */
#ifndef _MPS_DBGFS_PRIV_H
#define _MPS_DBGFS_PRIV_H

#include "dbgfs.h"

/* Remember the sentence for mps_err_why(). Return: @err. */
enum mps_err mps_err_set(enum mps_err err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Name of a file below the directory, for messages: "targets/1/threads". */
void mps_dbgfs_name(char *buf, size_t size, pid_t tgid, const char *file);

/* Its path. Return: false if it does not fit. */
bool mps_dbgfs_path(char *buf, size_t size, const char *name);

/* Why open() failed with @error on @file of @tgid, in the user's terms. */
enum mps_err mps_dbgfs_explain(pid_t tgid, const char *file, int error);

#endif /* _MPS_DBGFS_PRIV_H */
