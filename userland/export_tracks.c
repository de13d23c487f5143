// SPDX-License-Identifier: GPL-2.0
/*
 * A recording as tracks: one for each P, each M or thread, each CPU, and an
 * arrow for each wakeup. One form of file is Chrome's, the other Perfetto's.
 */
#include <inttypes.h>
#include <string.h>

#include "export.h"
#include "track.h"

/* A process has one group of tracks for its Ps and one for its Ms. */
enum group { GROUP_PS, GROUP_MS, NR_GROUPS };
#define GROUP_CPUS	0	/* one for all */

struct view {
	struct mps_tracks tracks;
	struct mps_tell_room named_p, named_m, named_cpu, named_proc;
	struct mps_tell_room cpu_ends;	/* uint64_t: told of it up to there */
	bool named_cpus;
};

static struct view chrome_view, perfetto_view;

struct mps_tracks *mps_export_tracks(const struct mps_export *e)
{
	return e == &mps_export_chrome ? &chrome_view.tracks :
	       e == &mps_export_perfetto ? &perfetto_view.tracks : NULL;
}

static struct mps_track_source source(const struct mps_tell_ctx *c)
{
	return (struct mps_track_source){
		.file = c->file, .clock = mps_rec_clock(c->rec),
		.lost_events = mps_tell_lost(c),
		.end_ns = mps_story_end_ns(c->story),
	};
}

static bool begin(struct mps_tell_ctx *c, struct view *v, FILE *to,
		  const struct mps_track_form *form)
{
	const struct mps_track_source s = source(c);

	memset(v, 0, sizeof(*v));
	v->tracks.form = form;
	v->tracks.to = to;
	return form->begin(&v->tracks, &s);
}

static uint64_t group(const struct mps_tell_ctx *c, const struct mps_sproc *g,
		      enum group what)
{
	size_t nr;

	return 1 + NR_GROUPS * (uint64_t)(g - mps_story_procs_of(c->story, &nr)) +
	       what;
}

/* Each group gets its name when it is met for the first time. */
static void name_proc(struct mps_tell_ctx *c, struct view *v,
		      const struct mps_sproc *g)
{
	bool *named = mps_tell_room(c, &v->named_proc, g, sizeof(*named));
	char name[128];

	if (!named || *named)
		return;
	*named = true;
	snprintf(name, sizeof(name), "Ps of %s (%" PRId64 ")",
		 mps_tell_proc_comm(c, g->tgid), g->tgid);
	v->tracks.form->group(&v->tracks, group(c, g, GROUP_PS), name);
	snprintf(name, sizeof(name), "Ms of %s (%" PRId64 ")",
		 mps_tell_proc_comm(c, g->tgid), g->tgid);
	v->tracks.form->group(&v->tracks, group(c, g, GROUP_MS), name);
}

/* @nr: of the track among all of its room */
static void name_track(struct mps_tell_ctx *c, struct view *v,
		       struct mps_tell_room *room, size_t nr,
		       const struct mps_slice *s, const char *name)
{
	bool *named = mps_tell_slot(c, room, nr, sizeof(*named));

	if (named && !*named)
		v->tracks.form->track(&v->tracks, s->group, s->track, name);
	if (named)
		*named = true;
}

static void put(struct mps_tell_ctx *c, struct view *v, struct mps_slice *s,
		const struct mps_seg *seg, const char *name)
{
	char call[32];

	s->from_ns = seg->from_ns;
	s->to_ns = seg->to_ns;
	s->name = name;
	mps_slice_number(s, "p", seg->p);
	mps_slice_number(s, "m", seg->m);
	mps_slice_number(s, "tid", seg->tid);
	mps_slice_number(s, "goid", seg->goid > 0 ? seg->goid : -1);
	mps_slice_number(s, "cpu", seg->cpu);
	mps_slice_word(s, "syscall", mps_tell_syscall(c, call, sizeof(call),
						      seg->syscall));
	if (seg->by > 0)
		mps_slice_word(s, "behind", mps_tell_comm(c, seg->by));
	v->tracks.nr_slices++;
	v->tracks.form->slice(&v->tracks, s);
}

static void on_p(struct mps_tell_ctx *c, struct view *v, const struct mps_seg *s)
{
	uint64_t ps = group(c, s->proc, GROUP_PS);
	struct mps_slice sl = { .group = ps, .track = (uint64_t)s->p + 1 };
	char name[64];

	name_proc(c, v, s->proc);
	snprintf(name, sizeof(name), "P%" PRId64, s->p);
	/* one list of names for all processes: P by process and number */
	name_track(c, v, &v->named_p,
		   ps / NR_GROUPS * MPS_STORY_MAX_PS + (size_t)s->p, &sl, name);
	if (s->does == MPS_PDO_IDLE)
		return;		/* a gap says it, too */
	if (s->does == MPS_PDO_RUNNING && s->m >= 0)
		snprintf(name, sizeof(name), s->goid > 0 ? "M%" PRId64 " G%" PRId64 :
			 "M%" PRId64, s->m, s->goid);
	else
		snprintf(name, sizeof(name), "%s", mps_pdoes_names[s->does]);
	put(c, v, &sl, s, name);
}

static const char *state_of(const struct mps_seg *s)
{
	static const char * const states[] = { MPSCOPE_STATES(MPSCOPE_X_NAME) };
	static const char * const reasons[] = { MPSCOPE_REASONS(MPSCOPE_X_NAME) };

	if (s->state == MPSCOPE_STATE_BLOCKED && s->reason >= 0 &&
	    s->reason < MPSCOPE_NR_REASONS)
		return reasons[s->reason];
	return s->state >= 0 && s->state < MPSCOPE_NR_STATES ? states[s->state] : "?";
}

/*
 * An event may be written a little after the instant that it tells of, so that
 * two stays on a CPU seem to overlap: the later one then begins later.
 */
static void on_cpu(struct mps_tell_ctx *c, struct view *v,
		   const struct mps_seg *seg)
{
	struct mps_slice sl = { .group = GROUP_CPUS, .track = (uint64_t)seg->cpu + 1 };
	struct mps_seg s = *seg;
	uint64_t *told;
	char name[64];

	if (s.cpu < 0)
		return;
	told = mps_tell_slot(c, &v->cpu_ends, (size_t)s.cpu, sizeof(*told));
	if (!told || *told >= s.to_ns)
		return;
	if (s.from_ns < *told)
		s.from_ns = *told;
	*told = s.to_ns;
	if (!v->named_cpus)
		v->tracks.form->group(&v->tracks, GROUP_CPUS, "CPUs");
	v->named_cpus = true;
	snprintf(name, sizeof(name), "CPU %d", s.cpu);
	name_track(c, v, &v->named_cpu, (size_t)s.cpu, &sl, name);
	if (s.m >= 0)
		snprintf(name, sizeof(name), "%s M%" PRId64,
			 mps_tell_proc_comm(c, s.proc->tgid), s.m);
	else
		snprintf(name, sizeof(name), "%s %" PRId64,
			 mps_tell_proc_comm(c, s.proc->tgid), s.tid);
	put(c, v, &sl, &s, name);
}

static void on_thread(struct mps_tell_ctx *c, struct view *v,
		      const struct mps_seg *s)
{
	const struct mps_sthread *t = mps_story_thread(c->story, s->tid);
	struct mps_slice sl = {
		.group = group(c, s->proc, GROUP_MS), .track = (uint64_t)s->tid,
	};
	char name[64];

	if (!t)
		return;
	name_proc(c, v, s->proc);
	if (s->m >= 0)
		snprintf(name, sizeof(name), "M%" PRId64 " (%" PRId64 ")", s->m, s->tid);
	else
		snprintf(name, sizeof(name), "%s (%" PRId64 ")",
			 mps_tell_comm(c, s->tid), s->tid);
	name_track(c, v, &v->named_m, t->nr, &sl, name);
	put(c, v, &sl, s, state_of(s));
	if (s->state == MPSCOPE_STATE_RUNNING)
		on_cpu(c, v, s);
}

/* From the thread that woke, when it did, to the one it woke, when it ran. */
static void on_event(struct mps_tell_ctx *c, struct view *v,
		     const struct mps_rec_event *e, const struct mps_sthread *t)
{
	const struct mps_sthread *waker;
	struct mps_arrow a = { .name = "wake" };
	const struct mps_sproc *g;
	size_t nr;

	if (e->type != MPS_REC_RUN || e->state != MPSCOPE_STATE_BLOCKED ||
	    e->wake_source != MPSCOPE_WAKE_SELF || e->wait_ns < 0)
		return;
	waker = mps_story_thread(c->story, e->waker_tid);
	if (!waker)
		return;
	g = mps_story_procs_of(c->story, &nr);
	a.from.group = group(c, g + waker->proc, GROUP_MS);
	a.from.track = (uint64_t)waker->tid;
	a.from.ns = e->ts_ns - (uint64_t)e->wait_ns;
	a.to.group = group(c, g + t->proc, GROUP_MS);
	a.to.track = (uint64_t)t->tid;
	a.to.ns = e->ts_ns;
	v->tracks.nr_arrows++;
	v->tracks.form->arrow(&v->tracks, &a);
}

static void end(struct mps_tell_ctx *c, struct view *v)
{
	struct mps_tell_room *rooms[] = { &v->named_p, &v->named_m,
		&v->named_cpu, &v->named_proc, &v->cpu_ends };
	const struct mps_track_source s = source(c);

	v->tracks.form->end(&v->tracks, &s);
	for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++)
		mps_tell_room_free(rooms[i]);
}

#define EXPORT(form)							\
static bool form##_begin(struct mps_tell_ctx *c, FILE *to)		\
{									\
	return begin(c, &form##_view, to, &mps_track_##form);		\
}									\
									\
static void form##_p(struct mps_tell_ctx *c, const struct mps_seg *s)	\
{									\
	on_p(c, &form##_view, s);					\
}									\
									\
static void form##_thread(struct mps_tell_ctx *c, const struct mps_seg *s)	\
{									\
	on_thread(c, &form##_view, s);					\
}									\
									\
static void form##_event(struct mps_tell_ctx *c,			\
			 const struct mps_rec_event *e,			\
			 const struct mps_sthread *t)			\
{									\
	on_event(c, &form##_view, e, t);				\
}									\
									\
static void form##_end(struct mps_tell_ctx *c)				\
{									\
	end(c, &form##_view);						\
}									\
									\
const struct mps_export mps_export_##form = {				\
	.name = #form,							\
	.begin = form##_begin,						\
	.p = form##_p,							\
	.thread = form##_thread,					\
	.event = form##_event,						\
	.end = form##_end,						\
}

EXPORT(chrome);
EXPORT(perfetto);
