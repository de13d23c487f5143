/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A Go runtime that is not there: memory laid out as a row of the table says,
 * with Ms, Ps and goroutines in it, for tests to read and to damage.
 */
#ifndef _FAKEGO_H
#define _FAKEGO_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "golayout_scan.h"
#include "gomem.h"
#include "gotids.h"

#define FG_BASE		UINT64_C(0xc000000000)
#define FG_SIZE		(1u << 20)
#define FG_DATA		(FG_SIZE - 65536)	/* the program's data */
#define FG_NR_M		3
#define FG_NR_P		2
#define FG_NR_G		5
#define FG_PID		1000

struct fakego {
	struct mps_gomem mem;
	struct mps_golayout l;
	struct mps_goproc gp;
	struct mps_gotid tid[FG_NR_M];
	struct mps_gotids tids;
	struct mps_range range;
	struct mps_gomaps maps;
	uint64_t m[FG_NR_M], g0[FG_NR_M], p[FG_NR_P], g[FG_NR_G];
	uint64_t used;
	uint8_t *bytes;
	unsigned long reads;
	unsigned int fleeting[2];	/* looks at what changes */
};

static bool fg_read(const struct mps_gomem *mem, uint64_t addr, void *buf,
		    size_t len)
{
	struct fakego *f = mem->arg;

	f->reads++;
	if (addr < FG_BASE || addr - FG_BASE > FG_SIZE ||
	    len > FG_SIZE - (addr - FG_BASE))
		return false;
	memcpy(buf, f->bytes + (addr - FG_BASE), len);
	return true;
}

static size_t fg_many(const struct mps_gomem *mem, const uint64_t *addr,
		      size_t nr, void *buf, size_t len)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (!fg_read(mem, addr[i], (char *)buf + i * len, len))
			break;
	return i;
}

static uint64_t fg_new(struct fakego *f, uint64_t size)
{
	uint64_t addr = FG_BASE + f->used;

	f->used += (size + 15) & ~UINT64_C(15);
	if (f->used > FG_DATA)
		abort();
	return addr;
}

static void fg_put(struct fakego *f, uint64_t addr, uint64_t v, size_t len)
{
	memcpy(f->bytes + (addr - FG_BASE), &v, len);
}

#define FG_SET(f, type, obj, field, v, len)				\
	fg_put(f, (obj) + (uint64_t)MPS_OFF(&(f)->l, type, field),	\
	       (uint64_t)(v), len)

static void fg_goroutine(struct fakego *f, uint64_t g, uint64_t goid,
			 uint32_t status, uint8_t reason)
{
	FG_SET(f, g, g, sched_g, g, 8);
	FG_SET(f, g, g, goid, goid, 8);
	FG_SET(f, g, g, atomicstatus, status, 4);
	FG_SET(f, g, g, waitreason, reason, 1);
	FG_SET(f, g, g, gopc, 0x401010, 8);
	FG_SET(f, g, g, startpc, 0x401000, 8);
}

static void fg_objects(struct fakego *f)
{
	uint32_t *size = f->l.s.size;
	int i;

	for (i = 0; i < FG_NR_M; i++) {
		f->m[i] = fg_new(f, size[MPS_GT_m]);
		f->g0[i] = fg_new(f, size[MPS_GT_g]);
		FG_SET(f, m, f->m[i], g0, f->g0[i], 8);
		FG_SET(f, g, f->g0[i], m, f->m[i], 8);
		FG_SET(f, m, f->m[i], id, i, 8);
		FG_SET(f, m, f->m[i], procid, FG_PID + i, 8);
		FG_SET(f, m, f->m[i], alllink, i ? f->m[i - 1] : 0, 8);
		f->tid[i].tid = FG_PID + i;
		f->tid[i].vtid = FG_PID + i;
	}
	for (i = 0; i < FG_NR_P; i++) {
		f->p[i] = fg_new(f, size[MPS_GT_p]);
		FG_SET(f, p, f->p[i], id, i, 4);
		FG_SET(f, p, f->p[i], sudogcache, f->p[i] +
		       (uint64_t)MPS_OFF(&f->l, p, sudogbuf), 8);
	}
	for (i = 0; i < FG_NR_G; i++) {
		f->g[i] = fg_new(f, size[MPS_GT_g]);
		fg_goroutine(f, f->g[i], (uint64_t)i + 1, 4, 14);
	}
}

static uint64_t fg_slice(struct fakego *f, uint64_t at, const uint64_t *a,
			 uint64_t nr, uint64_t cap)
{
	uint64_t array = fg_new(f, cap * 8), i;

	for (i = 0; i < nr; i++)
		fg_put(f, array + i * 8, a[i], 8);
	fg_put(f, at, array, 8);
	fg_put(f, at + 8, nr, 8);
	fg_put(f, at + 16, cap, 8);
	return at;
}

/* The variables, in the program's data. */
static void fg_variables(struct fakego *f)
{
	uint64_t data = FG_BASE + FG_DATA, sched = data + 1024;

	fg_put(f, data + 64, f->m[FG_NR_M - 1], 8);
	MPS_VAR(&f->l, allm) = data + 64;
	MPS_VAR(&f->l, allp) = fg_slice(f, data + 128, f->p, FG_NR_P, FG_NR_P);
	MPS_VAR(&f->l, allgs) = fg_slice(f, data + 256, f->g, FG_NR_G, 8);
	/* the GC's copy, a cycle old */
	fg_slice(f, data + 512, f->g, FG_NR_G - 1, FG_NR_G - 1);
	MPS_VAR(&f->l, sched) = sched;
	FG_SET(f, schedt, sched, mnext, FG_NR_M, 8);
	FG_SET(f, schedt, sched, maxmcount, 10000, 4);
	FG_SET(f, schedt, sched, nmidle, 1, 4);
	FG_SET(f, schedt, sched, midle, f->m[FG_NR_M - 1], 8);
	FG_SET(f, schedt, sched, npidle, 1, 4);
	FG_SET(f, schedt, sched, runqsize, 7, 4);
}

/* M 0 has P 0 and runs goroutine 1; M 1 is in a system call; M 2 is parked. */
static void fg_state(struct fakego *f)
{
	FG_SET(f, m, f->m[0], p, f->p[0], 8);
	FG_SET(f, p, f->p[0], m, f->m[0], 8);
	FG_SET(f, p, f->p[0], status, 1, 4);
	FG_SET(f, p, f->p[0], runqhead, 3, 4);
	FG_SET(f, p, f->p[0], runqtail, 5, 4);
	FG_SET(f, m, f->m[0], curg, f->g[0], 8);
	FG_SET(f, g, f->g[0], m, f->m[0], 8);
	fg_goroutine(f, f->g[0], 1, 2, 0);
	FG_SET(f, m, f->m[1], curg, f->g[1], 8);
	FG_SET(f, g, f->g[1], m, f->m[1], 8);
	fg_goroutine(f, f->g[1], 2, 0x1003, 0);
	FG_SET(f, m, f->m[2], blocked, 1, 1);
	fg_goroutine(f, f->g[4], 5, 6, 0);
}

static void fg_init(struct fakego *f, const struct mps_gotable *row)
{
	memset(f, 0, sizeof(*f));
	f->bytes = calloc(1, FG_SIZE);
	if (!f->bytes)
		abort();
	f->mem = (struct mps_gomem) {
		.read = fg_read, .read_many = fg_many, .arg = f,
	};
	f->l.s = row->s;
	f->l.row = row;
	f->l.source = MPS_LAYOUT_TABLE;
	f->range.start = FG_BASE;
	f->range.end = FG_BASE + FG_SIZE;
	f->maps.r = &f->range;
	f->maps.nr = 1;
	f->gp.exe.data[0].start = FG_BASE + FG_DATA;
	f->gp.exe.data[0].end = FG_BASE + FG_SIZE;
	f->gp.exe.text[0].start = 0x401000;
	f->gp.exe.text[0].end = 0x402000;
	f->tids.t = f->tid;
	f->tids.nr = FG_NR_M;
	fg_objects(f);
	fg_variables(f);
	fg_state(f);
}

static void fg_free(struct fakego *f)
{
	free(f->bytes);
}

#endif /* _FAKEGO_H */
