/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory of a Go process, read while it runs: nothing is stopped, so what is
 * read may be changing, and whatever it says may be wrong.
 */
#ifndef _MPS_GOMEM_H
#define _MPS_GOMEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

struct mps_gomem {
	/* all or nothing */
	bool (*read)(const struct mps_gomem *mem, uint64_t addr, void *buf,
		     size_t len);
	/*
	 * @nr pieces of @len bytes, one behind the other in @buf. Return: how
	 * many could be read before the first that could not.
	 */
	size_t (*read_many)(const struct mps_gomem *mem, const uint64_t *addr,
			    size_t nr, void *buf, size_t len);
	pid_t pid;
	void *arg;
};

void mps_gomem_init(struct mps_gomem *mem, pid_t pid);

/*
 * The same for @nr pieces of which any may fail: those become zero and
 * @ok[i] (may be NULL) false. Return: how many were read.
 */
size_t mps_gomem_each(const struct mps_gomem *mem, const uint64_t *addr,
		      size_t nr, void *buf, size_t len, bool *ok);

static inline bool mps_gomem_read(const struct mps_gomem *mem, uint64_t addr,
				  void *buf, size_t len)
{
	return mem->read(mem, addr, buf, len);
}

static inline uint64_t mps_u64_at(const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t mps_u32_at(const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline int32_t mps_i32_at(const void *p)
{
	int32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline bool mps_gomem_u64(const struct mps_gomem *mem, uint64_t addr,
				 uint64_t *v)
{
	return mem->read(mem, addr, v, sizeof(*v));
}

static inline bool mps_gomem_i32(const struct mps_gomem *mem, uint64_t addr,
				 int32_t *v)
{
	return mem->read(mem, addr, v, sizeof(*v));
}

/* A slice's head as it lies in memory. */
struct mps_goslice {
	uint64_t ptr, len, cap;
};

#endif /* _MPS_GOMEM_H */
