// SPDX-License-Identifier: GPL-2.0
/* mpscope report: what a recording tells. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "cmd.h"
#include "export.h"
#include "fmt.h"
#include "opt.h"
#include "tell.h"

static const char *from, *to, *only_p, *only_m, *procs;

static struct mps_export_file exports[] = {
	{ .e = &mps_export_chrome }, { .e = &mps_export_folded },
	{ .e = &mps_export_html }, { .e = &mps_export_perfetto }, { NULL },
};

static const struct mps_opt_own own[] = {
	{ .name = "from", .arg = "TIME", .value = &from,
	  .help = "timeline from here on: 1.5s, 20ms after the first event" },
	{ .name = "to", .arg = "TIME", .value = &to,
	  .help = "timeline up to there" },
	{ .name = "p", .arg = "P", .value = &only_p,
	  .help = "timeline of this P only" },
	{ .name = "m", .arg = "M", .value = &only_m,
	  .help = "timeline of this M, with and without a P" },
	{ .name = "procs", .arg = "N", .value = &procs,
	  .help = "GOMAXPROCS, where the recording does not know it" },
	{ .name = "chrome", .arg = "OUT.json", .value = &exports[0].path,
	  .help = "write trace events for ui.perfetto.dev and chrome://tracing" },
	{ .name = "perfetto", .arg = "OUT", .value = &exports[3].path,
	  .help = "write the same in Perfetto's own format, which is smaller" },
	{ .name = "folded", .arg = "OUT.txt", .value = &exports[1].path,
	  .help = "write folded stacks of waits, for flamegraph.pl" },
	{ .name = "html", .arg = "OUT.html", .value = &exports[2].path,
	  .help = "write a page with timeline and budget that needs no network" },
	{ .name = NULL },
};

static const struct mps_opt_spec spec = {
	.name = "report",
	.synopsis = "[OPTIONS] FILE [SUB-REPORT...]",
	.what =
"What a recording tells, of 'mpscope record' or of 'trace-cmd record -e mpscope':\n"
"one screen that says where the time of the Ps went and who kept them waiting,\n"
"or the sub-reports that are named:\n\n"
"  budget    where the time of the Ps went, to 100 %, and a verdict\n"
"  pressure  Ps that waited for a CPU, over time; the worst stalls and who ran\n"
"  wakes     who woke whom, by role; how long it took; useless wakeups\n"
"  epoll     sleeps in epoll, part by part; results; empty and stolen wakeups\n"
"  handoff   calls that lost their P, and how long until another M ran with it\n"
"  migrate   migrations by cause and distance, by thread, CPU and P\n"
"  timeline  what each P did, in order (--from, --to, --p; --m for an M)\n\n"
"The file is read once, whatever its size, with memory that does not grow with\n"
"it. Neither the module nor root is needed.",
	.shared = MPS_OPT_PID | MPS_OPT_ROWS | MPS_OPT_ARGS,
	.own = own,
	.examples =
"  mpscope report trace.dat\n"
"  mpscope report trace.dat pressure -p 4121\n"
"  mpscope report trace.dat timeline --from 1.2s --to 1.25s --p 3\n"
"  mpscope report trace.dat --perfetto out.pftrace --html out.html\n"
"  mpscope report -j trace.dat budget | jq '.budget[] | {state, share}'\n",
};

#define MAX_TELLS	8

struct job {
	struct mps_tell_ctx c;
	const struct mps_tell *tell[MAX_TELLS];
	size_t nr_tells;
	struct mps_recmeta meta;
	bool partial;
};

static void on_p(void *arg, const struct mps_seg *seg)
{
	struct job *j = arg;

	for (size_t i = 0; i < j->nr_tells; i++)
		if (j->tell[i]->p)
			j->tell[i]->p(&j->c, seg);
	mps_exports_p(exports, &j->c, seg);
}

static void on_thread(void *arg, const struct mps_seg *seg)
{
	struct job *j = arg;

	for (size_t i = 0; i < j->nr_tells; i++)
		if (j->tell[i]->thread)
			j->tell[i]->thread(&j->c, seg);
	mps_exports_thread(exports, &j->c, seg);
}

static void on_event(void *arg, const struct mps_rec_event *e,
		     const struct mps_sthread *t)
{
	struct job *j = arg;

	mps_instead_event(&j->c, e);
	for (size_t i = 0; t && i < j->nr_tells; i++)
		if (j->tell[i]->event)
			j->tell[i]->event(&j->c, e, t);
	mps_exports_event(exports, &j->c, e, t);
}

static int bad_word(const char *what, const char *word)
{
	mps_msg("report: %s '%s'; 'mpscope report --help' explains", what, word);
	return MPS_EXIT_USAGE;
}

/* The words after the file; without any, the two that make the overview. */
static int pick(struct job *j, const struct mps_opt *opt)
{
	const struct mps_tell *t;

	for (int i = 1; i < opt->nr_args; i++) {
		t = mps_tell_find(opt->args[i]);
		if (!t)
			return bad_word("there is no sub-report", opt->args[i]);
		if (j->nr_tells == MAX_TELLS)
			return bad_word("more words than there are sub-reports, at",
					opt->args[i]);
		j->tell[j->nr_tells++] = t;
	}
	if (!j->nr_tells) {
		j->c.brief = true;
		j->tell[j->nr_tells++] = &mps_tell_budget;
		j->tell[j->nr_tells++] = &mps_tell_pressure;
	}
	return MPS_OPT_GO;
}

/* As an interval, but 0 is one, too, and microseconds have a meaning. */
static bool parse_time(const char *s, uint64_t *ns)
{
	char *end;
	uint64_t whole = strtoull(s, &end, 10), part = 0, scale = 1, unit;

	if (end == s || *s == '-')
		return false;
	if (*end == '.')
		for (end++; *end >= '0' && *end <= '9' && scale < 1000000000; end++) {
			part = part * 10 + (uint64_t)(*end - '0');
			scale *= 10;
		}
	unit = !strcmp(end, "us") ? 1000 : !strcmp(end, "ms") ? 1000000 :
	       !*end || !strcmp(end, "s") ? 1000000000 : 0;
	if (!unit || whole > UINT64_C(1000000000))
		return false;
	*ns = whole * unit + part * unit / scale;
	return true;
}

static int parse_own(struct job *j)
{
	uint64_t v;

	j->c.p = -1;
	j->c.m = -1;
	if (from && !parse_time(from, &j->c.from_ns))
		return bad_word("no time:", from);
	if (to && (!parse_time(to, &j->c.to_ns) || j->c.to_ns <= j->c.from_ns))
		return bad_word("no time after --from:", to);
	if (only_p && (!mps_opt_parse_u64(only_p, &v) || v >= MPS_STORY_MAX_PS))
		return bad_word("no number of a P:", only_p);
	if (only_p)
		j->c.p = (int64_t)v;
	if (only_m && (!mps_opt_parse_u64(only_m, &v) || v > INT32_MAX))
		return bad_word("no number of an M:", only_m);
	if (only_m)
		j->c.m = (int64_t)v;
	if (procs && (!mps_opt_parse_u64(procs, &v) || !v || v > MPS_STORY_MAX_PS))
		return bad_word("no number of Ps:", procs);
	return MPS_OPT_GO;
}

/* GOMAXPROCS: by hand, or as it was when it was recorded. */
static bool tell_procs(struct job *j, const struct mps_opt *opt)
{
	uint64_t nr = 0;

	if (procs)
		mps_opt_parse_u64(procs, &nr);
	for (uint32_t i = 0; j->c.meta && i < j->meta.nr_targets; i++)
		if (j->meta.target[i].maxprocs > 0 &&
		    j->meta.target[i].maxprocs <= MPS_STORY_MAX_PS &&
		    j->meta.target[i].has_ps && !nr &&
		    mps_ids_match(&opt->pids, (pid_t)j->meta.target[i].tgid) &&
		    !mps_story_procs(j->c.story, j->meta.target[i].tgid,
				     (uint32_t)j->meta.target[i].maxprocs))
			return false;
	for (size_t i = 0; nr && i < opt->pids.nr; i++)
		if (!mps_story_procs(j->c.story, opt->pids.id[i], (uint32_t)nr))
			return false;
	return true;
}

static bool feed_all(struct job *j, const struct mps_opt *opt)
{
	struct mps_rec_event e;

	while (mps_rec_next(j->c.rec, &e)) {
		if (e.type != MPS_REC_SWITCH &&
		    !mps_ids_match(&opt->pids, (pid_t)e.tgid))
			continue;
		if (!mps_story_feed(j->c.story, &e) || j->c.failed)
			return false;
	}
	mps_story_end(j->c.story);
	return !j->c.failed;
}

static void fields(struct job *j, struct mps_out *out, const struct mps_sproc *g)
{
	uint64_t begin = mps_story_begin_ns(j->c.story);
	uint64_t end = mps_story_end_ns(j->c.story);

	mps_out_field(out, "file", MPS_KIND_STRING, mps_cell_str(j->c.file));
	mps_out_field(out, "clock", MPS_KIND_STRING,
		      mps_cell_str(mps_rec_clock(j->c.rec)));
	mps_out_field(out, "tgid", MPS_KIND_ID, mps_cell_u64((uint64_t)g->tgid));
	mps_out_field(out, "comm", MPS_KIND_STRING,
		      mps_cell_str(mps_tell_proc_comm(&j->c, g->tgid)));
	mps_out_field(out, "begin_ns", MPS_KIND_ID, mps_cell_u64(begin));
	mps_out_field(out, "end_ns", MPS_KIND_ID, mps_cell_u64(end));
	mps_out_field(out, "events", MPS_KIND_COUNT, mps_cell_u64(g->events));
	mps_out_field(out, "threads", MPS_KIND_COUNT, mps_cell_u64(g->nr_threads));
}

static void heading(struct job *j, struct mps_out *out, const struct mps_sproc *g)
{
	uint64_t begin = mps_story_begin_ns(j->c.story);
	const struct mps_recmeta_target *t = j->c.meta ?
		mps_recmeta_find(j->c.meta, g->tgid) : NULL;
	char wall[MPS_FMT_LEN];

	mps_out_heading(out, "%s (pid %" PRId64 "%s%s), %s of %s: %" PRIu64 " events, %zu threads, %u CPUs, clock %s",
			mps_tell_proc_comm(&j->c, g->tgid), g->tgid, t && t->go ? ", " : "",
			t && t->go ? t->go : "",
			mps_fmt_ns(wall, mps_story_end_ns(j->c.story) - begin),
			j->c.file, g->events, g->nr_threads,
			mps_rec_nr_cpus(j->c.rec), mps_rec_clock(j->c.rec));
}

static void show_one(struct job *j, struct mps_out *out,
		     const struct mps_tell *t, const struct mps_sproc *g,
		     bool first)
{
	bool text = j->c.opt->format == MPS_FORMAT_TEXT;
	char name[64];

	snprintf(name, sizeof(name), "report %s", t->name);
	if (!text)
		mps_out_doc_begin(out, name);
	if (!text || first) {
		heading(j, out, g);
		fields(j, out, g);
	}
	mps_out_heading(out, "%s", "");
	t->show(&j->c, out, g);
	if (!text) {
		mps_tell_dropped(&j->c, out);
		mps_out_doc_end(out, false);
	}
}

static void show_clock(struct job *j, struct mps_out *out)
{
	const char *clock = mps_rec_clock(j->c.rec);

	if (!strcmp(clock, "local"))
		mps_out_note(out, "its clock 'local' may differ a little between CPUs: record with -C mono");
}

static int show_all(struct job *j, const struct mps_opt *opt)
{
	struct mps_out *out = mps_out_open(opt);
	bool text = opt->format == MPS_FORMAT_TEXT;
	struct mps_sproc *g;
	size_t nr;
	int rc;

	if (!out)
		return MPS_EXIT_FAILURE;
	g = mps_story_procs_of(j->c.story, &nr);
	for (size_t i = 0; i < nr; i++) {
		if (!g[i].events)
			continue;
		if (text)
			mps_out_doc_begin(out, "report");
		for (size_t k = 0; k < j->nr_tells; k++)
			show_one(j, out, j->tell[k], &g[i], !k);
		if (!text)
			continue;
		show_clock(j, out);
		mps_tell_dropped(&j->c, out);
		mps_out_doc_end(out, false);
	}
	rc = mps_out_close(out);
	if (!rc && (mps_tell_lost(&j->c) || mps_rec_cut_bytes(j->c.rec)))
		rc = MPS_EXIT_PARTIAL;
	return rc;
}

static int run(struct job *j, const struct mps_opt *opt)
{
	const struct mps_story_ops ops = {
		.p = on_p, .thread = on_thread, .event = on_event, .arg = j,
	};
	struct mps_sproc *g;
	size_t nr, any = 0;

	j->c.story = mps_story_new(&ops);
	if (j->c.story && !mps_exports_begin(exports, &j->c, "report"))
		return MPS_EXIT_FAILURE;
	if (!j->c.story || !tell_procs(j, opt) || !feed_all(j, opt)) {
		mps_msg("report: out of memory");
		return MPS_EXIT_FAILURE;
	}
	if (mps_exports_end(exports, &j->c, "report"))
		return MPS_EXIT_FAILURE;
	g = mps_story_procs_of(j->c.story, &nr);
	for (size_t i = 0; i < nr; i++)
		any += !!g[i].events;
	if (!any) {
		mps_msg("report: %s: no event of %s is in it", j->c.file,
			opt->pids.nr ? "that process" : "mpscope");
		return MPS_EXIT_FAILURE;
	}
	return show_all(j, opt);
}

/* Numbers of system calls mean other calls on other machines. */
static bool is_foreign(const struct mps_rec *rec)
{
	const char *machine = mps_rec_machine(rec);
	struct utsname u;

	return machine && !uname(&u) && strcmp(machine, u.machine);
}

static int open_and_run(struct job *j, const struct mps_opt *opt)
{
	char why[256];
	int rc;

	j->c.file = opt->args[0];
	j->c.opt = opt;
	if (mps_rec_open(&j->c.rec, j->c.file, why, sizeof(why))) {
		mps_msg("report: %s: %s", j->c.file, why);
		return MPS_EXIT_FAILURE;
	}
	if (mps_rec_meta(j->c.rec) &&
	    mps_recmeta_parse(&j->meta, mps_rec_meta(j->c.rec)))
		j->c.meta = &j->meta;
	j->c.foreign = is_foreign(j->c.rec);
	rc = run(j, opt);
	for (size_t i = 0; i < j->nr_tells; i++)
		if (j->tell[i]->free)
			j->tell[i]->free();
	mps_instead_free();
	mps_story_free(j->c.story);
	mps_recmeta_free(&j->meta);
	mps_rec_close(j->c.rec);
	return rc;
}

int cmd_report(int argc, char **argv)
{
	struct mps_opt opt;
	struct job j = { 0 };
	int rc = mps_opt_parse(&opt, &spec, argc, argv);

	if (rc == MPS_OPT_GO && !opt.nr_args) {
		mps_msg("report: which recording? 'mpscope report FILE'");
		rc = MPS_EXIT_USAGE;
	}
	if (rc == MPS_OPT_GO)
		rc = pick(&j, &opt);
	if (rc == MPS_OPT_GO)
		rc = parse_own(&j);
	if (rc == MPS_OPT_GO)
		rc = open_and_run(&j, &opt);
	mps_opt_free(&opt);
	return rc;
}
