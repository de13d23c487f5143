// SPDX-License-Identifier: GPL-2.0
/*
 * The file golayout: exact mode on, off, and what became of it. COLD.
 *
 * A struct mps_exact is made by a write and goes by the next one or with its
 * target. HOT code finds it by its thread, so it is taken from the threads
 * first, then a grace period passes.
 */
#include <linux/ctype.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/sched/clock.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "core/names.h"
#include "core/statline.h"
#include "debugfs.h"
#include "exact.h"
#include "probe.h"
#include "target.h"

static const char * const whys[MPS_NR_EXACT_WHYS] = {
	[MPS_EXACT_TURNED_OFF]	= "turned off",
	[MPS_EXACT_EXEC]	= "the process runs another program now: write its layout",
	[MPS_EXACT_BAD_PROCID]	= "m.procid is not the thread id",
	[MPS_EXACT_BAD_G0]	= "m.g0.m is not m",
	[MPS_EXACT_BAD_P_ID]	= "p.id is not below nprocs",
	[MPS_EXACT_BAD_P_M]	= "m.p.m is not m",
	[MPS_EXACT_FAULTS]	= "what the layout points to cannot be read",
};

static u32 span(const struct mps_golayout *l, enum mps_go_offset from,
		enum mps_go_offset to)
{
	u32 end = 0;
	unsigned int i;

	for (i = from; i <= to; i++)
		end = max(end, l->off[i] + 8);
	return end;
}

static struct mps_exact *exact_alloc(const struct mps_golayout *l)
{
	struct mps_exact *x = kvzalloc(struct_size(x, ps.p, l->nprocs),
				       GFP_KERNEL);

	if (!x)
		return NULL;
	x->layout = *l;
	x->g_span = span(l, MPS_GO_G_M, MPS_GO_G_STATUS);
	x->m_span = span(l, MPS_GO_M_G0, MPS_GO_M_SYSCALLTICK);
	x->p_span = span(l, MPS_GO_P_ID, MPS_GO_P_SYSCALLTICK);
	x->state = MPSCOPE_EXACT_PROVING;
	raw_spin_lock_init(&x->lock);
	mps_ps_begin(&x->ps, l->nprocs, local_clock());
	x->avg_ns = x->ps.now_ns;
	return x;
}

/* No thread points to it any more, nobody is in the middle of it. */
static void exact_detach(struct mps_target *g)
{
	struct mps_thread *t;
	unsigned long flags;

	raw_spin_lock_irqsave(&mps_lock, flags);
	list_for_each_entry(t, &g->threads, in_target)
		WRITE_ONCE(t->exact, NULL);
	raw_spin_unlock_irqrestore(&mps_lock, flags);
	synchronize_rcu();
}

static bool exact_publish(struct mps_target *g, struct mps_exact *x)
{
	struct mps_thread *t;
	unsigned long flags;
	bool live;

	raw_spin_lock_irqsave(&mps_lock, flags);
	live = g->live;
	if (live) {
		WRITE_ONCE(g->exact, x);
		list_for_each_entry(t, &g->threads, in_target) {
			memset(&t->go, 0, sizeof(t->go));
			t->go.held = -1;
			if (!t->dead)
				WRITE_ONCE(t->exact, x);
		}
	}
	raw_spin_unlock_irqrestore(&mps_lock, flags);
	return live;
}

static void set_off(struct mps_exact *x, enum mps_exact_why why)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&x->lock, flags);
	if (mps_exact_on(x)) {
		WRITE_ONCE(x->state, MPSCOPE_EXACT_OFF);
		x->why = why;
	}
	raw_spin_unlock_irqrestore(&x->lock, flags);
}

/**
 * mps_exact_exec_locked() - the process runs another program from now on
 * @g: the process, in exact mode or not
 * @t: its only thread
 *
 * Context: mps_lock held.
 */
void mps_exact_exec_locked(struct mps_target *g, struct mps_thread *t)
{
	lockdep_assert_held(&mps_lock);
	if (!g->exact)
		return;
	set_off(g->exact, MPS_EXACT_EXEC);
	WRITE_ONCE(t->exact, NULL);
}

/* The last reference to the target is gone. Context: any. */
void mps_exact_free(struct mps_target *g)
{
	if (g->exact)
		kvfree_rcu(g->exact, rcu);
}

/* Is its every return to user mode to be seen? Context: mps_lock held. */
bool mps_exact_wants_returns(const struct mps_target *g)
{
	return g->exact && mps_exact_on(g->exact) && mps_return_by_notifier();
}

static int turn_on(struct mps_target *g, const struct mps_golayout *l,
		   const char **why)
{
	struct mps_exact *x, *old = g->exact;

	*why = "exact mode is on already: write off first";
	if (old && mps_exact_on(old))
		return -EEXIST;
	*why = "no thread pointer is known on this architecture";
	if (!MPS_HAVE_THREAD_POINTER)
		return -EOPNOTSUPP;
	*why = "no memory";
	x = exact_alloc(l);
	if (!x)
		return -ENOMEM;
	exact_detach(g);
	*why = "the process has exited";
	if (!exact_publish(g, x)) {
		kvfree(x);
		return -ESRCH;
	}
	if (old)
		kvfree_rcu(old, rcu);
	return 0;
}

static int golayout_run(struct mps_target *g, const char *text)
{
	const char *at, *why;
	struct mps_golayout l;
	enum mps_go_error e = mps_golayout_parse(text, &l, &at);
	char word[64];
	int ret = 0;

	if (e != MPS_GO_OK && e != MPS_GO_OFF) {
		snprintf(word, sizeof(word), "%.*s", (int)strcspn(at, " \t\n"), at);
		return mps_refuse(-EINVAL, "golayout", word, mps_go_sentence(e));
	}
	mutex_lock(&g->exact_lock);
	if (!READ_ONCE(g->live)) {
		why = "the process has exited";
		ret = -ESRCH;
	} else if (e == MPS_GO_OK) {
		ret = turn_on(g, &l, &why);
	} else if (g->exact) {
		set_off(g->exact, MPS_EXACT_TURNED_OFF);
		exact_detach(g);
	}
	mutex_unlock(&g->exact_lock);
	mps_pressure_start();
	mps_target_kick();	/* returns to user mode are watched, or not */
	return ret ? mps_refuse(ret, "golayout", "", why) : 0;
}

ssize_t mps_golayout_write(struct file *f, const char __user *buf, size_t n,
			   loff_t *pos)
{
	struct mps_target *g = ((struct seq_file *)f->private_data)->private;
	char *text;
	int ret;

	if (n > MPSCOPE_MAX_CMD)
		return mps_refuse(-E2BIG, "golayout", "",
				  "too long: write at most 4095 bytes at once");
	text = memdup_user_nul(buf, n);
	if (PTR_ERR_OR_ZERO(text) == -ENOMEM)
		return mps_refuse(-ENOMEM, "golayout", "", "no memory for the text");
	if (IS_ERR(text))
		return PTR_ERR(text);
	if (strlen(text) != n)
		ret = mps_refuse(-EINVAL, "golayout", text, "a zero byte in the text");
	else
		ret = golayout_run(g, text);
	kfree(text);
	return ret ?: n;
}

static void show_why(struct seq_file *m, const char *why)
{
	struct mps_line l;
	char buf[256];

	mps_line_init(&l, buf, sizeof(buf));
	mps_line_str(&l, "why");
	if (why)
		mps_line_str(&l, why);
	else
		mps_line_none(&l);
	mps_line_end(&l);
	seq_write(m, buf, min(l.len, l.size));
}

static void show_state(struct seq_file *m, const struct mps_target *g,
		       struct mps_exact *x)
{
	char why[128] = "";
	unsigned long flags;
	u8 state;

	raw_spin_lock_irqsave(&x->lock, flags);
	state = x->state;
	if (state == MPSCOPE_EXACT_REFUSED)
		snprintf(why, sizeof(why), "%s: %lld, of thread %d", whys[x->why],
			 x->bad_value, x->bad_tid);
	else if (whys[x->why])
		strscpy(why, whys[x->why], sizeof(why));
	raw_spin_unlock_irqrestore(&x->lock, flags);
	if (mps_exact_on(x) && !READ_ONCE(g->live)) {
		state = MPSCOPE_EXACT_OFF;
		strscpy(why, "the process has exited", sizeof(why));
	}
	seq_printf(m, "state %s\n", mps_exact_names[state]);
	show_why(m, *why ? why : NULL);
}

int mps_golayout_show(struct seq_file *m, void *unused)
{
	struct mps_target *g = m->private;
	const struct mps_golayout *l;
	unsigned int i;

	mps_show_header(m, MPSCOPE_COLS_GOLAYOUT);
	mutex_lock(&g->exact_lock);
	if (!g->exact) {
		seq_puts(m, "state off\n");
		show_why(m, "no layout was written");
		goto out;
	}
	l = &g->exact->layout;
	show_state(m, g, g->exact);
	seq_printf(m, "go %s\ntls %d\nnprocs %u\n", l->go, l->tls, l->nprocs);
	for (i = 0; i < MPS_NR_GO_OFFSETS; i++)
		if (mps_go_has(l, i))
			seq_printf(m, "%s %u\n", mps_go_key(i), l->off[i]);
out:
	mutex_unlock(&g->exact_lock);
	return 0;
}

/* The end of summary. */
void mps_exact_summary(struct seq_file *m, struct mps_target *g)
{
	u64 ok, fault, check, foreign;
	unsigned long flags;
	struct mps_exact *x;
	u8 state;

	mutex_lock(&g->exact_lock);
	x = g->exact;
	if (x) {
		raw_spin_lock_irqsave(&x->lock, flags);
		state = x->state;
		ok = x->nr_ok;
		fault = x->nr_fault;
		check = x->nr_check;
		foreign = x->nr_foreign;
		raw_spin_unlock_irqrestore(&x->lock, flags);
		if (mps_exact_on(x) && !READ_ONCE(g->live))
			state = MPSCOPE_EXACT_OFF;
		seq_printf(m, "exact_state %s\nexact_ok %llu\n",
			   mps_exact_names[state], ok);
		seq_printf(m, "exact_failed_fault %llu\nexact_failed_check %llu\n",
			   fault, check);
		seq_printf(m, "exact_foreign %llu\n", foreign);
	} else {
		seq_puts(m, "exact_state off\nexact_ok -\nexact_failed_fault -\n");
		seq_puts(m, "exact_failed_check -\nexact_foreign -\n");
	}
	mutex_unlock(&g->exact_lock);
}
