// SPDX-License-Identifier: GPL-2.0
/*
 * The handlers of the scheduler's events, driven with fake tasks: what they make of
 * what a guest cannot be made to do on demand. The tasks are copies of the one that
 * runs; no scheduler ever sees them, and no hook is attached.
 *
 * The module is linked in whole but for its init, so nothing of it is loaded then.
 */
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/time64.h>
#include <asm/syscall.h>

#include "kmod/probe.h"
#include "kmod/target.h"
#include "kmod/thread.h"

#define FAKE_PID	4000000		/* above pid_max's usual values */

/* The subject and who runs when it does not. */
struct fake {
	struct task_struct *task, *other;
	struct mps_target *target;
	struct mps_thread *t;
};

static struct fake fake;

static struct task_struct *fake_task(struct kunit *test, pid_t pid)
{
	struct task_struct *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	/* What comes after may be shorter than the type says. */
	memcpy(p, current, offsetof(struct task_struct, thread));
	refcount_set(&p->usage, 1000);
	p->pid = pid;
	p->tgid = pid;
	p->flags = 0;
	p->files = NULL;
	p->nvcsw = 0;
	p->stack = kunit_kzalloc(test, THREAD_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p->stack);
	p->signal = kunit_kzalloc(test, sizeof(*p->signal), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p->signal);
	memset(&p->sched_info, 0, sizeof(p->sched_info));
	WRITE_ONCE(p->__state, TASK_RUNNING);
	return p;
}

static void in_syscall(struct task_struct *p, int nr)
{
#ifdef CONFIG_X86_64
	task_pt_regs(p)->orig_ax = nr;
#else
	task_pt_regs(p)->syscallno = nr;
#endif
}

static void step(struct task_struct *prev, struct task_struct *next, bool preempt,
		 unsigned int prev_state)
{
	unsigned long flags;

	local_irq_save(flags);
	on_sched_switch(NULL, preempt, prev, next, prev_state);
	local_irq_restore(flags);
}

static void comes(void)
{
	WRITE_ONCE(fake.task->__state, TASK_RUNNING);
	step(fake.other, fake.task, false, TASK_INTERRUPTIBLE);
}

/* It blocks: what the task wants, and what __state is by the time of the event. */
static void blocks(unsigned int prev_state, unsigned int state)
{
	WRITE_ONCE(fake.task->__state, state);
	fake.task->nvcsw++;
	step(fake.task, fake.other, false, prev_state);
}

static struct mps_cpu *here(void)
{
	return per_cpu_ptr(&mps_cpu, 0);
}

static int hot_init(struct kunit *test)
{
	const struct mps_opts o = { .features = BIT(MPSCOPE_FEATURE_MIGRATE) };

	/* The state of a CPU must stay that of this one. */
	KUNIT_ASSERT_EQ(test, 0, set_cpus_allowed_ptr(current, cpumask_of(0)));
	memset(here(), 0, sizeof(*here()));
	fake.task = fake_task(test, FAKE_PID);
	fake.other = fake_task(test, FAKE_PID + 1);
	fake.target = mps_target_alloc(fake.task, &o, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fake.target);
	KUNIT_ASSERT_EQ(test, 0, mps_target_publish(fake.target));
	fake.t = mps_thread_alloc(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fake.t);
	KUNIT_ASSERT_TRUE(test, mps_thread_add(fake.t, fake.task, fake.target, true));
	comes();
	KUNIT_ASSERT_EQ(test, fake.t->acct.state, MPSCOPE_STATE_RUNNING);
	return 0;
}

static u64 closed_ns(void)
{
	struct mps_account a = fake.t->acct;

	return mps_account_life_ns(&a);
}

static void hot_exit(struct kunit *test)
{
	if (fake.target) {
		mutex_lock(&mps_targets_mutex);
		mps_target_remove(fake.target);
		mutex_unlock(&mps_targets_mutex);
		rcu_barrier();
	}
	memset(&fake, 0, sizeof(fake));
	set_cpus_allowed_ptr(current, cpu_possible_mask);
}

/* However odd its input, all that the thread has lived is in one bucket. */
static void expect_whole(struct kunit *test)
{
	const struct mps_account *a = &fake.t->acct;

	KUNIT_EXPECT_EQ(test, closed_ns(), a->last_ns - a->begin_ns);
}

static void expect_blocked(struct kunit *test, int reason, int mode)
{
	KUNIT_EXPECT_EQ(test, fake.t->acct.state, MPSCOPE_STATE_BLOCKED);
	KUNIT_EXPECT_EQ(test, fake.t->acct.reason, reason);
	KUNIT_EXPECT_EQ(test, fake.t->acct.mode, mode);
	comes();
	expect_whole(test);
}

/* A wakeup between the dequeue and the event: __state is TASK_WAKING already. */
static void hot_woken_before_the_switch(struct kunit *test)
{
	in_syscall(fake.task, __NR_futex);
	blocks(TASK_INTERRUPTIBLE, TASK_WAKING);
	expect_blocked(test, MPSCOPE_REASON_FUTEX, MPSCOPE_MODE_S);
	blocks(TASK_UNINTERRUPTIBLE, TASK_WAKING);
	expect_blocked(test, MPSCOPE_REASON_FUTEX, MPSCOPE_MODE_D);
}

/* It wanted to sleep, a signal was pending: it stays in the run queue. */
static void hot_signal_pending(struct kunit *test)
{
	in_syscall(fake.task, __NR_nanosleep);
	WRITE_ONCE(fake.task->__state, TASK_RUNNING);
	step(fake.task, fake.other, false, TASK_INTERRUPTIBLE);
	KUNIT_EXPECT_EQ(test, fake.t->acct.state, MPSCOPE_STATE_PREEMPTED);
	comes();
	expect_whole(test);
}

/* Preempted between set_current_state() and schedule(): no block. */
static void hot_preempted_about_to_sleep(struct kunit *test)
{
	in_syscall(fake.task, __NR_epoll_pwait);
	WRITE_ONCE(fake.task->__state, TASK_INTERRUPTIBLE);
	step(fake.task, fake.other, true, TASK_INTERRUPTIBLE);
	KUNIT_EXPECT_EQ(test, fake.t->acct.state, MPSCOPE_STATE_PREEMPTED);
	KUNIT_EXPECT_EQ(test, fake.t->acct.switches[0], 1);
	KUNIT_EXPECT_EQ(test, fake.t->acct.switches[1], 0);
}

static void hot_who_waits_for_what(struct kunit *test)
{
	in_syscall(fake.task, __NR_read);	/* without a table of files */
	blocks(TASK_INTERRUPTIBLE, TASK_INTERRUPTIBLE);
	expect_blocked(test, MPSCOPE_REASON_OTHER, MPSCOPE_MODE_S);
	in_syscall(fake.task, -1);
	blocks(TASK_UNINTERRUPTIBLE, TASK_UNINTERRUPTIBLE);
	expect_blocked(test, MPSCOPE_REASON_FAULT, MPSCOPE_MODE_D);
	in_syscall(fake.task, __NR_epoll_pwait);
	blocks(__TASK_TRACED, __TASK_TRACED);
	expect_blocked(test, MPSCOPE_REASON_STOPPED, MPSCOPE_MODE_S);
	fake.task->flags = PF_EXITING;
	blocks(TASK_UNINTERRUPTIBLE, TASK_UNINTERRUPTIBLE);
	expect_blocked(test, MPSCOPE_REASON_KERNEL, MPSCOPE_MODE_D);
	fake.task->flags = PF_IO_WORKER;
	blocks(TASK_INTERRUPTIBLE, TASK_INTERRUPTIBLE);
	expect_blocked(test, MPSCOPE_REASON_IO_URING, MPSCOPE_MODE_S);
	KUNIT_EXPECT_EQ(test, fake.t->acct.switches[1], 5);
}

#ifdef CONFIG_X86_64
/* Number 7 is poll() of one ABI and waitpid() of the other. */
static void hot_foreign_call(struct kunit *test)
{
	task_thread_info(fake.task)->status |= TS_COMPAT;
	in_syscall(fake.task, 7);
	blocks(TASK_INTERRUPTIBLE, TASK_INTERRUPTIBLE);
	KUNIT_EXPECT_EQ(test, fake.t->acct.syscall, MPS_SYSCALL_FOREIGN);
	expect_blocked(test, MPSCOPE_REASON_OTHER, MPSCOPE_MODE_S);
}
#endif

/* A sleep that a stop interrupted goes on as restart_syscall(): the same reason. */
static void hot_restarted(struct kunit *test)
{
	in_syscall(fake.task, __NR_clock_nanosleep);
	blocks(TASK_INTERRUPTIBLE, TASK_INTERRUPTIBLE);
	comes();
	blocks(__TASK_STOPPED, __TASK_STOPPED);
	expect_blocked(test, MPSCOPE_REASON_STOPPED, MPSCOPE_MODE_S);
	in_syscall(fake.task, __NR_restart_syscall);
	blocks(TASK_INTERRUPTIBLE, TASK_INTERRUPTIBLE);
	KUNIT_EXPECT_EQ(test, fake.t->acct.syscall, __NR_clock_nanosleep);
	expect_blocked(test, MPSCOPE_REASON_SLEEP, MPSCOPE_MODE_S);
}

/* The CPU thinks that ours runs, yet another one leaves it. */
static void hot_lost_current(struct kunit *test)
{
	struct mps_account before = fake.t->acct;

	step(fake.other, fake.other, false, TASK_INTERRUPTIBLE);
	KUNIT_EXPECT_EQ(test, here()->nr_lost_current, 1);
	KUNIT_EXPECT_PTR_EQ(test, here()->cur, NULL);
	KUNIT_EXPECT_EQ(test, 0, memcmp(&before, &fake.t->acct, sizeof(before)));
}

/* The clock of the CPU that it comes from was ahead of this one's. */
static void hot_clock_backwards(struct kunit *test)
{
	struct mps_account *a = &fake.t->acct;
	u64 ran_ns = a->ns[MPSCOPE_STATE_RUNNING], last_ns;

	a->last_ns += NSEC_PER_SEC;
	a->begin_ns += NSEC_PER_SEC;
	last_ns = a->last_ns;
	in_syscall(fake.task, __NR_futex);
	blocks(TASK_INTERRUPTIBLE, TASK_INTERRUPTIBLE);
	KUNIT_EXPECT_EQ(test, here()->nr_clock_backwards, 1);
	KUNIT_EXPECT_EQ(test, a->ns[MPSCOPE_STATE_RUNNING], ran_ns);
	KUNIT_EXPECT_EQ(test, a->last_ns, last_ns);
	comes();
	KUNIT_EXPECT_EQ(test, here()->nr_clock_backwards, 2);
	expect_whole(test);
}

/* sched_info says that it was queued for longer than it was away, or will be. */
static void hot_impossible_wait(struct kunit *test)
{
	struct mps_account *a = &fake.t->acct;
	u64 away_ns;

	in_syscall(fake.task, __NR_futex);
	blocks(TASK_INTERRUPTIBLE, TASK_INTERRUPTIBLE);
	away_ns = a->last_ns;
	fake.task->sched_info.run_delay += NSEC_PER_SEC;
	comes();
	away_ns = a->last_ns - away_ns;
	KUNIT_EXPECT_EQ(test, a->ns[MPSCOPE_STATE_WOKEN], away_ns);
	expect_whole(test);
	blocks(TASK_INTERRUPTIBLE, TASK_INTERRUPTIBLE);
	away_ns = a->last_ns;
	fake.task->sched_info.last_queued = away_ns + 1000 * NSEC_PER_SEC;
	comes();
	KUNIT_EXPECT_EQ(test, mps_account_blocked_ns(a), a->last_ns - away_ns);
	expect_whole(test);
}

/* The dead do not come back: refused and counted, nothing moves. */
static void hot_dead(struct kunit *test)
{
	struct mps_account after;

	in_syscall(fake.task, __NR_exit);
	WRITE_ONCE(fake.task->__state, TASK_DEAD);
	step(fake.task, fake.other, false, TASK_DEAD);
	KUNIT_EXPECT_EQ(test, fake.t->acct.state, MPSCOPE_STATE_DEAD);
	KUNIT_EXPECT_NE(test, fake.t->exit_ns, 0);
	expect_whole(test);
	after = fake.t->acct;
	comes();
	KUNIT_EXPECT_EQ(test, here()->nr_refused, 1);
	KUNIT_EXPECT_EQ(test, 0, memcmp(&after, &fake.t->acct, sizeof(after)));
}

static void moves(int to)
{
	unsigned long flags;

	local_irq_save(flags);
	on_sched_migrate_task(NULL, fake.task, to);
	local_irq_restore(flags);
}

static void hot_causes_of_moves(struct kunit *test)
{
	const u64 *cause = fake.t->migrate.cause;
	struct task_struct *p = fake.task;
	int from = task_cpu(p), to = cpumask_any_but(cpu_online_mask, from);

	if (to >= nr_cpu_ids)
		kunit_skip(test, "one CPU alone");
	p->cpus_ptr = cpu_possible_mask;
	moves(from);
	KUNIT_EXPECT_EQ(test, mps_migrate_total(&fake.t->migrate), 0);
	moves(to);
	KUNIT_EXPECT_EQ(test, cause[MPSCOPE_CAUSE_BALANCE], 1);
	WRITE_ONCE(p->__state, TASK_WAKING);
	moves(to);
	KUNIT_EXPECT_EQ(test, cause[MPSCOPE_CAUSE_WAKE], 1);
	on_sched_move_numa(NULL, p, from, to);
	moves(to);
	KUNIT_EXPECT_EQ(test, cause[MPSCOPE_CAUSE_NUMA], 1);
	moves(to);		/* announced once, done once */
	KUNIT_EXPECT_EQ(test, cause[MPSCOPE_CAUSE_WAKE], 2);
	p->cpus_ptr = cpumask_of(to);
	on_sched_move_numa(NULL, p, from, to);
	moves(to);		/* it had to go anyway */
	KUNIT_EXPECT_EQ(test, cause[MPSCOPE_CAUSE_AFFINITY], 1);
	KUNIT_EXPECT_EQ(test, mps_migrate_total(&fake.t->migrate), 5);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(hot_woken_before_the_switch),
	KUNIT_CASE(hot_signal_pending),
	KUNIT_CASE(hot_preempted_about_to_sleep),
	KUNIT_CASE(hot_who_waits_for_what),
#ifdef CONFIG_X86_64
	KUNIT_CASE(hot_foreign_call),
#endif
	KUNIT_CASE(hot_restarted),
	KUNIT_CASE(hot_lost_current),
	KUNIT_CASE(hot_clock_backwards),
	KUNIT_CASE(hot_impossible_wait),
	KUNIT_CASE(hot_dead),
	KUNIT_CASE(hot_causes_of_moves),
	{}
};

static int hot_suite_init(struct kunit_suite *suite)
{
	return mps_thread_init();
}

static void hot_suite_exit(struct kunit_suite *suite)
{
	mps_thread_exit();
}

static struct kunit_suite suite = {
	.name = "mpscope_hot",
	.suite_init = hot_suite_init,
	.suite_exit = hot_suite_exit,
	.init = hot_init,
	.exit = hot_exit,
	.test_cases = cases,
};

kunit_test_suites(&suite);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit tests of mpscope's handlers, with fake tasks");
MODULE_VERSION(MPSCOPE_VERSION);
