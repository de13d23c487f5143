// SPDX-License-Identifier: GPL-2.0
/*
 * The merged timeline as tracks, one for each goroutine and each P of Go's
 * trace, beside those of the recording. Threads come in one after another, and
 * a goroutine goes from thread to thread: all is kept, and put in order.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "merge_tell.h"
#include "track.h"

/* Behind those of all processes of a recording. */
#define GROUP_GOROUTINES	(1u << 16)
#define GROUP_PS		(GROUP_GOROUTINES + 1)

struct kept {
	struct mps_merge_piece piece;
	int64_t reason, syscall, by, m;
	int cpu;
};

static struct kept *kept;
static size_t nr_kept, max_kept;

void mps_merge_keep(void *job, const struct mps_merge_piece *p)
{
	struct mps_merge_job *j = job;
	struct kept *k;

	if (nr_kept == max_kept) {
		max_kept = max_kept ? max_kept * 2 : 4096;
		k = realloc(kept, max_kept * sizeof(*k));
		if (!k) {
			j->c.failed = true;
			max_kept = nr_kept;
			return;
		}
		kept = k;
	}
	k = &kept[nr_kept++];
	*k = (struct kept){
		.piece = *p, .reason = -1, .syscall = -1, .by = -1, .m = -1,
		.cpu = -1,
	};
	if (!p->seg)
		return;
	k->reason = p->seg->reason;
	k->syscall = p->seg->syscall;
	k->by = p->seg->by;
	k->m = p->seg->m;
	k->cpu = p->seg->cpu;
}

static int in_order(const void *a, const void *b)
{
	const struct mps_merge_piece *x = &((const struct kept *)a)->piece;
	const struct mps_merge_piece *y = &((const struct kept *)b)->piece;

	if (x->who != y->who)
		return x->who < y->who ? -1 : 1;
	return (x->from_ns > y->from_ns) - (x->from_ns < y->from_ns);
}

/* "running: preempted": by the runtime, and by the kernel if that is other. */
static void name_of(char *buf, size_t size, const struct kept *k)
{
	static const char * const reasons[] = { MPSCOPE_REASONS(MPSCOPE_X_NAME) };
	const struct mps_merge_piece *p = &k->piece;
	const char *what = mps_cut_names[p->cut];

	if (p->state == MPS_GO_RUNNABLE) {
		snprintf(buf, size, "runnable: waits for a P");
		return;
	}
	if (p->cut == MPS_CUT_BLOCKED && k->reason >= 0 &&
	    k->reason < MPSCOPE_NR_REASONS)
		what = reasons[k->reason];
	snprintf(buf, size, "%s: %s", p->who->is_p ? "held" :
		 p->state == MPS_GO_SYSCALL ? "in syscall" : "running", what);
}

static void put(struct mps_merge_job *j, struct mps_tracks *t,
		const struct kept *k)
{
	const struct mps_merge_piece *p = &k->piece;
	char name[64], call[32];
	struct mps_slice s = {
		.group = p->who->is_p ? GROUP_PS : GROUP_GOROUTINES,
		.track = (uint64_t)p->who->id + 1,
		.from_ns = (uint64_t)p->from_ns, .to_ns = (uint64_t)p->to_ns,
		.name = name,
	};

	name_of(name, sizeof(name), k);
	mps_slice_number(&s, "m", k->m);
	mps_slice_number(&s, "tid", p->tid);
	mps_slice_number(&s, "cpu", k->cpu);
	if (p->cut == MPS_CUT_BLOCKED)
		mps_slice_word(&s, "syscall",
			       mps_tell_syscall(&j->c, call, sizeof(call), k->syscall));
	if (k->by > 0)
		mps_slice_word(&s, "behind", mps_tell_comm(&j->c, k->by));
	t->nr_slices++;
	t->form->slice(t, &s);
}

static void put_all(struct mps_merge_job *j, struct mps_tracks *t)
{
	const char *comm = mps_tell_proc_comm(&j->c, j->tgid);
	const struct mps_gowho *last = NULL;
	char name[128];

	snprintf(name, sizeof(name), "goroutines of %s (%" PRId64 "), by Go's trace",
		 comm, j->tgid);
	t->form->group(t, GROUP_GOROUTINES, name);
	snprintf(name, sizeof(name), "Ps of %s (%" PRId64 "), by Go's trace", comm,
		 j->tgid);
	t->form->group(t, GROUP_PS, name);
	for (size_t i = 0; i < nr_kept; i++) {
		const struct mps_merge_piece *p = &kept[i].piece;

		if (p->state == MPS_GO_WAITING)
			continue;	/* a gap says it, too */
		if (p->who != last) {
			snprintf(name, sizeof(name), "%c%" PRId64,
				 p->who->is_p ? 'P' : 'G', p->who->id);
			t->form->track(t, p->who->is_p ? GROUP_PS : GROUP_GOROUTINES,
				       (uint64_t)p->who->id + 1, name);
		}
		last = p->who;
		put(j, t, &kept[i]);
	}
}

void mps_merge_tracks(struct mps_merge_job *j)
{
	if (nr_kept)
		qsort(kept, nr_kept, sizeof(*kept), in_order);
	for (struct mps_export_file *f = j->exports; f->e; f++) {
		struct mps_tracks *t = mps_export_tracks(f->e);

		if (f->to && t)
			put_all(j, t);
	}
	free(kept);
	kept = NULL;
	nr_kept = 0;
	max_kept = 0;
}
