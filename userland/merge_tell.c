// SPDX-License-Identifier: GPL-2.0
/* The tables of mpscope merge: by goroutine, by P, and how clocks were aligned. */
#include "merge_tell.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fmt.h"

#define ROWS	20	/* shown, unless -n says other */

static struct mps_cell ns(uint64_t v)
{
	return mps_cell_u64(v);
}

static struct mps_cell share(uint64_t part, uint64_t whole)
{
	return whole ? mps_cell_u64(mps_fmt_share(part, whole)) : mps_cell_none();
}

#define KERNEL_COLS							\
	{ .name = "on_cpu_ns", .title = "on CPU", .kind = MPS_KIND_NS },	\
	{ .name = "on_cpu_share", .title = "%", .kind = MPS_KIND_PERCENT },	\
	{ .name = "preempted_ns", .title = "preempted", .kind = MPS_KIND_NS },	\
	{ .name = "woken_ns", .title = "woken", .kind = MPS_KIND_NS },	\
	{ .name = "blocked_ns", .title = "blocked", .kind = MPS_KIND_NS },	\
	{ .name = "unknown_ns", .title = "unknown", .kind = MPS_KIND_NS }

#define KERNEL_CELLS(cut, whole)					\
	ns((cut)[MPS_CUT_ON_CPU]), share((cut)[MPS_CUT_ON_CPU], whole),	\
	ns((cut)[MPS_CUT_PREEMPTED]), ns((cut)[MPS_CUT_WOKEN]),		\
	ns((cut)[MPS_CUT_BLOCKED]), ns((cut)[MPS_CUT_UNKNOWN])

static const struct mps_col g_cols[] = {
	{ .name = "goid", .title = "G", .kind = MPS_KIND_ID },
	{ .name = "running_ns", .title = "running", .kind = MPS_KIND_NS },
	KERNEL_COLS,
	{ .name = "syscall_ns", .title = "in syscall", .kind = MPS_KIND_NS, .hide = 2 },
	{ .name = "syscall_on_cpu_ns", .kind = MPS_KIND_NS, .flags = MPS_COL_DATA },
	{ .name = "syscall_preempted_ns", .kind = MPS_KIND_NS, .flags = MPS_COL_DATA },
	{ .name = "syscall_woken_ns", .kind = MPS_KIND_NS, .flags = MPS_COL_DATA },
	{ .name = "syscall_blocked_ns", .kind = MPS_KIND_NS, .flags = MPS_COL_DATA },
	{ .name = "syscall_unknown_ns", .kind = MPS_KIND_NS, .flags = MPS_COL_DATA },
	{ .name = "runnable_ns", .title = "wants a P", .kind = MPS_KIND_NS, .hide = 1 },
	{ .name = "waiting_ns", .title = "waiting", .kind = MPS_KIND_NS, .hide = 3 },
	{ .name = "slices", .kind = MPS_KIND_COUNT, .flags = MPS_COL_DATA },
};

static const struct mps_col p_cols[] = {
	{ .name = "p", .title = "P", .kind = MPS_KIND_ID },
	{ .name = "held_ns", .title = "held", .kind = MPS_KIND_NS },
	KERNEL_COLS,
	{ .name = "idle_ns", .title = "idle", .kind = MPS_KIND_NS },
	{ .name = "slices", .title = "times", .kind = MPS_KIND_COUNT, .hide = 1 },
};

static void g_cells(struct mps_cell *cells, struct mps_cell id,
		    const struct mps_merge_sum *s)
{
	const struct mps_cell all[] = {
		id, ns(s->ns[MPS_GO_RUNNING]),
		KERNEL_CELLS(s->running, s->ns[MPS_GO_RUNNING]),
		ns(s->ns[MPS_GO_SYSCALL]), ns(s->syscall[MPS_CUT_ON_CPU]),
		ns(s->syscall[MPS_CUT_PREEMPTED]), ns(s->syscall[MPS_CUT_WOKEN]),
		ns(s->syscall[MPS_CUT_BLOCKED]), ns(s->syscall[MPS_CUT_UNKNOWN]),
		ns(s->ns[MPS_GO_RUNNABLE]), ns(s->ns[MPS_GO_WAITING]),
		mps_cell_u64(s->slices),
	};

	memcpy(cells, all, sizeof(all));
}

static void p_cells(struct mps_cell *cells, struct mps_cell id,
		    const struct mps_merge_sum *s, uint64_t wall)
{
	uint64_t held = s->ns[MPS_GO_RUNNING];
	const struct mps_cell all[] = {
		id, ns(held), KERNEL_CELLS(s->running, held),
		ns(wall > held ? wall - held : 0), mps_cell_u64(s->slices),
	};

	memcpy(cells, all, sizeof(all));
}

#define NR_G_COLS	(sizeof(g_cols) / sizeof(g_cols[0]))
#define NR_P_COLS	(sizeof(p_cols) / sizeof(p_cols[0]))

int mps_merge_check_sort(const struct mps_opt *opt)
{
	if (!opt->sort || mps_cols_find(g_cols, NR_G_COLS, opt->sort) < NR_G_COLS)
		return MPS_OPT_GO;
	return mps_cols_complain("merge", g_cols, NR_G_COLS, opt->sort);
}

/* A goroutine or P in its place. */
struct place {
	uint32_t who;
	uint64_t key;
};

static int by_key(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->key != y->key)
		return x->key > y->key ? -1 : 1;
	return (x->who > y->who) - (x->who < y->who);
}

/* By the column that was asked for; else those that ran least of what they seemed to. */
static uint64_t key_of(const struct mps_merge_job *j, size_t who)
{
	const struct mps_merge_sum *s = &j->merge.sum[who];
	struct mps_cell cells[NR_G_COLS];

	if (j->go.who[who].is_p)
		return UINT64_MAX - (uint64_t)j->go.who[who].id;
	if (!j->c.opt->sort)
		return s->ns[MPS_GO_RUNNING] - s->running[MPS_CUT_ON_CPU];
	g_cells(cells, mps_cell_u64((uint64_t)j->go.who[who].id), s);
	return cells[mps_cols_find(g_cols, NR_G_COLS, j->c.opt->sort)].u;
}

/* Goroutines of which there is a slice, or Ps; or NULL. */
static struct place *list(struct mps_merge_job *j, bool ps, size_t *nr)
{
	struct place *at = malloc((j->go.nr_who + 1) * sizeof(*at));

	*nr = 0;
	for (size_t i = 0; at && i < j->go.nr_who; i++)
		if (j->go.who[i].is_p == ps && (ps || j->merge.sum[i].slices))
			at[(*nr)++] = (struct place){ (uint32_t)i, key_of(j, i) };
	if (at)
		qsort(at, *nr, sizeof(*at), by_key);
	else
		j->c.failed = true;
	return at;
}

static void show_goroutines(struct mps_merge_job *j, struct mps_out *out)
{
	struct mps_cell cells[NR_G_COLS];
	size_t nr, max = j->c.opt->rows ? j->c.opt->rows :
			 j->c.opt->format == MPS_FORMAT_TEXT ? ROWS : SIZE_MAX;
	struct place *at = list(j, false, &nr);
	struct mps_merge_sum total = { 0 };

	mps_out_heading(out, "goroutines: what the runtime calls running, and what their threads did%s",
			mps_tell_bound(&j->c));
	mps_out_table_begin(out, "goroutines", g_cols, NR_G_COLS, 0);
	for (size_t i = 0; at && i < nr; i++) {
		mps_merge_add(&total, &j->merge.sum[at[i].who]);
		if (i >= max)
			continue;
		g_cells(cells, mps_cell_u64((uint64_t)j->go.who[at[i].who].id),
			&j->merge.sum[at[i].who]);
		mps_out_row(out, cells);
	}
	g_cells(cells, mps_cell_none(), &total);
	mps_out_total(out, cells);
	mps_out_table_end(out);
	if (nr > max)
		mps_out_note(out, "%zu of %zu goroutines are shown (more with -n)%s", max, nr,
			     j->c.opt->sort ? "" : ": those that ran least of what they seemed to");
	free(at);
}

static void show_ps(struct mps_merge_job *j, struct mps_out *out)
{
	struct mps_cell cells[NR_P_COLS];
	uint64_t wall = (uint64_t)(j->merge.end_ns - j->merge.begin_ns);
	struct mps_merge_sum total = { 0 };
	struct place *at;
	size_t nr;

	at = list(j, true, &nr);
	mps_out_heading(out, "%s", "");
	mps_out_heading(out, "Ps: held by an M, by the runtime, and what that did%s",
			mps_tell_bound(&j->c));
	mps_out_table_begin(out, "ps", p_cols, NR_P_COLS, 0);
	for (size_t i = 0; at && i < nr; i++) {
		mps_merge_add(&total, &j->merge.sum[at[i].who]);
		p_cells(cells, mps_cell_u64((uint64_t)j->go.who[at[i].who].id),
			&j->merge.sum[at[i].who], wall);
		mps_out_row(out, cells);
	}
	p_cells(cells, mps_cell_none(), &total, wall * nr);
	/* a document has one total, that of the goroutines */
	if (j->c.opt->format == MPS_FORMAT_TEXT)
		mps_out_total(out, cells);
	mps_out_table_end(out);
	free(at);
}

static void show_clocks(struct mps_merge_job *j, struct mps_out *out)
{
	const struct mps_align *a = &j->align;
	bool late = a->late.nr;
	uint64_t p50 = mps_times_at_most(&a->late, 5000);
	uint64_t p99 = mps_times_at_most(&a->late, 9900);
	const char *by = a->by_snapshot ? "snapshot" : "events";
	char how[64], t50[MPS_FMT_LEN], t99[MPS_FMT_LEN], slack[MPS_FMT_LEN];
	char fits[MPS_FMT_LEN];

	snprintf(how, sizeof(how), "%" PRId64, a->offset_ns);
	mps_out_field(out, "aligned_by", MPS_KIND_STRING, mps_cell_str(by));
	/* a word, as it may be negative */
	mps_out_field(out, "offset_ns", MPS_KIND_STRING, mps_cell_str(how));
	mps_out_field(out, "slack_ns", MPS_KIND_NS, ns(a->slack_ns));
	mps_out_field(out, "snapshots", MPS_KIND_COUNT, mps_cell_u64(j->go.nr_snapshots));
	mps_out_field(out, "go_events", MPS_KIND_COUNT, mps_cell_u64(a->notes));
	mps_out_field(out, "go_events_on_cpu", MPS_KIND_COUNT, mps_cell_u64(a->on_cpu));
	mps_out_field(out, "go_events_moved", MPS_KIND_COUNT, mps_cell_u64(j->go.nr_moved));
	mps_out_field(out, "error_samples", MPS_KIND_COUNT, mps_cell_u64(a->late.nr));
	mps_out_field(out, "error_median_le_ns", MPS_KIND_NS_LE,
		      late ? ns(p50) : mps_cell_none());
	mps_out_field(out, "error_p99_le_ns", MPS_KIND_NS_LE,
		      late ? ns(p99) : mps_cell_none());
	mps_out_heading(out, "clocks: aligned by %s (%s %s), Go's time %+lld ns",
			a->by_snapshot ? "the trace's snapshots" : "events",
			a->by_snapshot ? "they differ by" : "as good within",
			mps_fmt_ns(slack, a->slack_ns), (long long)a->offset_ns);
	if (late)
		mps_out_heading(out, "alignment error at most: median %s, p99 %s (first notes of %llu woken threads)",
				mps_fmt_ns(t50, p50), mps_fmt_ns(t99, p99),
				(unsigned long long)a->late.nr);
	mps_out_heading(out, "%s%% of %llu notes lie where their thread had a CPU",
			mps_fmt_hundredths(fits, mps_fmt_share(a->on_cpu, a->notes)),
			(unsigned long long)a->notes);
}

static void show_head(struct mps_merge_job *j, struct mps_out *out)
{
	uint64_t wall = (uint64_t)(j->merge.end_ns - j->merge.begin_ns);
	const struct mps_recmeta_target *t = j->c.meta ?
		mps_recmeta_find(j->c.meta, j->tgid) : NULL;
	const char *comm = mps_tell_proc_comm(&j->c, j->tgid);
	char text[MPS_FMT_LEN];

	mps_out_heading(out, "%s (pid %" PRId64 "%s%s): %s that %s and %s both cover",
			comm, j->tgid, t && t->go ? ", " : "",
			t && t->go ? t->go : "", mps_fmt_ns(text, wall), j->go_file,
			j->c.file);
	mps_out_field(out, "go_trace", MPS_KIND_STRING, mps_cell_str(j->go_file));
	mps_out_field(out, "file", MPS_KIND_STRING, mps_cell_str(j->c.file));
	mps_out_field(out, "clock", MPS_KIND_STRING, mps_cell_str(mps_rec_clock(j->c.rec)));
	mps_out_field(out, "tgid", MPS_KIND_ID, mps_cell_u64((uint64_t)j->tgid));
	mps_out_field(out, "comm", MPS_KIND_STRING, mps_cell_str(comm));
	mps_out_field(out, "begin_ns", MPS_KIND_ID, mps_cell_u64((uint64_t)j->merge.begin_ns));
	mps_out_field(out, "end_ns", MPS_KIND_ID, mps_cell_u64((uint64_t)j->merge.end_ns));
}

void mps_merge_show(struct mps_merge_job *j, struct mps_out *out)
{
	show_head(j, out);
	show_clocks(j, out);
	mps_out_heading(out, "%s", "");
	show_goroutines(j, out);
	show_ps(j, out);
	if (j->go.nr_moved)
		mps_out_note(out, "%" PRIu64 " notes of the runtime have no time of their own: the go tool moved them behind others, so what begins or ends with them may be off",
			     j->go.nr_moved);
	mps_tell_dropped(&j->c, out);
	mps_out_dropped(out, "go_lines", "lines of Go's trace that are not understood",
			mps_cell_u64(j->go.nr_bad + j->go.cut));
}
