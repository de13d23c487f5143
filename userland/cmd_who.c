// SPDX-License-Identifier: GPL-2.0
/* mpscope who: which thread is what to the Go scheduler, and who has a P. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "fmt.h"
#include "who_agree.h"
#include "who_table.h"
#include "wait.h"

#define DEFAULT_INTERVAL_NS	UINT64_C(1000000000)

static const char *interval, *count;
static bool summary, exact, inferred, agreement;

static const struct mps_opt_own own[] = {
	{ .name = "interval", .letter = 'i', .arg = "SEC", .value = &interval,
	  .help = "length of the interval (default 1)" },
	{ .name = "count", .letter = 'c', .arg = "N", .value = &count,
	  .help = "so many intervals (default 1; 0: until interrupted)" },
	{ .name = "summary", .letter = 'S', .flag = &summary,
	  .help = "one line a role" },
	{ .name = "exact", .letter = 'E', .flag = &exact,
	  .help = "fail where M, P and G cannot be read" },
	{ .name = "inferred", .letter = 'I', .flag = &inferred,
	  .help = "do not read them: infer only" },
	{ .name = "agreement", .letter = 'a', .flag = &agreement,
	  .help = "how often both agree, over all intervals" },
	{ .name = NULL },
};

static const struct mps_opt_spec spec = {
	.name = "who",
	.synopsis = "PID [-i SEC] [-c N] [--summary] [--tag] [OPTIONS]",
	.what =
"What each thread of a Go program is to the Go scheduler at the end of an\n"
"interval, whether it holds a P, and how it spent the interval.\n"
"\n"
"roles: running, runnable, syscall, stalled, spinning (they hold a P), waking,\n"
"netpoller, syscall-lost (sysmon took the P), locked and idle (parked), signal,\n"
"sysmon, template (the runtime's own), foreign (C code's), unknown.\n"
"They are exact, with P, M and G (goroutine), where the process proves that we\n"
"know the layout of its runtime: then the module reads them at each switch, or\n"
"this tool from memory. Else they are inferred: sure (it follows from the\n"
"runtime's source), likely or guess; never more Ps than GOMAXPROCS; -v shows\n"
"which rule decided.",
	.shared = MPS_OPT_PID | MPS_OPT_ARGS | MPS_OPT_TAG,
	.own = own,
	.examples =
"  mpscope who 4121                  who does what, over a second\n"
"  mpscope who 4121 --tag -i 5       tag it for these five seconds only\n"
"  mpscope who 4121 --summary -c 0   one line a role, until interrupted\n"
"  mpscope who 4121 --agreement -i 20ms -c 500\n"
"  mpscope who 4121 -j | jq '.threads[] | select(.has_p == 1)'\n",
};

static struct mps_cell known_str(const char *s)
{
	return *s ? mps_cell_str(s) : mps_cell_none();
}

static void show_head(const struct mps_watch *w, struct mps_out *out)
{
	const char *name = strrchr(w->gp.exe_path, '/');
	const struct mps_goexe *exe = &w->gp.exe;
	const struct mps_roles *r = &w->roles;
	char ns[MPS_FMT_LEN], procs[16] = "unknown";

	name = name ? name + 1 : w->gp.exe_path;
	if (!*name)
		name = w->is.nr ? w->is.task[0].comm : "-";
	mps_fmt_ns(ns, mps_watch_interval_ns(w));
	if (w->gp.status != MPS_GO_OK) {
		mps_out_heading(out, "%s (%d)  %" PRIu32 " threads  over %s",
				name, w->gp.pid, w->is.nr, ns);
		return;
	}
	if (r->maxprocs)
		snprintf(procs, sizeof(procs), "%d", r->maxprocs);
	mps_out_heading(out, "%s (%d)  %s%s%s  GOMAXPROCS %s (%s)  threads %" PRIu32
			"  P held %d  over %s", name, w->gp.pid, exe->version,
			exe->cgo ? " cgo" : "", exe->pie ? " PIE" : "", procs,
			mps_maxprocs_names[r->maxprocs_source], w->is.nr,
			r->nr_p, ns);
}

static void show_fields(const struct mps_watch *w, struct mps_out *out)
{
	bool go = w->gp.status == MPS_GO_OK;
	const struct mps_roles *r = &w->roles;
	struct mps_cell none = mps_cell_none();

	mps_out_field(out, "pid", MPS_KIND_ID,
		      mps_cell_u64((uint64_t)w->gp.pid));
	mps_out_field(out, "exe", MPS_KIND_STRING, known_str(w->gp.exe_path));
	mps_out_field(out, "go_version", MPS_KIND_STRING,
		      go ? known_str(w->gp.exe.version) : none);
	mps_out_field(out, "cgo", MPS_KIND_ID,
		      go ? mps_cell_u64(w->gp.exe.cgo) : none);
	mps_out_field(out, "pie", MPS_KIND_ID,
		      go ? mps_cell_u64(w->gp.exe.pie) : none);
	mps_out_field(out, "gomaxprocs", MPS_KIND_ID, go && r->maxprocs ?
		      mps_cell_u64((uint64_t)r->maxprocs) : none);
	mps_out_field(out, "gomaxprocs_source", MPS_KIND_STRING,
		      go ? mps_cell_str(mps_maxprocs_names[r->maxprocs_source]) :
		      none);
	mps_out_field(out, "threads_live", MPS_KIND_COUNT,
		      mps_cell_u64(w->is.nr));
	mps_out_field(out, "p_held", MPS_KIND_COUNT,
		      go ? mps_cell_u64((uint64_t)r->nr_p) : none);
	mps_out_field(out, "interval_ns", MPS_KIND_NS,
		      mps_cell_u64(mps_watch_interval_ns(w)));
	mps_out_field(out, "begin_ns", MPS_KIND_NS,
		      mps_cell_u64(w->is.begin_ns));
	mps_out_field(out, "end_ns", MPS_KIND_NS, mps_cell_u64(w->is.end_ns));
}

static void show_legend(const struct mps_watch *w, struct mps_out *out)
{
	int role;
	uint32_t i;

	for (role = 0; role < MPS_NR_ROLES; role++) {
		for (i = 0; i < w->roles.nr; i++)
			if ((int)w->roles.verdict[i].role == role)
				break;
		if (i < w->roles.nr)
			mps_out_note(out, "%s: %s", mps_role_names[role],
				     mps_role_texts[role]);
	}
}

static int show(const struct mps_watch *w, struct mps_out *out,
		const struct mps_opt *opt, bool more)
{
	bool evidence = opt->verbose || opt->format != MPS_FORMAT_TEXT;
	bool ok, partial;

	mps_out_doc_begin(out, "who");
	show_head(w, out);
	show_fields(w, out);
	ok = summary ? mps_role_summary(w, out) :
		       mps_role_table(w, out, evidence);
	if (opt->verbose && !summary && w->gp.status == MPS_GO_OK)
		show_legend(w, out);
	partial = mps_watch_foot(w, out);
	mps_out_doc_end(out, more);
	if (!ok) {
		mps_msg("no memory for the table");
		return MPS_EXIT_FAILURE;
	}
	return partial ? MPS_EXIT_PARTIAL : MPS_EXIT_OK;
}

static int run(struct mps_watch *w, struct mps_out *out,
	       const struct mps_opt *opt)
{
	uint64_t next, n;
	int rc = mps_watch_step(w), shown;
	bool go_on = !rc;

	next = mps_wait_now();
	for (n = 0; go_on && (!opt->count || n < opt->count); n++) {
		next += opt->interval_ns;
		/* when we are late, leave out what cannot be made up for */
		while (next + opt->interval_ns < mps_wait_now())
			next += opt->interval_ns;
		go_on = mps_wait_until(next);
		shown = mps_watch_step(w);
		if (shown)
			return shown;
		shown = show(w, out, opt, go_on && n + 1 != opt->count);
		if (shown)
			rc = shown;
		if (rc == MPS_EXIT_FAILURE)
			break;
	}
	return rc;
}

static int parse_own(struct mps_opt *opt)
{
	opt->interval_ns = DEFAULT_INTERVAL_NS;
	opt->count = 1;
	if (interval && !mps_opt_parse_interval(interval, &opt->interval_ns)) {
		mps_msg("who: no interval from 10ms to a day (in seconds, or as 500ms, 10s, 2m): '%s'",
			interval);
		return MPS_EXIT_USAGE;
	}
	if (count && !mps_opt_parse_u64(count, &opt->count)) {
		mps_msg("who: no number of intervals: '%s'", count);
		return MPS_EXIT_USAGE;
	}
	if (exact && inferred) {
		mps_msg("who: --exact and --inferred exclude each other");
		return MPS_EXIT_USAGE;
	}
	if (inferred && agreement) {
		mps_msg("who: --agreement compares with what is exact: not with --inferred");
		return MPS_EXIT_USAGE;
	}
	if (opt->nr_args > 1) {
		mps_msg("who: cannot make sense of the word '%s'; 'mpscope who --help' explains",
			opt->args[1]);
		return MPS_EXIT_USAGE;
	}
	return MPS_EXIT_OK;
}

/* Looks until the end, then one document. */
static int run_agreement(struct mps_watch *w, struct mps_out *out,
			 const struct mps_opt *opt)
{
	struct mps_agree agree = { .p_nr = 0 };
	uint64_t next, n;
	bool go_on = true;
	int rc = mps_watch_step(w);

	next = mps_wait_now();
	for (n = 0; !rc && go_on && (!opt->count || n < opt->count); n++) {
		next += opt->interval_ns;
		while (next + opt->interval_ns < mps_wait_now())
			next += opt->interval_ns;
		go_on = mps_wait_until(next);
		rc = mps_agree_step(&agree, w);
	}
	if (agree.p_nr)
		rc = mps_agree_show(&agree, w, out, n);
	return rc;
}

static int open_exact(struct mps_watch *w)
{
	if (inferred || w->gp.status != MPS_GO_OK) {
		if (!exact && !agreement)
			return MPS_EXIT_OK;
		mps_msg("who: %s", w->gp.error);
		return MPS_EXIT_FAILURE;
	}
	if (mps_watch_exact(w) || (!exact && !agreement))
		return MPS_EXIT_OK;
	mps_msg("%s", w->why);
	return MPS_EXIT_FAILURE;
}

int cmd_who(int argc, char **argv)
{
	struct mps_watch w = { .has_was = false };
	struct mps_out *out;
	struct mps_opt opt;
	int rc, closed;

	rc = mps_opt_parse(&opt, &spec, argc, argv);
	if (rc != MPS_OPT_GO)
		goto out_opt;
	rc = parse_own(&opt);
	if (rc)
		goto out_opt;
	mps_wait_init();
	rc = mps_watch_open(&w, &opt, "who");
	if (!rc)
		rc = open_exact(&w);
	if (!rc) {
		out = mps_out_open(&opt);
		rc = MPS_EXIT_FAILURE;
		if (out) {
			rc = agreement ? run_agreement(&w, out, &opt) :
					 run(&w, out, &opt);
			closed = mps_out_close(out);
			rc = closed ? closed : rc;
		}
	}
	mps_watch_close(&w);
out_opt:
	mps_opt_free(&opt);
	return rc;
}
