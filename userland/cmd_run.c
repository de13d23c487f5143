// SPDX-License-Identifier: GPL-2.0
/* mpscope run: run a command, tagged from before its exec. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "dbgfs.h"
#include "fmt.h"
#include "opt.h"
#include "out.h"
#include "report.h"
#include "tagline.h"
#include "wait.h"

#define EXIT_CANNOT_EXEC	126	/* as env(1) and the shells have it */
#define EXIT_NOT_FOUND		127
#define SETTLE_TRIES		200	/* a second, until its threads are gone */
#define SETTLE_NS		5000000

static bool children, untag_after;
static const char *features, *file;

static const struct mps_opt_own own[] = {
	{ .name = "children", .letter = 'c', .flag = &children,
	  .help = "processes it forks are tagged too (see 'mpscope list')" },
	{ .name = "features", .letter = 'f', .arg = "F[,F]",
	  .value = &features,
	  .help = "of epoll,migrate,wakers; default epoll,migrate; or none" },
	{ .name = "output", .letter = 'o', .arg = "FILE", .value = &file,
	  .help = "write the summary there, not to standard error" },
	{ .name = "untag", .letter = 'u', .flag = &untag_after,
	  .help = "forget its counters in the end" },
	{ .name = NULL },
};

static const struct mps_opt_spec spec = {
	.name = "run",
	.synopsis = "[OPTIONS] [--] CMD [ARG...]",
	.what =
"Run a command that is tagged before its first instruction, and say in the end\n"
"where its time went. The summary goes to standard error or to -o FILE; with\n"
"-j and -x too, so that CMD's own output stays what it is. The exit status is\n"
"that of CMD (128 + signal if one killed it), or 126 or 127 if CMD could not be\n"
"executed or found. If tagging fails CMD is not run: exit status 1, 2 or 3.",
	.shared = MPS_OPT_COMMAND,
	.own = own,
	.examples =
"  mpscope run -- ./server -port 80\n"
"  mpscope run --children make -j8\n"
"  mpscope run -j -o run.json -- ./bench\n",
};

/* What became of the command. */
struct ended {
	int status;		/* of waitpid() */
	uint64_t wall_ns;
};

static volatile sig_atomic_t child_pid;

/* Who stops us means the command. */
static void pass_on(int sig)
{
	int error = errno;

	if (child_pid > 0)
		kill(child_pid, sig);
	errno = error;
}

static struct {
	int sig;
	void (*handler)(int sig);
	struct sigaction was;
} signals[] = {
	/* the terminal sends these two to both of us */
	{ .sig = SIGINT, .handler = SIG_IGN },
	{ .sig = SIGQUIT, .handler = SIG_IGN },
	{ .sig = SIGTERM, .handler = pass_on },
	{ .sig = SIGHUP, .handler = pass_on },
	/* if it is ignored there is nothing to wait for */
	{ .sig = SIGCHLD, .handler = SIG_DFL },
};

#define NR_SIGNALS (sizeof(signals) / sizeof(signals[0]))

static void signals_init(void)
{
	for (size_t i = 0; i < NR_SIGNALS; i++) {
		const struct sigaction sa = {
			.sa_handler = signals[i].handler,
			.sa_flags = SA_RESTART,
		};

		sigaction(signals[i].sig, &sa, &signals[i].was);
	}
}

/* The command is to find them as we did. */
static void signals_exit(void)
{
	for (size_t i = 0; i < NR_SIGNALS; i++)
		sigaction(signals[i].sig, &signals[i].was, NULL);
	mps_wait_restore_pipe();
}

/* In the child: wait for the word, then become CMD; tell if that fails. */
static void child(int go, int failed, char **argv)
{
	char word;
	int error;

	signals_exit();
	if (read(go, &word, 1) != 1)
		_exit(MPS_EXIT_FAILURE);	/* not tagged: not run */
	execvp(argv[0], argv);
	error = errno;
	if (write(failed, &error, sizeof(error)) != sizeof(error))
		_exit(EXIT_CANNOT_EXEC);
	_exit(error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXEC);
}

struct pipes {
	int go[2], failed[2];
};

static bool pipes_open(struct pipes *p)
{
	if (pipe2(p->go, O_CLOEXEC))
		return false;
	if (!pipe2(p->failed, O_CLOEXEC))
		return true;
	close(p->go[0]);
	close(p->go[1]);
	return false;
}

/*
 * The command, waiting to be told to go. Return: its pid, or -1; *p has the
 * parent's ends then.
 */
static pid_t spawn(struct pipes *p, char **argv)
{
	pid_t pid;

	if (!pipes_open(p)) {
		mps_msg("cannot make a pipe: %s", strerror(errno));
		return -1;
	}
	fflush(stdout);
	pid = fork();
	if (!pid) {
		close(p->go[1]);
		close(p->failed[0]);
		child(p->go[0], p->failed[1], argv);
	}
	if (pid < 0) {
		mps_msg("cannot fork: %s", strerror(errno));
		close(p->go[1]);
		close(p->failed[0]);
	}
	close(p->go[0]);
	close(p->failed[1]);
	return pid;
}

static bool tag(pid_t pid, const char *name, int *rc)
{
	char cmd[MPS_TAGLINE_LEN];
	enum mps_err err;

	mps_tagline(cmd, pid, children, features);
	err = mps_dbgfs_write("tags", cmd);
	if (!err)
		return true;
	mps_msg("run: '%s' is not run, it could not be tagged: %s",
		name, mps_err_why());
	*rc = mps_err_exit(err);
	return false;
}

static void untag(pid_t pid)
{
	if (mps_untag(pid) && mps_err_errno() != ENOENT)
		mps_msg("process %d stays tagged: %s", pid, mps_err_why());
}

/*
 * Its last thread is still on its way out when waitpid() returns: wait until
 * the module has seen the last switch of all.
 */
static void settle(pid_t pid)
{
	const struct timespec pause = { .tv_nsec = SETTLE_NS };

	for (int i = 0; i < SETTLE_TRIES; i++) {
		struct mps_cell live, state;
		struct mps_kv *kv;
		bool done;

		if (mps_kv_read(&kv, pid, "summary"))
			return;
		live = mps_kv_u64(kv, "threads_live");
		state = mps_kv_str(kv, "state");
		done = (!live.known || !live.u) &&
		       (!state.known || !strcmp(state.s, "exited"));
		mps_kv_free(kv);
		if (done)
			return;
		nanosleep(&pause, NULL);
	}
	mps_msg("the module still counts threads of process %d as alive: the last of them may be missing",
		pid);
}

static void fields(struct mps_out *out, pid_t pid, char **argv,
		   const struct ended *e, const struct mps_kv *kv)
{
	static const struct { const char *key; enum mps_kind kind; } keys[] = {
		{ "life_ns", MPS_KIND_NS }, { "running_ns", MPS_KIND_NS },
		{ "woken_ns", MPS_KIND_NS }, { "preempted_ns", MPS_KIND_NS },
		{ "yielded_ns", MPS_KIND_NS }, { "blocked_ns", MPS_KIND_NS },
		{ "birth_ns", MPS_KIND_NS },
		{ "switches_vol", MPS_KIND_COUNT },
		{ "switches_invol", MPS_KIND_COUNT },
		{ "runs", MPS_KIND_COUNT }, { "migrations", MPS_KIND_COUNT },
		{ "cpu_changes", MPS_KIND_COUNT },
		{ "threads_live", MPS_KIND_COUNT },
		{ "threads_dead", MPS_KIND_COUNT },
		{ "epoll_calls", MPS_KIND_COUNT },
		{ "epoll_events", MPS_KIND_COUNT },
		{ "epoll_sleeps", MPS_KIND_COUNT },
		{ "epoll_empty_wakes", MPS_KIND_COUNT },
	};
	bool by_signal = WIFSIGNALED(e->status);

	mps_out_field(out, "cmd", MPS_KIND_STRING, mps_cell_str(argv[0]));
	mps_out_field(out, "pid", MPS_KIND_ID, mps_cell_u64((uint64_t)pid));
	mps_out_field(out, "exit_status", MPS_KIND_ID, by_signal ?
		      mps_cell_none() :
		      mps_cell_u64((uint64_t)WEXITSTATUS(e->status)));
	mps_out_field(out, "signal", MPS_KIND_ID, by_signal ?
		      mps_cell_u64((uint64_t)WTERMSIG(e->status)) :
		      mps_cell_none());
	mps_out_field(out, "wall_ns", MPS_KIND_NS, mps_cell_u64(e->wall_ns));
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		mps_out_field(out, keys[i].key, keys[i].kind,
			      mps_kv_u64(kv, keys[i].key));
}

static const char *count(char buf[MPS_FMT_LEN], const struct mps_kv *kv,
			 const char *key)
{
	struct mps_cell c = mps_kv_u64(kv, key);

	if (!c.known)
		return "-";
	snprintf(buf, MPS_FMT_LEN, "%llu", (unsigned long long)c.u);
	return buf;
}

static void headings(struct mps_out *out, pid_t pid, char **argv,
		     const struct ended *e, const struct mps_kv *kv)
{
	char a[MPS_FMT_LEN], b[MPS_FMT_LEN], c[MPS_FMT_LEN], d[MPS_FMT_LEN];
	bool by_signal = WIFSIGNALED(e->status);

	mps_out_heading(out, "run of %d (%s): %s %d after %s", pid, argv[0],
			by_signal ? "killed by signal" : "exit status",
			by_signal ? WTERMSIG(e->status) :
				    WEXITSTATUS(e->status),
			mps_fmt_ns(a, e->wall_ns));
	mps_out_heading(out, "switches: %s voluntary, %s involuntary; migrations %s, CPU changes %s",
			count(a, kv, "switches_vol"),
			count(b, kv, "switches_invol"),
			count(c, kv, "migrations"),
			count(d, kv, "cpu_changes"));
	mps_out_heading(out, "epoll: %s calls, %s events, %s sleeps, %s empty wakeups",
			count(a, kv, "epoll_calls"),
			count(b, kv, "epoll_events"),
			count(c, kv, "epoll_sleeps"),
			count(d, kv, "epoll_empty_wakes"));
}

static void show(const struct mps_opt *opt, FILE *to, pid_t pid, char **argv,
		 const struct ended *e)
{
	const struct mps_out_cfg cfg = {
		.format = opt->format, .sep = opt->sep, .quiet = opt->quiet,
		.color = !opt->no_color, .to = to,
	};
	struct mps_out *out;
	struct mps_kv *kv;

	settle(pid);
	if (mps_kv_read(&kv, pid, "summary")) {
		mps_msg("no summary of process %d: %s", pid, mps_err_why());
		return;
	}
	out = mps_out_open_cfg(&cfg);
	if (out) {
		mps_out_doc_begin(out, "run");
		headings(out, pid, argv, e, kv);
		fields(out, pid, argv, e, kv);
		mps_report_embed(&mps_report_reasons, opt, out, pid);
		mps_out_doc_end(out, false);
		mps_out_close(out);
	}
	mps_kv_free(kv);
}

/* Let it go, and wait for its end. Return: false if it could not be executed. */
static bool let_go(const struct pipes *p, pid_t pid, char **argv,
		   struct ended *e)
{
	uint64_t began = mps_wait_now();
	int error = 0;
	bool failed;

	if (write(p->go[1], "g", 1) != 1)
		mps_msg("the command died before it began");
	/* the pipe closes when exec succeeds, or brings why it did not */
	failed = read(p->failed[0], &error, sizeof(error)) == sizeof(error);
	if (failed)
		mps_msg("run: cannot execute '%s': %s", argv[0],
			strerror(error));
	while (waitpid(pid, &e->status, 0) < 0 && errno == EINTR)
		;
	e->wall_ns = mps_wait_now() - began;
	return !failed;
}

static int run(const struct mps_opt *opt, FILE *to)
{
	struct ended e = { 0 };
	struct pipes p;
	int rc = MPS_EXIT_FAILURE;
	pid_t pid;
	bool ran;

	signals_init();
	pid = spawn(&p, opt->args);
	if (pid < 0)
		return rc;
	child_pid = pid;
	if (!tag(pid, opt->args[0], &rc)) {
		close(p.go[1]);		/* it reads the end, and leaves */
		close(p.failed[0]);
		waitpid(pid, NULL, 0);
		return rc;
	}
	ran = let_go(&p, pid, opt->args, &e);
	child_pid = 0;
	close(p.go[1]);
	close(p.failed[0]);
	if (ran)
		show(opt, to, pid, opt->args, &e);
	if (!ran || untag_after)
		untag(pid);
	return WIFSIGNALED(e.status) ? 128 + WTERMSIG(e.status) :
				       WEXITSTATUS(e.status);
}

static int run_to(const struct mps_opt *opt)
{
	FILE *to = stderr;
	int rc;

	if (!opt->nr_args) {
		mps_msg("run: which command? 'mpscope run --help' explains");
		return MPS_EXIT_USAGE;
	}
	rc = mps_tagline_check("run", features);
	if (rc != MPS_OPT_GO)
		return rc;
	if (file) {
		to = fopen(file, "we");
		if (!to) {
			mps_msg("run: cannot write '%s': %s", file,
				strerror(errno));
			return MPS_EXIT_FAILURE;
		}
	}
	rc = run(opt, to);
	if (file && fclose(to))
		mps_msg("run: '%s' is not complete: %s", file, strerror(errno));
	return rc;
}

int cmd_run(int argc, char **argv)
{
	struct mps_opt opt;
	int rc = mps_opt_parse(&opt, &spec, argc, argv);

	if (rc == MPS_OPT_GO)
		rc = run_to(&opt);
	mps_opt_free(&opt);
	return rc;
}
