// SPDX-License-Identifier: GPL-2.0
/* mpscope top: threads, live on the screen. */
#include <string.h>

#include "cmd.h"
#include "opt.h"
#include "out_screen.h"
#include "target.h"
#include "top_view.h"
#include "wait.h"

#define NS_PER_MS	1000000ull
#define NS_PER_S	(1000 * NS_PER_MS)
#define MIN_EVERY_NS	(100 * NS_PER_MS)
#define MAX_EVERY_NS	(60 * NS_PER_S)

static const struct mps_opt_spec spec = {
	.name = "top",
	.synopsis = "[-p PID[,PID]] [--tag] [-s KEY] [INTERVAL]",
	.what =
"The threads of the tagged processes on the screen, anew each INTERVAL (1 s):\n"
"state and why, CPU, percentages of running, waiting for a CPU since a wakeup\n"
"(wait) and since the CPU was taken away (prmt), switches and migrations.\n"
"Keys: q quit, space pause, / filter, < > sort, R reverse, d the dead too,\n"
"+ - interval, arrows scroll, h help.",
	.shared = MPS_OPT_PID | MPS_OPT_ROWS | MPS_OPT_TAG | MPS_OPT_EVERY,
	.examples =
"  mpscope top -p 4121\n"
"  mpscope top -p 4121 -s wait 0.5\n"
"  mpscope top -p 4121 --tag         tagged until you quit\n",
};

static void next_sort(struct mps_top_view *v, int step)
{
	int sort = (int)v->top.sort;

	do {
		sort = (sort + step + MPS_NR_TOP_COLS) % MPS_NR_TOP_COLS;
	} while (v->hidden[sort]);
	v->top.sort = (enum mps_top_col)sort;
}

/* A key while the filter is being typed. */
static void type_key(struct mps_top_view *v, int key)
{
	size_t len = strlen(v->filter);

	if (key == MPS_KEY_ENTER) {
		v->typing = false;
	} else if (key == MPS_KEY_ESCAPE) {
		v->typing = false;
		v->filter[0] = 0;
	} else if (key == MPS_KEY_ERASE) {
		if (len)
			v->filter[len - 1] = 0;
	} else if (key >= ' ' && key < 127 && len + 1 < sizeof(v->filter)) {
		v->filter[len] = (char)key;
		v->filter[len + 1] = 0;
	}
}

static void scroll_key(struct mps_top_view *v, int key)
{
	size_t step = key == MPS_KEY_UP || key == MPS_KEY_DOWN ? 1 : v->page;

	switch (key) {
	case MPS_KEY_UP:
	case MPS_KEY_PAGE_UP:
		v->first = v->first > step ? v->first - step : 0;
		break;
	case MPS_KEY_DOWN:
	case MPS_KEY_PAGE_DOWN:
		v->first += step;
		break;
	case MPS_KEY_HOME:
		v->first = 0;
		break;
	case MPS_KEY_END:
		v->first = v->top.rows.nr_rows;
		break;
	}
}

static void sort_key(struct mps_top_view *v, int key)
{
	for (size_t i = 0; i < MPS_NR_TOP_COLS; i++)
		if (mps_top_looks[i].key == key && key && !v->hidden[i])
			v->top.sort = (enum mps_top_col)i;
}

static void change_interval(struct mps_top_view *v, bool longer)
{
	uint64_t ns = longer ? v->every_ns * 2 : v->every_ns / 2;

	if (ns >= MIN_EVERY_NS && ns <= MAX_EVERY_NS)
		v->every_ns = ns;
}

/* Return: false to quit. */
static bool on_key(struct mps_top_view *v, int key)
{
	if (v->typing) {
		type_key(v, key);
		return true;
	}
	switch (key) {
	case 'q':
		return false;
	case ' ':
	case 'p':
		v->paused = !v->paused;
		break;
	case 'h':
	case '?':
		v->help = !v->help;
		break;
	case '/':
		v->typing = true;
		break;
	case MPS_KEY_ESCAPE:
		v->filter[0] = 0;
		v->help = false;
		break;
	case '>':
	case '<':
		next_sort(v, key == '>' ? 1 : -1);
		break;
	case 'R':
		v->top.reverse = !v->top.reverse;
		break;
	case 'd':
		v->top.show_dead = !v->top.show_dead;
		break;
	case '+':
	case '-':
		change_interval(v, key == '+');
		break;
	default:
		sort_key(v, key);
		scroll_key(v, key);
	}
	return true;
}

/* Return: false if memory ran out. */
static bool loop(struct mps_top_view *v)
{
	uint64_t next = 0;
	bool ok = true;

	v->alive = true;
	while (ok && !mps_wait_stopped()) {
		uint64_t now = mps_wait_now();
		int key;

		if (now >= next) {
			if (!v->paused && v->alive)
				v->alive = mps_top_read(&v->top);
			next = now + v->every_ns;
		}
		ok = mps_top_arrange(&v->top);
		if (!ok)
			break;
		mps_top_draw(v);
		key = mps_screen_key((int)((next - now) / NS_PER_MS) + 1);
		if (key && !on_key(v, key))
			break;
	}
	return ok;
}

static int find_sort(const char *name, enum mps_top_col *sort)
{
	struct mps_col cols[MPS_NR_TOP_COLS];
	size_t i;

	for (i = 0; i < MPS_NR_TOP_COLS; i++)
		cols[i] = mps_top_looks[i].col;
	i = mps_cols_find(cols, MPS_NR_TOP_COLS, name);
	if (i == MPS_NR_TOP_COLS)
		return mps_cols_complain("top", cols, MPS_NR_TOP_COLS, name);
	*sort = (enum mps_top_col)i;
	return MPS_EXIT_OK;
}

static int show(const struct mps_opt *opt)
{
	enum mps_top_col sort = MPS_TOP_RUN;
	struct mps_targets ts = { 0 };
	struct mps_top_view v = { 0 };
	int rc = MPS_EXIT_OK;

	if (opt->sort)
		rc = find_sort(opt->sort, &sort);
	if (rc)
		return rc;
	mps_wait_init();
	rc = mps_targets_pick(&ts, opt, NULL);
	if (rc)
		goto release;
	rc = MPS_EXIT_FAILURE;
	if (!mps_top_init(&v.top, &ts)) {
		mps_msg("no memory for the threads");
		goto free;
	}
	v.top.sort = sort;
	v.top.filter = v.filter;
	v.max_rows = opt->rows;
	v.every_ns = opt->interval_ns ? opt->interval_ns : NS_PER_S;
	if (!mps_screen_open(!opt->no_color)) {
		mps_msg("top: needs a terminal (is TERM right?); 'mpscope stat -T 1' prints the same as text");
		goto free;
	}
	rc = loop(&v) ? MPS_EXIT_OK : MPS_EXIT_FAILURE;
	mps_screen_close();
	if (rc)
		mps_msg("no memory for the threads");
	if (!v.alive) {
		mps_msg("%s", mps_err_why());
		rc = MPS_EXIT_FAILURE;
	}
free:
	mps_top_free(&v.top);
release:
	mps_targets_release(&ts);
	return rc;
}

int cmd_top(int argc, char **argv)
{
	struct mps_opt opt;
	int rc = mps_opt_parse(&opt, &spec, argc, argv);

	if (rc == MPS_OPT_GO && opt.format != MPS_FORMAT_TEXT) {
		mps_msg("top: is for the screen; 'mpscope stat -T' writes JSON and CSV");
		rc = MPS_EXIT_USAGE;
	} else if (rc == MPS_OPT_GO && opt.count) {
		mps_msg("top: takes no number of intervals; 'mpscope stat -T' does");
		rc = MPS_EXIT_USAGE;
	}
	if (rc == MPS_OPT_GO)
		rc = show(&opt);
	mps_opt_free(&opt);
	return rc;
}
