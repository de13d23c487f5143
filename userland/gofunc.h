/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names and lines of a Go program's code, from the table that the runtime
 * itself uses for tracebacks (pclntab): it is there in stripped programs, too.
 */
#ifndef _MPS_GOFUNC_H
#define _MPS_GOFUNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gomem.h"
#include "goproc.h"

struct mps_gofuncs {
	uint8_t *tab;		/* a copy of the table */
	size_t len;
	uint64_t text;		/* address that its offsets count from */
	uint32_t quantum;	/* least size of an instruction */
	uint64_t nr;
	uint64_t names, units, files, values, funcs;	/* offsets in tab */
};

struct mps_goline {
	const char *func;	/* "main.main.func1"; NULL: unknown */
	const char *file;	/* NULL: unknown */
	int line;		/* 0: unknown */
	uint64_t entry;
};

/* Pure: @tab is taken over, to be freed by mps_gofuncs_close(). */
bool mps_gofuncs_parse(struct mps_gofuncs *f, uint8_t *tab, size_t len);
/* Return: false if the program has no table that can be read. */
bool mps_gofuncs_open(struct mps_gofuncs *f, const struct mps_goproc *gp,
		      const struct mps_gomem *mem);
void mps_gofuncs_close(struct mps_gofuncs *f);

/* @call: @pc is behind a call: look up the call itself. */
bool mps_gofuncs_find(const struct mps_gofuncs *f, uint64_t pc, bool call,
		      struct mps_goline *line);

#endif /* _MPS_GOFUNC_H */
