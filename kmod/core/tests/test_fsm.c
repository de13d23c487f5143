// SPDX-License-Identifier: GPL-2.0
/* Test: the state machine, cell by cell, and the words of the enums. */
#include "../names.h"
#include "tap.h"
#include "vec_fsm.h"

static const char * const events[] = {
	"out_block", "out_preempt", "out_yield", "out_dead", "in"
};

static_assert(NR(events) == MPS_NR_EVENTS);

static const char *state_name(int state)
{
	if (state < 0)
		return "refused";
	return state < MPSCOPE_NR_STATES ? mps_state_names[state] : "unarmed";
}

static void test_cells(void)
{
	unsigned int i, event;
	int next;

	for (i = 0; i < NR(vec_fsm); i++)
		for (event = 0; event < MPS_NR_EVENTS; event++) {
			next = mps_fsm_next(vec_fsm[i].state, event);
			if (!tap_ok(next == vec_fsm[i].next[event],
				    "%s + %s: %s", state_name(vec_fsm[i].state),
				    events[event],
				    state_name(vec_fsm[i].next[event])))
				tap_note("got %s", state_name(next));
		}
}

static void test_range(void)
{
	const struct vec_fsm_range *v;

	for (v = vec_fsm_range; v < vec_fsm_range + NR(vec_fsm_range); v++)
		tap_ok(mps_fsm_next(v->state, v->event) == MPS_FSM_REFUSED,
		       "state %u + event %u: refused", v->state, v->event);
}

struct words {
	const char *what;
	const char * const *name;
	unsigned int nr;
};

/* Each is one plain word, and no two are the same. */
static const struct words words[] = {
	{ "states", mps_state_names, MPSCOPE_NR_STATES },
	{ "reasons", mps_reason_names, MPSCOPE_NR_REASONS },
	{ "modes", mps_mode_names, MPSCOPE_NR_MODES },
	{ "histograms", mps_hist_names, MPSCOPE_NR_HISTS },
	{ "wake sources", mps_wake_names, MPSCOPE_NR_WAKES },
	{ "causes", mps_cause_names, MPSCOPE_NR_CAUSES },
	{ "classes", mps_class_names, MPSCOPE_NR_CLASSES },
	{ "epoll kinds", mps_kind_names, MPSCOPE_NR_KINDS },
	{ "epoll results", mps_result_names, MPSCOPE_NR_RESULTS },
	{ "features", mps_feature_names, MPSCOPE_NR_FEATURES },
};

static bool good_words(const struct words *w)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzSD_";
	unsigned int i, k;

	for (i = 0; i < w->nr; i++) {
		const char *s = w->name[i];

		if (!s || !*s || strspn(s, plain) != strlen(s))
			return false;
		for (k = 0; k < i; k++)
			if (!strcmp(s, w->name[k]))
				return false;
	}
	return w->nr > 0;
}

int main(void)
{
	unsigned int i;

	tap_plan(NR(vec_fsm) * MPS_NR_EVENTS + NR(vec_fsm_range) + NR(words));
	test_cells();
	test_range();
	for (i = 0; i < NR(words); i++)
		tap_ok(good_words(&words[i]), "words of the %s", words[i].what);
	return tap_end();
}
