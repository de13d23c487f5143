// SPDX-License-Identifier: GPL-2.0
/*
 * One sample of a process: the module's rows, and between two readings of
 * them the system call that each sleeping thread is in.
 *
 * A row and /proc/PID/task/TID/syscall are not read at the same moment. If a
 * thread's switches did not change from the row before to the row after, it
 * has not moved in between, so the call belongs to the row: it is pinned.
 */
#include "goproc_sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS	3	/* of asking threads that had moved on */

enum {
	COL_TID, COL_VTID, COL_STATE, COL_REASON, COL_MODE, COL_SYSCALL,
	COL_CPU, COL_NOW, COL_IN_STATE, COL_COMM,
	COL_M, COL_P, COL_GOID, COL_GSTATUS, COL_INSYSCALL, COL_SPINNING,
	COL_LOCKED,
	COL_COUNTERS,
};

/* The counters of model.h that stand in the file threads, in its order. */
#define ROW_COUNTERS(X)							\
	X(life_ns) X(running_ns) X(woken_ns) X(preempted_ns)		\
	X(yielded_ns) X(blocked_ns) X(birth_ns)				\
	X(switches_vol) X(switches_invol) X(runs)			\
	X(wake_self) X(wake_other) X(wake_timer) X(wake_hardirq)	\
	X(wake_softirq) X(wake_cross) X(migrations) X(cpu_changes)

#define X(name)	{ #name, MPS_U64, false },
static const struct mps_want thread_cols[] = {
	[COL_TID] = { "tid", MPS_U64, true },
	[COL_VTID] = { "vtid", MPS_U64, false },
	[COL_STATE] = { "state", MPS_STR, true },
	[COL_REASON] = { "reason", MPS_STR, true },
	[COL_MODE] = { "mode", MPS_STR, false },
	[COL_SYSCALL] = { "syscall", MPS_U64, true },
	[COL_CPU] = { "cpu", MPS_U64, false },
	[COL_NOW] = { "now_ns", MPS_U64, false },
	[COL_IN_STATE] = { "in_state_ns", MPS_U64, true },
	[COL_COMM] = { "comm", MPS_STR, false },
	/* of exact mode; words, as -1 means none */
	[COL_M] = { "m", MPS_STR, false },
	[COL_P] = { "p", MPS_STR, false },
	[COL_GOID] = { "goid", MPS_STR, false },
	[COL_GSTATUS] = { "gstatus", MPS_STR, false },
	[COL_INSYSCALL] = { "insyscall", MPS_STR, false },
	[COL_SPINNING] = { "spinning", MPS_STR, false },
	[COL_LOCKED] = { "locked", MPS_STR, false },
	ROW_COUNTERS(X)
};

#undef X

static const struct mps_want epoll_cols[] = {
	{ "tid", MPS_U64, true }, { "calls", MPS_U64, false },
	{ "events", MPS_U64, false }, { "sleeps", MPS_U64, false },
	{ "empty_wakes", MPS_U64, false },
};

static const struct mps_want blocking_cols[] = {
	{ "tid", MPS_U64, true }, { "state", MPS_STR, true },
	{ "reason", MPS_STR, true }, { "mode", MPS_STR, true },
	{ "nr", MPS_U64, true }, { "total_ns", MPS_U64, true },
};

#define LEN(a)	(sizeof(a) / sizeof((a)[0]))

static const char * const states[] = { MPSCOPE_STATES(MPSCOPE_X_NAME) };
static const char * const reasons[] = { MPSCOPE_REASONS(MPSCOPE_X_NAME) };
static const char * const modes[] = { MPSCOPE_MODES(MPSCOPE_X_NAME) };

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

static int by_name(const char * const *names, size_t nr, struct mps_cell c)
{
	size_t i;

	for (i = 0; c.known && i < nr; i++)
		if (!strcmp(names[i], c.s))
			return (int)i;
	return -1;
}

static uint64_t number(struct mps_cell c)
{
	return c.known ? c.u : MPS_NA;
}

static int64_t signed_of(struct mps_cell c)
{
	return c.known ? strtoll(c.s, NULL, 10) : -1;
}

/* All of them are unknown where the module has not read them. */
static void fill_exact(struct mps_exact *e, const struct mps_cell *c)
{
	memset(e, 0, sizeof(*e));
	if (!c[COL_M].known)
		return;
	e->source = MPS_EXACT_KERNEL;
	e->m = signed_of(c[COL_M]);
	e->p = signed_of(c[COL_P]);
	e->goid = signed_of(c[COL_GOID]);
	e->gstatus = (int32_t)signed_of(c[COL_GSTATUS]);
	e->insyscall = signed_of(c[COL_INSYSCALL]) > 0;
	e->spinning = signed_of(c[COL_SPINNING]) > 0;
	e->locked = signed_of(c[COL_LOCKED]) > 0;
}

static void fill_row(struct mps_task *t, const struct mps_cell *c, int state)
{
	const struct mps_cell *n = &c[COL_COUNTERS];

	t->vtid = c[COL_VTID].known ? (int32_t)c[COL_VTID].u : 0;
	t->state = state;
	t->reason = by_name(reasons, LEN(reasons), c[COL_REASON]);
	t->mode = by_name(modes, LEN(modes), c[COL_MODE]);
	t->syscall = c[COL_SYSCALL].known ? (int64_t)c[COL_SYSCALL].u : -1;
	t->cpu = c[COL_CPU].known ? (int32_t)c[COL_CPU].u : -1;
	t->now_ns = number(c[COL_NOW]);
	t->in_state_ns = number(c[COL_IN_STATE]);
	fill_exact(&t->exact, c);
	if (c[COL_COMM].known)
		snprintf(t->comm, sizeof(t->comm), "%s", c[COL_COMM].s);
#define X(name)	t->n.name = number(*n++);
	ROW_COUNTERS(X)
#undef X
}

static enum mps_err read_threads(struct mps_sample *s)
{
	struct mps_tab *tab;
	struct mps_task *t;
	enum mps_err err;
	int state;

	err = mps_tab_open(&tab, s->tgid, "threads", thread_cols,
			   LEN(thread_cols));
	if (err)
		return err;
	while (!(err = mps_tab_next(tab))) {
		const struct mps_cell *c = mps_tab_cells(tab);

		state = by_name(states, LEN(states), c[COL_STATE]);
		if (state == MPSCOPE_STATE_DEAD) {
			s->dead++;
			continue;
		}
		t = mps_sample_add(s, (int32_t)c[COL_TID].u);
		if (!t) {
			err = MPS_ERR_NOMEM;
			break;
		}
		fill_row(t, c, state);
	}
	mps_tab_close(tab);
	mps_sample_sort(s);
	return err == MPS_END ? MPS_OK : err;
}

bool mps_goproc_moved(const struct mps_task *was, const struct mps_task *is)
{
	return was->state != is->state || was->n.runs != is->n.runs ||
	       was->n.switches_vol != is->n.switches_vol ||
	       was->n.switches_invol != is->n.switches_invol;
}

enum mps_err mps_goproc_rows(pid_t tgid, struct mps_sample *s)
{
	mps_sample_init(s, tgid);
	return read_threads(s);
}

/* The rows of @is are the newer ones; calls were asked for in between. */
static uint64_t pin(const struct mps_sample *was, struct mps_sample *is)
{
	uint64_t unpinned = 0;
	uint32_t i;

	for (i = 0; i < is->nr; i++) {
		struct mps_task *t = &is->task[i];
		const struct mps_task *w = mps_sample_find(was, t->tid);

		if (w)
			t->call = w->call;
		if (t->state != MPSCOPE_STATE_BLOCKED)
			continue;
		t->pinned = w && !mps_goproc_moved(w, t) &&
			    (t->call.state == MPS_CALL_INSIDE ||
			     t->call.state == MPS_CALL_OUTSIDE);
		unpinned += !t->pinned;
	}
	return unpinned;
}

static enum mps_err read_pinned(const struct mps_goproc *gp,
				struct mps_sample *s)
{
	struct mps_sample next;
	enum mps_err err;
	int round;
	uint32_t i;

	err = read_threads(s);
	for (round = 0; !err && round < ROUNDS; round++) {
		for (i = 0; i < s->nr; i++)
			if (s->task[i].state == MPSCOPE_STATE_BLOCKED &&
			    !s->task[i].pinned)
				mps_goproc_call(gp, &s->task[i]);
		mps_sample_init(&next, s->tgid);
		next.begin_ns = s->begin_ns;
		err = read_threads(&next);
		if (err) {
			mps_sample_free(&next);
			break;
		}
		next.unpinned = pin(s, &next);
		mps_sample_free(s);
		*s = next;
		if (!s->unpinned)
			break;
	}
	return err;
}

/* A file that needs a feature may be empty, or absent: counters stay NA. */
static enum mps_err read_epoll(struct mps_sample *s)
{
	struct mps_tab *tab;
	enum mps_err err;

	err = mps_tab_open(&tab, s->tgid, "epoll", epoll_cols, LEN(epoll_cols));
	if (err)
		return err == MPS_ERR_NO_FILE ? MPS_OK : err;
	while (!(err = mps_tab_next(tab))) {
		const struct mps_cell *c = mps_tab_cells(tab);
		struct mps_task *t;

		t = c[0].known ? mps_sample_find(s, (int32_t)c[0].u) : NULL;
		if (!t)
			continue;
		t->n.epoll_calls = number(c[1]);
		t->n.epoll_events = number(c[2]);
		t->n.epoll_sleeps = number(c[3]);
		t->n.epoll_empty = number(c[4]);
	}
	mps_tab_close(tab);
	return err == MPS_END ? MPS_OK : err;
}

static enum mps_err read_blocking(struct mps_sample *s)
{
	struct mps_tab *tab;
	enum mps_err err;

	err = mps_tab_open(&tab, s->tgid, "blocking", blocking_cols,
			   LEN(blocking_cols));
	if (err)
		return err;
	while (!(err = mps_tab_next(tab))) {
		const struct mps_cell *c = mps_tab_cells(tab);
		int r = by_name(reasons, LEN(reasons), c[2]);
		int m = by_name(modes, LEN(modes), c[3]);
		struct mps_task *t;

		t = c[0].known ? mps_sample_find(s, (int32_t)c[0].u) : NULL;
		if (!t || r < 0 || m < 0)
			continue;
		t->block[r][m].nr = number(c[4]);
		t->block[r][m].total_ns = number(c[5]);
	}
	mps_tab_close(tab);
	return err == MPS_END ? MPS_OK : err;
}

/**
 * mps_goproc_sample() - look at all threads of a tagged process
 * @gp: the process; need not be a Go program
 * @s: filled; the caller frees it in any case
 *
 * Return: MPS_OK, or the reader's error.
 */
enum mps_err mps_goproc_sample(const struct mps_goproc *gp,
			       struct mps_sample *s)
{
	struct mps_kv *kv = NULL;
	struct mps_cell missed;
	enum mps_err err;

	mps_sample_init(s, gp->pid);
	s->begin_ns = now_ns();
	err = read_pinned(gp, s);
	s->end_ns = now_ns();
	if (!err)
		err = read_epoll(s);
	if (!err)
		err = read_blocking(s);
	if (!err)
		err = mps_kv_read(&kv, gp->pid, "summary");
	if (err)
		return err;
	missed = mps_kv_u64(kv, "threads_missed");
	s->missed = number(missed);
	mps_kv_free(kv);
	mps_goproc_attrs(gp, s);
	return MPS_OK;
}
