/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What "mpscope record" puts behind the last byte of a trace.dat: one JSON text
 * and a mark. trace-cmd finds its parts by their places and does not look there.
 */
#ifndef _MPS_REC_META_H
#define _MPS_REC_META_H

#include <stdbool.h>
#include <stdint.h>

/* The text, from the allocator; NULL if there is none. */
char *mps_meta_load(int fd, uint64_t size);
/* Put @json behind the file. Return: 0 or an errno. */
int mps_meta_append(const char *path, const char *json);

#endif /* _MPS_REC_META_H */
