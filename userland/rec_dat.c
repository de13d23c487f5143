// SPDX-License-Identifier: GPL-2.0
/* The first bytes of a recording, and what both of its versions share. */
#include "rec_dat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rec_meta.h"

enum mps_rec_err mps_dat_fail(struct mps_dat *d, enum mps_rec_err err,
			      const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(d->why, d->why_size, fmt, ap);
	va_end(ap);
	return err;
}

bool mps_dat_read(const struct mps_dat *d, void *buf, size_t len, uint64_t at)
{
	uint8_t *to = buf;

	if (at > d->size || len > d->size - at)
		return false;
	while (len) {
		ssize_t n = pread(d->fd, to, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		to += n;
		at += (uint64_t)n;
		len -= (size_t)n;
	}
	return true;
}

uint8_t *mps_dat_load(const struct mps_dat *d, uint64_t at, uint64_t len)
{
	uint8_t *buf;

	if (at > d->size || len > d->size - at || len > MPS_DAT_MAX_TEXT)
		return NULL;
	buf = malloc(len + 1);
	if (buf && !mps_dat_read(d, buf, len, at)) {
		free(buf);
		return NULL;
	}
	if (buf)
		buf[len] = 0;
	return buf;
}

uint64_t mps_get(const uint8_t *p, unsigned int bytes, bool swap)
{
	uint64_t v8;
	uint32_t v4;
	uint16_t v2;

	switch (bytes) {
	case 8:
		memcpy(&v8, p, 8);
		return swap ? __builtin_bswap64(v8) : v8;
	case 4:
		memcpy(&v4, p, 4);
		return swap ? __builtin_bswap32(v4) : v4;
	case 2:
		memcpy(&v2, p, 2);
		return swap ? __builtin_bswap16(v2) : v2;
	default:
		return *p;
	}
}

const uint8_t *mps_cur_take(struct mps_cur *c, uint64_t len)
{
	const uint8_t *p = c->p;

	if (c->bad || len > (uint64_t)(c->end - c->p)) {
		c->bad = true;
		return NULL;
	}
	c->p += len;
	return p;
}

uint64_t mps_cur_get(struct mps_cur *c, unsigned int bytes)
{
	const uint8_t *p = mps_cur_take(c, bytes);

	return p ? mps_get(p, bytes, c->swap) : 0;
}

const char *mps_cur_string(struct mps_cur *c)
{
	const uint8_t *zero = c->bad ? NULL :
			      memchr(c->p, 0, (size_t)(c->end - c->p));

	if (!zero) {
		c->bad = true;
		return NULL;
	}
	return (const char *)mps_cur_take(c, (uint64_t)(zero - c->p) + 1);
}

bool mps_cur_magic(struct mps_cur *c, const char *s, size_t len)
{
	const uint8_t *p = mps_cur_take(c, len);

	return p && !memcmp(p, s, len);
}

struct mps_dat_buffer *mps_dat_add_buffer(struct mps_dat *d, const char *name)
{
	struct mps_dat_buffer *grown;

	if (d->nr_buffers >= MPS_DAT_MAX_BUFFERS)
		return NULL;
	grown = realloc(d->buffers, (d->nr_buffers + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	d->buffers = grown;
	grown += d->nr_buffers;
	*grown = (struct mps_dat_buffer){ .name = strdup(name) };
	if (!grown->name)
		return NULL;
	d->nr_buffers++;
	return grown;
}

/* "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;" */
static uint32_t commit_size(const char *text)
{
	const char *at = strstr(text, " commit;");

	at = at ? strstr(at, "size:") : NULL;
	return at ? (uint32_t)strtoul(at + 5, NULL, 10) : 0;
}

enum mps_rec_err mps_dat_header_info(struct mps_dat *d, struct mps_cur *c)
{
	const uint8_t *text;
	uint64_t len;
	char *copy;

	if (!mps_cur_magic(c, "header_page", 12))
		return mps_dat_fail(d, MPS_REC_CORRUPT,
				    "it does not say how its pages look");
	len = mps_cur_get(c, 8);
	text = mps_cur_take(c, len);
	copy = text ? strndup((const char *)text, len) : NULL;
	if (copy)
		d->commit_size = commit_size(copy);
	free(copy);
	if (!mps_cur_magic(c, "header_event", 13))
		c->bad = true;
	mps_cur_take(c, mps_cur_get(c, 8));
	if (c->bad || (d->commit_size != 4 && d->commit_size != 8))
		return mps_dat_fail(d, MPS_REC_CORRUPT,
				    "what it says of its pages is damaged");
	return MPS_REC_OK;
}

/* The systems whose formats are of use here. */
static bool is_ours(const char *system)
{
	return !strcmp(system, "mpscope") || !strcmp(system, "sched");
}

static bool add_format(struct mps_dat *d, const char *system,
		       const uint8_t *text, uint64_t len)
{
	size_t head = strlen(system) + 1;
	char *grown;

	len = strnlen((const char *)text, len);
	if (d->formats_len + head + len + 1 > MPS_DAT_MAX_TEXT)
		return false;
	grown = realloc(d->formats, d->formats_len + head + len + 1);
	if (!grown)
		return false;
	d->formats = grown;
	memcpy(grown + d->formats_len, system, head);
	memcpy(grown + d->formats_len + head, text, len);
	grown[d->formats_len + head + len] = 0;
	d->formats_len += head + len + 1;
	return true;
}

enum mps_rec_err mps_dat_event_formats(struct mps_dat *d, struct mps_cur *c)
{
	uint64_t systems = mps_cur_get(c, 4);

	for (uint64_t i = 0; i < systems && !c->bad; i++) {
		const char *system = mps_cur_string(c);
		uint64_t nr = mps_cur_get(c, 4);

		for (uint64_t j = 0; j < nr && !c->bad; j++) {
			uint64_t len = mps_cur_get(c, 8);
			const uint8_t *text = mps_cur_take(c, len);

			if (text && is_ours(system) &&
			    !add_format(d, system, text, len))
				return mps_dat_fail(d, MPS_REC_UNREADABLE,
						    "out of memory");
		}
	}
	if (c->bad)
		return mps_dat_fail(d, MPS_REC_CORRUPT,
				    "the list of its events is damaged");
	return MPS_REC_OK;
}

bool mps_dat_option(struct mps_dat *d, uint32_t id, const uint8_t *data,
		    uint32_t len)
{
	enum { CPUSTAT = 2, TRACECLOCK = 4, UNAME = 5, CPUCOUNT = 8 };
	char **grown;

	if (id == UNAME && !d->uname) {
		d->uname = strndup((const char *)data, len);
		return d->uname;
	}

	if (id == TRACECLOCK && len) {
		free(d->clock);
		d->clock = strndup((const char *)data, len);
		return d->clock;
	}
	if (id == CPUCOUNT && len >= 4)
		d->nr_cpus = (uint32_t)mps_get(data, 4, d->swap);
	if (id != CPUSTAT || d->nr_stats >= MPS_DAT_MAX_CPUS)
		return true;
	grown = realloc(d->stats, (d->nr_stats + 1) * sizeof(*grown));
	if (!grown)
		return false;
	d->stats = grown;
	grown[d->nr_stats] = strndup((const char *)data, len);
	return grown[d->nr_stats++];
}

static enum mps_rec_err read_packing(struct mps_dat *d, struct mps_cur *c)
{
	const char *name = mps_cur_string(c), *why;

	if (!name || !mps_cur_string(c))
		return mps_dat_fail(d, MPS_REC_CORRUPT, "it ends in its first line");
	if (!strcmp(name, "zlib"))
		d->packing = MPS_PACK_ZLIB;
	else if (!strcmp(name, "zstd"))
		d->packing = MPS_PACK_ZSTD;
	else if (*name && strcmp(name, "none"))
		return mps_dat_fail(d, MPS_REC_FOREIGN,
				    "it is packed with something other than zlib and zstd: convert it with 'trace-cmd convert --compression none'");
	why = mps_unpack_ready(d->packing);
	return why ? mps_dat_fail(d, MPS_REC_UNREADABLE, "%s", why) : MPS_REC_OK;
}

static enum mps_rec_err read_first(struct mps_dat *d, struct mps_cur *c,
				   const uint8_t *start)
{
	static const uint8_t magic[] = { 0x17, 0x08, 0x44, 't', 'r', 'a', 'c',
		'i', 'n', 'g' };
	static const uint16_t one = 1;
	bool host_big = !*(const uint8_t *)&one;
	enum mps_rec_err err;
	const char *version;
	uint64_t order;

	if (!mps_cur_magic(c, (const char *)magic, sizeof(magic)))
		return mps_dat_fail(d, MPS_REC_FOREIGN,
				    "it is no trace.dat: record with 'mpscope record' or 'trace-cmd record -e mpscope'");
	version = mps_cur_string(c);
	d->version = version ? atoi(version) : 0;
	order = mps_cur_get(c, 1);
	if (d->version != 6 && d->version != 7)
		return mps_dat_fail(d, MPS_REC_FOREIGN,
				    "it is a trace.dat of version '%.8s'; 6 and 7 are known",
				    version ? version : "?");
	d->big = order;
	d->swap = d->big != host_big;
	c->swap = d->swap;
	mps_cur_get(c, 1);	/* long of user space: the kernel's is in its pages */
	d->page_size = (uint32_t)mps_cur_get(c, 4);
	if (c->bad || order > 1 || d->page_size < 256 ||
	    d->page_size > MPS_DAT_MAX_PAGE ||
	    d->page_size & (d->page_size - 1))
		return mps_dat_fail(d, MPS_REC_CORRUPT,
				    "its byte order or page size cannot be");
	if (d->version == 6)
		return mps_dat6_read(d, (uint64_t)(c->p - start));
	err = read_packing(d, c);
	return err ? err : mps_dat7_read(d, mps_cur_get(c, 8));
}

static enum mps_rec_err open_file(struct mps_dat *d, const char *path)
{
	struct stat st;

	d->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (d->fd < 0 || fstat(d->fd, &st))
		return mps_dat_fail(d, MPS_REC_UNREADABLE, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return mps_dat_fail(d, MPS_REC_UNREADABLE, "it is no regular file");
	if (!st.st_size)
		return mps_dat_fail(d, MPS_REC_FOREIGN,
				    "it is empty: was trace-cmd ended before it could write?");
	d->size = (uint64_t)st.st_size;
	return MPS_REC_OK;
}

enum mps_rec_err mps_dat_open(struct mps_dat *d, const char *path)
{
	enum mps_rec_err err = open_file(d, path);
	uint8_t first[512] = { 0 };
	struct mps_cur c = { .p = first, .end = first };

	if (err)
		return err;
	c.end += d->size < sizeof(first) ? d->size : sizeof(first);
	if (!mps_dat_read(d, first, (size_t)(c.end - first), 0))
		return mps_dat_fail(d, MPS_REC_UNREADABLE, "%s", strerror(errno));
	err = read_first(d, &c, first);
	if (!err)
		d->meta = mps_meta_load(d->fd, d->size);
	return err;
}

void mps_dat_forget(struct mps_dat *d)
{
	for (uint32_t i = 0; i < d->nr_buffers; i++) {
		free(d->buffers[i].name);
		free(d->buffers[i].clock);
		free(d->buffers[i].cpus);
	}
	for (size_t i = 0; i < d->nr_stats; i++)
		free(d->stats[i]);
	free(d->buffers);
	free(d->stats);
	free(d->formats);
	free(d->cmdlines);
	free(d->clock);
	free(d->uname);
	d->buffers = NULL;
	d->stats = NULL;
	d->formats = NULL;
	d->cmdlines = NULL;
	d->clock = NULL;
	d->uname = NULL;
	d->nr_buffers = 0;
	d->nr_stats = 0;
	d->formats_len = 0;
}

void mps_dat_close(struct mps_dat *d)
{
	mps_dat_forget(d);
	free(d->meta);
	if (d->fd >= 0)
		close(d->fd);
}
