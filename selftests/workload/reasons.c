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
 * thread blocked outside of all calls (a fault, if any). The wait at the gate,
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
#include "reasons.h"

static const char *const reason_names[] = {
	"epoll", "poll", "futex", "sleep", "file", "pipe", "socket", "child",
	"io_uring", "fault", "other"
};

static unsigned long nr_kinds_done;

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

/* ---- the rounds ---- */

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
		for (k = 0; k < nr_kinds; k++)
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
	wl_say("io_uring %s", ring_works() ? "yes" : "no");
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
	wl_nr_cpus();
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
