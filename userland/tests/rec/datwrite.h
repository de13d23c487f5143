/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Recordings that are made up: trace.dat of version 6, of any byte order, page
 * size and length of long, so that what is read from them is known.
 */
#ifndef _MPS_DATWRITE_H
#define _MPS_DATWRITE_H

#include "rec.h"

#define DW_CPUS		4

struct dw {
	/* how it shall be */
	bool big;
	unsigned int long_size;	/* 4 or 8 */
	uint32_t page_size;
	const char *clock;	/* NULL: says none */
	const char *comms;	/* "170 server\n..." */
	const char *instance;	/* the events are in this one, NULL: in the top */
	bool no_mpscope;	/* leaves the formats of mpscope out */
	bool no_go;		/* events end before goid, m, p */
	uint64_t overrun[DW_CPUS];	/* what the statistics say */
	/* made by it */
	uint8_t *bytes;
	size_t len, size;
	struct dw_cpu {
		uint8_t *pages;
		size_t len, used;	/* whole, and of the last page */
		uint64_t ts;
		uint64_t missed;	/* events that the next page misses */
		size_t at;		/* of its place in the table */
	} cpu[DW_CPUS];
};

void dw_init(struct dw *w);
void dw_free(struct dw *w);
/* e->cpu says where; of one CPU in the order of time. */
void dw_event(struct dw *w, const struct mps_rec_event *e);
/* The next event of that CPU begins a page before which @nr are missing. */
void dw_missed(struct dw *w, int cpu, uint64_t nr);
/* Put it all together: w->bytes, w->len. */
void dw_end(struct dw *w);
/* Into a file; its name is in @path, which has room for it. */
void dw_write(const struct dw *w, char path[64]);
/* An event with all numbers -1. */
struct mps_rec_event dw_new(enum mps_rec_type type, int cpu, uint64_t ts_ns);
/* Bytes in a file of their own, as dw_write(). */
void dw_write_bytes(const void *bytes, size_t len, char path[64]);

#endif /* _MPS_DATWRITE_H */
