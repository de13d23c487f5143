// SPDX-License-Identifier: GPL-2.0
/*
 * Tracks as Chrome's trace events (JSON), for Perfetto and chrome://tracing: a
 * group is a process there, and a track a thread.
 */
#include "track.h"

#include <inttypes.h>

void mps_track_json_string(FILE *f, const char *s)
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

static bool begin(struct mps_tracks *t, const struct mps_track_source *s)
{
	(void)s;
	fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[", t->to);
	return true;
}

/* The group of a track is named first: whatever comes next has one before it. */
static void next(struct mps_tracks *t)
{
	fputs(t->own ? ",\n" : "\n", t->to);
	t->own = t;
}

/* Microseconds with three digits behind the point: all of the ns. */
static void put_us(struct mps_tracks *t, const char *key, uint64_t ns)
{
	fprintf(t->to, ",\"%s\":%" PRIu64 ".%03u", key, ns / 1000,
		(unsigned int)(ns % 1000));
}

static void name_it(struct mps_tracks *t, const char *what, uint64_t group,
		    uint64_t track, const char *name)
{
	next(t);
	fprintf(t->to, "{\"ph\":\"M\",\"name\":\"%s\",\"pid\":%" PRIu64 ",\"tid\":%" PRIu64 ",\"args\":{\"name\":",
		what, group, track);
	mps_track_json_string(t->to, name);
	fputs("}}", t->to);
}

static void name_group(struct mps_tracks *t, uint64_t group, const char *name)
{
	name_it(t, "process_name", group, 0, name);
}

static void name_track(struct mps_tracks *t, uint64_t group, uint64_t track,
		       const char *name)
{
	name_it(t, "thread_name", group, track, name);
}

static void slice(struct mps_tracks *t, const struct mps_slice *s)
{
	next(t);
	fprintf(t->to, "{\"ph\":\"X\",\"pid\":%" PRIu64 ",\"tid\":%" PRIu64 ",\"name\":",
		s->group, s->track);
	mps_track_json_string(t->to, s->name);
	put_us(t, "ts", s->from_ns);
	put_us(t, "dur", s->to_ns - s->from_ns);
	fputs(",\"args\":{", t->to);
	for (size_t i = 0; i < s->nr_args; i++) {
		fprintf(t->to, "%s\"%s\":", i ? "," : "", s->arg[i].key);
		if (s->arg[i].word)
			mps_track_json_string(t->to, s->arg[i].word);
		else
			fprintf(t->to, "%" PRId64, s->arg[i].number);
	}
	fputs("}}", t->to);
}

static void arrow_half(struct mps_tracks *t, const char *ph, const char *name,
		       uint64_t group, uint64_t track, uint64_t ns)
{
	next(t);
	fprintf(t->to, "{\"ph\":\"%s\",\"cat\":\"%s\",\"name\":\"%s\",\"id\":%llu,\"pid\":%llu,\"tid\":%llu",
		ph, name, name, (unsigned long long)t->nr_arrows,
		(unsigned long long)group, (unsigned long long)track);
	put_us(t, "ts", ns);
	fputs(*ph == 'f' ? ",\"bp\":\"e\"}" : "}", t->to);
}

static void arrow(struct mps_tracks *t, const struct mps_arrow *a)
{
	arrow_half(t, "s", a->name, a->from.group, a->from.track, a->from.ns);
	arrow_half(t, "f", a->name, a->to.group, a->to.track, a->to.ns);
}

static void end(struct mps_tracks *t, const struct mps_track_source *s)
{
	fputs("\n],\"otherData\":{\"source\":", t->to);
	mps_track_json_string(t->to, s->file);
	fprintf(t->to, ",\"clock\":\"%s\",\"lost_events\":%" PRIu64 "}}\n",
		s->clock, s->lost_events);
}

const struct mps_track_form mps_track_chrome = {
	.begin = begin,
	.group = name_group,
	.track = name_track,
	.slice = slice,
	.arrow = arrow,
	.end = end,
};
