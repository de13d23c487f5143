// SPDX-License-Identifier: GPL-2.0
/* mpscope record: events of processes into a trace.dat, by trace-cmd. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd.h"
#include "fmt.h"
#include "opt.h"
#include "out.h"
#include "rec.h"
#include "record.h"
#include "tagline.h"
#include "wait.h"

#define TICK_NS		UINT64_C(50000000)
#define LOOK_NS		UINT64_C(5000000000)	/* a new program is looked at so long */
#define PROOF_NS	UINT64_C(1000000000)
#define EXIT_CANNOT_EXEC	126	/* as env(1) and the shells have it */
#define EXIT_NOT_FOUND		127
#define MIN_SIZE	(UINT64_C(1) << 20)

static const char *file = "trace.dat", *duration, *max_size, *events;
static const char *features = "epoll,migrate,wakers";
static bool children;

static const struct mps_opt_own own[] = {
	{ .name = "duration", .letter = 'd', .arg = "TIME", .value = &duration,
	  .help = "stop after 30s, 2m; else on Ctrl-C, or when all have exited" },
	{ .name = "max-size", .arg = "SIZE", .value = &max_size,
	  .help = "keep the last 64M, 1G of events; else all" },
	{ .name = "output", .letter = 'o', .arg = "FILE", .value = &file,
	  .help = "trace.dat, unless said otherwise" },
	{ .name = "event", .letter = 'e', .arg = "E[,E]", .value = &events,
	  .help = "other events, too: sched:sched_switch tells who ran instead" },
	{ .name = "children", .letter = 'c', .flag = &children,
	  .help = "processes that are forked from now on are recorded, too" },
	{ .name = "features", .letter = 'f', .arg = "F[,F]", .value = &features,
	  .help = "of epoll,migrate,wakers (default: all), or none" },
	{ .name = NULL },
};

static const struct mps_opt_spec spec = {
	.name = "record",
	.synopsis = "[OPTIONS] -p PID[,PID] | [--] CMD [ARG...]",
	.what =
"Record the events of processes with trace-cmd, in an instance of their own and\n"
"with the clock mono, and put beside them what a reader elsewhere needs: the\n"
"counters before and after, GOMAXPROCS, cgroup quota, names, CPUs. The file is a\n"
"plain trace.dat, for trace-cmd and KernelShark too; 'mpscope report' explains\n"
"it. Processes that were not tagged are for as long as it takes. CMD is tagged\n"
"before its first instruction, and goes on when the recording ends before it.",
	.shared = MPS_OPT_PID | MPS_OPT_COMMAND,
	.own = own,
	.examples =
"  mpscope record -p $(pidof api) -d 30s -o api.dat\n"
"  mpscope record -p 4121 -d 10s -e sched:sched_switch --max-size 256M\n"
"  mpscope record -o bench.dat -- ./bench -n 1000\n"
"  mpscope report api.dat\n",
};

struct job {
	uint64_t duration_ns, max_bytes;
	struct mps_rectargets targets;
	struct mps_beside *beside;
	struct mps_tracer tracer;
	/* of CMD */
	pid_t child;		/* -1: none, or it has ended */
	bool not_run;		/* it could not be executed (it said so itself) */
	int go;			/* it waits for a byte from here */
};

static int bad(const char *what, const char *word)
{
	mps_msg("record: %s '%s'; 'mpscope record --help' explains", what, word);
	return MPS_EXIT_USAGE;
}

/* 64M, 1G, 500K */
static bool parse_size(const char *s, uint64_t *bytes)
{
	uint64_t v, unit;
	char *end;

	if (*s < '0' || *s > '9')
		return false;
	v = strtoull(s, &end, 10);
	unit = !strcmp(end, "K") ? 1 << 10 : !strcmp(end, "M") ? 1 << 20 :
	       !strcmp(end, "G") ? 1 << 30 : !*end ? 1 : 0;
	if (!unit || v > (UINT64_C(1) << 50) / unit)
		return false;
	*bytes = v * unit;
	return *bytes >= MIN_SIZE;
}

static int parse(struct job *j, const struct mps_opt *opt)
{
	if (!opt->pids.nr == !opt->nr_args) {
		mps_msg("record: either -p PID or a command; 'mpscope record --help' explains");
		return MPS_EXIT_USAGE;
	}
	if (duration && !mps_opt_parse_interval(duration, &j->duration_ns))
		return bad("no time from 10ms to a day:", duration);
	if (max_size && !parse_size(max_size, &j->max_bytes))
		return bad("no size from 1M on:", max_size);
	return mps_tagline_check("record", features);
}

/* CMD, which waits for the word before it becomes what it is. */
static bool spawn(struct job *j, char **argv)
{
	int go[2];
	char word;

	if (pipe2(go, O_CLOEXEC)) {
		mps_msg("record: cannot make a pipe: %s", strerror(errno));
		return false;
	}
	fflush(stdout);
	j->child = fork();
	if (!j->child) {
		close(go[1]);
		signal(SIGINT, SIG_DFL);
		signal(SIGTERM, SIG_DFL);
		signal(SIGHUP, SIG_DFL);
		mps_wait_restore_pipe();
		if (read(go[0], &word, 1) != 1)
			_exit(MPS_EXIT_FAILURE);
		execvp(argv[0], argv);
		mps_msg("record: cannot execute '%s': %s", argv[0], strerror(errno));
		_exit(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXEC);
	}
	close(go[0]);
	j->go = go[1];
	if (j->child < 0)
		mps_msg("record: cannot fork: %s", strerror(errno));
	return j->child > 0;
}

static int tag(struct job *j, const struct mps_opt *opt)
{
	struct mps_ids ids = { .id = &j->child, .nr = 1 };
	int rc = mps_rectargets_tag(&j->targets, opt->nr_args ? &ids : &opt->pids,
				    children, features);

	for (size_t i = 0; i < j->targets.nr && !rc; i++)
		if (!mps_beside_target(j->beside, j->targets.t[i].tgid))
			rc = MPS_EXIT_FAILURE;
	return rc;
}

static bool child_ended(struct job *j)
{
	int status;

	if (j->child <= 0 || waitpid(j->child, &status, WNOHANG) != j->child)
		return false;
	j->child = -1;
	j->not_run = WIFEXITED(status) && (WEXITSTATUS(status) == EXIT_NOT_FOUND ||
					   WEXITSTATUS(status) == EXIT_CANNOT_EXEC);
	return true;
}

/* Until the time is over, or someone wants it to end, or nothing is left. */
static void wait_for_end(struct job *j, bool has_child)
{
	uint64_t begin = mps_wait_now(), now = begin;

	for (;;) {
		uint64_t next = now + TICK_NS;

		if (j->duration_ns && next > begin + j->duration_ns)
			next = begin + j->duration_ns;
		if (!mps_wait_until(next))
			return;
		now = mps_wait_now();
		if ((j->duration_ns && now >= begin + j->duration_ns) ||
		    mps_tracer_died(&j->tracer) || (has_child && child_ended(j)) ||
		    mps_rectargets_gone(&j->targets))
			return;
		if (has_child && now < begin + LOOK_NS)
			mps_rectargets_look(&j->targets, j->beside, 0, false);
	}
}

/* What is in it now: read it once, as the report will. */
static uint64_t count_lost(struct mps_rec *rec, uint64_t *wall_ns)
{
	uint64_t lost = 0, first = 0, last = 0;
	const struct mps_rec_lost *l;
	struct mps_rec_event e;
	size_t nr;

	while (mps_rec_next(rec, &e)) {
		first = first ? first : e.ts_ns;
		last = e.ts_ns;
	}
	*wall_ns = last - first;
	l = mps_rec_lost(rec, &nr);
	for (size_t i = 0; i < nr; i++)
		lost += l[i].overrun + l[i].commit_overrun + l[i].dropped;
	return lost;
}

static int say_done(const struct job *j, const struct mps_opt *opt)
{
	struct mps_out *out = mps_out_open(opt);
	char why[256], time[MPS_FMT_LEN];
	uint64_t lost, wall_ns, bytes;
	struct mps_rec *rec;
	struct stat st;
	int rc;

	if (!out)
		return MPS_EXIT_FAILURE;
	if (mps_rec_open(&rec, file, why, sizeof(why))) {
		mps_msg("record: %s: %s", file, why);
		mps_out_close(out);
		return MPS_EXIT_FAILURE;
	}
	lost = count_lost(rec, &wall_ns);
	bytes = stat(file, &st) ? 0 : (uint64_t)st.st_size;
	mps_out_doc_begin(out, "record");
	mps_out_heading(out, "%s: %" PRIu64 " events of %s, %" PRIu64 " KiB; now: mpscope report %s",
			file, mps_rec_nr_known(rec), mps_fmt_ns(time, wall_ns),
			bytes / 1024, file);
	mps_out_field(out, "file", MPS_KIND_STRING, mps_cell_str(file));
	mps_out_field(out, "events", MPS_KIND_COUNT,
		      mps_cell_u64(mps_rec_nr_known(rec)));
	mps_out_field(out, "wall_ns", MPS_KIND_NS, mps_cell_u64(wall_ns));
	mps_out_field(out, "bytes", MPS_KIND_COUNT, mps_cell_u64(bytes));
	if (lost && j->max_bytes)
		mps_out_note(out, "--max-size keeps the last ones; the first were given up");
	mps_out_dropped(out, "events", "events", mps_cell_u64(lost));
	mps_out_doc_end(out, false);
	mps_rec_close(rec);
	rc = mps_out_close(out);
	return rc ? rc : lost ? MPS_EXIT_PARTIAL : MPS_EXIT_OK;
}

static int take(struct job *j, const struct mps_opt *opt)
{
	const struct mps_tracer_cfg cfg = {
		.file = file, .events = events, .max_bytes = j->max_bytes,
	};
	bool whole;
	int err;

	if (!opt->nr_args)
		mps_rectargets_look(&j->targets, j->beside, PROOF_NS, true);
	if (!mps_tracer_start(&j->tracer, &cfg))
		return MPS_EXIT_FAILURE;
	mps_beside_read(j->beside, false);
	if (opt->nr_args && write(j->go, "g", 1) != 1)
		mps_msg("record: the command ended before it began");
	wait_for_end(j, opt->nr_args);
	if (opt->nr_args)
		mps_rectargets_look(&j->targets, j->beside, 0, true);
	mps_beside_read(j->beside, true);
	whole = mps_tracer_stop(&j->tracer);
	if (!whole || j->not_run)
		return MPS_EXIT_FAILURE;
	err = mps_rec_append_meta(file, mps_beside_text(j->beside));
	if (err) {
		mps_msg("record: %s: what stands beside the events could not be written: %s",
			file, strerror(err));
		return MPS_EXIT_FAILURE;
	}
	return say_done(j, opt);
}

static int run(struct job *j, const struct mps_opt *opt)
{
	int rc;

	mps_wait_init();
	j->child = -1;
	j->go = -1;
	j->beside = mps_beside_new(opt->nr_args ? opt->args : NULL);
	if (!j->beside) {
		mps_msg("record: out of memory");
		return MPS_EXIT_FAILURE;
	}
	if (opt->nr_args && !spawn(j, opt->args))
		rc = MPS_EXIT_FAILURE;
	else
		rc = tag(j, opt);
	if (!rc)
		rc = take(j, opt);
	if (j->go >= 0)
		close(j->go);
	mps_rectargets_release(&j->targets);
	mps_beside_free(j->beside);
	return rc;
}

int cmd_record(int argc, char **argv)
{
	struct mps_opt opt;
	struct job j = { 0 };
	int rc = mps_opt_parse(&opt, &spec, argc, argv);

	if (rc == MPS_OPT_GO)
		rc = parse(&j, &opt);
	if (rc == MPS_OPT_GO)
		rc = run(&j, &opt);
	mps_opt_free(&opt);
	return rc;
}
