// SPDX-License-Identifier: GPL-2.0
/*
 * reasons -n ROUNDS -t THREADS: threads that block for every reason there
 * is, as fast as they can, and know how often each reason made them block.
 *
 * Whether a call blocks depends on who is faster, so the workload asks the
 * kernel: around each call it reads its own count of voluntary switches
 * (getrusage, RUSAGE_THREAD), and what it grew by is that reason's. The two
 * of a pair change roles each round: one waits, the other makes it go on.
 * No signals are used and all memory is locked: both could put a switch
 * where no call is. A mover pins the threads here and there all the while.
 *
 * Facts: truth TID REASON N, one for each reason; stray TID N, what the
 * thread blocked outside of all calls (has to be 0). The wait at the gate,
 * which may be open when the process is tagged, is a futex block and is in
 * its count; the wait at the end is not.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/userfaultfd.h>
#include <mqueue.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../lib/wl.h"

enum reason {
	EPOLL, POLL, FUTEX, SLEEP, FILE_, PIPE, SOCKET, CHILD, IO_URING, FAULT,
	OTHER, NR_REASONS
};

static const char *const reason_names[] = {
	"epoll", "poll", "futex", "sleep", "file", "pipe", "socket", "child",
	"io_uring", "fault", "other"
};

struct pair {
	unsigned long rounds;
	uint32_t turn;			/* counts hand-overs, a futex */
	uint32_t word;			/* the futex of the FUTEX step */
	int event, epfd;
	int pipe[2], socket[2];
	int lock[2];			/* two descriptions of one file */
	int uffd;
	char *page;			/* registered with uffd */
	mqd_t mq;
	int msq;
};

struct side {
	struct pair *pair;
	int index;
	unsigned long truth[NR_REASONS];
	unsigned long first, last;	/* voluntary switches, from gate to end */
	int ring;
	char *child_stack;
};

static unsigned long nr_kinds_done;

/* Run the expression; what it blocked belongs to this reason. */
#define BLOCKS(s, reason, expr) ({					\
	unsigned long before_ = wl_nvcsw();				\
	long ret_ = (long)(expr);					\
	int errno_ = errno;						\
									\
	(s)->truth[reason] += wl_nvcsw() - before_;			\
	errno = errno_;							\
	ret_;								\
})

static void must(long ret, const char *what)
{
	if (ret < 0)
		wl_die("%s", what);
}

/* ---- the two of a pair in step ---- */

static void turn_pass(struct side *s)
{
	__atomic_add_fetch(&s->pair->turn, 1, __ATOMIC_SEQ_CST);
	BLOCKS(s, FUTEX, wl_futex_wake(&s->pair->turn, 1));
}

static void turn_wait(struct side *s, uint32_t until)
{
	uint32_t now;

	while ((now = wl_load(&s->pair->turn)) < until)
		BLOCKS(s, FUTEX, wl_futex_wait(&s->pair->turn, now));
}

/* ---- what a waiter does, and what its partner does to end it ---- */

static void event_take(struct side *s)
{
	uint64_t v;

	must(BLOCKS(s, OTHER, read(s->pair->event, &v, sizeof(v))), "eventfd");
}

static void event_give(struct side *s)
{
	uint64_t v = 1;

	must(BLOCKS(s, OTHER, write(s->pair->event, &v, sizeof(v))), "eventfd");
}

static void wait_epoll(struct side *s, unsigned long round)
{
	struct epoll_event ev;
	struct pair *p = s->pair;

	if (round % 3 == 0)
		must(BLOCKS(s, EPOLL, syscall(SYS_epoll_pwait, p->epfd, &ev, 1, -1,
					      NULL, 8)), "epoll_pwait");
	else if (round % 3 == 1)
		must(BLOCKS(s, EPOLL, syscall(SYS_epoll_pwait2, p->epfd, &ev, 1,
					      NULL, NULL, 8)), "epoll_pwait2");
	else
		must(BLOCKS(s, EPOLL, epoll_wait(p->epfd, &ev, 1, 60000)),
		     "epoll_wait");
	event_take(s);
}

static void wait_poll(struct side *s, unsigned long round)
{
	struct pollfd pf = { .fd = s->pair->event, .events = POLLIN };
	fd_set set;

	if (round % 2) {
		must(BLOCKS(s, POLL, poll(&pf, 1, -1)), "poll");
	} else {
		FD_ZERO(&set);
		FD_SET(s->pair->event, &set);
		must(BLOCKS(s, POLL, select(s->pair->event + 1, &set, NULL, NULL,
					    NULL)), "select");
	}
	event_take(s);
}

static void wait_other_event(struct side *s, unsigned long round)
{
	(void)round;
	event_take(s);
}

static void wait_futex(struct side *s, unsigned long round)
{
	(void)round;
	while (!wl_load(&s->pair->word))
		BLOCKS(s, FUTEX, wl_futex_wait(&s->pair->word, 0));
	wl_store(&s->pair->word, 0);
}

static void end_futex(struct side *s)
{
	wl_store(&s->pair->word, 1);
	BLOCKS(s, FUTEX, wl_futex_wake(&s->pair->word, 1));
}

static void wait_sleep(struct side *s, unsigned long round)
{
	struct timespec ts = { 0, 20000 };

	if (round % 2)
		BLOCKS(s, SLEEP, syscall(SYS_nanosleep, &ts, NULL));
	else
		BLOCKS(s, SLEEP, syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0,
					 &ts, NULL));
}

static void end_nothing(struct side *s)
{
	(void)s;
}

static void wait_pipe(struct side *s, unsigned long round)
{
	char c;

	(void)round;
	must(BLOCKS(s, PIPE, read(s->pair->pipe[0], &c, 1)), "pipe");
}

static void end_pipe(struct side *s)
{
	must(BLOCKS(s, PIPE, write(s->pair->pipe[1], "x", 1)), "pipe");
}

static void wait_socket(struct side *s, unsigned long round)
{
	char c;

	if (round % 2)
		must(BLOCKS(s, SOCKET, read(s->pair->socket[0], &c, 1)), "socket");
	else
		must(BLOCKS(s, SOCKET, recv(s->pair->socket[0], &c, 1, 0)), "recv");
}

static void end_socket(struct side *s)
{
	must(BLOCKS(s, SOCKET, send(s->pair->socket[1], "x", 1, 0)), "send");
}

/* The partner holds the lock since before the turn; see step(). */
static void wait_file(struct side *s, unsigned long round)
{
	int fd = s->pair->lock[s->index & 1];

	(void)round;
	must(BLOCKS(s, FILE_, flock(fd, LOCK_EX)), "flock");
	must(BLOCKS(s, FILE_, flock(fd, LOCK_UN)), "flock");
}

static void hold_file(struct side *s)
{
	must(BLOCKS(s, FILE_, flock(s->pair->lock[s->index & 1], LOCK_EX)), "flock");
}

static void end_file(struct side *s)
{
	struct timespec ts = { 0, 30000 };

	BLOCKS(s, SLEEP, syscall(SYS_nanosleep, &ts, NULL));
	must(BLOCKS(s, FILE_, flock(s->pair->lock[s->index & 1], LOCK_UN)), "flock");
}

static int child_exits(void *arg)
{
	(void)arg;
	syscall(SYS_exit, 0);
	return 0;
}

/* A child in the same memory: a copied one would leave write faults behind. */
static void wait_child(struct side *s, unsigned long round)
{
	siginfo_t info;
	long pid;

	pid = BLOCKS(s, OTHER, clone(child_exits, s->child_stack + 16384,
				     CLONE_VM | SIGCHLD, NULL));
	must(pid, "clone");
	if (round % 2)
		must(BLOCKS(s, CHILD, syscall(SYS_wait4, pid, NULL, 0, NULL)), "wait4");
	else
		must(BLOCKS(s, CHILD, syscall(SYS_waitid, P_PID, pid, &info, WEXITED,
					      NULL)), "waitid");
}

static void wait_fault(struct side *s, unsigned long round)
{
	char *page = s->pair->page;

	(void)round;
	BLOCKS(s, FAULT, *(volatile char *)page);
	must(BLOCKS(s, OTHER, madvise(page, 4096, MADV_DONTNEED)), "madvise");
}

static void end_fault(struct side *s)
{
	struct uffdio_zeropage zero = {
		.range = { (unsigned long)s->pair->page, 4096 }
	};
	struct uffd_msg msg;

	must(BLOCKS(s, OTHER, read(s->pair->uffd, &msg, sizeof(msg))), "userfaultfd");
	must(BLOCKS(s, OTHER, ioctl(s->pair->uffd, UFFDIO_ZEROPAGE, &zero)), "zeropage");
}

static void wait_mq(struct side *s, unsigned long round)
{
	char msg[16];

	(void)round;
	must(BLOCKS(s, OTHER, mq_receive(s->pair->mq, msg, sizeof(msg), NULL)), "mq");
}

static void end_mq(struct side *s)
{
	must(BLOCKS(s, OTHER, mq_send(s->pair->mq, "x", 1, 0)), "mq");
}

struct msg {
	long type;
	char text[8];
};

static void wait_msg(struct side *s, unsigned long round)
{
	struct msg m;

	(void)round;
	must(BLOCKS(s, OTHER, msgrcv(s->pair->msq, &m, sizeof(m.text), 0, 0)), "msgrcv");
}

static void end_msg(struct side *s)
{
	struct msg m = { 1, "x" };

	must(BLOCKS(s, OTHER, msgsnd(s->pair->msq, &m, sizeof(m.text), 0)), "msgsnd");
}

/* ---- io_uring: a timeout, waited for in io_uring_enter ---- */

struct ring {
	struct io_uring_sqe *sqes;
	uint32_t *sq_tail, *sq_mask, *sq_array, *cq_head, *cq_tail;
};

static struct ring rings[WL_MAX_THREADS];

static void ring_setup(struct side *s)
{
	struct io_uring_params p = { .flags = IORING_SETUP_COOP_TASKRUN };
	struct ring *r = &rings[s->index];
	char *sq, *cq;

	s->ring = syscall(SYS_io_uring_setup, 4, &p);
	if (s->ring < 0)
		return;
	sq = mmap(NULL, p.sq_off.array + p.sq_entries * 4, PROT_READ | PROT_WRITE,
		  MAP_SHARED | MAP_POPULATE, s->ring, IORING_OFF_SQ_RING);
	cq = mmap(NULL, p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe),
		  PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, s->ring,
		  IORING_OFF_CQ_RING);
	r->sqes = mmap(NULL, p.sq_entries * sizeof(struct io_uring_sqe),
		       PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, s->ring,
		       IORING_OFF_SQES);
	if (sq == MAP_FAILED || cq == MAP_FAILED || r->sqes == MAP_FAILED)
		wl_die("mmap of a ring");
	r->sq_tail = (uint32_t *)(sq + p.sq_off.tail);
	r->sq_mask = (uint32_t *)(sq + p.sq_off.ring_mask);
	r->sq_array = (uint32_t *)(sq + p.sq_off.array);
	r->cq_head = (uint32_t *)(cq + p.cq_off.head);
	r->cq_tail = (uint32_t *)(cq + p.cq_off.tail);
}

static void wait_io_uring(struct side *s, unsigned long round)
{
	struct __kernel_timespec ts = { 0, 20000 };
	struct ring *r = &rings[s->index];
	uint32_t slot;

	(void)round;
	if (s->ring < 0)
		return;
	slot = *r->sq_tail & *r->sq_mask;
	memset(&r->sqes[slot], 0, sizeof(r->sqes[slot]));
	r->sqes[slot].opcode = IORING_OP_TIMEOUT;
	r->sqes[slot].addr = (unsigned long)&ts;
	r->sqes[slot].len = 1;
	r->sq_array[slot] = slot;
	wl_store(r->sq_tail, *r->sq_tail + 1);
	must(BLOCKS(s, IO_URING, syscall(SYS_io_uring_enter, s->ring, 1, 1,
					 IORING_ENTER_GETEVENTS, NULL, 0)),
	     "io_uring_enter");
	while (wl_load(r->cq_tail) == *r->cq_head)
		must(BLOCKS(s, IO_URING, syscall(SYS_io_uring_enter, s->ring, 0, 1,
						 IORING_ENTER_GETEVENTS, NULL, 0)),
		     "io_uring_enter");
	wl_store(r->cq_head, wl_load(r->cq_tail));
}

/* ---- the rounds ---- */

static const struct kind {
	void (*hold)(struct side *s);	/* partner, before the waiter begins */
	void (*wait)(struct side *s, unsigned long round);
	void (*end)(struct side *s);	/* partner, while the waiter waits */
	unsigned int every;		/* dear ones not each round */
} kinds[] = {
	{ NULL, wait_epoll, event_give, 1 },
	{ NULL, wait_poll, event_give, 1 },
	{ NULL, wait_futex, end_futex, 1 },
	{ NULL, wait_sleep, end_nothing, 1 },
	{ hold_file, wait_file, end_file, 1 },
	{ NULL, wait_pipe, end_pipe, 1 },
	{ NULL, wait_socket, end_socket, 1 },
	{ NULL, wait_child, end_nothing, 8 },
	{ NULL, wait_io_uring, end_nothing, 1 },
	{ NULL, wait_fault, end_fault, 2 },
	{ NULL, wait_other_event, event_give, 1 },
	{ NULL, wait_mq, end_mq, 1 },
	{ NULL, wait_msg, end_msg, 1 },
};

/* Two hand-overs: both are here and the lock is held; both are done. */
static void step(struct side *s, const struct kind *k, unsigned long round,
		 bool waits, uint32_t *turn)
{
	if (!waits && k->hold)
		k->hold(s);
	*turn += 2;
	turn_pass(s);
	turn_wait(s, *turn);
	if (waits)
		k->wait(s, round);
	else
		k->end(s);
	*turn += 2;
	turn_pass(s);
	turn_wait(s, *turn);
}

static void side_run(struct wl_thread *t)
{
	struct side *s = t->priv;
	unsigned long round;
	uint32_t turn = 0;
	unsigned int k;

	for (round = 0; round < s->pair->rounds; round++)
		for (k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
			if (round % kinds[k].every == 0)
				step(s, &kinds[k], round,
				     (round / kinds[k].every + s->index) & 1, &turn);
	s->last = wl_nvcsw();
	__atomic_add_fetch(&nr_kinds_done, 1, __ATOMIC_SEQ_CST);
}

/* The gate is a futex; what was blocked before it is counted as that too. */
static void side_begin(struct wl_thread *t)
{
	struct side *s = t->priv;

	s->truth[FUTEX] = 1;
	s->first = wl_nvcsw();
	side_run(t);
}

static void mover_run(struct wl_thread *t)
{
	int cpu = 0, nr = wl_nr_cpus(), i;
	struct side *s = t->priv;

	s->truth[FUTEX] = 1;
	s->first = wl_nvcsw();
	while (__atomic_load_n(&nr_kinds_done, __ATOMIC_SEQ_CST) < wl_nr_threads - 1) {
		for (i = 0; i < (int)wl_nr_threads - 1; i++)
			BLOCKS(s, OTHER, (wl_pin(wl_threads[i].tid, cpu++ % nr), 0));
		wait_sleep(s, 0);
		for (i = 0; i < (int)wl_nr_threads - 1; i++)
			BLOCKS(s, OTHER, (wl_pin(wl_threads[i].tid, -1), 0));
		wait_sleep(s, 1);
	}
	s->last = wl_nvcsw();
}

/* ---- setting up, before any thread runs ---- */

static void pair_open_fault(struct pair *p)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	p->page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	p->uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	reg.range.start = (unsigned long)p->page;
	reg.range.len = 4096;
	if (p->page == MAP_FAILED || p->uffd < 0 ||
	    ioctl(p->uffd, UFFDIO_API, &api) ||
	    ioctl(p->uffd, UFFDIO_REGISTER, &reg))
		wl_die("userfaultfd");
}

static struct pair *pair_alloc(unsigned long rounds, int index)
{
	struct epoll_event ev = { .events = EPOLLIN };
	struct mq_attr attr = { .mq_maxmsg = 4, .mq_msgsize = 16 };
	struct pair *p = calloc(1, sizeof(*p));
	char name[64];

	if (!p)
		wl_die("no memory");
	p->rounds = rounds;
	p->event = eventfd(0, 0);
	p->epfd = epoll_create1(0);
	if (p->event < 0 || p->epfd < 0 || pipe(p->pipe) ||
	    epoll_ctl(p->epfd, EPOLL_CTL_ADD, p->event, &ev) ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, p->socket))
		wl_die("no descriptors");
	snprintf(name, sizeof(name), "/tmp/mpscope-lock-%d-%d", getpid(), index);
	p->lock[0] = open(name, O_RDWR | O_CREAT, 0600);
	p->lock[1] = open(name, O_RDWR);
	unlink(name);
	snprintf(name, sizeof(name), "/mpscope-%d-%d", getpid(), index);
	p->mq = mq_open(name, O_RDWR | O_CREAT, 0600, &attr);
	mq_unlink(name);
	p->msq = msgget(IPC_PRIVATE, 0600);
	if (p->lock[0] < 0 || p->lock[1] < 0 || p->mq == (mqd_t)-1 || p->msq < 0)
		wl_die("no lock or queue");
	return p;
}

static struct side *side_alloc(struct pair *p, int index)
{
	struct side *s = calloc(1, sizeof(*s));

	if (!s)
		wl_die("no memory");
	s->pair = p;
	s->index = index;
	s->child_stack = calloc(1, 16384);
	ring_setup(s);
	return s;
}

static void report(void)
{
	unsigned long sum, all = 0;
	unsigned int i;
	int r;

	for (i = 0; i < wl_nr_threads; i++) {
		struct side *s = wl_threads[i].priv;

		for (sum = 0, r = 0; r < NR_REASONS; r++) {
			wl_say("truth %d %s %lu", wl_threads[i].tid,
			       reason_names[r], s->truth[r]);
			sum += s->truth[r];
		}
		wl_say("stray %d %lu", wl_threads[i].tid,
		       s->last - s->first - (sum - 1));
		all += sum;
		if (s->pair)
			msgctl(s->pair->msq, IPC_RMID, NULL);
	}
	wl_say("io_uring %s", rings[0].sqes ? "yes" : "no");
	wl_say("events %lu", all);
}

int main(int argc, char **argv)
{
	struct wl_opts o = { .rounds = 200, .threads = 8 };
	struct pair *p = NULL, *pairs[WL_MAX_THREADS];
	unsigned int i;

	wl_opts_parse(&o, argc, argv);
	for (i = 0; i < o.threads; i++) {
		if (i % 2 == 0) {
			p = pair_alloc(o.rounds, i);
			pairs[i / 2] = p;
		}
		wl_spawn(side_begin, side_alloc(p, i));
	}
	wl_spawn(mover_run, side_alloc(NULL, o.threads));
	wl_lock_memory();
	for (i = 0; i < o.threads / 2; i++)
		pair_open_fault(pairs[i]);
	wl_announce();
	wl_expect_command("go");
	wl_release();
	wl_wait_parked();
	report();
	wl_finish();
}
