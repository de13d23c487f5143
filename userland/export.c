// SPDX-License-Identifier: GPL-2.0
/* The files in other forms that a command writes while it reads a recording. */
#include "export.h"

#include <errno.h>
#include <string.h>

#include "cmd.h"

bool mps_exports_begin(struct mps_export_file *f, struct mps_tell_ctx *c,
		       const char *command)
{
	for (; f->e; f++) {
		if (!f->path)
			continue;
		f->to = fopen(f->path, "we");
		if (!f->to) {
			mps_msg("%s: cannot write '%s': %s", command, f->path,
				strerror(errno));
			return false;
		}
		c->failed |= !f->e->begin(c, f->to);
	}
	return true;
}

void mps_exports_p(struct mps_export_file *f, struct mps_tell_ctx *c,
		   const struct mps_seg *seg)
{
	for (; f->e; f++)
		if (f->to && f->e->p)
			f->e->p(c, seg);
}

void mps_exports_thread(struct mps_export_file *f, struct mps_tell_ctx *c,
			const struct mps_seg *seg)
{
	for (; f->e; f++)
		if (f->to && f->e->thread)
			f->e->thread(c, seg);
}

void mps_exports_event(struct mps_export_file *f, struct mps_tell_ctx *c,
		       const struct mps_rec_event *e, const struct mps_sthread *t)
{
	for (; t && f->e; f++)
		if (f->to && f->e->event)
			f->e->event(c, e, t);
}

int mps_exports_end(struct mps_export_file *f, struct mps_tell_ctx *c,
		    const char *command)
{
	int rc = MPS_EXIT_OK;

	for (; f->e; f++) {
		bool bad;

		if (!f->to)
			continue;
		f->e->end(c);
		bad = ferror(f->to);
		bad |= fclose(f->to);
		f->to = NULL;
		if (!bad)
			continue;
		mps_msg("%s: '%s' is not complete: %s", command, f->path,
			strerror(errno));
		rc = MPS_EXIT_FAILURE;
	}
	return rc;
}
