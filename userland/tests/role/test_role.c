// SPDX-License-Identifier: GPL-2.0
/*
 * Roles: from a thread's state and call to the rule that decides, and what
 * takes all threads or more than one sample.
 */
#include <string.h>

#include "cases.h"
#include "role.h"
#include "tap.h"

static void one_task(const struct task *v)
{
	const struct mps_rule *rule;
	struct mps_task t;

	mps_task_init(&t, PID + 7);
	task_fill(&t, v);
	rule = mps_rule_match(mps_role_facts(v->gp, &t));
	if (!tap_ok(!strcmp(rule->name, v->rule), "%s: %s", v->name, v->rule))
		tap_note("rule %s decided", rule->name);
}

/* Threads by number: index into tasks by name. */
static const struct task *by_name(const char *name)
{
	size_t i;

	for (i = 0; i < NR(tasks); i++)
		if (!strcmp(tasks[i].name, name))
			return &tasks[i];
	return NULL;
}

static struct mps_task *add(struct mps_sample *s, int32_t tid, const char *name)
{
	struct mps_task *t = mps_sample_add(s, tid);

	task_fill(t, by_name(name));
	return t;
}

static struct mps_task *add_sysmon(struct mps_sample *s, int32_t tid,
				   uint64_t nap_ns)
{
	struct mps_task *t = add(s, tid, "nap before a steal");

	t->call.sleep_ns = nap_ns;
	return t;
}

static struct mps_task *add_deep(struct mps_sample *s, int32_t tid)
{
	struct mps_task *t = add(s, tid, "stops the world");

	t->call.sleep_ns = 60000 * MS;
	return t;
}

static const struct mps_verdict *verdict(const struct mps_roles *r, int32_t tid)
{
	uint32_t i;

	for (i = 0; i < r->nr; i++)
		if (r->verdict[i].tid == tid)
			return &r->verdict[i];
	return NULL;
}

static void is_role(const struct mps_roles *r, int32_t tid, enum mps_role role,
		    const char *rule, const char *what)
{
	const struct mps_verdict *v = verdict(r, tid);

	if (!tap_ok(v && v->role == role && !strcmp(v->rule->name, rule), "%s",
		    what))
		tap_note("role %s by %s, expected %s by %s",
			 v ? mps_role_names[v->role] : "none",
			 v ? v->rule->name : "none", mps_role_names[role],
			 rule);
}

static void step(struct mps_roles *r, struct mps_sample *s)
{
	mps_sample_sort(s);
	if (!mps_roles_step(r, s))
		tap_note("no memory");
}

/* Who is sysmon: by how it sleeps, or else the oldest thread but the first. */
static void test_sysmon(void)
{
	struct mps_roles r;
	struct mps_sample s;

	mps_roles_init(&r, &plain);
	mps_sample_init(&s, PID);
	add(&s, PID, "on a CPU");
	add(&s, PID + 1, "preempted");
	add(&s, PID + 2, "parked");
	step(&r, &s);
	is_role(&r, PID + 1, MPS_ROLE_SYSMON, "sysmon-first",
		"sysmon, awake at the first look, is guessed by age");
	tap_ok(verdict(&r, PID + 1)->sure == MPS_SURE_GUESS,
	       "and no more than guessed");
	mps_sample_free(&s);

	add(&s, PID, "on a CPU");
	add_sysmon(&s, PID + 1, 20000);
	add(&s, PID + 2, "parked");
	step(&r, &s);
	is_role(&r, PID + 1, MPS_ROLE_SYSMON, "sysmon-sleep",
		"sysmon gives itself away by its nap");
	tap_ok(verdict(&r, PID + 1)->sure == MPS_SURE_SURE, "and is sure");
	mps_sample_free(&s);

	add(&s, PID, "parked");
	add(&s, PID + 1, "on a CPU");
	add_sysmon(&s, PID + 2, 20000);
	step(&r, &s);
	is_role(&r, PID + 1, MPS_ROLE_SYSMON, "sysmon-sleep",
		"it stays sysmon whatever others do");
	mps_sample_free(&s);
	mps_roles_free(&r);
}

/* It naps so shortly that a look seldom finds it at rest. */
static void test_sysmon_restless(void)
{
	struct mps_roles r;
	struct mps_sample s;
	struct mps_task *t;

	mps_roles_init(&r, &plain);
	mps_sample_init(&s, PID);
	t = add(&s, PID + 1, "nap without arguments");
	t->block[MPSCOPE_REASON_SLEEP][MPSCOPE_MODE_S].nr = 60;
	t->block[MPSCOPE_REASON_FUTEX][MPSCOPE_MODE_S].nr = 40;
	add(&s, PID + 2, "parked");
	step(&r, &s);
	tap_ok(verdict(&r, PID + 1)->role == MPS_ROLE_SYSMON &&
	       verdict(&r, PID + 1)->sure == MPS_SURE_LIKELY,
	       "the oldest thread, which mostly naps: likely");
	mps_sample_free(&s);

	t = add_sysmon(&s, PID + 1, 20000);
	t->pinned = false;
	t->state = MPSCOPE_STATE_RUNNING;
	t->syscall = -1;
	add(&s, PID + 2, "parked");
	step(&r, &s);
	is_role(&r, PID + 1, MPS_ROLE_SYSMON, "sysmon-sleep",
		"a nap that was over when it was looked at again: sure");
	mps_sample_free(&s);
	mps_roles_free(&r);
}

static void test_sysmon_naps(void)
{
	static const struct {
		uint64_t ns;
		bool tick;
	} naps[] = {
		{ 20000, true }, { 40000, true }, { 5120000, true },
		{ 10000000, true }, { 3000, false }, { 19999, false },
		{ 30000, false }, { 10240000, false }, { 0, false },
	};
	size_t i;

	for (i = 0; i < NR(naps); i++) {
		struct mps_task t;
		uint64_t f;

		mps_task_init(&t, 1);
		task_fill(&t, by_name("nap before a steal"));
		t.call.sleep_ns = naps[i].ns;
		f = mps_role_facts(&plain, &t);
		tap_ok(!!(f & MPS_F(NAP_TICK)) == naps[i].tick,
		       "a nap of %llu ns is %s", (unsigned long long)naps[i].ns,
		       naps[i].tick ? "sysmon's" : "not sysmon's");
	}
}

/* Sysmon sleeps its long sleep: no call has a P any more. */
static void test_deep(void)
{
	struct mps_roles r;
	struct mps_sample s;

	mps_roles_init(&r, &plain);
	mps_sample_init(&s, PID);
	add(&s, PID, "read, just begun");
	add_deep(&s, PID + 1);
	add(&s, PID + 2, "netpoller, for ever");
	step(&r, &s);
	is_role(&r, PID + 1, MPS_ROLE_SYSMON, "sysmon-sleep",
		"sysmon in its long sleep");
	is_role(&r, PID, MPS_ROLE_LOST, "call-deep",
		"a call, however young, has lost its P then");
	tap_ok(r.nr_p == 0, "no P is held");
	mps_sample_free(&s);
	mps_roles_free(&r);
}

/* A call that sysmon has looked at twice, 10 ms apart, has lost its P. */
static void test_watched(void)
{
	struct mps_roles r;
	struct mps_sample s;
	uint64_t k;

	mps_roles_init(&r, &plain);
	for (k = 0; k < 3; k++) {
		struct mps_task *t, *sysmon;

		mps_sample_init(&s, PID);
		t = add(&s, PID, "read, a while");
		t->now_ns = (1000 + 20 * k) * MS;
		t->in_state_ns = 1 * MS + 20 * k * MS;
		sysmon = add_sysmon(&s, PID + 1, 20000);
		sysmon->now_ns = t->now_ns;
		sysmon->in_state_ns = 1000;
		sysmon->n.runs = 10 + 2 * k;
		step(&r, &s);
		if (k == 0)
			is_role(&r, PID, MPS_ROLE_LOST, "call",
				"a call of 1 ms: its P may be gone");
		if (k == 1)
			is_role(&r, PID, MPS_ROLE_LOST, "call-long",
				"of 21 ms: it is probably gone");
		if (k == 2)
			is_role(&r, PID, MPS_ROLE_LOST, "call-watched",
				"sysmon has looked twice since: it is gone");
		mps_sample_free(&s);
	}
	mps_roles_free(&r);
}

static void test_unseen(void)
{
	struct mps_roles r;
	struct mps_sample s;
	struct mps_task *t;

	mps_roles_init(&r, &plain);
	mps_sample_init(&s, PID);
	add(&s, PID, "read, a while");
	t = add_sysmon(&s, PID + 1, 10 * MS);
	t->in_state_ns = 9 * MS;
	step(&r, &s);
	is_role(&r, PID, MPS_ROLE_SYSCALL, "call-unseen",
		"sysmon sleeps since before the call: the P is still there");
	tap_ok(r.nr_p == 1, "and held");
	mps_sample_free(&s);
	mps_roles_free(&r);
}

/* In the call for 20 ms: sysmon's last look was 5 ms, or 15 ms, after it began. */
static void test_awaited(void)
{
	struct mps_roles r;
	struct mps_sample s;
	struct mps_task *t;
	int i;

	for (i = 0; i < 2; i++) {
		mps_roles_init(&r, &plain);
		mps_sample_init(&s, PID);
		t = add(&s, PID, "read, a while");
		t->in_state_ns = 20 * MS;
		t = add_sysmon(&s, PID + 1, 10 * MS);
		t->in_state_ns = i ? 5 * MS : 15 * MS;
		step(&r, &s);
		if (i)
			is_role(&r, PID, MPS_ROLE_LOST, "call-long",
				"sysmon has looked late enough to take the P");
		else
			is_role(&r, PID, MPS_ROLE_SYSCALL, "call-awaited",
				"sysmon looked too early to take the P");
		mps_sample_free(&s);
		mps_roles_free(&r);
	}
}

/* Never more than GOMAXPROCS: who gives way? */
static void test_cap(void)
{
	struct mps_roles r;
	struct mps_sample s;

	mps_roles_init(&r, &plain);
	mps_sample_init(&s, PID);
	add(&s, PID, "read, just begun");
	add_sysmon(&s, PID + 1, 20000);
	add(&s, PID + 2, "on a CPU");
	add(&s, PID + 3, "on a CPU")->in_state_ns = 10;
	add(&s, PID + 4, "woken from a futex");
	add(&s, PID + 5, "nap before a steal");
	step(&r, &s);
	tap_ok(r.nr_p == 2, "five claims, two Ps: two are held");
	is_role(&r, PID, MPS_ROLE_LOST, "no-p-left-call",
		"a call gives way first");
	is_role(&r, PID + 4, MPS_ROLE_WAKING, "no-p-left-wake",
		"then one that wakes up");
	is_role(&r, PID + 3, MPS_ROLE_UNKNOWN, "no-p-left-run",
		"then the one that runs since a shorter time");
	is_role(&r, PID + 2, MPS_ROLE_RUNNING, "on-cpu", "the older one stays");
	is_role(&r, PID + 5, MPS_ROLE_SPINNING, "steal-nap",
		"and so does the one that is sure");
	mps_sample_free(&s);
	mps_roles_free(&r);
}

/* A computed GOMAXPROCS gives way to what is seen again and again. */
static void test_observed(void)
{
	struct mps_goproc gp = plain;
	struct mps_roles r;
	struct mps_sample s;
	int k, i;

	gp.maxprocs_source = MPS_MAXPROCS_AFFINITY;
	mps_roles_init(&r, &gp);
	for (k = 0; k < 5; k++) {
		mps_sample_init(&s, PID);
		add_sysmon(&s, PID + 1, 20000);
		for (i = 2; i < 6; i++)
			add(&s, PID + i, "on a CPU");
		tap_ok(r.maxprocs == 2, "GOMAXPROCS 2 before sample %d", k);
		step(&r, &s);
		mps_sample_free(&s);
	}
	tap_ok(r.maxprocs == 4 && r.maxprocs_source == MPS_MAXPROCS_OBSERVED,
	       "after five samples with four on a CPU it is 4, observed");
	mps_roles_free(&r);
}

static void test_special(void)
{
	struct mps_goproc not_go = { .status = MPS_GO_NOT, .pid = PID };
	struct mps_roles r;
	struct mps_sample s;
	struct mps_task *t;

	mps_roles_init(&r, &not_go);
	mps_sample_init(&s, PID);
	add(&s, PID, "on a CPU");
	step(&r, &s);
	is_role(&r, PID, MPS_ROLE_UNKNOWN, "-", "no Go program: no role");
	tap_ok(r.nr_p == 0, "and no P");
	mps_sample_free(&s);
	mps_roles_free(&r);

	mps_roles_init(&r, &plain);
	add_sysmon(&s, PID + 1, 20000);
	add(&s, PID + 2, "parked")->own_attrs = true;
	add(&s, PID + 3, "netpoller, for ever");
	add(&s, PID + 4, "netpoller, timed");
	t = add(&s, PID + 5, "parked");
	t->reason = MPSCOPE_REASON_STOPPED;
	step(&r, &s);
	is_role(&r, PID + 2, MPS_ROLE_LOCKED, "park-own-attrs",
		"parked with attributes of its own: locked");
	tap_ok(verdict(&r, PID + 3)->sure == MPS_SURE_GUESS &&
	       verdict(&r, PID + 4)->sure == MPS_SURE_GUESS,
	       "two cannot both be the netpoller for sure");
	is_role(&r, PID + 5, MPS_ROLE_UNKNOWN, "stopped",
		"stopped by a signal: nothing can be told");
	mps_sample_free(&s);

	add_sysmon(&s, PID + 1, 20000);
	add(&s, PID + 2, "template thread");
	add(&s, PID + 3, "parked");
	add(&s, PID, "first thread parked");
	step(&r, &s);
	is_role(&r, PID + 3, MPS_ROLE_IDLE, "park-or-locked",
		"with a template thread a parked M may be locked");
	is_role(&r, PID, MPS_ROLE_IDLE, "park-or-locked-m0",
		"and so may the first");
	mps_sample_free(&s);
	mps_roles_free(&r);
}

/* In C code: a thread that was once parked by Go is an M. */
static void test_c_call(void)
{
	struct mps_roles r;
	struct mps_sample s;

	mps_roles_init(&r, &cgo);
	mps_sample_init(&s, PID);
	add_sysmon(&s, PID + 1, 20000);
	add(&s, PID + 2, "Go's park in a cgo program");
	step(&r, &s);
	mps_sample_free(&s);
	add_sysmon(&s, PID + 1, 20000);
	add(&s, PID + 2, "read in C");
	add(&s, PID + 3, "read in C");
	step(&r, &s);
	is_role(&r, PID + 2, MPS_ROLE_LOST, "c-call",
		"blocked in C, was parked as an M before: an M");
	is_role(&r, PID + 3, MPS_ROLE_FOREIGN, "c-thread",
		"blocked in C, never parked as an M: foreign");
	mps_sample_free(&s);

	add_sysmon(&s, PID + 1, 20000);
	add(&s, PID + 4, "read in C")->has_g = 1;
	add(&s, PID + 5, "on a CPU, cgo")->has_g = 0;
	step(&r, &s);
	is_role(&r, PID + 4, MPS_ROLE_LOST, "c-call",
		"blocked in C with a g: an M");
	is_role(&r, PID + 5, MPS_ROLE_FOREIGN, "no-g",
		"on a CPU without a g: foreign");
	tap_ok(r.nr_p == 0, "and without a P");
	mps_sample_free(&s);
	mps_roles_free(&r);
}

static void test_stripped_notes(void)
{
	struct mps_task t;

	mps_task_init(&t, PID + 3);
	task_fill(&t, by_name("parked, stripped"));
	t.call.addr_static = true;
	t.call.word_after = 1;
	tap_ok(mps_role_facts(&stripped, &t) & MPS_F(HANDOFF),
	       "stripped: a 1 behind the word is the template thread's");
	t.call.word_after = 0;
	tap_ok(mps_role_facts(&stripped, &t) & MPS_F(SIGNOTE),
	       "stripped: a 0 is the signal queue's");
	t.tid = PID;
	tap_ok(mps_role_facts(&stripped, &t) & MPS_F(M0),
	       "stripped: the first thread's variable is m0's");
}

/* Each rule can win, so none is dead; and each has the P its role implies. */
static void test_rules(void)
{
	static const bool holds[] = {
#define X(id, word, p, what)	p,
		MPS_ROLES(X)
#undef X
	};
	unsigned int i, j;

	for (i = 0; i < mps_nr_rules; i++) {
		const struct mps_rule *rule = &mps_rules[i];
		bool shadowed = false;

		for (j = 0; j < i; j++)
			shadowed |= (rule->all & mps_rules[j].all) ==
				    mps_rules[j].all && !mps_rules[j].none;
		tap_ok(!shadowed && !(rule->all & rule->none) &&
		       (rule->has_p == holds[rule->role] ||
			rule->role == MPS_ROLE_WAKING),
		       "rule %s can win and fits its role", rule->name);
	}
}

int main(void)
{
	size_t i;

	programs_init();
	tap_plan(NR(tasks) + mps_nr_rules + 2 + 5 + 2 + 9 + 3 + 3 + 2 + 6 + 6 + 7 + 5 +
		 3);
	for (i = 0; i < NR(tasks); i++)
		one_task(&tasks[i]);
	test_rules();
	test_sysmon();
	test_sysmon_restless();
	test_sysmon_naps();
	test_deep();
	test_watched();
	test_unseen();
	test_awaited();
	test_cap();
	test_observed();
	test_special();
	test_c_call();
	test_stripped_notes();
	return tap_end();
}
