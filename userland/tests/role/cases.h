/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Threads as they are seen, each with the rule that has to decide, and three
 * programs they can belong to. Data for test_role.c.
 */
#ifndef _MPS_TESTS_ROLE_CASES_H
#define _MPS_TESTS_ROLE_CASES_H

#include <string.h>
#include <sys/syscall.h>

#include "role.h"

#define HEAP	0xc000048150ull
#define STATIC	0x540000ull
#define M0	0x541148ull
#define SCHED	0x542000ull
#define SIGWORD	0x543000ull
#define HANDOFF	0x544018ull
#define LIBC_PC	0x7f0000001000ull
#define EXE_PC	0x401234ull
#define PID	100

#define MS	1000000ull
#define LONG_AGO (1000 * MS)

/* A program with a symbol table, and the same one without. */
static struct mps_goproc plain, stripped, cgo;

static void programs_init(void)
{
	plain.pid = PID;
	plain.epfd = 4;
	plain.maxprocs = 2;
	plain.maxprocs_source = MPS_MAXPROCS_ENV;
	plain.exe.minor = 19;
	plain.exe.text[0] = (struct mps_range){ 0x400000, 0x500000 };
	plain.exe.data[0] = (struct mps_range){ 0x540000, 0x580000 };
	stripped = plain;
	stripped.epfd = MPS_NA;
	plain.exe.sym = (struct mps_go_symbols){
		.m0 = 0x541000, .m0_size = 1008,
		.sched = SCHED, .sched_size = 6080,
		.sig = SIGWORD, .sig_size = 200,
		.handoff = HANDOFF - 0x18, .handoff_size = 40,
	};
	cgo = plain;
	cgo.exe.cgo = true;
}

#define BLK	MPSCOPE_STATE_BLOCKED
#define RUN	MPSCOPE_STATE_RUNNING
#define WOK	MPSCOPE_STATE_WOKEN
#define PRE	MPSCOPE_STATE_PREEMPTED

#define WAIT		0x80	/* FUTEX_WAIT | FUTEX_PRIVATE */
#define WAIT_BITSET	0x189	/* what glibc uses */

/* A thread; in_call: by its row only, else the arguments are pinned. */
struct task {
	const char *name;
	const struct mps_goproc *gp;
	int state;
	int64_t nr;		/* -1: in no call */
	bool in_call;		/* no arguments */
	uint64_t arg[4];
	uint64_t sleep_ns;
	uint64_t pc;
	uint64_t in_state_ns;
	const char *rule;
};

static const struct task tasks[] = {
	/* parking */
	{ "parked", &plain, BLK, SYS_futex, 0, { HEAP, WAIT, 0, 0 }, MPS_NA,
	  EXE_PC, LONG_AGO, "park" },
	{ "parked, stripped", &stripped, BLK, SYS_futex, 0,
	  { HEAP, WAIT, 0, 0 }, MPS_NA, EXE_PC, LONG_AGO, "park" },
	{ "first thread parked", &plain, BLK, SYS_futex, 0,
	  { M0, WAIT, 0, 0 }, MPS_NA, EXE_PC, LONG_AGO, "park-m0" },
	{ "signal receiver", &plain, BLK, SYS_futex, 0,
	  { SIGWORD, WAIT, 0, 0 }, MPS_NA, EXE_PC, LONG_AGO, "note-signal" },
	{ "template thread", &plain, BLK, SYS_futex, 0,
	  { HANDOFF, WAIT, 0, 0 }, MPS_NA, EXE_PC, LONG_AGO, "note-handoff" },
	{ "another note of the runtime", &plain, BLK, SYS_futex, 0,
	  { STATIC, WAIT, 0, 0 }, MPS_NA, EXE_PC, LONG_AGO, "note-variable" },
	{ "futex without arguments", &plain, BLK, SYS_futex, 1, { 0 }, MPS_NA,
	  0, LONG_AGO, "futex" },
	{ "futex without arguments, cgo", &cgo, BLK, SYS_futex, 1, { 0 },
	  MPS_NA, 0, LONG_AGO, "futex-cgo" },
	{ "woken from a futex", &plain, WOK, SYS_futex, 1, { 0 }, MPS_NA, 0,
	  1000, "note-woken" },
	/* the world stops: 100 us at a time */
	{ "stops the world", &plain, BLK, SYS_futex, 0,
	  { SCHED + 232, WAIT, 0, 0xc000 }, 100000, EXE_PC, 50000,
	  "stop-the-world" },
	{ "timed note that is not sysmon's", &plain, BLK, SYS_futex, 0,
	  { HEAP, WAIT, 0, 0xc000 }, 60000 * MS, EXE_PC, 50000, "note-timed" },
	/* runtime mutexes: 2 up to Go 1.23, ~0 from 1.24 on */
	{ "runtime mutex, old", &plain, BLK, SYS_futex, 0,
	  { STATIC, WAIT, 2, 0 }, MPS_NA, EXE_PC, 1000, "runtime-lock" },
	{ "runtime mutex, new", &plain, BLK, SYS_futex, 0,
	  { HEAP + 0x528, WAIT, 0xffffffff, 0 }, MPS_NA, EXE_PC, 1000,
	  "runtime-lock" },
	/* netpoller */
	{ "netpoller, for ever", &plain, BLK, SYS_epoll_pwait, 0,
	  { 4, 0xc000, 128, 0xffffffff }, MPS_NA, EXE_PC, LONG_AGO, "netpoll" },
	{ "netpoller, timed", &plain, BLK, SYS_epoll_pwait, 0,
	  { 4, 0xc000, 128, 7 }, MPS_NA, EXE_PC, 1000, "netpoll" },
	{ "netpoller, stripped", &stripped, BLK, SYS_epoll_pwait, 0,
	  { 9, 0xc000, 128, 7 }, MPS_NA, EXE_PC, 1000, "netpoll" },
	{ "netpoll(0) waits for a lock", &plain, BLK, SYS_epoll_pwait, 0,
	  { 4, 0xc000, 128, 0 }, MPS_NA, EXE_PC, 1000, "netpoll-lock" },
	{ "own epoll descriptor", &plain, BLK, SYS_epoll_pwait, 0,
	  { 5, 0xc000, 128, 0xffffffff }, MPS_NA, EXE_PC, LONG_AGO,
	  "call-long" },
	{ "own epoll, other batch", &stripped, BLK, SYS_epoll_pwait, 0,
	  { 5, 0xc000, 16, 0xffffffff }, MPS_NA, EXE_PC, 1000, "call-fresh" },
	{ "epoll without arguments", &plain, BLK, SYS_epoll_pwait, 1, { 0 },
	  MPS_NA, 0, 1000, "netpoll-row" },
	{ "woken from epoll", &plain, WOK, SYS_epoll_pwait, 1, { 0 }, MPS_NA,
	  0, 1000, "netpoll-woken" },
	/* naps */
	{ "nap before a steal", &plain, BLK, SYS_nanosleep, 0, { 0xc000 }, 3000,
	  EXE_PC, 1000, "steal-nap" },
	{ "time.Sleep by syscall", &plain, BLK, SYS_nanosleep, 0, { 0xc000 },
	  30 * MS, EXE_PC, 20 * MS, "call-long" },
	{ "nap without arguments", &plain, BLK, SYS_nanosleep, 1, { 0 },
	  MPS_NA, 0, 1000, "nap" },
	/* system calls through entersyscall() */
	{ "read, just begun", &plain, BLK, SYS_read, 1, { 0 }, MPS_NA, 0,
	  MPS_RETAKE_MIN_NS - 1, "call-fresh" },
	{ "read, a while", &plain, BLK, SYS_read, 1, { 0 }, MPS_NA, 0,
	  MPS_RETAKE_MIN_NS, "call" },
	{ "read, not so long", &plain, BLK, SYS_read, 1, { 0 }, MPS_NA, 0,
	  MPS_RETAKE_LIKELY_NS, "call" },
	{ "read, long", &plain, BLK, SYS_read, 1, { 0 }, MPS_NA, 0,
	  MPS_RETAKE_LIKELY_NS + 1, "call-long" },
	{ "read, age unknown", &plain, BLK, SYS_read, 1, { 0 }, MPS_NA, 0,
	  MPS_NA, "call" },
	{ "woken in read", &plain, WOK, SYS_read, 1, { 0 }, MPS_NA, 0, 1000,
	  "call-woken" },
	{ "preempted in read", &plain, PRE, SYS_read, 1, { 0 }, MPS_NA, 0, 1000,
	  "call-ousted" },
	{ "preempted in read for long", &plain, PRE, SYS_read, 1, { 0 },
	  MPS_NA, 0, LONG_AGO, "call-ousted-long" },
	{ "madvise waits for a lock", &plain, BLK, SYS_madvise, 1, { 0 },
	  MPS_NA, 0, 1000, "raw-call" },
	{ "page fault", &plain, BLK, -1, 1, { 0 }, MPS_NA, 0, 1000, "fault" },
	/* on and off the CPU */
	{ "on a CPU", &plain, RUN, -1, 1, { 0 }, MPS_NA, 0, 1000, "on-cpu" },
	{ "on a CPU, cgo", &cgo, RUN, -1, 1, { 0 }, MPS_NA, 0, 1000,
	  "on-cpu-cgo" },
	{ "preempted", &plain, PRE, -1, 1, { 0 }, MPS_NA, 0, 1000, "ousted" },
	{ "yielded", &plain, MPSCOPE_STATE_YIELDED, -1, 1, { 0 }, MPS_NA, 0,
	  1000, "ousted" },
	{ "born", &plain, MPSCOPE_STATE_BIRTH, -1, 1, { 0 }, MPS_NA, 0, 1000,
	  "woken" },
	{ "state unknown", &plain, -1, -1, 1, { 0 }, MPS_NA, 0, MPS_NA, "none" },
	/* C code */
	{ "pthread_cond_wait", &cgo, BLK, SYS_futex, 0,
	  { 0x7f0000002000, WAIT_BITSET, 7, 0 }, MPS_NA, LIBC_PC, LONG_AGO,
	  "c-thread" },
	{ "glibc lock, static program", &cgo, BLK, SYS_futex, 0,
	  { STATIC, WAIT_BITSET, 0, 0 }, MPS_NA, EXE_PC, LONG_AGO,
	  "c-futex-thread" },
	{ "read in C", &cgo, BLK, SYS_read, 0, { 0 }, MPS_NA, LIBC_PC,
	  LONG_AGO, "c-thread" },
	{ "Go's park in a cgo program", &cgo, BLK, SYS_futex, 0,
	  { HEAP, WAIT, 0, 0 }, MPS_NA, EXE_PC, LONG_AGO, "park" },
};

static void task_fill(struct mps_task *t, const struct task *v)
{
	t->state = v->state;
	t->syscall = v->nr;
	t->in_state_ns = v->in_state_ns;
	t->now_ns = 2 * LONG_AGO;
	t->n.runs = 1;
	t->start_ticks = (uint64_t)t->tid;
	if (v->in_call)
		return;
	t->pinned = true;
	t->call.state = MPS_CALL_INSIDE;
	t->call.nr = v->nr;
	memcpy(t->call.arg, v->arg, sizeof(v->arg));
	t->call.sleep_ns = v->sleep_ns;
	t->call.pc = v->pc;
	t->call.pc_in_exe = v->pc == EXE_PC;
	t->call.addr_static = v->arg[0] >= 0x540000 && v->arg[0] < 0x580000;
	t->call.word_after = t->call.addr_static ? 0 : MPS_NA;
}

#endif /* _MPS_TESTS_ROLE_CASES_H */
