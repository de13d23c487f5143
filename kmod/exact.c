// SPDX-License-Identifier: GPL-2.0
/*
 * Reading M, P and G of the thread that runs here. HOT: interrupts off, maybe
 * the run-queue lock held; never NMI.
 *
 * current is the thread, so its memory is mapped: sched_switch comes before the
 * kernel changes to the next one's, and the return to user mode needs it anyway.
 * Page faults are disabled: what is not there right now fails, and the
 * exception table ends the read. A number of loads that is fixed, no loops. All
 * addresses come from user mode: each is checked to be one of user mode, by
 * user_read_access_begin(), which also stops speculation beyond the check.
 */
#include <linux/sched/clock.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "exact.h"
#include "hot.h"
#include "target.h"
#include "thread.h"

#define MPS_GSTATUS_SCAN	0x1000	/* added while GC looks at the stack */
#define MPS_GSTATUS_SYSCALL	3
#define MPS_PSTATUS_SYSCALL	2	/* up to Go 1.25 */

const struct mps_go mps_go_none = {
	.m = -1, .goid = -1, .p = -1, .gstatus = -1,
};

/* What one read found. */
struct mps_found {
	struct mps_go go;
	unsigned long m;
	bool handed;		/* the P is one that the waker gave */
	s64 bad;		/* the value that does not close */
};

/* Fields of m, p and g. */
struct mps_raw_m {
	u64 g0, procid, curg, p, id, lockedg, nextp, oldp;
	u32 syscalltick;
	u8 spinning;
};

struct mps_raw_p {
	u64 m;
	s32 id;
	u32 status, syscalltick;
};

struct mps_raw_g {
	u64 goid;
	u32 status;
};

static bool read_word(unsigned long addr, u64 *word)
{
	u64 v;

	if (!user_read_access_begin((void __user *)addr, sizeof(v)))
		return false;
	unsafe_get_user(v, (u64 __user *)addr, fault);
	user_read_access_end();
	*word = v;
	return true;
fault:
	user_read_access_end();
	return false;
}

/* A field of a struct at @base, inside a section of user access. */
#define MPS_GET(l, type, dst, base, offset)				\
	unsafe_get_user(dst, (type __user *)((base) + (l)->off[offset]), fault)

static bool read_m(const struct mps_exact *x, unsigned long at, struct mps_raw_m *m)
{
	const struct mps_golayout *l = &x->layout;

	if (!user_read_access_begin((void __user *)at, x->m_span))
		return false;
	MPS_GET(l, u64, m->procid, at, MPS_GO_M_PROCID);
	MPS_GET(l, u64, m->g0, at, MPS_GO_M_G0);
	MPS_GET(l, u64, m->curg, at, MPS_GO_M_CURG);
	MPS_GET(l, u64, m->p, at, MPS_GO_M_P);
	MPS_GET(l, u64, m->id, at, MPS_GO_M_ID);
	MPS_GET(l, u64, m->lockedg, at, MPS_GO_M_LOCKEDG);
	MPS_GET(l, u8, m->spinning, at, MPS_GO_M_SPINNING);
	if (mps_go_has(l, MPS_GO_M_NEXTP))
		MPS_GET(l, u64, m->nextp, at, MPS_GO_M_NEXTP);
	if (mps_go_has(l, MPS_GO_M_OLDP))
		MPS_GET(l, u64, m->oldp, at, MPS_GO_M_OLDP);
	if (mps_go_has(l, MPS_GO_M_SYSCALLTICK))
		MPS_GET(l, u32, m->syscalltick, at, MPS_GO_M_SYSCALLTICK);
	user_read_access_end();
	return true;
fault:
	user_read_access_end();
	return false;
}

static bool read_p(const struct mps_exact *x, unsigned long at, struct mps_raw_p *p)
{
	const struct mps_golayout *l = &x->layout;

	if (!user_read_access_begin((void __user *)at, x->p_span))
		return false;
	MPS_GET(l, s32, p->id, at, MPS_GO_P_ID);
	MPS_GET(l, u64, p->m, at, MPS_GO_P_M);
	MPS_GET(l, u32, p->status, at, MPS_GO_P_STATUS);
	if (mps_go_has(l, MPS_GO_P_SYSCALLTICK))
		MPS_GET(l, u32, p->syscalltick, at, MPS_GO_P_SYSCALLTICK);
	user_read_access_end();
	return true;
fault:
	user_read_access_end();
	return false;
}

static bool read_g(const struct mps_exact *x, unsigned long at, struct mps_raw_g *g)
{
	const struct mps_golayout *l = &x->layout;

	if (!user_read_access_begin((void __user *)at, x->g_span))
		return false;
	MPS_GET(l, u64, g->goid, at, MPS_GO_G_GOID);
	MPS_GET(l, u32, g->status, at, MPS_GO_G_STATUS);
	user_read_access_end();
	return true;
fault:
	user_read_access_end();
	return false;
}

/* The P that belongs to the thread, whichever of m's fields names it. */
static enum mps_read find_p(const struct mps_exact *x, const struct mps_raw_m *m,
			    struct mps_found *f)
{
	bool kept = !m->p && !m->nextp && f->go.insyscall;
	unsigned long at = m->p ?: m->nextp ?: kept ? m->oldp : 0;
	struct mps_raw_p p = { 0 };

	f->go.p = -1;
	f->handed = false;
	if (!at)
		return MPS_READ_OK;
	if (!read_p(x, at, &p))
		return MPS_READ_FAULT;
	f->bad = p.id;
	if (p.id < 0 || p.id >= x->layout.nprocs)
		return MPS_READ_P_ID;
	if (kept && (p.status != MPS_PSTATUS_SYSCALL || p.m ||
		     p.syscalltick != m->syscalltick))
		return MPS_READ_OK;	/* it was taken away */
	f->bad = p.m;
	if (m->p && p.m != f->m)
		return MPS_READ_P_M;
	f->go.p = p.id;
	f->handed = !m->p && !kept;
	return MPS_READ_OK;
}

static enum mps_read find_g(const struct mps_exact *x, u64 curg, struct mps_found *f)
{
	struct mps_raw_g g;

	f->go.goid = -1;
	f->go.gstatus = -1;
	f->go.insyscall = false;
	if (!curg)
		return MPS_READ_OK;
	if (!read_g(x, curg, &g))
		return MPS_READ_FAULT;
	f->go.goid = g.goid;
	f->go.gstatus = g.status & ~MPS_GSTATUS_SCAN;
	f->go.insyscall = f->go.gstatus == MPS_GSTATUS_SYSCALL;
	return MPS_READ_OK;
}

/* Is it this thread's m? Its g0 is looked at once. */
static enum mps_read check_m(const struct mps_exact *x, const struct mps_thread *t,
			     const struct mps_raw_m *m, struct mps_found *f)
{
	u64 back;

	f->bad = m->procid;
	if (!m->procid && t->acct.nr[MPSCOPE_STATE_RUNNING] <= 1)
		return MPS_READ_FOREIGN;	/* so new that it is not set up */
	if (m->procid != t->vtid)
		return MPS_READ_PROCID;
	if (f->m == t->go.m_addr)
		return MPS_READ_OK;
	if (!read_word(m->g0 + x->layout.off[MPS_GO_G_M], &back))
		return MPS_READ_FAULT;
	f->bad = back;
	return back == f->m ? MPS_READ_OK : MPS_READ_G0;
}

static enum mps_read read_all(const struct mps_exact *x,
			      const struct mps_thread *t, struct mps_found *f)
{
	enum mps_read r;
	struct mps_raw_m m = { 0 };
	u64 g, at;

	if (!read_word(mps_thread_pointer() + x->layout.tls, &g))
		return MPS_READ_FAULT;
	if (!g)
		return MPS_READ_FOREIGN;
	if (!read_word(g + x->layout.off[MPS_GO_G_M], &at))
		return MPS_READ_FAULT;
	f->m = at;
	if (!read_m(x, at, &m))
		return MPS_READ_FAULT;
	r = check_m(x, t, &m, f);
	if (r == MPS_READ_OK)
		r = find_g(x, m.curg, f);
	if (r == MPS_READ_OK)
		r = find_p(x, &m, f);
	f->go.m = m.id;
	f->go.spinning = m.spinning;
	f->go.locked = m.lockedg;
	return r;
}

/* Context: current is @t's task. */
static enum mps_read look(const struct mps_exact *x, const struct mps_thread *t,
			  struct mps_found *f)
{
	enum mps_read r;

	if (!current->mm || current->flags & (PF_KTHREAD | PF_IO_WORKER | PF_EXITING))
		return MPS_READ_NONE;
	pagefault_disable();
	r = read_all(x, t, f);
	pagefault_enable();
	return r;
}

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
			 enum mps_read r, const struct mps_found *f, u64 now_ns)
{
	if (r == MPS_READ_OK) {
		x->with_p |= f->go.p >= 0;
		if (x->nr_ok < MPS_PROOF_READS || !x->with_p)
			return;
		mps_ps_begin(&x->ps, x->layout.nprocs, now_ns);
		x->avg_ns = now_ns;
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
			 enum mps_read r, const struct mps_found *f, u64 now_ns)
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
		prove_locked(x, t, r, f, now_ns);
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

/* The thread runs and was just read: book its P, and give up another. */
static void book_locked(struct mps_exact *x, struct mps_thread *t, enum mps_read r,
			const struct mps_found *f, u64 now_ns)
{
	s32 p = r == MPS_READ_OK ? f->go.p : -1;
	struct mps_holder h = {
		.owner = t->serial + 1ull, .m = f->go.m, .tid = t->tid,
		.cpu = raw_smp_processor_id(), .in_ns = t->go.from_ns,
		.wait_ns = t->go.wait_ns, .handed = f->handed,
	};

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

/**
 * mps_exact_out() - the thread leaves the CPU: who is it, what does it keep
 * @x: its target's exact mode
 * @t: the thread, still current
 * @o: the switch
 *
 * Context: sched_switch, after the account.
 */
void mps_exact_out(struct mps_exact *x, struct mps_thread *t,
		   const struct mps_out *o)
{
	struct mps_found f = { .go.p = -1 };
	bool dead = o->event == MPS_EV_OUT_DEAD;
	enum mps_read r;
	u8 state = MPSCOPE_PSTATE_RUNNABLE;

	if (!mps_exact_on(x))
		return;
	r = dead ? MPS_READ_NONE : look(x, t, &f);
	keep(t, r, &f, o->now_ns);
	if (o->event == MPS_EV_OUT_BLOCK)
		state = f.go.insyscall ? MPSCOPE_PSTATE_SYSCALL :
					 MPSCOPE_PSTATE_BLOCKED;
	raw_spin_lock(&x->lock);
	count_locked(x, t, r, &f, o->now_ns);
	if (x->state == MPSCOPE_EXACT_EXACT) {
		book_locked(x, t, r, &f, o->now_ns);
		if (t->go.held >= 0)
			mps_ps_leave(&x->ps, t->go.held, t->serial + 1ull, state,
				     o->now_ns);
	}
	raw_spin_unlock(&x->lock);
}

/**
 * mps_exact_in() - the thread gets a CPU
 * @x: its target's exact mode
 * @t: the thread, not current yet: nothing can be read
 * @e: the time off the CPU
 * @now_ns: local_clock()
 *
 * Context: sched_switch.
 */
void mps_exact_in(struct mps_exact *x, struct mps_thread *t,
		  const struct mps_episode *e, u64 now_ns)
{
	struct mps_holder h = {
		.owner = t->serial + 1ull, .m = t->go.go.m, .tid = t->tid,
		.cpu = raw_smp_processor_id(), .wait_ns = e->wait_ns,
	};

	if (!mps_exact_on(x))
		return;
	t->go.from_ns = now_ns;
	t->go.wait_ns = e->wait_ns;
	t->go.again = t->go.held < 0 || t->go.go.insyscall;
	if (t->go.held < 0)
		return;
	raw_spin_lock(&x->lock);
	if (x->state == MPSCOPE_EXACT_EXACT)
		mps_ps_resume(&x->ps, t->go.held, &h, now_ns);
	raw_spin_unlock(&x->lock);
}

/**
 * mps_exact_return() - the thread returns to user mode, its P is not known
 * @x: its target's exact mode
 * @t: the thread, current
 *
 * A thread that gets a P after it got the CPU, and gives it back before it
 * leaves, is seen with it here: at the return of a call that it makes between.
 * Context: return to user mode, interrupts off.
 */
void mps_exact_return(struct mps_exact *x, struct mps_thread *t)
{
	struct mps_found f = { .go.p = -1 };
	enum mps_read r;
	u64 now_ns;

	t->go.again = false;
	if (!mps_exact_on(x))
		return;
	r = look(x, t, &f);
	now_ns = local_clock();
	keep(t, r, &f, now_ns);
	raw_spin_lock(&x->lock);
	count_locked(x, t, r, &f, now_ns);
	if (x->state == MPSCOPE_EXACT_EXACT)
		book_locked(x, t, r, &f, now_ns);
	raw_spin_unlock(&x->lock);
	t->go.again = r == MPS_READ_OK && f.go.p < 0;
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
	    READ_ONCE(x->ps.p[go->p].owner) != t->serial + 1ull)
		go->p = -1;
	return true;
}

/**
 * mps_go_of() - what is known of a thread, for an event of it
 * @t: the thread
 * @go: out; -1 in all if nothing is
 *
 * Context: any in which @t is kept, but no write section of @t.
 */
void mps_go_of(struct mps_thread *t, struct mps_go *go)
{
	const struct mps_exact *x = READ_ONCE(t->exact);
	unsigned int seq = raw_read_seqcount(&t->seq);

	bool known = t->go.known;

	*go = t->go.go;
	if (!x || !known || seq & 1 || read_seqcount_retry(&t->seq, seq) ||
	    !mps_go_settle(x, t, go))
		*go = mps_go_none;
}
