// SPDX-License-Identifier: GPL-2.0
/* mpscope board: who holds which P, live on the screen or look after look. */
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "board.h"
#include "cmd.h"
#include "out_screen.h"
#include "wait.h"

#define NS_PER_MS	UINT64_C(1000000)
#define DEFAULT_NS	(500 * NS_PER_MS)

static const struct mps_opt_spec spec = {
	.name = "board",
	.synopsis = "PID [OPTIONS] [INTERVAL [COUNT]]",
	.what =
"A row for each P of a Go program: the M, thread and CPU that have it, what\n"
"becomes of it and since when, the goroutine, and how many wait in its queue.\n"
"Live on a terminal (q quits, space pauses); with COUNT or elsewhere a table\n"
"each INTERVAL (0.5 s). If the process is tagged and the module in exact mode,\n"
"times are the kernel's (run%, stall%: has a P, but no CPU); else it is looked\n"
"at from memory: for how long is as seen here, and a state that comes and goes\n"
"between two looks is not seen.",
	.shared = MPS_OPT_PID | MPS_OPT_ARGS,
	.examples =
"  mpscope board 4121\n"
"  mpscope board 4121 0.1 50         fifty looks\n"
"  mpscope board 4121 1 1 -j\n",
};

static const struct mps_col cols[] = {
	{ "p", "P", MPS_KIND_ID, 0, 0 },
	{ "m", "M", MPS_KIND_ID, 0, 0 },
	{ "tid", "TID", MPS_KIND_ID, 0, 0 },
	{ "cpu", NULL, MPS_KIND_ID, 0, 0 },
	{ "state", NULL, MPS_KIND_STRING, 0, 0 },
	{ "in_state_ns", "for", MPS_KIND_NS, 0, 0 },
	{ "goid", "G", MPS_KIND_ID, 0, 0 },
	{ "runqueue", "queue", MPS_KIND_COUNT, 0, 0 },
	{ "schedtick", NULL, MPS_KIND_COUNT, MPS_COL_DATA, 0 },
	{ "running_share", "run%", MPS_KIND_PERCENT, 0, 3 },
	{ "runnable_share", "stall%", MPS_KIND_PERCENT, 0, 3 },
	{ "moves_m", NULL, MPS_KIND_COUNT, MPS_COL_DATA, 0 },
	{ "moves_cpu", NULL, MPS_KIND_COUNT, MPS_COL_DATA, 0 },
	{ "comm", NULL, MPS_KIND_STRING, 0, 4 },
};

static struct mps_cell id(int64_t v)
{
	return v < 0 ? mps_cell_none() : mps_cell_u64((uint64_t)v);
}

static struct mps_cell counter(uint64_t v)
{
	return v == UINT64_MAX ? mps_cell_none() : mps_cell_u64(v);
}

/* Unknown if it was not so at the look before. */
static struct mps_cell since(const struct mps_board *b,
			     const struct mps_boardrow *r)
{
	if (!r->since_ns || b->at_ns <= r->since_ns)
		return b->kernel && r->since_ns ? mps_cell_u64(0) :
						  mps_cell_none();
	return mps_cell_u64(b->at_ns - r->since_ns);
}

static void put_row(struct mps_out *out, const struct mps_board *b,
		    const struct mps_board *was, size_t i)
{
	const struct mps_boardrow *r = &b->row[i];
	const struct mps_cell row[] = {
		id(r->p), id(r->m), id(r->tid ? r->tid : -1), id(r->cpu),
		mps_cell_str(r->state),
		since(b, r),
		id(r->goid), id(r->runq), mps_cell_u64(r->schedtick),
		counter(mps_board_share(b, was, i,
					offsetof(struct mps_boardrow,
						 running_ns))),
		counter(mps_board_share(b, was, i,
					offsetof(struct mps_boardrow,
						 runnable_ns))),
		counter(r->moves_m), counter(r->moves_cpu),
		*r->comm ? mps_cell_str(r->comm) : mps_cell_none(),
	};

	mps_out_row(out, row);
}

static void show(const struct mps_board *b, const struct mps_board *was,
		 const struct mps_golive *lv, struct mps_out *out, bool more)
{
	const struct mps_gosched *d = &b->sched;
	char buf[64];
	size_t i;

	mps_out_doc_begin(out, "board");
	mps_out_heading(out, "process %d, %s: %zu Ps, %d idle, %d spinning, global queue %d",
			lv->gp.pid, lv->gp.exe.version, b->nr, d->npidle,
			d->nmspinning, d->runqsize);
	mps_golive_fields(lv, out);
	mps_out_field(out, "time_ns", MPS_KIND_NS, mps_cell_u64(b->at_ns));
	mps_out_field(out, "source", MPS_KIND_STRING,
		      mps_cell_str(b->kernel ? "kernel" : "memory"));
	mps_out_table_begin(out, "ps", cols, sizeof(cols) / sizeof(cols[0]),
			    0);
	for (i = 0; i < b->nr; i++)
		put_row(out, b, was, i);
	mps_out_table_end(out);
	mps_out_note(out, b->kernel ?
		     "exact (kernel); G, queue: exact (memory), layout from %s" :
		     "exact (memory), layout from %s; \"for\" is as seen here; one that runs may be waiting for a CPU",
		     mps_golive_source(lv, buf));
	if (b->torn)
		mps_out_note(out, "%zu Ps changed while they were read",
			     b->torn);
	mps_out_doc_end(out, more);
}

static int print(struct mps_golive *lv, const struct mps_opt *opt)
{
	struct mps_board was = { .nr = 0 }, is;
	uint64_t next = mps_wait_now(), n;
	struct mps_out *out;
	int rc = MPS_EXIT_OK, closed;
	bool go_on = true;

	out = mps_out_open(opt);
	if (!out)
		return MPS_EXIT_FAILURE;
	for (n = 0; go_on && (!opt->count || n < opt->count); n++) {
		if (n) {
			next += opt->interval_ns;
			go_on = mps_wait_until(next);
		}
		if (!mps_board_read(&is, &was, lv)) {
			rc = mps_golive_lost(lv);
			break;
		}
		show(&is, &was, lv, out, go_on && n + 1 != opt->count);
		mps_board_free(&was);
		was = is;
	}
	mps_board_free(&was);
	closed = mps_out_close(out);
	return rc ? rc : closed;
}

/* Keys until the time is over. Return: false to quit. */
static bool keys(uint64_t until, bool *paused)
{
	uint64_t now = mps_wait_now();

	while (now < until) {
		int key = mps_screen_key((int)((until - now) / NS_PER_MS) + 1);

		if (key == 'q' || mps_wait_stopped())
			return false;
		if (key == ' ') {
			*paused = !*paused;
			return true;
		}
		if (key == MPS_KEY_RESIZE)
			return true;
		now = mps_wait_now();
	}
	return !mps_wait_stopped();
}

static int live(struct mps_golive *lv, const struct mps_opt *opt)
{
	struct mps_board was = { .nr = 0 }, is = { .nr = 0 }, next;
	bool paused = false, alive = true;

	do {
		if (!paused && alive) {
			alive = mps_board_read(&next, &is, lv);
			if (alive) {
				mps_board_free(&was);
				was = is;
				is = next;
			}
		}
		mps_board_draw(&is, &was, lv, alive, paused);
	} while (keys(mps_wait_now() + opt->interval_ns, &paused));
	mps_screen_close();
	mps_board_free(&was);
	mps_board_free(&is);
	return alive ? MPS_EXIT_OK : mps_golive_lost(lv);
}

/* The words behind the PID. */
static int parse_words(struct mps_opt *opt, int words)
{
	opt->interval_ns = DEFAULT_NS;
	if (opt->nr_args > words &&
	    !mps_opt_parse_interval(opt->args[words], &opt->interval_ns)) {
		mps_msg("board: no interval from 10ms to a day (in seconds, or as 500ms, 10s, 2m): '%s'",
			opt->args[words]);
		return MPS_EXIT_USAGE;
	}
	if (opt->nr_args > words + 1 &&
	    (!mps_opt_parse_u64(opt->args[words + 1], &opt->count) ||
	     !opt->count)) {
		mps_msg("board: no number of looks: '%s'",
			opt->args[words + 1]);
		return MPS_EXIT_USAGE;
	}
	return MPS_EXIT_OK;
}

int cmd_board(int argc, char **argv)
{
	struct mps_golive lv = { .ok = false };
	struct mps_opt opt;
	int rc;

	rc = mps_opt_parse(&opt, &spec, argc, argv);
	if (rc == MPS_OPT_GO)
		rc = parse_words(&opt, opt.pids.nr ? 0 : 1);
	else
		goto out_opt;
	if (!rc) {
		mps_wait_init();
		rc = mps_golive_open(&lv, &opt, "board", 2);
	}
	if (!rc && opt.format == MPS_FORMAT_TEXT && !opt.count &&
	    mps_screen_open(!opt.no_color))
		rc = live(&lv, &opt);
	else if (!rc)
		rc = print(&lv, &opt);
	mps_golive_close(&lv);
out_opt:
	mps_opt_free(&opt);
	return rc;
}
