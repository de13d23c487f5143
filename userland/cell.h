/* SPDX-License-Identifier: GPL-2.0 */
/* One typed value of a row: a number or a string, or not known. */
#ifndef _MPS_CELL_H
#define _MPS_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mps_type { MPS_U64, MPS_STR };

struct mps_cell {
	bool known;		/* false: "-" in text, null in JSON */
	uint64_t u;
	const char *s;		/* whoever hands the cell out owns it */
};

static inline struct mps_cell mps_cell_none(void)
{
	return (struct mps_cell){ .known = false };
}

static inline struct mps_cell mps_cell_u64(uint64_t u)
{
	return (struct mps_cell){ .known = true, .u = u };
}

static inline struct mps_cell mps_cell_str(const char *s)
{
	return (struct mps_cell){ .known = !!s, .s = s };
}

#endif /* _MPS_CELL_H */
