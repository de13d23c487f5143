// SPDX-License-Identifier: GPL-2.0
/* A trace.dat of version 6: one part after the other. */
#include "rec_dat.h"

#include <stdlib.h>
#include <string.h>

#define USUAL_HEAD	(8u << 20)	/* all that is not event data */

/* "flyrecord", the table of CPUs, and where it says so the clock. */
static bool read_table(struct mps_dat *d, struct mps_cur *c, const char *name)
{
	struct mps_dat_buffer *b;
	const uint8_t *clock;
	uint64_t len;

	if (!mps_cur_magic(c, "flyrecord", 10))
		return false;
	b = mps_dat_add_buffer(d, name);
	if (!b)
		return false;
	b->cpus = calloc(d->nr_cpus, sizeof(*b->cpus));
	if (!b->cpus)
		return false;
	for (uint32_t i = 0; i < d->nr_cpus && !c->bad; i++) {
		b->cpus[i].cpu = i;
		b->cpus[i].at = mps_cur_get(c, 8);
		b->cpus[i].size = mps_cur_get(c, 8);
	}
	if (c->bad)
		return false;
	b->nr_cpus = d->nr_cpus;
	/* then the text of the file trace_clock, if an option says so */
	len = mps_cur_get(c, 8);
	clock = len && len < 4096 ? mps_cur_take(c, len) : NULL;
	if (clock && memchr(clock, '[', len))
		b->clock = strndup((const char *)clock, len);
	return true;
}

struct instance {
	uint64_t at;
	char name[256];
};

struct head {
	struct instance *in;
	uint32_t nr;
};

static bool option(struct mps_dat *d, struct head *h, uint32_t id,
		   const uint8_t *data, uint32_t len)
{
	enum { BUFFER = 3 };
	struct instance *in;

	if (id != BUFFER)
		return mps_dat_option(d, id, data, len);
	if (len < 9 || h->nr >= MPS_DAT_MAX_BUFFERS)
		return true;
	in = realloc(h->in, (h->nr + 1) * sizeof(*in));
	if (!in)
		return false;
	h->in = in;
	in += h->nr++;
	in->at = mps_get(data, 8, d->swap);
	len -= 8;
	if (len >= sizeof(in->name))
		len = sizeof(in->name) - 1;
	memcpy(in->name, data + 8, len);
	in->name[len] = 0;
	return true;
}

static bool read_options(struct mps_dat *d, struct mps_cur *c, struct head *h)
{
	uint32_t id;

	if (!mps_cur_magic(c, "options  ", 10))
		return false;
	while ((id = (uint32_t)mps_cur_get(c, 2))) {
		uint32_t len = (uint32_t)mps_cur_get(c, 4);
		const uint8_t *data = mps_cur_take(c, len);

		if (!data || !option(d, h, id, data, len))
			return false;
	}
	return !c->bad;
}

/* Its table lies behind the event data of the instances before. */
static bool read_instance(struct mps_dat *d, const struct instance *in)
{
	uint64_t len = 10 + 16 * (uint64_t)d->nr_cpus + 8 + 4096;
	struct mps_cur c = { .swap = d->swap };
	uint8_t *text;
	bool ok;

	if (in->at > d->size)
		return false;
	if (len > d->size - in->at)
		len = d->size - in->at;
	text = mps_dat_load(d, in->at, len);
	if (!text)
		return false;
	c.p = text;
	c.end = text + len;
	ok = read_table(d, &c, in->name);
	free(text);
	return ok;
}

static bool is_latency(const struct mps_cur *c)
{
	return c->end - c->p >= 10 && !memcmp(c->p, "latency  ", 10);
}

/* The formats of ftrace's own events, kallsyms and printk are of no use here. */
static enum mps_rec_err read_formats(struct mps_dat *d, struct mps_cur *c)
{
	enum mps_rec_err err = mps_dat_header_info(d, c);
	const uint8_t *text;
	uint64_t nr, len;

	if (err)
		return err;
	nr = mps_cur_get(c, 4);
	for (uint64_t i = 0; i < nr && !c->bad; i++)
		mps_cur_take(c, mps_cur_get(c, 8));
	err = mps_dat_event_formats(d, c);
	if (err)
		return err;
	mps_cur_take(c, mps_cur_get(c, 4));
	mps_cur_take(c, mps_cur_get(c, 4));
	len = mps_cur_get(c, 8);
	text = mps_cur_take(c, len);
	d->cmdlines = text ? strndup((const char *)text, len) : NULL;
	return MPS_REC_OK;
}

static enum mps_rec_err read_rest(struct mps_dat *d, struct mps_cur *c,
				  struct head *h)
{
	d->nr_cpus = (uint32_t)mps_cur_get(c, 4);
	if (c->bad || !d->nr_cpus || d->nr_cpus > MPS_DAT_MAX_CPUS)
		return mps_dat_fail(d, MPS_REC_CORRUPT,
				    "it is damaged before its options, or ends there");
	if (c->end - c->p >= 10 && !memcmp(c->p, "options  ", 10) &&
	    !read_options(d, c, h))
		return mps_dat_fail(d, MPS_REC_CORRUPT, "its options are damaged");
	if (is_latency(c))
		return mps_dat_fail(d, MPS_REC_FOREIGN,
				    "it holds the text of a latency tracer, no events");
	if (!read_table(d, c, ""))
		return mps_dat_fail(d, MPS_REC_CORRUPT,
				    "where it keeps the events is damaged, or it ends there");
	for (uint32_t i = 0; i < h->nr; i++)
		if (!read_instance(d, &h->in[i]))
			return mps_dat_fail(d, MPS_REC_CORRUPT,
					    "its instance '%.60s' is damaged, or it ends before it",
					    h->in[i].name);
	return MPS_REC_OK;
}

static enum mps_rec_err read_head(struct mps_dat *d, uint64_t at, uint64_t len)
{
	uint8_t *text = mps_dat_load(d, 0, len);
	struct mps_cur c = { .swap = d->swap };
	struct head h = { 0 };
	enum mps_rec_err err;

	if (!text)
		return mps_dat_fail(d, MPS_REC_UNREADABLE, "out of memory");
	c.p = text + at;
	c.end = text + len;
	err = read_formats(d, &c);
	if (!err)
		err = read_rest(d, &c, &h);
	free(h.in);
	free(text);
	return err;
}

/* It does not say how long it is; nearly always it is short. */
enum mps_rec_err mps_dat6_read(struct mps_dat *d, uint64_t at)
{
	enum mps_rec_err err;

	if (d->size <= USUAL_HEAD)
		return read_head(d, at, d->size);
	err = read_head(d, at, USUAL_HEAD);
	if (err != MPS_REC_CORRUPT)
		return err;
	mps_dat_forget(d);
	return read_head(d, at, d->size < MPS_DAT_MAX_TEXT ? d->size :
						MPS_DAT_MAX_TEXT);
}
