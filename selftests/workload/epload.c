// SPDX-License-Identifier: GPL-2.0
/*
 * epload -n CALLS -t THREADS: threads that call epoll_wait, epoll_pwait and
 * epoll_pwait2 CALLS times each and count what comes back. By index they are
 *
 *	level		an own epoll of four eventfds, waits for ever
 *	edge		the same, edge-triggered, waits 2 ms
 *	shared		one epoll for all of these threads, waits 3 ms or for ever
 *	exclusive	own epolls of one eventfd, EPOLLEXCLUSIVE, wait 1 ms
 *	poll		an own epoll that is always ready or never, timeout 0
 *
 * and buffers of one to five events. Two drivers write to the eventfds until
 * all is done, and pin the others here and there. Threads born late, as many
 * again as one of each kind, are created after "go".
 *
 * Facts: columns NAME...; truth TID N...; slept TID N; thread INDEX TID of
 * the late ones; calls N.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include "eptruth.h"

#define NR_EVENTS	4

enum style { LEVEL, EDGE, SHARED, EXCLUSIVE, POLL, NR_STYLES };

struct waiter {
	enum style style;
	unsigned long calls;
	int epfd, events[NR_EVENTS];
	struct eptruth truth;
};

static uint32_t nr_done;
static unsigned int nr_waiters;
static struct waiter *waiters[WL_MAX_THREADS];

static int event_open(void)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	if (fd < 0)
		wl_die("eventfd");
	return fd;
}

static void event_give(int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		wl_die("eventfd");
}

static void event_take(int fd)
{
	uint64_t v;

	if (read(fd, &v, sizeof(v)) < 0 && errno != EAGAIN)
		wl_die("eventfd");
}

static void watch(int epfd, int fd, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.fd = fd };

	if (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &ev))
		wl_die("epoll_ctl");
}

static int timeout_of(enum style style, unsigned long i)
{
	switch (style) {
	case LEVEL:
		return -1;
	case EDGE:
		return 2;
	case SHARED:
		return i % 2 ? 3 : -1;
	case EXCLUSIVE:
		return 1;
	default:
		return 0;
	}
}

static void waiter_run(struct wl_thread *t)
{
	struct waiter *w = t->priv;
	struct epoll_event ev[5];
	unsigned long i;
	long n;

	for (i = 0; i < w->calls; i++) {
		n = ep_call(&w->truth, i % NR_EPCALLS, w->epfd, ev, 1 + i % 5,
			    timeout_of(w->style, i / 5), NULL);
		if (w->style == POLL && i % 4 == 0)
			event_give(w->events[i / 4 % NR_EVENTS]);
		/* The poller leaves its events there now and then. */
		while (n-- > 0)
			if (w->style != POLL || i % 3)
				event_take(ev[n].data.fd);
	}
	__atomic_add_fetch(&nr_done, 1, __ATOMIC_SEQ_CST);
}

static unsigned int waiters_now(void)
{
	return __atomic_load_n(&nr_waiters, __ATOMIC_SEQ_CST);
}

static void driver_run(struct wl_thread *t)
{
	unsigned int i, k = t->index, nr = wl_nr_cpus();

	while (wl_load(&nr_done) < waiters_now()) {
		for (i = 0; i < waiters_now(); i++) {
			struct waiter *w = waiters[i];

			event_give(w->events[k % NR_EVENTS]);
			if (w->style != EXCLUSIVE && k % 3)
				event_give(w->events[(k + 1) % NR_EVENTS]);
		}
		k++;
		if (k % 64 == 0)
			wl_pin(wl_threads[2 + k / 64 % waiters_now()].tid, k % nr);
		else if (k % 64 == 32)
			wl_pin(wl_threads[2 + k / 64 % waiters_now()].tid, -1);
		wl_sleep_ns(k % 8 ? 50000 : 4000000);	/* now and then too late */
	}
}

static void waiter_add(enum style style, unsigned long calls)
{
	static int shared = -1, exclusive = -1, shared_events[NR_EVENTS];
	struct waiter *w = calloc(1, sizeof(*w));
	int i;

	if (!w)
		wl_die("no memory");
	w->style = style;
	w->calls = calls;
	w->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (exclusive < 0)
		exclusive = event_open();
	for (i = 0; i < NR_EVENTS; i++) {
		w->events[i] = style == EXCLUSIVE ? exclusive : event_open();
		if (style == EXCLUSIVE && i)
			continue;
		watch(w->epfd, w->events[i], EPOLLIN | (style == EDGE ? EPOLLET :
		      style == EXCLUSIVE ? EPOLLEXCLUSIVE : 0));
	}
	if (style == SHARED && shared < 0) {
		shared = w->epfd;
		memcpy(shared_events, w->events, sizeof(shared_events));
	} else if (style == SHARED) {
		w->epfd = shared;
		memcpy(w->events, shared_events, sizeof(shared_events));
	}
	waiters[nr_waiters] = w;
	wl_spawn(waiter_run, w);
	__atomic_add_fetch(&nr_waiters, 1, __ATOMIC_SEQ_CST);
}

int main(int argc, char **argv)
{
	struct wl_opts o = { .rounds = 1000, .threads = 10 };
	unsigned long calls = 0;
	unsigned int i;

	wl_opts_parse(&o, argc, argv);
	wl_spawn(driver_run, NULL);
	wl_spawn(driver_run, NULL);
	for (i = 0; i < o.threads; i++)
		waiter_add(i % NR_STYLES, o.rounds);
	wl_announce();
	wl_expect_command("go");
	wl_release();
	for (i = 0; i < NR_STYLES; i++)
		waiter_add(i, o.rounds);
	wl_release();
	wl_wait_parked();
	wl_say("columns " EPTRUTH_COLUMNS);
	for (i = 0; i < nr_waiters; i++) {
		if (i >= o.threads)
			wl_say("thread %u %d", 2 + i, wl_threads[2 + i].tid);
		eptruth_say(wl_threads[2 + i].tid, &waiters[i]->truth);
		calls += waiters[i]->truth.calls;
	}
	wl_say("calls %lu", calls);
	wl_finish();
}
