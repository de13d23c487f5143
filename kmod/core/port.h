/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What core/ needs of its surroundings, so that the same files build in the
 * module, in the tool and in native tests: integer types, bool, strings.
 */
#ifndef _MPS_CORE_PORT_H
#define _MPS_CORE_PORT_H

#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/string.h>
#include <linux/types.h>
#include <uapi/linux/errno.h>
#else
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef int32_t s32;
typedef uint64_t u64;
typedef int64_t s64;

#define U64_MAX UINT64_MAX

#undef __always_inline		/* some libc's header has it without inline */
#define __always_inline	inline __attribute__((__always_inline__))
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#endif

#include "../uapi/mpscope/abi.h"

#endif /* _MPS_CORE_PORT_H */
