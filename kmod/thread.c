// SPDX-License-Identifier: GPL-2.0
/* Tracked threads: find, create, arm, retire, snapshot. */

/*
 * LOCKING
 *
 * Three contexts meet here: HOT (scheduler probes: run-queue or pi lock held,
 * interrupts off), fork/exec/free probes (atomic on 6.1, may be preemptible on
 * newer kernels; atomic on PREEMPT_RT, they have no memory but reserve.c's and
 * take raw locks only) and COLD (debugfs, work; may sleep).
 *
 * Locks, in the order they nest:
 *
 *   mps_targets_mutex	(M) COLD: commands, directories, attaching of hooks
 *     mps_lock		(L) raw, interrupts off: the hash of threads, lists of
 *			threads and tombstones, the hash of targets, pid bits,
 *			limits. Never held around an allocation, a wakeup or
 *			call into the tracing core.
 *     exact->lock	raw, interrupts off: Ps, counts and state of exact mode
 *			(exact.h). HOT code takes it too; a leaf.
 *   run-queue locks, pi_lock
 *     mps_arm_lock	raw: the first state of a thread, see ARMING. The only
 *			lock that HOT code takes without exact mode, and only
 *			for a thread that is being tagged this moment. Nothing
 *			nests inside.
 *
 * (A) acct, go, epoll, migrate: no lock. The scheduler itself serialises whoever
 *     writes them: a switch-out and a switch-in of one task happen under its
 *     run-queue lock, or in order by on_cpu; sched_migrate_task holds pi_lock or
 *     the run-queue lock of a task that does not run; the return to user mode
 *     is the task itself with interrupts off, and so is the IPI by which a
 *     reader has it looked at (mps_exact_ask()). Readers use the seqcount.
 * (W) wake, waker: sched_waking holds the task's pi_lock, which is another
 *     order than (A): a wakeup may come before the switch-out it ends. So they
 *     have a seqcount of their own, and never change a state.
 *
 * LIFETIME
 *
 * A thread holds a reference to its task (so the hash key is never reused) and
 * to its target. It is in the hash from birth to sched_process_free, which the
 * kernel calls after the last switch; then it is a tombstone in its target's
 * list until untag or eviction, and is freed a grace period later. HOT code
 * finds it by the per-CPU pointer (the task that runs here) or in the hash under
 * RCU; sched_switch has interrupts off, which synchronize_rcu() waits for on
 * every kernel; the other probes take rcu_read_lock() themselves, since 7.3's
 * tracepoints run under SRCU only.
 *
 * Removal of a running thread:
 *
 *   CPU 0, untag			CPU 1, sched_switch
 *   unhash (L)
 *					finds it by mps_cpu.cur: still valid
 *   on_each_cpu(forget): IPI  --->	waits for interrupts on
 *					cur = NULL, notifier off
 *					next lookup: not in the hash
 *   synchronize_rcu()			probes that found it in the hash end
 *   free
 *
 * ARMING
 *
 * A thread that exists when it is tagged may be switching this moment. It goes
 * into the hash UNARMED; after synchronize_rcu() every probe sees it there, so
 * from then on a switch-in cannot be missed. Whoever comes first arms it:
 *
 *   tagger				sched_switch, anywhere
 *   runs? IPI to its CPU: running	switch-in: UNARMED -> RUNNING
 *   else under mps_arm_lock, if	  under mps_arm_lock
 *   still UNARMED: sample, off CPU
 *
 * If the tagger arms it off the CPU, no switch-in came before that, and the next
 * one is an ordinary one.
 */
#include <linux/hashtable.h>
#include <linux/pid_namespace.h>
#include <linux/sched/clock.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/ktime.h>

#include "exact.h"
#include "hot.h"
#include "reserve.h"
#include "target.h"
#include "thread.h"

DEFINE_PER_CPU(struct mps_cpu, mps_cpu);
DEFINE_RAW_SPINLOCK(mps_lock);

unsigned long mps_pid_bits[BITS_TO_LONGS(MPS_PID_BITS)] __cacheline_aligned;
static u32 mps_pid_users[MPS_PID_BITS];		/* (L) threads behind a bit */
DEFINE_HASHTABLE(mps_threads, MPS_THREAD_HASH_BITS);	/* (L), RCU */
static LIST_HEAD(mps_grave);			/* (L) tombstones, oldest first */
static struct kmem_cache *mps_thread_cache;

static void pid_add_locked(pid_t pid)
{
	unsigned int i = pid & (MPS_PID_BITS - 1);

	lockdep_assert_held(&mps_lock);
	if (!mps_pid_users[i]++)
		set_bit(i, mps_pid_bits);
}

static void pid_del_locked(pid_t pid)
{
	unsigned int i = pid & (MPS_PID_BITS - 1);

	lockdep_assert_held(&mps_lock);
	if (!--mps_pid_users[i])
		clear_bit(i, mps_pid_bits);
}

static struct mps_thread *find_locked(const struct task_struct *task)
{
	struct mps_thread *t;

	lockdep_assert_held(&mps_lock);
	hash_for_each_possible(mps_threads, t, hash, (unsigned long)task)
		if (t->task == task)
			return t;
	return NULL;
}

/* Bare memory for a thread, zeroed; NULL if there is none. */
void *mps_thread_memory(gfp_t gfp)
{
	return kmem_cache_zalloc(mps_thread_cache, gfp);
}

/**
 * mps_thread_alloc() - memory for a thread, unarmed
 * @gfp: how to allocate, where one may
 *
 * Context: any but HOT that @gfp allows. Return: the thread or NULL.
 */
struct mps_thread *mps_thread_alloc(gfp_t gfp)
{
	struct mps_thread *t = mps_may_allocate() ? mps_thread_memory(gfp) :
			       mps_reserve_take(MPS_RESERVE_THREAD);

	if (!t)
		return NULL;
	seqcount_init(&t->seq);
	seqcount_init(&t->wake_seq);
	t->acct.state = MPS_STATE_UNARMED;
	t->waker.tid = -1;
	t->waker.tgid = -1;
	t->waker.source = MPSCOPE_TRACE_NONE;
	t->restart_reason = MPSCOPE_REASON_OTHER;
	t->restart_syscall = MPS_SYSCALL_NONE;
	t->go.held = -1;
	INIT_HLIST_NODE(&t->hash);
	INIT_LIST_HEAD(&t->in_target);
	INIT_LIST_HEAD(&t->in_grave);
	refcount_set(&t->ref, 1);
	return t;
}

/* For a thread that was never added. */
void mps_thread_free(struct mps_thread *t)
{
	if (!t)
		return;
	if (mps_may_allocate())
		kmem_cache_free(mps_thread_cache, t);
	else
		mps_reserve_give(MPS_RESERVE_THREAD, t);
}

/**
 * mps_thread_add() - make a thread findable
 * @t: from mps_thread_alloc(); consumed if added
 * @task: its task, with a reference or under RCU
 * @g: its process
 * @birth: the task was made this moment and has not run yet; otherwise the
 *	   caller arms the thread, see ARMING
 *
 * Context: any but HOT. Return: false if the task is there already, the target
 * is going, or the limit is reached (then counted as missed); @t is the
 * caller's again.
 */
bool mps_thread_add(struct mps_thread *t, struct task_struct *task,
		    struct mps_target *g, bool birth)
{
	unsigned long flags;
	bool added = false;

	t->task = task;
	t->target = g;
	t->features = g->features;
	t->tid = task_pid_nr(task);
	t->vtid = task_pid_nr_ns(task, task_active_pid_ns(task));
	t->since_ns = ktime_get_mono_fast_ns();
	t->nvcsw = task->nvcsw;
	if (birth)
		mps_account_begin(&t->acct, local_clock(),
				  MPSCOPE_STATE_BIRTH, task_cpu(task),
				  task->sched_info.run_delay);

	raw_spin_lock_irqsave(&mps_lock, flags);
	if (!g->live || find_locked(task))
		goto out;
	if (mps_limit_threads.used >= READ_ONCE(mps_limit_threads.max)) {
		mps_limit_threads.refused++;
		mps_missed_threads++;
		g->nr_missed++;
		goto out;
	}
	mps_limit_threads.used++;
	get_task_struct(task);
	mps_target_get(g);
	t->serial = g->next_serial++;
	if (g->exact && mps_exact_on(g->exact))
		t->exact = g->exact;
	g->nr_live++;
	list_add_tail_rcu(&t->in_target, &g->threads);
	hash_add_rcu(mps_threads, &t->hash, (unsigned long)task);
	/*
	 * Exec by another thread gives it the leader's id long before the probe
	 * hears of it, and the leader may be gone by then: so each thread stands
	 * for that id too.
	 */
	pid_add_locked(t->tid);
	pid_add_locked(g->tgid);
	added = true;
out:
	raw_spin_unlock_irqrestore(&mps_lock, flags);
	return added;
}

/* Out of the hash; no probe that starts now will find it. */
static void unhash_locked(struct mps_thread *t)
{
	lockdep_assert_held(&mps_lock);
	hash_del_rcu(&t->hash);
	pid_del_locked(t->tid);
	pid_del_locked(t->target->tgid);
	mps_limit_threads.used--;
	t->target->nr_live--;
}

static void thread_release(struct rcu_head *rcu)
{
	struct mps_thread *t = container_of(rcu, struct mps_thread, rcu);

	mps_thread_put(t);
}

static void task_release(struct rcu_head *rcu)
{
	struct mps_thread *t = container_of(rcu, struct mps_thread, task_rcu);

	put_task_struct(t->task);
	mps_thread_put(t);
}

void mps_thread_put(struct mps_thread *t)
{
	if (!refcount_dec_and_test(&t->ref))
		return;
	mps_target_put(t->target);
	kmem_cache_free(mps_thread_cache, t);
}

/* Drop a tombstone to make room; its counters stay in the target's sums. */
static void evict_locked(struct mps_thread *t)
{
	struct mps_target *g = t->target;
	struct mps_snapshot *s = &g->evicted;

	lockdep_assert_held(&mps_lock);
	write_seqcount_begin(&g->evict_seq);
	mps_account_merge(&s->acct, &t->acct);
	mps_epoll_merge(&s->epoll, &t->epoll);
	mps_migrate_merge(&s->migrate, &t->migrate);
	mps_wake_merge(&s->wake, &t->wake);
	s->life_ns += t->acct.last_ns - t->acct.begin_ns;
	g->nr_evicted++;
	list_del_rcu(&t->in_target);
	write_seqcount_end(&g->evict_seq);
	list_del(&t->in_grave);
	g->nr_dead--;
	mps_limit_tombstones.used--;
	mps_limit_tombstones.refused++;
	call_rcu(&t->rcu, thread_release);
}

/**
 * mps_thread_retire() - the task is gone for good: thread becomes a tombstone
 * @task: maybe one of ours
 *
 * Context: sched_process_free, which comes after the last switch of the task.
 */
void mps_thread_retire(struct task_struct *task)
{
	struct mps_target *g = NULL;
	struct mps_thread *t;
	unsigned long flags;

	raw_spin_lock_irqsave(&mps_lock, flags);
	t = find_locked(task);
	if (!t)
		goto out;
	g = t->target;
	unhash_locked(t);
	memcpy(t->comm, task->comm, sizeof(t->comm));
	if (!t->exit_ns)
		t->exit_ns = ktime_get_mono_fast_ns();
	WRITE_ONCE(t->dead, true);
	g->nr_dead++;
	mps_limit_tombstones.used++;
	list_add_tail(&t->in_grave, &mps_grave);
	refcount_inc(&t->ref);
	call_rcu(&t->task_rcu, task_release);
	while (mps_limit_tombstones.used > READ_ONCE(mps_limit_tombstones.max))
		evict_locked(list_first_entry(&mps_grave, struct mps_thread,
					      in_grave));
	if (!g->nr_live)
		mps_target_exited_locked(g);
	else
		g = NULL;
out:
	raw_spin_unlock_irqrestore(&mps_lock, flags);
	if (g)
		mps_target_kick();
}

/**
 * mps_thread_unlink_locked() - take a thread out of everything, for untag
 * @t: the thread
 *
 * The caller waits for probes and readers, then calls mps_thread_drop().
 * Context: COLD, mps_lock held.
 */
void mps_thread_unlink_locked(struct mps_thread *t)
{
	lockdep_assert_held(&mps_lock);
	if (t->dead) {
		list_del(&t->in_grave);
		t->target->nr_dead--;
		mps_limit_tombstones.used--;
	} else {
		unhash_locked(t);
	}
}

/* The last reference of an unlinked thread, after a grace period. COLD. */
void mps_thread_drop(struct mps_thread *t)
{
	if (!t->dead)
		put_task_struct(t->task);
	mps_thread_put(t);
}

/* Exec gave the task another id (its leader's), and maybe another name. */
void mps_thread_exec(struct task_struct *task)
{
	struct mps_thread *t;
	unsigned long flags;

	raw_spin_lock_irqsave(&mps_lock, flags);
	t = find_locked(task);
	if (t && t->tid != task_pid_nr(task)) {
		pid_add_locked(task_pid_nr(task));
		pid_del_locked(t->tid);
		t->tid = task_pid_nr(task);
		t->vtid = task_pid_nr_ns(task, task_active_pid_ns(task));
	}
	if (t)
		mps_exact_exec_locked(t->target, t);
	if (t && thread_group_leader(task))
		memcpy(t->target->comm, task->comm, sizeof(t->target->comm));
	raw_spin_unlock_irqrestore(&mps_lock, flags);
}

static void forget_here(void *all)
{
	struct mps_cpu *c = this_cpu_ptr(&mps_cpu);

	if (!all && (!c->cur || READ_ONCE(c->cur->target->live)))
		return;
	WRITE_ONCE(c->cur, NULL);
	mps_return_unwatch(c);
}

/**
 * mps_thread_forget_cpus() - no CPU points to a thread that is going
 * @all: nor to any other; else only threads of targets that are not live, which
 *	 are out of the hash
 *
 * Context: COLD, may sleep.
 */
void mps_thread_forget_cpus(bool all)
{
	on_each_cpu(forget_here, (void *)(unsigned long)all, 1);
}

int mps_thread_init(void)
{
	mps_thread_cache = KMEM_CACHE(mps_thread, SLAB_HWCACHE_ALIGN);
	return mps_thread_cache ? 0 : -ENOMEM;
}

void mps_thread_exit(void)
{
	rcu_barrier();		/* thread_release(), task_release() */
	kmem_cache_destroy(mps_thread_cache);
}
