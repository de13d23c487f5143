// SPDX-License-Identifier: GPL-2.0
/*
 * The first state of threads that exist when their process is tagged. Why it
 * is done in this order: ARMING in the banner of thread.c. COLD, but for the
 * steps on a thread's own CPU.
 */
#include <linux/sched/clock.h>
#include <linux/sched/signal.h>
#include <linux/smp.h>

#include "compat.h"
#include "exact.h"
#include "hot.h"
#include "target.h"
#include "thread.h"

/* Taken in HOT code too, but only for a thread that is being tagged now. */
static DEFINE_RAW_SPINLOCK(mps_arm_lock);

/**
 * mps_thread_arm_running() - first state of a thread that is on a CPU now
 * @t: the thread
 * @now_ns: local_clock()
 *
 * Context: HOT, on that CPU, interrupts off.
 * Return: true if this call armed it.
 */
bool mps_thread_arm_running(struct mps_thread *t, u64 now_ns)
{
	bool armed = false;

	raw_spin_lock(&mps_arm_lock);
	if (t->acct.state == MPS_STATE_UNARMED) {
		write_seqcount_begin(&t->seq);
		mps_account_begin(&t->acct, now_ns, MPSCOPE_STATE_RUNNING,
				  raw_smp_processor_id(), 0);
		write_seqcount_end(&t->seq);
		armed = true;
	}
	raw_spin_unlock(&mps_arm_lock);
	return armed;
}

static void arm_here(void *arg)
{
	struct mps_thread *t = arg;
	struct mps_cpu *c = this_cpu_ptr(&mps_cpu);

	if (current != t->task || !mps_thread_arm_running(t, local_clock()))
		return;
	WRITE_ONCE(c->cur, t);
	mps_return_watch(c, t);
}

/* The task that runs here, outside of the scheduler. */
void mps_thread_arm_current(struct mps_thread *t)
{
	unsigned long flags;

	local_irq_save(flags);
	arm_here(t);
	local_irq_restore(flags);
}

/*
 * The task does not run: what is it waiting for? Under mps_arm_lock, which its
 * next switch-in needs; so it stays off the CPU, and unless it is dead already
 * its stack stays too.
 */
static void arm_off_cpu(struct mps_thread *t)
{
	struct task_struct *p = t->task;
	unsigned int state = READ_ONCE(p->__state);
	u8 first = MPSCOPE_STATE_BLOCKED;
	struct mps_why why;

	if (state & TASK_DEAD)
		first = MPSCOPE_STATE_DEAD;
	else if (state & TASK_NEW)
		first = MPSCOPE_STATE_BIRTH;
	else if (mps_task_queued(p) || !state || state == TASK_WAKING)
		first = MPSCOPE_STATE_PREEMPTED;
	write_seqcount_begin(&t->seq);
	t->nvcsw = p->nvcsw;
	mps_account_begin(&t->acct, local_clock(), first, task_cpu(p),
			  p->sched_info.run_delay);
	if (first == MPSCOPE_STATE_BLOCKED) {
		mps_why_blocked(p, state, &why);
		mps_account_blocked_in(&t->acct, why.reason, why.mode,
				       why.syscall);
		if (why.reason != MPSCOPE_REASON_STOPPED) {
			t->restart_reason = why.reason;
			t->restart_syscall = why.syscall;
		}
	}
	write_seqcount_end(&t->seq);
}

static bool try_arm_off_cpu(struct mps_thread *t)
{
	unsigned long flags;
	bool armed;

	raw_spin_lock_irqsave(&mps_arm_lock, flags);
	/* an armed one is the scheduler's, which may be changing it */
	armed = READ_ONCE(t->acct.state) != MPS_STATE_UNARMED;
	if (!armed && !READ_ONCE(t->task->on_cpu)) {
		arm_off_cpu(t);
		armed = true;
	}
	raw_spin_unlock_irqrestore(&mps_arm_lock, flags);
	return armed;
}

/**
 * mps_thread_arm() - find out the state of a thread that was just added
 * @t: the thread
 *
 * Context: COLD, may sleep; a grace period after mps_thread_add().
 */
void mps_thread_arm(struct mps_thread *t)
{
	while (!try_arm_off_cpu(t)) {
		smp_call_function_single(task_cpu(t->task), arm_here, t, 1);
		cond_resched();
	}
	trace_thread_start(READ_ONCE(t->tid), t->target->tgid,
			   READ_ONCE(t->acct.state), &mps_go_none);
}

/* Enough memory for every thread there is now, and a few that may come. */
static void fill_pool(struct list_head *pool, unsigned int nr)
{
	struct mps_thread *t;

	while (nr--) {
		t = mps_thread_alloc(GFP_KERNEL);
		if (!t)
			return;
		list_add(&t->in_target, pool);
		cond_resched();
	}
}

/* Add the threads of @task's group. Return: how many found no memory. */
static unsigned int add_threads(struct mps_target *g, struct task_struct *task,
				struct list_head *pool)
{
	struct task_struct *p;
	struct mps_thread *t;
	unsigned int missing = 0;

	rcu_read_lock();
	for_each_thread(task, p) {
		if (mps_thread_find_rcu(p))
			continue;
		t = list_first_entry_or_null(pool, struct mps_thread, in_target);
		if (!t) {
			missing++;
			continue;
		}
		list_del_init(&t->in_target);
		if (!mps_thread_add(t, p, g, false))
			list_add(&t->in_target, pool);
	}
	rcu_read_unlock();
	return missing;
}

/* Arm what add_threads() found, some at a time: arming may sleep. */
static void arm_threads(struct mps_target *g)
{
	struct mps_thread *batch[32], *t;
	unsigned int i, n;
	u32 from = 0;

	do {
		n = 0;
		rcu_read_lock();
		list_for_each_entry_rcu(t, &g->threads, in_target) {
			if (t->serial < from)
				continue;
			from = t->serial + 1;
			refcount_inc(&t->ref);
			batch[n++] = t;
			if (n == ARRAY_SIZE(batch))
				break;
		}
		rcu_read_unlock();
		for (i = 0; i < n; i++) {
			if (READ_ONCE(batch[i]->acct.state) == MPS_STATE_UNARMED)
				mps_thread_arm(batch[i]);
			mps_thread_put(batch[i]);
		}
	} while (n == ARRAY_SIZE(batch));
}

/* The tag is refused as a whole: what the limit kept out was not missed. */
static int refuse_whole(struct mps_target *g)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&mps_lock, flags);
	mps_missed_threads -= g->nr_missed;
	raw_spin_unlock_irqrestore(&mps_lock, flags);
	return -ENOSPC;
}

/**
 * mps_target_seed() - find and arm all threads that exist
 * @g: a target that was just published
 * @task: any thread of it
 *
 * Context: COLD, may sleep; mps_targets_mutex held.
 * Return: 0, -ENOMEM, or -ENOSPC if the limit kept some out.
 */
int mps_target_seed(struct mps_target *g, struct task_struct *task)
{
	unsigned int missing = get_nr_threads(task), tries = 0;
	struct mps_thread *t, *next;
	LIST_HEAD(pool);
	int ret = 0;

	while (missing && !ret) {
		fill_pool(&pool, missing);
		if (list_empty(&pool) || tries++ == 100)
			ret = -ENOMEM;
		else
			missing = add_threads(g, task, &pool);
	}
	list_for_each_entry_safe(t, next, &pool, in_target)
		mps_thread_free(t);
	synchronize_rcu();	/* ARMING in thread.c */
	arm_threads(g);
	return g->nr_missed ? refuse_whole(g) : ret;
}
