// SPDX-License-Identifier: GPL-2.0
/* Waiting for the next interval, and being told to stop. */
#include "wait.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

#define NS_PER_S	1000000000ull

static volatile sig_atomic_t stopped;

static void on_stop(int sig)
{
	(void)sig;
	stopped = 1;
}

void mps_wait_init(void)
{
	/* no SA_RESTART: a sleep has to end */
	const struct sigaction sa = { .sa_handler = on_stop };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
}

bool mps_wait_stopped(void)
{
	return stopped;
}

static struct sigaction pipe_was;	/* all 0 is SIG_DFL */

void mps_wait_ignore_pipe(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGPIPE, &ignore, &pipe_was);
}

void mps_wait_restore_pipe(void)
{
	sigaction(SIGPIPE, &pipe_was, NULL);
}

uint64_t mps_wait_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

bool mps_wait_until(uint64_t ns)
{
	const struct timespec ts = {
		.tv_sec = (time_t)(ns / NS_PER_S),
		.tv_nsec = (long)(ns % NS_PER_S),
	};

	while (!stopped)
		if (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts,
				    NULL) != EINTR)
			break;
	return !stopped;
}
