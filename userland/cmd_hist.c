// SPDX-License-Identifier: GPL-2.0
/* mpscope hist: distribution of waits, blocks and runs. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "dist.h"
#include "drops.h"
#include "fmt.h"
#include "opt.h"
#include "report.h"
#include "wait.h"

static const char *wanted = "wake_to_run";

static const struct mps_opt_own own[] = {
	{ .name = "hist", .letter = 'H', .arg = "NAME", .value = &wanted,
	  .help = "wake_to_run (default), block, run or all" },
	{ .name = NULL },
};

static const struct mps_opt_spec spec = {
	.name = "hist",
	.synopsis = "[-p PID[,PID]] [-t TID] [-H NAME] [--tag] [OPTIONS] [INTERVAL [COUNT]]",
	.what =
"Distribution of times, over all threads of a process or those of -t:\n"
"wake_to_run (queued by a wakeup until on a CPU), block (one blocked episode),\n"
"run (one stay on a CPU). Bins are powers of two, so a percentile is an upper\n"
"bound (<=); the worst case is exact, with its time (CLOCK_MONOTONIC) and CPU.",
	.shared = MPS_OPT_PID | MPS_OPT_TID | MPS_OPT_TAG | MPS_OPT_EVERY,
	.own = own,
	.examples =
"  mpscope hist -p 4121              how long woken threads wait for a CPU\n"
"  mpscope hist -p 4121 -H all\n"
"  mpscope hist -p 4121 -H block -t 4124\n"
"  mpscope hist -p 4121 -j 10 1 | jq '.histograms[0].p99_le_ns'\n",
};

static const char * const names[] = { MPSCOPE_HISTS(MPSCOPE_X_NAME) };

#define NR_NAMES (sizeof(names) / sizeof(names[0]))

/* Cells of a reading, in this order; the bins follow. */
enum { AT_HIST, AT_NR, AT_TOTAL, AT_MAX, AT_MAX_AT, AT_MAX_CPU, AT_MAX_TID,
	AT_THREAD, AT_SINCE, AT_BINS, AT_END = AT_BINS + MPSCOPE_HIST_BINS };

static char bin_names[MPSCOPE_HIST_BINS][24];

static struct mps_reading_col cols[AT_END] = {
	[AT_HIST] = { .out = { .name = "hist" },
		      .snap = { MPS_STR, MPS_HOW_KEY } },
	[AT_NR] = { .out = { .name = "nr" }, .snap = { MPS_U64, MPS_HOW_SUM } },
	[AT_TOTAL] = { .out = { .name = "total_ns" },
		       .snap = { MPS_U64, MPS_HOW_TIME } },
	[AT_MAX] = { .out = { .name = "max_ns" },
		     .snap = { MPS_U64, MPS_HOW_MAX } },
	[AT_MAX_AT] = { .out = { .name = "max_at_ns" },
			.snap = { MPS_U64, MPS_HOW_OF_MAX } },
	[AT_MAX_CPU] = { .out = { .name = "max_cpu" },
			 .snap = { MPS_U64, MPS_HOW_OF_MAX } },
	[AT_THREAD] = { .out = { .name = "thread" },
			.snap = { MPS_U64, MPS_HOW_ID }, .from = "tid" },
	[AT_SINCE] = { .out = { .name = "thread_since" },
		       .snap = { MPS_U64, MPS_HOW_ID },
		       .src = MPS_SRC_SINCE },
	[AT_MAX_TID] = { .out = { .name = "tid" },
			 .snap = { MPS_U64, MPS_HOW_OF_MAX } },
};

static void cols_init(void)
{
	for (size_t i = 0; i < MPSCOPE_HIST_BINS; i++) {
		snprintf(bin_names[i], sizeof(bin_names[i]), "ge_%llu",
			 (unsigned long long)mps_dist_ge(i));
		cols[AT_BINS + i] = (struct mps_reading_col){
			.out = { .name = bin_names[i] },
			.snap = { MPS_U64, MPS_HOW_SUM },
		};
	}
}

/* Return: false if a bin is unknown. */
static bool dist_of(struct mps_dist *d, const struct mps_cell *row)
{
	memset(d, 0, sizeof(*d));
	for (size_t i = 0; i < MPSCOPE_HIST_BINS; i++) {
		if (!row[AT_BINS + i].known)
			return false;
		d->bin[i] = row[AT_BINS + i].u;
		d->nr += d->bin[i];
	}
	return true;
}

static const struct mps_col head_cols[] = {
	{ .name = "hist", .kind = MPS_KIND_STRING },
	{ .name = "nr", .kind = MPS_KIND_COUNT },
	{ .name = "total_ns", .title = "total", .kind = MPS_KIND_NS,
	  .hide = 4 },
	{ .name = "avg_ns", .title = "avg", .kind = MPS_KIND_NS },
	{ .name = "p50_le_ns", .title = "p50<=",
	  .kind = MPS_KIND_NS_LE },
	{ .name = "p90_le_ns", .title = "p90<=",
	  .kind = MPS_KIND_NS_LE },
	{ .name = "p99_le_ns", .title = "p99<=",
	  .kind = MPS_KIND_NS_LE },
	{ .name = "p99_9_le_ns", .title = "p99.9<=",
	  .kind = MPS_KIND_NS_LE, .hide = 5 },
	{ .name = "max_ns", .title = "max", .kind = MPS_KIND_NS },
	{ .name = "max_at_ns", .kind = MPS_KIND_NS, .flags = MPS_COL_DATA },
	{ .name = "max_at", .title = "at", .kind = MPS_KIND_STRING,
	  .flags = MPS_COL_TEXT, .hide = 2 },
	{ .name = "max_cpu", .title = "cpu", .kind = MPS_KIND_ID, .hide = 1 },
	{ .name = "max_tid", .title = "tid", .kind = MPS_KIND_ID, .hide = 3 },
};

static void show_head(struct mps_out *out, const struct mps_cell *row)
{
	static const uint64_t parts[] = { 5000, 9000, 9900, 9990 };
	struct mps_cell max = row[AT_MAX], p[4], avg = mps_cell_none();
	char at[MPS_FMT_LEN];
	struct mps_dist d;

	for (size_t i = 0; i < 4; i++)
		p[i] = dist_of(&d, row) && d.nr ?
		       mps_cell_u64(mps_dist_at_most(&d, parts[i], max.known ?
						     max.u : UINT64_MAX)) :
		       mps_cell_none();
	if (row[AT_NR].known && row[AT_NR].u && row[AT_TOTAL].known)
		avg = mps_cell_u64(row[AT_TOTAL].u / row[AT_NR].u);
	if (row[AT_MAX_AT].known)
		mps_fmt_clock(at, row[AT_MAX_AT].u);

	const struct mps_cell cells[] = {
		row[AT_HIST], row[AT_NR], row[AT_TOTAL], avg, p[0], p[1], p[2],
		p[3], max, row[AT_MAX_AT],
		mps_cell_str(row[AT_MAX_AT].known ? at : NULL),
		row[AT_MAX_CPU], row[AT_MAX_TID],
	};

	mps_out_row(out, cells);
}

static const struct mps_col bin_cols[] = {
	{ .name = "hist", .kind = MPS_KIND_STRING, .flags = MPS_COL_DATA },
	{ .name = "ge_ns", .title = ">=", .kind = MPS_KIND_NS },
	{ .name = "lt_ns", .title = "<", .kind = MPS_KIND_NS },
	{ .name = "nr", .kind = MPS_KIND_COUNT },
	{ .name = "share", .title = "share%", .kind = MPS_KIND_PERCENT },
	{ .name = "bar", .title = "", .kind = MPS_KIND_BAR,
	  .flags = MPS_COL_TEXT },
};

/* From the first bin that has something to the last; bars by the largest. */
static void show_bins(struct mps_out *out, const struct mps_cell *row)
{
	size_t first = MPSCOPE_HIST_BINS, last = 0;
	uint64_t largest = 0;
	struct mps_dist d;

	if (!dist_of(&d, row))
		return;
	for (size_t i = 0; i < MPSCOPE_HIST_BINS; i++) {
		if (!d.bin[i])
			continue;
		if (first == MPSCOPE_HIST_BINS)
			first = i;
		last = i;
		if (d.bin[i] > largest)
			largest = d.bin[i];
	}
	for (size_t i = first; i <= last && i < MPSCOPE_HIST_BINS; i++) {
		uint64_t lt = mps_dist_lt(i);
		const struct mps_cell cells[] = {
			row[AT_HIST], mps_cell_u64(mps_dist_ge(i)),
			lt ? mps_cell_u64(lt) : mps_cell_none(),
			mps_cell_u64(d.bin[i]),
			mps_cell_u64(mps_fmt_share(d.bin[i], d.nr)),
			mps_cell_u64(mps_fmt_share(d.bin[i], largest)),
		};

		mps_out_row(out, cells);
	}
}

static void note_wall_clock(struct mps_out *out, const struct mps_cell *row)
{
	struct timespec now;
	uint64_t ago, wall;
	char buf[64];
	struct tm tm;
	time_t s;

	if (!row[AT_MAX_AT].known || !row[AT_HIST].known ||
	    row[AT_MAX_AT].u > mps_wait_now())
		return;
	ago = mps_wait_now() - row[AT_MAX_AT].u;
	clock_gettime(CLOCK_REALTIME, &now);
	wall = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec - ago;
	s = (time_t)(wall / 1000000000);
	if (localtime_r(&s, &tm) &&
	    strftime(buf, sizeof(buf), "%Y-%m-%d %H:%M:%S", &tm))
		mps_out_note(out, "the longest %s ended at %s.%03u by the wall clock",
			     row[AT_HIST].s, buf,
			     (unsigned int)(wall / 1000000 % 1000));
}

static bool is_shown(const struct mps_cell *row)
{
	return row[AT_HIST].known && (!strcmp(wanted, "all") ||
				      !strcmp(wanted, row[AT_HIST].s));
}

#define NR_BIN_COLS (sizeof(bin_cols) / sizeof(bin_cols[0]))

/* For people each is a table of its own, so that each has its scale. */
static void show_table(struct mps_out *out, const struct mps_cell *row)
{
	struct mps_col titled[NR_BIN_COLS];

	memcpy(titled, bin_cols, sizeof(titled));
	titled[NR_BIN_COLS - 1].title = row[AT_HIST].s;
	mps_out_table_begin(out, "bins", titled, NR_BIN_COLS, 0);
	show_bins(out, row);
	mps_out_table_end(out);
}

static void show(const struct mps_report *r, const struct mps_opt *opt,
		 struct mps_out *out, const struct mps_snap *rows)
{
	bool text = opt->format == MPS_FORMAT_TEXT;

	(void)r;
	mps_out_table_begin(out, "histograms", head_cols,
			    sizeof(head_cols) / sizeof(head_cols[0]), 0);
	for (size_t i = 0; i < rows->nr_rows; i++)
		if (is_shown(mps_snap_row(rows, i)))
			show_head(out, mps_snap_row(rows, i));
	mps_out_table_end(out);
	if (!text)
		mps_out_table_begin(out, "bins", bin_cols, NR_BIN_COLS, 0);
	for (size_t i = 0; i < rows->nr_rows; i++) {
		const struct mps_cell *row = mps_snap_row(rows, i);

		if (!is_shown(row))
			continue;
		if (text)
			show_table(out, row);
		else
			show_bins(out, row);
		if (opt->verbose)
			note_wall_clock(out, row);
	}
	if (!text)
		mps_out_table_end(out);
}

static bool is_name(const char *name)
{
	for (size_t i = 0; i < NR_NAMES; i++)
		if (!strcmp(names[i], name))
			return true;
	return !strcmp(name, "all");
}

int cmd_hist(int argc, char **argv)
{
	static const struct mps_report report = {
		.command = "hist",
		.file = "histograms",
		.rows = "histograms",
		.cols = cols,
		.nr_cols = AT_END,
		.sort = "hist",
		.drops = MPS_DROPS_ROWS,
		.group = true,
		.keep_idle = true,
		.show = show,
		.interval_note = "max is the longest since tagging",
	};
	struct mps_opt opt;
	int rc = mps_opt_parse(&opt, &spec, argc, argv);

	if (rc == MPS_OPT_GO && !is_name(wanted)) {
		mps_msg("hist: there is no histogram '%s'; there are wake_to_run, block, run, and all",
			wanted);
		rc = MPS_EXIT_USAGE;
	}
	if (rc == MPS_OPT_GO) {
		cols_init();
		rc = mps_report_run(&report, &opt);
	}
	mps_opt_free(&opt);
	return rc;
}
