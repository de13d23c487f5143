/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Protocol Buffers, as far as they are written here: one message in memory, of
 * fields with a number. Pure.
 */
#ifndef _MPS_PB_H
#define _MPS_PB_H

#include <stddef.h>
#include <stdint.h>

#define MPS_PB_MAX	4096	/* what does not fit is left out as a whole field */
#define MPS_PB_WORD	512	/* the most of a string */

struct mps_pb {
	size_t len;
	uint8_t at[MPS_PB_MAX];
};

/* int32, int64 and enum, too: @v in two's complement */
void mps_pb_uint(struct mps_pb *b, unsigned int field, uint64_t v);
void mps_pb_fixed64(struct mps_pb *b, unsigned int field, uint64_t v);
/* ASCII: any other byte, which might be no UTF-8, is shown as '?'. */
void mps_pb_string(struct mps_pb *b, unsigned int field, const char *s);
void mps_pb_message(struct mps_pb *b, unsigned int field, const struct mps_pb *m);

#endif /* _MPS_PB_H */
