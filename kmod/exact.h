/* SPDX-License-Identifier: GPL-2.0 */
/* Exact mode: M, P and G of a Go program, read where the scheduler stands. */
#ifndef _MPSCOPE_EXACT_H
#define _MPSCOPE_EXACT_H

#include <linux/rcupdate.h>
#include <linux/spinlock.h>

#include "core/golayout.h"
#include "core/ps.h"

struct mps_cpu;
struct mps_target;
struct mps_thread;
struct dentry;
struct seq_file;
struct file;

/* Good reads: enough of them prove a layout, one of them with m.p.m == m. */
#define MPS_PROOF_READS		4
/* Reads that do not close, or fault, before that: it is another layout. */
#define MPS_PROOF_FAILURES	2
#define MPS_PROOF_FAULTS	64

/* How a read ended. */
enum mps_read {
	MPS_READ_NONE,		/* not tried: exiting, no process */
	MPS_READ_OK,
	MPS_READ_FOREIGN,	/* no g: a thread of C code, or not set up yet */
	MPS_READ_FAULT,		/* memory that cannot be read now */
	MPS_READ_PROCID,	/* memory that says something else: */
	MPS_READ_G0,
	MPS_READ_P_ID,
	MPS_READ_P_M,
};

/* What one read found. */
struct mps_found {
	struct mps_go go;
	unsigned long m;
	unsigned long p_at;
	u32 tick;		/* m.syscalltick */
	bool kept;		/* the P is m.oldp, kept in a syscall */
	bool handed;		/* the P is one that the waker gave */
	s64 bad;		/* the value that does not close */
};

enum mps_exact_why {
	MPS_EXACT_FINE,
	MPS_EXACT_TURNED_OFF,
	MPS_EXACT_EXEC,
	MPS_EXACT_BAD_PROCID,
	MPS_EXACT_BAD_G0,
	MPS_EXACT_BAD_P_ID,
	MPS_EXACT_BAD_P_M,
	MPS_EXACT_FAULTS,
	MPS_NR_EXACT_WHYS
};

struct mps_exact {
	/* constant while a thread points here */
	struct mps_golayout layout;
	u32 m_span;		/* bytes of each struct that are read */
	u32 p_span;
	u32 g_span;
	struct rcu_head rcu;

	/* a leaf: taken in HOT code, interrupts off */
	raw_spinlock_t lock ____cacheline_aligned;
	u8 state;		/* enum mpscope_exact; HOT code reads it without */
	u8 why;			/* enum mps_exact_why */
	u8 nr_bad;		/* while proving */
	bool with_p;
	u32 recheck;		/* P that was checked last: find_taken() */
	u64 recheck_ns;		/* and when; without the lock */
	pid_t bad_tid;
	s64 bad_value;
	u64 nr_ok;
	u64 nr_foreign;
	u64 nr_fault;
	u64 nr_check;
	u64 avg_ns;		/* when the averages were made */
	u64 avg_total_ns[2];	/* stalls then: some, full */
	u32 avg[2][MPS_NR_AVGS];
	struct mps_ps ps;	/* last: it ends in an array */
};

/* exact_read.c: HOT */
enum mps_read mps_exact_look(const struct mps_exact *x,
			     const struct mps_thread *t, struct mps_found *f);
bool mps_exact_taken(const struct mps_exact *x, const struct mps_p *old);

/* exact.c: HOT */
void mps_exact_out(struct mps_exact *x, struct mps_thread *t, u64 now_ns);
void mps_exact_in(struct mps_exact *x, struct mps_thread *t, u64 wait_ns,
		  u64 now_ns);
void mps_exact_returned(struct mps_cpu *c);
void mps_exact_ask(struct mps_exact *x);
extern const struct mps_go mps_go_none;
bool mps_go_settle(const struct mps_exact *x, const struct mps_thread *t,
		   struct mps_go *go);
const struct mps_go *mps_go_read(const struct mps_exact *x, struct mps_thread *t,
				 struct mps_go *go);

/* golayout.c: COLD, but for exec */
void mps_exact_free(struct mps_target *g);
bool mps_exact_wants_returns(const struct mps_target *g);
void mps_exact_exec_locked(struct mps_target *g, struct mps_thread *t);
void mps_exact_summary(struct seq_file *m, struct mps_target *g);
int mps_golayout_show(struct seq_file *m, void *unused);
ssize_t mps_golayout_write(struct file *f, const char __user *buf, size_t n,
			   loff_t *pos);

/* pressure.c: COLD */
int mps_ps_show(struct seq_file *m, void *unused);
int mps_pressure_show(struct seq_file *m, void *unused);
void mps_pressure_start(void);
void mps_pressure_exit(void);

static inline bool mps_exact_on(const struct mps_exact *x)
{
	u8 state = READ_ONCE(x->state);

	return state == MPSCOPE_EXACT_PROVING || state == MPSCOPE_EXACT_EXACT;
}

#endif /* _MPSCOPE_EXACT_H */
