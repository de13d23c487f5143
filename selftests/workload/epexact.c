// SPDX-License-Identifier: GPL-2.0
/*
 * epexact -n ROUNDS: epoll calls whose outcome is forced, a thread for each
 * subject, one after the other:
 *
 *	inside	is in epoll_wait before it is tagged, and comes back once
 *	errors	each way to fail, ROUNDS times
 *	sizes	1 to 64 ready events, into buffers that are full and not
 *	timeout	each call and kind of timeout, on nothing
 *	wakes	ROUNDS calls that sleep, are woken three times for an event
 *		that is gone again, and return with the fourth: its waker is a
 *		real-time thread on the same CPU, so that it cannot look early
 *
 * Facts: columns NAME...; NAME TID; truth TID N...; slept TID N;
 * sleeps TID N and empty TID N for "wakes"; early N, for "wakes": times it was
 * not where it should be (has to be 0).
 */
#define _GNU_SOURCE
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include "eptruth.h"

#define EMPTY_WAKES	3
#define NR_SIZES	64

struct subject {
	unsigned long rounds;
	int epfd, fd;
	uint32_t armed;
	unsigned long before;
	struct eptruth truth;
};

static struct subject inside, errors, sizes, timeouts, wakes;
static unsigned long nr_early;

static void subject_open(struct subject *s, unsigned long rounds)
{
	struct epoll_event ev = { .events = EPOLLIN };

	s->rounds = rounds;
	s->epfd = epoll_create1(0);
	s->fd = eventfd(0, EFD_NONBLOCK);
	if (s->epfd < 0 || s->fd < 0 || epoll_ctl(s->epfd, EPOLL_CTL_ADD, s->fd, &ev))
		wl_die("epoll");
}

static void event_write(struct subject *s)
{
	uint64_t one = 1;

	if (write(s->fd, &one, sizeof(one)) != sizeof(one))
		wl_die("eventfd");
}

static void event_read(struct subject *s)
{
	uint64_t v;

	if (read(s->fd, &v, sizeof(v)) != sizeof(v))
		wl_die("eventfd");
}

static void inside_run(struct wl_thread *t)
{
	struct subject *s = t->priv;
	struct epoll_event ev;

	s->before = wl_nvcsw();
	wl_store(&s->armed, 1);
	ep_call(&s->truth, EPOLL_PWAIT, s->epfd, &ev, 1, -1, NULL);
}

/* ---- errors ---- */

static void expect(long ret, int err)
{
	if (ret != -1 || errno != err)
		wl_die("epoll returned %ld, expected errno %d", ret, err);
}

static void one_error(struct subject *s, enum epcall call, int timeout, char *unmapped)
{
	struct epoll_event ev[4], *bad = (struct epoll_event *)unmapped;
	struct eptruth *t = &s->truth;

	expect(ep_call(t, call, -1, ev, 4, timeout, NULL), EBADF);
	expect(ep_call(t, call, 99999, ev, 4, timeout, NULL), EBADF);
	expect(ep_call(t, call, s->fd, ev, 4, timeout, NULL), EINVAL);
	expect(ep_call(t, call, s->epfd, ev, 0, timeout, NULL), EINVAL);
	expect(ep_call(t, call, s->epfd, ev, -1, timeout, NULL), EINVAL);
	expect(ep_call(t, call, s->epfd, ev, INT_MAX, timeout, NULL), EINVAL);
	/* The event is there, but its place is not; and a place in the kernel. */
	expect(ep_call(t, call, s->epfd, bad, 4, timeout, NULL), EFAULT);
	expect(ep_call(t, call, s->epfd, (void *)-4096L, 4, timeout, NULL), EFAULT);
}

/* Arguments that ep_call() would not pass. */
static void odd_errors(struct subject *s, char *unmapped)
{
	struct timespec ts = { 0, 2000000000 };
	struct epoll_event ev;

	expect(syscall(SYS_epoll_pwait, s->epfd, &ev, 1, 7, &ts, 4), EINVAL);
	eptruth_count(&s->truth, 7, -1, EINVAL, 1);
	expect(syscall(SYS_epoll_pwait, s->epfd, &ev, 1, -1, unmapped, 8), EFAULT);
	eptruth_count(&s->truth, -1, -1, EFAULT, 1);
	expect(syscall(SYS_epoll_pwait2, s->epfd, &ev, 1, &ts, NULL, 8), EINVAL);
	eptruth_count(&s->truth, 1, -1, EINVAL, 1);
	expect(syscall(SYS_epoll_pwait2, s->epfd, &ev, 1, unmapped, NULL, 8), EFAULT);
	eptruth_count(&s->truth, 1, -1, EFAULT, 1);
	s->truth.kind_timed--;		/* what the timeout was, nobody knows */
	s->truth.kind_unknown++;
}

static void errors_run(struct wl_thread *t)
{
	static const int kinds[] = { -1, 0, 5, INT_MIN, INT_MAX };
	struct subject *s = t->priv;
	unsigned long i;
	char *unmapped;

	unmapped = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	event_write(s);
	for (i = 0; i < s->rounds; i++) {
		one_error(s, i % NR_EPCALLS, kinds[i / NR_EPCALLS % 5], unmapped);
		odd_errors(s, unmapped);
	}
}

/* ---- results ---- */

static void sizes_run(struct wl_thread *t)
{
	struct epoll_event ev[2 * NR_SIZES], one = { .events = EPOLLIN };
	struct subject *s = t->priv;
	int i, fds[NR_SIZES];
	uint64_t v = 1;

	for (i = 0; i < NR_SIZES; i++) {
		fds[i] = eventfd(0, EFD_NONBLOCK);
		if (epoll_ctl(s->epfd, EPOLL_CTL_ADD, fds[i], &one) ||
		    write(fds[i], &v, sizeof(v)) != sizeof(v))
			wl_die("eventfd");
		/* just fits, more than fits, less than fits */
		if (ep_call(&s->truth, i % NR_EPCALLS, s->epfd, ev, i + 1, -1, NULL) !=
		    i + 1 ||
		    ep_call(&s->truth, i % NR_EPCALLS, s->epfd, ev, i + 2, 0, NULL) !=
		    i + 1 ||
		    ep_call(&s->truth, i % NR_EPCALLS, s->epfd, ev, i ? i : 1, 9, NULL) !=
		    (i ? i : 1))
			wl_die("not as many events as are there");
	}
}

static void timeouts_run(struct wl_thread *t)
{
	static const int kinds[] = { 0, 1, 3 };
	struct subject *s = t->priv;
	struct epoll_event ev;
	unsigned long i;

	for (i = 0; i < s->rounds; i++)
		if (ep_call(&s->truth, i % NR_EPCALLS, s->epfd, &ev, 1,
			    kinds[i / NR_EPCALLS % 3], NULL))
			wl_die("no event, but no timeout");
}

/* ---- sleeps and empty wakes ---- */

static void wakes_run(struct wl_thread *t)
{
	struct subject *s = t->priv;
	struct epoll_event ev;
	unsigned long i;

	for (i = 0; i < s->rounds; i++) {
		s->before = wl_nvcsw();
		wl_store(&s->armed, i + 1);
		if (ep_call(&s->truth, i % NR_EPCALLS, s->epfd, &ev, 1,
			    i % 2 ? -1 : 60000, NULL) != 1)
			wl_die("epoll came back without its event");
		event_read(s);
	}
}

static void sleep_until_blocked(pid_t tid, unsigned long before)
{
	while (wl_nvcsw_of(getpid(), tid) <= before || wl_state_of(getpid(), tid) != 'S')
		wl_sleep_ns(200000);
}

/* Real-time on the waiter's CPU: it runs only while we sleep. */
static void wakes_drive(struct subject *s, struct wl_thread *t)
{
	struct sched_param rt = { .sched_priority = 10 }, normal = { 0 };
	unsigned long i, k;

	wl_pin(t->tid, 0);
	wl_pin(0, 0);
	if (sched_setscheduler(0, SCHED_FIFO, &rt))
		wl_die("SCHED_FIFO");
	wl_futex_set(&t->gate, 1);
	for (i = 0; i < s->rounds; i++) {
		while (wl_load(&s->armed) != i + 1)
			wl_sleep_ns(200000);
		for (k = 0; k < EMPTY_WAKES; k++) {
			sleep_until_blocked(t->tid, s->before + k);
			nr_early += wl_nvcsw_of(getpid(), t->tid) != s->before + k + 1;
			event_write(s);
			event_read(s);
		}
		sleep_until_blocked(t->tid, s->before + EMPTY_WAKES);
		event_write(s);
	}
	while (!wl_load(&t->parked))
		wl_sleep_ns(200000);
	if (sched_setscheduler(0, SCHED_OTHER, &normal))
		wl_die("SCHED_OTHER");
	wl_pin(0, -1);
}

static void subject_do(struct wl_thread *t)
{
	wl_futex_set(&t->gate, 1);
	while (!wl_load(&t->parked))
		wl_sleep_ns(1000000);
}

static void subject_say(const char *name, struct wl_thread *t)
{
	wl_say("%s %d", name, t->tid);
	eptruth_say(t->tid, &((struct subject *)t->priv)->truth);
}

int main(int argc, char **argv)
{
	static const char *const names[] = {
		"inside", "errors", "sizes", "timeouts", "wakes"
	};
	struct wl_opts o = { .rounds = 60, .threads = 1 };
	struct wl_thread *in, *wk;
	unsigned int i;

	wl_opts_parse(&o, argc, argv);
	subject_open(&inside, 1);
	subject_open(&errors, o.rounds);
	subject_open(&sizes, 1);
	subject_open(&timeouts, o.rounds);
	subject_open(&wakes, o.rounds);
	in = wl_spawn(inside_run, &inside);
	wl_spawn(errors_run, &errors);
	wl_spawn(sizes_run, &sizes);
	wl_spawn(timeouts_run, &timeouts);
	wk = wl_spawn(wakes_run, &wakes);
	wl_futex_set(&in->gate, 1);
	while (!wl_load(&inside.armed))
		wl_sleep_ns(1000000);
	wl_wait_blocked(getpid(), in->tid, 'S', inside.before);
	wl_announce();
	wl_expect_command("go");
	event_write(&inside);
	for (i = 0; i < wl_nr_threads - 1; i++)
		subject_do(&wl_threads[i]);
	wakes_drive(&wakes, wk);
	wl_say("columns " EPTRUTH_COLUMNS);
	for (i = 0; i < wl_nr_threads; i++)
		subject_say(names[i], &wl_threads[i]);
	wl_say("sleeps %d %lu", wk->tid, o.rounds * (EMPTY_WAKES + 1));
	wl_say("empty %d %lu", wk->tid, o.rounds * EMPTY_WAKES);
	wl_say("early %lu", nr_early);
	wl_finish();
}
