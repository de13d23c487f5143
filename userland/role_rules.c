// SPDX-License-Identifier: GPL-2.0
/*
 * The rules by which a thread's role is inferred, with their evidence. Data.
 *
 * The first rule of which all facts hold wins. "sure" is given only if the
 * runtime's source leaves no other way to get there (read in Go 1.19 to 1.27);
 * "likely" if the exceptions are transitions of microseconds, or rare; "guess"
 * if both answers are common and this one is the more common.
 */
#include "role.h"

#define X(id, word, p, what)	word,
const char * const mps_role_names[MPS_NR_ROLES] = { MPS_ROLES(X) };
#undef X

#define X(id, word, p, what)	what,
const char * const mps_role_texts[MPS_NR_ROLES] = { MPS_ROLES(X) };
#undef X

#define X(id, word)	word,
const char * const mps_sure_names[MPS_NR_SURES] = { MPS_SURES(X) };
#undef X

#define F(id)	MPS_F(id)
#define RULE(n, a, no, r, s, p) \
	{ .name = n, .all = a, .none = no, .role = MPS_ROLE_##r, \
	  .sure = MPS_SURE_##s, .has_p = p }

const struct mps_rule mps_rules[] = {
	/*
	 * The monitor runs without a P, always, whatever it is doing now. It
	 * alone sleeps 20 us, doubled up to 10 ms; and in runtime.sched, a
	 * variable, it alone waits for longer than 100 us.
	 */
	RULE("sysmon-sleep", F(SYSMON), 0, SYSMON, SURE, false),
	/* main() starts it before any other thread. */
	RULE("sysmon-first", F(SYSMON_MAYBE), F(GO_CALL) | F(NOTE) | F(EPOLL),
	     SYSMON, LIKELY, false),
	/* Go code finds its g in thread-local storage; here there is none. */
	RULE("no-g", F(NO_G), 0, FOREIGN, SURE, false),
	/* What it did before, it will do again; nothing can be told now. */
	RULE("stopped", F(STOPPED), 0, UNKNOWN, GUESS, false),

	/*
	 * Notes: futex waits while the word is 0. The template thread's and
	 * the signal queue's word are variables of the runtime; every M parks
	 * at a word of its own, which lies in the heap, but for the first M.
	 */
	RULE("note-handoff", F(BLOCKED) | F(NOTE) | F(HANDOFF), F(C_PC),
	     TEMPLATE, SURE, false),
	RULE("note-signal", F(BLOCKED) | F(NOTE) | F(SIGNOTE), F(C_PC),
	     SIGNAL, SURE, false),
	/* Nice values and CPU masks are only of use to a locked goroutine. */
	RULE("park-own-attrs", F(BLOCKED) | F(NOTE) | F(OWN_ATTRS), F(C_PC),
	     LOCKED, LIKELY, false),
	/*
	 * stopm() and stoplockedm() give the P away before they wait, at the
	 * same word: once a goroutine was locked, and the template thread
	 * started for its sake, an M may wait for that goroutine as well.
	 */
	RULE("park", F(BLOCKED) | F(NOTE), F(STATIC) | F(C_PC) | F(LOCKS), IDLE,
	     SURE, false),
	RULE("park-m0", F(BLOCKED) | F(NOTE) | F(M0), F(C_PC) | F(LOCKS), IDLE,
	     SURE, false),
	RULE("park-or-locked", F(BLOCKED) | F(NOTE), F(STATIC) | F(C_PC), IDLE,
	     LIKELY, false),
	RULE("park-or-locked-m0", F(BLOCKED) | F(NOTE) | F(M0), F(C_PC), IDLE,
	     LIKELY, false),
	/* Other variables: waits by notetsleepg(), P handed off before. */
	RULE("note-variable", F(BLOCKED) | F(NOTE) | F(STATIC), F(C_PC),
	     LOST, LIKELY, false),
	/* 100 us at a time: stops the world, or waits for every P. Keeps its P. */
	RULE("stop-the-world", F(BLOCKED) | F(NOTE_SHORT), F(C_PC), STALLED,
	     SURE, true),
	/* notetsleepg() with a timeout: through entersyscallblock(). */
	RULE("note-timed", F(BLOCKED) | F(NOTE_TIMED), F(C_PC), LOST, LIKELY,
	     false),
	/* A runtime mutex; but for a few waits for sched.lock the P is there. */
	RULE("runtime-lock", F(BLOCKED) | F(RTLOCK), F(C_PC), STALLED, LIKELY,
	     true),
	/* Arguments were not to be had: parking is what Ms do most. */
	RULE("futex", F(BLOCKED) | F(FUTEX), F(ARGS) | F(CGO), IDLE, LIKELY,
	     false),
	RULE("futex-cgo", F(BLOCKED) | F(FUTEX) | F(CGO), F(ARGS), IDLE, GUESS,
	     false),

	/*
	 * epoll_pwait that sleeps: findRunnable() has put the P back before;
	 * at most one M at a time. A descriptor other than the runtime's is
	 * the program's own, and its call an ordinary system call (below).
	 */
	RULE("netpoll", F(BLOCKED) | F(EPOLL) | F(ARGS),
	     F(EPOLL_POLL) | F(EPOLL_USER) | F(C_PC), NETPOLL, SURE, false),
	RULE("netpoll-row", F(BLOCKED) | F(EPOLL), F(ARGS), NETPOLL, LIKELY,
	     false),
	RULE("netpoll-lock", F(BLOCKED) | F(EPOLL) | F(EPOLL_POLL),
	     F(EPOLL_USER) | F(C_PC), STALLED, LIKELY, true),
	/* Returns without a P and takes one if one is idle. */
	RULE("netpoll-woken", F(WOKEN) | F(EPOLL), 0, NETPOLL, LIKELY, false),

	/* runqgrab(): 3 us before the next goroutine of a running P is stolen */
	RULE("steal-nap", F(BLOCKED) | F(NAP_SPIN), F(C_PC), SPINNING, SURE,
	     true),
	RULE("steal-nap-end", F(WOKEN) | F(NAP), F(CGO), SPINNING, LIKELY, true),
	RULE("nap", F(BLOCKED) | F(NAP), F(ARGS) | F(CGO), SPINNING, GUESS, true),

	/*
	 * C code. A thread that was an M once is in a call from Go, and its P
	 * is retaken as in a system call.
	 */
	RULE("c-call-fresh", F(BLOCKED) | F(CGO) | F(C_PC) | F(WAS_M) | F(FRESH),
	     F(DEEP), SYSCALL, GUESS, true),
	RULE("c-call", F(BLOCKED) | F(CGO) | F(C_PC) | F(WAS_M), 0, LOST,
	     LIKELY, false),
	RULE("c-futex", F(BLOCKED) | F(C_FUTEX) | F(WAS_M), 0, LOST, LIKELY,
	     false),
	RULE("c-thread", F(BLOCKED) | F(CGO) | F(C_PC), 0, FOREIGN, GUESS, false),
	RULE("c-futex-thread", F(BLOCKED) | F(C_FUTEX), 0, FOREIGN, GUESS, false),

	/*
	 * System calls through entersyscall(). The P stays until sysmon takes
	 * it. It sleeps its long sleep only if no P is in use or in a call.
	 */
	RULE("call-deep", F(BLOCKED) | F(GO_CALL) | F(DEEP), 0, LOST, SURE,
	     false),
	RULE("call-watched", F(BLOCKED) | F(GO_CALL) | F(WATCHED), 0, LOST, SURE,
	     false),
	/* Only another M that leaves its call, or a stop of the world, takes it. */
	RULE("call-unseen", F(BLOCKED) | F(GO_CALL) | F(UNSEEN), F(FRESH), SYSCALL,
	     GUESS, true),
	/* It takes a P that nobody waits for only at a look 10 ms after the first. */
	RULE("call-awaited", F(BLOCKED) | F(GO_CALL) | F(AWAITED) | F(LONG), 0,
	     SYSCALL, GUESS, true),
	RULE("call-long", F(BLOCKED) | F(GO_CALL) | F(LONG), 0, LOST, LIKELY,
	     false),
	RULE("call-fresh", F(BLOCKED) | F(GO_CALL) | F(FRESH), 0, SYSCALL,
	     LIKELY, true),
	RULE("call", F(BLOCKED) | F(GO_CALL), 0, LOST, GUESS, false),

	/* mmap, madvise, tgkill: made by the runtime itself, P untouched. */
	RULE("raw-call", F(BLOCKED) | F(RAW_CALL), 0, STALLED, LIKELY, true),
	/* Off the CPU in no call: a page fault in Go code. */
	RULE("fault", F(BLOCKED), F(IN_CALL), STALLED, LIKELY, true),

	/* Woken from its note: startm() has given it a P before the wakeup. */
	RULE("note-woken", F(WOKEN) | F(FUTEX), 0, WAKING, LIKELY, true),
	/* New threads begin with the P of the one that made them. */
	RULE("call-woken-deep", F(WOKEN) | F(GO_CALL) | F(DEEP), 0, LOST, LIKELY,
	     false),
	RULE("call-woken-watched", F(WOKEN) | F(GO_CALL) | F(WATCHED), 0, LOST,
	     SURE, false),
	RULE("call-woken", F(WOKEN) | F(GO_CALL), 0, SYSCALL, GUESS, true),
	RULE("woken", F(WOKEN), 0, WAKING, LIKELY, true),

	RULE("call-ousted-watched", F(OUSTED) | F(GO_CALL) | F(WATCHED), 0,
	     LOST, SURE, false),
	RULE("call-ousted-unseen", F(OUSTED) | F(GO_CALL) | F(UNSEEN), 0,
	     SYSCALL, GUESS, true),
	RULE("call-ousted-long", F(OUSTED) | F(GO_CALL) | F(LONG), 0, LOST,
	     GUESS, false),
	RULE("call-ousted", F(OUSTED) | F(GO_CALL), 0, SYSCALL, GUESS, true),
	RULE("futex-ousted", F(OUSTED) | F(FUTEX), 0, RUNNABLE, GUESS, true),
	RULE("netpoll-ousted", F(OUSTED) | F(EPOLL), 0, NETPOLL, GUESS, false),
	RULE("ousted", F(OUSTED), 0, RUNNABLE, LIKELY, true),

	/* Without a P no Go code runs; C code may. */
	RULE("on-cpu-cgo", F(RUNNING) | F(CGO), 0, RUNNING, GUESS, true),
	RULE("on-cpu", F(RUNNING), 0, RUNNING, LIKELY, true),

	RULE("none", 0, 0, UNKNOWN, NONE, false),
};

const unsigned int mps_nr_rules = sizeof(mps_rules) / sizeof(mps_rules[0]);

const struct mps_rule mps_rule_not_go =
	RULE("-", 0, 0, UNKNOWN, NONE, false);

/*
 * More threads claim a P than there are Ps: the weakest claims are dropped, in
 * the order of mps_roles_step(). What is left of the role then:
 */
const struct mps_rule mps_rule_no_p_call =
	RULE("no-p-left-call", 0, 0, LOST, LIKELY, false);
const struct mps_rule mps_rule_no_p_wake =
	RULE("no-p-left-wake", 0, 0, WAKING, GUESS, false);
const struct mps_rule mps_rule_no_p_run =
	RULE("no-p-left-run", 0, 0, UNKNOWN, GUESS, false);

/**
 * mps_rule_match() - the rule that decides
 * @facts: of a thread, MPS_F_* bits
 *
 * Return: a rule, never NULL: the last one matches everything.
 */
const struct mps_rule *mps_rule_match(uint64_t facts)
{
	const struct mps_rule *r = mps_rules;

	while ((facts & r->all) != r->all || (facts & r->none))
		r++;
	return r;
}
