// SPDX-License-Identifier: GPL-2.0
/*
 * report epoll: how long a sleep in epoll took from end to end, part by part;
 * results; wakeups that brought nothing; hand-overs of the poller's role.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tell.h"

enum part { PART_SLEEP, PART_WAIT, PART_RETURN, PART_WHOLE, NR_PARTS };

/* A thread between the end of its sleep and the return of its call. */
struct waiter {
	uint64_t woke_ns, run_ns;	/* run_ns 0: it is not in between */
};

struct keep {
	struct mps_times part[NR_PARTS];
	uint64_t kind[MPSCOPE_NR_KINDS + 1], result[MPSCOPE_NR_RESULTS + 1];
	uint64_t calls, events, sleeps, empty, stolen;
	uint64_t handovers;
	int64_t poller;		/* who slept last in epoll */
};

static struct mps_tell_room room;
static struct mps_tell_room waiters;	/* by thread */

static void on_run(struct keep *k, struct waiter *w, const struct mps_rec_event *e)
{
	if (e->reason != MPSCOPE_REASON_EPOLL || e->mode != MPSCOPE_MODE_S ||
	    e->blocked_ns < 0 || e->wait_ns < 0)
		return;
	mps_times_add(&k->part[PART_SLEEP], (uint64_t)e->blocked_ns);
	mps_times_add(&k->part[PART_WAIT], (uint64_t)e->wait_ns);
	w->run_ns = e->ts_ns;
	w->woke_ns = e->ts_ns - (uint64_t)e->wait_ns;
	if (k->poller && k->poller != e->tid)
		k->handovers++;
	k->poller = e->tid;
}

static void on_return(struct keep *k, struct waiter *w, const struct mps_rec_event *e)
{
	size_t kind = e->kind >= 0 && e->kind < MPSCOPE_NR_KINDS ?
		      (size_t)e->kind : MPSCOPE_NR_KINDS;
	size_t result = e->result >= 0 && e->result < MPSCOPE_NR_RESULTS ?
			(size_t)e->result : MPSCOPE_NR_RESULTS;

	k->calls++;
	k->kind[kind]++;
	k->result[result]++;
	if (e->ret > 0)
		k->events += (uint64_t)e->ret;
	if (e->sleeps > 0) {
		k->sleeps += (uint64_t)e->sleeps;
		k->empty += (uint64_t)e->sleeps - 1;
		k->stolen += e->result == MPSCOPE_RESULT_TIMEOUT &&
			     e->kind == MPSCOPE_KIND_BLOCK;
	}
	if (w->run_ns && e->sleeps > 0) {
		mps_times_add(&k->part[PART_RETURN], e->ts_ns - w->run_ns);
		mps_times_add(&k->part[PART_WHOLE], e->ts_ns - w->woke_ns);
	}
	w->run_ns = 0;
}

static void on_event(struct mps_tell_ctx *c, const struct mps_rec_event *e,
		     const struct mps_sthread *t)
{
	struct waiter *w;
	struct keep *k;

	if (e->type != MPS_REC_RUN && e->type != MPS_REC_EPOLL)
		return;
	k = mps_tell_room_of(c, &room, t, sizeof(*k));
	w = mps_tell_slot(c, &waiters, t->nr, sizeof(*w));
	if (!k || !w)
		return;
	if (e->type == MPS_REC_RUN)
		on_run(k, w, e);
	else
		on_return(k, w, e);
}

static const struct mps_col part_cols[] = {
	{ .name = "part", .kind = MPS_KIND_STRING },
	{ .name = "nr", .kind = MPS_KIND_COUNT },
	{ .name = "p50_le_ns", .title = "p50<=", .kind = MPS_KIND_NS_LE },
	{ .name = "p90_le_ns", .title = "p90<=", .kind = MPS_KIND_NS_LE },
	{ .name = "p99_le_ns", .title = "p99<=", .kind = MPS_KIND_NS_LE },
	{ .name = "max_ns", .title = "max", .kind = MPS_KIND_NS },
	{ .name = "sum_ns", .title = "sum", .kind = MPS_KIND_NS },
	{ .name = "meaning", .kind = MPS_KIND_STRING, .flags = MPS_COL_TEXT,
	  .hide = 1 },
};

static void part_row(struct mps_out *out, const char *name, const char *what,
		     const struct mps_times *t)
{
	struct mps_cell none = mps_cell_none();
	const struct mps_cell cells[] = {
		mps_cell_str(name), t ? mps_cell_u64(t->nr) : none,
		t && t->nr ? mps_cell_u64(mps_times_at_most(t, 5000)) : none,
		t && t->nr ? mps_cell_u64(mps_times_at_most(t, 9000)) : none,
		t && t->nr ? mps_cell_u64(mps_times_at_most(t, 9900)) : none,
		t && t->nr ? mps_cell_u64(t->max) : none,
		t ? mps_cell_u64(t->sum) : none, mps_cell_str(what),
	};

	mps_out_row(out, cells);
}

static void show_parts(struct mps_out *out, const struct keep *k)
{
	mps_out_table_begin(out, "latency", part_cols,
			    sizeof(part_cols) / sizeof(part_cols[0]), 0);
	part_row(out, "slept", "nothing was ready", &k->part[PART_SLEEP]);
	part_row(out, "ready to woken", "no event tells when it was ready", NULL);
	part_row(out, "woken to CPU", "in the run queue", &k->part[PART_WAIT]);
	part_row(out, "CPU to return", "in the kernel, till user mode",
		 &k->part[PART_RETURN]);
	part_row(out, "woken to return", "all of it", &k->part[PART_WHOLE]);
	mps_out_table_end(out);
}

static const struct mps_col call_cols[] = {
	{ .name = "what", .title = "calls", .kind = MPS_KIND_STRING },
	{ .name = "nr", .kind = MPS_KIND_COUNT },
};

static void call_row(struct mps_out *out, const char *prefix, const char *name,
		     uint64_t nr)
{
	char what[64];
	const struct mps_cell cells[] = { mps_cell_str(what), mps_cell_u64(nr) };

	snprintf(what, sizeof(what), "%s%s", prefix, name);
	if (nr)
		mps_out_row(out, cells);
}

static void show_calls(struct mps_out *out, const struct keep *k)
{
	static const char * const kinds[] = {
		MPSCOPE_EPOLL_KINDS(MPSCOPE_X_NAME) "unknown"
	};
	static const char * const results[] = {
		MPSCOPE_EPOLL_RESULTS(MPSCOPE_X_NAME) "unknown"
	};

	mps_out_table_begin(out, "calls", call_cols,
			    sizeof(call_cols) / sizeof(call_cols[0]), 0);
	for (size_t i = 0; i <= MPSCOPE_NR_KINDS; i++)
		call_row(out, "timeout: ", kinds[i], k->kind[i]);
	for (size_t i = 0; i <= MPSCOPE_NR_RESULTS; i++)
		call_row(out, "result: ", results[i], k->result[i]);
	mps_out_table_end(out);
}

static void show(struct mps_tell_ctx *c, struct mps_out *out,
		 const struct mps_sproc *g)
{
	struct keep *k = mps_tell_room(c, &room, g, sizeof(*k));

	if (!k)
		return;
	mps_out_heading(out, "epoll: %" PRIu64 " calls, %" PRIu64 " events, %" PRIu64 " sleeps%s",
			k->calls, k->events, k->sleeps, mps_tell_bound(c));
	mps_out_field(out, "epoll_calls", MPS_KIND_COUNT, mps_cell_u64(k->calls));
	mps_out_field(out, "epoll_events", MPS_KIND_COUNT, mps_cell_u64(k->events));
	mps_out_field(out, "epoll_sleeps", MPS_KIND_COUNT, mps_cell_u64(k->sleeps));
	mps_out_field(out, "empty_wakes", MPS_KIND_COUNT, mps_cell_u64(k->empty));
	mps_out_field(out, "stolen", MPS_KIND_COUNT, mps_cell_u64(k->stolen));
	mps_out_field(out, "handovers", MPS_KIND_COUNT, mps_cell_u64(k->handovers));
	show_parts(out, k);
	show_calls(out, k);
	mps_out_note(out, "woken and slept again in the same call: %llu; returned without a timeout and without an event: %llu; the sleeper changed %llu times",
		     (unsigned long long)k->empty, (unsigned long long)k->stolen,
		     (unsigned long long)k->handovers);
	if (!mps_rec_knows(c->rec, MPS_REC_EPOLL))
		mps_out_note(out, "epoll_return was not recorded: calls, results and the way from CPU to return are missing");
	else if (!k->calls)
		mps_out_note(out, "no call returned, or the feature epoll was off when it was recorded");
}

static void done(void)
{
	free(room.at);
	free(waiters.at);
	memset(&room, 0, sizeof(room));
	memset(&waiters, 0, sizeof(waiters));
}

const struct mps_tell mps_tell_epoll = {
	.name = "epoll",
	.what = "sleeps in epoll, part by part; results; empty and stolen wakeups",
	.event = on_event,
	.show = show,
	.free = done,
};
