/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A recording in the form of other tools. Each listens to the story and writes
 * a file of its own while it goes by.
 */
#ifndef _MPS_EXPORT_H
#define _MPS_EXPORT_H

#include <stdio.h>

#include "tell.h"

struct mps_export {
	const char *name;	/* of the option */
	/* Before the first event. Return: false without memory. */
	bool (*begin)(struct mps_tell_ctx *c, FILE *to);
	void (*p)(struct mps_tell_ctx *c, const struct mps_seg *seg);
	void (*thread)(struct mps_tell_ctx *c, const struct mps_seg *seg);
	void (*event)(struct mps_tell_ctx *c, const struct mps_rec_event *e,
		      const struct mps_sthread *t);
	/* After the last. */
	void (*end)(struct mps_tell_ctx *c);
};

extern const struct mps_export mps_export_chrome;
extern const struct mps_export mps_export_perfetto;
extern const struct mps_export mps_export_folded;
extern const struct mps_export mps_export_html;

#endif /* _MPS_EXPORT_H */
