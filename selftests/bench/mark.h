/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses that a guest runs to tell where.so what to count. */
#ifndef _MPS_MARK_H
#define _MPS_MARK_H

#define MARK_PAGE	0x133700000ull
#define MARK_BEGIN	(MARK_PAGE + 0x10)
#define MARK_END	(MARK_PAGE + 0x20)

#endif /* _MPS_MARK_H */
