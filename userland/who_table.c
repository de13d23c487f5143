// SPDX-License-Identifier: GPL-2.0
/*
 * The table of threads with their roles, by thread and by role.
 */
#include "who_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exact.h"
#include "fmt.h"
#include "gosnap.h"
#include "sysname.h"

#define DOING_LEN	32

/* One thread of the table. */
struct line {
	const struct mps_task *task;
	const struct mps_verdict *v;
	enum mps_role role;	/* exact if known, else inferred */
	bool has_p;
	struct mps_task_delta d;
};

/* Holders of a P first, then those near to one; service threads last. */
static const unsigned char role_order[MPS_NR_ROLES] = {
	[MPS_ROLE_RUNNING] = 1, [MPS_ROLE_RUNNABLE] = 2,
	[MPS_ROLE_SYSCALL] = 3, [MPS_ROLE_STALLED] = 4,
	[MPS_ROLE_SPINNING] = 5, [MPS_ROLE_WAKING] = 6,
	[MPS_ROLE_NETPOLL] = 7, [MPS_ROLE_LOST] = 8, [MPS_ROLE_LOCKED] = 9,
	[MPS_ROLE_IDLE] = 10, [MPS_ROLE_SIGNAL] = 11, [MPS_ROLE_SYSMON] = 12,
	[MPS_ROLE_TEMPLATE] = 13, [MPS_ROLE_FOREIGN] = 14,
	[MPS_ROLE_UNKNOWN] = 15,
};

static const char * const states[] = { MPSCOPE_STATES(MPSCOPE_X_NAME) };
static const char * const reasons[] = { MPSCOPE_REASONS(MPSCOPE_X_NAME) };
static const char * const modes[] = { MPSCOPE_MODES(MPSCOPE_X_NAME) };

static struct mps_cell counter(uint64_t v)
{
	return v == MPS_NA ? mps_cell_none() : mps_cell_u64(v);
}

static struct mps_cell share(uint64_t part, uint64_t whole)
{
	if (part == MPS_NA || whole == MPS_NA)
		return mps_cell_none();
	return mps_cell_u64(mps_fmt_share(part, whole));
}

static int line_cmp(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int p = role_order[x->role], q = role_order[y->role];

	if (p != q)
		return p - q;
	return (x->task->tid > y->task->tid) - (x->task->tid < y->task->tid);
}

static struct line *lines_make(const struct mps_watch *w)
{
	struct line *lines = calloc(w->is.nr ? w->is.nr : 1, sizeof(*lines));
	uint32_t i;

	if (!lines)
		return NULL;
	for (i = 0; i < w->is.nr; i++) {
		struct line *l = &lines[i];

		l->task = &w->is.task[i];
		l->v = &w->roles.verdict[i];
		l->role = l->v->role;
		l->has_p = l->v->has_p;
		if (l->task->exact.source) {
			l->role = mps_exact_role(&l->task->exact,
						 l->task->state);
			l->has_p = mps_exact_has_p(&l->task->exact);
		}
		mps_task_delta(mps_sample_find(&w->was, l->task->tid), l->task,
			       &l->d);
	}
	qsort(lines, w->is.nr, sizeof(*lines), line_cmp);
	return lines;
}

/* "running", "woken"; blocked: "futex", "socket read", "fault". */
static const char *doing(const struct mps_task *t, char buf[DOING_LEN])
{
	const char *call;

	if (t->state < 0)
		return NULL;
	if (t->state != MPSCOPE_STATE_BLOCKED || t->reason < 0)
		return states[t->state];
	snprintf(buf, DOING_LEN, "%s", reasons[t->reason]);
	call = t->syscall < 0 ? NULL : mps_sysname((uint64_t)t->syscall);
	if (call && t->reason != MPSCOPE_REASON_FUTEX &&
	    t->reason != MPSCOPE_REASON_EPOLL &&
	    t->reason != MPSCOPE_REASON_SLEEP)
		snprintf(buf, DOING_LEN, "%s %s", reasons[t->reason], call);
	return buf;
}

/* Columns of both tables; the cells are made in the same order below. */
#define COLS_TIMES							\
	{ "running_share", "run%", MPS_KIND_PERCENT, MPS_COL_TEXT, 0 },	\
	{ "runnable_share", "wait%", MPS_KIND_PERCENT, MPS_COL_TEXT, 0 },\
	{ "blocked_share", "block%", MPS_KIND_PERCENT, MPS_COL_TEXT, 0 },\
	{ "switches", "switch", MPS_KIND_COUNT, MPS_COL_TEXT, 0 },	\
	{ "epoll_calls", "epoll", MPS_KIND_COUNT, 0, 0 },		\
	{ "epoll_events", NULL, MPS_KIND_COUNT, MPS_COL_DATA, 0 },	\
	{ "epoll_empty_wakes", NULL, MPS_KIND_COUNT, MPS_COL_DATA, 0 },	\
	{ "migrations", "migr", MPS_KIND_COUNT, 0, 5 },			\
	{ "cpu_changes", NULL, MPS_KIND_COUNT, MPS_COL_DATA, 0 },	\
	{ "running_ns", NULL, MPS_KIND_NS, MPS_COL_DATA, 0 },		\
	{ "runnable_ns", NULL, MPS_KIND_NS, MPS_COL_DATA, 0 },		\
	{ "blocked_ns", NULL, MPS_KIND_NS, MPS_COL_DATA, 0 },		\
	{ "life_ns", NULL, MPS_KIND_NS, MPS_COL_DATA, 0 },		\
	{ "switches_vol", NULL, MPS_KIND_COUNT, MPS_COL_DATA, 0 },	\
	{ "switches_invol", NULL, MPS_KIND_COUNT, MPS_COL_DATA, 0 },	\
	{ "runs", NULL, MPS_KIND_COUNT, MPS_COL_DATA, 0 }
#define NR_TIMES	16

static void cells_times(struct mps_cell *c, const struct mps_counters *n)
{
	uint64_t wait = mps_task_runnable_ns(n);

	*c++ = share(n->running_ns, n->life_ns);
	*c++ = share(wait, n->life_ns);
	*c++ = share(n->blocked_ns, n->life_ns);
	*c++ = counter(mps_add(n->switches_vol, n->switches_invol));
	*c++ = counter(n->epoll_calls);
	*c++ = counter(n->epoll_events);
	*c++ = counter(n->epoll_empty);
	*c++ = counter(n->migrations);
	*c++ = counter(n->cpu_changes);
	*c++ = counter(n->running_ns);
	*c++ = counter(wait);
	*c++ = counter(n->blocked_ns);
	*c++ = counter(n->life_ns);
	*c++ = counter(n->switches_vol);
	*c++ = counter(n->switches_invol);
	*c++ = counter(n->runs);
}

static const struct mps_col thread_cols[] = {
	{ "tid", "TID", MPS_KIND_ID, 0, 0 },
	{ "role", NULL, MPS_KIND_STRING, 0, 0 },
	{ "p", "P", MPS_KIND_STRING, MPS_COL_TEXT, 0 },
	{ "has_p", NULL, MPS_KIND_ID, MPS_COL_DATA, 0 },
	{ "sure", NULL, MPS_KIND_STRING, 0, 0 },
	{ "exact_role", "role", MPS_KIND_STRING, 0, 0 },
	{ "exact_p", "P", MPS_KIND_ID, 0, 0 },
	{ "m", "M", MPS_KIND_ID, 0, 0 },
	{ "goid", "G", MPS_KIND_ID, 0, 0 },
	{ "gstatus", NULL, MPS_KIND_STRING, MPS_COL_DATA, 0 },
	{ "insyscall", NULL, MPS_KIND_ID, MPS_COL_DATA, 0 },
	{ "spinning", NULL, MPS_KIND_ID, MPS_COL_DATA, 0 },
	{ "locked", NULL, MPS_KIND_ID, MPS_COL_DATA, 0 },
	{ "exact_source", NULL, MPS_KIND_STRING, MPS_COL_DATA, 0 },
	{ "doing", NULL, MPS_KIND_STRING, MPS_COL_TEXT, 0 },
	{ "state", NULL, MPS_KIND_STRING, MPS_COL_DATA, 0 },
	{ "reason", NULL, MPS_KIND_STRING, MPS_COL_DATA, 0 },
	{ "mode", NULL, MPS_KIND_STRING, MPS_COL_DATA, 0 },
	{ "syscall", NULL, MPS_KIND_STRING, MPS_COL_DATA, 0 },
	{ "syscall_nr", NULL, MPS_KIND_ID, MPS_COL_DATA, 0 },
	{ "cpu", NULL, MPS_KIND_ID, 0, 0 },
	{ "in_state_ns", "for", MPS_KIND_NS, 0, 0 },
	{ "now_ns", NULL, MPS_KIND_NS, MPS_COL_DATA, 0 },
	{ "comm", NULL, MPS_KIND_STRING, MPS_COL_DATA, 0 },
	COLS_TIMES,
	{ "evidence", NULL, MPS_KIND_STRING, 0, 9 },
};

#define NR_THREAD_COLS	(sizeof(thread_cols) / sizeof(thread_cols[0]))

static struct mps_cell id(int64_t v)
{
	return v < 0 ? mps_cell_none() : mps_cell_u64((uint64_t)v);
}

#define NR_EXACT	9

static void cells_exact(struct mps_cell *c, const struct line *l)
{
	const struct mps_exact *e = &l->task->exact;
	int i;

	for (i = 0; i < NR_EXACT; i++)
		c[i] = mps_cell_none();
	if (!e->source)
		return;
	*c++ = mps_cell_str(mps_role_names[l->role]);
	*c++ = id(e->p);
	*c++ = id(e->m);
	*c++ = id(e->goid);
	if (e->gstatus >= 0 && e->gstatus < MPS_NR_GSTATUS)
		*c = mps_cell_str(mps_gstatus_names[e->gstatus]);
	c++;
	*c++ = mps_cell_u64(e->insyscall);
	*c++ = mps_cell_u64(e->spinning);
	*c++ = mps_cell_u64(e->locked);
	*c++ = mps_cell_str(e->source == MPS_EXACT_KERNEL ? "kernel" :
							    "memory");
}

static void put_thread(struct mps_out *out, const struct line *l, bool is_go)
{
	const struct mps_verdict *v = l->v;
	const struct mps_task *t = l->task;
	struct mps_cell cells[NR_THREAD_COLS], *c = cells;
	struct mps_cell none = mps_cell_none();
	char buf[DOING_LEN];
	bool blocked = t->reason >= 0;

	*c++ = mps_cell_u64((uint64_t)t->tid);
	*c++ = is_go ? mps_cell_str(mps_role_names[v->role]) : none;
	*c++ = is_go ? mps_cell_str(v->has_p ? "P" : "") : none;
	*c++ = is_go ? mps_cell_u64(v->has_p) : none;
	*c++ = is_go && v->sure ? mps_cell_str(mps_sure_names[v->sure]) : none;
	cells_exact(c, l);
	c += NR_EXACT;
	*c++ = mps_cell_str(doing(t, buf));
	*c++ = t->state < 0 ? none : mps_cell_str(states[t->state]);
	*c++ = blocked ? mps_cell_str(reasons[t->reason]) : none;
	*c++ = t->mode < 0 ? none : mps_cell_str(modes[t->mode]);
	*c++ = t->syscall < 0 ? none :
		mps_cell_str(mps_sysname((uint64_t)t->syscall));
	*c++ = id(t->syscall);
	*c++ = id(t->cpu);
	*c++ = counter(t->in_state_ns);
	*c++ = counter(t->now_ns);
	*c++ = mps_cell_str(t->comm);
	cells_times(c, &l->d.n);
	c += NR_TIMES;
	*c++ = is_go ? mps_cell_str(v->rule->name) : none;
	mps_out_row(out, cells);
}

enum { COL_ROLE = 1, COL_P, COL_HAS_P, COL_SURE, COL_EXACT_ROLE, COL_EXACT_P,
	COL_M, COL_GOID };

/* People see either what is exact or what was inferred; data have both. */
static void choose_cols(struct mps_col *cols, const struct mps_watch *w)
{
	bool exact = false;
	uint32_t i;

	memcpy(cols, thread_cols, sizeof(thread_cols));
	for (i = 0; i < w->is.nr; i++)
		exact |= w->is.task[i].exact.source != MPS_EXACT_NONE;
	if (exact) {
		cols[COL_ROLE].flags = MPS_COL_DATA;
		cols[COL_P].flags = MPS_COL_NEVER;
		cols[COL_SURE].flags = MPS_COL_DATA;
		return;
	}
	for (i = COL_EXACT_ROLE; i <= COL_GOID; i++)
		cols[i].flags = MPS_COL_DATA;
}

/**
 * mps_role_table() - a row a thread, those with a P first
 * @w: the process, after a step
 * @out: the document
 * @evidence: show the rules that decided
 *
 * Return: false without memory.
 */
bool mps_role_table(const struct mps_watch *w, struct mps_out *out,
		    bool evidence)
{
	/* the last column is the evidence */
	size_t nr_cols = evidence ? NR_THREAD_COLS : NR_THREAD_COLS - 1;
	struct mps_col cols[NR_THREAD_COLS];
	struct line *lines = lines_make(w);
	uint32_t i;

	if (!lines)
		return false;
	choose_cols(cols, w);
	mps_out_table_begin(out, "threads", cols, nr_cols, 0);
	for (i = 0; i < w->is.nr; i++)
		put_thread(out, &lines[i], w->gp.status == MPS_GO_OK);
	mps_out_table_end(out);
	free(lines);
	return true;
}

static const struct mps_col role_cols[] = {
	{ "role", NULL, MPS_KIND_STRING, 0, 0 },
	{ "threads", NULL, MPS_KIND_COUNT, 0, 0 },
	{ "p", "P", MPS_KIND_COUNT, 0, 0 },
	{ "sure", NULL, MPS_KIND_STRING, 0, 0 },	/* the weakest */
	COLS_TIMES,
	{ "what", NULL, MPS_KIND_STRING, MPS_COL_TEXT, 9 },
};

#define NR_ROLE_COLS	(sizeof(role_cols) / sizeof(role_cols[0]))

static void put_role(struct mps_out *out, enum mps_role role,
		     enum mps_sure sure, uint64_t nr, uint64_t nr_p, bool is_go,
		     const struct mps_counters *n)
{
	struct mps_cell cells[NR_ROLE_COLS], *c = cells;
	struct mps_cell none = mps_cell_none();

	*c++ = is_go ? mps_cell_str(mps_role_names[role]) : none;
	*c++ = mps_cell_u64(nr);
	*c++ = is_go ? mps_cell_u64(nr_p) : none;
	*c++ = is_go && sure ? mps_cell_str(mps_sure_names[sure]) : none;
	cells_times(c, n);
	c += NR_TIMES;
	*c++ = is_go ? mps_cell_str(mps_role_texts[role]) : none;
	mps_out_row(out, cells);
}

/**
 * mps_role_summary() - a row a role, in the order of the other table
 * @w: the process, after a step
 * @out: the document
 *
 * Return: false without memory.
 */
bool mps_role_summary(const struct mps_watch *w, struct mps_out *out)
{
	struct line *lines = lines_make(w);
	uint32_t i, j;

	if (!lines)
		return false;
	mps_out_table_begin(out, "roles", role_cols, NR_ROLE_COLS, 0);
	for (i = 0; i < w->is.nr; i = j) {
		enum mps_role role = lines[i].role;
		enum mps_sure sure = MPS_SURE_SURE;
		struct mps_counters n = { 0 };
		uint64_t nr_p = 0;

		for (j = i; j < w->is.nr && lines[j].role == role; j++) {
#define X(name)	n.name = mps_add(n.name, lines[j].d.n.name);
			MPS_TASK_COUNTERS(X)
#undef X
			if (lines[j].v->sure < sure)
				sure = lines[j].v->sure;
			nr_p += lines[j].has_p;
		}
		put_role(out, role, sure, j - i, nr_p,
			 w->gp.status == MPS_GO_OK, &n);
	}
	mps_out_table_end(out);
	free(lines);
	return true;
}
