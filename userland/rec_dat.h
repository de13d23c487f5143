/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The container of a recording: where in a trace.dat (versions 6 and 7) things
 * are. Between the rec_*.c; nobody else includes it. All numbers of the file
 * are checked before they are used: it may be anybody's.
 */
#ifndef _MPS_REC_DAT_H
#define _MPS_REC_DAT_H

#include "rec.h"

#define MPS_DAT_MAX_CPUS	65536u
#define MPS_DAT_MAX_BUFFERS	256u
#define MPS_DAT_MAX_TEXT	(64u << 20)	/* one part that is no event data */
#define MPS_DAT_MAX_PAGE	(1u << 20)
#define MPS_DAT_MAX_CHUNK	(32u << 20)	/* of compressed event data */

/* Bytes that are read from front to back; after the end all reads give 0. */
struct mps_cur {
	const uint8_t *p, *end;
	bool swap;
	bool bad;		/* something was wanted beyond the end */
};

struct mps_dat_cpu {
	uint32_t cpu;
	uint64_t at, size;	/* in the file */
};

struct mps_dat_buffer {
	char *name;		/* of the instance, "" is the top one */
	char *clock;		/* NULL: not said */
	struct mps_dat_cpu *cpus;
	uint32_t nr_cpus;
	bool packed;
};

enum mps_packing { MPS_PACK_NONE, MPS_PACK_ZLIB, MPS_PACK_ZSTD };

struct mps_dat {
	int fd;
	uint64_t size;
	int version;
	bool swap;		/* the other byte order */
	bool big;		/* big endian: bit fields run the other way */
	uint32_t page_size;
	uint32_t commit_size;	/* of a page's second word */
	enum mps_packing packing;
	uint32_t nr_cpus;
	struct mps_dat_buffer *buffers;
	uint32_t nr_buffers;
	char *formats;		/* texts of events that are ours, one after another */
	size_t formats_len;
	char *cmdlines;		/* "PID COMM\n" ... */
	char *clock;		/* "local [mono]", of the top instance */
	char *uname;		/* "Linux host 6.1.0 x86_64" */
	char **stats;		/* CPUSTAT texts */
	size_t nr_stats;
	char *meta;		/* ours, behind all the rest */
	/* why it cannot be read */
	char *why;
	size_t why_size;
};

/* rec_dat.c */
enum mps_rec_err mps_dat_fail(struct mps_dat *d, enum mps_rec_err err,
			      const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
enum mps_rec_err mps_dat_open(struct mps_dat *d, const char *path);
void mps_dat_close(struct mps_dat *d);
/* All that was read of its head. */
void mps_dat_forget(struct mps_dat *d);
/* All @len bytes, or false. */
bool mps_dat_read(const struct mps_dat *d, void *buf, size_t len, uint64_t at);
/* A copy with a 0 behind it, from the allocator. */
uint8_t *mps_dat_load(const struct mps_dat *d, uint64_t at, uint64_t len);
/* Note the parts that follow "flyrecord"; version 6. */
struct mps_dat_buffer *mps_dat_add_buffer(struct mps_dat *d, const char *name);

uint64_t mps_cur_get(struct mps_cur *c, unsigned int bytes);
/* The next @len bytes, or NULL. */
const uint8_t *mps_cur_take(struct mps_cur *c, uint64_t len);
/* A string with its 0, or NULL. */
const char *mps_cur_string(struct mps_cur *c);
bool mps_cur_magic(struct mps_cur *c, const char *s, size_t len);

/* rec_dat6.c, rec_dat7.c: all between the first bytes and the event data */
enum mps_rec_err mps_dat6_read(struct mps_dat *d, uint64_t at);
enum mps_rec_err mps_dat7_read(struct mps_dat *d, uint64_t at);
/* Parts that both have. */
enum mps_rec_err mps_dat_header_info(struct mps_dat *d, struct mps_cur *c);
enum mps_rec_err mps_dat_event_formats(struct mps_dat *d, struct mps_cur *c);
bool mps_dat_option(struct mps_dat *d, uint32_t id, const uint8_t *data,
		    uint32_t len);

/* rec_unpack.c. Return: NULL, or why it cannot be done. */
const char *mps_unpack_ready(enum mps_packing packing);
bool mps_unpack(enum mps_packing packing, void *to, size_t to_len,
		const void *from, size_t from_len);

/* rec_cpu.c: one CPU's events in the order they were written. */
struct mps_cpu;

struct mps_raw {
	uint64_t ts;
	const uint8_t *data;
	uint32_t len;
};

struct mps_cpu *mps_cpu_open(const struct mps_dat *d,
			     const struct mps_dat_buffer *b,
			     const struct mps_dat_cpu *where);
void mps_cpu_close(struct mps_cpu *c);
/* Return: false at the end. @lost: events missing before, -1 not known how many */
bool mps_cpu_next(struct mps_cpu *c, struct mps_raw *raw, int64_t *lost);
/* Bytes that should be there and are not, or that do not parse. */
uint64_t mps_cpu_cut(const struct mps_cpu *c);

/* rec_format.c: where an event's fields are. */
#define MPS_FORMAT_FIELDS	24

struct mps_format {
	bool known;
	uint32_t id;
	bool has_go;
	unsigned int nr;
	uint32_t need;		/* bytes an event must have */
	struct mps_format_field {
		uint16_t from, to;	/* offset in the event, in struct mps_rec_event */
		uint8_t size;
		uint8_t how;
	} field[MPS_FORMAT_FIELDS];
};

/* Return: false if a format of ours does not parse. */
bool mps_formats_parse(struct mps_format f[MPS_NR_RECS], const char *text,
		       size_t len);
/* Return: false if it is too short. */
bool mps_format_decode(const struct mps_format *f, const struct mps_raw *raw,
		       bool swap, struct mps_rec_event *e);

uint64_t mps_get(const uint8_t *p, unsigned int bytes, bool swap);

#endif /* _MPS_REC_DAT_H */
