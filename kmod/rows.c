// SPDX-License-Identifier: GPL-2.0
/* One thread's snapshot as a record of each file. COLD; pure but for types. */
#include <linux/kernel.h>

#include "core/names.h"
#include "debugfs.h"
#include "topology.h"

static void num_or_none(struct mps_line *l, bool known, u64 v)
{
	if (known)
		mps_line_u64(l, v);
	else
		mps_line_none(l);
}

static void put_syscall(struct mps_line *l, s32 nr)
{
	num_or_none(l, nr >= 0, nr);
}

static bool has(const struct mps_target *g, unsigned int feature)
{
	return g->features & BIT(feature);
}

static void put_state(struct mps_line *l, const struct mps_account *a)
{
	bool blocked = a->state == MPSCOPE_STATE_BLOCKED;

	mps_line_str(l, mps_state_names[a->state]);
	if (blocked) {
		mps_line_str(l, mps_reason_names[a->reason]);
		mps_line_str(l, mps_mode_names[a->mode]);
	} else {
		mps_line_none(l);
		mps_line_none(l);
	}
	put_syscall(l, a->syscall);
	mps_line_s64(l, a->cpu);
}

static void put_life(struct mps_line *l, const struct mps_snapshot *s)
{
	const struct mps_account *a = &s->acct;

	mps_line_u64(l, s->life_ns);
	mps_line_u64(l, a->ns[MPSCOPE_STATE_RUNNING]);
	mps_line_u64(l, a->ns[MPSCOPE_STATE_WOKEN]);
	mps_line_u64(l, a->ns[MPSCOPE_STATE_PREEMPTED]);
	mps_line_u64(l, a->ns[MPSCOPE_STATE_YIELDED]);
	mps_line_u64(l, mps_account_blocked_ns(a));
	mps_line_u64(l, a->ns[MPSCOPE_STATE_BIRTH]);
	mps_line_u64(l, s->open_ns);
}

static void put_go(struct mps_line *l, const struct mps_snapshot *s)
{
	const struct mps_go *go = &s->go;
	unsigned int i;

	if (!s->go_known) {
		for (i = 0; i < 8; i++)
			mps_line_none(l);
		return;
	}
	mps_line_s64(l, go->m);
	mps_line_s64(l, go->p);
	mps_line_s64(l, go->goid);
	mps_line_s64(l, go->gstatus);
	mps_line_u64(l, go->insyscall);
	mps_line_u64(l, go->spinning);
	mps_line_u64(l, go->locked);
	mps_line_u64(l, s->go_age_ns);
}

static void row_threads(struct mps_line *l, const struct mps_target *g,
			const struct mps_snapshot *s)
{
	const struct mps_account *a = &s->acct;
	unsigned int i;

	mps_line_u64(l, s->tid);
	mps_line_u64(l, s->vtid);
	put_state(l, a);
	mps_line_u64(l, s->since_ns);
	mps_line_u64(l, s->now_ns);
	put_life(l, s);
	mps_line_u64(l, a->switches[1]);
	mps_line_u64(l, a->switches[0]);
	mps_line_u64(l, a->nr[MPSCOPE_STATE_RUNNING]);
	for (i = 0; i < MPSCOPE_NR_WAKES; i++)
		num_or_none(l, has(g, MPSCOPE_FEATURE_WAKERS), s->wake.source[i]);
	num_or_none(l, has(g, MPSCOPE_FEATURE_WAKERS), s->wake.cross_cpu);
	num_or_none(l, has(g, MPSCOPE_FEATURE_MIGRATE),
		    mps_migrate_total(&s->migrate));
	mps_line_u64(l, a->cpu_changes);
	mps_line_str(l, s->comm);
	put_go(l, s);
	mps_line_end(l);
}

static void row_tombstones(struct mps_line *l, const struct mps_target *g,
			   const struct mps_snapshot *s)
{
	mps_line_u64(l, g->tgid);
	mps_line_u64(l, s->exit_ns);
	row_threads(l, g, s);
}

static void row_epoll(struct mps_line *l, const struct mps_target *g,
		      const struct mps_snapshot *s)
{
	const struct mps_blocked *b = s->acct.blocked[MPSCOPE_REASON_EPOLL];
	const struct mps_epoll *e = &s->epoll;
	bool on = has(g, MPSCOPE_FEATURE_EPOLL);
	unsigned int i;

	mps_line_u64(l, s->tid);
	num_or_none(l, on, mps_epoll_calls(e));
	for (i = 0; i < MPSCOPE_NR_KINDS; i++)
		num_or_none(l, on, e->kind[i]);
	for (i = 0; i < MPSCOPE_NR_RESULTS; i++)
		num_or_none(l, on, e->result[i]);
	num_or_none(l, on, e->events);
	num_or_none(l, on, e->max_events);
	num_or_none(l, on, e->full);
	mps_line_u64(l, b[MPSCOPE_MODE_S].nr);
	num_or_none(l, on, e->empty_wakes);
	mps_line_u64(l, b[MPSCOPE_MODE_S].ns);
	mps_line_u64(l, b[MPSCOPE_MODE_D].ns);
	mps_line_end(l);
}

static void row_state(struct mps_line *l, const struct mps_snapshot *s,
		      unsigned int state)
{
	const struct mps_account *a = &s->acct;

	if (!a->nr[state] && !a->ns[state])
		return;
	mps_line_u64(l, s->tid);
	mps_line_str(l, mps_state_names[state]);
	mps_line_none(l);
	mps_line_none(l);
	mps_line_u64(l, a->nr[state]);
	mps_line_u64(l, a->ns[state]);
	if (state == MPSCOPE_STATE_RUNNING)
		mps_line_u64(l, a->hist[MPSCOPE_HIST_RUN].max_ns);
	else if (state == MPSCOPE_STATE_WOKEN)
		mps_line_u64(l, a->hist[MPSCOPE_HIST_WAKE_TO_RUN].max_ns);
	else
		mps_line_none(l);
	mps_line_none(l);
	mps_line_u64(l, s->life_ns);
	mps_line_end(l);
}

static void row_blocked(struct mps_line *l, const struct mps_snapshot *s,
			unsigned int reason, unsigned int mode)
{
	const struct mps_blocked *b = &s->acct.blocked[reason][mode];

	if (!b->nr && !b->ns)
		return;
	mps_line_u64(l, s->tid);
	mps_line_str(l, mps_state_names[MPSCOPE_STATE_BLOCKED]);
	mps_line_str(l, mps_reason_names[reason]);
	mps_line_str(l, mps_mode_names[mode]);
	mps_line_u64(l, b->nr);
	mps_line_u64(l, b->ns);
	mps_line_u64(l, b->max_ns);
	num_or_none(l, b->max_ns && b->max_syscall >= 0, b->max_syscall);
	mps_line_u64(l, s->life_ns);
	mps_line_end(l);
}

static void row_blocking(struct mps_line *l, const struct mps_target *g,
			 const struct mps_snapshot *s)
{
	unsigned int i, m;

	for (i = 0; i < MPSCOPE_NR_STATES; i++)
		if (i != MPSCOPE_STATE_DEAD)
			row_state(l, s, i);
	for (i = 0; i < MPSCOPE_NR_REASONS; i++)
		for (m = 0; m < MPSCOPE_NR_MODES; m++)
			row_blocked(l, s, i, m);
}

/* Classes that this machine cannot tell apart are in class_unknown. */
static bool class_known(unsigned int class)
{
	return (class != MPSCOPE_CLASS_LLC && class != MPSCOPE_CLASS_NODE) ||
	       !mps_topology_why();
}

static void row_migrations(struct mps_line *l, const struct mps_target *g,
			   const struct mps_snapshot *s)
{
	bool on = has(g, MPSCOPE_FEATURE_MIGRATE);
	unsigned int i;

	mps_line_u64(l, s->tid);
	num_or_none(l, on, mps_migrate_total(&s->migrate));
	for (i = 0; i < MPSCOPE_NR_CAUSES; i++)
		num_or_none(l, on, s->migrate.cause[i]);
	for (i = 0; i <= MPSCOPE_NR_CLASSES; i++)
		num_or_none(l, on && class_known(i), s->migrate.class[i]);
	mps_line_u64(l, s->acct.cpu_changes);
	mps_line_end(l);
}

static u64 hist_total_ns(const struct mps_account *a, unsigned int h)
{
	switch (h) {
	case MPSCOPE_HIST_RUN:
		return a->ns[MPSCOPE_STATE_RUNNING];
	case MPSCOPE_HIST_WAKE_TO_RUN:
		return a->ns[MPSCOPE_STATE_WOKEN];
	default:
		return mps_account_blocked_ns(a);
	}
}

static void row_histograms(struct mps_line *l, const struct mps_target *g,
			   const struct mps_snapshot *s)
{
	unsigned int h, i;

	for (h = 0; h < MPSCOPE_NR_HISTS; h++) {
		const struct mps_hist *x = &s->acct.hist[h];
		u64 nr = 0;

		for (i = 0; i < MPSCOPE_HIST_BINS; i++)
			nr += x->bin[i];
		mps_line_u64(l, s->tid);
		mps_line_str(l, mps_hist_names[h]);
		mps_line_u64(l, nr);
		mps_line_u64(l, hist_total_ns(&s->acct, h));
		mps_line_u64(l, x->max_ns);
		num_or_none(l, x->max_at_ns, x->max_at_ns);
		num_or_none(l, x->max_at_ns, x->max_cpu);
		for (i = 0; i < MPSCOPE_HIST_BINS; i++)
			mps_line_u64(l, x->bin[i]);
		mps_line_end(l);
	}
}

/* The names of the bins, by their lower bounds. */
void mps_row_hist_header(struct mps_line *l)
{
	char name[24];
	unsigned int i;

	for (i = 0; i < MPSCOPE_HIST_BINS; i++) {
		snprintf(name, sizeof(name), "ge_%llu", i ? 1ULL << i : 0ULL);
		mps_line_str(l, name);
	}
}

const struct mps_file mps_thread_files[] = {
	{ "threads",	MPSCOPE_COLS_THREADS,	row_threads },
	{ "epoll",	MPSCOPE_COLS_EPOLL,	row_epoll },
	{ "blocking",	MPSCOPE_COLS_BLOCKING,	row_blocking },
	{ "migrations",	MPSCOPE_COLS_MIGRATIONS, row_migrations },
	{ "histograms",	MPSCOPE_COLS_HISTOGRAMS, row_histograms },
};

const unsigned int mps_nr_thread_files = ARRAY_SIZE(mps_thread_files);

const struct mps_file mps_tombstone_file = {
	"tombstones", MPSCOPE_COLS_TOMBSTONES, row_tombstones
};
