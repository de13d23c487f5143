// SPDX-License-Identifier: GPL-2.0
/*
 * Switches and migrations. HOT: run-queue or pi lock held, interrupts off.
 *
 * A switch between tasks that are not ours costs one per-CPU load and one bit
 * test. The rest is out of line.
 */
#include <linux/sched/clock.h>
#include <linux/ktime.h>
#include <linux/mm_types.h>	/* 6.12: the next one lacks it */
#include <trace/events/sched.h>

#include "compat.h"
#include "exact.h"
#include "hot.h"
#include "probe.h"
#include "target.h"
#include "topology.h"
#include "why.h"

/* A step that is not like most: refused, behind the clock, the longest so far. */
static noinline void odd_step(struct mps_cpu *c, struct mps_thread *t,
			      unsigned int step)
{
	unsigned int h;

	c->nr_refused += !step;
	c->nr_clock_backwards += !!(step & MPS_STEP_BEHIND);
	for (h = 0; h < MPSCOPE_NR_HISTS; h++)
		if (step & MPS_STEP_MAX(h))
			t->acct.hist[h].max_at_ns = ktime_get_mono_fast_ns();
}

/*
 * A signal that stops, or that a tracer swallows, makes the kernel call
 * restart_syscall() in place of the sleep that it ended: tell them as one.
 */
static void follow_restart(struct mps_thread *t, struct mps_why *why)
{
	if (why->reason == MPSCOPE_REASON_STOPPED)
		return;
	if (why->syscall == __NR_restart_syscall) {
		why->reason = t->restart_reason;
		why->syscall = t->restart_syscall;
	} else {
		t->restart_reason = why->reason;
		t->restart_syscall = why->syscall;
	}
}

/* As the kernel counts them. */
static __always_inline bool is_voluntary(struct mps_thread *t,
					 const struct task_struct *prev)
{
	u32 nvcsw = prev->nvcsw;
	bool grew = nvcsw != t->nvcsw;

	t->nvcsw = nvcsw;
	return grew;
}

/*
 * 6.1 passes the state that the task wanted even if a pending signal kept it
 * runnable; __state tells the truth there and on later kernels. In turn, __state
 * may be TASK_WAKING by now: try_to_wake_up() on another CPU needs only that the
 * task is off the queue, not off its CPU.
 */
static __always_inline bool is_blocking(const struct task_struct *prev,
					bool preempt, unsigned int prev_state)
{
	unsigned int state = READ_ONCE(prev->__state);

	if (unlikely(preempt))
		return false;
	if (unlikely(!prev_state))
		return false;
	if (unlikely(state == TASK_RUNNING))
		return false;
	return likely(!(state & TASK_DEAD));
}

/* Any way to leave the CPU. Return: the step was taken. */
static noinline bool leave_rarely(struct mps_cpu *c, struct mps_thread *t,
				  bool preempt, struct task_struct *prev,
				  unsigned int prev_state)
{
	struct mps_out o = {
		.delay_ns = prev->sched_info.run_delay,
		.voluntary = is_voluntary(t, prev),
		.syscall = MPS_SYSCALL_NONE,
		.event = MPS_EV_OUT_BLOCK,
	};
	struct mps_why why;

	if (READ_ONCE(prev->__state) & TASK_DEAD) {
		o.event = MPS_EV_OUT_DEAD;
		WRITE_ONCE(t->exit_ns, ktime_get_mono_fast_ns());
	} else if (is_blocking(prev, preempt, prev_state)) {
		mps_why_blocked(prev, prev_state, &why);
		if (!mps_why_is_lock(prev_state))
			follow_restart(t, &why);
		o.reason = why.reason;
		o.mode = why.mode;
		o.syscall = why.syscall;
	} else {
		o.syscall = mps_syscall_of(prev);
		/* of its own: sched_yield(), or a sleep that a signal refused */
		o.event = !preempt && (o.voluntary || o.syscall == __NR_sched_yield) ?
			  MPS_EV_OUT_YIELD : MPS_EV_OUT_PREEMPT;
	}
	if (!mps_account_leave(&t->acct, &o)) {
		c->nr_refused++;
		return false;
	}
	if (o.event == MPS_EV_OUT_BLOCK && o.reason == MPSCOPE_REASON_EPOLL &&
	    o.mode == MPSCOPE_MODE_S)
		t->epoll.sleeps_in_call++;
	return true;
}

/*
 * In the write section of @t: why it leaves. The way that most take, and all the
 * others. Return: the step was taken.
 */
static __always_inline bool leave(struct mps_cpu *c, struct mps_thread *t,
				  bool preempt, struct task_struct *prev,
				  unsigned int prev_state)
{
	int nr = syscall_get_nr(prev, task_pt_regs(prev));
	u8 mode = mps_why_mode(prev_state);
	u8 reason;

	if (unlikely(!is_blocking(prev, preempt, prev_state)))
		goto rarely;
	if (unlikely(!mps_why_is_plain(prev, prev_state)))
		goto rarely;
	if (unlikely(t->acct.state != MPSCOPE_STATE_RUNNING))
		goto rarely;
	reason = mps_reason_of_syscall(nr);
	if (unlikely(reason == MPSCOPE_REASON_OTHER))
		goto rarely;	/* or none, or to restart one */
	if (reason == MPS_REASON_BY_FD)
		reason = mps_reason_of_mode(mps_mode_of_fd(prev));
	t->restart_reason = reason;
	t->restart_syscall = nr;
	mps_account_block(&t->acct, reason, mode, nr,
			  prev->sched_info.run_delay, is_voluntary(t, prev));
	if (reason == MPSCOPE_REASON_EPOLL && mode == MPSCOPE_MODE_S)
		t->epoll.sleeps_in_call++;
	return true;
rarely:
	return leave_rarely(c, t, preempt, prev, prev_state);
}

static __always_inline u64 wait_of(const struct mps_thread *t,
				   const struct task_struct *next, u64 now_ns)
{
	u64 queued = next->sched_info.last_queued;
	u64 ns = next->sched_info.run_delay - t->acct.delay_ns;

	if (likely(queued))
		if (likely(now_ns > queued))
			ns += now_ns - queued;
	return ns;
}

/* In the write section of @t. Return: bits of a step. */
static __always_inline unsigned int enter(struct mps_cpu *c, struct mps_thread *t,
					  const struct task_struct *next, u64 now_ns,
					  u64 *before, u64 *waited)
{
	const struct mps_in in = {
		.now_ns = now_ns,
		.wait_ns = wait_of(t, next, now_ns),
		.cpu = raw_smp_processor_id(),
	};
	unsigned int step = mps_account_run(&t->acct, &in, before, waited);

	t->numa_pending = false;	/* if it was, it came to nothing */
	if (unlikely(step != MPS_STEP_TAKEN))
		odd_step(c, t, step);
	return step;
}

/* The last switch of a thread, or one that blocks, for who listens. */
static noinline void trace_out(struct mps_thread *t)
{
	const struct mps_account *a = &t->acct;
	struct mps_totals sum;
	struct mps_go go;

	if (trace_thread_block_enabled() && a->state == MPSCOPE_STATE_BLOCKED)
		trace_thread_block(t->tid, t->target->tgid, a->reason, a->mode,
				   a->syscall, a->cpu, a->run_ns, mps_go_of(t, &go));
	if (!trace_thread_exit_enabled() || a->state != MPSCOPE_STATE_DEAD)
		return;
	sum.life_ns = a->last_ns - a->begin_ns;
	sum.running_ns = a->ns[MPSCOPE_STATE_RUNNING];
	sum.waiting_ns = a->ns[MPSCOPE_STATE_WOKEN] +
			 a->ns[MPSCOPE_STATE_PREEMPTED] +
			 a->ns[MPSCOPE_STATE_YIELDED];
	sum.blocked_ns = mps_account_blocked_ns(a);
	sum.switches_vol = a->switches[1];
	sum.switches_invol = a->switches[0];
	trace_thread_exit(t->tid, t->target->tgid, &sum, mps_go_of(t, &go));
}

static noinline void trace_in(struct mps_thread *t, const struct mps_episode *e)
{
	static const struct mps_waker nobody = {
		.tid = -1, .tgid = -1, .source = MPSCOPE_TRACE_NONE, .cpu = -1,
	};
	bool woken = e->state == MPSCOPE_STATE_BLOCKED;
	struct mps_go go;

	trace_thread_run(t->tid, t->target->tgid, e, t->acct.cpu,
			 woken ? &t->waker : &nobody, mps_go_of(t, &go));
}

/* Ours, which come onto the CPU, are watched until others do. */
static __always_inline void watch(struct mps_cpu *c, struct mps_thread *in,
				  bool want, struct task_struct *prev,
				  struct task_struct *next)
{
	if (likely(want == c->urn_on)) {
		/* as __switch_to() would, but that is long about it */
		if (want)
			propagate_user_return_notify(prev, next);
	} else if (want) {
		mps_return_watch(c, in);
	} else {
		mps_return_unwatch(c);
	}
}

/*
 * A switch that concerns us, in two makes: with and without an episode that
 * somebody listens to, which costs memory. The clock is read inside both write
 * sections: a reader on another CPU that closes the open interval with a later
 * now would else see it come out shorter. All that can be done before is, so
 * that little is kept in registers over the call.
 */
static __always_inline void switch_ours(struct mps_cpu *c, bool preempt,
					struct task_struct *prev,
					struct task_struct *next,
					unsigned int prev_state,
					struct mps_episode *e)
{
	struct mps_thread *out = c->cur, *in = NULL;
	u64 now_ns, before = 0, waited = 0;
	struct mps_exact *x;
	unsigned int step;
	bool armed = false;

	c->nr_switch++;
	if (unlikely(out && out->task != prev)) {
		c->nr_lost_current++;
		out = NULL;
	}
	if (likely(mps_pid_maybe(next->pid)))	/* like under rcu_read_lock() */
		in = mps_thread_find_rcu(next);
	WRITE_ONCE(c->cur, in);
	watch(c, in, in && mps_return_wanted(in), prev, next);
	/* before the write section, which is not ours alone until it is armed */
	if (likely(in) && unlikely(READ_ONCE(in->acct.state) == MPS_STATE_UNARMED))
		armed = mps_thread_arm_running(in, local_clock());
	if (unlikely(armed))
		in = NULL;
	if (likely(out)) {
		write_seqcount_begin(&out->seq);
		if (unlikely(!leave(c, out, preempt, prev, prev_state))) {
			write_seqcount_end(&out->seq);
			out = NULL;
		}
	}
	if (likely(in))
		write_seqcount_begin_nested(&in->seq, SINGLE_DEPTH_NESTING);
	now_ns = local_clock();
	if (likely(out)) {
		step = mps_account_ran(&out->acct, now_ns);
		if (unlikely(step != MPS_STEP_TAKEN))
			odd_step(c, out, step);
		write_seqcount_end(&out->seq);
	}
	if (likely(in)) {
		if (e)
			mps_account_episode(&in->acct, e);
		step = enter(c, in, next, now_ns, &before, &waited);
		write_seqcount_end(&in->seq);
		if (unlikely(!step))
			in = NULL;
	}
	x = likely(out) ? READ_ONCE(out->exact) : NULL;
	if (unlikely(x))
		mps_exact_out(x, out, now_ns);
	x = likely(in) ? READ_ONCE(in->exact) : NULL;
	if (unlikely(x))
		mps_exact_in(x, in, waited, now_ns);
	if (!e)
		return;
	if (out)
		trace_out(out);
	e->blocked_ns = before;
	e->wait_ns = waited;
	if (in && trace_thread_run_enabled())
		trace_in(in, e);
}

static noinline void switch_told(struct mps_cpu *c, bool preempt,
				 struct task_struct *prev,
				 struct task_struct *next,
				 unsigned int prev_state)
{
	struct mps_episode e;

	switch_ours(c, preempt, prev, next, prev_state, &e);
}

static noinline void switch_untold(struct mps_cpu *c, bool preempt,
				   struct task_struct *prev,
				   struct task_struct *next,
				   unsigned int prev_state)
{
	if (trace_thread_run_enabled() || trace_thread_block_enabled() ||
	    trace_thread_exit_enabled())
		switch_told(c, preempt, prev, next, prev_state);
	else
		switch_ours(c, preempt, prev, next, prev_state, NULL);
}

void on_sched_switch(void *data, bool preempt, struct task_struct *prev,
		     struct task_struct *next, unsigned int prev_state)
{
	struct mps_cpu *c = this_cpu_ptr(&mps_cpu);

	if (likely(!c->cur && !mps_pid_maybe(next->pid)))
		return;
	switch_untold(c, preempt, prev, next, prev_state);
}

static int cause_of(struct mps_thread *t, struct task_struct *p, int orig_cpu)
{
	bool numa = t->numa_pending;

	t->numa_pending = false;
	if (!cpumask_test_cpu(orig_cpu, p->cpus_ptr) || !cpu_active(orig_cpu))
		return MPSCOPE_CAUSE_AFFINITY;
	if (numa)
		return MPSCOPE_CAUSE_NUMA;
	if (READ_ONCE(p->__state) == TASK_WAKING)
		return MPSCOPE_CAUSE_WAKE;
	return MPSCOPE_CAUSE_BALANCE;
}

static void trace_move(struct mps_thread *t, int orig_cpu, int dest_cpu, int cause,
		       int class)
{
	struct mps_go go;

	if (!trace_thread_migrate_enabled())
		return;
	trace_thread_migrate(t->tid, t->target->tgid, orig_cpu, dest_cpu, cause,
			     class, mps_go_of(t, &go));
}

void on_sched_migrate_task(void *data, struct task_struct *p, int dest_cpu)
{
	struct mps_thread *t;
	int cause, class, orig_cpu;

	if (likely(!mps_pid_maybe(p->pid)))
		return;
	orig_cpu = task_cpu(p);
	if (orig_cpu == dest_cpu)
		return;		/* the kernel's own count leaves it out too */
	rcu_read_lock();
	t = mps_thread_find_rcu(p);
	if (t && t->features & BIT(MPSCOPE_FEATURE_MIGRATE)) {
		cause = cause_of(t, p, orig_cpu);
		class = mps_topology_class(orig_cpu, dest_cpu);
		this_cpu_inc(mps_cpu.nr_migrate);
		write_seqcount_begin(&t->seq);
		t->migrate.cause[cause]++;
		t->migrate.class[class]++;
		write_seqcount_end(&t->seq);
		trace_move(t, orig_cpu, dest_cpu, cause, class);
	}
	rcu_read_unlock();
}

static void numa_pending(struct task_struct *p)
{
	struct mps_thread *t;

	if (!p || !mps_pid_maybe(p->pid))
		return;
	rcu_read_lock();
	t = mps_thread_find_rcu(p);
	if (t)
		WRITE_ONCE(t->numa_pending, true);
	rcu_read_unlock();
}

void on_sched_move_numa(void *data, struct task_struct *p, int src, int dst)
{
	numa_pending(p);
}

void on_sched_swap_numa(void *data, struct task_struct *src_tsk, int src_cpu,
			struct task_struct *dst_tsk, int dst_cpu)
{
	numa_pending(src_tsk);
	numa_pending(dst_tsk);
}

/* Found by name at run time, but typed at compile time. */
static void __maybe_unused mps_check_types(void)
{
	check_trace_callback_type_sched_switch(on_sched_switch);
	check_trace_callback_type_sched_migrate_task(on_sched_migrate_task);
	check_trace_callback_type_sched_move_numa(on_sched_move_numa);
	check_trace_callback_type_sched_swap_numa(on_sched_swap_numa);
}
