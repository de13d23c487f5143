/* SPDX-License-Identifier: GPL-2.0 */
/* What mpscope merge has to say, in tables and as tracks. */
#ifndef _MPS_MERGE_TELL_H
#define _MPS_MERGE_TELL_H

#include "align.h"
#include "export.h"
#include "merge.h"
#include "tell.h"

struct mps_merge_job {
	struct mps_tell_ctx c;
	const char *go_file;
	struct mps_gotrace go;
	struct mps_stays stays;
	struct mps_align align;
	struct mps_merge merge;
	int64_t tgid;		/* whose trace it is; -1: no thread is known yet */
	int64_t begin_ns, end_ns;	/* of the recording */
	uint64_t lost;			/* events of it */
	struct mps_export_file *exports;
};

/* Is there the column to sort by? Return: MPS_OPT_GO, or an exit code (said). */
int mps_merge_check_sort(const struct mps_opt *opt);
/* The document; it is open. */
void mps_merge_show(struct mps_merge_job *j, struct mps_out *out);

/* merge_tracks.c: pieces of goroutines and Ps, for the exports. */
void mps_merge_keep(void *job, const struct mps_merge_piece *p);
/* Put them on the tracks of all exports, in order, and forget them. */
void mps_merge_tracks(struct mps_merge_job *j);

#endif /* _MPS_MERGE_TELL_H */
