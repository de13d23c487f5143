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

struct mps_tracks;
/* Those that it writes, to put more on them before its end; NULL: it has none. */
struct mps_tracks *mps_export_tracks(const struct mps_export *e);

/* The files that a command was asked for; an entry without a path is none. */
struct mps_export_file {
	const struct mps_export *e;	/* NULL ends the array */
	const char *path;
	FILE *to;
};

/* Open all. Return: false if one cannot be written (said), or c->failed. */
bool mps_exports_begin(struct mps_export_file *f, struct mps_tell_ctx *c,
		       const char *command);
void mps_exports_p(struct mps_export_file *f, struct mps_tell_ctx *c,
		   const struct mps_seg *seg);
void mps_exports_thread(struct mps_export_file *f, struct mps_tell_ctx *c,
			const struct mps_seg *seg);
void mps_exports_event(struct mps_export_file *f, struct mps_tell_ctx *c,
		       const struct mps_rec_event *e, const struct mps_sthread *t);
/* Return: MPS_EXIT_OK, or MPS_EXIT_FAILURE if one is not complete (said). */
int mps_exports_end(struct mps_export_file *f, struct mps_tell_ctx *c,
		    const char *command);

#endif /* _MPS_EXPORT_H */
