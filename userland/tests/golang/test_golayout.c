// SPDX-License-Identifier: GPL-2.0
/*
 * The layout of a Go runtime: checks, the text for the module, the search for
 * addresses and the proof, on a runtime of each row of the table; and what is
 * read with it.
 */
#include <stdio.h>
#include <string.h>

#include "fakego.h"
#include "gogs.h"
#include "golist.h"
#include "gosnap.h"
#include "tap.h"

static void test_table(void)
{
	bool sane = true, ascending = true;
	unsigned int i;

	for (i = 0; i < mps_nr_gotables; i++) {
		sane &= !mps_gostructs_missing(&mps_gotables[i].s);
		ascending &= !i || mps_gotables[i - 1].minor <
				   mps_gotables[i].minor;
		sane &= mps_go_minor(mps_gotables[i].proven) ==
			mps_gotables[i].minor;
	}
	tap_ok(mps_nr_gotables >= 8, "the table has the versions of Debian");
	tap_ok(sane, "each row is complete and says what it was proven on");
	tap_ok(ascending, "a row a version, in their order");
}

static void test_missing(void)
{
	struct mps_gostructs s = mps_gotables[0].s;

	s.off[MPS_GF_g_parent] = MPS_GO_ABSENT;
	tap_ok(!mps_gostructs_missing(&s), "what is optional may be absent");
	s.off[MPS_GF_g_goid] = MPS_GO_ABSENT;
	tap_ok(mps_gostructs_missing(&s) &&
	       !strcmp(mps_gostructs_missing(&s), "g_goid"),
	       "what is not has a name");
	s = mps_gotables[0].s;
	s.off[MPS_GF_p_m] = (int32_t)s.size[MPS_GT_p];
	tap_ok(mps_gostructs_missing(&s), "an offset behind the struct is absurd");
	mps_gostructs_init(&s);
	tap_ok(mps_gostructs_missing(&s), "nothing is not enough");
}

static void test_text(void)
{
	struct mps_golayout l = { .s = mps_gotables[0].s, .tls = -8 };
	char buf[4096];
	bool cut = true;
	int len, i;

	tap_ok(mps_golayout_text(&l, "go1.19.8", 4, buf, sizeof(buf)) < 0,
	       "no text without the way to g");
	l.tls_known = true;
	len = mps_golayout_text(&l, "go1.19.8 X:none", 4, buf, sizeof(buf));
	tap_ok(len > 0 && len == (int)strlen(buf) &&
	       !strncmp(buf, "go=go1.19.8 tls=-8 g_m=48 ", 26) &&
	       strstr(buf, " nprocs=4\n"), "the text of a layout");
	tap_ok(strchr(buf, '\n') == buf + len - 1 &&
	       strspn(buf, "abcdefghijklmnopqrstuvwxyz_=-. 0123456789\n") ==
	       (size_t)len, "one line of words");
	for (i = 1; i <= len; i++)
		cut &= mps_golayout_text(&l, "go1.19.8 X:none", 4, buf,
					 (size_t)i) < 0;
	tap_ok(cut, "it is whole or not at all");
}

static void test_scan(const struct mps_gotable *row)
{
	struct mps_golayout l;
	struct fakego f;
	char why[160];

	fg_init(&f, row);
	l = f.l;
	tap_ok(mps_golayout_scan(&f.mem, &f.gp, &f.maps, &f.tids, &l) &&
	       !memcmp(l.var, f.l.var, sizeof(l.var)),
	       "%s: the variables are found without symbols", row->proven);
	tap_ok(mps_golayout_prove(&f.mem, &l, &f.tids, why, sizeof(why)) &&
	       mps_golayout_prove_g(&f.mem, &l, &f.gp), "%s: proven", row->proven);
	fg_free(&f);
}

/* Each of them is enough to refuse. */
static void test_refuse(void)
{
	static const struct {
		const char *what, *why;
		enum mps_go_field field;
		char object;
		uint64_t value;
		size_t len;
	} bad[] = {
		{ "the id of a thread", "is no thread", MPS_GF_m_procid, 'm',
		  77, 8 },
		{ "m.g0", "an M cannot be read", MPS_GF_m_g0, 'm', 8, 8 },
		{ "m.g0.m", "m.g0.m is not m", MPS_GF_g_m, '0', 8, 8 },
		{ "m.alllink", "cannot be followed", MPS_GF_m_alllink, 'm',
		  12345, 8 },
		{ "p.id", "is none", MPS_GF_p_id, 'p', 9, 4 },
		{ "p.status", "is none", MPS_GF_p_status, 'p', 99, 4 },
		{ "p.m", "is none", MPS_GF_p_m, 'p', FG_BASE + 16, 8 },
		{ "p.sudogcache", "is none", MPS_GF_p_sudogcache, 'p', 0, 8 },
		{ "m.p", "fields of M", MPS_GF_m_p, 'm', FG_BASE + 16, 8 },
		{ "m.spinning", "fields of M", MPS_GF_m_spinning, 'm', 77, 1 },
		{ "m.curg", "fields of M", MPS_GF_m_curg, 'm', FG_BASE, 8 },
		{ "sched.mnext", "does not count", MPS_GF_schedt_mnext, 's', 9,
		  8 },
		{ "sched.npidle", "does not count", MPS_GF_schedt_npidle, 's',
		  3, 4 },
	};
	struct fakego f;
	char why[160];
	size_t i;

	for (i = 0; i < NR(bad); i++) {
		uint64_t obj;

		fg_init(&f, &mps_gotables[0]);
		obj = bad[i].object == 'm' ? f.m[1] :
		      bad[i].object == '0' ? f.g0[1] :
		      bad[i].object == 'p' ? f.p[1] : MPS_VAR(&f.l, sched);
		fg_put(&f, obj + (uint64_t)f.l.s.off[bad[i].field],
		       bad[i].value, bad[i].len);
		why[0] = '\0';
		tap_ok(!mps_golayout_prove(&f.mem, &f.l, &f.tids, why,
					   sizeof(why)) &&
		       strstr(why, bad[i].why), "refused: %s is not right (%s)",
		       bad[i].what, why);
		fg_free(&f);
	}
}

/*
 * regress: goroutines change while an M is looked at, so that g.m seldom is the M
 * whose curg it was a moment ago. One look at all Ms never found each of
 * them at rest, and a proven layout was refused.
 */
static bool fleeting_read(const struct mps_gomem *mem, uint64_t addr, void *buf,
			  size_t len)
{
	struct fakego *f = mem->arg;
	bool ok = fg_read(mem, addr, buf, len);
	int i;

	for (i = 0; i < 2; i++)
		if (addr == f->g[i] + (uint64_t)MPS_OFF(&f->l, g, m) &&
		    f->fleeting[i]++ % 20 != 19)
			memset(buf, 0, len);
	return ok;
}

static void regress_busy(void)
{
	struct fakego f;
	char why[160] = "";

	fg_init(&f, &mps_gotables[0]);
	f.mem.read = fleeting_read;
	tap_ok(mps_golayout_prove(&f.mem, &f.l, &f.tids, why, sizeof(why)),
	       "proven though goroutines change all the time (%s)", why);
	fg_free(&f);
}

static void test_snap(const struct mps_gotable *row)
{
	struct mps_gosnap s;
	struct mps_gogs gs;
	struct fakego f;

	fg_init(&f, row);
	tap_ok(mps_gosnap_read(&s, &f.mem, &f.l) && s.nr_m == FG_NR_M &&
	       s.nr_p == FG_NR_P && !s.torn && s.tries == 1,
	       "%s: Ms and Ps are read", row->proven);
	mps_gosnap_tids(&s, &f.tids);
	tap_ok(s.m[2].tid == FG_PID && s.m[2].held == 0 && s.m[2].goid == 1 &&
	       s.m[2].gstatus == MPS_G_RUNNING && s.p[0].mi == 2 &&
	       s.p[0].runq == 2 && s.p[1].mi == -1, "who holds what");
	tap_ok(s.m[1].held == -1 && s.m[1].insyscall && !s.m[0].insyscall &&
	       s.m[0].blocked && s.m[0].gstatus == -1, "who does not");
	tap_ok(s.sched.nmidle == 1 && s.sched.npidle == 1 &&
	       s.sched.runqsize == 7 &&
	       (s.sched.needspinning == -1) ==
	       (MPS_OFF(&f.l, schedt, needspinning) < 0), "the counters");
	mps_gosnap_free(&s);
	tap_ok(mps_gogs_read(&gs, &f.mem, &f.l) && gs.nr == FG_NR_G - 1 &&
	       gs.nr_dead == 1 && !gs.nr_torn && !gs.nr_lost,
	       "the goroutines but for a dead one");
	mps_gogs_free(&gs);
	fg_free(&f);
}

/* Up to Go 1.25: no m.p in a system call, but a P that waits for its M. */
static void test_syscall(void)
{
	struct mps_gosnap s;
	struct fakego f;

	fg_init(&f, &mps_gotables[0]);
	FG_SET(&f, m, f.m[1], oldp, f.p[1], 8);
	FG_SET(&f, m, f.m[1], syscalltick, 42, 4);
	FG_SET(&f, p, f.p[1], status, MPS_P_SYSCALL, 4);
	FG_SET(&f, p, f.p[1], syscalltick, 42, 4);
	mps_gosnap_read(&s, &f.mem, &f.l);
	tap_ok(s.m[1].held == 1 && s.p[1].mi == 1, "a P kept in a system call");
	mps_gosnap_free(&s);
	FG_SET(&f, p, f.p[1], syscalltick, 43, 4);
	mps_gosnap_read(&s, &f.mem, &f.l);
	tap_ok(s.m[1].held == -1 && s.p[1].mi == -1, "one that sysmon took");
	mps_gosnap_free(&s);
	fg_free(&f);
}

static void test_lists(void)
{
	struct mps_golist list;
	struct fakego f;

	fg_init(&f, &mps_gotables[0]);
	FG_SET(&f, m, f.m[0], alllink, f.m[2], 8);
	tap_ok(!mps_golist_m(&f.mem, &f.l, f.m[2], &list), "a loop is no list");
	mps_golist_free(&list);
	FG_SET(&f, m, f.m[0], alllink, f.m[0], 8);
	tap_ok(!mps_golist_m(&f.mem, &f.l, f.m[2], &list),
	       "nor one that ends in itself");
	mps_golist_free(&list);
	fg_put(&f, MPS_VAR(&f.l, allp) + 8, UINT64_MAX, 8);
	tap_ok(!mps_golist_slice_at(&f.mem, MPS_VAR(&f.l, allp), MPS_GO_MAX_P,
				    &list), "an endless slice is none");
	mps_golist_free(&list);
	tap_ok(!mps_golist_slice_at(&f.mem, 8, MPS_GO_MAX_P, &list),
	       "nor one that is not there");
	mps_golist_free(&list);
	fg_free(&f);
}

static void test_proc(void)
{
	static const char maps[] =
		"00400000-00500000 r-xp 00000000 08:01 1 /x\n"
		"00500000-00520000 rw-p 00100000 08:01 1 /x\n"
		"00520000-00540000 rw-p 00000000 00:00 0 [heap]\n"
		"nonsense\n"
		"c000000000-c000400000 rw-p 00000000 00:00 0\n"
		"ffffffffff600000-ffffffffff601000 --xp 0 00:00 0 [vsyscall]\n";
	struct mps_gomaps m;

	tap_ok(mps_gomaps_parse(&m, maps) && m.nr == 2, "maps: what can be written to");
	tap_ok(!mps_gomaps_has(&m, 0x4fffff) && mps_gomaps_has(&m, 0x500000) &&
	       mps_gomaps_has(&m, 0x53ffff) && !mps_gomaps_has(&m, 0x540000) &&
	       mps_gomaps_has(&m, 0xc000000000), "maps: what lies in it");
	mps_gomaps_free(&m);
	tap_ok(mps_nspid_parse("Name:\tx\nNSpid:\t4121\t33\t7\nNSpgid:\t1\n") == 7 &&
	       mps_nspid_parse("Name:\tx\nNSpid:\t4121\n") == 4121,
	       "status: the id that a thread knows");
	tap_ok(!mps_nspid_parse("Name:\tx\n") && !mps_nspid_parse("") &&
	       !mps_nspid_parse("\nNSpid:\tx\n") &&
	       !mps_nspid_parse("\nNSpid:\t99999999999\n"),
	       "status: or none");
}

int main(void)
{
	unsigned int i;

	tap_plan(3 + 4 + 4 + 13 + 1 + 2 + 4 + 4 + 7 * mps_nr_gotables);
	test_table();
	test_missing();
	test_text();
	test_refuse();
	regress_busy();
	test_syscall();
	test_lists();
	test_proc();
	for (i = 0; i < mps_nr_gotables; i++) {
		test_scan(&mps_gotables[i]);
		test_snap(&mps_gotables[i]);
	}
	return tap_end();
}
