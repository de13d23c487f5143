// SPDX-License-Identifier: GPL-2.0
/*
 * Who wakes our threads; attached only while a target asks for it, since it
 * stands in every wakeup of the machine. HOT: the wakee's pi_lock is held.
 *
 * A wakeup may come before the switch-out that it ends, or find the thread
 * running: it says who woke, and never changes a state.
 */
#include <linux/preempt.h>
#include <linux/mm_types.h>	/* 6.12: the next one lacks it */
#include <trace/events/sched.h>
#include <trace/events/timer.h>

#include "exact.h"
#include "hot.h"
#include "probe.h"
#include "target.h"

static void who_wakes(struct mps_waker *w, const struct task_struct *p)
{
	w->cpu = raw_smp_processor_id();
	w->tid = -1;
	w->tgid = -1;
	if (in_hardirq()) {
		w->source = this_cpu_read(mps_cpu.in_hard_timer) ?
			    MPSCOPE_WAKE_TIMER : MPSCOPE_WAKE_HARDIRQ;
	} else if (in_serving_softirq()) {
		w->source = this_cpu_read(mps_cpu.in_soft_timer) ?
			    MPSCOPE_WAKE_TIMER : MPSCOPE_WAKE_SOFTIRQ;
	} else {
		w->tid = task_pid_nr(current);
		w->tgid = task_tgid_nr(current);
		w->source = current->signal == p->signal ? MPSCOPE_WAKE_SELF :
							   MPSCOPE_WAKE_OTHER;
	}
}

/*
 * count_pair() - one more wakeup of a pair
 * @g: a target with the feature wakers
 * @waker: thread id
 * @wakee: thread id
 *
 * Context: HOT. A full neighbourhood of the table drops the count and says so.
 */
static void count_pair(struct mps_target *g, pid_t waker, pid_t wakee)
{
	s64 key = (s64)waker << 32 | wakee;
	unsigned int i, probe;

	i = (u32)waker * 31 + (u32)wakee;
	for (probe = 0; probe < 16; probe++, i++) {
		struct mps_waker_slot *s = &g->wakers[i % MPS_WAKER_SLOTS];
		s64 seen = atomic64_read(&s->key);

		if (!seen)
			seen = atomic64_cmpxchg(&s->key, 0, key) ?: key;
		if (seen == key) {
			atomic64_inc(&s->nr);
			return;
		}
	}
	atomic64_inc(&g->wakers_dropped);
}

void on_sched_waking(void *data, struct task_struct *p)
{
	struct mps_thread *t;
	struct mps_waker w;
	struct mps_go go;

	if (likely(!mps_pid_maybe(p->pid)))
		return;
	rcu_read_lock();
	t = mps_thread_find_rcu(p);
	if (!t || !(t->features & BIT(MPSCOPE_FEATURE_WAKERS)))
		goto out;
	who_wakes(&w, p);
	this_cpu_inc(mps_cpu.nr_wake);
	write_seqcount_begin(&t->wake_seq);
	t->waker = w;
	t->wake.source[w.source]++;
	if (w.cpu != task_cpu(p))
		t->wake.cross_cpu++;
	write_seqcount_end(&t->wake_seq);
	if (w.source == MPSCOPE_WAKE_SELF)
		count_pair(t->target, w.tid, t->tid);
	if (trace_thread_wake_enabled())
		trace_thread_wake(t->tid, t->target->tgid, &w, task_cpu(p),
				  mps_go_of(t, &go));
out:
	rcu_read_unlock();
}

/*
 * hrtimers expire in hard interrupts (some, and all on RT, in soft ones), timers
 * in soft ones. A hard interrupt may come in the middle of a soft one's timer,
 * so each context has its flag.
 */
static void in_timer(bool in)
{
	if (in_hardirq())
		this_cpu_write(mps_cpu.in_hard_timer, in);
	else
		this_cpu_write(mps_cpu.in_soft_timer, in);
}

void on_hrtimer_expire_entry(void *data, struct hrtimer *timer,
			     mps_expire_now_t now)
{
	in_timer(true);
}

void on_hrtimer_expire_exit(void *data, struct hrtimer *timer)
{
	in_timer(false);
}

void on_timer_expire_entry(void *data, struct timer_list *timer,
			   unsigned long baseclk)
{
	in_timer(true);
}

void on_timer_expire_exit(void *data, struct timer_list *timer)
{
	in_timer(false);
}

/* Found by name at run time, but typed at compile time. */
static void __maybe_unused mps_check_types(void)
{
	check_trace_callback_type_sched_waking(on_sched_waking);
	check_trace_callback_type_hrtimer_expire_entry(on_hrtimer_expire_entry);
	check_trace_callback_type_hrtimer_expire_exit(on_hrtimer_expire_exit);
	check_trace_callback_type_timer_expire_entry(on_timer_expire_entry);
	check_trace_callback_type_timer_expire_exit(on_timer_expire_exit);
}
