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
#include <linux/nospec.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "exact.h"
#include "hot.h"
#include "target.h"
#include "thread.h"

#define MPS_GSTATUS_SCAN	0x1000	/* added while GC looks at the stack */
#define MPS_GSTATUS_SYSCALL	3
#define MPS_PSTATUS_SYSCALL	2	/* up to Go 1.25 */

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
	u32 given = l->given;

	if (!user_read_access_begin((void __user *)at, x->m_span))
		return false;
	MPS_GET(l, u64, m->procid, at, MPS_GO_M_PROCID);
	MPS_GET(l, u64, m->g0, at, MPS_GO_M_G0);
	MPS_GET(l, u64, m->curg, at, MPS_GO_M_CURG);
	MPS_GET(l, u64, m->p, at, MPS_GO_M_P);
	MPS_GET(l, u64, m->id, at, MPS_GO_M_ID);
	MPS_GET(l, u64, m->lockedg, at, MPS_GO_M_LOCKEDG);
	MPS_GET(l, u8, m->spinning, at, MPS_GO_M_SPINNING);
	if (given & BIT(MPS_GO_M_NEXTP))
		MPS_GET(l, u64, m->nextp, at, MPS_GO_M_NEXTP);
	if (given & BIT(MPS_GO_M_OLDP))
		MPS_GET(l, u64, m->oldp, at, MPS_GO_M_OLDP);
	if (given & BIT(MPS_GO_M_SYSCALLTICK))
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
	u32 given = l->given;

	if (!user_read_access_begin((void __user *)at, x->p_span))
		return false;
	MPS_GET(l, s32, p->id, at, MPS_GO_P_ID);
	MPS_GET(l, u64, p->m, at, MPS_GO_P_M);
	MPS_GET(l, u32, p->status, at, MPS_GO_P_STATUS);
	if (given & BIT(MPS_GO_P_SYSCALLTICK))
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

/* A P in a system call, up to Go 1.25, that nobody has taken away. */
static bool still_kept(const struct mps_raw_p *p, u32 tick)
{
	return p->status == MPS_PSTATUS_SYSCALL && !p->m && p->syscalltick == tick;
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
	f->kept = kept;
	f->p_at = at;
	f->tick = m->syscalltick;
	if (!at)
		return MPS_READ_OK;
	if (!read_p(x, at, &p))
		return MPS_READ_FAULT;
	f->bad = p.id;
	if (p.id < 0 || p.id >= x->layout.nprocs)
		return MPS_READ_P_ID;
	if (kept && !still_kept(&p, m->syscalltick))
		return MPS_READ_OK;	/* it was taken away */
	f->bad = p.m;
	if (m->p && p.m != f->m)
		return MPS_READ_P_M;
	/* an index from user mode: not even the processor is to guess beyond */
	f->go.p = array_index_nospec(p.id, x->layout.nprocs);
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

/**
 * mps_exact_look() - who is current
 * @x: its target's exact mode
 * @t: current's thread
 * @f: out; undefined in part unless MPS_READ_OK
 *
 * Context: HOT. Return: how it went.
 */
enum mps_read mps_exact_look(const struct mps_exact *x,
			     const struct mps_thread *t, struct mps_found *f)
{
	enum mps_read r;

	if (!current->mm || current->flags & (PF_KTHREAD | PF_IO_WORKER | PF_EXITING))
		return MPS_READ_NONE;
	pagefault_disable();
	r = read_all(x, t, f);
	pagefault_enable();
	return r;
}

/**
 * mps_exact_taken() - has a P in a syscall been taken from its thread
 * @x: exact mode of current's target
 * @old: what was noted of the P
 *
 * Context: HOT; current is any thread of the process. Return: false too if it
 * cannot be read.
 */
bool mps_exact_taken(const struct mps_exact *x, const struct mps_p *old)
{
	struct mps_raw_p p = { 0 };
	bool ok;

	pagefault_disable();
	ok = read_p(x, old->at, &p);
	pagefault_enable();
	if (!ok)
		return false;
	return old->by_status ? !still_kept(&p, old->tick) : p.m != old->m_at;
}
