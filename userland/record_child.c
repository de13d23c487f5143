// SPDX-License-Identifier: GPL-2.0
/* trace-cmd as a child, in an instance of its own, until it is told to end. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd.h"
#include "record.h"
#include "wait.h"

#define START_NS	UINT64_C(60000000000)	/* to be on, on a slow machine */
#define POLL_NS		UINT64_C(20000000)
#define MAX_ARGS	80

static const char * const tracefs[] = {
	"/sys/kernel/tracing", "/sys/kernel/debug/tracing",
};

/* Is it "1\n"? */
static bool is_on(const char *dir, const char *instance, const char *file)
{
	char path[256], word[8] = "";
	int fd;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/instances/%s/%s", dir, instance, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, word, sizeof(word) - 1);
	close(fd);
	return n > 0 && word[0] == '1';
}

static bool all_on(const struct mps_tracer *t)
{
	for (size_t i = 0; i < sizeof(tracefs) / sizeof(tracefs[0]); i++)
		if (is_on(tracefs[i], t->instance, "tracing_on") &&
		    is_on(tracefs[i], t->instance, "events/mpscope/enable"))
			return true;
	return false;
}

/* The last line that it said. */
static void last_line(const struct mps_tracer *t, char *buf, size_t size)
{
	char text[4096];
	char *line;
	ssize_t n;

	snprintf(buf, size, "it gives no reason");
	n = pread(t->log, text, sizeof(text) - 1, 0);
	if (n <= 0)
		return;
	text[n] = 0;
	while ((line = strrchr(text, '\n')) && !line[1])
		*line = 0;
	snprintf(buf, size, "%.250s", line ? line + 1 : text);
}

struct args {
	char *word[MAX_ARGS];
	int nr;
};

static bool add(struct args *a, const char *word)
{
	if (a->nr >= MAX_ARGS - 1)
		return false;
	a->word[a->nr] = strdup(word);
	return a->word[a->nr] && (a->word[++a->nr] = NULL, true);
}

static bool add_events(struct args *a, const char *events)
{
	char *copy = strdup(events), *rest = copy, *word;
	bool ok = copy;

	while (ok && (word = strsep(&rest, ",")))
		ok = !*word || (add(a, "-e") && add(a, word));
	free(copy);
	return ok;
}

/* The clock belongs to the instance, so it comes after its name. */
static bool make_args(struct args *a, const struct mps_tracer *t,
		      const struct mps_tracer_cfg *cfg)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	char kb[32];
	bool ok = add(a, "trace-cmd") && add(a, "record") && add(a, "-o") &&
		  add(a, cfg->file);

	if (cfg->max_bytes) {
		snprintf(kb, sizeof(kb), "%llu",
			 (unsigned long long)cfg->max_bytes / 1024 /
			 (unsigned long long)(cpus > 0 ? cpus : 1) + 1);
		ok = ok && add(a, "-m") && add(a, kb);
	}
	ok = ok && add(a, "-B") && add(a, t->instance) && add(a, "-C") &&
	     add(a, "mono") && add(a, "-e") && add(a, "mpscope");
	return ok && (!cfg->events || add_events(a, cfg->events));
}

static void free_args(struct args *a)
{
	while (a->nr)
		free(a->word[--a->nr]);
}

static void child(const struct args *a, int log)
{
	sigset_t none;

	/* Ctrl-C is ours: the second reading comes before its end */
	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	mps_wait_restore_pipe();
	dup2(log, 1);
	dup2(log, 2);
	execvp(a->word[0], a->word);
	dprintf(2, "%s\n", errno == ENOENT ?
		"trace-cmd is not installed: apt install trace-cmd" :
		strerror(errno));
	_exit(127);
}

/* trace-cmd does so itself, unless it fails. */
static void remove_instance(const struct mps_tracer *t)
{
	char path[256];

	for (size_t i = 0; i < sizeof(tracefs) / sizeof(tracefs[0]); i++) {
		snprintf(path, sizeof(path), "%s/instances/%s", tracefs[i],
			 t->instance);
		rmdir(path);
	}
}

/* Return: its status, as of waitpid(); -1 if it was gone. */
static int end(struct mps_tracer *t)
{
	int status = -1;

	if (t->pid > 0) {
		kill(t->pid, SIGINT);
		while (waitpid(t->pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	t->pid = -1;
	remove_instance(t);
	return status;
}

static bool wait_on(struct mps_tracer *t)
{
	uint64_t latest = mps_wait_now() + START_NS;
	char why[256];

	while (!all_on(t)) {
		if (mps_tracer_died(t)) {
			end(t);
			last_line(t, why, sizeof(why));
			mps_msg("record: trace-cmd could not record: %s", why);
			return false;
		}
		if (mps_wait_now() > latest) {
			end(t);
			mps_msg("record: trace-cmd did not begin to record within %llu s",
				(unsigned long long)(START_NS / 1000000000));
			return false;
		}
		if (!mps_wait_until(mps_wait_now() + POLL_NS)) {
			end(t);
			mps_msg("record: interrupted before it began");
			return false;
		}
	}
	return true;
}

bool mps_tracer_start(struct mps_tracer *t, const struct mps_tracer_cfg *cfg)
{
	struct args a = { .nr = 0 };

	*t = (struct mps_tracer){ .pid = -1 };
	snprintf(t->instance, sizeof(t->instance), "mpscope-%d", getpid());
	t->log = memfd_create("trace-cmd", MFD_CLOEXEC);
	if (t->log < 0 || !make_args(&a, t, cfg)) {
		mps_msg("record: cannot start trace-cmd: %s",
			t->log < 0 ? strerror(errno) : "too many events or no memory");
		free_args(&a);
		return false;
	}
	t->pid = fork();
	if (!t->pid)
		child(&a, t->log);
	free_args(&a);
	if (t->pid < 0) {
		mps_msg("record: cannot fork: %s", strerror(errno));
		return false;
	}
	return wait_on(t);
}

bool mps_tracer_died(struct mps_tracer *t)
{
	if (t->pid > 0 && waitpid(t->pid, NULL, WNOHANG) == t->pid)
		t->pid = -1;
	return t->pid < 0;
}

bool mps_tracer_stop(struct mps_tracer *t)
{
	char why[256];
	int status = end(t);

	if (status >= 0 && WIFEXITED(status) && !WEXITSTATUS(status))
		return true;
	last_line(t, why, sizeof(why));
	mps_msg("record: trace-cmd failed: %s", why);
	return false;
}
