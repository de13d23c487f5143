// SPDX-License-Identifier: GPL-2.0
/* Files of one record: version, features, limits, self, rules, summary. COLD. */
#include <linux/percpu.h>
#include <linux/ktime.h>
#include <linux/utsname.h>
#include <generated/utsrelease.h>

#include "core/names.h"
#include "debugfs.h"
#include "exact.h"
#include "probe.h"
#include "rules.h"
#include "topology.h"

void mps_show_header(struct seq_file *m, const char *cols)
{
	seq_printf(m, "version %d\n# %s\n", MPSCOPE_ABI_MAJOR, cols);
}

void mps_show_features(struct seq_file *m, u32 features)
{
	unsigned int f;
	char sep = ' ';

	for (f = 0; f < MPSCOPE_NR_FEATURES; f++) {
		if (!(features & BIT(f)))
			continue;
		seq_printf(m, "%c%s", sep, mps_feature_names[f]);
		sep = ',';
	}
	seq_puts(m, sep == ' ' ? " none\n" : "\n");
}

void mps_show_opts(struct seq_file *m, bool children, u32 features)
{
	seq_printf(m, " %s", children ? "children" : "threads");
	mps_show_features(m, features);
}

int mps_version_show(struct seq_file *m, void *unused)
{
	mps_show_header(m, MPSCOPE_COLS_KEYVAL);
	seq_printf(m, "abi_major %d\nabi_minor %d\nmodule %s\nkernel %s\nclock local\n",
		   MPSCOPE_ABI_MAJOR, MPSCOPE_ABI_MINOR, MPSCOPE_VERSION,
		   UTS_RELEASE);
	return 0;
}

/* How many live targets ask for a feature. (M) */
static unsigned int target_users(unsigned int feature)
{
	struct mps_target *g;
	unsigned int n = 0;

	lockdep_assert_held(&mps_targets_mutex);
	list_for_each_entry(g, &mps_targets, node)
		if (READ_ONCE(g->live) && (feature >= MPSCOPE_NR_FEATURES ||
					   g->features & BIT(feature)))
			n++;
	return n;
}

static unsigned int users_of(enum mps_group group)
{
	switch (group) {
	case MPS_GROUP_MIGRATE:
		return target_users(MPSCOPE_FEATURE_MIGRATE);
	case MPS_GROUP_WAKERS:
		return target_users(MPSCOPE_FEATURE_WAKERS);
	case MPS_GROUP_EPOLL:
		return target_users(MPSCOPE_FEATURE_EPOLL);
	default:
		return target_users(MPSCOPE_NR_FEATURES);
	}
}

static void show_why(struct seq_file *m, const char *why)
{
	struct mps_line l;
	char buf[256];

	if (!why) {
		seq_puts(m, " -\n");
		return;
	}
	mps_line_init(&l, buf, sizeof(buf));
	mps_line_str(&l, why);
	mps_line_end(&l);
	seq_putc(m, ' ');
	seq_write(m, buf, min(l.len, l.size));
}

int mps_features_show(struct seq_file *m, void *unused)
{
	struct mps_hook_info info;
	unsigned int i;

	mps_show_header(m, MPSCOPE_COLS_FEATURES);
	mutex_lock(&mps_targets_mutex);
	for (i = 0; mps_probe_info(i, &info); i++) {
		seq_printf(m, "%s %s %u", info.name, info.state,
			   users_of(info.group));
		show_why(m, info.why);
	}
	seq_printf(m, "llc_topology %s %u",
		   mps_topology_why() ? "unavailable" : "attached",
		   users_of(MPS_GROUP_MIGRATE));
	mutex_unlock(&mps_targets_mutex);
	show_why(m, mps_topology_why());
	return 0;
}

int mps_limits_show(struct seq_file *m, void *unused)
{
	const struct {
		const char *name;
		const struct mps_limit *limit;
	} rows[] = {
		{ "targets", &mps_limit_targets },
		{ "threads", &mps_limit_threads },
		{ "rules", &mps_limit_rules },
		{ "tombstones", &mps_limit_tombstones },
		{ "exited", &mps_limit_exited },
	};
	struct mps_limit l;
	unsigned long flags;
	unsigned int i;

	mps_show_header(m, MPSCOPE_COLS_LIMITS);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		raw_spin_lock_irqsave(&mps_lock, flags);
		l = *rows[i].limit;
		raw_spin_unlock_irqrestore(&mps_lock, flags);
		seq_printf(m, "%s %u %u %llu\n", rows[i].name, l.max, l.used,
			   l.refused);
	}
	return 0;
}

/* Sums of the CPUs' own counts; each is exact, their mix is not one instant. */
static void sum_cpus(struct mps_cpu *sum)
{
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct mps_cpu *c = per_cpu_ptr(&mps_cpu, cpu);

		sum->nr_switch += READ_ONCE(c->nr_switch);
		sum->nr_migrate += READ_ONCE(c->nr_migrate);
		sum->nr_wake += READ_ONCE(c->nr_wake);
		sum->nr_return += READ_ONCE(c->nr_return);
		sum->nr_refused += READ_ONCE(c->nr_refused);
		sum->nr_lost_current += READ_ONCE(c->nr_lost_current);
		sum->nr_clock_backwards += READ_ONCE(c->nr_clock_backwards);
		sum->nr_epoll_unknown += READ_ONCE(c->nr_epoll_unknown);
	}
}

static u64 dropped_wakers(void)
{
	struct mps_target *g;
	u64 n = 0;

	mutex_lock(&mps_targets_mutex);
	list_for_each_entry(g, &mps_targets, node)
		n += atomic64_read(&g->wakers_dropped);
	mutex_unlock(&mps_targets_mutex);
	return n;
}

int mps_self_show(struct seq_file *m, void *unused)
{
	u64 missed_threads, missed_targets, tombstones, exited;
	unsigned long flags;
	struct mps_cpu sum;

	sum_cpus(&sum);
	raw_spin_lock_irqsave(&mps_lock, flags);
	missed_threads = mps_missed_threads;
	missed_targets = mps_missed_targets;
	tombstones = mps_limit_tombstones.refused;
	exited = mps_limit_exited.refused;
	raw_spin_unlock_irqrestore(&mps_lock, flags);

	mps_show_header(m, MPSCOPE_COLS_KEYVAL);
	seq_printf(m, "events_switch %llu\nevents_migrate %llu\n",
		   sum.nr_switch, sum.nr_migrate);
	seq_printf(m, "events_wake %llu\nevents_return %llu\n",
		   sum.nr_wake, sum.nr_return);
	seq_printf(m, "refused_events %llu\nlost_current %llu\n",
		   sum.nr_refused, sum.nr_lost_current);
	seq_printf(m, "clock_backwards %llu\nmissed_epoll_results %llu\n",
		   sum.nr_clock_backwards,
		   sum.nr_epoll_unknown + mps_return_missed());
	seq_printf(m, "missed_threads %llu\nmissed_targets %llu\n",
		   missed_threads, missed_targets);
	seq_printf(m, "dropped_tombstones %llu\ndropped_exited %llu\n",
		   tombstones, exited);
	seq_printf(m, "dropped_wakers %llu\n", dropped_wakers());
	return 0;
}

int mps_error_show(struct seq_file *m, void *unused)
{
	mps_last_error_show(m);
	return 0;
}

/* Quoted if a blank would end the value early. */
static void show_rule(struct seq_file *m, const struct mps_rule_cmd *c)
{
	unsigned int k, n = 0;

	for (k = 0; k < MPS_NR_RULE_KEYS; k++) {
		const char *q;

		if (!*c->value[k])
			continue;
		q = strpbrk(c->value[k], " \t") ? "\"" : "";
		seq_printf(m, "%s%s=%s%s%s", n++ ? " " : "",
			   mps_rule_key_names[k], q, c->value[k], q);
	}
	mps_show_opts(m, c->opts.children, c->opts.features);
}

int mps_rules_show(struct seq_file *m, void *unused)
{
	struct mps_rule *r;

	mps_show_header(m, MPSCOPE_COLS_RULES);
	mutex_lock(&mps_targets_mutex);
	list_for_each_entry(r, &mps_rules, node)
		show_rule(m, &r->cmd);
	mutex_unlock(&mps_targets_mutex);
	return 0;
}

static void show_u64(struct seq_file *m, const char *key, bool known, u64 v)
{
	if (known)
		seq_printf(m, "%s %llu\n", key, v);
	else
		seq_printf(m, "%s -\n", key);
}

static void show_times(struct seq_file *m, const struct mps_snapshot *s)
{
	const struct mps_account *a = &s->acct;

	show_u64(m, "life_ns", true, s->life_ns);
	show_u64(m, "running_ns", true, a->ns[MPSCOPE_STATE_RUNNING]);
	show_u64(m, "woken_ns", true, a->ns[MPSCOPE_STATE_WOKEN]);
	show_u64(m, "preempted_ns", true, a->ns[MPSCOPE_STATE_PREEMPTED]);
	show_u64(m, "yielded_ns", true, a->ns[MPSCOPE_STATE_YIELDED]);
	show_u64(m, "blocked_ns", true, mps_account_blocked_ns(a));
	show_u64(m, "birth_ns", true, a->ns[MPSCOPE_STATE_BIRTH]);
	show_u64(m, "switches_vol", true, a->switches[1]);
	show_u64(m, "switches_invol", true, a->switches[0]);
	show_u64(m, "runs", true, a->nr[MPSCOPE_STATE_RUNNING]);
}

static void show_wakes(struct seq_file *m, const struct mps_target *g,
		       const struct mps_snapshot *s)
{
	bool on = g->features & BIT(MPSCOPE_FEATURE_WAKERS);
	char key[24];
	unsigned int i;

	for (i = 0; i < MPSCOPE_NR_WAKES; i++) {
		snprintf(key, sizeof(key), "wake_%s", mps_wake_names[i]);
		show_u64(m, key, on, s->wake.source[i]);
	}
	show_u64(m, "wake_cross", on, s->wake.cross_cpu);
	show_u64(m, "migrations", g->features & BIT(MPSCOPE_FEATURE_MIGRATE),
		 mps_migrate_total(&s->migrate));
	show_u64(m, "cpu_changes", true, s->acct.cpu_changes);
}

static void show_epoll(struct seq_file *m, const struct mps_target *g,
		       const struct mps_snapshot *s)
{
	const struct mps_blocked *b = s->acct.blocked[MPSCOPE_REASON_EPOLL];
	bool on = g->features & BIT(MPSCOPE_FEATURE_EPOLL);
	const struct mps_epoll *e = &s->epoll;
	char key[32];
	unsigned int i;

	show_u64(m, "epoll_calls", on, mps_epoll_calls(e));
	for (i = 0; i < MPSCOPE_NR_KINDS; i++) {
		snprintf(key, sizeof(key), "epoll_kind_%s", mps_kind_names[i]);
		show_u64(m, key, on, e->kind[i]);
	}
	for (i = 0; i < MPSCOPE_NR_RESULTS; i++) {
		snprintf(key, sizeof(key), "epoll_ret_%s", mps_result_names[i]);
		show_u64(m, key, on, e->result[i]);
	}
	show_u64(m, "epoll_events", on, e->events);
	show_u64(m, "epoll_max_events", on, e->max_events);
	show_u64(m, "epoll_full", on, e->full);
	show_u64(m, "epoll_sleeps", true, b[MPSCOPE_MODE_S].nr);
	show_u64(m, "epoll_empty_wakes", on, e->empty_wakes);
	show_u64(m, "epoll_sleep_ns", true, b[MPSCOPE_MODE_S].ns);
	show_u64(m, "epoll_lock_ns", true, b[MPSCOPE_MODE_D].ns);
}

/* What of a target changes under mps_lock, of one instant. */
struct target_now {
	bool live;
	char comm[TASK_COMM_LEN];
	u32 nr_live, nr_dead;
	u64 nr_evicted, nr_missed;
	u64 now_ns;		/* CLOCK_MONOTONIC; once exited, when that was */
};

static void target_read(const struct mps_target *g, struct target_now *n)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&mps_lock, flags);
	n->live = g->live;
	memcpy(n->comm, g->comm, sizeof(n->comm));
	n->nr_live = g->nr_live;
	n->nr_dead = g->nr_dead;
	n->nr_evicted = g->nr_evicted;
	n->nr_missed = g->nr_missed;
	n->now_ns = g->live ? ktime_get_mono_fast_ns() : g->exit_ns;
	raw_spin_unlock_irqrestore(&mps_lock, flags);
}

int mps_summary_show(struct seq_file *m, struct mps_reader *r)
{
	const struct mps_target *g = r->target;
	struct target_now now;
	struct mps_line l;
	int ret;

	ret = mps_target_sum(r->target, &r->snap, &r->tmp);
	if (ret)
		return ret;
	target_read(g, &now);
	mps_show_header(m, MPSCOPE_COLS_KEYVAL);
	mps_line_init(&l, r->lines, sizeof(r->lines));
	mps_line_str(&l, "comm");
	mps_line_str(&l, now.comm);
	mps_line_end(&l);
	seq_printf(m, "tgid %d\nvtgid %d\n", g->tgid, g->vtgid);
	seq_write(m, r->lines, l.len);
	seq_printf(m, "state %s\nfollow %s\nfeatures",
		   now.live ? "live" : "exited",
		   g->children ? "children" : "threads");
	mps_show_features(m, g->features);
	seq_printf(m, "threads_live %u\nthreads_dead %u\n", now.nr_live,
		   now.nr_dead);
	seq_printf(m, "threads_evicted %llu\nthreads_missed %llu\n",
		   now.nr_evicted, now.nr_missed);
	seq_printf(m, "since_ns %llu\nnow_ns %llu\n", g->since_ns,
		   now.now_ns);
	show_times(m, &r->snap);
	show_wakes(m, g, &r->snap);
	show_epoll(m, g, &r->snap);
	mps_exact_summary(m, r->target);
	return 0;
}
