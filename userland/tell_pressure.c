// SPDX-License-Identifier: GPL-2.0
/*
 * report pressure: time in which Ps with work had no CPU, over time, and the
 * worst of these stalls with who ran instead.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fmt.h"
#include "tell.h"

#define NR_WORST	10
#define NR_BINS		256
#define FIRST_BIN_NS	UINT64_C(1000000)
#define TEXT_ROWS	16

struct stall {
	struct mps_seg seg;
	struct mps_instead in;
};

struct keep {
	struct mps_spans some;	/* a P waits */
	struct mps_spans busy;	/* a P waits, or one runs */
	struct mps_spans run;	/* one runs */
	uint64_t bin_ns[NR_BINS];	/* P time that waited */
	uint64_t bin_max_ns[NR_BINS];
	uint64_t width_ns;	/* of a bin; doubles as the recording goes on */
	struct stall worst[NR_WORST];	/* the longest first */
	size_t nr_worst;
	struct mps_times waits;
	uint64_t woken, preempted;
};

static struct mps_tell_room room;

static void widen(struct keep *k)
{
	for (size_t i = 0; i < NR_BINS; i++) {
		size_t a = 2 * i, b = 2 * i + 1;
		bool in = b < NR_BINS;

		k->bin_ns[i] = in ? k->bin_ns[a] + k->bin_ns[b] : 0;
		k->bin_max_ns[i] = !in ? 0 : k->bin_max_ns[a] > k->bin_max_ns[b] ?
				   k->bin_max_ns[a] : k->bin_max_ns[b];
	}
	k->width_ns *= 2;
}

static void add_to_bins(struct keep *k, uint64_t from, uint64_t to)
{
	uint64_t ns = to - from;

	if (!k->width_ns)
		k->width_ns = FIRST_BIN_NS;
	while (to >= k->width_ns * NR_BINS)
		widen(k);
	while (from < to) {
		size_t i = from / k->width_ns;
		uint64_t end = (i + 1) * k->width_ns;

		if (end > to)
			end = to;
		k->bin_ns[i] += end - from;
		if (ns > k->bin_max_ns[i])
			k->bin_max_ns[i] = ns;
		from = end;
	}
}

static uint64_t length(const struct mps_seg *s)
{
	return s->to_ns - s->from_ns;
}

static void add_worst(struct mps_tell_ctx *c, struct keep *k,
		      const struct mps_seg *seg)
{
	size_t i;

	if (k->nr_worst == NR_WORST &&
	    length(&k->worst[NR_WORST - 1].seg) >= length(seg))
		return;
	if (k->nr_worst < NR_WORST)
		k->nr_worst++;
	for (i = k->nr_worst - 1; i && length(&k->worst[i - 1].seg) < length(seg); i--)
		k->worst[i] = k->worst[i - 1];
	k->worst[i].seg = *seg;
	mps_instead_find(c, seg, &k->worst[i].in);
}

static void on_p(struct mps_tell_ctx *c, const struct mps_seg *seg)
{
	struct keep *k = mps_tell_room(c, &room, seg->proc, sizeof(*k));
	uint64_t begin = mps_story_begin_ns(c->story);
	bool ok = true;

	if (!k)
		return;
	if (seg->does == MPS_PDO_RUNNING) {
		ok = mps_spans_add(&k->run, seg->from_ns, seg->to_ns) &&
		     mps_spans_add(&k->busy, seg->from_ns, seg->to_ns);
	} else if (seg->does == MPS_PDO_WOKEN || seg->does == MPS_PDO_PREEMPTED) {
		ok = mps_spans_add(&k->some, seg->from_ns, seg->to_ns) &&
		     mps_spans_add(&k->busy, seg->from_ns, seg->to_ns);
		mps_times_add(&k->waits, length(seg));
		*(seg->does == MPS_PDO_WOKEN ? &k->woken : &k->preempted) +=
			length(seg);
		add_to_bins(k, seg->from_ns - begin, seg->to_ns - begin);
		add_worst(c, k, seg);
	}
	c->failed |= !ok;
}

static const struct mps_col time_cols[] = {
	{ .name = "from_ns", .title = "from", .kind = MPS_KIND_NS },
	{ .name = "to_ns", .title = "to", .kind = MPS_KIND_NS },
	{ .name = "stalled_ns", .title = "P time", .kind = MPS_KIND_NS },
	{ .name = "share", .title = "share%", .kind = MPS_KIND_PERCENT },
	{ .name = "longest_ns", .title = "longest", .kind = MPS_KIND_NS },
	{ .name = "bar", .title = "waiting for a CPU, of all Ps", .kind = MPS_KIND_BAR,
	  .flags = MPS_COL_TEXT },
};

static void show_time(struct mps_tell_ctx *c, struct mps_out *out,
		      const struct mps_sproc *g, const struct keep *k)
{
	uint64_t wall = mps_story_end_ns(c->story) - mps_story_begin_ns(c->story);
	uint64_t bins = k->width_ns ? (wall + k->width_ns - 1) / k->width_ns : 0;
	uint64_t step = c->opt->format == MPS_FORMAT_TEXT ?
			(bins + TEXT_ROWS - 1) / TEXT_ROWS : 1;

	mps_out_table_begin(out, "pressure", time_cols,
			    sizeof(time_cols) / sizeof(time_cols[0]), 0);
	for (uint64_t i = 0; i < bins && i < NR_BINS; i += step) {
		uint64_t from = i * k->width_ns, to = from, sum = 0, max = 0;

		for (uint64_t j = i; j < i + step && j < NR_BINS; j++) {
			sum += k->bin_ns[j];
			max = k->bin_max_ns[j] > max ? k->bin_max_ns[j] : max;
			to = (j + 1) * k->width_ns;
		}
		if (to > wall)
			to = wall;
		if (to <= from)
			break;

		uint64_t share = mps_fmt_share(sum, (to - from) * g->nr_ps);
		const struct mps_cell cells[] = {
			mps_cell_u64(from), mps_cell_u64(to), mps_cell_u64(sum),
			mps_cell_u64(share), mps_cell_u64(max),
			mps_cell_u64(share),
		};

		mps_out_row(out, cells);
	}
	mps_out_table_end(out);
}

static const struct mps_col worst_cols[] = {
	{ .name = "at_ns", .kind = MPS_KIND_ID, .flags = MPS_COL_DATA },
	{ .name = "since_begin_ns", .title = "at", .kind = MPS_KIND_NS },
	{ .name = "wait_ns", .title = "waited", .kind = MPS_KIND_NS },
	{ .name = "p", .title = "P", .kind = MPS_KIND_ID },
	{ .name = "m", .title = "M", .kind = MPS_KIND_ID },
	{ .name = "tid", .kind = MPS_KIND_ID },
	{ .name = "goid", .title = "G", .kind = MPS_KIND_ID, .hide = 3 },
	{ .name = "why", .kind = MPS_KIND_STRING },
	{ .name = "cpu", .kind = MPS_KIND_ID },
	{ .name = "instead_pid", .title = "its tid", .kind = MPS_KIND_ID, .hide = 2 },
	{ .name = "instead_ns", .title = "for", .kind = MPS_KIND_NS, .hide = 1 },
	{ .name = "instead", .title = "who ran there", .kind = MPS_KIND_STRING },
};

static struct mps_cell id(int64_t v)
{
	return v < 0 ? mps_cell_none() : mps_cell_u64((uint64_t)v);
}

static void show_worst(struct mps_tell_ctx *c, struct mps_out *out,
		       const struct keep *k)
{
	size_t rows = c->brief ? 3 : c->opt->rows ? c->opt->rows : NR_WORST;
	uint64_t begin = mps_story_begin_ns(c->story);

	mps_out_table_begin(out, "worst_stalls", worst_cols,
			    sizeof(worst_cols) / sizeof(worst_cols[0]), 0);
	for (size_t i = 0; i < k->nr_worst && i < rows; i++) {
		const struct mps_seg *s = &k->worst[i].seg;
		const struct mps_instead *in = &k->worst[i].in;
		const struct mps_cell cells[] = {
			mps_cell_u64(s->from_ns), mps_cell_u64(s->from_ns - begin),
			mps_cell_u64(length(s)), id(s->p), id(s->m), id(s->tid),
			id(s->goid),
			mps_cell_str(s->does == MPS_PDO_WOKEN ? "woken" : "preempted"),
			id(s->cpu), id(in->pid),
			in->ns ? mps_cell_u64(in->ns) : mps_cell_none(),
			mps_cell_str(in->pid < 0 ? NULL : in->pid ? in->comm :
				     "the CPU was idle"),
		};

		mps_out_row(out, cells);
	}
	mps_out_table_end(out);
}

static void show_fields(struct mps_out *out, const struct keep *k, uint64_t some,
			uint64_t full)
{
	mps_out_field(out, "some_ns", MPS_KIND_NS, mps_cell_u64(some));
	mps_out_field(out, "full_ns", MPS_KIND_NS, mps_cell_u64(full));
	mps_out_field(out, "woken_ns", MPS_KIND_NS, mps_cell_u64(k->woken));
	mps_out_field(out, "preempted_ns", MPS_KIND_NS, mps_cell_u64(k->preempted));
	mps_out_field(out, "stalls", MPS_KIND_COUNT, mps_cell_u64(k->waits.nr));
	mps_out_field(out, "stall_p50_le_ns", MPS_KIND_NS,
		      mps_cell_u64(mps_times_at_most(&k->waits, 5000)));
	mps_out_field(out, "stall_p99_le_ns", MPS_KIND_NS,
		      mps_cell_u64(mps_times_at_most(&k->waits, 9900)));
	mps_out_field(out, "stall_max_ns", MPS_KIND_NS,
		      mps_cell_u64(k->waits.max));
}

static void say_module(struct mps_tell_ctx *c, struct mps_out *out,
		       const struct mps_sproc *g)
{
	const struct mps_recmeta_target *t = c->meta ?
		mps_recmeta_find(c->meta, g->tgid) : NULL;
	char some[MPS_FMT_LEN], full[MPS_FMT_LEN], wall[MPS_FMT_LEN];

	if (t && t->has_pressure)
		mps_out_note(out, "the module's own account: some %s, full %s, in the %s between two readings",
			     mps_fmt_ns(some, t->some_us * 1000),
			     mps_fmt_ns(full, t->full_us * 1000),
			     mps_fmt_ns(wall, c->meta->wall_ns));
}

static void show(struct mps_tell_ctx *c, struct mps_out *out,
		 const struct mps_sproc *g)
{
	uint64_t wall = mps_story_end_ns(c->story) - mps_story_begin_ns(c->story);
	struct keep *k = mps_tell_room(c, &room, g, sizeof(*k));
	char some_pc[MPS_FMT_LEN], full_pc[MPS_FMT_LEN], p50[MPS_FMT_LEN];
	char p99[MPS_FMT_LEN], max[MPS_FMT_LEN];
	uint64_t some, full;

	if (!k)
		return;
	if (!g->nr_ps) {
		if (!c->brief)
			mps_out_note(out, "pressure: its events name no P, so nothing is known of it");
		return;
	}
	some = k->some.sum;
	full = k->busy.sum - k->run.sum;
	mps_out_heading(out, "P-pressure: some %s%%, full %s%%; %" PRIu64 " stalls, p50 %s, p99 %s, max %s%s",
			mps_fmt_hundredths(some_pc, mps_fmt_share(some, wall)),
			mps_fmt_hundredths(full_pc, mps_fmt_share(full, wall)),
			k->waits.nr,
			mps_fmt_ns(p50, mps_times_at_most(&k->waits, 5000)),
			mps_fmt_ns(p99, mps_times_at_most(&k->waits, 9900)),
			mps_fmt_ns(max, k->waits.max), mps_tell_bound(c));
	show_fields(out, k, some, full);
	if (!c->brief)
		show_time(c, out, g, k);
	show_worst(c, out, k);
	if (!c->brief && !mps_rec_knows(c->rec, MPS_REC_SWITCH))
		mps_out_note(out, "who ran there: the thread that had the CPU last; record sched:sched_switch too (-e) to know who had most of the time");
	if (!c->brief)
		say_module(c, out, g);
	if (k->some.left_out || k->run.left_out || k->busy.left_out)
		mps_out_note(out, "some and full are lower bounds: intervals came later than could be remembered");
}

static void done(void)
{
	for (size_t i = 0; i < room.nr; i++) {
		struct keep *k = (struct keep *)room.at + i;

		mps_spans_free(&k->some);
		mps_spans_free(&k->busy);
		mps_spans_free(&k->run);
	}
	free(room.at);
	memset(&room, 0, sizeof(room));
}

const struct mps_tell mps_tell_pressure = {
	.name = "pressure",
	.what = "Ps that waited for a CPU, over time; the worst stalls and who ran",
	.p = on_p,
	.show = show,
	.free = done,
};
