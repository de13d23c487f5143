// SPDX-License-Identifier: GPL-2.0
/* report timeline: what each P, or each M that is asked for, did, in order. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tell.h"

#define ROWS		100	/* shown, unless -n says other */
#define MAX_ROWS	1000000	/* kept at all */

struct piece {
	int64_t tgid;
	struct mps_seg seg;
	uint32_t nr;		/* in the order of coming in */
};

static struct piece *pieces;
static size_t nr_pieces, max_pieces;
static uint64_t not_kept;

static bool in_window(const struct mps_tell_ctx *c, const struct mps_seg *s)
{
	uint64_t begin = mps_story_begin_ns(c->story);

	return s->to_ns > begin + c->from_ns &&
	       (!c->to_ns || s->from_ns < begin + c->to_ns);
}

/* Does it only go on with what the last piece of that P or M did? */
static bool goes_on(struct piece *last, const struct mps_seg *s, int64_t tgid)
{
	return last->tgid == tgid && last->seg.to_ns == s->from_ns &&
	       last->seg.p == s->p && last->seg.tid == s->tid &&
	       last->seg.does == s->does && last->seg.state == s->state &&
	       last->seg.goid == s->goid && last->seg.syscall == s->syscall;
}

static void keep(struct mps_tell_ctx *c, const struct mps_seg *s)
{
	struct piece *grown;

	if (!in_window(c, s))
		return;
	if (nr_pieces && goes_on(&pieces[nr_pieces - 1], s, s->proc->tgid)) {
		pieces[nr_pieces - 1].seg.to_ns = s->to_ns;
		return;
	}
	if (nr_pieces == MAX_ROWS) {
		not_kept++;
		return;
	}
	if (nr_pieces == max_pieces) {
		max_pieces = max_pieces ? max_pieces * 2 : 1024;
		grown = realloc(pieces, max_pieces * sizeof(*grown));
		if (!grown) {
			c->failed = true;
			max_pieces = nr_pieces;
			return;
		}
		pieces = grown;
	}
	pieces[nr_pieces] = (struct piece){
		.tgid = s->proc->tgid, .seg = *s, .nr = (uint32_t)nr_pieces,
	};
	nr_pieces++;
}

static void on_p(struct mps_tell_ctx *c, const struct mps_seg *s)
{
	if (c->m < 0 && (c->p < 0 || s->p == c->p))
		keep(c, s);
}

static void on_thread(struct mps_tell_ctx *c, const struct mps_seg *s)
{
	if (c->m >= 0 && s->m == c->m && (c->p < 0 || s->p == c->p))
		keep(c, s);
}

static const struct mps_col cols[] = {
	{ .name = "from_ns", .title = "at", .kind = MPS_KIND_STRING,
	  .flags = MPS_COL_TEXT },
	{ .name = "since_begin_ns", .kind = MPS_KIND_NS, .flags = MPS_COL_DATA },
	{ .name = "at_ns", .kind = MPS_KIND_ID, .flags = MPS_COL_DATA },
	{ .name = "for_ns", .title = "for", .kind = MPS_KIND_NS },
	{ .name = "p", .title = "P", .kind = MPS_KIND_ID },
	{ .name = "m", .title = "M", .kind = MPS_KIND_ID },
	{ .name = "tid", .kind = MPS_KIND_ID },
	{ .name = "goid", .title = "G", .kind = MPS_KIND_ID },
	{ .name = "cpu", .kind = MPS_KIND_ID },
	{ .name = "does", .kind = MPS_KIND_STRING },
	{ .name = "syscall", .title = "in", .kind = MPS_KIND_STRING },
	{ .name = "instead", .title = "behind", .kind = MPS_KIND_STRING },
};

static int by_time(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	if (x->seg.from_ns != y->seg.from_ns)
		return x->seg.from_ns < y->seg.from_ns ? -1 : 1;
	return x->nr < y->nr ? -1 : x->nr > y->nr;
}

static struct mps_cell id(int64_t v)
{
	return v < 0 ? mps_cell_none() : mps_cell_u64((uint64_t)v);
}

static const char *does(const struct mps_tell_ctx *c, const struct mps_seg *s)
{
	static const char * const states[] = { MPSCOPE_STATES(MPSCOPE_X_NAME) };
	static const char * const reasons[] = { MPSCOPE_REASONS(MPSCOPE_X_NAME) };

	if (c->m < 0)
		return mps_pdoes_names[s->does];
	if (s->state == MPSCOPE_STATE_BLOCKED && s->reason >= 0 &&
	    s->reason < MPSCOPE_NR_REASONS)
		return reasons[s->reason];
	return s->state >= 0 && s->state < MPSCOPE_NR_STATES ? states[s->state] : "?";
}

/* Someone waits there, and it is known behind whom. */
static bool waits(const struct mps_tell_ctx *c, const struct mps_seg *s)
{
	if (c->m < 0)
		return s->does == MPS_PDO_WOKEN || s->does == MPS_PDO_PREEMPTED;
	return s->state == MPSCOPE_STATE_WOKEN || s->state == MPSCOPE_STATE_PREEMPTED;
}

static void row(struct mps_tell_ctx *c, struct mps_out *out,
		const struct mps_seg *s)
{
	uint64_t since = s->from_ns - mps_story_begin_ns(c->story);
	bool nobody = c->m < 0 && (s->does == MPS_PDO_IDLE || s->tid < 0);
	bool asleep = c->m < 0 ? s->does == MPS_PDO_SYSCALL || s->does == MPS_PDO_BLOCKED :
				 s->state == MPSCOPE_STATE_BLOCKED;
	char at[32], call[32], behind[64] = "";

	snprintf(at, sizeof(at), "%" PRIu64 ".%06" PRIu64, since / 1000000000,
		 since / 1000 % 1000000);
	if (waits(c, s) && s->by >= 0)
		snprintf(behind, sizeof(behind), "%s",
			 s->by ? mps_tell_comm(c, s->by) : "idle CPU");

	const struct mps_cell cells[] = {
		mps_cell_str(at), mps_cell_u64(since), mps_cell_u64(s->from_ns),
		mps_cell_u64(s->to_ns - s->from_ns), id(s->p),
		id(nobody ? -1 : s->m), id(nobody ? -1 : s->tid),
		id(nobody || s->goid <= 0 ? -1 : s->goid),
		id(nobody ? -1 : s->cpu), mps_cell_str(does(c, s)),
		mps_cell_str(asleep ? mps_tell_syscall(c, call, sizeof(call),
						       s->syscall) : NULL),
		mps_cell_str(*behind ? behind : NULL),
	};

	mps_out_row(out, cells);
}

static void show(struct mps_tell_ctx *c, struct mps_out *out,
		 const struct mps_sproc *g)
{
	uint64_t max = c->opt->rows ? c->opt->rows :
		       c->opt->format == MPS_FORMAT_TEXT ? ROWS : UINT64_MAX;
	uint64_t nr = 0;

	if (nr_pieces)
		qsort(pieces, nr_pieces, sizeof(*pieces), by_time);
	mps_out_heading(out, "timeline: what each %s did%s",
			c->m < 0 ? "P" : "M", mps_tell_bound(c));
	mps_out_table_begin(out, "timeline", cols, sizeof(cols) / sizeof(cols[0]), 0);
	for (size_t i = 0; i < nr_pieces; i++)
		if (pieces[i].tgid == g->tgid && nr++ < max)
			row(c, out, &pieces[i].seg);
	mps_out_table_end(out);
	if (nr > max)
		mps_out_note(out, "%" PRIu64 " of %" PRIu64 " rows are shown: more with -n, others with --from, --to, --p, --m",
			     max, nr);
	if (!nr && !g->nr_ps && c->m < 0)
		mps_out_note(out, "its events name no P; of a Go program record with exact mode on");
	mps_out_dropped(out, "timeline_rows", "rows beyond a million: narrow it by --from and --to",
			mps_cell_u64(not_kept));
}

static void done(void)
{
	free(pieces);
	pieces = NULL;
	nr_pieces = 0;
	max_pieces = 0;
	not_kept = 0;
}

const struct mps_tell mps_tell_timeline = {
	.name = "timeline",
	.what = "what each P did, in order (--from, --to, --p; --m for an M)",
	.p = on_p,
	.thread = on_thread,
	.show = show,
	.free = done,
};
