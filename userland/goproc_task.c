// SPDX-License-Identifier: GPL-2.0
/*
 * What /proc says of a process's threads: the system call each is asleep in,
 * with its arguments, and the attributes a thread may have of its own.
 */
#include "goproc.h"

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S	1000000000ull

/**
 * mps_call_parse() - parse a line of /proc/PID/task/TID/syscall
 * @line: "running", "-1 sp pc" or "nr a0 a1 a2 a3 a4 a5 sp pc"
 * @c: filled
 *
 * Return: false if it is none of these; the state is then unknown.
 */
bool mps_call_parse(const char *line, struct mps_call *c)
{
	uint64_t sp;
	int n, used = 0;

	memset(c, 0, sizeof(*c));
	c->nr = -1;
	c->sleep_ns = MPS_NA;
	c->word_after = MPS_NA;
	if (!strncmp(line, "running", 7)) {
		c->state = MPS_CALL_RUNNABLE;
		return true;
	}
	if (sscanf(line, "%" SCNd64 "%n", &c->nr, &used) != 1)
		return false;
	line += used;
	if (c->nr == -1) {
		n = sscanf(line, "%" SCNx64 " %" SCNx64, &sp, &c->pc);
		if (n == 2)
			c->state = MPS_CALL_OUTSIDE;
		return n == 2;
	}
	n = sscanf(line, "%" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64
		   " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64,
		   &c->arg[0], &c->arg[1], &c->arg[2], &c->arg[3], &c->arg[4],
		   &c->arg[5], &sp, &c->pc);
	if (n != 8 || c->nr < 0)
		return false;
	c->state = MPS_CALL_INSIDE;
	return true;
}

/**
 * mps_stat_parse() - parse a line of /proc/PID/task/TID/stat
 * @line: as read; comm may hold anything, so fields count from its last ")"
 * @st: filled
 *
 * Return: false if the line is cut or malformed.
 */
bool mps_stat_parse(const char *line, struct mps_task_stat *st)
{
	const char *p = strrchr(line, ')');
	uint64_t v = 0;
	int field;

	if (!p || p[1] != ' ' || !p[2])
		return false;
	st->state = p[2];
	p += 3;
	for (field = 4; field <= 41; field++) {	/* numbered as in proc(5) */
		char *end;

		if (*p != ' ')
			return false;
		errno = 0;
		v = p[1] == '-' ? (uint64_t)strtoll(p, &end, 10) :
		    strtoull(p, &end, 10);
		if (errno || end == p)
			return false;
		p = end;
		if (field == 19)
			st->nice = (int64_t)v;
		else if (field == 22)
			st->start_ticks = v;
		else if (field == 39)
			st->cpu = (int32_t)v;
		else if (field == 40)
			st->rt_priority = v;
	}
	st->policy = v;
	return true;
}

static bool in_ranges(const struct mps_range *r, uint64_t addr)
{
	int i;

	for (i = 0; i < MPS_GO_NR_SEGMENTS; i++)
		if (addr >= r[i].start && addr < r[i].end)
			return true;
	return false;
}

static uint64_t read_timespec(pid_t pid, uint64_t addr)
{
	struct timespec ts;

	if (!addr || !mps_goproc_memory(pid, addr, &ts, sizeof(ts)) ||
	    ts.tv_sec < 0 || ts.tv_nsec < 0 || ts.tv_nsec >= (long)NS_PER_S ||
	    (uint64_t)ts.tv_sec > UINT64_MAX / 2 / NS_PER_S)
		return MPS_NA;
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

/* Arguments that point to memory of the process. */
static void resolve(const struct mps_goproc *gp, struct mps_call *c)
{
	uint32_t word;

	c->pc_in_exe = in_ranges(gp->exe.text, c->pc);
	switch (c->nr) {
	case SYS_futex:
		c->addr_static = in_ranges(gp->exe.data, c->arg[0]);
		c->sleep_ns = read_timespec(gp->pid, c->arg[3]);
		if (c->addr_static &&
		    mps_goproc_memory(gp->pid, c->arg[0] + 8, &word,
				      sizeof(word)))
			c->word_after = word;
		break;
	case SYS_nanosleep:
		c->sleep_ns = read_timespec(gp->pid, c->arg[0]);
		break;
	}
}

/**
 * mps_goproc_call() - ask the kernel which call a thread is asleep in
 * @gp: the process
 * @t: its call is filled in; unknown if the kernel refuses
 */
void mps_goproc_call(const struct mps_goproc *gp, struct mps_task *t)
{
	char name[64], line[256];

	memset(&t->call, 0, sizeof(t->call));
	snprintf(name, sizeof(name), "task/%d/syscall", t->tid);
	if (mps_proc_read(gp->pid, name, line, sizeof(line)) <= 0 ||
	    !mps_call_parse(line, &t->call)) {
		t->call.state = MPS_CALL_UNKNOWN;
		return;
	}
	if (t->call.state == MPS_CALL_INSIDE)
		resolve(gp, &t->call);
}

#ifdef __x86_64__
#define PTHREAD_HEAD	1024	/* robust_head is not farther into it */

/**
 * mps_goproc_tp() - the thread pointer of a thread that glibc made
 * @pid: its process
 * @tid: the thread
 *
 * In a program with C code each thread has a struct pthread. The kernel tells
 * where glibc's robust list is, which lies in that struct; the struct begins
 * with two pointers to itself, 16 bytes apart, and is where the thread pointer
 * points to.
 *
 * Return: 0 if it cannot be told.
 */
uint64_t mps_goproc_tp(pid_t pid, int32_t tid)
{
	uint64_t words[PTHREAD_HEAD / 8], head = 0;
	size_t len, i;

	if (syscall(SYS_get_robust_list, tid, &head, &len) || !head ||
	    !mps_goproc_memory(pid, head - sizeof(words), words,
			       sizeof(words)))
		return 0;
	for (i = PTHREAD_HEAD / 8 - 3; i > 0; i--) {
		uint64_t self = head - sizeof(words) + i * 8;

		if (words[i] == self && words[i + 2] == self)
			return self;
	}
	return 0;
}
#else
uint64_t mps_goproc_tp(pid_t pid, int32_t tid)
{
	(void)pid;
	(void)tid;
	return 0;
}
#endif

/*
 * Does Go know this thread? It keeps its g in the word before the struct
 * pthread (thread-local storage of 8 bytes).
 */
static int has_g(const struct mps_goproc *gp, int32_t tid)
{
	uint64_t tp, g;

	if (!gp->exe.cgo || gp->exe.tls_size != MPS_GO_TLS_SIZE)
		return -1;
	tp = mps_goproc_tp(gp->pid, tid);
	if (!tp || !mps_goproc_memory(gp->pid, tp - 8, &g, sizeof(g)))
		return -1;
	return g != 0;
}

static uint64_t hash(uint64_t h, const void *p, size_t len)
{
	const uint8_t *b = p;

	while (len--)
		h = (h ^ *b++) * 0x100000001b3ull;	/* FNV-1a */
	return h;
}

static uint64_t attrs_hash(const struct mps_task *t,
			   const struct mps_task_stat *st)
{
	uint64_t h = 0xcbf29ce484222325ull;
	uint8_t cpus[128] = { 0 };

	h = hash(h, &st->nice, sizeof(st->nice));
	h = hash(h, &st->rt_priority, sizeof(st->rt_priority));
	h = hash(h, &st->policy, sizeof(st->policy));
	h = hash(h, t->comm, strlen(t->comm));
	/* fails for more than 1024 CPUs: then all are alike */
	if (syscall(SYS_sched_getaffinity, t->tid, sizeof(cpus), cpus) > 0)
		h = hash(h, cpus, sizeof(cpus));
	return h;
}

/**
 * mps_goproc_attrs() - start time of each thread, who is Go's, who differs
 * @gp: the process
 * @s: a sample of it
 *
 * A thread differs if its name, nice value, policy or CPUs are not those of
 * more than half of the threads. The first thread is never said to differ:
 * tools like renice(1) reach only that one when they are given the PID.
 */
void mps_goproc_attrs(const struct mps_goproc *gp, struct mps_sample *s)
{
	uint64_t *h = calloc(s->nr ? s->nr : 1, sizeof(*h));
	struct mps_task_stat st;
	char name[64], line[1024];
	uint64_t most = 0;
	uint32_t i, votes = 0, same = 0;

	if (!h)
		return;
	for (i = 0; i < s->nr; i++) {
		struct mps_task *t = &s->task[i];

		snprintf(name, sizeof(name), "task/%d/stat", t->tid);
		if (mps_proc_read(gp->pid, name, line, sizeof(line)) <= 0 ||
		    !mps_stat_parse(line, &st))
			continue;
		t->start_ticks = st.start_ticks;
		t->has_g = (int8_t)has_g(gp, t->tid);
		h[i] = attrs_hash(t, &st);
		if (!votes)		/* Boyer and Moore: who may be most */
			most = h[i];
		votes = h[i] == most ? votes + 1 : votes - 1;
	}
	for (i = 0; i < s->nr; i++)
		same += h[i] == most;
	for (i = 0; i < s->nr; i++)
		s->task[i].own_attrs = same > s->nr / 2 && h[i] &&
				       h[i] != most &&
				       s->task[i].tid != s->tgid;
	free(h);
}
