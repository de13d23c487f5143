/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of core/ ask of the C library, in the kernel. */
#ifndef _MPS_KUNIT_STDIO_H
#define _MPS_KUNIT_STDIO_H

#include <linux/kernel.h>

#endif /* _MPS_KUNIT_STDIO_H */
