// SPDX-License-Identifier: GPL-2.0
/*
 * What reads of M, P and G mean: is the layout proven, who has which P. HOT:
 * interrupts off, maybe the run-queue lock held. The reading: exact_read.c.
 */
#include <linux/sched/clock.h>

#include "exact.h"
#include "hot.h"
#include "target.h"
#include "thread.h"

#define MPS_RECHECK_TRIES	8u	/* Ps looked through to find one to check */
#define MPS_RECHECK_NS		20000	/* sysmon's shortest nap: runtime/proc.go */

const struct mps_go mps_go_none = {
	.m = -1, .goid = -1, .p = -1, .gstatus = -1,
};

static void refuse_locked(struct mps_exact *x, const struct mps_thread *t,
			  enum mps_exact_why why, s64 value)
{
	x->why = why;
	x->bad_tid = t->tid;
	x->bad_value = value;
	WRITE_ONCE(x->state, MPSCOPE_EXACT_REFUSED);
}

/* Does the layout hold? Until it is proven, nothing of it is used. */
static void prove_locked(struct mps_exact *x, const struct mps_thread *t,
			 enum mps_read r, const struct mps_found *f)
{
	if (r == MPS_READ_OK) {
		/* of the others not all links are there to be looked at */
		x->with_p |= f->go.p >= 0 && !f->kept && !f->handed;
		if (x->nr_ok < MPS_PROOF_READS || !x->with_p)
			return;
		WRITE_ONCE(x->state, MPSCOPE_EXACT_EXACT);
	} else if (r == MPS_READ_FAULT) {
		if (!x->nr_ok && x->nr_fault >= MPS_PROOF_FAULTS)
			refuse_locked(x, t, MPS_EXACT_FAULTS, 0);
	} else if (r >= MPS_READ_PROCID && ++x->nr_bad >= MPS_PROOF_FAILURES) {
		refuse_locked(x, t, MPS_EXACT_BAD_PROCID + r - MPS_READ_PROCID,
			      f->bad);
	}
}

static void count_locked(struct mps_exact *x, const struct mps_thread *t,
			 enum mps_read r, const struct mps_found *f)
{
	if (r == MPS_READ_OK)
		x->nr_ok++;
	else if (r == MPS_READ_FOREIGN)
		x->nr_foreign++;
	else if (r == MPS_READ_FAULT)
		x->nr_fault++;
	else if (r != MPS_READ_NONE)
		x->nr_check++;
	if (x->state == MPSCOPE_EXACT_PROVING)
		prove_locked(x, t, r, f);
}

/* What was read becomes what is known. */
static void keep(struct mps_thread *t, enum mps_read r, const struct mps_found *f,
		 u64 now_ns)
{
	bool was_known = t->go.known;
	s64 m = t->go.go.m;

	write_seqcount_begin(&t->seq);
	t->go.known = r == MPS_READ_OK;
	t->go.m_addr = 0;
	if (r == MPS_READ_OK) {
		t->go.go = f->go;
		t->go.m_addr = f->m;
		t->go.read_ns = now_ns;
	} else if (r == MPS_READ_NONE) {
		/* its last switches: the M that ends, without anything */
		t->go.known = was_known;
		t->go.go = mps_go_none;
		t->go.go.m = m;
	}
	write_seqcount_end(&t->seq);
}

static u64 owner_of(const struct mps_thread *t)
{
	return t->serial + 1ull;
}

/* The thread runs and was just read: book its P, and give up another. */
static void book_locked(struct mps_exact *x, struct mps_thread *t, enum mps_read r,
			const struct mps_found *f, u64 now_ns)
{
	s32 p = r == MPS_READ_OK ? f->go.p : -1;
	struct mps_holder h = {
		.owner = owner_of(t), .m = f->go.m, .tid = t->tid,
		.cpu = raw_smp_processor_id(), .in_ns = t->go.from_ns,
		.wait_ns = t->go.wait_ns, .handed = f->handed,
	};

	/* mostly it has run with this P since its switch-in, and that is booked */
	if (p >= 0 && t->go.held == p && mps_ps_runs(&x->ps, p, h.owner)) {
		t->go.wait_ns = 0;
		return;
	}
	if (t->go.held >= 0 && t->go.held != p)
		mps_ps_release(&x->ps, t->go.held, h.owner,
			       r != MPS_READ_OK, now_ns);
	t->go.held = p;
	if (p >= 0) {
		mps_ps_hold(&x->ps, p, &h, now_ns);
		t->go.wait_ns = 0;
	} else {
		t->go.from_ns = now_ns;
	}
}

/* What find_taken() has to know later of a P that goes into a syscall. */
static void mark_locked(struct mps_exact *x, const struct mps_found *f)
{
	struct mps_p *p = &x->ps.p[f->go.p];

	p->at = f->p_at;
	p->m_at = f->m;
	p->tick = f->tick;
	p->by_status = f->kept;
}

/* The next P that is thought to be in another's syscall; its index, or -1. */
static s32 next_in_call(struct mps_exact *x, const struct mps_thread *t,
			struct mps_p *copy)
{
	unsigned int tries;
	s32 i = -1;

	raw_spin_lock(&x->lock);
	for (tries = 0; tries < min(MPS_RECHECK_TRIES, x->ps.nprocs) && i < 0; tries++) {
		x->recheck = x->recheck + 1 < x->ps.nprocs ? x->recheck + 1 : 0;
		*copy = x->ps.p[x->recheck];
		if (copy->at && copy->state == MPSCOPE_PSTATE_SYSCALL &&
		    copy->owner != owner_of(t))
			i = x->recheck;
	}
	raw_spin_unlock(&x->lock);
	return i;
}

/*
 * Sysmon takes a P from a thread in a long system call, and if nobody wants it
 * that is no event of any other thread. But sysmon is a thread, too: so
 * whoever leaves the CPU looks at one such P, in the memory they all share. Sysmon
 * has no P; who has one looks no more often than sysmon may have been there.
 */
static void find_taken(struct mps_exact *x, const struct mps_thread *t, u64 now_ns)
{
	struct mps_p old, *p;
	s32 i;

	if (t->go.held >= 0 && now_ns - READ_ONCE(x->recheck_ns) < MPS_RECHECK_NS)
		return;
	WRITE_ONCE(x->recheck_ns, now_ns);
	i = next_in_call(x, t, &old);
	if (i < 0 || !mps_exact_taken(x, &old))
		return;
	p = &x->ps.p[i];
	raw_spin_lock(&x->lock);
	if (x->state == MPSCOPE_EXACT_EXACT && p->at == old.at && p->tick == old.tick)
		mps_ps_release(&x->ps, i, old.owner, false, now_ns);
	raw_spin_unlock(&x->lock);
}

/**
 * mps_exact_out() - the thread leaves the CPU: who is it, what does it keep
 * @x: its target's exact mode
 * @t: the thread, still current
 * @now_ns: local_clock()
 *
 * Context: sched_switch, after the account.
 */
void mps_exact_out(struct mps_exact *x, struct mps_thread *t, u64 now_ns)
{
	struct mps_found f = { .go.p = -1 };
	bool dead = t->acct.state == MPSCOPE_STATE_DEAD;
	enum mps_read r;
	u8 state = MPSCOPE_PSTATE_RUNNABLE;

	if (!mps_exact_on(x))
		return;
	r = dead ? MPS_READ_NONE : mps_exact_look(x, t, &f);
	keep(t, r, &f, now_ns);
	if (t->acct.state == MPSCOPE_STATE_BLOCKED)
		state = f.go.insyscall ? MPSCOPE_PSTATE_SYSCALL :
					 MPSCOPE_PSTATE_BLOCKED;
	raw_spin_lock(&x->lock);
	count_locked(x, t, r, &f);
	if (x->state == MPSCOPE_EXACT_EXACT) {
		book_locked(x, t, r, &f, now_ns);
		if (t->go.held >= 0)
			mps_ps_leave(&x->ps, t->go.held, owner_of(t), state, now_ns);
		if (t->go.held >= 0 && state == MPSCOPE_PSTATE_SYSCALL)
			mark_locked(x, &f);
	}
	raw_spin_unlock(&x->lock);
	if (r != MPS_READ_NONE && READ_ONCE(x->ps.nr[MPSCOPE_PSTATE_SYSCALL]))
		find_taken(x, t, now_ns);
}

/**
 * mps_exact_in() - the thread gets a CPU
 * @x: its target's exact mode
 * @t: the thread, not current yet: nothing can be read
 * @wait_ns: it waited for it
 * @now_ns: local_clock()
 *
 * Context: sched_switch.
 */
void mps_exact_in(struct mps_exact *x, struct mps_thread *t, u64 wait_ns,
		  u64 now_ns)
{
	struct mps_holder h = {
		.owner = owner_of(t), .m = t->go.go.m, .tid = t->tid,
		.cpu = raw_smp_processor_id(), .wait_ns = wait_ns,
	};

	if (!mps_exact_on(x))
		return;
	t->go.from_ns = now_ns;
	t->go.wait_ns = wait_ns;
	this_cpu_write(mps_cpu.look_again, t->go.held < 0 || t->go.go.insyscall ?
		       MPS_LOOK_FIRST : MPS_LOOK_NO);
	if (t->go.held < 0)
		return;
	raw_spin_lock(&x->lock);
	if (x->state == MPSCOPE_EXACT_EXACT)
		mps_ps_resume(&x->ps, t->go.held, &h, now_ns);
	raw_spin_unlock(&x->lock);
}

/*
 * Back from the call in which it was read when it left the CPU: none of its own code
 * has run since, so all that can have changed is that its P was taken.
 * Return: false if that does not tell enough.
 */
static bool back_from_call(struct mps_exact *x, struct mps_thread *t)
{
	struct mps_holder h = {
		.owner = owner_of(t), .m = t->go.go.m, .tid = t->tid,
		.cpu = raw_smp_processor_id(), .in_ns = t->go.from_ns,
		.wait_ns = t->go.wait_ns,
	};
	struct mps_p *p, was;
	bool kept, ok = true;

	if (!t->go.known || !t->go.go.insyscall ||
	    READ_ONCE(x->state) != MPSCOPE_EXACT_EXACT)
		return false;
	if (t->go.held < 0)
		return true;
	p = &x->ps.p[t->go.held];
	raw_spin_lock(&x->lock);
	was = *p;
	raw_spin_unlock(&x->lock);
	kept = was.owner == h.owner;
	if (kept && (was.state != MPSCOPE_PSTATE_SYSCALL || !was.at))
		return false;
	kept = kept && !mps_exact_taken(x, &was);
	raw_spin_lock(&x->lock);
	if (x->state != MPSCOPE_EXACT_EXACT) {
		ok = false;
	} else if (kept && p->owner == h.owner) {
		mps_ps_hold(&x->ps, t->go.held, &h, local_clock());
		t->go.wait_ns = 0;
	} else {
		t->go.from_ns = local_clock();
		mps_ps_release(&x->ps, t->go.held, h.owner, false, t->go.from_ns);
		t->go.held = -1;
	}
	raw_spin_unlock(&x->lock);
	return ok;
}

/**
 * mps_exact_returned() - the thread returns to user mode, its P is not known
 * @c: this CPU; a thread that left it may have wished for a look
 *
 * A thread that gets a P after it got the CPU, and gives it back before it
 * leaves, is seen with it here: at the return of a call that it makes between.
 * Context: return to user mode, interrupts off.
 */
void mps_exact_returned(struct mps_cpu *c)
{
	struct mps_thread *t = c->cur;
	struct mps_exact *x = t && t->task == current ? READ_ONCE(t->exact) : NULL;
	struct mps_found f = { .go.p = -1 };
	u8 look = c->look_again;
	enum mps_read r;
	u64 now_ns;

	c->look_again = MPS_LOOK_NO;
	if (!x || !mps_exact_on(x))
		return;
	if (look == MPS_LOOK_FIRST && back_from_call(x, t)) {
		if (t->go.held < 0)
			c->look_again = MPS_LOOK_AGAIN;
		return;
	}
	r = mps_exact_look(x, t, &f);
	now_ns = local_clock();
	keep(t, r, &f, now_ns);
	raw_spin_lock(&x->lock);
	count_locked(x, t, r, &f);
	if (x->state == MPSCOPE_EXACT_EXACT)
		book_locked(x, t, r, &f, now_ns);
	raw_spin_unlock(&x->lock);
	if (r == MPS_READ_OK && f.go.p < 0)
		c->look_again = MPS_LOOK_AGAIN;
}

static bool runs_here(int cpu, void *x)
{
	struct mps_thread *t;
	bool here;

	rcu_read_lock();
	t = READ_ONCE(per_cpu(mps_cpu, cpu).cur);
	here = t && READ_ONCE(t->exact) == x;
	rcu_read_unlock();
	return here;
}

/* Interrupts off; the thread is in user mode or anywhere in the kernel. */
static void look_here(void *x)
{
	struct mps_cpu *c = this_cpu_ptr(&mps_cpu);
	u8 look = c->look_again;

	if (!c->cur || READ_ONCE(c->cur->exact) != x)
		return;
	mps_exact_returned(c);
	if (look)
		c->look_again = look;
}

/**
 * mps_exact_ask() - have each CPU that runs a thread look at it now
 * @x: its target's exact mode
 *
 * A thread may take a P, or change its goroutine, and run on for long without
 * any event: a reader is told what holds when it asks.
 * Context: COLD, interrupts on, @x is kept. Interrupts those CPUs and waits.
 */
void mps_exact_ask(struct mps_exact *x)
{
	if (mps_exact_on(x))
		on_each_cpu_cond(runs_here, look_here, x, true);
}

/**
 * mps_go_settle() - is what was read proven, and does it still hold
 * @x: the target's exact mode
 * @t: the thread
 * @go: copy of what was read; a P kept in a syscall that another thread was
 *	seen with meanwhile is taken out
 *
 * Context: any in which @x is kept. Return: false if nothing is to be told.
 */
bool mps_go_settle(const struct mps_exact *x, const struct mps_thread *t,
		   struct mps_go *go)
{
	if (READ_ONCE(x->state) != MPSCOPE_EXACT_EXACT ||
	    go->p >= (s32)x->ps.nprocs)
		return false;
	if (go->p >= 0 && go->insyscall &&
	    READ_ONCE(x->ps.p[go->p].owner) != owner_of(t))
		go->p = -1;
	return true;
}

/**
 * mps_go_read() - what is known of a thread in exact mode
 * @x: its target's
 * @t: the thread
 * @go: room for it
 *
 * Context: any in which @t is kept, but no write section of @t.
 * Return: @go, or what says that nothing is.
 */
const struct mps_go *mps_go_read(const struct mps_exact *x, struct mps_thread *t,
				 struct mps_go *go)
{
	unsigned int seq = raw_read_seqcount(&t->seq);
	bool known = t->go.known;

	*go = t->go.go;
	if (!known || seq & 1 || read_seqcount_retry(&t->seq, seq) ||
	    !mps_go_settle(x, t, go))
		return &mps_go_none;
	return go;
}
