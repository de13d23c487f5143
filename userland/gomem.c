// SPDX-License-Identifier: GPL-2.0
/* Memory of a Go process, read while it runs. */
#include "gomem.h"

#include <limits.h>
#include <sys/uio.h>

#include "goproc.h"

#define MAX_IOV		1024	/* IOV_MAX of Linux */

static bool live_read(const struct mps_gomem *mem, uint64_t addr, void *buf,
		      size_t len)
{
	return mps_goproc_memory(mem->pid, addr, buf, len);
}

/* One system call for many pieces: little time in between. */
static size_t live_many(const struct mps_gomem *mem, const uint64_t *addr,
			size_t nr, void *buf, size_t len)
{
	struct iovec there[MAX_IOV];
	size_t done = 0, i, n;

	while (done < nr) {
		struct iovec here = { .iov_base = (char *)buf + done * len };
		ssize_t got;

		n = nr - done < MAX_IOV ? nr - done : MAX_IOV;
		/* a call reads less than 2 GiB */
		if (len && n > INT_MAX / len)
			n = INT_MAX / len ? INT_MAX / len : 1;
		for (i = 0; i < n; i++) {
			there[i].iov_base = (void *)(uintptr_t)addr[done + i];
			there[i].iov_len = len;
		}
		here.iov_len = n * len;
		got = process_vm_readv(mem->pid, &here, 1, there, n, 0);
		if (got <= 0)
			break;
		done += (size_t)got / len;
		if ((size_t)got != n * len)
			break;
	}
	return done;
}

void mps_gomem_init(struct mps_gomem *mem, pid_t pid)
{
	*mem = (struct mps_gomem) {
		.read = live_read, .read_many = live_many, .pid = pid,
	};
}

size_t mps_gomem_each(const struct mps_gomem *mem, const uint64_t *addr,
		      size_t nr, void *buf, size_t len, bool *ok)
{
	size_t done = 0, read = 0, got, i;

	while (done < nr) {
		got = mem->read_many(mem, addr + done, nr - done,
				     (char *)buf + done * len, len);
		for (i = 0; ok && i < got; i++)
			ok[done + i] = true;
		read += got;
		done += got;
		if (done == nr)
			break;
		/* this one cannot be read: on with the next */
		memset((char *)buf + done * len, 0, len);
		if (ok)
			ok[done] = false;
		done++;
	}
	return read;
}
