// SPDX-License-Identifier: GPL-2.0
/*
 * One CPU's part of a recording: pages of the kernel's ring buffer, packed in
 * chunks or not, read a few at a time.
 */
#include <stdlib.h>
#include <string.h>

#include "rec_dat.h"

#define READ_AHEAD	(128u << 10)	/* bytes of unpacked pages at once */
#define MISSED_EVENTS	(1u << 31)	/* of a page's commit word */
#define MISSED_STORED	(1u << 30)
#define COMMIT_MASK	((1u << 27) - 1)

enum { TYPE_PADDING = 29, TYPE_EXTEND, TYPE_STAMP };

struct mps_cpu {
	const struct mps_dat *dat;
	bool packed;
	uint64_t at, left;	/* in the file, not read yet */
	uint32_t chunks;	/* packed: how many are left */
	uint64_t cut;
	uint8_t *buf;		/* pages that were read */
	size_t size, len, pos;	/* room, bytes in it, the next page */
	const uint8_t *p, *end;	/* in the page */
	uint64_t ts;
	int64_t lost;		/* before the next event */
};

static bool reserve(struct mps_cpu *c, size_t len)
{
	uint8_t *grown;

	if (len <= c->size)
		return true;
	grown = realloc(c->buf, len);
	if (!grown)
		return false;
	c->buf = grown;
	c->size = len;
	return true;
}

/* Nothing more of this CPU can be read. */
static bool give_up(struct mps_cpu *c)
{
	c->cut += c->left;
	c->left = 0;
	c->chunks = 0;
	return false;
}

static bool fill_packed(struct mps_cpu *c)
{
	const struct mps_dat *d = c->dat;
	uint64_t from_len, to_len;
	uint8_t head[8], *from;
	bool ok;

	if (!c->chunks)
		return false;
	if (c->left < 8 || !mps_dat_read(d, head, 8, c->at))
		return give_up(c);
	from_len = mps_get(head, 4, d->swap);
	to_len = mps_get(head + 4, 4, d->swap);
	if (from_len > c->left - 8 || !to_len || to_len > MPS_DAT_MAX_CHUNK ||
	    !reserve(c, to_len))
		return give_up(c);
	from = mps_dat_load(d, c->at + 8, from_len);
	ok = from && mps_unpack(d->packing, c->buf, to_len, from, from_len);
	free(from);
	if (!ok)
		return give_up(c);
	c->at += 8 + from_len;
	c->left -= 8 + from_len;
	c->chunks--;
	c->len = to_len;
	return true;
}

static bool fill(struct mps_cpu *c)
{
	size_t want = READ_AHEAD > c->dat->page_size ? READ_AHEAD :
						       c->dat->page_size;

	c->pos = 0;
	c->len = 0;
	if (c->packed)
		return fill_packed(c);
	if (want > c->left)
		want = c->left;
	if (!want)
		return false;
	if (!reserve(c, want) || !mps_dat_read(c->dat, c->buf, want, c->at))
		return give_up(c);
	c->at += want;
	c->left -= want;
	c->len = want;
	return true;
}

/* What the head of a page says of events before it that were lost. */
static void note_missed(struct mps_cpu *c, uint64_t commit, const uint8_t *page,
			size_t len)
{
	unsigned int word = c->dat->commit_size;
	size_t stored = 8 + word + (commit & COMMIT_MASK);

	if (!(commit & MISSED_EVENTS))
		return;
	c->lost = -1;
	if (commit & MISSED_STORED && stored + word <= len)
		c->lost = (int64_t)(mps_get(page + stored, word, c->dat->swap) &
				    INT64_MAX);
}

static bool next_page(struct mps_cpu *c)
{
	const struct mps_dat *d = c->dat;
	uint64_t commit, head = 8 + d->commit_size;
	const uint8_t *page;
	size_t len;

	if (c->pos >= c->len && !fill(c))
		return false;
	page = c->buf + c->pos;
	len = c->len - c->pos;
	if (len > d->page_size)
		len = d->page_size;
	c->pos += len;
	c->p = page;
	c->end = page;
	if (len < head) {
		c->cut += len;
		return true;
	}
	c->ts = mps_get(page, 8, d->swap);
	commit = mps_get(page + 8, d->commit_size, d->swap);
	note_missed(c, commit, page, len);
	commit &= COMMIT_MASK;
	if (commit > len - head) {
		c->cut += commit - (len - head);
		commit = len - head;
	}
	c->p = page + head;
	c->end = c->p + commit;
	return true;
}

static void spoilt(struct mps_cpu *c)
{
	c->cut += (uint64_t)(c->end - c->p);
	c->p = c->end;
	c->lost = -1;
}

/* The element at c->p. Return: it is an event, in @raw. */
static bool step(struct mps_cpu *c, struct mps_raw *raw)
{
	size_t left = (size_t)(c->end - c->p);
	bool swap = c->dat->swap;
	uint64_t word = 0, delta, first;
	uint32_t type;

	if (left < 4) {
		spoilt(c);
		return false;
	}
	first = mps_get(c->p, 4, swap);
	type = c->dat->big ? (uint32_t)(first >> 27) : (uint32_t)first & 31;
	delta = c->dat->big ? first & ((1u << 27) - 1) : first >> 5;
	if (!type || type >= TYPE_PADDING) {
		if (left >= 8)
			word = mps_get(c->p + 4, 4, swap);
		else if (type != TYPE_PADDING || delta)
			return spoilt(c), false;
	}
	switch (type) {
	case TYPE_PADDING:
		if (!delta) {		/* the rest of the page is empty */
			c->p = c->end;
			return false;
		}
		c->ts += delta;
		if (word > left - 4)
			return spoilt(c), false;
		c->p += 4 + word;
		return false;
	case TYPE_EXTEND:
		c->ts += delta + (word << 27);
		c->p += 8;
		return false;
	case TYPE_STAMP:
		c->ts = (delta + (word << 27)) | (c->ts & (31ull << 59));
		c->p += 8;
		return false;
	case 0:
		if (word < 4 || word > left - 4)
			return spoilt(c), false;
		raw->data = c->p + 8;
		raw->len = (uint32_t)word - 4;
		word = 4 + ((word + 3) & ~3ull);
		break;
	default:
		raw->data = c->p + 4;
		raw->len = type * 4;
		word = 4 + type * 4;
	}
	if (word > left)
		return spoilt(c), false;
	c->ts += delta;
	c->p += word;
	raw->ts = c->ts;
	return true;
}

bool mps_cpu_next(struct mps_cpu *c, struct mps_raw *raw, int64_t *lost)
{
	for (;;) {
		while (c->p < c->end)
			if (step(c, raw)) {
				*lost = c->lost;
				c->lost = 0;
				return true;
			}
		if (!next_page(c))
			return false;
	}
}

struct mps_cpu *mps_cpu_open(const struct mps_dat *d,
			     const struct mps_dat_buffer *b,
			     const struct mps_dat_cpu *where)
{
	struct mps_cpu *c = calloc(1, sizeof(*c));
	uint8_t head[4];

	if (!c)
		return NULL;
	c->dat = d;
	c->packed = b->packed;
	c->at = where->at;
	c->left = where->size;
	if (c->at > d->size || c->left > d->size - c->at) {
		uint64_t there = c->at < d->size ? d->size - c->at : 0;

		c->cut = c->left - there;
		c->left = there;
	}
	if (!c->packed || !c->left)
		return c;
	/* the count of chunks comes before, and is not part of the size */
	if (!mps_dat_read(d, head, 4, c->at)) {
		give_up(c);
		return c;
	}
	c->chunks = (uint32_t)mps_get(head, 4, d->swap);
	c->at += 4;
	if (c->left > d->size - c->at) {
		c->cut += c->left - (d->size - c->at);
		c->left = d->size - c->at;
	}
	return c;
}

void mps_cpu_close(struct mps_cpu *c)
{
	if (c)
		free(c->buf);
	free(c);
}

uint64_t mps_cpu_cut(const struct mps_cpu *c)
{
	return c->cut;
}
