// SPDX-License-Identifier: GPL-2.0
/* What "top" shows: rows of threads made of readings. */
#include "top.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fmt.h"
#include "rolehook.h"

#define NS_PER_S	1000000000ull

#define LOOK(n, t, k, h, w, c)						\
	{ { .name = n, .title = t, .kind = k, .hide = h }, w, c }

const struct mps_top_look mps_top_looks[MPS_NR_TOP_COLS] = {
	[MPS_TOP_PID] = LOOK("pid", "PID", MPS_KIND_ID, 0, 7, 0),
	[MPS_TOP_TID] = LOOK("tid", "TID", MPS_KIND_ID, 0, 7, 't'),
	[MPS_TOP_ROLE] = LOOK("role", "ROLE", MPS_KIND_STRING, 0, 10, 'o'),
	[MPS_TOP_STATE] = LOOK("state", "STATE", MPS_KIND_STRING, 0, 9, 's'),
	[MPS_TOP_WHY] = LOOK("why", "WHY", MPS_KIND_STRING, 0, 10, 'y'),
	[MPS_TOP_CPU] = LOOK("cpu", "CPU", MPS_KIND_ID, 0, 4, 'c'),
	[MPS_TOP_RUN] = LOOK("run", "RUN%", MPS_KIND_PERCENT, 0, 6, 'r'),
	[MPS_TOP_WAIT] = LOOK("wait", "WAIT%", MPS_KIND_PERCENT, 0, 6, 'w'),
	[MPS_TOP_PREEMPTED] = LOOK("prmt", "PRMT%", MPS_KIND_PERCENT, 1, 6,
				   'e'),
	[MPS_TOP_VOL] = LOOK("vol", "VOL/s", MPS_KIND_COUNT, 1, 6, 'v'),
	[MPS_TOP_INVOL] = LOOK("invol", "INV/s", MPS_KIND_COUNT, 4, 6, 'i'),
	[MPS_TOP_MIGRATIONS] = LOOK("migr", "MIG/s", MPS_KIND_COUNT, 3, 6,
				    'm'),
	[MPS_TOP_IN_STATE] = LOOK("in_state", "FOR", MPS_KIND_NS, 2, 6, 'f'),
	[MPS_TOP_COMM] = LOOK("comm", "COMM", MPS_KIND_STRING, 5, 15, 0),
};

static const struct mps_snap_col row_cols[MPS_NR_TOP_COLS] = {
	[MPS_TOP_PID] = { MPS_U64, MPS_HOW_KEY },
	[MPS_TOP_TID] = { MPS_U64, MPS_HOW_KEY },
	[MPS_TOP_ROLE] = { MPS_STR, MPS_HOW_LAST },
	[MPS_TOP_STATE] = { MPS_STR, MPS_HOW_LAST },
	[MPS_TOP_WHY] = { MPS_STR, MPS_HOW_LAST },
	[MPS_TOP_CPU] = { MPS_U64, MPS_HOW_LAST },
	[MPS_TOP_RUN] = { MPS_U64, MPS_HOW_LAST },
	[MPS_TOP_WAIT] = { MPS_U64, MPS_HOW_LAST },
	[MPS_TOP_PREEMPTED] = { MPS_U64, MPS_HOW_LAST },
	[MPS_TOP_VOL] = { MPS_U64, MPS_HOW_LAST },
	[MPS_TOP_INVOL] = { MPS_U64, MPS_HOW_LAST },
	[MPS_TOP_MIGRATIONS] = { MPS_U64, MPS_HOW_LAST },
	[MPS_TOP_IN_STATE] = { MPS_U64, MPS_HOW_LAST },
	[MPS_TOP_COMM] = { MPS_STR, MPS_HOW_LAST },
};

/* What is read of each thread. The role is always there, known or not. */
enum { IN_TID, IN_ROLE, IN_COMM, IN_STATE, IN_REASON, IN_MODE, IN_CPU,
	IN_IN_STATE, IN_SINCE, IN_LIFE, IN_RUN, IN_WAIT, IN_PREEMPTED, IN_VOL, IN_INVOL,
	IN_MIGRATIONS, NR_IN };

static const struct mps_reading_col in_cols[NR_IN] = {
	[IN_TID] = MPS_RC_KEY("tid", NULL, 0),
	[IN_ROLE] = MPS_RC_ROLE(0),
	[IN_COMM] = MPS_RC_WORD("comm", NULL, 0),
	[IN_STATE] = MPS_RC_WORD("state", NULL, 0),
	[IN_REASON] = MPS_RC_WORD("reason", NULL, 0),
	[IN_MODE] = MPS_RC_WORD("mode", NULL, 0),
	[IN_CPU] = { .out = { .name = "cpu" },
		     .snap = { MPS_U64, MPS_HOW_LAST } },
	[IN_IN_STATE] = { .out = { .name = "in_state_ns" },
			  .snap = { MPS_U64, MPS_HOW_LAST } },
	[IN_SINCE] = { .out = { .name = "since_ns" },
		       .snap = { MPS_U64, MPS_HOW_ID } },
	[IN_LIFE] = MPS_RC_NS("life_ns", NULL, 0),
	[IN_RUN] = MPS_RC_NS("running_ns", NULL, 0),
	[IN_WAIT] = MPS_RC_NS("woken_ns", NULL, 0),
	[IN_PREEMPTED] = MPS_RC_NS("preempted_ns", NULL, 0),
	[IN_VOL] = MPS_RC_COUNT("switches_vol", NULL, 0),
	[IN_INVOL] = MPS_RC_COUNT("switches_invol", NULL, 0),
	[IN_MIGRATIONS] = MPS_RC_COUNT("migrations", NULL, 0),
};

bool mps_top_init(struct mps_top *top, const struct mps_targets *ts)
{
	memset(top, 0, sizeof(*top));
	top->filter = "";
	top->sort = MPS_TOP_RUN;
	mps_snap_init(&top->rows, row_cols, MPS_NR_TOP_COLS);
	top->t = calloc(ts->nr, sizeof(*top->t));
	if (!top->t)
		return false;
	top->nr = ts->nr;
	for (size_t i = 0; i < ts->nr; i++) {
		struct mps_top_target *t = &top->t[i];

		t->tgid = ts->t[i].tgid;
		t->rh = mps_reading_roles(t->tgid);
		top->roles |= !!t->rh;
		mps_layout_init(&t->layout, "threads", in_cols, NR_IN, true);
	}
	return true;
}

static void reading_drop(struct mps_reading *rd, bool *has)
{
	if (*has)
		mps_reading_free(rd);
	*has = false;
}

void mps_top_free(struct mps_top *top)
{
	for (size_t i = 0; i < top->nr; i++) {
		struct mps_top_target *t = &top->t[i];

		reading_drop(&t->now, &t->has_now);
		reading_drop(&t->before, &t->has_before);
		if (t->rh)
			mps_rolehook_close(t->rh);
	}
	free(top->t);
	mps_snap_free(&top->rows);
}

static void read_one(struct mps_top *top, struct mps_top_target *t)
{
	static const struct mps_ids all = { 0 };
	struct mps_reading rd;
	enum mps_err err = mps_reading_take(&rd, &t->layout, t->tgid, t->rh,
					    &all, NULL);

	if (err) {
		/* a snapshot that failed is tried again, the rest is final */
		top->err = err;
		t->gone = err != MPS_ERR_AGAIN;
		return;
	}
	reading_drop(&t->before, &t->has_before);
	t->before = t->now;
	t->has_before = t->has_now;
	t->now = rd;
	t->has_now = true;
}

bool mps_top_read(struct mps_top *top)
{
	bool any = false;

	top->err = MPS_OK;
	for (size_t i = 0; i < top->nr; i++) {
		if (!top->t[i].gone)
			read_one(top, &top->t[i]);
		any |= !top->t[i].gone;
	}
	return any;
}

static struct mps_cell per_second(struct mps_cell c, uint64_t ns)
{
	if (!c.known || !ns)
		return mps_cell_none();
	/* rounded up: one in ten seconds is not none */
	return mps_cell_u64((uint64_t)(((__uint128_t)c.u * NS_PER_S +
					ns - 1) / ns));
}

static struct mps_cell percent(struct mps_cell c, uint64_t ns)
{
	return c.known && ns ? mps_cell_u64(mps_fmt_share(c.u, ns)) :
			       mps_cell_none();
}

static bool is(struct mps_cell c, const char *word)
{
	return c.known && !strcmp(c.s, word);
}

/* Does the filter let it pass? It looks at the words and at the ids. */
static bool passes(const char *filter, const struct mps_cell *row)
{
	char ids[64];

	if (!*filter)
		return true;
	snprintf(ids, sizeof(ids), "%llu %llu",
		 (unsigned long long)row[MPS_TOP_PID].u,
		 (unsigned long long)row[MPS_TOP_TID].u);
	if (strstr(ids, filter))
		return true;
	for (size_t i = 0; i < MPS_NR_TOP_COLS; i++)
		if (row_cols[i].type == MPS_STR && row[i].known &&
		    strcasestr(row[i].s, filter))
			return true;
	return false;
}

static bool add_row(struct mps_top *top, const struct mps_top_target *t,
		    const struct mps_cell *in)
{
	uint64_t ns = in[IN_LIFE].known ? in[IN_LIFE].u : 0;
	struct mps_cell row[MPS_NR_TOP_COLS];
	char why[64];

	snprintf(why, sizeof(why), "%s %s",
		 in[IN_REASON].known ? in[IN_REASON].s : "-",
		 in[IN_MODE].known ? in[IN_MODE].s : "");
	row[MPS_TOP_PID] = mps_cell_u64((uint64_t)t->tgid);
	row[MPS_TOP_TID] = in[IN_TID];
	row[MPS_TOP_ROLE] = in[IN_ROLE];
	row[MPS_TOP_STATE] = in[IN_STATE];
	row[MPS_TOP_WHY] = mps_cell_str(in[IN_REASON].known ? why : NULL);
	row[MPS_TOP_CPU] = in[IN_CPU];
	row[MPS_TOP_RUN] = percent(in[IN_RUN], ns);
	row[MPS_TOP_WAIT] = percent(in[IN_WAIT], ns);
	row[MPS_TOP_PREEMPTED] = percent(in[IN_PREEMPTED], ns);
	row[MPS_TOP_VOL] = per_second(in[IN_VOL], ns);
	row[MPS_TOP_INVOL] = per_second(in[IN_INVOL], ns);
	row[MPS_TOP_MIGRATIONS] = per_second(in[IN_MIGRATIONS], ns);
	row[MPS_TOP_IN_STATE] = in[IN_IN_STATE];
	row[MPS_TOP_COMM] = in[IN_COMM];
	if (!passes(top->filter, row)) {
		top->hidden++;
		return true;
	}
	return mps_snap_add(&top->rows, row);
}

static uint64_t known_or_0(struct mps_cell c)
{
	return c.known ? c.u : 0;
}

static void sum_up(struct mps_top_target *t, const struct mps_snap *rows)
{
	struct mps_cell total[NR_IN];
	uint64_t ns = t->interval_ns;

	mps_snap_total(rows, total);
	if (!ns) {
		uint64_t since = known_or_0(mps_kv_u64(t->now.summary,
						       "since_ns"));
		uint64_t now = known_or_0(mps_kv_u64(t->now.summary, "now_ns"));

		ns = now > since ? now - since : 0;
	}
	t->run = known_or_0(percent(total[IN_RUN], ns));
	t->wait = known_or_0(percent(total[IN_WAIT], ns));
}

/* By the module's clock where it tells, else by ours. */
static uint64_t interval_of(const struct mps_top_target *t)
{
	struct mps_cell to = mps_kv_u64(t->now.summary, "now_ns");
	struct mps_cell from = mps_kv_u64(t->before.summary, "now_ns");

	if (to.known && from.known && to.u > from.u)
		return to.u - from.u;
	return t->now.at_ns - t->before.at_ns;
}

static bool arrange_one(struct mps_top *top, struct mps_top_target *t)
{
	struct mps_snap rows;
	size_t nr_new;
	bool ok = true;

	mps_snap_init(&rows, t->now.rows.cols, t->now.rows.nr_cols);
	for (size_t i = 0; ok && i < t->now.rows.nr_rows; i++)
		ok = mps_snap_add(&rows, mps_snap_row(&t->now.rows, i));
	t->interval_ns = 0;
	if (ok && t->has_before) {
		t->interval_ns = interval_of(t);
		ok = mps_snap_sub(&rows, &t->before.rows, &nr_new);
	}
	t->threads = 0;
	if (ok)
		sum_up(t, &rows);
	for (size_t i = 0; ok && i < rows.nr_rows; i++) {
		const struct mps_cell *in = mps_snap_row(&rows, i);
		bool dead = is(in[IN_STATE], "dead");

		t->threads += !dead;
		if (!dead || top->show_dead)
			ok = add_row(top, t, in);
	}
	mps_snap_free(&rows);
	return ok;
}

bool mps_top_arrange(struct mps_top *top)
{
	bool ok = true;

	mps_snap_free(&top->rows);
	top->hidden = 0;
	for (size_t i = 0; ok && i < top->nr; i++)
		if (top->t[i].has_now && !top->t[i].gone)
			ok = arrange_one(top, &top->t[i]);
	if (ok)
		ok = mps_snap_sort(&top->rows, MPS_TOP_TID);
	/* ascending ids among equals, so that rows do not jump */
	for (size_t i = 0; i < top->rows.nr_rows / 2; i++)
		for (size_t c = 0; c < MPS_NR_TOP_COLS; c++) {
			size_t j = top->rows.nr_rows - 1 - i;
			struct mps_cell *a = mps_snap_row(&top->rows, i) + c;
			struct mps_cell *b = mps_snap_row(&top->rows, j) + c;
			struct mps_cell tmp = *a;

			*a = *b;
			*b = tmp;
		}
	if (ok && top->sort != MPS_TOP_TID)
		ok = mps_snap_sort(&top->rows, top->sort);
	return ok;
}
