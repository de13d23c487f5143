// SPDX-License-Identifier: GPL-2.0
/* What the Go runtime itself says of a thread, and how well we infer it. Pure. */
#include "exact.h"

bool mps_exact_has_p(const struct mps_exact *e)
{
	return e->source && !e->no_m && (e->p >= 0 || e->handed);
}

static enum mps_role with_p(const struct mps_exact *e, int32_t state)
{
	if (e->insyscall)
		return MPS_ROLE_SYSCALL;
	if (e->spinning)
		return MPS_ROLE_SPINNING;
	if (state == MPSCOPE_STATE_WOKEN || state == MPSCOPE_STATE_PREEMPTED ||
	    state == MPSCOPE_STATE_YIELDED)
		return MPS_ROLE_RUNNABLE;
	if (state == MPSCOPE_STATE_BLOCKED)
		return MPS_ROLE_STALLED;
	return MPS_ROLE_RUNNING;
}

static enum mps_role without_p(const struct mps_exact *e)
{
	if (e->service == MPS_SERVICE_SIGNAL)
		return MPS_ROLE_SIGNAL;
	if (e->insyscall)
		return MPS_ROLE_LOST;
	if (e->locked)
		return MPS_ROLE_LOCKED;
	if (e->blocked)
		return MPS_ROLE_IDLE;
	if (e->goid < 0 && !e->spinning)
		return MPS_ROLE_NETPOLL;
	return MPS_ROLE_UNKNOWN;
}

enum mps_role mps_exact_role(const struct mps_exact *e, int32_t state)
{
	if (!e->source)
		return MPS_ROLE_UNKNOWN;
	if (e->no_m)
		return MPS_ROLE_FOREIGN;
	if (e->service == MPS_SERVICE_SYSMON)
		return MPS_ROLE_SYSMON;
	if (e->service == MPS_SERVICE_TEMPLATE)
		return MPS_ROLE_TEMPLATE;
	if (e->p >= 0)
		return with_p(e, state);
	if (e->handed)
		return MPS_ROLE_WAKING;
	return without_p(e);
}

static void add_wrong(struct mps_agree *a, enum mps_role exact,
		      const struct mps_rule *rule, uint64_t ns)
{
	int i;

	for (i = 0; i < MPS_MAX_WRONG; i++) {
		struct mps_agree_wrong *w = &a->wrong[i];

		if (w->rule && (w->rule != rule || w->exact != exact))
			continue;
		w->rule = rule;
		w->exact = exact;
		w->nr++;
		w->ns += ns;
		return;
	}
}

void mps_agree_add(struct mps_agree *a, const struct mps_exact *e,
		   int32_t state, const struct mps_verdict *v, uint64_t ns)
{
	enum mps_role role = mps_exact_role(e, state);
	bool same;

	if (!e->source) {
		a->unknown++;
		return;
	}
	if (e->torn) {
		a->torn++;
		return;
	}
	a->nr[role][v->role]++;
	a->ns[role][v->role] += ns;
	/*
	 * A woken thread that was handed a P has not begun to use it; the
	 * rules say "waking" of it and claim no P: no difference of substance.
	 */
	same = mps_exact_has_p(e) == v->has_p ||
	       (e->p < 0 && e->handed && v->role == MPS_ROLE_WAKING);
	a->p_nr++;
	a->p_ns += ns;
	a->p_ok += same;
	a->p_ok_ns += same ? ns : 0;
	if (!same)
		add_wrong(a, role, v->rule, ns);
}

void mps_agree_role(const struct mps_agree *a, enum mps_role exact,
		    uint64_t *nr, uint64_t *ok, uint64_t *ns, uint64_t *ok_ns)
{
	int i;

	*nr = 0;
	*ns = 0;
	for (i = 0; i < MPS_NR_ROLES; i++) {
		*nr += a->nr[exact][i];
		*ns += a->ns[exact][i];
	}
	*ok = a->nr[exact][exact];
	*ok_ns = a->ns[exact][exact];
}
