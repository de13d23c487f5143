// SPDX-License-Identifier: GPL-2.0
/*
 * The module's directory: where it is, why something in it cannot be opened,
 * which targets it has, and the two files that take commands.
 */
#include "dbgfs_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <linux/magic.h>
#include <unistd.h>

#include "../kmod/uapi/mpscope/abi.h"
#include "cmd.h"

static const struct {
	const char *text;
	int exit;
} errs[] = {
	[MPS_OK] = { "no error", MPS_EXIT_OK },
	[MPS_END] = { "no more rows", MPS_EXIT_OK },
	[MPS_ERR_NO_DEBUGFS] = {
		"debugfs is not mounted: mount -t debugfs none /sys/kernel/debug",
		MPS_EXIT_MODULE },
	[MPS_ERR_NO_MODULE] = {
		"the module is not loaded: modprobe mpscope", MPS_EXIT_MODULE },
	[MPS_ERR_PERM] = {
		"no permission for the module's files: run as root",
		MPS_EXIT_MODULE },
	[MPS_ERR_ABI] = {
		"the module has another ABI version than this tool: install both from the same release",
		MPS_EXIT_MODULE },
	[MPS_ERR_NO_FILE] = {
		"the module does not offer this file: it is older than this tool",
		MPS_EXIT_MODULE },
	[MPS_ERR_NO_TARGET] = {
		"the process is not tagged: mpscope tag PID", MPS_EXIT_FAILURE },
	[MPS_ERR_NO_PROCESS] = {
		"there is no such process", MPS_EXIT_FAILURE },
	[MPS_ERR_FORMAT] = {
		"the module's file has a line that makes no sense",
		MPS_EXIT_FAILURE },
	[MPS_ERR_NO_COLUMN] = {
		"the module's file lacks a column: it is older than this tool",
		MPS_EXIT_MODULE },
	[MPS_ERR_AGAIN] = {
		"threads died faster than the module could add them up: try again",
		MPS_EXIT_PARTIAL },
	[MPS_ERR_REFUSED] = {
		"the module refused the command", MPS_EXIT_FAILURE },
	[MPS_ERR_NOMEM] = { "no memory", MPS_EXIT_FAILURE },
	[MPS_ERR_IO] = {
		"the module's file could not be read or written",
		MPS_EXIT_FAILURE },
};

_Static_assert(sizeof(errs) / sizeof(errs[0]) == MPS_NR_ERRS,
	       "a sentence for each error");

static char why[1024];
static int last_errno;

const char *mps_err_text(enum mps_err err)
{
	return (unsigned int)err < MPS_NR_ERRS ? errs[err].text : "unknown error";
}

int mps_err_exit(enum mps_err err)
{
	return (unsigned int)err < MPS_NR_ERRS ? errs[err].exit :
						 MPS_EXIT_FAILURE;
}

const char *mps_err_why(void)
{
	return why[0] ? why : errs[MPS_OK].text;
}

int mps_err_errno(void)
{
	return last_errno;
}

enum mps_err mps_err_set(enum mps_err err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	return err;
}

enum mps_err mps_err_nomem(void)
{
	return mps_err_set(MPS_ERR_NOMEM, "no memory for the module's data");
}

const char *mps_dbgfs_dir(void)
{
	const char *dir = secure_getenv("MPSCOPE_DEBUGFS");

	return dir && *dir ? dir : MPSCOPE_DEBUGFS_DIR;
}

void mps_dbgfs_name(char *buf, size_t size, pid_t tgid, const char *file)
{
	if (tgid)
		snprintf(buf, size, "targets/%d/%s", tgid, file);
	else
		snprintf(buf, size, "%s", file);
}

bool mps_dbgfs_path(char *buf, size_t size, const char *name)
{
	int n = snprintf(buf, size, "%s/%s", mps_dbgfs_dir(), name);

	return n >= 0 && (size_t)n < size;
}

static enum mps_err explain_denied(const char *file)
{
	if (geteuid())
		return mps_err_set(MPS_ERR_PERM,
				   "no permission to read %s: run mpscope as root",
				   mps_dbgfs_dir());
	return mps_err_set(MPS_ERR_PERM,
			   "the kernel denies '%s' to root too (lockdown?): 'mpscope doctor' tells what is left",
			   file);
}

/* The module's directory is not there: is it the module or debugfs? */
static enum mps_err explain_no_dir(void)
{
	struct statfs fs;
	bool own = !strcmp(mps_dbgfs_dir(), MPSCOPE_DEBUGFS_DIR);

	if (own && !statfs("/sys/kernel/debug", &fs) &&
	    (unsigned long)fs.f_type != DEBUGFS_MAGIC)
		return mps_err_set(MPS_ERR_NO_DEBUGFS, "%s",
				   mps_err_text(MPS_ERR_NO_DEBUGFS));
	if (own)
		return mps_err_set(MPS_ERR_NO_MODULE, "%s",
				   mps_err_text(MPS_ERR_NO_MODULE));
	return mps_err_set(MPS_ERR_NO_MODULE,
			   "the module is not loaded, or MPSCOPE_DEBUGFS is wrong: there is no %s",
			   mps_dbgfs_dir());
}

enum mps_err mps_dbgfs_explain(pid_t tgid, const char *file, int error)
{
	char path[PATH_MAX];
	struct stat st;

	if (error == EACCES || error == EPERM)
		return explain_denied(file);
	if (error == ENOMEM)
		return mps_err_set(MPS_ERR_NOMEM, "no memory to open '%s'", file);
	if (error != ENOENT && error != ENOTDIR)
		return mps_err_set(MPS_ERR_IO, "cannot open '%s' in %s: %s", file,
				   mps_dbgfs_dir(), strerror(error));
	if (stat(mps_dbgfs_dir(), &st))
		return errno == EACCES ? explain_denied(file) :
					 explain_no_dir();
	if (tgid) {
		snprintf(path, sizeof(path), "%s/targets/%d", mps_dbgfs_dir(),
			 tgid);
		if (stat(path, &st))
			return mps_err_set(MPS_ERR_NO_TARGET,
					   "process %d is not tagged: mpscope tag %d",
					   tgid, tgid);
	}
	return mps_err_set(MPS_ERR_NO_FILE,
			   "the module does not offer the file '%s': install module and tool from the same release",
			   file);
}

/* Return: 0 or an errno. */
static int find_target(pid_t tgid)
{
	char name[64], path[PATH_MAX];
	struct stat st;

	mps_dbgfs_name(name, sizeof(name), tgid, "summary");
	if (!mps_dbgfs_path(path, sizeof(path), name))
		return ENAMETOOLONG;
	return stat(path, &st) ? errno : 0;
}

enum mps_err mps_dbgfs_has_target(pid_t tgid)
{
	int error = find_target(tgid);

	return error ? mps_dbgfs_explain(tgid, "summary", error) : MPS_OK;
}

bool mps_dbgfs_is_target(pid_t tgid)
{
	return !find_target(tgid);
}

static int by_id(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return x < y ? -1 : x > y;
}

static bool parse_tgid(const char *name, pid_t *tgid)
{
	long v = 0;

	for (const char *p = name; *p; p++) {
		if (*p < '0' || *p > '9' || v > INT_MAX / 10 - 10)
			return false;
		v = v * 10 + (*p - '0');
	}
	*tgid = (pid_t)v;
	return v > 0;
}

enum mps_err mps_dbgfs_targets(pid_t **tgids, size_t *nr)
{
	char path[PATH_MAX];
	struct dirent *de;
	DIR *dir;

	*tgids = NULL;
	*nr = 0;
	dir = mps_dbgfs_path(path, sizeof(path), "targets") ? opendir(path) :
							      NULL;
	if (!dir)
		return mps_dbgfs_explain(0, "targets", errno);
	while ((de = readdir(dir))) {
		pid_t tgid, *grown;

		if (!parse_tgid(de->d_name, &tgid))
			continue;
		grown = realloc(*tgids, (*nr + 1) * sizeof(*grown));
		if (!grown) {
			free(*tgids);
			*tgids = NULL;
			*nr = 0;
			closedir(dir);
			return mps_err_set(MPS_ERR_NOMEM,
					   "no memory for the list of targets");
		}
		*tgids = grown;
		grown[(*nr)++] = tgid;
	}
	closedir(dir);
	if (*nr)
		qsort(*tgids, *nr, sizeof(**tgids), by_id);
	return MPS_OK;
}

/* "EINVAL sentence" or "22 sentence": the sentence, if it is about @error. */
static const char *sentence_of(const char *line, int error)
{
	const char *name = strerrorname_np(error);
	size_t len = strcspn(line, " ");

	if (line[len] != ' ')
		return NULL;
	if (name && strlen(name) == len && !strncmp(line, name, len))
		return line + len + 1;
	return atoi(line) == error ? line + len + 1 : NULL;
}

/*
 * The module's own words. They are of its last refusal, which is ours only if
 * it has the errno that our write got.
 */
static bool read_sentence(char *buf, size_t size, int error)
{
	char path[PATH_MAX], *line = NULL;
	const char *sentence = NULL;
	size_t max = 0;
	FILE *f;

	if (!mps_dbgfs_path(path, sizeof(path), "last_error"))
		return false;
	f = fopen(path, "re");
	if (!f)
		return false;
	while (!sentence && getline(&line, &max, f) > 0) {
		line[strcspn(line, "\n")] = 0;
		/* the usual head, if it has one */
		if (strncmp(line, "version ", 8) && *line != '#')
			sentence = sentence_of(line, error);
	}
	if (sentence)
		snprintf(buf, size, "%s", sentence);
	fclose(f);
	free(line);
	return !!sentence;
}

/* For a module that does not say it itself; errnos as its ABI text has them. */
static const char *refusal_text(int error)
{
	switch (error) {
	case EINVAL:
		return "it does not understand it";
	case E2BIG:
		return "it is too long for one write";
	case ESRCH:
		return "there is no such process";
	case EPERM:
		return "a thread of the kernel cannot be tagged";
	case EEXIST:
		return "it is there already";
	case ENOENT:
		return "it is not there";
	case ENOSPC:
		return "the limit is reached; 'mpscope doctor -v' shows it";
	case EOPNOTSUPP:
		return "a hook it needs is unavailable; 'mpscope doctor' tells why";
	case ENOMEM:
		return "the kernel has no memory for it";
	default:
		return strerror(error);
	}
}

static enum mps_err explain_refusal(const char *file, const char *text,
				    int error)
{
	int len = (int)strcspn(text, "\n");
	char sentence[512];

	last_errno = error;
	if (read_sentence(sentence, sizeof(sentence), error))
		return mps_err_set(MPS_ERR_REFUSED, "%s", sentence);
	return mps_err_set(MPS_ERR_REFUSED,
			   "the module refused '%.*s' written to %s: %s", len,
			   text, file, refusal_text(error));
}

enum mps_err mps_dbgfs_write(const char *file, const char *text)
{
	size_t len = strlen(text);
	char path[PATH_MAX];
	ssize_t done;
	int fd, error;

	last_errno = 0;
	if (!mps_dbgfs_path(path, sizeof(path), file))
		return mps_err_set(MPS_ERR_IO, "the path of %s is too long",
				   mps_dbgfs_dir());
	/* not truncated: to write is to add */
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (fd < 0)
		return mps_dbgfs_explain(0, file, errno);
	done = write(fd, text, len);	/* one write is one transaction */
	error = errno;
	close(fd);
	if (done == (ssize_t)len)
		return MPS_OK;
	if (done >= 0)
		return mps_err_set(MPS_ERR_IO,
				   "the module took %zd of %zu bytes written to %s",
				   done, len, file);
	return explain_refusal(file, text, error);
}
