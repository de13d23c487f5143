// SPDX-License-Identifier: GPL-2.0
/*
 * Chrome's trace events (JSON), for Perfetto and chrome://tracing: a track for
 * each P, each M or thread, each CPU, and an arrow for each wakeup.
 */
#include "export.h"

#include <inttypes.h>

/* A process in the viewer is a group of tracks. */
enum group { GROUP_PS, GROUP_MS, NR_GROUPS };
#define GROUP_CPUS	0	/* one for all */

static FILE *to;
static bool any;
static uint64_t nr_flows;
static struct mps_tell_room named_p, named_m, named_cpu, named_proc;
static struct mps_tell_room cpu_ends;	/* uint64_t: told of it up to there */

void mps_export_string(FILE *f, const char *s)
{
	putc('"', f);
	for (; *s; s++) {
		unsigned char ch = (unsigned char)*s;

		if (ch == '"' || ch == '\\')
			fprintf(f, "\\%c", ch);
		else if (ch < 0x20 || ch > 0x7e || ch == '<')
			fprintf(f, "\\u%04x", ch);
		else
			putc(ch, f);
	}
	putc('"', f);
}

static bool begin(struct mps_tell_ctx *c, FILE *f)
{
	(void)c;
	to = f;
	any = false;
	fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[", to);
	return true;
}

static void next(void)
{
	fputs(any ? ",\n" : "\n", to);
	any = true;
}

/* Microseconds with three digits behind the point: all of the ns. */
static void put_us(const char *key, uint64_t ns)
{
	fprintf(to, ",\"%s\":%" PRIu64 ".%03u", key, ns / 1000,
		(unsigned int)(ns % 1000));
}

static uint64_t group(const struct mps_tell_ctx *c, const struct mps_sproc *g,
		      enum group what)
{
	size_t nr;

	return 1 + NR_GROUPS * (uint64_t)(g - mps_story_procs_of(c->story, &nr)) +
	       what;
}

static void name_it(const char *what, uint64_t pid, uint64_t tid, const char *name)
{
	next();
	fprintf(to, "{\"ph\":\"M\",\"name\":\"%s\",\"pid\":%" PRIu64 ",\"tid\":%" PRIu64 ",\"args\":{\"name\":",
		what, pid, tid);
	mps_export_string(to, name);
	fputs("}}", to);
}

/* Each group gets its name and its place when it is met for the first time. */
static void name_proc(struct mps_tell_ctx *c, const struct mps_sproc *g)
{
	bool *named = mps_tell_room(c, &named_proc, g, sizeof(*named));
	char name[128];

	if (!named || *named)
		return;
	*named = true;
	snprintf(name, sizeof(name), "Ps of %s (%" PRId64 ")",
		 mps_tell_proc_comm(c, g->tgid), g->tgid);
	name_it("process_name", group(c, g, GROUP_PS), 0, name);
	snprintf(name, sizeof(name), "Ms of %s (%" PRId64 ")",
		 mps_tell_proc_comm(c, g->tgid), g->tgid);
	name_it("process_name", group(c, g, GROUP_MS), 0, name);
}

static void name_track(struct mps_tell_ctx *c, struct mps_tell_room *room,
		       size_t nr, uint64_t pid, uint64_t tid, const char *name)
{
	bool *named = mps_tell_slot(c, room, nr, sizeof(*named));

	if (named && !*named)
		name_it("thread_name", pid, tid, name);
	if (named)
		*named = true;
}

static void slice(const struct mps_seg *s, uint64_t pid, uint64_t tid,
		  const char *name)
{
	next();
	fprintf(to, "{\"ph\":\"X\",\"pid\":%" PRIu64 ",\"tid\":%" PRIu64 ",\"name\":",
		pid, tid);
	mps_export_string(to, name);
	put_us("ts", s->from_ns);
	put_us("dur", s->to_ns - s->from_ns);
}

static void put_args(const struct mps_tell_ctx *c, const struct mps_seg *s)
{
	char call[32];

	fprintf(to, ",\"args\":{\"p\":%lld,\"m\":%lld,\"tid\":%lld,\"goid\":%lld,\"cpu\":%d",
		(long long)s->p, (long long)s->m, (long long)s->tid,
		(long long)s->goid, s->cpu);
	if (mps_tell_syscall(c, call, sizeof(call), s->syscall)) {
		fputs(",\"syscall\":", to);
		mps_export_string(to, call);
	}
	if (s->by > 0) {
		fputs(",\"behind\":", to);
		mps_export_string(to, mps_tell_comm(c, s->by));
	}
	fputs("}}", to);
}

static void on_p(struct mps_tell_ctx *c, const struct mps_seg *s)
{
	uint64_t pid = group(c, s->proc, GROUP_PS);
	char name[64];
	size_t nr;

	name_proc(c, s->proc);
	mps_story_procs_of(c->story, &nr);
	snprintf(name, sizeof(name), "P%" PRId64, s->p);
	/* one list of names for all processes: P by process and number */
	name_track(c, &named_p, pid / NR_GROUPS * MPS_STORY_MAX_PS + (size_t)s->p,
		   pid, (uint64_t)s->p + 1, name);
	if (s->does == MPS_PDO_IDLE)
		return;		/* a gap says it, too */
	if (s->does == MPS_PDO_RUNNING && s->m >= 0)
		snprintf(name, sizeof(name), s->goid > 0 ? "M%" PRId64 " G%" PRId64 :
			 "M%" PRId64, s->m, s->goid);
	else
		snprintf(name, sizeof(name), "%s", mps_pdoes_names[s->does]);
	slice(s, pid, (uint64_t)s->p + 1, name);
	put_args(c, s);
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
static void on_cpu(struct mps_tell_ctx *c, const struct mps_seg *seg)
{
	struct mps_seg clipped = *seg, *s = &clipped;
	uint64_t *told;
	char name[64];

	if (s->cpu < 0)
		return;
	told = mps_tell_slot(c, &cpu_ends, (size_t)s->cpu, sizeof(*told));
	if (!told || *told >= s->to_ns)
		return;
	if (s->from_ns < *told)
		s->from_ns = *told;
	*told = s->to_ns;
	snprintf(name, sizeof(name), "CPU %d", s->cpu);
	name_track(c, &named_cpu, (size_t)s->cpu, GROUP_CPUS, (uint64_t)s->cpu + 1,
		   name);
	if (s->m >= 0)
		snprintf(name, sizeof(name), "%s M%" PRId64,
			 mps_tell_proc_comm(c, s->proc->tgid), s->m);
	else
		snprintf(name, sizeof(name), "%s %" PRId64,
			 mps_tell_proc_comm(c, s->proc->tgid), s->tid);
	slice(s, GROUP_CPUS, (uint64_t)s->cpu + 1, name);
	put_args(c, s);
}

static void on_thread(struct mps_tell_ctx *c, const struct mps_seg *s)
{
	const struct mps_sthread *t = mps_story_thread(c->story, s->tid);
	uint64_t pid = group(c, s->proc, GROUP_MS);
	char name[64];

	if (!t)
		return;
	name_proc(c, s->proc);
	if (s->m >= 0)
		snprintf(name, sizeof(name), "M%" PRId64 " (%" PRId64 ")", s->m, s->tid);
	else
		snprintf(name, sizeof(name), "%s (%" PRId64 ")",
			 mps_tell_comm(c, s->tid), s->tid);
	name_track(c, &named_m, t->nr, pid, (uint64_t)s->tid, name);
	slice(s, pid, (uint64_t)s->tid, state_of(s));
	put_args(c, s);
	if (s->state == MPSCOPE_STATE_RUNNING)
		on_cpu(c, s);
}

static void flow(const char *ph, const struct mps_sthread *t,
		 const struct mps_tell_ctx *c, uint64_t ts_ns)
{
	size_t nr;
	const struct mps_sproc *g = mps_story_procs_of(c->story, &nr) + t->proc;

	next();
	fprintf(to, "{\"ph\":\"%s\",\"cat\":\"wake\",\"name\":\"wake\",\"id\":%llu,\"pid\":%llu,\"tid\":%lld",
		ph, (unsigned long long)nr_flows,
		(unsigned long long)group(c, g, GROUP_MS), (long long)t->tid);
	put_us("ts", ts_ns);
	fputs(*ph == 'f' ? ",\"bp\":\"e\"}" : "}", to);
}

/* From the thread that woke, when it did, to the one it woke, when it ran. */
static void on_event(struct mps_tell_ctx *c, const struct mps_rec_event *e,
		     const struct mps_sthread *t)
{
	const struct mps_sthread *waker;

	if (e->type != MPS_REC_RUN || e->state != MPSCOPE_STATE_BLOCKED ||
	    e->wake_source != MPSCOPE_WAKE_SELF || e->wait_ns < 0)
		return;
	waker = mps_story_thread(c->story, e->waker_tid);
	if (!waker)
		return;
	nr_flows++;
	flow("s", waker, c, e->ts_ns - (uint64_t)e->wait_ns);
	flow("f", t, c, e->ts_ns);
}

static void end(struct mps_tell_ctx *c)
{
	struct mps_tell_room *rooms[] = { &named_p, &named_m,
		&named_cpu, &named_proc, &cpu_ends };

	name_it("process_name", GROUP_CPUS, 0, "CPUs");
	fputs("\n],\"otherData\":{\"source\":", to);
	mps_export_string(to, c->file);
	fprintf(to, ",\"clock\":\"%s\",\"lost_events\":%" PRIu64 "}}\n",
		mps_rec_clock(c->rec), mps_tell_lost(c));
	for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++)
		mps_tell_room_free(rooms[i]);
}

const struct mps_export mps_export_chrome = {
	.name = "chrome",
	.begin = begin,
	.p = on_p,
	.thread = on_thread,
	.event = on_event,
	.end = end,
};
