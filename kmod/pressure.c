// SPDX-License-Identifier: GPL-2.0
/*
 * The files ps and pressure, and the averages of the latter, which a work makes
 * every two seconds while any target is in exact mode. COLD.
 */
#include <linux/math64.h>
#include <linux/rculist.h>
#include <linux/sched/clock.h>
#include <linux/seq_file.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "core/names.h"
#include "debugfs.h"
#include "exact.h"
#include "target.h"

/* The instant up to which the account is shown: it stands still when off. */
static void catch_up_locked(const struct mps_target *g, struct mps_exact *x)
{
	if (mps_exact_on(x) && READ_ONCE(g->live))
		mps_ps_tick(&x->ps, local_clock());
}

static void put_number(struct mps_line *l, bool known, s64 v)
{
	if (known)
		mps_line_s64(l, v);
	else
		mps_line_none(l);
}

static void put_p(struct mps_line *l, u32 i, const struct mps_p *p, u64 since_ns)
{
	unsigned int s;

	mps_line_u64(l, i);
	put_number(l, p->owner, p->m);
	put_number(l, p->owner, p->tid);
	put_number(l, p->cpu >= 0, p->cpu);
	mps_line_str(l, mps_pstate_names[p->state]);
	mps_line_u64(l, since_ns);
	mps_line_u64(l, p->last_ns - p->begin_ns);
	for (s = 0; s < MPSCOPE_NR_PSTATES; s++)
		mps_line_u64(l, p->ns[s]);
	mps_line_u64(l, p->moves_m);
	mps_line_u64(l, p->moves_cpu);
	mps_line_end(l);
}

static void show_p(struct seq_file *m, const struct mps_target *g,
		   struct mps_exact *x, u32 i)
{
	unsigned long flags;
	struct mps_line l;
	struct mps_p p;
	char buf[512];
	u64 since_ns;

	raw_spin_lock_irqsave(&x->lock, flags);
	catch_up_locked(g, x);
	mps_p_peek(&x->ps, i, &p);
	since_ns = ktime_get_mono_fast_ns() - (local_clock() - p.since_ns);
	raw_spin_unlock_irqrestore(&x->lock, flags);
	mps_line_init(&l, buf, sizeof(buf));
	put_p(&l, i, &p, since_ns);
	if (!WARN_ON_ONCE(mps_line_overflow(&l)))
		seq_write(m, buf, l.len);
}

int mps_ps_show(struct seq_file *m, void *unused)
{
	struct mps_target *g = m->private;
	u32 i;

	mps_show_header(m, MPSCOPE_COLS_PS);
	mutex_lock(&g->exact_lock);
	if (g->exact)
		mps_exact_ask(g->exact);
	for (i = 0; g->exact && i < g->exact->ps.nprocs; i++)
		show_p(m, g, g->exact, i);
	mutex_unlock(&g->exact_lock);
	return 0;
}

static void update_one(u32 *avg, u64 *last_ns, u64 total_ns, u64 ns)
{
	u64 share = div64_u64((total_ns - *last_ns) << 20, ns);

	*last_ns = total_ns;
	mps_avg_update(avg, min_t(u64, share, MPS_AVG_ONE),
		       div64_u64(ns + MPS_AVG_PERIOD_NS / 2, MPS_AVG_PERIOD_NS));
}

/* Take the time since the last update into the averages, if it is enough. */
static void update_locked(const struct mps_target *g, struct mps_exact *x)
{
	u64 ns;

	catch_up_locked(g, x);
	ns = x->ps.now_ns - x->avg_ns;
	if (x->state != MPSCOPE_EXACT_EXACT || ns < MPS_AVG_PERIOD_NS)
		return;
	update_one(x->avg[0], &x->avg_total_ns[0], x->ps.some.total_ns, ns);
	update_one(x->avg[1], &x->avg_total_ns[1], x->ps.full.total_ns, ns);
	x->avg_ns = x->ps.now_ns;
}

static void show_stall(struct seq_file *m, const char *what, const u32 *avg,
		       u64 total_ns)
{
	static const char * const names[MPS_NR_AVGS] = { "10", "60", "300" };
	unsigned int i;

	seq_puts(m, what);
	for (i = 0; i < MPS_NR_AVGS; i++) {
		u32 v = ((u64)avg[i] * 10000 + MPS_AVG_ONE / 2) / MPS_AVG_ONE;

		seq_printf(m, " avg%s=%u.%02u", names[i], v / 100, v % 100);
	}
	seq_printf(m, " total=%llu\n", div_u64(total_ns, 1000));
}

/* As the files in /proc/pressure look. */
int mps_pressure_show(struct seq_file *m, void *unused)
{
	struct mps_target *g = m->private;
	u32 avg[2][MPS_NR_AVGS];
	struct mps_exact *x;
	unsigned long flags;
	u64 some_ns, full_ns;

	mutex_lock(&g->exact_lock);
	x = g->exact;
	if (x) {
		mps_exact_ask(x);
		raw_spin_lock_irqsave(&x->lock, flags);
		update_locked(g, x);
		memcpy(avg, x->avg, sizeof(avg));
		some_ns = x->ps.some.total_ns;
		full_ns = x->ps.full.total_ns;
		raw_spin_unlock_irqrestore(&x->lock, flags);
		show_stall(m, "some", avg[0], some_ns);
		show_stall(m, "full", avg[1], full_ns);
	}
	mutex_unlock(&g->exact_lock);
	return 0;
}

static void average_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(mps_average_work, average_work);

static void average_work(struct work_struct *work)
{
	struct mps_target *g;
	struct mps_exact *x;
	unsigned long flags;
	bool any = false;

	rcu_read_lock();
	list_for_each_entry_rcu(g, &mps_targets, node) {
		x = READ_ONCE(g->exact);
		if (!x || !READ_ONCE(g->live) || !mps_exact_on(x))
			continue;
		any = true;
		raw_spin_lock_irqsave(&x->lock, flags);
		update_locked(g, x);
		raw_spin_unlock_irqrestore(&x->lock, flags);
	}
	rcu_read_unlock();
	if (any)
		mps_pressure_start();
}

void mps_pressure_start(void)
{
	schedule_delayed_work(&mps_average_work,
			      nsecs_to_jiffies(MPS_AVG_PERIOD_NS));
}

/* All targets are gone. */
void mps_pressure_exit(void)
{
	cancel_delayed_work_sync(&mps_average_work);
}
