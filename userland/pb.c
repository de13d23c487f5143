// SPDX-License-Identifier: GPL-2.0
/* Fields of Protocol Buffers on the wire. Pure. */
#include "pb.h"

#include <string.h>

enum wire { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2 };

/* The longest tag and the longest varint. */
#define MAX_HEAD	20

static void varint(struct mps_pb *b, uint64_t v)
{
	for (; v > 0x7f; v >>= 7)
		b->at[b->len++] = (uint8_t)(v | 0x80);
	b->at[b->len++] = (uint8_t)v;
}

static void tag(struct mps_pb *b, unsigned int field, enum wire wire)
{
	varint(b, (uint64_t)field << 3 | wire);
}

void mps_pb_uint(struct mps_pb *b, unsigned int field, uint64_t v)
{
	if (MPS_PB_MAX - b->len < MAX_HEAD)
		return;
	tag(b, field, WIRE_VARINT);
	varint(b, v);
}

void mps_pb_fixed64(struct mps_pb *b, unsigned int field, uint64_t v)
{
	if (MPS_PB_MAX - b->len < MAX_HEAD)
		return;
	tag(b, field, WIRE_FIXED64);
	for (int i = 0; i < 8; i++)
		b->at[b->len++] = (uint8_t)(v >> (8 * i));
}

static void bytes(struct mps_pb *b, unsigned int field, const void *from,
		  size_t len)
{
	if (MPS_PB_MAX - b->len < MAX_HEAD + len)
		return;
	tag(b, field, WIRE_BYTES);
	varint(b, len);
	memcpy(b->at + b->len, from, len);
	b->len += len;
}

void mps_pb_string(struct mps_pb *b, unsigned int field, const char *s)
{
	char word[MPS_PB_WORD];
	size_t len = 0;

	for (; *s && len < sizeof(word); s++)
		word[len++] = *s >= 0x20 && *s < 0x7f ? *s : '?';
	bytes(b, field, word, len);
}

void mps_pb_message(struct mps_pb *b, unsigned int field, const struct mps_pb *m)
{
	bytes(b, field, m->at, m->len);
}
