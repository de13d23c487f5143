// SPDX-License-Identifier: GPL-2.0
/* mpscope merge: a recording together with the Go runtime's own trace. */
#include <string.h>
#include <sys/utsname.h>

#include "cmd.h"
#include "merge_tell.h"

static const char *go_command, *align_by;

static struct mps_export_file exports[] = {
	{ .e = &mps_export_chrome }, { .e = &mps_export_perfetto }, { NULL },
};

static const struct mps_opt_own own[] = {
	{ .name = "go", .arg = "COMMAND", .value = &go_command,
	  .help = "the go command that reads a binary trace (default: go)" },
	{ .name = "align", .arg = "HOW", .value = &align_by,
	  .help = "clocks by snapshot or by events; default: the first there is" },
	{ .name = "chrome", .arg = "OUT.json", .value = &exports[0].path,
	  .help = "write both on one timeline, for chrome://tracing" },
	{ .name = "perfetto", .arg = "OUT", .value = &exports[1].path,
	  .help = "write both on one timeline, for ui.perfetto.dev" },
	{ .name = NULL },
};

static const struct mps_opt_spec spec = {
	.name = "merge",
	.synopsis = "[OPTIONS] GO-TRACE FILE",
	.what =
"Lay the Go runtime's own trace (runtime/trace, go test -trace, /debug/pprof/trace)\n"
"over a recording of 'mpscope record' of the same run: what the runtime calls\n"
"running is cut into really on a CPU and not (preempted, woken, blocked in the\n"
"kernel), for each goroutine and each P.\n\n"
"GO-TRACE is the text of 'go tool trace -d=parsed', or the trace itself: then the\n"
"go command makes the text of it, and has to be Go 1.23 or later and not older\n"
"than the program. Its clock is aligned by what it says of CLOCK_MONOTONIC (Go 1.25\n"
"and later), else by matching events; how good that is, is printed.",
	.shared = MPS_OPT_ROWS | MPS_OPT_ARGS,
	.own = own,
	.examples =
"  mpscope merge go.trace trace.dat\n"
"  mpscope merge go.trace trace.dat --perfetto both.pftrace\n"
"  go tool trace -d=parsed go.trace >go.txt && mpscope merge go.txt trace.dat\n",
};

static bool same_clock(const struct mps_merge_job *j)
{
	return !strcmp(mps_rec_clock(j->c.rec), "mono");
}

/* First time: when had which thread a CPU? */
static void on_stay(void *arg, const struct mps_seg *seg)
{
	struct mps_merge_job *j = arg;

	if (seg->state == MPSCOPE_STATE_WOKEN)
		mps_stays_wake(&j->stays, seg->tid);
	if (seg->state != MPSCOPE_STATE_RUNNING ||
	    !mps_gotrace_thread(&j->go, seg->tid))
		return;
	if (j->tgid < 0)
		j->tgid = seg->proc->tgid;
	if (j->tgid == seg->proc->tgid)
		j->c.failed |= !mps_stays_add(&j->stays, seg->tid,
					      (int64_t)seg->from_ns,
					      (int64_t)seg->to_ns);
}

static void on_p(void *arg, const struct mps_seg *seg)
{
	struct mps_merge_job *j = arg;

	mps_exports_p(j->exports, &j->c, seg);
}

static void on_thread(void *arg, const struct mps_seg *seg)
{
	struct mps_merge_job *j = arg;

	mps_merge_seg(&j->merge, seg);
	mps_exports_thread(j->exports, &j->c, seg);
}

static void on_event(void *arg, const struct mps_rec_event *e,
		     const struct mps_sthread *t)
{
	struct mps_merge_job *j = arg;

	mps_exports_event(j->exports, &j->c, e, t);
}

/* Once through the recording; of the process alone, when that is known. */
static bool feed(struct mps_merge_job *j)
{
	struct mps_rec_event e;

	while (mps_rec_next(j->c.rec, &e)) {
		if (e.type != MPS_REC_SWITCH && j->tgid >= 0 && e.tgid != j->tgid)
			continue;
		if (!mps_story_feed(j->c.story, &e) || j->c.failed)
			return false;
	}
	mps_story_end(j->c.story);
	return !j->c.failed;
}

static bool open_rec(struct mps_merge_job *j, const struct mps_story_ops *ops)
{
	char why[256];

	if (mps_rec_open(&j->c.rec, j->c.file, why, sizeof(why))) {
		mps_msg("merge: %s: %s", j->c.file, why);
		return false;
	}
	j->c.story = mps_story_new(ops);
	if (!j->c.story)
		mps_msg("merge: out of memory");
	return j->c.story;
}

static void close_rec(struct mps_merge_job *j)
{
	mps_story_free(j->c.story);
	mps_rec_close(j->c.rec);
	j->c.story = NULL;
	j->c.rec = NULL;
}

static int complain(const struct mps_merge_job *j, enum mps_align_err err)
{
	double go = (double)j->go.begin_ns / 1e9, go_end = (double)j->go.end_ns / 1e9;
	double rec = (double)j->begin_ns / 1e9, rec_end = (double)j->end_ns / 1e9;

	switch (err) {
	case MPS_ALIGN_NOMEM:
		mps_msg("merge: out of memory");
		break;
	case MPS_ALIGN_NO_SNAPSHOT:
		mps_msg("merge: --align snapshot needs a trace of Go 1.25 or later and a recording with the clock mono: leave it out");
		break;
	case MPS_ALIGN_NO_THREAD:
		mps_msg("merge: no thread of %s is in %s: they are of different processes, or of one in a PID namespace of its own",
			j->go_file, j->c.file);
		break;
	case MPS_ALIGN_APART:
		mps_msg("merge: %s (%.3f s to %.3f s) and %s (%.3f s to %.3f s) have no time in common: record both at once",
			j->go_file, go, go_end, j->c.file, rec, rec_end);
		break;
	default:
		mps_msg("merge: %s does not fit %s: there is no alignment in which threads note only what they can, while they run (%llu of %llu notes at best; %llu events of it were lost): are both of the same run?",
			j->go_file, j->c.file, (unsigned long long)j->align.on_cpu,
			(unsigned long long)j->align.notes,
			(unsigned long long)j->lost);
	}
	return MPS_EXIT_FAILURE;
}

static int align(struct mps_merge_job *j)
{
	const struct mps_story_ops ops = { .thread = on_stay, .arg = j };
	bool events = align_by && !strcmp(align_by, "events");
	enum mps_align_err err = MPS_ALIGN_NO_SNAPSHOT;
	bool same;

	if (!mps_stays_init(&j->stays, &j->go))
		return complain(j, MPS_ALIGN_NOMEM);
	if (!open_rec(j, &ops))
		return MPS_EXIT_FAILURE;
	same = same_clock(j);
	if (!feed(j))
		return complain(j, MPS_ALIGN_NOMEM);
	j->begin_ns = (int64_t)mps_story_begin_ns(j->c.story);
	j->end_ns = (int64_t)mps_story_end_ns(j->c.story);
	j->lost = mps_tell_lost(&j->c);
	close_rec(j);
	if (!events)
		err = mps_align_by_snapshot(&j->align, &j->stays, same);
	if (err == MPS_ALIGN_NO_SNAPSHOT && (events || !align_by))
		err = mps_align_by_events(&j->align, &j->stays, same);
	return err ? complain(j, err) : MPS_EXIT_OK;
}

static int show(struct mps_merge_job *j)
{
	struct mps_out *out = mps_out_open(j->c.opt);
	int rc;

	if (!out)
		return MPS_EXIT_FAILURE;
	mps_out_doc_begin(out, "merge");
	mps_merge_show(j, out);
	mps_out_doc_end(out, false);
	rc = mps_out_close(out);
	if (!rc && (mps_tell_lost(&j->c) || mps_rec_cut_bytes(j->c.rec) ||
		    j->go.nr_bad || j->go.cut))
		rc = MPS_EXIT_PARTIAL;
	return rc;
}

/* Second time: what did threads do in each slice? */
static int merge(struct mps_merge_job *j)
{
	const struct mps_story_ops ops = {
		.p = on_p, .thread = on_thread, .event = on_event, .arg = j,
	};
	struct mps_recmeta meta = { 0 };
	const char *machine;
	struct utsname u;
	int rc;

	if (!mps_merge_init(&j->merge, &j->go, j->align.offset_ns, j->begin_ns,
			    j->end_ns))
		return complain(j, MPS_ALIGN_NOMEM);
	if (!open_rec(j, &ops))
		return MPS_EXIT_FAILURE;
	if (mps_rec_meta(j->c.rec) && mps_recmeta_parse(&meta, mps_rec_meta(j->c.rec)))
		j->c.meta = &meta;
	machine = mps_rec_machine(j->c.rec);
	j->c.foreign = machine && !uname(&u) && strcmp(machine, u.machine);
	if (exports[0].path || exports[1].path) {
		j->merge.piece = mps_merge_keep;
		j->merge.arg = j;
	}
	rc = mps_exports_begin(exports, &j->c, "merge") ? MPS_EXIT_OK : MPS_EXIT_FAILURE;
	if (!rc && feed(j))
		mps_merge_end(&j->merge);
	if (!rc && j->c.failed)
		rc = complain(j, MPS_ALIGN_NOMEM);
	mps_merge_tracks(j);
	rc |= mps_exports_end(exports, &j->c, "merge");
	if (!rc)
		rc = show(j);
	mps_recmeta_free(&meta);
	return rc;
}

static int run(struct mps_merge_job *j)
{
	char why[512];
	int rc;

	if (!mps_gotrace_open(&j->go, j->go_file, go_command ? go_command : "go",
			      why, sizeof(why))) {
		mps_msg("merge: %s: %s", j->go_file, why);
		return MPS_EXIT_FAILURE;
	}
	rc = align(j);
	if (!rc)
		rc = merge(j);
	close_rec(j);
	mps_merge_free(&j->merge);
	mps_stays_free(&j->stays);
	return rc;
}

int cmd_merge(int argc, char **argv)
{
	struct mps_merge_job j = { .tgid = -1, .exports = exports };
	struct mps_opt opt;
	int rc = mps_opt_parse(&opt, &spec, argc, argv);

	if (rc == MPS_OPT_GO && opt.nr_args != 2) {
		mps_msg("merge: two files are needed: 'mpscope merge GO-TRACE FILE'");
		rc = MPS_EXIT_USAGE;
	}
	if (rc == MPS_OPT_GO && align_by && strcmp(align_by, "snapshot") &&
	    strcmp(align_by, "events")) {
		mps_msg("merge: --align '%s' is neither 'snapshot' nor 'events'", align_by);
		rc = MPS_EXIT_USAGE;
	}
	if (rc == MPS_OPT_GO)
		rc = mps_merge_check_sort(&opt);
	if (rc == MPS_OPT_GO) {
		j.go_file = opt.args[0];
		j.c.file = opt.args[1];
		j.c.opt = &opt;
		rc = run(&j);
		mps_gotrace_free(&j.go);
	}
	mps_opt_free(&opt);
	return rc;
}
