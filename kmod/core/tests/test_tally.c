// SPDX-License-Identifier: GPL-2.0
/* Test: counts of epoll calls, migrations and wakeups, and their merging. */
#include "tap.h"
#include "vec_tally.h"

/* What v adds to e, by the book. */
static void add(struct mps_epoll *e, const struct vec_epoll *v)
{
	e->kind[v->kind]++;
	e->result[v->result]++;
	e->events += v->events;
	if (v->events > e->max_events)
		e->max_events = v->events;
	e->full += v->full;
	e->empty_wakes += v->empty_wakes;
}

static bool same(const struct mps_epoll *a, const struct mps_epoll *b)
{
	return !memcmp(a->kind, b->kind, sizeof(a->kind)) &&
	       !memcmp(a->result, b->result, sizeof(a->result)) &&
	       a->events == b->events && a->max_events == b->max_events &&
	       a->full == b->full && a->empty_wakes == b->empty_wakes &&
	       a->sleeps_in_call == b->sleeps_in_call;
}

static void test_calls(void)
{
	unsigned int i;

	for (i = 0; i < NR(vec_epoll); i++) {
		const struct vec_epoll *v = &vec_epoll[i];
		struct mps_epoll e = { .sleeps_in_call = v->sleeps }, want = { 0 };
		u8 result = mps_epoll_return(&e, &v->call);

		add(&want, v);
		if (!tap_ok(same(&e, &want) && result == v->result &&
			    result == mps_epoll_result(&v->call) &&
			    mps_epoll_calls(&e) == 1, "epoll: %s", v->name))
			tap_note("result %u, wanted %u", result, v->result);
	}
}

/* All calls in one thread; then the same in two, merged at each place. */
static void test_epoll_merge(void)
{
	struct mps_epoll all = { 0 }, want = { 0 };
	unsigned int i, cut;
	bool good = true;

	for (i = 0; i < NR(vec_epoll); i++) {
		all.sleeps_in_call = vec_epoll[i].sleeps;
		mps_epoll_return(&all, &vec_epoll[i].call);
		add(&want, &vec_epoll[i]);
		good = good && same(&all, &want);
	}
	tap_ok(good && mps_epoll_calls(&all) == NR(vec_epoll),
	       "epoll: calls of one thread add up");

	good = true;
	for (cut = 0; cut <= NR(vec_epoll); cut++) {
		struct mps_epoll part[2] = { 0 };

		for (i = 0; i < NR(vec_epoll); i++) {
			struct mps_epoll *e = &part[i >= cut];

			e->sleeps_in_call = vec_epoll[i].sleeps;
			mps_epoll_return(e, &vec_epoll[i].call);
		}
		/* a sleep of the call under way belongs to one thread only */
		part[1].sleeps_in_call = 5;
		mps_epoll_merge(&part[0], &part[1]);
		good = good && same(&part[0], &all);
	}
	tap_ok(good, "epoll: two threads merged are as one");
}

/* Distinct powers of two, so that no two sums are alike. */
static void test_migrate_merge(void)
{
	struct mps_migrate a = { 0 }, b = { 0 };
	u64 total = 0, n = 1;
	unsigned int i;
	bool good = true;

	for (i = 0; i < MPSCOPE_NR_CAUSES; i++, n *= 2) {
		a.cause[i] = n;
		b.cause[i] = n << 32;
		total += n + (n << 32);
	}
	for (i = 0; i <= MPSCOPE_NR_CLASSES; i++, n *= 2) {
		a.class[i] = n;
		b.class[i] = n << 32;
	}
	mps_migrate_merge(&a, &b);
	for (i = 0, n = 1; i < MPSCOPE_NR_CAUSES; i++, n *= 2)
		good = good && a.cause[i] == n + (n << 32);
	for (i = 0; i <= MPSCOPE_NR_CLASSES; i++, n *= 2)
		good = good && a.class[i] == n + (n << 32);
	tap_ok(good, "migrations: each cause and class is merged");
	tap_ok(mps_migrate_total(&a) == total, "migrations: causes add up to the total");
}

static void test_wake_merge(void)
{
	struct mps_wake a = { .cross_cpu = 3 }, b = { .cross_cpu = 1ull << 40 };
	unsigned int i;
	bool good = true;

	for (i = 0; i < MPSCOPE_NR_WAKES; i++) {
		a.source[i] = 1u << i;
		b.source[i] = 1ull << (40 + i);
	}
	mps_wake_merge(&a, &b);
	for (i = 0; i < MPSCOPE_NR_WAKES; i++)
		good = good && a.source[i] == (1u << i) + (1ull << (40 + i));
	tap_ok(good && a.cross_cpu == 3 + (1ull << 40),
	       "wakeups: each source is merged");
}

int main(void)
{
	tap_plan(NR(vec_epoll) + 2 + 2 + 1);
	test_calls();
	test_epoll_merge();
	test_migrate_merge();
	test_wake_merge();
	return tap_end();
}
