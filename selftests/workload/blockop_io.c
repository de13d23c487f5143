// SPDX-License-Identifier: GPL-2.0
/* Blocking on files, pipes and sockets; see blockop.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>
#include "../lib/wl.h"
#include "blockop.h"

/* ---- locks on a regular file: two descriptions of it ---- */

static bool open_file(struct blockop_ctx *c)
{
	char name[] = "/tmp/mpscope-file-XXXXXX";

	c->fd[0] = mkstemp(name);
	c->fd[1] = open(name, O_RDWR | O_CLOEXEC);
	unlink(name);
	return c->fd[0] >= 0 && c->fd[1] >= 0;
}

static void lock_flock(int fd, int op)
{
	if (flock(fd, op))
		wl_die("flock");
}

static void arm_flock(struct blockop_ctx *c) { lock_flock(c->fd[1], LOCK_EX); }
static void wake_flock(struct blockop_ctx *c) { lock_flock(c->fd[1], LOCK_UN); }

static void block_flock(struct blockop_ctx *c)
{
	lock_flock(c->fd[0], LOCK_EX);
	lock_flock(c->fd[0], LOCK_UN);
}

static void lock_ofd(int fd, int type)
{
	struct flock fl = { .l_type = type, .l_whence = SEEK_SET };

	if (fcntl(fd, F_OFD_SETLKW, &fl))
		wl_die("F_OFD_SETLKW");
}

static void arm_fcntl(struct blockop_ctx *c) { lock_ofd(c->fd[1], F_WRLCK); }
static void wake_fcntl(struct blockop_ctx *c) { lock_ofd(c->fd[1], F_UNLCK); }

static void block_fcntl(struct blockop_ctx *c)
{
	lock_ofd(c->fd[0], F_WRLCK);
	lock_ofd(c->fd[0], F_UNLCK);
}

/* ---- a byte stream: fd[0] is read, fd[1] written ---- */

static bool open_pipe(struct blockop_ctx *c)
{
	return !pipe2(c->fd, O_CLOEXEC);
}

static bool open_socket(struct blockop_ctx *c)
{
	return !socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, c->fd);
}

static void one(long ret, const char *what)
{
	if (ret != 1)
		wl_die("%s returned %ld", what, ret);
}

static void wake_by_write(struct blockop_ctx *c)
{
	one(write(c->fd[1], "x", 1), "write");
}

static void block_read(struct blockop_ctx *c)
{
	char b;

	one(read(c->fd[0], &b, 1), "read");
}

static void block_readv(struct blockop_ctx *c)
{
	char b;
	struct iovec v = { &b, 1 };

	one(readv(c->fd[0], &v, 1), "readv");
}

static void block_recvfrom(struct blockop_ctx *c)
{
	char b;

	one(recvfrom(c->fd[0], &b, 1, 0, NULL, NULL), "recvfrom");
}

static void block_recvmsg(struct blockop_ctx *c)
{
	char b;
	struct iovec v = { &b, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };

	one(recvmsg(c->fd[0], &m, 0), "recvmsg");
}

static void fill(struct blockop_ctx *c)
{
	static char junk[4096];

	fcntl(c->fd[1], F_SETFL, O_NONBLOCK);
	while (write(c->fd[1], junk, sizeof(junk)) > 0)
		;
	while (write(c->fd[1], junk, 1) > 0)
		;
	fcntl(c->fd[1], F_SETFL, 0);
}

static void wake_by_drain(struct blockop_ctx *c)
{
	static char junk[65536];

	fcntl(c->fd[0], F_SETFL, O_NONBLOCK);
	while (read(c->fd[0], junk, sizeof(junk)) > 0)
		;
}

static void block_write(struct blockop_ctx *c)
{
	one(write(c->fd[1], "x", 1), "write");
}

static void block_sendto(struct blockop_ctx *c)
{
	one(sendto(c->fd[1], "x", 1, 0, NULL, 0), "sendto");
}

static bool open_listener(struct blockop_ctx *c)
{
	struct sockaddr_un *a = calloc(1, sizeof(*a));

	if (!a)
		return false;
	a->sun_family = AF_UNIX;
	/* An abstract name: begins with a zero byte. */
	snprintf(a->sun_path + 1, sizeof(a->sun_path) - 1, "mpscope-%d", getpid());
	c->page = (char *)a;
	c->fd[0] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return c->fd[0] >= 0 && !bind(c->fd[0], (struct sockaddr *)a, sizeof(*a)) &&
	       !listen(c->fd[0], 4);
}

static void block_accept(struct blockop_ctx *c)
{
	int fd = accept4(c->fd[0], NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		wl_die("accept4");
	close(fd);
}

static void wake_accept(struct blockop_ctx *c)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (struct sockaddr *)c->page, sizeof(struct sockaddr_un)))
		wl_die("connect");
	close(fd);
}

/* ---- io_uring: a poll request on an eventfd, waited for ---- */

struct ring {
	int fd;
	struct io_uring_sqe *sqe;
	uint32_t *sq_tail, *sq_array, *cq_head, *cq_tail;
};

static bool open_ring(struct blockop_ctx *c)
{
	struct io_uring_params p = { .flags = IORING_SETUP_COOP_TASKRUN };
	struct ring *r = calloc(1, sizeof(*r));
	char *sq, *cq;

	c->fd[1] = eventfd(0, EFD_NONBLOCK);
	c->ring = r;
	r->fd = syscall(SYS_io_uring_setup, 1, &p);
	if (r->fd < 0)
		return false;
	sq = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
		  r->fd, IORING_OFF_SQ_RING);
	cq = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
		  r->fd, IORING_OFF_CQ_RING);
	r->sqe = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
		      r->fd, IORING_OFF_SQES);
	if (sq == MAP_FAILED || cq == MAP_FAILED || r->sqe == MAP_FAILED)
		wl_die("mmap of a ring");
	r->sq_tail = (uint32_t *)(sq + p.sq_off.tail);
	r->sq_array = (uint32_t *)(sq + p.sq_off.array);
	r->cq_head = (uint32_t *)(cq + p.cq_off.head);
	r->cq_tail = (uint32_t *)(cq + p.cq_off.tail);
	return true;
}

static void block_ring(struct blockop_ctx *c)
{
	struct ring *r = c->ring;
	uint64_t v;

	memset(r->sqe, 0, sizeof(*r->sqe));
	r->sqe->opcode = IORING_OP_POLL_ADD;
	r->sqe->fd = c->fd[1];
	r->sqe->poll32_events = POLLIN;
	*r->sq_array = 0;
	wl_store(r->sq_tail, *r->sq_tail + 1);
	one(syscall(SYS_io_uring_enter, r->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0),
	    "io_uring_enter");
	if (wl_load(r->cq_tail) == *r->cq_head)
		wl_die("io_uring_enter came back without a completion");
	wl_store(r->cq_head, wl_load(r->cq_tail));
	if (read(c->fd[1], &v, sizeof(v)) != sizeof(v))
		wl_die("eventfd");
}

static void wake_ring(struct blockop_ctx *c)
{
	uint64_t v = 1;

	if (write(c->fd[1], &v, sizeof(v)) != sizeof(v))
		wl_die("eventfd");
}

const struct blockop blockops_io[] = {
	{ "flock", "file", 'S', SYS_flock, open_file, arm_flock, block_flock,
	  wake_flock },
	{ "fcntl_lock", "file", 'S', SYS_fcntl, open_file, arm_fcntl, block_fcntl,
	  wake_fcntl },
	{ "pipe_read", "pipe", 'S', SYS_read, open_pipe, NULL, block_read,
	  wake_by_write },
	{ "pipe_readv", "pipe", 'S', SYS_readv, open_pipe, NULL, block_readv,
	  wake_by_write },
	{ "pipe_write", "pipe", 'S', SYS_write, open_pipe, fill, block_write,
	  wake_by_drain },
	{ "socket_read", "socket", 'S', SYS_read, open_socket, NULL, block_read,
	  wake_by_write },
	{ "socket_recvfrom", "socket", 'S', SYS_recvfrom, open_socket, NULL,
	  block_recvfrom, wake_by_write },
	{ "socket_recvmsg", "socket", 'S', SYS_recvmsg, open_socket, NULL,
	  block_recvmsg, wake_by_write },
	{ "socket_write", "socket", 'S', SYS_write, open_socket, fill, block_write,
	  wake_by_drain },
	{ "socket_sendto", "socket", 'S', SYS_sendto, open_socket, fill,
	  block_sendto, wake_by_drain },
	{ "socket_accept", "socket", 'S', SYS_accept4, open_listener, NULL,
	  block_accept, wake_accept },
	{ "io_uring", "io_uring", 'S', SYS_io_uring_enter, open_ring, NULL,
	  block_ring, wake_ring },
};

const unsigned int nr_blockops_io = sizeof(blockops_io) / sizeof(*blockops_io);
