// SPDX-License-Identifier: GPL-2.0
/* The frame of a workload: threads, gates, commands; see wl.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "wl.h"

struct wl_thread wl_threads[WL_MAX_THREADS];
unsigned int wl_nr_threads;

void wl_say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

void wl_die(const char *fmt, ...)
{
	va_list ap;
	int err = errno;

	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, " (errno %d: %s)\n", err, strerror(err));
	_exit(1);
}

void wl_opts_parse(struct wl_opts *o, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "+n:t:")) != -1) {
		if (c == 'n')
			o->rounds = strtoul(optarg, NULL, 0);
		else if (c == 't')
			o->threads = strtoul(optarg, NULL, 0);
		else
			wl_die("use: -n ROUNDS -t THREADS");
	}
	if (!o->threads || o->threads > WL_MAX_THREADS)
		wl_die("-t takes 1 to %d", WL_MAX_THREADS);
	/*
	 * khugepaged takes pages away, locked ones too, to put a huge one there:
	 * then a thread may block in a fault where no call does.
	 */
	if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0))
		wl_die("PR_SET_THP_DISABLE");
	o->argc = argc - optind;
	o->argv = argv + optind;
}

/* ---- threads ---- */

static void *wl_thread_main(void *arg)
{
	struct wl_thread *t = arg;

	t->tid = gettid();
	wl_futex_set((uint32_t *)&t->tid, t->tid);	/* tell wl_spawn() */
	while (!wl_load(&t->gate))
		wl_futex_wait(&t->gate, 0);
	t->fn(t);
	wl_futex_set(&t->parked, 1);
	while (!wl_load(&t->quit))
		wl_futex_wait(&t->quit, 0);
	return NULL;
}

struct wl_thread *wl_spawn(wl_fn fn, void *priv)
{
	struct wl_thread *t;
	uint32_t *tid;

	if (wl_nr_threads == WL_MAX_THREADS)
		wl_die("more than %d threads", WL_MAX_THREADS);
	t = &wl_threads[wl_nr_threads];
	t->index = wl_nr_threads;
	t->fn = fn;
	t->priv = priv;
	errno = pthread_create(&t->pthread, NULL, wl_thread_main, t);
	if (errno)
		wl_die("pthread_create");
	tid = (uint32_t *)&t->tid;
	while (!wl_load(tid))
		wl_futex_wait(tid, 0);
	wl_nr_threads++;
	return t;
}

void wl_announce(void)
{
	unsigned int i;

	wl_say("pid %d", getpid());
	for (i = 0; i < wl_nr_threads; i++)
		wl_say("thread %u %d", i, wl_threads[i].tid);
	wl_say("ready");
}

void wl_release(void)
{
	unsigned int i;

	for (i = 0; i < wl_nr_threads; i++)
		if (!wl_load(&wl_threads[i].gate))
			wl_futex_set(&wl_threads[i].gate, 1);
}

void wl_wait_parked(void)
{
	unsigned int i;

	for (i = 0; i < wl_nr_threads; i++)
		while (!wl_load(&wl_threads[i].parked))
			wl_futex_wait(&wl_threads[i].parked, 0);
}

void wl_end(void)
{
	unsigned int i;

	for (i = 0; i < wl_nr_threads; i++) {
		wl_futex_set(&wl_threads[i].quit, 1);
		pthread_join(wl_threads[i].pthread, NULL);
	}
	wl_nr_threads = 0;
}

/* Reads a byte at a time: stdio would read ahead of what a child shares. */
bool wl_read_word(char *line, size_t size)
{
	size_t n = 0;
	char c;

	while (n + 1 < size && read(STDIN_FILENO, &c, 1) == 1) {
		if (c == '\n') {
			line[n] = 0;
			return true;
		}
		line[n++] = c;
	}
	return false;
}

void wl_expect_command(const char *word)
{
	char line[64];

	if (!wl_read_word(line, sizeof(line)))
		exit(0);
	if (strcmp(line, word))
		wl_die("got \"%s\", expected \"%s\"", line, word);
}

void wl_finish(void)
{
	char line[64];

	wl_say("done");
	while (wl_read_word(line, sizeof(line)) && strcmp(line, "quit")) {
		if (strcmp(line, "exit"))
			wl_die("got \"%s\", expected exit or quit", line);
		wl_end();
		wl_say("exited");
	}
	wl_end();
	exit(0);
}

/* ---- building blocks ---- */

long wl_futex_wait(uint32_t *word, uint32_t seen)
{
	return syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
}

long wl_futex_wake(uint32_t *word, int nr)
{
	return syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, nr, NULL, NULL, 0);
}

void wl_futex_set(uint32_t *word, uint32_t value)
{
	wl_store(word, value);
	wl_futex_wake(word, WL_MAX_THREADS);
}

/* Asked once: it reads a file, which may block. */
int wl_nr_cpus(void)
{
	static int nr;

	if (!nr)
		nr = sysconf(_SC_NPROCESSORS_ONLN);
	return nr;
}

void wl_pin(pid_t tid, int cpu)
{
	cpu_set_t set;
	int i, nr = wl_nr_cpus();

	CPU_ZERO(&set);
	for (i = 0; i < nr; i++)
		if (cpu < 0 || i == cpu)
			CPU_SET(i, &set);
	if (sched_setaffinity(tid, sizeof(set), &set))
		wl_die("sched_setaffinity(%d, cpu %d)", tid, cpu);
}

unsigned long wl_nvcsw(void)
{
	struct rusage ru;

	getrusage(RUSAGE_THREAD, &ru);
	return ru.ru_nvcsw;
}

unsigned long wl_nivcsw(void)
{
	struct rusage ru;

	getrusage(RUSAGE_THREAD, &ru);
	return ru.ru_nivcsw;
}

uint64_t wl_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

void wl_spin_ns(uint64_t ns)
{
	uint64_t end = wl_now_ns() + ns;

	while (wl_now_ns() < end)
		;
}

void wl_sleep_ns(uint64_t ns)
{
	struct timespec ts = { ns / 1000000000, ns % 1000000000 };

	syscall(SYS_nanosleep, &ts, NULL);
}

void wl_lock_memory(void)
{
	if (mlockall(MCL_CURRENT))
		wl_die("mlockall");
}

static size_t wl_read_proc(pid_t pid, pid_t tid, const char *name, char *buf,
			   size_t size)
{
	char path[64];
	ssize_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", pid, tid, name);
	f = fopen(path, "re");
	if (f) {
		n = fread(buf, 1, size - 1, f);
		fclose(f);
	}
	buf[n] = 0;
	return n;
}

unsigned long wl_nvcsw_of(pid_t pid, pid_t tid)
{
	static const char key[] = "\nvoluntary_ctxt_switches:";
	char buf[4096], *p;

	wl_read_proc(pid, tid, "status", buf, sizeof(buf));
	p = strstr(buf, key);
	return p ? strtoul(p + sizeof(key) - 1, NULL, 10) : 0;
}

char wl_state_of(pid_t pid, pid_t tid)
{
	char buf[512], *p;

	wl_read_proc(pid, tid, "stat", buf, sizeof(buf));
	p = strrchr(buf, ')');		/* a comm may hold anything but that */
	return p && p[1] == ' ' ? p[2] : '?';
}

void wl_wait_blocked(pid_t pid, pid_t tid, char state, unsigned long before)
{
	uint64_t end = wl_now_ns() + 30000000000ull;

	while (wl_nvcsw_of(pid, tid) <= before || wl_state_of(pid, tid) != state) {
		if (wl_now_ns() > end)
			wl_die("thread %d is not in state %c after 30 s", tid, state);
		/*
		 * Off the CPU: who waits for a futex with priority inheritance
		 * spins as long as its owner, who may be us, is on one.
		 */
		wl_sleep_ns(100000);
	}
}
