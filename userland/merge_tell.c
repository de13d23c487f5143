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

/* Those first that ran least of the time in which the runtime thought so. */
static const struct mps_merge_job *sorted;

static uint64_t not_on_cpu(uint32_t who)
{
	const struct mps_merge_sum *s = &sorted->merge.sum[who];

	return s->ns[MPS_GO_RUNNING] - s->running[MPS_CUT_ON_CPU];
}

static int by_loss(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	uint64_t p = not_on_cpu(x), q = not_on_cpu(y);

	if (p != q)
		return p > q ? -1 : 1;
	return (x > y) - (x < y);
}

static int by_id(const void *a, const void *b)
{
	int64_t x = sorted->go.who[*(const uint32_t *)a].id;
	int64_t y = sorted->go.who[*(const uint32_t *)b].id;

	return (x > y) - (x < y);
}

/* Numbers of goroutines, or Ps, of which there is a slice; or NULL. */
static uint32_t *list(struct mps_merge_job *j, bool ps, size_t *nr)
{
	uint32_t *who = malloc((j->go.nr_who + 1) * sizeof(*who));

	*nr = 0;
	for (size_t i = 0; who && i < j->go.nr_who; i++)
		if (j->go.who[i].is_p == ps && (ps || j->merge.sum[i].slices))
			who[(*nr)++] = (uint32_t)i;
	sorted = j;
	if (who)
		qsort(who, *nr, sizeof(*who), ps ? by_id : by_loss);
	else
		j->c.failed = true;
	return who;
}

static void show_goroutines(struct mps_merge_job *j, struct mps_out *out)
{
	struct mps_cell cells[sizeof(g_cols) / sizeof(g_cols[0])];
	size_t nr, max = j->c.opt->rows ? j->c.opt->rows :
			 j->c.opt->format == MPS_FORMAT_TEXT ? ROWS : SIZE_MAX;
	uint32_t *who = list(j, false, &nr);
	struct mps_merge_sum total = { 0 };

	mps_out_heading(out, "goroutines: what the runtime calls running, and what their threads did%s",
			mps_tell_bound(&j->c));
	mps_out_table_begin(out, "goroutines", g_cols,
			    sizeof(g_cols) / sizeof(g_cols[0]), 0);
	for (size_t i = 0; who && i < nr; i++) {
		mps_merge_add(&total, &j->merge.sum[who[i]]);
		if (i >= max)
			continue;
		g_cells(cells, mps_cell_u64((uint64_t)j->go.who[who[i]].id),
			&j->merge.sum[who[i]]);
		mps_out_row(out, cells);
	}
	g_cells(cells, mps_cell_none(), &total);
	mps_out_total(out, cells);
	mps_out_table_end(out);
	if (nr > max)
		mps_out_note(out, "%zu of %zu goroutines are shown (more with -n): those that ran least of what they seemed to",
			     max, nr);
	free(who);
}

static void show_ps(struct mps_merge_job *j, struct mps_out *out)
{
	struct mps_cell cells[sizeof(p_cols) / sizeof(p_cols[0])];
	uint64_t wall = (uint64_t)(j->merge.end_ns - j->merge.begin_ns);
	struct mps_merge_sum total = { 0 };
	uint32_t *who;
	size_t nr;

	who = list(j, true, &nr);
	mps_out_heading(out, "%s", "");
	mps_out_heading(out, "Ps: held by an M, by the runtime, and what that did%s",
			mps_tell_bound(&j->c));
	mps_out_table_begin(out, "ps", p_cols, sizeof(p_cols) / sizeof(p_cols[0]), 0);
	for (size_t i = 0; who && i < nr; i++) {
		mps_merge_add(&total, &j->merge.sum[who[i]]);
		p_cells(cells, mps_cell_u64((uint64_t)j->go.who[who[i]].id),
			&j->merge.sum[who[i]], wall);
		mps_out_row(out, cells);
	}
	p_cells(cells, mps_cell_none(), &total, wall * nr);
	/* a document has one total, that of the goroutines */
	if (j->c.opt->format == MPS_FORMAT_TEXT)
		mps_out_total(out, cells);
	mps_out_table_end(out);
	free(who);
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
