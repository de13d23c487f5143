/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of core/ ask of the C library, in the kernel. */
#ifndef _MPS_KUNIT_STDBOOL_H
#define _MPS_KUNIT_STDBOOL_H

#include <linux/limits.h>
#include <linux/types.h>

#define INT64_MAX S64_MAX
#define INT64_MIN S64_MIN

#endif /* _MPS_KUNIT_STDBOOL_H */
