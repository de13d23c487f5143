// SPDX-License-Identifier: GPL-2.0
/*
 * report handoff: calls that slept while their M had a P, which of them lost it,
 * and how long it took until another M ran with it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fmt.h"
#include "tell.h"

#define NR_WORST	10
#define MAX_CALLS	64	/* pairs of call and reason; the rest is one more */

/* A call that sleeps with a P; at_ns 0: none. */
struct asleep {
	uint64_t at_ns;		/* its M was last known to have it, on a CPU */
	int64_t tid, m, goid;
	size_t row;
	bool lost;		/* its M came back without it */
};

struct row {
	int64_t syscall, reason;
	bool used;
	uint64_t kept, lost, unknown, back, without;
	struct mps_times held, handed;
};

struct handed {
	struct asleep from;
	int64_t p, to_tid, to_m;
	uint64_t ns;
};

struct keep {
	struct mps_tell_room asleep;	/* struct asleep by P */
	struct mps_tell_room rows;	/* struct row */
	size_t nr_rows;
	struct handed worst[NR_WORST];	/* longest first */
	size_t nr_worst;
};

static struct mps_tell_room room;

static struct row *row_at(struct mps_tell_ctx *c, struct keep *k, size_t i)
{
	return mps_tell_slot(c, &k->rows, i, sizeof(struct row));
}

static size_t row_of(struct mps_tell_ctx *c, struct keep *k,
		     const struct mps_rec_event *e)
{
	size_t i;
	struct row *r;

	for (i = 0; i < k->nr_rows && i < MAX_CALLS; i++) {
		r = row_at(c, k, i);
		if (!r || (r->syscall == e->syscall && r->reason == e->reason))
			return i;
	}
	r = row_at(c, k, i);
	if (r && !r->used) {
		r->used = true;
		r->syscall = i < MAX_CALLS ? e->syscall : -1;
		r->reason = i < MAX_CALLS ? e->reason : -1;
		k->nr_rows = i + 1;
	}
	return i;
}

/* The runtime's own sleeps are none: nobody takes the P away from those. */
static bool is_call(const struct mps_rec_event *e)
{
	switch (e->reason) {
	case MPSCOPE_REASON_FUTEX:
	case MPSCOPE_REASON_SLEEP:
	case MPSCOPE_REASON_FAULT:
	case MPSCOPE_REASON_STOPPED:
	case MPSCOPE_REASON_KERNEL:
		return false;
	default:
		return e->syscall >= 0;
	}
}

/* Nobody saw what became of it. */
static void give_up(struct mps_tell_ctx *c, struct keep *k, struct asleep *a)
{
	struct row *r = a->at_ns ? row_at(c, k, a->row) : NULL;

	if (r && !a->lost)
		r->unknown++;
	a->at_ns = 0;
}

static void on_block(struct mps_tell_ctx *c, struct keep *k,
		     const struct mps_rec_event *e)
{
	size_t at = row_of(c, k, e);
	struct row *r = row_at(c, k, at);
	struct asleep *a;

	if (!r)
		return;
	if (e->p < 0 || e->p >= MPS_STORY_MAX_PS) {
		/* the runtime gave it up before, or a sleep before this one lost it */
		r->without += e->reason != MPSCOPE_REASON_EPOLL;
		return;
	}
	a = mps_tell_slot(c, &k->asleep, (size_t)e->p, sizeof(*a));
	if (!a)
		return;
	give_up(c, k, a);
	*a = (struct asleep){
		.at_ns = e->ts_ns, .tid = e->tid, .m = e->m, .goid = e->goid,
		.row = at,
	};
}

/* A thread is back: with the P that it slept with, or without. */
static void on_back(struct mps_tell_ctx *c, struct keep *k,
		    const struct mps_rec_event *e)
{
	struct asleep *a = (struct asleep *)k->asleep.at;
	struct row *r;

	for (size_t p = 0; p < k->asleep.nr; p++) {
		if (!a[p].at_ns || a[p].tid != e->tid || a[p].lost)
			continue;
		if (e->type == MPS_REC_EXIT) {
			give_up(c, k, &a[p]);
			continue;
		}
		r = row_at(c, k, a[p].row);
		if (!r)
			return;
		if (e->p == (int64_t)p) {
			r->kept++;
			mps_times_add(&r->held, e->ts_ns - a[p].at_ns);
			a[p].at_ns = 0;
		} else {
			r->lost++;
			a[p].lost = true;
		}
	}
}

static void on_event(struct mps_tell_ctx *c, const struct mps_rec_event *e,
		     const struct mps_sthread *t)
{
	struct keep *k = mps_tell_room_of(c, &room, t, sizeof(*k));

	if (!k)
		return;
	if (e->type == MPS_REC_BLOCK && is_call(e))
		on_block(c, k, e);
	else if (e->type == MPS_REC_RUN || e->type == MPS_REC_EXIT)
		on_back(c, k, e);
}

static void keep_worst(struct keep *k, const struct handed *h)
{
	size_t at = k->nr_worst;

	while (at && k->worst[at - 1].ns < h->ns)
		at--;
	if (at == NR_WORST)
		return;
	if (k->nr_worst < NR_WORST)
		k->nr_worst++;
	memmove(&k->worst[at + 1], &k->worst[at],
		(k->nr_worst - 1 - at) * sizeof(*h));
	k->worst[at] = *h;
}

/* Another M runs with it. */
static void hand_over(struct mps_tell_ctx *c, struct keep *k, struct asleep *a,
		      const struct mps_seg *s)
{
	struct handed h = {
		.from = *a, .p = s->p, .to_tid = s->tid, .to_m = s->m,
		.ns = s->from_ns - a->at_ns,
	};
	struct row *r = row_at(c, k, a->row);

	if (!r)
		return;
	r->lost += !a->lost;
	mps_times_add(&r->handed, h.ns);
	keep_worst(k, &h);
	a->at_ns = 0;
}

static void on_p(struct mps_tell_ctx *c, const struct mps_seg *s)
{
	struct keep *k = mps_tell_room(c, &room, s->proc, sizeof(*k));
	struct asleep *a = k ? mps_tell_slot(c, &k->asleep, (size_t)s->p, sizeof(*a)) :
			       NULL;
	struct row *r;

	if (!a || !a->at_ns || s->to_ns <= a->at_ns)
		return;
	if (s->does == MPS_PDO_RUNNING && s->tid != a->tid) {
		hand_over(c, k, a, s);
	} else if (s->does == MPS_PDO_RUNNING && a->lost) {
		r = row_at(c, k, a->row);
		if (r)
			r->back++;
		a->at_ns = 0;
	} else if (s->does == MPS_PDO_UNKNOWN &&
		   !(s->at && s->at->type == MPS_REC_RUN && s->at->tid == a->tid)) {
		give_up(c, k, a);	/* events were lost */
	}
}

static const struct mps_col cols[] = {
	{ .name = "syscall", .title = "call", .kind = MPS_KIND_STRING },
	{ .name = "reason", .title = "why", .kind = MPS_KIND_STRING },
	{ .name = "slept", .kind = MPS_KIND_COUNT },
	{ .name = "kept", .kind = MPS_KIND_COUNT },
	{ .name = "lost", .kind = MPS_KIND_COUNT },
	{ .name = "lost_share", .title = "lost%", .kind = MPS_KIND_PERCENT },
	{ .name = "unknown", .kind = MPS_KIND_COUNT, .hide = 2 },
	{ .name = "held_p50_le_ns", .title = "held p50<=", .kind = MPS_KIND_NS_LE, .hide = 3 },
	{ .name = "held_max_ns", .title = "max", .kind = MPS_KIND_NS, .hide = 3 },
	{ .name = "handed", .kind = MPS_KIND_COUNT },
	{ .name = "handoff_p50_le_ns", .title = "p50<=", .kind = MPS_KIND_NS_LE },
	{ .name = "handoff_p99_le_ns", .title = "p99<=", .kind = MPS_KIND_NS_LE },
	{ .name = "handoff_max_ns", .title = "max", .kind = MPS_KIND_NS },
	{ .name = "back", .title = "back", .kind = MPS_KIND_COUNT, .hide = 1 },
	{ .name = "taken_ns", .title = "taken at", .kind = MPS_KIND_NS, .hide = 4 },
	{ .name = "without", .title = "without P", .kind = MPS_KIND_COUNT, .hide = 4 },
};

static const char *reason_of(int64_t reason)
{
	static const char * const reasons[] = { MPSCOPE_REASONS(MPSCOPE_X_NAME) };

	return reason >= 0 && reason < MPSCOPE_NR_REASONS ? reasons[reason] : NULL;
}

static struct mps_cell part(const struct mps_times *t, uint64_t share)
{
	return t->nr ? mps_cell_u64(mps_times_at_most(t, share)) : mps_cell_none();
}

static struct mps_cell most(const struct mps_times *t)
{
	return t->nr ? mps_cell_u64(t->max) : mps_cell_none();
}

static void put_row(const struct mps_tell_ctx *c, struct mps_out *out,
		    const struct row *r)
{
	uint64_t slept = r->kept + r->lost + r->unknown;
	uint64_t known = r->kept + r->lost;
	char call[32];
	const struct mps_cell cells[] = {
		mps_cell_str(mps_tell_syscall(c, call, sizeof(call), r->syscall)),
		mps_cell_str(reason_of(r->reason)), mps_cell_u64(slept),
		mps_cell_u64(r->kept), mps_cell_u64(r->lost),
		known ? mps_cell_u64(mps_fmt_share(r->lost, known)) : mps_cell_none(),
		mps_cell_u64(r->unknown), part(&r->held, 5000), most(&r->held),
		mps_cell_u64(r->handed.nr), part(&r->handed, 5000),
		part(&r->handed, 9900), most(&r->handed), mps_cell_u64(r->back),
		mps_cell_none(), mps_cell_u64(r->without),
	};

	mps_out_row(out, cells);
}

static const struct mps_col worst_cols[] = {
	{ .name = "at_ns", .kind = MPS_KIND_ID, .flags = MPS_COL_DATA },
	{ .name = "since_begin_ns", .title = "at", .kind = MPS_KIND_NS },
	{ .name = "handoff_ns", .title = "took", .kind = MPS_KIND_NS },
	{ .name = "p", .title = "P", .kind = MPS_KIND_ID },
	{ .name = "m", .title = "from M", .kind = MPS_KIND_ID },
	{ .name = "tid", .kind = MPS_KIND_ID },
	{ .name = "goid", .title = "G", .kind = MPS_KIND_ID },
	{ .name = "syscall", .title = "in", .kind = MPS_KIND_STRING },
	{ .name = "to_m", .title = "to M", .kind = MPS_KIND_ID },
	{ .name = "to_tid", .title = "its tid", .kind = MPS_KIND_ID },
};

static struct mps_cell id(int64_t v)
{
	return v < 0 ? mps_cell_none() : mps_cell_u64((uint64_t)v);
}

static void show_worst(struct mps_tell_ctx *c, struct mps_out *out,
		       struct keep *k)
{
	size_t rows = c->opt->rows ? c->opt->rows : NR_WORST;
	uint64_t begin = mps_story_begin_ns(c->story);

	mps_out_table_begin(out, "worst_handoffs", worst_cols,
			    sizeof(worst_cols) / sizeof(worst_cols[0]), 0);
	for (size_t i = 0; i < k->nr_worst && i < rows; i++) {
		const struct handed *h = &k->worst[i];
		const struct row *r = row_at(c, k, h->from.row);
		char call[32];
		const struct mps_cell cells[] = {
			mps_cell_u64(h->from.at_ns), mps_cell_u64(h->from.at_ns - begin),
			mps_cell_u64(h->ns), id(h->p), id(h->from.m), id(h->from.tid),
			id(h->from.goid > 0 ? h->from.goid : -1),
			mps_cell_str(r ? mps_tell_syscall(c, call, sizeof(call),
							  r->syscall) : NULL),
			id(h->to_m), id(h->to_tid),
		};

		mps_out_row(out, cells);
	}
	mps_out_table_end(out);
}

static void sum_up(struct mps_tell_ctx *c, struct keep *k, struct row *sum)
{
	memset(sum, 0, sizeof(*sum));
	for (size_t i = 0; i < k->asleep.nr; i++)	/* asleep still */
		give_up(c, k, (struct asleep *)k->asleep.at + i);
	for (size_t i = 0; i < k->nr_rows; i++) {
		const struct row *r = row_at(c, k, i);

		if (!r)
			return;
		sum->kept += r->kept;
		sum->lost += r->lost;
		sum->unknown += r->unknown;
		sum->back += r->back;
		sum->handed.nr += r->handed.nr;
	}
}

static void show(struct mps_tell_ctx *c, struct mps_out *out,
		 const struct mps_sproc *g)
{
	struct keep *k = mps_tell_room(c, &room, g, sizeof(*k));
	static struct row sum;

	if (!k)
		return;
	sum_up(c, k, &sum);
	mps_out_heading(out, "handoff: %llu calls slept with a P: %llu kept it, %llu lost it, of %llu nothing is known%s",
			(unsigned long long)(sum.kept + sum.lost + sum.unknown),
			(unsigned long long)sum.kept, (unsigned long long)sum.lost,
			(unsigned long long)sum.unknown, mps_tell_bound(c));
	mps_out_field(out, "kept", MPS_KIND_COUNT, mps_cell_u64(sum.kept));
	mps_out_field(out, "lost", MPS_KIND_COUNT, mps_cell_u64(sum.lost));
	mps_out_field(out, "unknown", MPS_KIND_COUNT, mps_cell_u64(sum.unknown));
	mps_out_field(out, "handed", MPS_KIND_COUNT, mps_cell_u64(sum.handed.nr));
	mps_out_field(out, "back", MPS_KIND_COUNT, mps_cell_u64(sum.back));
	mps_out_table_begin(out, "handoff", cols, sizeof(cols) / sizeof(cols[0]), 0);
	for (size_t i = 0; i < k->nr_rows; i++) {
		const struct row *r = row_at(c, k, i);

		if (r && r->kept + r->lost + r->unknown + r->without)
			put_row(c, out, r);
	}
	mps_out_table_end(out);
	show_worst(c, out, k);
	if (!g->nr_ps)
		mps_out_note(out, "its events name no P; of a Go program record with exact mode on");
	else
		mps_out_note(out, "handed: from when the M left the CPU in the call to another M seen running with the P, an upper bound: when it was taken away is no event, it may have been idle after, and who had it only between two looks was not seen");
}

static void done(void)
{
	for (size_t i = 0; i < room.nr; i++) {
		struct keep *k = (struct keep *)room.at + i;

		mps_tell_room_free(&k->asleep);
		mps_tell_room_free(&k->rows);
	}
	mps_tell_room_free(&room);
}

const struct mps_tell mps_tell_handoff = {
	.name = "handoff",
	.what = "calls that lost their P, and how long until another M ran with it",
	.p = on_p,
	.event = on_event,
	.show = show,
	.free = done,
};
