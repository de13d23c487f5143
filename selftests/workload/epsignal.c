// SPDX-License-Identifier: GPL-2.0
/*
 * epsignal -n CALLS -t THREADS: epoll calls in a hail of signals. The threads
 * call CALLS times each (ten times as often where nothing sleeps), by index
 *
 *	0	on nothing, for ever: each call ends by a signal
 *	1	on an event that is always there: signals come as it returns
 *	2	on nothing, 1 ms: by a signal or by time
 *	3	on events whose giver sends a signal along (SIGIO of a pipe)
 *	4	epoll_pwait with all signals blocked but in the call, two at once
 *
 * Handlers: SIGUSR1 with SA_RESTART (epoll is not restarted), SIGUSR2 on the
 * alternate stack, SIGRTMIN with SA_SIGINFO, which calls epoll_wait itself.
 * A shooter aims at all of them until they are done.
 *
 * Facts: columns NAME...; truth TID N...; slept TID N; signals N, handled;
 * late N, those that came in a call that returned events; calls N.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include "eptruth.h"

enum style { NOTHING, ALWAYS, TIMED, ASYNC, MASKED, NR_STYLES };

struct victim {
	enum style style;
	unsigned long calls;
	int epfd, pipe[2];
	uint32_t done;
	struct eptruth truth;
	unsigned long late;
	volatile unsigned long handled;
	char altstack[65536];
};

static __thread struct victim *me;
static int empty_epfd;

static void on_plain(int sig)
{
	(void)sig;
	me->handled++;
}

/* A call within a call: it has a result of its own. */
static void on_siginfo(int sig, siginfo_t *info, void *uc)
{
	struct epoll_event ev;
	int err = errno;

	(void)sig;
	(void)info;
	(void)uc;
	me->handled++;
	ep_call(&me->truth, EPOLL_WAIT, empty_epfd, &ev, 1, 0, NULL);
	errno = err;
}

static void handle(int sig, int flags, void (*plain)(int),
		   void (*info)(int, siginfo_t *, void *))
{
	struct sigaction sa = { .sa_flags = flags };

	if (info)
		sa.sa_sigaction = info;
	else
		sa.sa_handler = plain;
	if (sigaction(sig, &sa, NULL))
		wl_die("sigaction");
}

static void victim_prepare(struct wl_thread *t)
{
	stack_t ss = { .ss_sp = me->altstack, .ss_size = sizeof(me->altstack) };
	struct f_owner_ex own = { F_OWNER_TID, t->tid };
	sigset_t all;

	if (sigaltstack(&ss, NULL))
		wl_die("sigaltstack");
	if (me->style == ASYNC &&
	    (fcntl(me->pipe[0], F_SETOWN_EX, &own) ||
	     fcntl(me->pipe[0], F_SETFL, O_ASYNC | O_NONBLOCK)))
		wl_die("F_SETOWN_EX");
	sigfillset(&all);
	if (me->style == MASKED)
		pthread_sigmask(SIG_SETMASK, &all, NULL);
}

static void victim_run(struct wl_thread *t)
{
	struct epoll_event ev[2];
	unsigned long i, before;
	uint64_t none = 0;
	char junk[16];
	sigset_t all;
	long n;

	me = t->priv;
	victim_prepare(t);
	__atomic_store_n(&me->done, 1, __ATOMIC_SEQ_CST);	/* may be shot at */
	for (i = 0; i < me->calls; i++) {
		before = me->handled;
		if (me->style == MASKED)
			n = ep_call(&me->truth, EPOLL_PWAIT + i % 2, me->epfd, ev, 2,
				    i % 3 ? -1 : 1, &none);
		else
			n = ep_call(&me->truth, i % NR_EPCALLS, me->epfd, ev, 2,
				    me->style == TIMED ? 1 : -1, NULL);
		if (n > 0 && me->handled != before)
			me->late++;
		if (n > 0 && me->style == ASYNC)
			while (read(me->pipe[0], junk, sizeof(junk)) > 0)
				;
	}
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	__atomic_store_n(&me->done, 2, __ATOMIC_SEQ_CST);
}

static void shoot(struct wl_thread *t, unsigned int k)
{
	static const int extra[] = { 0, SIGUSR1, SIGUSR2, 0 };
	pid_t pid = getpid();

	syscall(SYS_tgkill, pid, t->tid, k % 3 == 0 ? SIGUSR1 :
		k % 3 == 1 ? SIGUSR2 : SIGRTMIN);
	if (extra[k % 4])
		syscall(SYS_tgkill, pid, t->tid, extra[k % 4]);
}

static void shooter_run(struct wl_thread *t)
{
	unsigned int i, left, k = 0;

	(void)t;
	do {
		left = 0;
		for (i = 1; i < wl_nr_threads; i++) {
			struct victim *v = wl_threads[i].priv;

			if (wl_load(&v->done) == 2)
				continue;
			left++;
			if (wl_load(&v->done) == 0)
				continue;
			if (v->style == ASYNC && write(v->pipe[1], "x", 1) < 0)
				wl_die("pipe");
			if (v->style != ASYNC || k % 4 == 0)
				shoot(&wl_threads[i], k + i);
		}
		if (k++ % 4 == 0)
			wl_sleep_ns(100000);
	} while (left);
}

static void victim_add(enum style style, unsigned long calls)
{
	struct epoll_event ev = { .events = EPOLLIN };
	struct victim *v = calloc(1, sizeof(*v));
	int fd = eventfd(style == ALWAYS, EFD_NONBLOCK);

	if (!v || fd < 0 || pipe(v->pipe))
		wl_die("no victim");
	fcntl(v->pipe[1], F_SETFL, O_NONBLOCK);
	v->style = style;
	v->calls = style == ALWAYS ? calls * 10 : calls;
	v->epfd = epoll_create1(0);
	if (epoll_ctl(v->epfd, EPOLL_CTL_ADD, style == ASYNC ? v->pipe[0] : fd, &ev))
		wl_die("epoll_ctl");
	wl_spawn(victim_run, v);
}

int main(int argc, char **argv)
{
	unsigned long calls = 0, late = 0, handled = 0;
	struct wl_opts o = { .rounds = 1000, .threads = NR_STYLES };
	unsigned int i;

	wl_opts_parse(&o, argc, argv);
	empty_epfd = epoll_create1(0);
	handle(SIGUSR1, SA_RESTART, on_plain, NULL);
	handle(SIGUSR2, SA_ONSTACK, on_plain, NULL);
	handle(SIGIO, 0, on_plain, NULL);
	handle(SIGRTMIN, SA_SIGINFO, NULL, on_siginfo);
	wl_spawn(shooter_run, NULL);
	for (i = 0; i < o.threads; i++)
		victim_add(i % NR_STYLES, o.rounds);
	wl_announce();
	wl_expect_command("go");
	wl_release();
	wl_wait_parked();
	wl_say("columns " EPTRUTH_COLUMNS);
	for (i = 1; i < wl_nr_threads; i++) {
		struct victim *v = wl_threads[i].priv;

		eptruth_say(wl_threads[i].tid, &v->truth);
		calls += v->truth.calls;
		handled += v->handled;
		late += v->late;
	}
	wl_say("signals %lu", handled);
	wl_say("late %lu", late);
	wl_say("calls %lu", calls);
	wl_finish();
}
