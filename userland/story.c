// SPDX-License-Identifier: GPL-2.0
/* A story as it goes: each event, and the intervals of threads. Pure. */
#include "story.h"

#include <stdlib.h>
#include <string.h>

#include "story_priv.h"

#define MAX_CPUS	65536

struct mps_story *mps_story_new(const struct mps_story_ops *ops)
{
	struct mps_story *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->ops = *ops;
	return s;
}

void mps_story_free(struct mps_story *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->nr_procs; i++)
		free(s->procs[i].ps);
	free(s->procs);
	free(s->threads);
	free(s->on_cpu);
	free(s);
}

uint64_t mps_story_begin_ns(const struct mps_story *s)
{
	return s->begin_ns;
}

uint64_t mps_story_end_ns(const struct mps_story *s)
{
	return s->end_ns;
}

/* Up to @to_ns the thread was in @state. */
static void tell(struct mps_story *s, const struct mps_sproc *g,
		 struct mps_sthread *t, uint64_t to_ns, int64_t state,
		 const struct mps_rec_event *e)
{
	bool blocked = state == MPSCOPE_STATE_BLOCKED;
	struct mps_seg seg;

	if (to_ns <= t->done_ns || state < 0 || state >= MPSCOPE_NR_STATES)
		return;
	seg = (struct mps_seg){
		.proc = g, .from_ns = t->done_ns, .to_ns = to_ns,
		.p = t->p, .tid = t->tid, .m = t->m, .goid = t->goid,
		.state = state, .reason = blocked ? t->reason : -1,
		.syscall = t->syscall, .cpu = t->cpu, .by = t->by, .at = e,
	};
	t->ns[state] += to_ns - t->done_ns;
	if (blocked && t->reason >= 0 && t->reason < MPSCOPE_NR_REASONS)
		t->reason_ns[t->reason] += to_ns - t->done_ns;
	t->done_ns = to_ns;
	if (s->ops.thread)
		s->ops.thread(s->ops.arg, &seg);
}

/* Nothing is told of what lies before @ns. */
static void skip(struct mps_sthread *t, uint64_t ns)
{
	if (t->done_ns < ns)
		t->done_ns = ns;
}

/*
 * A stay on a CPU that ends is told from @in_ns on, which is what the module's
 * clock says. Who was seen to get the CPU has had it since then, whatever that
 * clock says: where CPUs are emulated, one may stand still between reading it
 * and writing the event.
 */
static void skip_to_stay(const struct mps_story *s, struct mps_sthread *t,
			 uint64_t in_ns)
{
	if (t->run_ns && t->done_ns == t->run_ns)
		return;
	/* of a thread that shows for the first time the life begins there */
	skip(t, in_ns > s->begin_ns ? in_ns : s->begin_ns);
}

static uint64_t before(uint64_t ns, int64_t by)
{
	return by > 0 ? (uint64_t)by < ns ? ns - (uint64_t)by : 0 : ns;
}

static void note(struct mps_sthread *t, const struct mps_rec_event *e)
{
	if (e->m >= 0)
		t->m = e->m;
	t->p = e->p;
	t->goid = e->goid;
	t->had_p |= e->p >= 0;
}

static void on_run(struct mps_story *s, const struct mps_sproc *g,
		   struct mps_sthread *t, const struct mps_rec_event *e)
{
	uint64_t queued = before(e->ts_ns, e->wait_ns);
	uint64_t out = before(queued, e->blocked_ns);
	uint64_t in = before(out, e->ran_ns);

	note(t, e);
	t->by = e->common_pid;
	/* else its last stay was told with the event that ended it */
	if (t->state != MPSCOPE_STATE_BLOCKED && t->state != MPSCOPE_STATE_WOKEN) {
		skip_to_stay(s, t, in);
		tell(s, g, t, out, MPSCOPE_STATE_RUNNING, e);
	}
	t->reason = e->reason;
	t->syscall = e->syscall;
	if (e->state == MPSCOPE_STATE_BLOCKED)
		tell(s, g, t, queued, MPSCOPE_STATE_BLOCKED, e);
	tell(s, g, t, e->ts_ns, e->state == MPSCOPE_STATE_BLOCKED ?
	     MPSCOPE_STATE_WOKEN : e->state == MPSCOPE_STATE_BIRTH ?
	     MPSCOPE_STATE_WOKEN : e->state, e);
	t->parked = e->state == MPSCOPE_STATE_BLOCKED && e->p < 0;
	t->on = true;
	t->state = MPSCOPE_STATE_RUNNING;
	t->since_ns = e->ts_ns;
	t->run_ns = e->ts_ns;
	t->wait_ns = e->wait_ns > 0 ? (uint64_t)e->wait_ns : 0;
	t->cpu = e->cpu;
	t->runs++;
}

static void on_block(struct mps_story *s, const struct mps_sproc *g,
		     struct mps_sthread *t, const struct mps_rec_event *e)
{
	uint64_t in = before(e->ts_ns, e->ran_ns);

	note(t, e);
	skip_to_stay(s, t, in);
	t->cpu = e->cpu;
	tell(s, g, t, e->ts_ns, MPSCOPE_STATE_RUNNING, e);
	t->on = false;
	t->state = MPSCOPE_STATE_BLOCKED;
	t->reason = e->reason;
	t->syscall = e->syscall;
	t->since_ns = e->ts_ns;
	t->blocks++;
}

/* Whoever was thought to be on that CPU is not. */
static bool on_cpu(struct mps_story *s, int cpu, int64_t tid, uint64_t ts_ns)
{
	struct mps_sthread *was;
	int64_t *grown;

	if (cpu < 0 || cpu >= MAX_CPUS)
		return true;
	if (cpu >= s->nr_cpus) {
		grown = realloc(s->on_cpu, ((size_t)cpu + 1) * sizeof(*grown));
		if (!grown)
			return false;
		s->on_cpu = grown;
		while (s->nr_cpus <= cpu)
			s->on_cpu[s->nr_cpus++] = -1;
	}
	was = s->on_cpu[cpu] == tid ? NULL :
				      mps_story_thread(s, s->on_cpu[cpu]);
	if (was && was->on && was->cpu == cpu) {
		was->on = false;
		was->state = MPSCOPE_STATE_PREEMPTED;
		was->since_ns = ts_ns;
	}
	s->on_cpu[cpu] = tid;
	return true;
}

/* The id of a thread that has exited is another's now. */
static bool reborn(struct mps_story *s, struct mps_sthread *t,
		   const struct mps_rec_event *e)
{
	struct mps_sproc *g = mps_story_proc_get(s, e->tgid);

	if (!g)
		return false;
	g->nr_threads += g->tgid != t->tgid;
	t->tgid = e->tgid;
	t->proc = (uint32_t)(g - s->procs);
	t->m = -1;
	t->had_p = false;
	t->parked = false;
	t->state = -1;
	t->run_ns = 0;
	return true;
}

/* Events are missing: nobody knows what threads and Ps have done since. */
static void lose(struct mps_story *s)
{
	for (size_t i = 0; i < s->nr_procs; i++)
		for (uint32_t p = 0; p < s->procs[i].nr_ps; p++)
			s->procs[i].ps[p].does = MPS_PDO_UNKNOWN;
	for (size_t i = 0; i < s->size; i++) {
		struct mps_sthread *t = &s->threads[i];

		if (!t->tid || t->state == MPSCOPE_STATE_DEAD)
			continue;
		t->state = -1;
		t->on = false;
		t->parked = false;
		t->run_ns = 0;
	}
}

static bool feed(struct mps_story *s, const struct mps_rec_event *e)
{
	struct mps_sthread *t;
	struct mps_sproc *g;

	if (e->type == MPS_REC_SWITCH) {
		if (s->ops.event)
			s->ops.event(s->ops.arg, e, NULL);
		return on_cpu(s, e->cpu, e->next_pid, e->ts_ns);
	}
	if (e->tid <= 0)
		return true;
	t = mps_story_thread_get(s, e->tid, e->tgid);
	if (!t || (t->state == MPSCOPE_STATE_DEAD && e->type != MPS_REC_EXIT &&
		   !reborn(s, t, e)))
		return false;
	g = &s->procs[t->proc];
	if (!g->events++)
		g->begin_ns = e->ts_ns;
	mps_story_p_event(s, g, t, e);
	if (e->type == MPS_REC_RUN) {
		if (!on_cpu(s, e->cpu, e->tid, e->ts_ns))
			return false;
		on_run(s, g, t, e);
	} else if (e->type == MPS_REC_BLOCK) {
		on_block(s, g, t, e);
	} else if (e->type == MPS_REC_EXIT) {
		skip(t, s->begin_ns);
		if (t->on)
			tell(s, g, t, e->ts_ns, MPSCOPE_STATE_RUNNING, e);
		t->on = false;
		t->state = MPSCOPE_STATE_DEAD;
	} else if (e->type == MPS_REC_WAKE && t->state == MPSCOPE_STATE_BLOCKED) {
		skip(t, t->since_ns);
		tell(s, g, t, e->ts_ns, MPSCOPE_STATE_BLOCKED, e);
		t->state = MPSCOPE_STATE_WOKEN;
		t->since_ns = e->ts_ns;
	}
	if (s->ops.event)
		s->ops.event(s->ops.arg, e, t);
	return true;
}

bool mps_story_feed(struct mps_story *s, const struct mps_rec_event *e)
{
	if (!s->any) {
		s->any = true;
		s->begin_ns = e->ts_ns;
		for (size_t i = 0; i < s->nr_procs; i++)
			for (uint32_t p = 0; p < s->procs[i].nr_ps; p++)
				s->procs[i].ps[p].last_ns = e->ts_ns;
	}
	if (e->ts_ns > s->end_ns)
		s->end_ns = e->ts_ns;
	if (e->gap)
		lose(s);
	return feed(s, e);
}

void mps_story_end(struct mps_story *s)
{
	for (size_t i = 0; i < s->nr_procs; i++)
		mps_story_p_end(s, &s->procs[i]);
	for (size_t i = 0; i < s->size; i++) {
		struct mps_sthread *t = &s->threads[i];
		struct mps_sproc *g;

		if (!t->tid || t->state < 0 || t->state == MPSCOPE_STATE_DEAD)
			continue;
		g = &s->procs[t->proc];
		skip(t, s->begin_ns);
		if (t->state == MPSCOPE_STATE_PREEMPTED)
			tell(s, g, t, t->since_ns, MPSCOPE_STATE_RUNNING, NULL);
		tell(s, g, t, s->end_ns, t->state, NULL);
	}
}
