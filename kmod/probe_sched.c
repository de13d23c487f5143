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
	 */
	if (!preempt && prev_state && state != TASK_RUNNING) {
		mps_why_blocked(prev, state, &why);
		follow_restart(t, &why);
		o->event = MPS_EV_OUT_BLOCK;
		o->reason = why.reason;
		o->mode = why.mode;
		o->syscall = why.syscall;
		return;
	}
	o->syscall = mps_syscall_of(prev);
	o->unqueued = state != TASK_RUNNING;
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

	trace_thread_exit(t->tid, t->target->tgid, &sum);
}

static noinline void thread_out(struct mps_cpu *c, struct mps_thread *t,
				bool preempt, struct task_struct *prev,
				unsigned int prev_state, u64 now_ns)
{
	struct mps_out o = { .now_ns = now_ns };
	bool new_max, done;

	if (unlikely(t->task != prev)) {
		c->nr_lost_current++;
		return;
	}
	check_clock(c, t, now_ns);
	classify_out(t, preempt, prev, prev_state, &o);
	o.delay_ns = prev->sched_info.run_delay;

	write_seqcount_begin(&t->seq);
	done = mps_account_out(&t->acct, &o, &new_max);
	if (unlikely(new_max))
		stamp(t, MPSCOPE_HIST_RUN);
	if (o.event == MPS_EV_OUT_BLOCK && o.reason == MPSCOPE_REASON_EPOLL &&
	    o.mode == MPSCOPE_MODE_S)
		t->epoll.sleeps_in_call++;
	if (unlikely(o.event == MPS_EV_OUT_DEAD))
		WRITE_ONCE(t->exit_ns, ktime_get_mono_fast_ns());
	write_seqcount_end(&t->seq);

	if (unlikely(!done)) {
		c->nr_refused++;
		return;
	}
	if (trace_thread_block_enabled() && o.event == MPS_EV_OUT_BLOCK)
		trace_thread_block(t->tid, t->target->tgid, o.reason, o.mode,
				   o.syscall, t->acct.cpu, t->acct.run_ns);
	if (trace_thread_exit_enabled() && o.event == MPS_EV_OUT_DEAD)
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

static void thread_in(struct mps_cpu *c, struct mps_thread *t,
		      struct task_struct *next, u64 now_ns)
{
	struct mps_in in = { .now_ns = now_ns, .cpu = raw_smp_processor_id() };
	struct mps_episode e;
	bool done;

	if (unlikely(READ_ONCE(t->acct.state) == MPS_STATE_UNARMED) &&
	    mps_thread_arm_running(t, now_ns))
		return;
	check_clock(c, t, now_ns);
	in.wait_ns = wait_of(t, next, now_ns);

	write_seqcount_begin(&t->seq);
	done = mps_account_in(&t->acct, &in, &e);
	if (unlikely(done && e.new_max_block))
		stamp(t, MPSCOPE_HIST_BLOCK);
	if (unlikely(done && e.new_max_wake))
		stamp(t, MPSCOPE_HIST_WAKE_TO_RUN);
	write_seqcount_end(&t->seq);

	if (unlikely(!done)) {
		c->nr_refused++;
		return;
	}
	if (trace_thread_run_enabled()) {
		static const struct mps_waker nobody = { -1, -1, -1, -1 };
		bool woken = e.state == MPSCOPE_STATE_BLOCKED;

		trace_thread_run(t->tid, t->target->tgid, &e, in.cpu,
				 woken ? &t->waker : &nobody);
	}
}

static noinline void switch_ours(struct mps_cpu *c, bool preempt,
				 struct task_struct *prev,
				 struct task_struct *next,
				 unsigned int prev_state)
{
	struct mps_thread *out = c->cur, *in = NULL;
	u64 now_ns = local_clock();

	c->nr_switch++;
	if (out)
		thread_out(c, out, preempt, prev, prev_state, now_ns);
	if (mps_pid_maybe(next->pid)) {
		/* interrupts are off: as good as rcu_read_lock() for us */
		in = mps_thread_find_rcu(next);
		if (in)
			thread_in(c, in, next, now_ns);
	}
	WRITE_ONCE(c->cur, in);
	if (in)
		mps_return_watch(c, in);
	else if (c->urn_on)
		mps_return_unwatch(c);
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
		trace_thread_migrate(t->tid, t->target->tgid, orig_cpu,
				     dest_cpu, cause, class);
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
