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

/* Another CPU's clock may have been ahead of ours: the step is then 0 long. */
static void check_clock(struct mps_cpu *c, const struct mps_thread *t, u64 now_ns)
{
	if (unlikely(now_ns < t->acct.last_ns))
		c->nr_clock_backwards++;
}

/* A finished interval is the longest so far: that is rare enough for a clock. */
static void stamp(struct mps_thread *t, enum mpscope_hist h)
{
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

static void classify_out(struct mps_thread *t, bool preempt,
			 struct task_struct *prev, unsigned int prev_state,
			 struct mps_out *o)
{
	unsigned int state = READ_ONCE(prev->__state);
	struct mps_why why;

	o->voluntary = prev->nvcsw != t->nvcsw;
	t->nvcsw = prev->nvcsw;
	if (unlikely(state & TASK_DEAD)) {
		o->event = MPS_EV_OUT_DEAD;
		o->syscall = MPS_SYSCALL_NONE;
		return;
	}
	/*
	 * 6.1 passes the state that the task wanted even if a pending signal
	 * kept it runnable; __state tells the truth there and on later kernels.
	 * In turn, __state may be TASK_WAKING by now: try_to_wake_up() on another
	 * CPU needs only that the task is off the queue, not off its CPU.
	 */
	if (!preempt && prev_state && state != TASK_RUNNING) {
		mps_why_blocked(prev, prev_state, &why);
		follow_restart(t, &why);
		o->event = MPS_EV_OUT_BLOCK;
		o->reason = why.reason;
		o->mode = why.mode;
		o->syscall = why.syscall;
		return;
	}
	o->syscall = mps_syscall_of(prev);
	/* gave it up of its own: sched_yield(), or a sleep that a signal refused */
	if (!preempt && (o->voluntary || o->syscall == __NR_sched_yield))
		o->event = MPS_EV_OUT_YIELD;
	else
		o->event = MPS_EV_OUT_PREEMPT;
}

static void trace_exit(struct mps_thread *t)
{
	const struct mps_account *a = &t->acct;
	struct mps_totals sum = {
		.life_ns	= a->last_ns - a->begin_ns,
		.running_ns	= a->ns[MPSCOPE_STATE_RUNNING],
		.waiting_ns	= a->ns[MPSCOPE_STATE_WOKEN] +
				  a->ns[MPSCOPE_STATE_PREEMPTED] +
				  a->ns[MPSCOPE_STATE_YIELDED],
		.blocked_ns	= mps_account_blocked_ns(a),
		.switches_vol	= a->switches[1],
		.switches_invol	= a->switches[0],
	};

	struct mps_go go;

	mps_go_of(t, &go);
	trace_thread_exit(t->tid, t->target->tgid, &sum, &go);
}

/* Inside the write section of @t. Return: the step was taken. */
static bool step_out(struct mps_cpu *c, struct mps_thread *t,
		     struct task_struct *prev, struct mps_out *o)
{
	bool new_max;

	check_clock(c, t, o->now_ns);
	o->delay_ns = prev->sched_info.run_delay;
	if (unlikely(!mps_account_out(&t->acct, o, &new_max))) {
		c->nr_refused++;
		return false;
	}
	if (unlikely(new_max))
		stamp(t, MPSCOPE_HIST_RUN);
	if (o->event == MPS_EV_OUT_BLOCK && o->reason == MPSCOPE_REASON_EPOLL &&
	    o->mode == MPSCOPE_MODE_S)
		t->epoll.sleeps_in_call++;
	if (unlikely(o->event == MPS_EV_OUT_DEAD))
		WRITE_ONCE(t->exit_ns, ktime_get_mono_fast_ns());
	return true;
}

static void trace_out(struct mps_thread *t, const struct mps_out *o)
{
	struct mps_go go;

	if (trace_thread_block_enabled() && o->event == MPS_EV_OUT_BLOCK) {
		mps_go_of(t, &go);
		trace_thread_block(t->tid, t->target->tgid, o->reason, o->mode,
				   o->syscall, t->acct.cpu, t->acct.run_ns, &go);
	}
	if (trace_thread_exit_enabled() && o->event == MPS_EV_OUT_DEAD)
		trace_exit(t);
}

static u64 wait_of(struct mps_thread *t, struct task_struct *next, u64 now_ns)
{
	u64 queued = next->sched_info.last_queued;
	u64 ns = next->sched_info.run_delay - t->acct.delay_ns;

	if (queued && now_ns > queued)
		ns += now_ns - queued;
	return ns;
}

/* Inside the write section of @t. Return: an episode ended. */
static bool step_in(struct mps_cpu *c, struct mps_thread *t,
		    struct task_struct *next, u64 now_ns, struct mps_episode *e)
{
	struct mps_in in = { .now_ns = now_ns, .cpu = raw_smp_processor_id() };

	check_clock(c, t, now_ns);
	in.wait_ns = wait_of(t, next, now_ns);
	if (unlikely(!mps_account_in(&t->acct, &in, e))) {
		c->nr_refused++;
		return false;
	}
	if (unlikely(t->numa_pending))
		t->numa_pending = false;	/* it came to nothing */
	if (unlikely(e->new_max_block))
		stamp(t, MPSCOPE_HIST_BLOCK);
	if (unlikely(e->new_max_wake))
		stamp(t, MPSCOPE_HIST_WAKE_TO_RUN);
	return true;
}

static void trace_in(struct mps_thread *t, const struct mps_episode *e)
{
	static const struct mps_waker nobody = {
		.tid = -1, .tgid = -1, .source = MPSCOPE_TRACE_NONE, .cpu = -1,
	};
	bool woken = e->state == MPSCOPE_STATE_BLOCKED;
	struct mps_go go;

	mps_go_of(t, &go);
	trace_thread_run(t->tid, t->target->tgid, e, t->acct.cpu,
			 woken ? &t->waker : &nobody, &go);
}

/*
 * The clock is read inside both write sections: a reader on another CPU that
 * closes the open interval with a later now would else see it come out shorter.
 */
static noinline void switch_ours(struct mps_cpu *c, bool preempt,
				 struct task_struct *prev,
				 struct task_struct *next,
				 unsigned int prev_state)
{
	struct mps_thread *out = c->cur, *in = NULL;
	bool was_out = false, was_in = false, armed = false;
	struct mps_exact *x;
	struct mps_episode e;
	struct mps_out o = { 0 };
	u64 now_ns;

	c->nr_switch++;
	if (unlikely(out && out->task != prev)) {
		c->nr_lost_current++;
		out = NULL;
	}
	if (mps_pid_maybe(next->pid))	/* interrupts off: like rcu_read_lock() */
		in = mps_thread_find_rcu(next);
	/* before the write section, which is not ours alone until it is armed */
	if (in && unlikely(READ_ONCE(in->acct.state) == MPS_STATE_UNARMED))
		armed = mps_thread_arm_running(in, local_clock());
	if (out) {
		classify_out(out, preempt, prev, prev_state, &o);
		write_seqcount_begin(&out->seq);
	}
	if (in && !armed)
		write_seqcount_begin_nested(&in->seq, SINGLE_DEPTH_NESTING);
	now_ns = local_clock();
	if (out) {
		o.now_ns = now_ns;
		was_out = step_out(c, out, prev, &o);
	}
	if (in && !armed) {
		was_in = step_in(c, in, next, now_ns, &e);
		write_seqcount_end(&in->seq);
	}
	if (out)
		write_seqcount_end(&out->seq);
	x = was_out ? READ_ONCE(out->exact) : NULL;
	if (unlikely(x))
		mps_exact_out(x, out, &o);
	x = was_in ? READ_ONCE(in->exact) : NULL;
	if (unlikely(x))
		mps_exact_in(x, in, &e, now_ns);
	WRITE_ONCE(c->cur, in);
	if (in)
		mps_return_watch(c, in);
	else if (c->urn_on)
		mps_return_unwatch(c);
	if (was_out)
		trace_out(out, &o);
	if (was_in && trace_thread_run_enabled())
		trace_in(in, &e);
}

void on_sched_switch(void *data, bool preempt, struct task_struct *prev,
		     struct task_struct *next, unsigned int prev_state)
{
	struct mps_cpu *c = this_cpu_ptr(&mps_cpu);

	if (likely(!c->cur && !mps_pid_maybe(next->pid)))
		return;
	switch_ours(c, preempt, prev, next, prev_state);
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
	mps_go_of(t, &go);
	trace_thread_migrate(t->tid, t->target->tgid, orig_cpu, dest_cpu, cause,
			     class, &go);
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
