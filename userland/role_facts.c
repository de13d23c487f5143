// SPDX-License-Identifier: GPL-2.0
/*
 * From a thread in a sample to the facts the rules speak of. Pure.
 */
#include "role.h"

#include <sys/syscall.h>

#define FUTEX_CMD(op)	((op) & 0x7f)	/* without PRIVATE and CLOCK_REALTIME */
#define FUTEX_WAIT	0
#define NS_PER_MS	UINT64_C(1000000)
#define TICK_MIN_NS	UINT64_C(20000)		/* sysmon's shortest nap */
#define TICK_MAX_NS	UINT64_C(10000000)	/* and its longest */
#define SPIN_NS		UINT64_C(3000)		/* nap between two steals */

/*
 * Calls the runtime makes for itself, without entersyscall(). The futex,
 * nanosleep and epoll ones have rules of their own.
 */
static const long raw_calls[] = {
	SYS_mmap, SYS_munmap, SYS_madvise, SYS_mprotect, SYS_mincore, SYS_brk,
	SYS_clone, SYS_sched_yield, SYS_sched_getaffinity, SYS_gettid,
	SYS_getpid, SYS_tgkill, SYS_rt_sigaction, SYS_rt_sigprocmask,
	SYS_rt_sigreturn, SYS_sigaltstack, SYS_epoll_ctl, SYS_epoll_create1,
	SYS_setitimer, SYS_timer_create, SYS_timer_settime, SYS_timer_delete,
#ifdef SYS_arch_prctl
	SYS_arch_prctl,
#endif
};

static bool is_raw(int64_t nr)
{
	unsigned int i;

	for (i = 0; i < sizeof(raw_calls) / sizeof(raw_calls[0]); i++)
		if (raw_calls[i] == nr)
			return true;
	return false;
}

/* Any of the calls that wait in epoll. The runtime uses epoll_pwait only. */
static bool is_epoll(int64_t nr)
{
#ifdef SYS_epoll_wait
	if (nr == SYS_epoll_wait)
		return true;
#endif
#ifdef SYS_epoll_pwait2
	if (nr == SYS_epoll_pwait2)
		return true;
#endif
	return nr == SYS_epoll_pwait;
}

/* 20 us, doubled again and again up to 10 ms. */
static bool is_tick(uint64_t ns)
{
	uint64_t t;

	for (t = TICK_MIN_NS; t < TICK_MAX_NS; t *= 2)
		if (ns == t)
			return true;
	return ns == TICK_MAX_NS;
}

static bool within(uint64_t addr, uint64_t start, uint64_t size)
{
	return start && addr >= start && addr - start < size;
}

/* Whose variable is the futex word in the program's data? */
static uint64_t static_facts(const struct mps_goproc *gp,
			     const struct mps_task *t)
{
	const struct mps_go_symbols *sym = &gp->exe.sym;
	uint64_t addr = t->call.arg[0];

	if (within(addr, sym->m0, sym->m0_size))
		return MPS_F(M0);
	if (within(addr, sym->sig, sym->sig_size))
		return MPS_F(SIGNOTE);
	if (within(addr, sym->handoff, sym->handoff_size))
		return MPS_F(HANDOFF);
	if (sym->m0)
		return 0;
	/*
	 * No symbol table. The first thread parks in runtime.m0. Else, behind
	 * the template thread's word stands haveTemplateThread, which is 1;
	 * behind the signal queue's the signals pending, which are none.
	 */
	if (t->tid == gp->pid)
		return MPS_F(M0);
	return t->call.word_after == 1 ? MPS_F(HANDOFF) : MPS_F(SIGNOTE);
}

static uint64_t futex_facts(const struct mps_goproc *gp,
			    const struct mps_task *t)
{
	const struct mps_call *c = &t->call;
	uint32_t val = (uint32_t)c->arg[2];
	uint64_t f = 0;

	if (FUTEX_CMD(c->arg[1]) != FUTEX_WAIT)
		return MPS_F(C_FUTEX);
	if (c->addr_static)
		f |= MPS_F(STATIC) | static_facts(gp, t);
	/* 2: mutex_sleeping, up to 1.23; ~0: the semaphore of 1.24 on */
	if (val == 2 || val == UINT32_MAX)
		return f | MPS_F(RTLOCK);
	if (val)
		return f | MPS_F(C_FUTEX);
	if (!c->arg[3])
		return f | MPS_F(NOTE);
	if (c->sleep_ns != MPS_NA && c->sleep_ns < NS_PER_MS)
		return f | MPS_F(NOTE_SHORT);
	return f | MPS_F(NOTE_TIMED);
}

static uint64_t epoll_facts(const struct mps_goproc *gp,
			    const struct mps_call *c)
{
	uint64_t f = 0;

	if (c->nr != SYS_epoll_pwait || c->arg[2] != MPS_EPOLL_BATCH ||
	    (gp->epfd != MPS_NA && c->arg[0] != gp->epfd))
		return MPS_F(EPOLL_USER) | MPS_F(GO_CALL);
	if (!(uint32_t)c->arg[3])
		f |= MPS_F(EPOLL_POLL);
	return f;
}

static uint64_t nap_facts(const struct mps_call *c)
{
	if (c->sleep_ns == SPIN_NS)
		return MPS_F(NAP_SPIN);
	if (is_tick(c->sleep_ns))
		return MPS_F(NAP_TICK);
	return MPS_F(GO_CALL);	/* the program's own */
}

static uint64_t nr_facts(const struct mps_goproc *gp, const struct mps_task *t,
			 int64_t nr, bool args)
{
	if (nr == SYS_futex)
		return MPS_F(FUTEX) | (args ? futex_facts(gp, t) : 0);
	if (is_epoll(nr))
		return MPS_F(EPOLL) | (args ? epoll_facts(gp, &t->call) : 0);
	if (nr == SYS_nanosleep)
		return MPS_F(NAP) | (args ? nap_facts(&t->call) : 0);
	return is_raw(nr) ? MPS_F(RAW_CALL) : MPS_F(GO_CALL);
}

/**
 * mps_role_call_facts() - what the call says in which a thread was asleep
 * @gp: its process
 * @t: the thread; its call need not belong to its state
 *
 * Return: facts of a blocked thread, or 0 if no call is known.
 */
uint64_t mps_role_call_facts(const struct mps_goproc *gp,
			     const struct mps_task *t)
{
	uint64_t f = MPS_F(BLOCKED) | MPS_F(IN_CALL) | MPS_F(ARGS);

	if (t->call.state != MPS_CALL_INSIDE)
		return 0;
	if (gp->exe.cgo && !t->call.pc_in_exe)
		f |= MPS_F(C_PC);
	return f | nr_facts(gp, t, t->call.nr, true);
}

static uint64_t call_facts(const struct mps_goproc *gp,
			   const struct mps_task *t)
{
	if (t->pinned && t->call.state == MPS_CALL_INSIDE)
		return mps_role_call_facts(gp, t) & ~MPS_F(BLOCKED);
	if (t->syscall < 0)
		return 0;
	return MPS_F(IN_CALL) | nr_facts(gp, t, t->syscall, false);
}

/**
 * mps_role_facts() - what can be said of a thread by itself
 * @gp: its process
 * @t: the thread in a sample
 *
 * Facts that need the other threads or the past (SYSMON, SYSMON_MAYBE, DEEP,
 * WAS_M, UNSEEN, AWAITED, WATCHED) are not among them.
 *
 * Return: MPS_F() bits.
 */
uint64_t mps_role_facts(const struct mps_goproc *gp, const struct mps_task *t)
{
	uint64_t f = call_facts(gp, t);

	switch (t->state) {
	case MPSCOPE_STATE_RUNNING:
		f |= MPS_F(RUNNING);
		break;
	case MPSCOPE_STATE_WOKEN:
	case MPSCOPE_STATE_BIRTH:
		f |= MPS_F(WOKEN);
		break;
	case MPSCOPE_STATE_PREEMPTED:
	case MPSCOPE_STATE_YIELDED:
		f |= MPS_F(OUSTED);
		break;
	case MPSCOPE_STATE_BLOCKED:
		f |= MPS_F(BLOCKED);
		break;
	}
	if (t->reason == MPSCOPE_REASON_STOPPED)
		f |= MPS_F(STOPPED);
	if (gp->exe.cgo)
		f |= MPS_F(CGO);
	if (t->has_g == 0)
		f |= MPS_F(NO_G);
	if (t->has_g == 1)
		f |= MPS_F(WAS_M);
	if (t->own_attrs)
		f |= MPS_F(OWN_ATTRS);
	if (t->in_state_ns != MPS_NA) {
		if (t->in_state_ns < MPS_RETAKE_MIN_NS)
			f |= MPS_F(FRESH);
		if (t->in_state_ns > MPS_RETAKE_LIKELY_NS)
			f |= MPS_F(LONG);
	}
	return f;
}
