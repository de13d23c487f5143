// SPDX-License-Identifier: GPL-2.0
/*
 * report budget: GOMAXPROCS x wall time, split by what the Ps did, and a
 * verdict. Without Ps the same of the threads' time.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fmt.h"
#include "tell.h"

#define NR_CALLS	512	/* numbers of system calls that are told apart */
#define NR_RIVALS	64

struct rival {
	struct mps_instead in;
	uint64_t ns;		/* of waits that ended with it */
};

struct keep {
	uint64_t call_ns[NR_CALLS];	/* kept in, by number */
	struct rival rival[NR_RIVALS];
	uint64_t wait_ns;
};

static struct mps_tell_room room;

/* Threads of one name are one rival: a pool of workers would fill the table. */
static bool same_rival(const struct mps_instead *a, const struct mps_instead *b)
{
	bool named = a->pid > 0;

	return named == (b->pid > 0) && (named ? !strcmp(a->comm, b->comm) :
						 a->pid == b->pid);
}

static void add_rival(struct keep *k, const struct mps_instead *in, uint64_t ns)
{
	struct rival *least = &k->rival[0];

	for (size_t i = 0; i < NR_RIVALS; i++) {
		struct rival *r = &k->rival[i];

		if (r->ns && !same_rival(&r->in, in)) {
			if (r->ns < least->ns)
				least = r;
			continue;
		}
		if (!r->ns)
			r->in = *in;
		r->ns += ns;
		return;
	}
	/* more than the table holds: the smallest gives way, its time too */
	least->in = *in;
	least->ns = ns;
}

static void on_p(struct mps_tell_ctx *c, const struct mps_seg *seg)
{
	struct keep *k = mps_tell_room(c, &room, seg->proc, sizeof(*k));
	uint64_t ns = seg->to_ns - seg->from_ns;
	struct mps_instead in;

	if (!k)
		return;
	if (seg->does == MPS_PDO_SYSCALL && seg->syscall >= 0 &&
	    seg->syscall < NR_CALLS)
		k->call_ns[seg->syscall] += ns;
	if (seg->does != MPS_PDO_WOKEN && seg->does != MPS_PDO_PREEMPTED)
		return;
	k->wait_ns += ns;
	mps_instead_find(c, seg, &in);
	add_rival(k, &in, ns);
}

static const struct mps_col cols[] = {
	{ .name = "state", .title = "P time", .kind = MPS_KIND_STRING },
	{ .name = "share", .title = "share%", .kind = MPS_KIND_PERCENT },
	{ .name = "ns", .title = "time", .kind = MPS_KIND_NS },
	{ .name = "module_share", .title = "module%", .kind = MPS_KIND_PERCENT },
	{ .name = "bar", .title = "", .kind = MPS_KIND_BAR,
	  .flags = MPS_COL_TEXT, .hide = 1 },
};

#define NR_COLS		(sizeof(cols) / sizeof(cols[0]))
#define COL_MODULE	3

struct sums {
	uint64_t ns[MPS_NR_PDOES];
	uint64_t unseen_ns;	/* moved from idle */
	uint64_t all_ns;
};

static void sum_up(struct sums *s, const struct mps_sproc *g)
{
	memset(s, 0, sizeof(*s));
	for (uint32_t i = 0; i < g->nr_ps; i++)
		for (unsigned int d = 0; d < MPS_NR_PDOES; d++) {
			s->ns[d] += g->ps[i].ns[d];
			s->all_ns += g->ps[i].ns[d];
		}
	s->unseen_ns = g->unseen_ns < s->ns[MPS_PDO_IDLE] ? g->unseen_ns :
							    s->ns[MPS_PDO_IDLE];
	s->ns[MPS_PDO_IDLE] -= s->unseen_ns;
}

static void row(struct mps_out *out, const char *name, uint64_t ns,
		uint64_t all, struct mps_cell module)
{
	uint64_t share = mps_fmt_share(ns, all);
	const struct mps_cell cells[] = {
		mps_cell_str(name), mps_cell_u64(share), mps_cell_u64(ns), module,
		mps_cell_u64(share),
	};

	mps_out_row(out, cells);
}

static void row_unknown(struct mps_out *out, const char *name)
{
	const struct mps_cell cells[] = {
		mps_cell_str(name), mps_cell_none(), mps_cell_none(),
		mps_cell_none(), mps_cell_none(),
	};

	mps_out_row(out, cells);
}

/* What the module's own account says, where it has the same line. */
static struct mps_cell module_share(const struct mps_recmeta_target *t,
				    enum mps_pdoes does)
{
	static const int line[MPS_NR_PDOES] = {
		[MPS_PDO_RUNNING] = MPSCOPE_PSTATE_RUNNING,
		[MPS_PDO_WOKEN] = -1, [MPS_PDO_PREEMPTED] = -1,
		[MPS_PDO_SYSCALL] = MPSCOPE_PSTATE_SYSCALL,
		[MPS_PDO_BLOCKED] = MPSCOPE_PSTATE_BLOCKED,
		[MPS_PDO_IDLE] = MPSCOPE_PSTATE_IDLE,
		[MPS_PDO_UNKNOWN] = MPSCOPE_PSTATE_UNKNOWN,
	};
	uint64_t all = 0;

	if (!t || !t->has_ps || line[does] < 0)
		return mps_cell_none();
	for (unsigned int i = 0; i < MPSCOPE_NR_PSTATES; i++)
		all += t->ps_ns[i];
	return mps_cell_u64(mps_fmt_share(t->ps_ns[line[does]], all));
}

/* It does not tell woken from preempted. */
static void say_module(struct mps_out *out, const struct mps_recmeta_target *t)
{
	char share[MPS_FMT_LEN];
	uint64_t all = 0;

	for (unsigned int i = 0; i < MPSCOPE_NR_PSTATES; i++)
		all += t->ps_ns[i];
	mps_fmt_hundredths(share, mps_fmt_share(t->ps_ns[MPSCOPE_PSTATE_RUNNABLE],
						all));
	mps_out_note(out, "module%%: the module's own account, between its two readings; of runnable %s%%",
		     share);
}

static void show_table(struct mps_tell_ctx *c, struct mps_out *out,
		       const struct sums *s, const struct mps_recmeta_target *t)
{
	struct mps_col shown[NR_COLS];

	memcpy(shown, cols, sizeof(shown));
	if (!t || !t->has_ps)
		shown[COL_MODULE].flags |= MPS_COL_DATA;
	mps_out_table_begin(out, "budget", shown, NR_COLS, 0);
	for (unsigned int d = 0; d < MPS_NR_PDOES; d++) {
		row(out, mps_pdoes_names[d], s->ns[d], s->all_ns,
		    module_share(t, d));
		if (d == MPS_PDO_RUNNING)
			row(out, "running, P not seen", s->unseen_ns, s->all_ns,
			    mps_cell_none());
	}
	row_unknown(out, "spinning");
	row_unknown(out, "stop the world");
	row_unknown(out, "throttled");
	mps_out_table_end(out);
	if (t && t->has_ps)
		say_module(out, t);
	if (!c->brief)
		mps_out_note(out, "no event tells spinning and stop the world from running, nor throttled from runnable");
}

static const struct rival *worst_rival(const struct keep *k)
{
	const struct rival *worst = NULL;

	for (size_t i = 0; k && i < NR_RIVALS; i++)
		if (k->rival[i].ns && k->rival[i].in.pid >= 0 &&
		    (!worst || k->rival[i].ns > worst->ns))
			worst = &k->rival[i];
	return worst;
}

static void say_rival(const struct mps_tell_ctx *c, char *buf, size_t size,
		      const struct keep *k, int64_t tgid)
{
	const struct mps_sthread *own;

	const struct rival *r = worst_rival(k);
	char share[MPS_FMT_LEN];

	buf[0] = 0;
	if (!r)
		return;
	mps_fmt_hundredths(share, mps_fmt_share(r->ns, k->wait_ns));
	own = mps_story_thread(c->story, r->in.pid);
	if (own && own->tgid == tgid)
		snprintf(buf, size, "; for %s%% of it threads of its own %s", share,
			 r->in.ns ? "ran instead: they are more than the CPUs they find" :
			 "had the CPU last (who had most of it, only sched:sched_switch tells)");
	else if (!r->in.pid)
		snprintf(buf, size, "; %s%% of it ended on a CPU that was idle: it had to be woken up",
			 share);
	else
		snprintf(buf, size, "; for %s%% of it %s (pid %" PRId64 ") %s",
			 share, r->in.comm, r->in.pid,
			 r->in.ns ? "ran instead" : "had the CPU last");
}

static void say_call(const struct mps_tell_ctx *c, char *buf, size_t size,
		     const struct keep *k, uint64_t all)
{
	char share[MPS_FMT_LEN], name[32];
	int64_t worst = -1;

	buf[0] = 0;
	for (int64_t i = 0; k && i < NR_CALLS; i++)
		if (k->call_ns[i] && (worst < 0 || k->call_ns[i] > k->call_ns[worst]))
			worst = i;
	if (worst >= 0)
		snprintf(buf, size, "; most of it in %s (%s%%)",
			 mps_tell_syscall(c, name, sizeof(name), worst),
			 mps_fmt_hundredths(share,
					    mps_fmt_share(k->call_ns[worst], all)));
}

static void say_quota(struct mps_out *out, const struct mps_recmeta *m,
		      const struct mps_recmeta_target *t)
{
	char time[MPS_FMT_LEN], wall[MPS_FMT_LEN];

	if (!t || t->throttled_us < 0)
		return;
	if (t->throttled_us)
		mps_out_note(out, "quota: the cgroup %s was throttled %" PRId64 " times, %s of CPU time in %s",
			     t->cgroup ? t->cgroup : "?", t->nr_throttled,
			     mps_fmt_ns(time, (uint64_t)t->throttled_us * 1000),
			     mps_fmt_ns(wall, m->wall_ns));
	else if (t->quota_us > 0)
		mps_out_note(out, "quota: %" PRId64 " us of every %" PRId64 " us, never used up",
			     t->quota_us, t->period_us);
}

/* The largest share decides; what is below a tenth is no finding. */
static void judge(struct mps_tell_ctx *c, struct mps_out *out,
		  const struct mps_sproc *g, const struct sums *s,
		  const struct keep *k, const struct mps_recmeta_target *t)
{
	uint64_t ran = s->ns[MPS_PDO_RUNNING] + s->unseen_ns;
	uint64_t wait = s->ns[MPS_PDO_WOKEN] + s->ns[MPS_PDO_PREEMPTED];
	uint64_t kept = s->ns[MPS_PDO_SYSCALL] + s->ns[MPS_PDO_BLOCKED];
	uint64_t all = s->all_ns, known = all - s->ns[MPS_PDO_UNKNOWN];
	char a[MPS_FMT_LEN], b[MPS_FMT_LEN], why[200];
	bool quota = t && t->throttled_us > 0 &&
		     (uint64_t)t->throttled_us * 1000 * 2 > wait;

	if (known < all / 2) {
		mps_out_note(out, "verdict: not possible: what the Ps did is unknown for %s%% of the time",
			     mps_fmt_hundredths(a, mps_fmt_share(all - known, all)));
		return;
	}
	if (wait * 10 >= all && wait >= kept) {
		why[0] = 0;
		if (!quota)	/* nobody else had to run for it */
			say_rival(c, why, sizeof(why), k, g->tgid);
		mps_out_note(out, "verdict: %s: Ps that had work waited for a CPU %s%% of the time, %s%% of what they wanted%s",
			     quota ? "cgroup quota" : "kernel contention",
			     mps_fmt_hundredths(a, mps_fmt_share(wait, all)),
			     mps_fmt_hundredths(b, mps_fmt_share(wait, wait + ran)),
			     why);
	} else if (kept * 10 >= all) {
		say_call(c, why, sizeof(why), k, all);
		mps_out_note(out, "verdict: system calls: Ps were kept by threads asleep in the kernel %s%% of the time%s",
			     mps_fmt_hundredths(a, mps_fmt_share(kept, all)), why);
	} else if (ran * 10 >= all * 8) {
		mps_out_note(out, "verdict: own work: Ps ran %s%% of the time and waited for a CPU %s%%; only less work or more Ps help",
			     mps_fmt_hundredths(a, mps_fmt_share(ran, all)),
			     mps_fmt_hundredths(b, mps_fmt_share(wait, all)));
	} else {
		mps_out_note(out, "verdict: not the kernel: Ps were idle %s%% of the time and waited for a CPU %s%%; who waits, waits for something else",
			     mps_fmt_hundredths(a, mps_fmt_share(s->ns[MPS_PDO_IDLE], all)),
			     mps_fmt_hundredths(b, mps_fmt_share(wait, all)));
	}
	say_quota(out, c->meta, t);
}

static const struct mps_col thread_cols[] = {
	{ .name = "state", .title = "thread time", .kind = MPS_KIND_STRING },
	{ .name = "share", .title = "share%", .kind = MPS_KIND_PERCENT },
	{ .name = "ns", .title = "time", .kind = MPS_KIND_NS },
	{ .name = "bar", .title = "", .kind = MPS_KIND_BAR,
	  .flags = MPS_COL_TEXT },
};

static void thread_row(struct mps_out *out, const char *name, uint64_t ns,
		       uint64_t all)
{
	const struct mps_cell cells[] = {
		mps_cell_str(name), mps_cell_u64(mps_fmt_share(ns, all)),
		mps_cell_u64(ns), mps_cell_u64(mps_fmt_share(ns, all)),
	};

	if (ns)
		mps_out_row(out, cells);
}

/* Of a process whose events name no P. */
static void show_threads(struct mps_tell_ctx *c, struct mps_out *out,
			 const struct mps_sproc *g)
{
	static const char * const states[] = { MPSCOPE_STATES(MPSCOPE_X_NAME) };
	static const char * const reasons[] = { MPSCOPE_REASONS(MPSCOPE_X_NAME) };
	uint64_t ns[MPSCOPE_NR_STATES] = { 0 }, blocked[MPSCOPE_NR_REASONS] = { 0 };
	const struct mps_sthread *t;
	uint64_t all = 0;
	size_t at = 0;
	char name[32];

	while ((t = mps_story_each(c->story, &at))) {
		if (t->tgid != g->tgid)
			continue;
		for (unsigned int i = 0; i < MPSCOPE_NR_STATES; i++) {
			ns[i] += t->ns[i];
			all += t->ns[i];
		}
		for (unsigned int i = 0; i < MPSCOPE_NR_REASONS; i++)
			blocked[i] += t->reason_ns[i];
	}
	mps_out_table_begin(out, "thread_time", thread_cols,
			    sizeof(thread_cols) / sizeof(thread_cols[0]), 0);
	for (unsigned int i = 0; i < MPSCOPE_NR_STATES; i++) {
		if (i != MPSCOPE_STATE_BLOCKED)
			thread_row(out, states[i], ns[i], all);
		for (unsigned int r = 0; i == MPSCOPE_STATE_BLOCKED &&
		     r < MPSCOPE_NR_REASONS; r++) {
			snprintf(name, sizeof(name), "blocked: %s", reasons[r]);
			thread_row(out, name, blocked[r], all);
		}
	}
	mps_out_table_end(out);
	mps_out_note(out, "its events name no P: %s", mps_rec_has_go(c->rec) ?
		     "it is no Go program, or exact mode was off" :
		     "this module was older than exact mode (ABI 1.1)");
}

static void show(struct mps_tell_ctx *c, struct mps_out *out,
		 const struct mps_sproc *g)
{
	const struct mps_recmeta_target *t = c->meta ?
		mps_recmeta_find(c->meta, g->tgid) : NULL;
	const struct keep *k;
	char time[MPS_FMT_LEN];
	struct sums s;

	if (!g->nr_ps) {
		show_threads(c, out, g);
		return;
	}
	k = mps_tell_room(c, &room, g, sizeof(*k));
	sum_up(&s, g);
	mps_out_heading(out, "budget: %u Ps%s x %s%s", g->nr_ps,
			g->nr_known ? "" : " that showed",
			mps_fmt_ns(time, s.all_ns / g->nr_ps), mps_tell_bound(c));
	mps_out_field(out, "ps", MPS_KIND_COUNT, mps_cell_u64(g->nr_ps));
	mps_out_field(out, "gomaxprocs_known", MPS_KIND_COUNT,
		      mps_cell_u64(g->nr_known));
	show_table(c, out, &s, t);
	judge(c, out, g, &s, k, t);
	if (!g->nr_known && !c->brief)
		mps_out_note(out, "GOMAXPROCS is not in this recording: Ps that never showed are not counted (--procs N)");
}

static void done(void)
{
	free(room.at);
	memset(&room, 0, sizeof(room));
}

const struct mps_tell mps_tell_budget = {
	.name = "budget",
	.what = "where the time of the Ps went, to 100 %, and a verdict",
	.p = on_p,
	.show = show,
	.free = done,
};
