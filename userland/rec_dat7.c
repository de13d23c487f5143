// SPDX-License-Identifier: GPL-2.0
/* A trace.dat of version 7: sections anywhere, found by chains of options. */
#include "rec_dat.h"

#include <stdlib.h>
#include <string.h>

#define MAX_OPTION_SECTIONS	65536u	/* a chain that is longer is a ring */
#define SECTION_HEAD		16u

enum {
	SECTION_OPTIONS = 0, SECTION_HEADER_INFO = 16, SECTION_FORMATS = 18,
	SECTION_CMDLINES = 21,
};

enum { OPTION_DONE = 0, OPTION_BUFFER = 3 };

struct section {
	uint8_t *data;		/* unpacked; to be freed */
	uint64_t len;
	bool packed;		/* as it stands in the file */
};

/* The head of a section. Return: false if there is none of this kind. */
static bool section_head(struct mps_dat *d, uint64_t at, unsigned int id,
			 struct section *s)
{
	uint8_t head[SECTION_HEAD];

	if (!mps_dat_read(d, head, sizeof(head), at) ||
	    mps_get(head, 2, d->swap) != id)
		return false;
	s->packed = mps_get(head + 2, 2, d->swap) & 1;
	s->len = mps_get(head + 8, 8, d->swap);
	return true;
}

static bool unpack_section(struct mps_dat *d, struct section *s)
{
	uint64_t packed = s->len >= 8 ? mps_get(s->data, 4, d->swap) : 0;
	uint64_t len = s->len >= 8 ? mps_get(s->data + 4, 4, d->swap) : 0;
	uint8_t *data;

	if (!packed || packed > s->len - 8 || len > MPS_DAT_MAX_TEXT)
		return false;
	data = malloc(len + 1);
	if (!data || !mps_unpack(d->packing, data, len, s->data + 8, packed)) {
		free(data);
		return false;
	}
	data[len] = 0;
	free(s->data);
	s->data = data;
	s->len = len;
	return true;
}

static bool section_load(struct mps_dat *d, uint64_t at, unsigned int id,
			 struct section *s)
{
	s->data = NULL;
	if (!section_head(d, at, id, s))
		return false;
	s->data = mps_dat_load(d, at + SECTION_HEAD, s->len);
	if (s->data && s->packed && !unpack_section(d, s)) {
		free(s->data);
		s->data = NULL;
	}
	return s->data;
}

static bool buffer_cpus(struct mps_dat *d, struct mps_cur *c,
			struct mps_dat_buffer *b)
{
	uint32_t nr;

	if ((uint32_t)mps_cur_get(c, 4) != d->page_size)
		return false;
	nr = (uint32_t)mps_cur_get(c, 4);
	if (c->bad || nr > MPS_DAT_MAX_CPUS || nr > (uint64_t)(c->end - c->p) / 20)
		return false;
	b->cpus = calloc(nr + 1, sizeof(*b->cpus));
	if (!b->cpus)
		return false;
	for (uint32_t i = 0; i < nr; i++) {
		b->cpus[i].cpu = (uint32_t)mps_cur_get(c, 4);
		b->cpus[i].at = mps_cur_get(c, 8);
		b->cpus[i].size = mps_cur_get(c, 8);
		if (b->cpus[i].cpu >= MPS_DAT_MAX_CPUS)
			return false;
		if (b->cpus[i].cpu >= d->nr_cpus)
			d->nr_cpus = b->cpus[i].cpu + 1;
	}
	b->nr_cpus = nr;
	return !c->bad;
}

static bool option_buffer(struct mps_dat *d, const uint8_t *data, uint32_t len)
{
	struct mps_cur c = { .p = data, .end = data + len, .swap = d->swap };
	uint64_t at = mps_cur_get(&c, 8);
	const char *name = mps_cur_string(&c), *clock = mps_cur_string(&c);
	struct mps_dat_buffer *b;
	struct section s;
	uint8_t head[SECTION_HEAD];

	if (c.bad || !mps_dat_read(d, head, sizeof(head), at))
		return false;
	s.packed = mps_get(head + 2, 2, d->swap) & 1;
	b = mps_dat_add_buffer(d, name);
	if (!b)
		return false;
	b->packed = s.packed;
	b->clock = strdup(clock);
	return b->clock && buffer_cpus(d, &c, b);
}

static enum mps_rec_err option_section(struct mps_dat *d, uint32_t id,
				       uint64_t at)
{
	enum mps_rec_err err = MPS_REC_OK;
	struct mps_cur c = { .swap = d->swap };
	struct section s;

	if (id != SECTION_HEADER_INFO && id != SECTION_FORMATS &&
	    id != SECTION_CMDLINES)
		return MPS_REC_OK;
	if (!section_load(d, at, id, &s))
		return mps_dat_fail(d, MPS_REC_CORRUPT,
				    "its section %u is damaged, or it ends before it",
				    id);
	c.p = s.data;
	c.end = s.data + s.len;
	if (id == SECTION_HEADER_INFO)
		err = mps_dat_header_info(d, &c);
	else if (id == SECTION_FORMATS)
		err = mps_dat_event_formats(d, &c);
	if (id == SECTION_CMDLINES && !d->cmdlines) {
		uint64_t len = mps_cur_get(&c, 8);
		const uint8_t *text = mps_cur_take(&c, len);

		d->cmdlines = text ? strndup((const char *)text, len) : NULL;
	}
	free(s.data);
	return err;
}

/* Return: MPS_REC_OK, and @next: the section that goes on with it, or 0. */
static enum mps_rec_err read_options(struct mps_dat *d, struct mps_cur *c,
				     uint64_t *next)
{
	enum mps_rec_err err;

	for (;;) {
		uint32_t id = (uint32_t)mps_cur_get(c, 2);
		uint32_t len = (uint32_t)mps_cur_get(c, 4);
		const uint8_t *data = mps_cur_take(c, len);
		bool ok = data;

		if (ok && id == OPTION_DONE) {
			*next = len >= 8 ? mps_get(data, 8, d->swap) : 0;
			return MPS_REC_OK;
		}
		if (ok && id >= SECTION_HEADER_INFO && len == 8) {
			err = option_section(d, id, mps_get(data, 8, d->swap));
			if (err)
				return err;
		} else if (ok) {
			ok = id == OPTION_BUFFER ? option_buffer(d, data, len) :
						   mps_dat_option(d, id, data, len);
		}
		if (!ok)
			return mps_dat_fail(d, MPS_REC_CORRUPT,
					    "its options are damaged, or it ends before them");
	}
}

enum mps_rec_err mps_dat7_read(struct mps_dat *d, uint64_t at)
{
	unsigned int n = 0;

	while (at) {
		struct mps_cur c = { .swap = d->swap };
		enum mps_rec_err err;
		struct section s;

		if (++n > MAX_OPTION_SECTIONS ||
		    !section_load(d, at, SECTION_OPTIONS, &s))
			return mps_dat_fail(d, MPS_REC_CORRUPT,
					    "its table of contents is damaged, or it ends before it");
		c.p = s.data;
		c.end = s.data + s.len;
		err = read_options(d, &c, &at);
		free(s.data);
		if (err)
			return err;
	}
	if (!d->commit_size)
		return mps_dat_fail(d, MPS_REC_CORRUPT,
				    "it does not say how its pages look");
	return MPS_REC_OK;
}
