// SPDX-License-Identifier: GPL-2.0
/* mpscope goroutines: all goroutines of a process that is not stopped. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "goroutines.h"
#include "wait.h"

#define FILE_MAX	(64u << 20)

static const char *diff;
static bool all, each;

static const struct mps_opt_own own[] = {
	{ .name = "diff", .letter = 'd', .arg = "FILE|SECONDS", .value = &diff,
	  .help = "what came and went since FILE (of -j), or in SECONDS" },
	{ .name = "all", .letter = 'a', .flag = &all,
	  .help = "the runtime's own too" },
	{ .name = "each", .letter = 'e', .flag = &each,
	  .help = "a row for each, not one for those that are alike" },
	{ .name = NULL },
};

static const struct mps_opt_spec spec = {
	.name = "goroutines",
	.synopsis = "PID [-a] [-e] [-d FILE|SECONDS] [OPTIONS]",
	.what =
"All goroutines of a Go program by status, wait reason and the place that\n"
"created them, longest waiting first. Read from its memory: it is not stopped,\n"
"and the module is not needed. \"waited\" is the runtime's own estimate, as in its\n"
"tracebacks: it counts from the garbage collection before the one that first saw\n"
"them wait, so it may be a cycle too long; \"-\" until there were two.\n"
"With -d: which places have more of them than before: what leaks.",
	.shared = MPS_OPT_PID | MPS_OPT_ROWS | MPS_OPT_ARGS,
	.own = own,
	.examples =
"  mpscope goroutines 4121\n"
"  mpscope goroutines 4121 -d 60     what has grown after a minute\n"
"  mpscope goroutines 4121 -j >before; ...; mpscope goroutines 4121 -d before\n",
};

static const struct mps_col group_cols[] = {
	{ "count", NULL, MPS_KIND_COUNT, 0, 0 },
	{ "status", NULL, MPS_KIND_STRING, 0, 0 },
	{ "wait_reason", "reason", MPS_KIND_STRING, 0, 0 },
	{ "waited_ns", "waited", MPS_KIND_NS, 0, 0 },
	{ "goid", NULL, MPS_KIND_ID, 0, 4 },
	{ "locked", NULL, MPS_KIND_COUNT, 0, 5 },
	{ "system", NULL, MPS_KIND_ID, MPS_COL_DATA, 0 },
	{ "function", NULL, MPS_KIND_STRING, 0, 0 },
	{ "created_by", NULL, MPS_KIND_STRING, 0, 3 },
	{ "created_at", NULL, MPS_KIND_STRING, 0, 2 },
};

static const struct mps_col diff_cols[] = {
	{ "change", NULL, MPS_KIND_STRING, MPS_COL_TEXT, 0 },
	{ "grown", NULL, MPS_KIND_COUNT, MPS_COL_DATA, 0 },
	{ "shrunk", NULL, MPS_KIND_COUNT, MPS_COL_DATA, 0 },
	{ "before", NULL, MPS_KIND_COUNT, 0, 0 },
	{ "count", "now", MPS_KIND_COUNT, 0, 0 },
	{ "waited_ns", "waited", MPS_KIND_NS, 0, 0 },
	{ "goid", NULL, MPS_KIND_ID, 0, 4 },
	{ "function", NULL, MPS_KIND_STRING, 0, 0 },
	{ "created_by", NULL, MPS_KIND_STRING, 0, 3 },
	{ "created_at", NULL, MPS_KIND_STRING, 0, 2 },
};

static struct mps_cell word(const char *s)
{
	return *s ? mps_cell_str(s) : mps_cell_none();
}

static struct mps_cell waited(const struct mps_gogroup *g)
{
	return g->waited_ns == UINT64_MAX ? mps_cell_none() :
					    mps_cell_u64(g->waited_ns);
}

static struct mps_cell goid(const struct mps_gogroup *g)
{
	return g->goid ? mps_cell_u64(g->goid) : mps_cell_none();
}

/* The last two parts of a path say enough on a screen. */
static const char *tail(const char *path, bool text)
{
	const char *p = strrchr(path, '/');

	if (!text || !p)
		return path;
	while (p > path && p[-1] != '/')
		p--;
	return p;
}

static void group_row(struct mps_out *out, const struct mps_gogroup *g,
		      bool text)
{
	const struct mps_cell row[] = {
		mps_cell_u64(g->count), word(g->status), word(g->reason),
		waited(g), goid(g), mps_cell_u64(g->locked),
		mps_cell_u64(g->system), word(g->func), word(g->by),
		word(tail(g->site, text)),
	};

	mps_out_row(out, row);
}

static void diff_row(struct mps_out *out, const struct mps_gogroup *g,
		     bool text)
{
	int64_t change = (int64_t)(g->count - g->before);
	uint64_t grown = change > 0 ? (uint64_t)change : 0;
	uint64_t shrunk = change < 0 ? (uint64_t)-change : 0;
	char buf[24];
	const struct mps_cell row[] = {
		mps_cell_str(buf), mps_cell_u64(grown), mps_cell_u64(shrunk),
		mps_cell_u64(g->before), mps_cell_u64(g->count), waited(g),
		goid(g), word(g->func), word(g->by), word(tail(g->site, text)),
	};

	snprintf(buf, sizeof(buf), "%+" PRId64, change);
	mps_out_row(out, row);
}

static void show_head(const struct mps_golive *lv, struct mps_out *out,
		      const struct mps_goroutines *r, bool is_diff)
{
	char buf[64];

	mps_out_doc_begin(out, "goroutines");
	mps_out_heading(out, "process %d, %s: %" PRIu64 " goroutines%s",
			lv->gp.pid, lv->gp.exe.version, r->nr,
			is_diff ? ", by how many there are more" : "");
	mps_golive_fields(lv, out);
	mps_out_field(out, "goroutines_total", MPS_KIND_COUNT,
		      mps_cell_u64(r->nr));
	mps_out_field(out, "goroutines_system", MPS_KIND_COUNT,
		      mps_cell_u64(r->nr_system));
	mps_out_field(out, "goroutines_dead", MPS_KIND_COUNT,
		      mps_cell_u64(r->nr_dead));
	mps_out_field(out, "read_ns", MPS_KIND_NS, mps_cell_u64(r->read_ns));
	mps_out_note(out, "exact (memory): layout from %s",
		     mps_golive_source(lv, buf));
}

static int show_foot(struct mps_out *out, const struct mps_goroutines *r,
		     size_t hidden)
{
	if (!all && r->nr_system)
		mps_out_note(out, "%" PRIu64 " of the runtime's own are not shown (-a)",
			     r->nr_system);
	if (hidden)
		mps_out_note(out, "%zu more rows are not shown (-n)", hidden);
	if (r->nr_torn)
		mps_out_note(out, "%" PRIu64 " changed each time they were read: shown as last seen",
			     r->nr_torn);
	mps_out_dropped(out, "goroutines_unreadable",
			"goroutines that could not be read",
			mps_cell_u64(r->nr_lost));
	mps_out_doc_end(out, false);
	return r->nr_lost ? MPS_EXIT_PARTIAL : MPS_EXIT_OK;
}

static size_t limit(const struct mps_gogroups *gs, const struct mps_opt *opt)
{
	return opt->rows && opt->rows < gs->nr ? opt->rows : gs->nr;
}

static int show(const struct mps_golive *lv, struct mps_out *out,
		const struct mps_opt *opt, const struct mps_goroutines *r)
{
	size_t i, n = limit(&r->groups, opt);

	show_head(lv, out, r, false);
	mps_out_table_begin(out, "goroutines", group_cols,
			    sizeof(group_cols) / sizeof(group_cols[0]), 0);
	for (i = 0; i < n; i++)
		group_row(out, &r->groups.g[i],
			  opt->format == MPS_FORMAT_TEXT);
	mps_out_table_end(out);
	return show_foot(out, r, r->groups.nr - n);
}

static int show_diff(const struct mps_golive *lv, struct mps_out *out,
		     const struct mps_opt *opt, const struct mps_goroutines *r,
		     struct mps_gogroups *d)
{
	size_t i, n, same = 0;

	mps_gogroups_sort_diff(d);
	for (i = 0, n = 0; i < d->nr; i++) {
		if (d->g[i].count == d->g[i].before)
			same++;
		else
			d->g[n++] = d->g[i];
	}
	d->nr = n;
	n = limit(d, opt);
	show_head(lv, out, r, true);
	mps_out_table_begin(out, "places", diff_cols,
			    sizeof(diff_cols) / sizeof(diff_cols[0]), 0);
	for (i = 0; i < n; i++)
		diff_row(out, &d->g[i], opt->format == MPS_FORMAT_TEXT);
	mps_out_table_end(out);
	if (!d->nr)
		mps_out_note(out, "no place has more or fewer goroutines than before");
	if (same)
		mps_out_note(out, "%zu places have as many as before", same);
	return show_foot(out, r, d->nr - n);
}

static char *read_whole(const char *path, size_t *len)
{
	char *text = malloc(FILE_MAX);
	long n = text ? mps_file_read(path, text, FILE_MAX) : -ENOMEM;

	if (n >= 0 && (size_t)n < FILE_MAX - 1) {
		*len = (size_t)n;
		return text;
	}
	free(text);
	mps_msg("goroutines: '%s' is no number of seconds, and no file that can be read: %s",
		path, n < 0 ? strerror((int)-n) : "it is too large");
	return NULL;
}

static int before_file(struct mps_gogroups *was)
{
	const char *wrong;
	size_t len;
	char *text = read_whole(diff, &len);

	if (!text)
		return MPS_EXIT_FAILURE;
	wrong = mps_gogroups_parse(was, text, len);
	free(text);
	if (!wrong)
		return MPS_EXIT_OK;
	mps_msg("goroutines: '%s' cannot be compared with: %s", diff, wrong);
	return MPS_EXIT_FAILURE;
}

static int before_live(struct mps_golive *lv, struct mps_gogroups *was,
		       uint64_t ns)
{
	struct mps_goroutines r;
	bool ok = mps_goroutines_read(&r, lv, false, all);

	*was = r.groups;
	if (!ok)
		return mps_golive_lost(lv);
	mps_wait_until(mps_wait_now() + ns);
	/* a search may have found a copy of the list, which is old by now */
	if (lv->layout.scanned &&
	    !mps_golayout_open(&lv->gp, &lv->layout, lv->why, sizeof(lv->why)))
		return mps_golive_lost(lv);
	return MPS_EXIT_OK;
}

static int run(struct mps_golive *lv, struct mps_out *out,
	       const struct mps_opt *opt)
{
	struct mps_gogroups was = { .nr = 0 }, d = { .nr = 0 };
	struct mps_goroutines r = { .nr = 0 };
	int rc = MPS_EXIT_OK;
	uint64_t ns;

	if (diff)
		rc = mps_opt_parse_interval(diff, &ns) ?
		     before_live(lv, &was, ns) : before_file(&was);
	if (!rc && !mps_goroutines_read(&r, lv, each && !diff, all))
		rc = mps_golive_lost(lv);
	if (!rc && !diff) {
		rc = show(lv, out, opt, &r);
	} else if (!rc && !mps_gogroups_diff(&d, &was, &r.groups)) {
		mps_msg("no memory for the difference");
		rc = MPS_EXIT_FAILURE;
	} else if (!rc) {
		rc = show_diff(lv, out, opt, &r, &d);
	}
	mps_gogroups_free(&was);
	mps_gogroups_free(&d);
	mps_goroutines_free(&r);
	return rc;
}

static int check(const struct mps_golive *lv)
{
	if (MPS_VAR(&lv->layout, allgs))
		return MPS_EXIT_OK;
	mps_msg("the goroutines of process %d were not found in its data; perhaps its garbage collector was at work: try again",
		lv->gp.pid);
	return MPS_EXIT_FAILURE;
}

int cmd_goroutines(int argc, char **argv)
{
	struct mps_golive lv = { .ok = false };
	struct mps_out *out;
	struct mps_opt opt;
	int rc, closed;

	rc = mps_opt_parse(&opt, &spec, argc, argv);
	if (rc != MPS_OPT_GO)
		goto out_opt;
	mps_wait_init();
	rc = mps_golive_open(&lv, &opt, "goroutines", 0);
	if (!rc)
		rc = check(&lv);
	if (!rc) {
		out = mps_out_open(&opt);
		rc = MPS_EXIT_FAILURE;
		if (out) {
			rc = run(&lv, out, &opt);
			closed = mps_out_close(out);
			rc = closed ? closed : rc;
		}
	}
	mps_golive_close(&lv);
out_opt:
	mps_opt_free(&opt);
	return rc;
}
