/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frame of a workload: a process whose threads do a known number of things
 * on command and then hold still, so that what it did, what the kernel says
 * and what the module says can be laid side by side.
 *
 * Commands come as lines on standard input, facts leave as lines on standard
 * output. All lines are written by the main thread while the others are
 * parked, so that reporting is no event of the threads under test:
 *
 *	-> (start)	<- pid N, thread INDEX TID, ..., ready
 *	-> go		<- fact lines, done
 *	-> exit		<- exited	(the threads end, the process stays)
 *	-> quit		(end of input does the same)
 */
#ifndef MPS_SELFTESTS_WL_H
#define MPS_SELFTESTS_WL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define WL_MAX_THREADS	512

struct wl_thread;
typedef void (*wl_fn)(struct wl_thread *t);

/* A thread under test. The parking futexes are its own: no stray wakeups. */
struct wl_thread {
	int index;
	pid_t tid;
	pthread_t pthread;
	wl_fn fn;
	void *priv;
	uint32_t gate;		/* 0 parked at the start, 1 go */
	uint32_t quit;		/* 0 parked at the end, 1 leave */
	uint32_t parked;	/* fn is behind it */
};

/* Options that every workload takes; the rest by wl_opt_extra(). */
struct wl_opts {
	unsigned long rounds;	/* -n */
	unsigned int threads;	/* -t */
	int argc;		/* what follows the options */
	char **argv;
};

extern struct wl_thread wl_threads[WL_MAX_THREADS];
extern unsigned int wl_nr_threads;

void wl_opts_parse(struct wl_opts *o, int argc, char **argv);
struct wl_thread *wl_spawn(wl_fn fn, void *priv);
void wl_announce(void);		/* pid, thread lines, ready */
void wl_release(void);		/* opens the gate of all that wait there */
void wl_wait_parked(void);	/* until each spawned thread is parked */
void wl_end(void);		/* let all threads leave, and join them */
void wl_finish(void);		/* prints done, then exit and quit */
bool wl_read_word(char *line, size_t size);	/* false: end of input */
void wl_expect_command(const char *word);
void wl_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void wl_die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Building blocks. Return what the system call returned, errno is set. */
long wl_futex_wait(uint32_t *word, uint32_t seen);
long wl_futex_wake(uint32_t *word, int nr);
void wl_futex_set(uint32_t *word, uint32_t value);	/* store and wake all */
void wl_pin(pid_t tid, int cpu);			/* cpu < 0: anywhere */
int wl_nr_cpus(void);
unsigned long wl_nvcsw(void);				/* of this thread */
unsigned long wl_nivcsw(void);
uint64_t wl_now_ns(void);
void wl_spin_ns(uint64_t ns);
void wl_sleep_ns(uint64_t ns);
void wl_lock_memory(void);	/* no page fault may come in between */

/* Of another thread of this process, from /proc: 0 and '?' when gone. */
unsigned long wl_nvcsw_of(pid_t pid, pid_t tid);
char wl_state_of(pid_t pid, pid_t tid);

/*
 * Until the thread is off its CPU in this state and has blocked after it had
 * counted "before": a thread shows S before it has left the CPU, so only
 * the kernel's own count of voluntary switches tells that it really blocked.
 */
void wl_wait_blocked(pid_t pid, pid_t tid, char state, unsigned long before);

static inline uint32_t wl_load(const uint32_t *p)
{
	return __atomic_load_n(p, __ATOMIC_SEQ_CST);
}

static inline void wl_store(uint32_t *p, uint32_t v)
{
	__atomic_store_n(p, v, __ATOMIC_SEQ_CST);
}

#endif /* MPS_SELFTESTS_WL_H */
