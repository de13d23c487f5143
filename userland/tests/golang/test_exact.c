// SPDX-License-Identifier: GPL-2.0
/*
 * What is made of a reading: exact roles and their agreement with inferred
 * ones, groups of goroutines and their difference, the board.
 */
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "exact.h"
#include "fakego.h"
#include "gogroup.h"
#include "gogs.h"
#include "gosnap.h"
#include "tap.h"

static void test_roles(void)
{
	static const struct {
		struct mps_exact e;
		int32_t state;
		enum mps_role role;
		bool has_p;
	} want[] = {
#define E(p_id, g_id, ...)						\
	{ .source = MPS_EXACT_MEMORY, .p = p_id, .goid = g_id, __VA_ARGS__ }
		{ E(0, 1), MPSCOPE_STATE_RUNNING,
		  MPS_ROLE_RUNNING, true },
		{ E(0, 1), MPSCOPE_STATE_PREEMPTED,
		  MPS_ROLE_RUNNABLE, true },
		{ E(0, 1), MPSCOPE_STATE_BLOCKED,
		  MPS_ROLE_STALLED, true },
		{ E(0, -1, .insyscall = true), MPSCOPE_STATE_BLOCKED,
		  MPS_ROLE_SYSCALL, true },
		{ E(1, -1, .spinning = true), MPSCOPE_STATE_BLOCKED,
		  MPS_ROLE_SPINNING, true },
		{ E(-1, 1, .insyscall = true), MPSCOPE_STATE_BLOCKED,
		  MPS_ROLE_LOST, false },
		{ E(-1, -1, .insyscall = true, .service = MPS_SERVICE_SIGNAL),
		  MPSCOPE_STATE_BLOCKED, MPS_ROLE_SIGNAL, false },
		{ E(-1, -1, .blocked = true), MPSCOPE_STATE_BLOCKED, MPS_ROLE_IDLE,
		  false },
		{ E(-1, -1, .blocked = true, .locked = true), MPSCOPE_STATE_BLOCKED,
		  MPS_ROLE_LOCKED, false },
		{ E(-1, -1, .blocked = true, .handed = true), MPSCOPE_STATE_WOKEN,
		  MPS_ROLE_WAKING, true },
		{ E(-1, -1), MPSCOPE_STATE_BLOCKED, MPS_ROLE_NETPOLL,
		  false },
		{ E(-1, -1, .service = MPS_SERVICE_SYSMON), MPSCOPE_STATE_BLOCKED,
		  MPS_ROLE_SYSMON, false },
		{ E(-1, -1, .service = MPS_SERVICE_TEMPLATE, .blocked = true),
		  MPSCOPE_STATE_BLOCKED, MPS_ROLE_TEMPLATE, false },
		{ E(-1, -1, .no_m = true), MPSCOPE_STATE_RUNNING, MPS_ROLE_FOREIGN,
		  false },
		{ { .source = MPS_EXACT_NONE }, MPSCOPE_STATE_RUNNING,
		  MPS_ROLE_UNKNOWN, false },
#undef E
	};
	size_t i;

	for (i = 0; i < NR(want); i++)
		tap_ok(mps_exact_role(&want[i].e, want[i].state) ==
		       want[i].role &&
		       mps_exact_has_p(&want[i].e) == want[i].has_p,
		       "role: %s", mps_role_names[want[i].role]);
}

static void test_agree(void)
{
	struct mps_exact e = { .source = MPS_EXACT_MEMORY, .p = 0, .goid = 1 };
	struct mps_verdict v = { .role = MPS_ROLE_RUNNING, .has_p = true };
	struct mps_agree a = { .p_nr = 0 };
	uint64_t nr, ok, ns, ok_ns;

	mps_agree_add(&a, &e, MPSCOPE_STATE_RUNNING, &v, 10);
	v.role = MPS_ROLE_LOST;
	v.rule = &mps_rule_no_p_call;
	v.has_p = false;
	mps_agree_add(&a, &e, MPSCOPE_STATE_RUNNING, &v, 30);
	e.torn = true;
	mps_agree_add(&a, &e, MPSCOPE_STATE_RUNNING, &v, 100);
	e.source = MPS_EXACT_NONE;
	mps_agree_add(&a, &e, MPSCOPE_STATE_RUNNING, &v, 100);
	tap_ok(a.p_nr == 2 && a.p_ok == 1 && a.p_ns == 40 && a.p_ok_ns == 10 &&
	       a.torn == 1 && a.unknown == 1, "agreement on who holds a P");
	mps_agree_role(&a, MPS_ROLE_RUNNING, &nr, &ok, &ns, &ok_ns);
	tap_ok(nr == 2 && ok == 1 && ns == 40 && ok_ns == 10 &&
	       a.nr[MPS_ROLE_RUNNING][MPS_ROLE_LOST] == 1,
	       "agreement on a role");
	tap_ok(a.wrong[0].rule == &mps_rule_no_p_call && a.wrong[0].nr == 1 &&
	       a.wrong[0].exact == MPS_ROLE_RUNNING && a.wrong[0].ns == 30 &&
	       !a.wrong[1].rule, "the rule that was wrong");
	memset(&a, 0, sizeof(a));
	e = (struct mps_exact) { .source = MPS_EXACT_MEMORY, .p = -1,
		.goid = -1, .handed = true };
	v.role = MPS_ROLE_WAKING;
	mps_agree_add(&a, &e, MPSCOPE_STATE_WOKEN, &v, 1);
	tap_ok(a.p_ok == 1, "one that was handed a P and woken is waking");
}

static struct mps_gogroup group(const char *site, const char *reason,
				uint64_t count, uint64_t waited)
{
	struct mps_gogroup g = { .count = count, .waited_ns = waited };

	strcpy(g.status, "waiting");
	strcpy(g.reason, reason);
	strcpy(g.func, "main.f");
	strcpy(g.by, "main.main");
	strcpy(g.site, site);
	return g;
}

static void test_groups(void)
{
	const struct mps_gogroup some[] = {
		group("b.go:1", "sleep", 1, 50), group("a.go:1", "select", 2, 10),
		group("b.go:1", "sleep", 3, 90),
		group("c.go:1", "select", 9, UINT64_MAX),
	};
	struct mps_gogroups is = { .nr = 0 }, was = { .nr = 0 }, d = { .nr = 0 };
	struct mps_gogroup g;
	size_t i;

	for (i = 0; i < NR(some); i++)
		mps_gogroups_add(&is, &some[i]);
	mps_gogroups_sort(&is);
	tap_ok(is.nr == 3 && !strcmp(is.g[0].site, "b.go:1") &&
	       is.g[0].count == 4 && is.g[0].waited_ns == 90 &&
	       !strcmp(is.g[2].site, "c.go:1"),
	       "groups: those alike are one, longest waiting first");
	g = group("b.go:1", "IO wait", 1, 5);
	mps_gogroups_add(&was, &g);
	g = group("d.go:1", "sleep", 2, 5);
	mps_gogroups_add(&was, &g);
	tap_ok(mps_gogroups_diff(&d, &was, &is) && d.nr == 4, "a difference");
	mps_gogroups_sort_diff(&d);
	tap_ok(!strcmp(d.g[0].site, "c.go:1") && d.g[0].count == 9 &&
	       !d.g[0].before && !strcmp(d.g[1].site, "b.go:1") &&
	       d.g[1].count == 4 && d.g[1].before == 1 &&
	       !strcmp(d.g[3].site, "d.go:1") && !d.g[3].count &&
	       d.g[3].before == 2, "what grew most first, places are compared");
	mps_gogroups_free(&is);
	mps_gogroups_free(&was);
	mps_gogroups_free(&d);
}

static void test_parse(void)
{
	/* with ' for what JSON takes " */
	char good[] = "{'goroutines':[{'count':3,'waited_ns':null,'goid':7,'created_at':'x:3'}]}";
	static const char * const bad[] = {
		"", "x", "[]", "{}", "{\"goroutines\":1}",
		"{\"goroutines\":[1]}", "{\"goroutines\":[{}", "pid,goid\n1,2\n",
	};
	struct mps_gogroups gs = { .nr = 0 };
	bool refused = true;
	size_t i;

	for (i = 0; i < sizeof(good); i++)
		if (good[i] == '\'')
			good[i] = '"';
	tap_ok(!mps_gogroups_parse(&gs, good, sizeof(good) - 1) && gs.nr == 1 &&
	       gs.g[0].count == 3 && gs.g[0].waited_ns == UINT64_MAX &&
	       gs.g[0].goid == 7 && !strcmp(gs.g[0].site, "x:3") &&
	       !*gs.g[0].reason, "a file of -j");
	mps_gogroups_free(&gs);
	for (i = 0; i < NR(bad); i++) {
		refused &= !!mps_gogroups_parse(&gs, bad[i], strlen(bad[i]));
		mps_gogroups_free(&gs);
	}
	tap_ok(refused, "others are refused");
}

static void test_board(void)
{
	struct mps_board was, is;
	struct mps_gosnap s;
	struct fakego f;

	fg_init(&f, &mps_gotables[0]);
	mps_gosnap_read(&s, &f.mem, &f.l);
	mps_gosnap_tids(&s, &f.tids);
	tap_ok(mps_board_from(&was, &s) && was.nr == FG_NR_P &&
	       was.row[0].tid == FG_PID && was.row[0].m == 0 &&
	       was.row[0].goid == 1 && was.row[0].runq == 2 &&
	       !strcmp(was.row[0].state, "running") && was.row[1].m == -1 &&
	       !strcmp(was.row[1].state, "idle"), "a row a P");
	mps_board_from(&is, &s);
	was.at_ns = 100;
	mps_board_since(&was, &(struct mps_board) { .nr = 0 });
	is.at_ns = 300;
	is.row[1].schedtick = 5;
	mps_board_since(&is, &was);
	tap_ok(is.row[0].since_ns == 100 && is.row[1].since_ns == 300,
	       "since when is as far as it was seen");
	tap_ok(mps_board_share(&is, &was, 0, offsetof(struct mps_boardrow,
						      running_ns)) ==
	       UINT64_MAX, "times only the module knows");
	is.kernel = true;
	was.kernel = true;
	is.row[0].running_ns = 150;
	was.row[0].running_ns = 100;
	is.row[0].life_ns = 300;
	was.row[0].life_ns = 100;
	tap_ok(mps_board_share(&is, &was, 0, offsetof(struct mps_boardrow,
						      running_ns)) == 2500,
	       "a quarter of the time between two looks");
	mps_board_free(&was);
	mps_board_free(&is);
	mps_gosnap_free(&s);
	fg_free(&f);
}

static void test_system(void)
{
	tap_ok(mps_gog_is_system("runtime.bgsweep") &&
	       mps_gog_is_system("runtime.gcBgMarkWorker") &&
	       !mps_gog_is_system("runtime.main") &&
	       !mps_gog_is_system("runtime/pprof.profileWriter") &&
	       !mps_gog_is_system("main.main") && !mps_gog_is_system(NULL),
	       "which goroutines are the runtime's own");
}

int main(void)
{
	tap_plan(1 + 15 + 3 + 3 + 2 + 4 + 1);
	test_roles();
	test_agree();
	test_groups();
	test_parse();
	test_board();
	test_system();
	return tap_end();
}
