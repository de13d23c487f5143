// SPDX-License-Identifier: GPL-2.0
/* The Ps of a story: whose thread has which, and what that does. Pure. */
#include "story_priv.h"

#define X_NAME(id, word)	word,

const char * const mps_pdoes_names[] = { MPS_PDOES(X_NAME) };

/* Up to @to_ns the P did what it was known to do, or else @does. */
static void tell(struct mps_story *s, struct mps_sproc *g, struct mps_sp *p,
		 uint64_t to_ns, enum mps_pdoes does, const struct mps_sthread *t,
		 const struct mps_rec_event *e)
{
	struct mps_seg seg;

	if (to_ns <= p->last_ns)
		return;
	seg = (struct mps_seg){
		.proc = g, .from_ns = p->last_ns, .to_ns = to_ns,
		.p = p - g->ps, .tid = p->tid, .m = p->m, .goid = -1,
		.does = does, .state = -1, .reason = -1, .syscall = -1,
		.cpu = p->cpu, .by = -1, .at = e,
	};
	if (t && t->tid == p->tid) {
		seg.goid = e && e->tid == t->tid ? e->goid : t->goid;
		seg.syscall = e && e->tid == t->tid ? e->syscall : t->syscall;
		seg.reason = e && e->tid == t->tid ? e->reason : t->reason;
	}
	if (does == MPS_PDO_WOKEN || does == MPS_PDO_PREEMPTED) {
		if (e && e->type == MPS_REC_RUN)
			seg.by = e->common_pid;
		else if (t)
			seg.by = t->by;
	}
	p->ns[does] += to_ns - p->last_ns;
	p->last_ns = to_ns;
	if (s->ops.p)
		s->ops.p(s->ops.arg, &seg);
}

static void take(struct mps_sp *p, const struct mps_sthread *t, int64_t m,
		 int cpu)
{
	if (p->seen && p->m >= 0 && m >= 0 && p->m != m)
		p->moves_m++;
	if (p->seen && p->cpu >= 0 && cpu >= 0 && p->cpu != cpu)
		p->moves_cpu++;
	p->seen = true;
	p->tid = t->tid;
	p->m = m;
	if (cpu >= 0)
		p->cpu = cpu;
}

/* The P that the thread is thought to have; NULL if none. */
static struct mps_sp *had(struct mps_sproc *g, const struct mps_sthread *t)
{
	for (uint32_t i = 0; i < g->nr_ps; i++)
		if (g->ps[i].tid == t->tid)
			return &g->ps[i];
	return NULL;
}

static void let_go(struct mps_sp *p)
{
	p->tid = -1;
	p->does = MPS_PDO_IDLE;
}

/* What a P does whose thread sleeps: nobody can take it but from a call. */
static enum mps_pdoes does_asleep(const struct mps_rec_event *e)
{
	switch (e->reason) {
	case MPSCOPE_REASON_FUTEX:	/* a lock of the runtime */
	case MPSCOPE_REASON_SLEEP:	/* the runtime backs off */
	case MPSCOPE_REASON_FAULT:
	case MPSCOPE_REASON_STOPPED:
	case MPSCOPE_REASON_KERNEL:
		return MPS_PDO_BLOCKED;
	default:
		return MPS_PDO_SYSCALL;
	}
}

/* Its last stay on a CPU has been told with the event that ended it. */
static bool is_asleep(const struct mps_sthread *t)
{
	return t->state == MPSCOPE_STATE_BLOCKED ||
	       t->state == MPSCOPE_STATE_WOKEN;
}

static uint64_t before(uint64_t ns, int64_t by)
{
	return by > 0 ? (uint64_t)by < ns ? ns - (uint64_t)by : 0 : ns;
}

/* @t is seen with @p at the end of a stay on the CPU that began at @in_ns. */
static void held(struct mps_story *s, struct mps_sproc *g, struct mps_sp *p,
		 const struct mps_sthread *t, const struct mps_rec_event *e,
		 uint64_t in_ns, uint64_t out_ns)
{
	struct mps_sp *other = had(g, t);
	bool given = t->parked && t->run_ns;

	if (other && other != p) {
		tell(s, g, other, in_ns, other->does, t, NULL);
		let_go(other);
	}
	if (p->tid == t->tid) {
		tell(s, g, p, in_ns, p->does, t, e);
	} else {
		/* its waker gave it a parked thread along with the wakeup */
		if (given)
			tell(s, g, p, before(in_ns, (int64_t)t->wait_ns), p->does,
			     NULL, NULL);
		else
			tell(s, g, p, in_ns, p->does, NULL, NULL);
		take(p, t, e->m, t->cpu);
		if (given)
			tell(s, g, p, in_ns, MPS_PDO_WOKEN, t, NULL);
	}
	tell(s, g, p, out_ns, MPS_PDO_RUNNING, t, e);
}

/*
 * A stay on a CPU is over and the thread was found without a P. If it had one,
 * it had it for no more than that stay. If none was seen, but its kind runs
 * goroutines, it had one for a part of it, whichever that was.
 */
static void held_none(struct mps_story *s, struct mps_sproc *g,
		      const struct mps_sthread *t, const struct mps_rec_event *e,
		      uint64_t in_ns, uint64_t out_ns)
{
	struct mps_sp *p = had(g, t);

	if (p) {
		bool left = p->does == MPS_PDO_SYSCALL || p->does == MPS_PDO_BLOCKED;

		/* taken from a thread in a call, nobody saw when */
		tell(s, g, p, in_ns, left ? MPS_PDO_UNKNOWN : p->does, t, e);
		tell(s, g, p, out_ns, MPS_PDO_RUNNING, t, e);
		let_go(p);
	} else if (t->had_p && t->parked && in_ns >= s->begin_ns && t->run_ns &&
		   (e->reason == MPSCOPE_REASON_FUTEX ||
		    e->reason == MPSCOPE_REASON_EPOLL)) {
		g->unseen_ns += out_ns - in_ns;
		g->unseen_runs++;
	}
}

static void on_run(struct mps_story *s, struct mps_sproc *g,
		   struct mps_sthread *t, const struct mps_rec_event *e)
{
	struct mps_sp *p = mps_story_p(s, g, e->p);
	uint64_t queued = before(e->ts_ns, e->wait_ns);
	uint64_t out = before(queued, e->blocked_ns);
	uint64_t in = before(out, e->ran_ns);
	bool blocked = e->state == MPSCOPE_STATE_BLOCKED;

	if (!p) {
		p = had(g, t);
		if (!p)
			goto stay;
		if (p->does == MPS_PDO_SYSCALL || p->does == MPS_PDO_BLOCKED) {
			/* taken at a time that no event tells */
			tell(s, g, p, e->ts_ns, MPS_PDO_UNKNOWN, t, e);
			let_go(p);
			return;
		}
		held_none(s, g, t, e, in, out);
		return;
	}
	if (!is_asleep(t))
		held(s, g, p, t, e, in, out);
	else if (p->tid != t->tid)
		held(s, g, p, t, e, out, out);
	if (blocked)
		tell(s, g, p, queued, does_asleep(e), t, e);
	take(p, t, e->m, e->cpu);
	tell(s, g, p, e->ts_ns, blocked ? MPS_PDO_WOKEN : MPS_PDO_PREEMPTED, t, e);
	p->does = MPS_PDO_RUNNING;
	return;
stay:
	if (!is_asleep(t))
		held_none(s, g, t, e, in, out);
}

static void on_block(struct mps_story *s, struct mps_sproc *g,
		     struct mps_sthread *t, const struct mps_rec_event *e)
{
	struct mps_sp *p = mps_story_p(s, g, e->p);
	uint64_t in = before(e->ts_ns, e->ran_ns);

	if (!p) {
		held_none(s, g, t, e, in, e->ts_ns);
		return;
	}
	held(s, g, p, t, e, in, e->ts_ns);
	p->does = does_asleep(e);
}

static void on_seen(struct mps_story *s, struct mps_sproc *g,
		    struct mps_sthread *t, const struct mps_rec_event *e)
{
	struct mps_sp *p = mps_story_p(s, g, e->p);

	if (!p || p->tid == t->tid || is_asleep(t))
		return;
	held(s, g, p, t, e, t->run_ns ? t->run_ns : e->ts_ns, e->ts_ns);
	p->does = MPS_PDO_RUNNING;
}

void mps_story_p_event(struct mps_story *s, struct mps_sproc *g,
		       struct mps_sthread *t, const struct mps_rec_event *e)
{
	struct mps_sp *p;

	switch (e->type) {
	case MPS_REC_RUN:
		on_run(s, g, t, e);
		break;
	case MPS_REC_BLOCK:
		on_block(s, g, t, e);
		break;
	case MPS_REC_EPOLL:
		on_seen(s, g, t, e);
		break;
	case MPS_REC_EXIT:
		p = had(g, t);
		if (p) {
			tell(s, g, p, e->ts_ns, p->does, t, e);
			let_go(p);
		}
		break;
	default:
		break;
	}
}

/* The recording ends: what was last seen of it goes on until then. */
void mps_story_p_end(struct mps_story *s, struct mps_sproc *g)
{
	for (uint32_t i = 0; i < g->nr_ps; i++) {
		struct mps_sp *p = &g->ps[i];
		const struct mps_sthread *t = mps_story_thread(s, p->tid);

		if (t && !t->on && p->does == MPS_PDO_RUNNING) {
			tell(s, g, p, t->since_ns, p->does, t, NULL);
			if (t->state == MPSCOPE_STATE_PREEMPTED)
				p->does = MPS_PDO_PREEMPTED;
		}
		tell(s, g, p, s->end_ns, p->does, t, NULL);
	}
}
