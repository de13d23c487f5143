// SPDX-License-Identifier: GPL-2.0
/*
 * A process seen as a Go program: open it by its PID.
 */
#include "goproc.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/**
 * mps_file_read() - read a small file as a string
 * @path: of the file
 * @buf: gets it, with a terminator
 * @size: of @buf
 *
 * Return: bytes read, cut to @size - 1, or -errno.
 */
long mps_file_read(const char *path, char *buf, size_t size)
{
	size_t len = 0;
	long rc = 0;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (len < size - 1) {
		ssize_t n = read(fd, buf + len, size - 1 - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = -errno;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	close(fd);
	buf[len] = '\0';
	return rc < 0 ? rc : (long)len;
}

/* A file of /proc/PID. Same return. */
long mps_proc_read(pid_t pid, const char *name, char *buf, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return mps_file_read(path, buf, size);
}

/**
 * mps_goproc_memory() - read memory of another process
 * @pid: of the process
 * @addr: there
 * @buf: here
 * @len: bytes
 *
 * Return: true if all of it could be read.
 */
bool mps_goproc_memory(pid_t pid, uint64_t addr, void *buf, size_t len)
{
	struct iovec here = { .iov_base = buf, .iov_len = len };
	struct iovec there = { .iov_base = (void *)(uintptr_t)addr,
			       .iov_len = len };

	return process_vm_readv(pid, &here, 1, &there, 1, 0) == (ssize_t)len;
}

static void fail(struct mps_goproc *gp, enum mps_go_status status,
		 const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static void fail(struct mps_goproc *gp, enum mps_go_status status,
		 const char *fmt, ...)
{
	va_list ap;

	gp->status = status;
	va_start(ap, fmt);
	vsnprintf(gp->error, sizeof(gp->error), fmt, ap);
	va_end(ap);
}

static bool exists(pid_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", pid);
	return !access(path, F_OK);
}

static bool exe_id(pid_t pid, uint64_t *dev, uint64_t *ino)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	if (stat(path, &st))
		return false;
	*dev = st.st_dev;
	*ino = st.st_ino;
	return true;
}

/**
 * mps_goproc_is_same() - does the process still run what was looked at?
 * @gp: the process
 *
 * Return: false after an exec; true also if it cannot be told.
 */
bool mps_goproc_is_same(const struct mps_goproc *gp)
{
	uint64_t dev, ino;

	return !exe_id(gp->pid, &dev, &ino) ||
	       (dev == gp->exe_dev && ino == gp->exe_ino);
}

static int open_exe(struct mps_goproc *gp)
{
	char path[64], *p;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/exe", gp->pid);
	n = readlink(path, gp->exe_path, sizeof(gp->exe_path) - 1);
	gp->exe_path[n > 0 ? n : 0] = '\0';
	for (p = gp->exe_path; *p; p++)		/* it goes to a terminal */
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	if (errno == EACCES || errno == EPERM)
		fail(gp, MPS_GO_DENIED,
		     "no permission to read the executable of process %d: be root or own the process",
		     gp->pid);
	else if (errno == ENOENT && exists(gp->pid))
		fail(gp, MPS_GO_NOT,
		     "process %d has no executable: it is a kernel thread or a zombie",
		     gp->pid);
	else if (errno == ENOENT || errno == ESRCH)
		fail(gp, MPS_GO_GONE, "process %d does not exist (any more)",
		     gp->pid);
	else
		fail(gp, MPS_GO_FAILED,
		     "the executable of process %d cannot be opened: %s",
		     gp->pid, strerror(errno));
	return -1;
}

/*
 * How far the program was moved. The linker's first address of a PIE need not
 * be 0 (Go's own linker takes 0x400000): the entry point settles it.
 */
static bool load_bias(struct mps_goproc *gp, uint64_t *bias)
{
	char buf[4096];
	Elf64_auxv_t *av = (Elf64_auxv_t *)(void *)buf;
	long n = mps_proc_read(gp->pid, "auxv", buf, sizeof(buf));
	long i;

	for (i = 0; n > 0 && i < n / (long)sizeof(*av); i++) {
		Elf64_auxv_t a;

		memcpy(&a, buf + i * (long)sizeof(a), sizeof(a));
		if (a.a_type == AT_NULL)
			break;
		if (a.a_type != AT_ENTRY)
			continue;
		*bias = a.a_un.a_val - gp->exe.entry;
		return true;
	}
	return false;
}

static void relocate(struct mps_goexe *exe, uint64_t bias)
{
	uint64_t *sym[] = {
		&exe->sym.m0, &exe->sym.sched, &exe->sym.sig,
		&exe->sym.handoff, &exe->sym.gomaxprocs, &exe->sym.epfd,
	};
	size_t i;

	for (i = 0; i < sizeof(sym) / sizeof(sym[0]); i++)
		if (*sym[i])
			*sym[i] += bias;
	for (i = 0; i < MPS_GO_NR_SEGMENTS; i++) {
		if (exe->text[i].end) {
			exe->text[i].start += bias;
			exe->text[i].end += bias;
		}
		if (exe->data[i].end) {
			exe->data[i].start += bias;
			exe->data[i].end += bias;
		}
	}
	exe->entry += bias;
}

static void read_epfd(struct mps_goproc *gp)
{
	int32_t epfd;

	gp->epfd = MPS_NA;
	if (gp->exe.sym.epfd &&
	    mps_goproc_memory(gp->pid, gp->exe.sym.epfd, &epfd, sizeof(epfd)) &&
	    epfd > 0)
		gp->epfd = (uint64_t)epfd;
}

/**
 * mps_goproc_open() - look at a process as a Go program
 * @gp: filled; status says whether it is one, error why not
 * @pid: process (thread group) id
 */
void mps_goproc_open(struct mps_goproc *gp, pid_t pid)
{
	uint64_t bias = 0;
	int fd;

	memset(gp, 0, sizeof(*gp));
	gp->pid = pid;
	gp->epfd = MPS_NA;
	fd = open_exe(gp);
	if (fd < 0)
		return;
	exe_id(pid, &gp->exe_dev, &gp->exe_ino);
	gp->status = mps_goexe_read(fd, &gp->exe, gp->error,
				    sizeof(gp->error));
	close(fd);
	if (gp->status)
		return;
	if (gp->exe.pie && !load_bias(gp, &bias)) {
		if (!exists(pid))
			fail(gp, MPS_GO_GONE,
			     "process %d ended while it was examined", pid);
		else
			fail(gp, MPS_GO_DENIED,
			     "no permission to read where process %d was loaded: be root or own the process",
			     pid);
		return;
	}
	relocate(&gp->exe, bias);
	read_epfd(gp);
	mps_maxprocs_find(gp);
}
