// SPDX-License-Identifier: GPL-2.0
/*
 * The roles of all threads of a process, sample after sample. Pure.
 *
 * What one thread shows decides by rule (role_rules.c); this file adds what
 * takes all threads or the past: who is sysmon, who was parked as an M, and
 * that no more Ps are held than there are.
 */
#include "role.h"

#include <stdlib.h>
#include <string.h>

#define OVER_SAMPLES	5	/* in a row, before GOMAXPROCS is corrected */
#define NAPS_MIN	10	/* before they mean anything */

void mps_roles_init(struct mps_roles *r, const struct mps_goproc *gp)
{
	memset(r, 0, sizeof(*r));
	r->gp = gp;
	r->maxprocs = gp->maxprocs;
	r->maxprocs_source = gp->maxprocs_source;
}

void mps_roles_free(struct mps_roles *r)
{
	free(r->past);
	free(r->verdict);
	memset(r, 0, sizeof(*r));
}

static struct mps_past *past_find(const struct mps_roles *r, int32_t tid)
{
	uint32_t i;

	for (i = 0; i < r->nr_past && r->past[i].tid <= tid; i++)
		if (r->past[i].tid == tid)
			return &r->past[i];
	return NULL;
}

/* Does this thread sleep as only sysmon does? */
static bool is_tick(uint64_t f)
{
	if (!(f & MPS_F(BLOCKED)) || (f & MPS_F(C_PC)))
		return false;
	return (f & MPS_F(NAP_TICK)) ||
	       ((f & MPS_F(NOTE_TIMED)) && (f & MPS_F(STATIC)));
}

/* A word of its own in the heap, or runtime.m0: parked as an M. */
static bool is_parked(uint64_t f)
{
	if (!(f & MPS_F(BLOCKED)) || !(f & MPS_F(NOTE)) || (f & MPS_F(C_PC)))
		return false;
	return !(f & MPS_F(STATIC)) || (f & MPS_F(M0));
}

/* Has it run since the last sample? Then what sysmon saw no longer counts. */
static void past_moved(struct mps_past *p, const struct mps_task *t)
{
	if (t->n.runs == MPS_NA || p->runs != t->n.runs) {
		p->looked_ns = 0;
		p->sysmon_runs = MPS_NA;
		p->watched = false;
	}
	p->runs = t->n.runs;
}

/* Sysmon naps; threads with goroutines sleep for other reasons as well. */
static bool is_napper(const struct mps_task *t)
{
	uint64_t naps = 0, all = 0;
	int r, m;

	for (r = 0; r < MPSCOPE_NR_REASONS; r++) {
		for (m = 0; m < MPSCOPE_NR_MODES; m++) {
			uint64_t nr = t->block[r][m].nr;

			if (nr == MPS_NA)
				return false;
			all += nr;
			if (r == MPSCOPE_REASON_SLEEP)
				naps += nr;
		}
	}
	return naps >= NAPS_MIN && naps > all - naps;
}

/* Both arrays are by tid, and so is the new one. */
static bool past_update(struct mps_roles *r, const struct mps_sample *s)
{
	struct mps_past *past = calloc(s->nr ? s->nr : 1, sizeof(*past));
	uint32_t i, j = 0;

	if (!past)
		return false;
	for (i = 0; i < s->nr; i++) {
		const struct mps_task *t = &s->task[i];
		struct mps_past *p = &past[i];
		/* what a thread is, a call shows that is already over, too */
		uint64_t f = mps_role_call_facts(r->gp, t);

		while (j < r->nr_past && r->past[j].tid < t->tid)
			j++;
		if (j < r->nr_past && r->past[j].tid == t->tid &&
		    r->past[j].start_ticks == t->start_ticks)
			*p = r->past[j];
		else
			p->sysmon_runs = MPS_NA;
		p->tid = t->tid;
		p->start_ticks = t->start_ticks;
		past_moved(p, t);
		p->was_m |= is_parked(f);
		p->ticked |= is_tick(f);
		p->napper = is_napper(t);
	}
	free(r->past);
	r->past = past;
	r->nr_past = s->nr;
	return true;
}

/* The first thread that main() starts is sysmon. */
static const struct mps_past *oldest_but_first(const struct mps_roles *r,
					       int32_t tgid)
{
	const struct mps_past *best = NULL;
	uint32_t i;

	for (i = 0; i < r->nr_past; i++) {
		const struct mps_past *p = &r->past[i];

		if (p->tid == tgid)
			continue;
		if (!best || p->start_ticks < best->start_ticks)
			best = p;
	}
	return best;
}

static void sysmon_find(struct mps_roles *r, int32_t tgid)
{
	const struct mps_past *known = past_find(r, r->sysmon);
	const struct mps_past *oldest = oldest_but_first(r, tgid);
	const struct mps_past *ticked = NULL;
	uint32_t i;

	if (known && known->ticked && r->sysmon_sure == MPS_SURE_SURE)
		return;
	r->sysmon = 0;
	r->sysmon_sure = MPS_SURE_NONE;
	if (oldest && oldest->ticked) {
		r->sysmon = oldest->tid;
		r->sysmon_sure = MPS_SURE_SURE;
		return;
	}
	/* C code may have started threads before Go's main() did. */
	for (i = 0; i < r->nr_past; i++)
		if (r->past[i].ticked && !ticked)
			ticked = &r->past[i];
	if (ticked) {
		r->sysmon = ticked->tid;
		r->sysmon_sure = MPS_SURE_LIKELY;
	} else if (oldest && !oldest->was_m) {
		r->sysmon = oldest->tid;
		r->sysmon_sure = oldest->napper ? MPS_SURE_LIKELY :
						  MPS_SURE_GUESS;
	}
}

/*
 * While a thread stays in a call, has sysmon looked twice with 10 ms between?
 * It is asleep now, so a look that began after the last count is over when it
 * has run twice since. Naps may last longer than asked for: runs are counted.
 */
static void watch(struct mps_past *p, const struct mps_task *sysmon)
{
	uint64_t runs = sysmon->n.runs;
	uint64_t nap_ns = mps_sub(sysmon->now_ns, sysmon->in_state_ns);

	if (p->watched || runs == MPS_NA || nap_ns == MPS_NA ||
	    sysmon->state != MPSCOPE_STATE_BLOCKED)
		return;
	if (p->sysmon_runs == MPS_NA) {
		p->sysmon_runs = runs;
	} else if (runs < p->sysmon_runs + 2) {
		return;
	} else if (!p->looked_ns) {
		p->looked_ns = sysmon->now_ns;
		p->sysmon_runs = runs;
	} else if (nap_ns > p->looked_ns + MPS_RETAKE_FORCE_NS) {
		p->watched = true;
	}
}

/*
 * Has sysmon been away since before the thread came to where it is, or since
 * less than 10 ms after that?
 */
static uint64_t looks(const struct mps_task *sysmon, const struct mps_task *t)
{
	uint64_t away = mps_sub(sysmon->now_ns, sysmon->in_state_ns);
	uint64_t since = mps_sub(t->now_ns, t->in_state_ns);

	if (sysmon->state != MPSCOPE_STATE_BLOCKED &&
	    sysmon->state != MPSCOPE_STATE_WOKEN)
		return 0;
	if (away == MPS_NA || since == MPS_NA)
		return 0;
	if (away < since)
		return MPS_F(UNSEEN);
	return away - since < MPS_RETAKE_FORCE_NS ? MPS_F(AWAITED) : 0;
}

/* Facts that take the other threads or the past. */
static void facts_add(struct mps_roles *r, const struct mps_sample *s)
{
	const struct mps_task *sysmon = mps_sample_find(s, r->sysmon);
	bool ticked = false;
	uint64_t deep = 0;
	uint32_t i;

	for (i = 0; i < r->nr; i++)
		r->locks |= !!(r->verdict[i].facts & MPS_F(HANDOFF));
	for (i = 0; i < r->nr; i++) {
		struct mps_verdict *v = &r->verdict[i];

		if (r->locks)
			v->facts |= MPS_F(LOCKS);
		if (r->past[i].was_m)
			v->facts |= MPS_F(WAS_M);
		if (v->tid != r->sysmon)
			continue;
		ticked = r->past[i].ticked;
		v->facts |= ticked ? MPS_F(SYSMON) : MPS_F(SYSMON_MAYBE);
		if (ticked && (v->facts & MPS_F(NOTE_TIMED)))
			deep = MPS_F(DEEP);
	}
	if (!sysmon || !ticked)
		return;
	for (i = 0; i < r->nr; i++) {
		struct mps_verdict *v = &r->verdict[i];

		v->facts |= deep;
		watch(&r->past[i], sysmon);
		if (r->past[i].watched)
			v->facts |= MPS_F(WATCHED);
		v->facts |= looks(sysmon, &s->task[i]);
	}
}

static void decide(struct mps_roles *r, struct mps_verdict *v)
{
	const struct mps_rule *rule = mps_rule_match(v->facts);

	v->rule = rule;
	v->role = rule->role;
	v->sure = rule->sure;
	v->has_p = rule->has_p;
	if (v->role == MPS_ROLE_SYSMON && r->sysmon_sure < v->sure)
		v->sure = r->sysmon_sure;
}

/* At most one thread waits for the network; two cannot both be sure of it. */
static void one_netpoller(struct mps_roles *r)
{
	uint32_t i, n = 0;

	for (i = 0; i < r->nr; i++)
		n += r->verdict[i].role == MPS_ROLE_NETPOLL;
	for (i = 0; i < r->nr && n > 1; i++)
		if (r->verdict[i].role == MPS_ROLE_NETPOLL)
			r->verdict[i].sure = MPS_SURE_GUESS;
}

/* Which claim to a P is the weaker one? Order: sureness, role, age, tid. */
static unsigned int claim_rank(enum mps_role role)
{
	switch (role) {
	case MPS_ROLE_SYSCALL:
		return 0;
	case MPS_ROLE_WAKING:
		return 1;
	case MPS_ROLE_RUNNABLE:
		return 2;
	case MPS_ROLE_RUNNING:
		return 3;
	default:
		return 4;	/* stalled, spinning: they showed how they sleep */
	}
}

static bool weaker(const struct mps_sample *s, const struct mps_verdict *v,
		   uint32_t a, uint32_t b)
{
	const struct mps_verdict *x = &v[a], *y = &v[b];
	uint64_t xt = s->task[a].in_state_ns, yt = s->task[b].in_state_ns;

	if (x->sure != y->sure)
		return x->sure < y->sure;
	if (claim_rank(x->role) != claim_rank(y->role))
		return claim_rank(x->role) < claim_rank(y->role);
	/* The longer in a call, the likelier it lost the P; else the newcomer. */
	if (xt != yt)
		return x->role == MPS_ROLE_SYSCALL ? xt > yt : xt < yt;
	return x->tid > y->tid;
}

static void demote(struct mps_verdict *v)
{
	switch (v->role) {
	case MPS_ROLE_SYSCALL:
		v->rule = &mps_rule_no_p_call;
		break;
	case MPS_ROLE_WAKING:
		v->rule = &mps_rule_no_p_wake;
		break;
	default:
		v->rule = &mps_rule_no_p_run;
		break;
	}
	v->role = v->rule->role;
	v->sure = v->rule->sure;
	v->has_p = false;
}

/* Threads that use a P beyond doubt, for as long as C code is no excuse. */
static int strong_claims(const struct mps_roles *r)
{
	uint32_t i;
	int n = 0;

	for (i = 0; i < r->nr; i++)
		n += r->verdict[i].has_p &&
		     r->verdict[i].sure >= MPS_SURE_LIKELY &&
		     claim_rank(r->verdict[i].role) >= 2;
	return n;
}

/*
 * A GOMAXPROCS that was only computed may be wrong: the program can set
 * another one. One thread too many is a transition; as many five times in a
 * row are not.
 */
static void maxprocs_check(struct mps_roles *r)
{
	int n = strong_claims(r);

	if (r->maxprocs_source != MPS_MAXPROCS_AFFINITY &&
	    r->maxprocs_source != MPS_MAXPROCS_QUOTA &&
	    r->maxprocs_source != MPS_MAXPROCS_OBSERVED)
		return;
	if (n <= r->maxprocs) {
		r->over = 0;
		return;
	}
	if (!r->over || n < r->over_min)
		r->over_min = n;
	if (++r->over < OVER_SAMPLES)
		return;
	r->maxprocs = r->over_min;
	r->maxprocs_source = MPS_MAXPROCS_OBSERVED;
	r->over = 0;
}

static void cap(struct mps_roles *r, const struct mps_sample *s)
{
	uint32_t i, worst;

	r->nr_p = 0;
	for (i = 0; i < r->nr; i++)
		r->nr_p += r->verdict[i].has_p;
	while (r->maxprocs && r->nr_p > r->maxprocs) {
		worst = r->nr;
		for (i = 0; i < r->nr; i++)
			if (r->verdict[i].has_p &&
			    (worst == r->nr || weaker(s, r->verdict, i, worst)))
				worst = i;
		demote(&r->verdict[worst]);
		r->nr_p--;
	}
}

static bool verdicts_alloc(struct mps_roles *r, const struct mps_sample *s)
{
	struct mps_verdict *v;
	uint32_t i;

	v = realloc(r->verdict, (s->nr ? s->nr : 1) * sizeof(*v));
	if (!v)
		return false;
	r->verdict = v;
	r->nr = s->nr;
	r->nr_p = 0;
	memset(v, 0, s->nr * sizeof(*v));
	for (i = 0; i < s->nr; i++) {
		v[i].tid = s->task[i].tid;
		v[i].rule = &mps_rule_not_go;
	}
	return true;
}

/**
 * mps_roles_step() - the role of each thread in a sample
 * @r: what was learnt from earlier samples; r->verdict is filled
 * @s: the sample, sorted
 *
 * When more threads claim a P than GOMAXPROCS allows, claims are dropped: the
 * less sure first; then threads in calls (longest there first), waking ones,
 * runnable ones, running ones (the newest first).
 *
 * Return: false without memory.
 */
bool mps_roles_step(struct mps_roles *r, const struct mps_sample *s)
{
	uint32_t i;

	if (!verdicts_alloc(r, s))
		return false;
	if (r->gp->status != MPS_GO_OK)
		return true;
	if (r->maxprocs_source != MPS_MAXPROCS_OBSERVED) {
		r->maxprocs = r->gp->maxprocs;
		r->maxprocs_source = r->gp->maxprocs_source;
	}
	for (i = 0; i < r->nr; i++)
		r->verdict[i].facts = mps_role_facts(r->gp, &s->task[i]);
	if (!past_update(r, s))
		return false;
	sysmon_find(r, s->tgid);
	facts_add(r, s);
	for (i = 0; i < r->nr; i++)
		decide(r, &r->verdict[i]);
	one_netpoller(r);
	maxprocs_check(r);
	cap(r, s);
	return true;
}
