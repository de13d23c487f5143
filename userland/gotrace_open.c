// SPDX-License-Identifier: GPL-2.0
/* From a file to the text of a trace: it is that, or go makes it. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gotrace.h"

extern char **environ;

/* "go 1.27 trace" and zeros up to 16 bytes */
#define HEAD	16

static bool is_binary(const char head[HEAD])
{
	return !memcmp(head, "go 1.", 5) && memmem(head, HEAD, " trace\0", 7);
}

/* What it has to say against the file would stand in the way of our sentence. */
static int spawn(pid_t *pid, const char *go, const char *path, int to)
{
	/* it does not write to them; posix_spawn() promises that */
	const char * const argv[] = { go, "tool", "trace", "-d=parsed", "--", path, NULL };
	posix_spawn_file_actions_t actions;
	int err;

	if (posix_spawn_file_actions_init(&actions))
		return ENOMEM;
	posix_spawn_file_actions_adddup2(&actions, to, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
					 O_WRONLY, 0);
	err = posix_spawnp(pid, go, &actions, NULL, (char * const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return err;
}

#define WAY_OUT	"name a newer one with --go, or give the text that 'go tool trace -d=parsed' of Go 1.23 or later prints"

static bool convert(struct mps_gotrace *g, const char *path, const char *go,
		    char *why, size_t size)
{
	int ends[2], err, status;
	FILE *text;
	pid_t pid;
	bool ok;

	if (pipe2(ends, O_CLOEXEC)) {
		snprintf(why, size, "%s", strerror(errno));
		return false;
	}
	err = spawn(&pid, go, path, ends[1]);
	close(ends[1]);
	if (err) {
		close(ends[0]);
		snprintf(why, size, "it is binary and '%s' cannot run (%s): " WAY_OUT,
			 go, strerror(err));
		return false;
	}
	text = fdopen(ends[0], "r");
	ok = text && mps_gotrace_read(g, text);
	if (text)
		fclose(text);
	else
		close(ends[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!ok) {
		snprintf(why, size, "out of memory");
		return false;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		snprintf(why, size, "it is binary and '%s tool trace' cannot read it: " WAY_OUT,
			 go);
		return false;
	}
	return true;
}

static bool read_text(struct mps_gotrace *g, FILE *f, const char *path,
		      const char *go, char *why, size_t size)
{
	char head[HEAD] = "";
	size_t len = 0;

	/* a pipe is text: nobody could read it once more */
	if (!fseek(f, 0, SEEK_SET)) {
		len = fread(head, 1, sizeof(head), f);
		if (len == HEAD && is_binary(head))
			return convert(g, path, go, why, size);
		rewind(f);
	}
	if (!mps_gotrace_read(g, f)) {
		snprintf(why, size, "out of memory");
		return false;
	}
	if (ferror(f)) {
		snprintf(why, size, "%s", strerror(errno));
		return false;
	}
	return true;
}

bool mps_gotrace_open(struct mps_gotrace *g, const char *path, const char *go,
		      char *why, size_t size)
{
	FILE *f = fopen(path, "re");
	bool ok;

	if (!f) {
		snprintf(why, size, "%s", strerror(errno));
		return false;
	}
	ok = read_text(g, f, path, go, why, size);
	fclose(f);
	if (ok && !g->nr_marks) {
		snprintf(why, size, "it is neither a trace of Go's runtime nor the text that 'go tool trace -d=parsed' makes of one");
		return false;
	}
	return ok;
}
