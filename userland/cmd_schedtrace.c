// SPDX-License-Identifier: GPL-2.0
/*
 * mpscope schedtrace: the line that GODEBUG=schedtrace makes a Go program
 * print, for one that was started without it. Exact from the program's memory,
 * else inferred, and what cannot be known is "?".
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "golive.h"
#include "wait.h"
#include "who_watch.h"

#define NS_PER_MS		UINT64_C(1000000)
#define DEFAULT_MS		1000
#define MIN_MS			10
#define MAX_MS			86400000
#define NEEDSPINNING_MINOR	20	/* first release with the field */
#define SCHEDTICKS_MINOR	25

static const char *interval;
static bool inferred;

static const struct mps_opt_own own[] = {
	{ .name = "inferred", .letter = 'I', .flag = &inferred,
	  .help = "not from memory: from what the module sees" },
	{ .name = "interval", .letter = 'i', .arg = "MS", .value = &interval,
	  .help = "milliseconds between two lines (default 1000)" },
	{ .name = NULL },
};

static const struct mps_opt_spec spec = {
	.name = "schedtrace",
	.synopsis = "PID [-i MS] [COUNT] [--tag] [OPTIONS]",
	.what =
"The line of GODEBUG=schedtrace=MS, in the format of the program's Go version,\n"
"for a process that was started without it; it is not stopped. All numbers are\n"
"read from its memory, without the module. Where that cannot be (or with -I) the\n"
"process has to be tagged: gomaxprocs and threads are known, idleprocs,\n"
"spinningthreads and idlethreads inferred as by 'mpscope who', the rest is \"?\".",
	.shared = MPS_OPT_PID | MPS_OPT_ARGS | MPS_OPT_TAG,
	.own = own,
	.examples =
"  mpscope schedtrace 4121           a line a second, until interrupted\n"
"  mpscope schedtrace 4121 -i 100 50 fifty lines, ten a second\n"
"  mpscope schedtrace 4121 --tag -j 3\n",
};

struct line {
	uint64_t ms;
	int maxprocs;		/* 0: unknown */
	/* -1: unknown */
	int idleprocs, threads, spinning, needspinning, idle, runqueue;
	const struct mps_gop *p;	/* NULL: unknown */
	int nr_p;
};

/* Of a program whose memory is read, and the module is not asked. */
struct exact {
	struct mps_golive lv;
	struct mps_gosnap snap;
	uint64_t nr_torn;	/* lines of readings that changed meanwhile */
};

/*
 * A stopped world's Ps are not idle for the runtime, nor are they held for
 * us: they count as idle here while the garbage collector stops it.
 */
static void line_fill(struct line *l, const struct mps_watch *w, uint64_t ms)
{
	const struct mps_roles *r = &w->roles;
	uint32_t i;

	*l = (struct line) { .ms = ms, .needspinning = -1, .runqueue = -1 };
	l->maxprocs = r->maxprocs;
	l->nr_p = r->maxprocs ? r->maxprocs : 1;
	l->idleprocs = r->maxprocs ? r->maxprocs - r->nr_p : -1;
	/* with cgo the runtime keeps an M without a thread for callbacks */
	l->threads = (int)w->is.nr + w->gp.exe.cgo;
	for (i = 0; i < r->nr; i++) {
		l->spinning += r->verdict[i].role == MPS_ROLE_SPINNING;
		l->idle += r->verdict[i].role == MPS_ROLE_IDLE;
	}
}

/* As schedtrace() itself does: threads are mcount(), runqueue the global one. */
static void line_exact(struct line *l, const struct mps_gosnap *s, uint64_t ms)
{
	const struct mps_gosched *d = &s->sched;

	*l = (struct line) {
		.ms = ms, .maxprocs = (int)s->nr_p, .idleprocs = d->npidle,
		.threads = (int)(d->mnext - d->nmfreed),
		.spinning = d->nmspinning, .needspinning = d->needspinning,
		.idle = d->nmidle, .runqueue = d->runqsize,
		.p = s->p, .nr_p = (int)s->nr_p,
	};
}

static const char *number(char buf[16], int v)
{
	if (v < 0)
		return "?";
	snprintf(buf, 16, "%d", v);
	return buf;
}

/* Go 1.19 to 1.24: [1 2]; later: [ 1 2 ] */
static void per_p(const struct line *l, bool ticks)
{
	int i;

	for (i = 0; i < l->nr_p; i++) {
		mps_out_print("%s", i ? " " : "");
		if (l->p)
			mps_out_print("%" PRIu32, ticks ? l->p[i].schedtick :
				      l->p[i].runq);
		else
			mps_out_print("?");
	}
}

static void line_print(const struct line *l, int minor)
{
	char procs[16], idle[16], need[16], queue[16];

	mps_out_print("SCHED %" PRIu64 "ms: gomaxprocs=%s idleprocs=%s", l->ms,
		      number(procs, l->maxprocs ? l->maxprocs : -1),
		      number(idle, l->idleprocs));
	mps_out_print(" threads=%d spinningthreads=%d", l->threads,
		      l->spinning);
	if (minor >= NEEDSPINNING_MINOR)
		mps_out_print(" needspinning=%s",
			      number(need, l->needspinning));
	mps_out_print(" idlethreads=%d runqueue=%s ", l->idle,
		      number(queue, l->runqueue));
	mps_out_print(minor >= SCHEDTICKS_MINOR ? "[ " : "[");
	per_p(l, false);
	if (minor >= SCHEDTICKS_MINOR) {
		mps_out_print(" ] schedticks=[ ");
		per_p(l, true);
		mps_out_print(" ");
	}
	mps_out_print("]\n");
}

static const struct mps_col cols[] = {
	{ "time_ms", NULL, MPS_KIND_COUNT, 0, 0 },
	{ "gomaxprocs", NULL, MPS_KIND_COUNT, 0, 0 },
	{ "idleprocs", NULL, MPS_KIND_COUNT, 0, 0 },
	{ "threads", NULL, MPS_KIND_COUNT, 0, 0 },
	{ "spinningthreads", NULL, MPS_KIND_COUNT, 0, 0 },
	{ "needspinning", NULL, MPS_KIND_COUNT, 0, 0 },
	{ "idlethreads", NULL, MPS_KIND_COUNT, 0, 0 },
	{ "runqueue", NULL, MPS_KIND_COUNT, 0, 0 },
	{ "runqueues", NULL, MPS_KIND_STRING, 0, 0 },
	{ "schedticks", NULL, MPS_KIND_STRING, 0, 0 },
};

#define PER_P_LEN	4096	/* cut off where a machine has more Ps */

static struct mps_cell per_p_cell(const struct line *l, bool ticks,
				  char buf[PER_P_LEN])
{
	size_t len = 0;
	int i;

	for (i = 0; l->p && i < l->nr_p && len + 16 < PER_P_LEN; i++)
		len += (size_t)snprintf(buf + len, PER_P_LEN - len,
					"%s%" PRIu32, i ? " " : "",
					ticks ? l->p[i].schedtick :
						l->p[i].runq);
	return l->p ? mps_cell_str(buf) : mps_cell_none();
}

static struct mps_cell cell(int64_t v)
{
	return v < 0 ? mps_cell_none() : mps_cell_u64((uint64_t)v);
}

static void line_data(const struct line *l, const struct mps_goproc *gp,
		      struct mps_out *out)
{
	char queues[PER_P_LEN], ticks[PER_P_LEN];
	const struct mps_cell row[] = {
		cell((int64_t)l->ms), cell(l->maxprocs ? l->maxprocs : -1),
		cell(l->idleprocs), cell(l->threads), cell(l->spinning),
		cell(l->needspinning), cell(l->idle), cell(l->runqueue),
		per_p_cell(l, false, queues), per_p_cell(l, true, ticks),
	};

	mps_out_doc_begin(out, "schedtrace");
	mps_out_field(out, "pid", MPS_KIND_ID,
		      mps_cell_u64((uint64_t)gp->pid));
	mps_out_field(out, "go_version", MPS_KIND_STRING,
		      mps_cell_str(gp->exe.version));
	mps_out_table_begin(out, "sched", cols, sizeof(cols) / sizeof(cols[0]),
			    MPS_TABLE_STREAM);
	mps_out_row(out, row);
	mps_out_table_end(out);
}

/* How the numbers were obtained. Return: true if data are partial. */
static bool foot(const struct mps_watch *w, const struct exact *x,
		 struct mps_out *out)
{
	char how[96], buf[64];

	if (!x->lv.ok)
		return mps_watch_foot(w, out);
	snprintf(how, sizeof(how), "exact (memory), layout from %s",
		 mps_golive_source(&x->lv, buf));
	mps_out_roles(out, how);
	if (x->nr_torn)
		mps_out_note(out, "%" PRIu64 " lines are of readings during which Ms or Ps changed",
			     x->nr_torn);
	return false;
}

/* Text is the runtime's line and nothing else, but for the last words. */
static int show(const struct mps_watch *w, const struct exact *x,
		struct mps_out *out, const struct mps_opt *opt, uint64_t ms,
		bool more)
{
	bool text = opt->format == MPS_FORMAT_TEXT, partial = false;
	const struct mps_goproc *gp = x->lv.ok ? &x->lv.gp : &w->gp;
	struct line l;

	if (x->lv.ok)
		line_exact(&l, &x->snap, ms);
	else
		line_fill(&l, w, ms);
	if (text)
		line_print(&l, gp->exe.minor);
	else
		line_data(&l, gp, out);
	if (text && !more)
		mps_out_doc_begin(out, "schedtrace");
	if (!text || !more) {
		partial = foot(w, x, out);
		mps_out_doc_end(out, more);
	}
	if (text && mps_out_print_done())
		return MPS_EXIT_FAILURE;
	return partial ? MPS_EXIT_PARTIAL : MPS_EXIT_OK;
}

static int step(struct mps_watch *w, struct exact *x)
{
	if (!x->lv.ok)
		return mps_watch_step(w);
	mps_gosnap_free(&x->snap);
	if (!mps_golive_snap(&x->lv, &x->snap))
		return mps_golive_lost(&x->lv);
	x->nr_torn += x->snap.torn != 0;
	return MPS_EXIT_OK;
}

static int run(struct mps_watch *w, struct exact *x, struct mps_out *out,
	       const struct mps_opt *opt)
{
	uint64_t start = mps_wait_now(), next = start, n;
	int rc = MPS_EXIT_OK, shown;
	bool go_on = true;

	/* what one look cannot tell (who is sysmon?), a second one may */
	rc = x->lv.ok ? MPS_EXIT_OK : mps_watch_step(w);
	if (rc)
		return rc;
	for (n = 0; go_on && (!opt->count || n < opt->count); n++) {
		if (n) {
			next += opt->interval_ns;
			while (next + opt->interval_ns < mps_wait_now())
				next += opt->interval_ns;
			go_on = mps_wait_until(next);
		}
		shown = step(w, x);
		if (shown)
			return shown;
		shown = show(w, x, out, opt, (mps_wait_now() - start) / NS_PER_MS,
			     go_on && n + 1 != opt->count);
		if (shown)
			rc = shown;
		if (rc == MPS_EXIT_FAILURE)
			break;
	}
	return rc;
}

static int parse_own(struct mps_opt *opt)
{
	uint64_t ms = DEFAULT_MS;
	int words = opt->pids.nr ? 0 : 1;

	if (interval && (!mps_opt_parse_u64(interval, &ms) || ms < MIN_MS ||
			 ms > MAX_MS)) {
		mps_msg("schedtrace: no number of milliseconds from %d to a day: '%s'",
			MIN_MS, interval);
		return MPS_EXIT_USAGE;
	}
	opt->interval_ns = ms * NS_PER_MS;
	if (opt->nr_args > words + 1) {
		mps_msg("schedtrace: cannot make sense of the word '%s'; 'mpscope schedtrace --help' explains",
			opt->args[words + 1]);
		return MPS_EXIT_USAGE;
	}
	if (opt->nr_args > words &&
	    (!mps_opt_parse_u64(opt->args[words], &opt->count) ||
	     !opt->count)) {
		mps_msg("schedtrace: no number of lines: '%s'",
			opt->args[words]);
		return MPS_EXIT_USAGE;
	}
	return MPS_EXIT_OK;
}

/* Memory if it can be read, and if not the module, if the process is tagged. */
static int open_go(struct mps_watch *w, struct exact *x, struct mps_opt *opt)
{
	struct mps_goproc gp;
	int rc;

	rc = mps_golive_pid(opt, "schedtrace", 1);
	if (rc)
		return rc;
	mps_goproc_open(&gp, opt->pids.id[0]);
	if (!inferred && gp.status == MPS_GO_OK)
		mps_golive_init(&x->lv, &gp);
	if (x->lv.ok)
		return MPS_EXIT_OK;
	if (x->lv.why[0])
		mps_msg("inferred only: %s", x->lv.why);
	rc = mps_watch_open(w, opt, "schedtrace");
	if (!rc && w->gp.status != MPS_GO_OK) {
		mps_msg("process %d has no Go scheduler to show: %s",
			w->gp.pid, w->gp.error);
		rc = MPS_EXIT_FAILURE;
	}
	return rc;
}

int cmd_schedtrace(int argc, char **argv)
{
	struct exact x = { .nr_torn = 0 };
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
	rc = open_go(&w, &x, &opt);
	if (!rc) {
		out = mps_out_open(&opt);
		rc = MPS_EXIT_FAILURE;
		if (out) {
			rc = run(&w, &x, out, &opt);
			closed = mps_out_close(out);
			rc = closed ? closed : rc;
		}
	}
	mps_gosnap_free(&x.snap);
	mps_golive_close(&x.lv);
	mps_watch_close(&w);
out_opt:
	mps_opt_free(&opt);
	return rc;
}
