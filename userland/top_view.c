// SPDX-License-Identifier: GPL-2.0
/* Drawing what "top" shows. */
#include "top_view.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "fmt.h"
#include "out_screen.h"
#include "rolehook.h"

#define LINE_LEN	512

static const char * const help_text[] = {
	"q        quit                     space p  pause",
	"< >      sort by the next column  R        reverse the order",
	"r w e    sort by RUN% WAIT% PRMT%",
	"v i m    sort by VOL/s INV/s MIG/s",
	"t s y    sort by TID STATE WHY    o c f    by ROLE CPU FOR",
	"/        filter: part of a word (role, state, why, comm) or of an id",
	"         Enter keeps it, Esc drops it",
	"d        show dead threads too    + -      longer, shorter interval",
	"arrows, PgUp, PgDn, Home, End     scroll",
	"",
	"RUN%     on a CPU                 WAIT%    in a run queue since a wakeup",
	"PRMT%    in a run queue, the CPU was taken away",
	"VOL INV  switches, voluntary and not, by the second",
	"WHY      what it is blocked in, S interruptible, D not",
	"FOR      how long it is in this state",
};

#define NR_HELP (sizeof(help_text) / sizeof(help_text[0]))

/* Which columns fit into the width. */
static void fit(struct mps_top_view *v, int columns)
{
	int width = 0;

	for (size_t i = 0; i < MPS_NR_TOP_COLS; i++) {
		v->hidden[i] = (i == MPS_TOP_PID && v->top.nr < 2) ||
			       (i == MPS_TOP_ROLE && !v->top.roles);
		if (!v->hidden[i])
			width += mps_top_looks[i].width + 1;
	}
	while (width - 1 > columns) {
		size_t worst = MPS_NR_TOP_COLS;

		for (size_t i = 0; i < MPS_NR_TOP_COLS; i++) {
			unsigned int hide = mps_top_looks[i].col.hide;

			if (!v->hidden[i] && hide &&
			    (worst == MPS_NR_TOP_COLS ||
			     hide > mps_top_looks[worst].col.hide))
				worst = i;
		}
		if (worst == MPS_NR_TOP_COLS)
			return;
		v->hidden[worst] = true;
		width -= mps_top_looks[worst].width + 1;
	}
}

static bool is_left(size_t col)
{
	return mps_top_looks[col].col.kind == MPS_KIND_STRING;
}

static const char *cell_text(char buf[MPS_FMT_LEN], enum mps_kind kind,
			     const struct mps_cell *c)
{
	if (!c->known)
		return "-";
	if (kind == MPS_KIND_STRING)
		return c->s;
	if (kind == MPS_KIND_NS)
		return mps_fmt_ns(buf, c->u);
	if (kind == MPS_KIND_PERCENT)
		return mps_fmt_hundredths(buf, c->u);
	snprintf(buf, MPS_FMT_LEN, "%llu", (unsigned long long)c->u);
	return buf;
}

static void draw_cell(int y, int x, size_t col, enum mps_look look,
		      const char *text)
{
	int width = mps_top_looks[col].width, pad;
	char cut[4 * MPS_FMT_LEN];
	size_t used = mps_fmt_clip(cut, sizeof(cut), text, (size_t)width);

	pad = is_left(col) ? 0 : width - (int)used;
	mps_screen_put(y, x + pad, look, cut);
}

static void draw_head(const struct mps_top_view *v, int y)
{
	int x = 0;

	for (size_t i = 0; i < MPS_NR_TOP_COLS; i++) {
		if (v->hidden[i])
			continue;
		draw_cell(y, x, i, MPS_LOOK_PLAIN, mps_top_looks[i].col.title);
		x += mps_top_looks[i].width + 1;
	}
	mps_screen_fill(y, MPS_LOOK_HEAD);
}

static enum mps_look look_of(const struct mps_cell *row)
{
	const char *state = row[MPS_TOP_STATE].known ? row[MPS_TOP_STATE].s : "";

	if (!strcmp(state, "running"))
		return MPS_LOOK_GOOD;
	if (!strcmp(state, "woken") || !strcmp(state, "preempted") ||
	    !strcmp(state, "yielded"))
		return MPS_LOOK_WARN;
	return MPS_LOOK_PLAIN;
}

static void draw_row(const struct mps_top_view *v, int y, const struct mps_cell *row)
{
	char buf[MPS_FMT_LEN];
	int x = 0;

	for (size_t i = 0; i < MPS_NR_TOP_COLS; i++) {
		if (v->hidden[i])
			continue;
		draw_cell(y, x, i, look_of(row),
			  cell_text(buf, mps_top_looks[i].col.kind, &row[i]));
		x += mps_top_looks[i].width + 1;
	}
}

static void draw_title(const struct mps_top_view *v)
{
	const struct mps_top_look *by = &mps_top_looks[v->top.sort];
	char line[LINE_LEN], every[MPS_FMT_LEN], now[16] = "";
	time_t t = time(NULL);
	struct tm tm;

	if (localtime_r(&t, &tm))
		strftime(now, sizeof(now), "%H:%M:%S", &tm);
	snprintf(line, sizeof(line), "mpscope top  %s  every %s  by %s%s%s%s%s%s",
		 now, mps_fmt_ns(every, v->every_ns), by->col.title,
		 v->top.reverse ? " reversed" : "",
		 v->paused ? "  PAUSED" : "",
		 *v->filter || v->typing ? "  filter: " : "", v->filter,
		 v->typing ? "_" : "");
	mps_screen_put(0, 0, MPS_LOOK_BOLD, line);
}

/* A line a process, as many as there is room for. Return: next free row. */
static int draw_targets(const struct mps_top_view *v, int y, int max)
{
	char line[LINE_LEN], run[MPS_FMT_LEN], wait[MPS_FMT_LEN];
	char over[MPS_FMT_LEN];

	for (size_t i = 0; i < v->top.nr; i++) {
		const struct mps_top_target *t = &v->top.t[i];
		struct mps_cell comm = mps_kv_str(t->now.summary, "comm");
		struct mps_cell state = mps_kv_str(t->now.summary, "state");

		if ((int)i >= max - 1 && v->top.nr > (size_t)max) {
			snprintf(line, sizeof(line), "and %zu processes more",
				 v->top.nr - i);
			mps_screen_put(y++, 0, MPS_LOOK_PLAIN, line);
			break;
		}
		if (!t->has_now)
			continue;
		snprintf(line, sizeof(line),
			 "%d %s%s: %zu threads, run %s%% wait %s%% of a CPU; %s%s",
			 t->tgid, comm.known ? comm.s : "-",
			 t->gone ? " (untagged)" :
			 state.known && strcmp(state.s, "live") ? " (exited)" :
			 "", t->threads, mps_fmt_hundredths(run, t->run),
			 mps_fmt_hundredths(wait, t->wait),
			 t->interval_ns ? "last " : "since tagged",
			 t->interval_ns ? mps_fmt_ns(over, t->interval_ns) :
			 "");
		mps_screen_put(y++, 0, MPS_LOOK_PLAIN, line);
	}
	return y;
}

static const char *how_roles(const struct mps_top_view *v)
{
	for (size_t i = 0; i < v->top.nr; i++)
		if (v->top.t[i].rh)
			return mps_rolehook_how(v->top.t[i].rh);
	return NULL;
}

/* What the rows lack, and how the roles came about. */
static void draw_foot(const struct mps_top_view *v, int y, size_t shown)
{
	uint64_t missed = 0, evicted = 0;
	bool known = true;
	char line[LINE_LEN];

	for (size_t i = 0; i < v->top.nr; i++) {
		const struct mps_kv *kv = v->top.t[i].now.summary;
		struct mps_cell m = mps_kv_u64(kv, "threads_missed");
		struct mps_cell e = mps_kv_u64(kv, "threads_evicted");

		known &= m.known && e.known;
		missed += m.known ? m.u : 0;
		evicted += e.known ? e.u : 0;
	}
	if (v->top.err)
		snprintf(line, sizeof(line), "%s", mps_err_why());
	else
		snprintf(line, sizeof(line),
			 "%zu of %zu%s; dropped: %llu never tracked, %llu dead not kept%s; roles: %s; h help",
			 shown, v->top.rows.nr_rows + v->top.hidden,
			 v->top.hidden ? " (filter)" : "",
			 (unsigned long long)missed,
			 (unsigned long long)evicted,
			 known ? "" : " (or more)",
			 how_roles(v) ? how_roles(v) : "none");
	mps_screen_put(y, 0, missed || evicted || v->top.err || !known ?
		       MPS_LOOK_WARN : MPS_LOOK_PLAIN, line);
}

static size_t clamp_first(const struct mps_top_view *v, size_t rows)
{
	size_t last = rows > v->page ? rows - v->page : 0;

	return v->first < last ? v->first : last;
}

void mps_top_draw(struct mps_top_view *v)
{
	size_t nr = v->top.rows.nr_rows, shown = 0;
	int rows, columns, y;

	mps_screen_size(&rows, &columns);
	fit(v, columns);
	mps_screen_begin();
	draw_title(v);
	y = draw_targets(v, 1, rows > 20 ? 4 : 2);
	draw_head(v, y++);
	v->page = rows > y + 1 ? (size_t)(rows - y - 1) : 0;
	if (v->max_rows && v->page > v->max_rows)
		v->page = v->max_rows;
	v->first = clamp_first(v, nr);
	if (v->help) {
		for (size_t i = 0; i < NR_HELP; i++)
			mps_screen_put(y++, 2, MPS_LOOK_PLAIN, help_text[i]);
	} else {
		for (; shown < v->page && v->first + shown < nr; shown++) {
			size_t i = v->first + shown;

			if (v->top.reverse)
				i = nr - 1 - i;
			draw_row(v, y++, mps_snap_row(&v->top.rows, i));
		}
	}
	draw_foot(v, rows - 1, shown);
	mps_screen_end();
}
