// SPDX-License-Identifier: GPL-2.0
/*
 * Tracks in Perfetto's own format: packets of track descriptors and track
 * events, for ui.perfetto.dev and trace_processor. A name is written once and
 * then named by its number, as long as there is room for it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "pb.h"
#include "track.h"

/* Numbers of fields, of the messages that perfetto/trace/ documents. */
enum { TRACE_PACKET = 1 };

enum {
	PACKET_CLOCK_SNAPSHOT = 6, PACKET_TIMESTAMP = 8, PACKET_SEQUENCE_ID = 10,
	PACKET_TRACK_EVENT = 11, PACKET_INTERNED_DATA = 12,
	PACKET_SEQUENCE_FLAGS = 13, PACKET_DEFAULTS = 59,
	PACKET_TRACK_DESCRIPTOR = 60,
};

enum { DEFAULTS_CLOCK_ID = 58 };

enum { SNAPSHOT_CLOCKS = 1, SNAPSHOT_PRIMARY = 2 };

enum { CLOCK_ID = 1, CLOCK_TIMESTAMP = 2 };

enum {
	DESCRIPTOR_UUID = 1, DESCRIPTOR_NAME = 2, DESCRIPTOR_PARENT = 5,
	DESCRIPTOR_ORDERING = 11, DESCRIPTOR_RANK = 12,
};

enum {
	EVENT_ANNOTATIONS = 4, EVENT_TYPE = 9, EVENT_NAME_IID = 10,
	EVENT_TRACK = 11, EVENT_NAME = 23, EVENT_FLOWS = 47,
	EVENT_FLOWS_END = 48,
};

enum { INTERNED_EVENT_NAMES = 2, INTERNED_KEYS = 3 };

enum { INTERNED_IID = 1, INTERNED_NAME = 2 };

enum { ANNOTATION_KEY = 1, ANNOTATION_INT = 4, ANNOTATION_STRING = 6 };

/* Numbers with a meaning. */
enum { TYPE_BEGIN = 1, TYPE_END = 2, TYPE_INSTANT = 3 };

enum { SEQUENCE_CLEARED = 1, SEQUENCE_NEEDS_STATE = 2 };

enum { CLOCK_MONOTONIC = 3, CLOCK_BOOTTIME = 6 };

enum { ORDER_EXPLICIT = 3 };

#define SEQUENCE	1
#define NR_NAMES	8192	/* a power of 2; three quarters are used */
#define UUID_SOURCE	1

/* By hash; numbers begin at 1. */
struct names {
	char *name[NR_NAMES];
	uint16_t number[NR_NAMES];
	uint16_t nr;
};

struct own {
	struct names names, keys;
	struct mps_pb packet, event, data, inner;	/* at work */
};

/* Unique in the file; 0 and what lies below the first group is not used. */
static uint64_t uuid_of(uint64_t group, uint64_t track)
{
	return (group + 1) << 40 | track;
}

/* Begin a packet; the messages at work are empty. */
static struct own *packet(struct mps_tracks *t, uint64_t flags)
{
	struct own *o = t->own;

	o->packet.len = 0;
	o->event.len = 0;
	o->data.len = 0;
	mps_pb_uint(&o->packet, PACKET_SEQUENCE_ID, SEQUENCE);
	mps_pb_uint(&o->packet, PACKET_SEQUENCE_FLAGS, flags);
	return o;
}

static void put(struct mps_tracks *t)
{
	struct own *o = t->own;
	struct mps_pb *head = &o->inner;

	head->len = 0;
	mps_pb_message(head, TRACE_PACKET, &o->packet);
	fwrite(head->at, 1, head->len, t->to);
}

/*
 * The number of a name; what has none yet gets one, that this packet tells.
 * Return: 0 if there is no room for another one.
 */
static uint64_t intern(struct own *o, struct names *n, unsigned int field,
		       const char *name)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (const char *s = name; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
	h &= NR_NAMES - 1;
	while (n->name[h] && strcmp(n->name[h], name))
		h = (h + 1) & (NR_NAMES - 1);
	if (n->name[h])
		return n->number[h];
	if (n->nr >= NR_NAMES / 4 * 3)
		return 0;
	n->name[h] = strdup(name);
	if (!n->name[h])
		return 0;
	n->number[h] = ++n->nr;
	o->inner.len = 0;
	mps_pb_uint(&o->inner, INTERNED_IID, n->nr);
	mps_pb_string(&o->inner, INTERNED_NAME, name);
	mps_pb_message(&o->data, field, &o->inner);
	return n->nr;
}

static void put_name(struct own *o, const char *name)
{
	uint64_t iid = intern(o, &o->names, INTERNED_EVENT_NAMES, name);

	if (iid)
		mps_pb_uint(&o->event, EVENT_NAME_IID, iid);
	else
		mps_pb_string(&o->event, EVENT_NAME, name);
}

static void put_arg(struct own *o, const struct mps_slice_arg *a)
{
	uint64_t iid = intern(o, &o->keys, INTERNED_KEYS, a->key);

	o->inner.len = 0;
	mps_pb_uint(&o->inner, ANNOTATION_KEY, iid);
	if (a->word)
		mps_pb_string(&o->inner, ANNOTATION_STRING, a->word);
	else
		mps_pb_uint(&o->inner, ANNOTATION_INT, (uint64_t)a->number);
	mps_pb_message(&o->event, EVENT_ANNOTATIONS, &o->inner);
}

/* Begin an event; put_event() ends it. */
static struct own *event(struct mps_tracks *t, uint64_t uuid, uint64_t ns,
			 int type)
{
	struct own *o = packet(t, SEQUENCE_NEEDS_STATE);

	mps_pb_uint(&o->packet, PACKET_TIMESTAMP, ns);
	mps_pb_uint(&o->event, EVENT_TYPE, (uint64_t)type);
	mps_pb_uint(&o->event, EVENT_TRACK, uuid);
	return o;
}

static void put_event(struct mps_tracks *t)
{
	struct own *o = t->own;

	if (o->data.len)
		mps_pb_message(&o->packet, PACKET_INTERNED_DATA, &o->data);
	mps_pb_message(&o->packet, PACKET_TRACK_EVENT, &o->event);
	put(t);
}

static void describe(struct mps_tracks *t, uint64_t uuid, uint64_t parent,
		     uint64_t rank, const char *name)
{
	struct own *o = packet(t, SEQUENCE_NEEDS_STATE);

	mps_pb_uint(&o->event, DESCRIPTOR_UUID, uuid);
	mps_pb_string(&o->event, DESCRIPTOR_NAME, name);
	if (parent) {
		mps_pb_uint(&o->event, DESCRIPTOR_PARENT, parent);
		mps_pb_uint(&o->event, DESCRIPTOR_RANK, rank);
	} else {
		mps_pb_uint(&o->event, DESCRIPTOR_ORDERING, ORDER_EXPLICIT);
	}
	mps_pb_message(&o->packet, PACKET_TRACK_DESCRIPTOR, &o->event);
	put(t);
}

/* The viewer's time is that of the recording, where it has a name for it. */
static void put_clock(struct mps_tracks *t, uint64_t clock)
{
	struct own *o = packet(t, SEQUENCE_CLEARED);
	struct mps_pb *snapshot = &o->data;

	mps_pb_uint(&o->event, DEFAULTS_CLOCK_ID, clock);
	mps_pb_message(&o->packet, PACKET_DEFAULTS, &o->event);
	o->inner.len = 0;
	mps_pb_uint(&o->inner, CLOCK_ID, clock);
	mps_pb_uint(&o->inner, CLOCK_TIMESTAMP, 0);
	mps_pb_message(snapshot, SNAPSHOT_CLOCKS, &o->inner);
	mps_pb_uint(snapshot, SNAPSHOT_PRIMARY, clock);
	mps_pb_message(&o->packet, PACKET_CLOCK_SNAPSHOT, snapshot);
	put(t);
}

static bool begin(struct mps_tracks *t, const struct mps_track_source *s)
{
	t->own = calloc(1, sizeof(struct own));
	if (!t->own)
		return false;
	put_clock(t, !strcmp(s->clock, "mono") ? CLOCK_MONOTONIC : CLOCK_BOOTTIME);
	return true;
}

static void name_group(struct mps_tracks *t, uint64_t group, const char *name)
{
	describe(t, uuid_of(group, 0), 0, 0, name);
}

static void name_track(struct mps_tracks *t, uint64_t group, uint64_t track,
		       const char *name)
{
	describe(t, uuid_of(group, track), uuid_of(group, 0), track, name);
}

static void slice(struct mps_tracks *t, const struct mps_slice *s)
{
	uint64_t uuid = uuid_of(s->group, s->track);
	struct own *o = event(t, uuid, s->from_ns, TYPE_BEGIN);

	put_name(o, s->name);
	for (size_t i = 0; i < s->nr_args; i++)
		put_arg(o, &s->arg[i]);
	put_event(t);
	event(t, uuid, s->to_ns, TYPE_END);
	put_event(t);
}

/* Slices are told when they are over: an arrow has instants of its own. */
static void arrow(struct mps_tracks *t, const struct mps_arrow *a)
{
	struct own *o = event(t, uuid_of(a->from.group, a->from.track), a->from.ns,
			      TYPE_INSTANT);

	put_name(o, a->name);
	mps_pb_fixed64(&o->event, EVENT_FLOWS, t->nr_arrows);
	put_event(t);
	o = event(t, uuid_of(a->to.group, a->to.track), a->to.ns, TYPE_INSTANT);
	put_name(o, a->name);
	mps_pb_fixed64(&o->event, EVENT_FLOWS_END, t->nr_arrows);
	put_event(t);
}

/* There is no place for what stands beside the tracks but another track. */
static void end(struct mps_tracks *t, const struct mps_track_source *s)
{
	const struct mps_slice_arg args[] = {
		{ .key = "source", .word = s->file },
		{ .key = "clock", .word = s->clock },
		{ .key = "lost_events", .number = (int64_t)s->lost_events },
	};
	struct own *o = t->own;

	describe(t, UUID_SOURCE, 0, 0, "recording");
	event(t, UUID_SOURCE, s->end_ns, TYPE_INSTANT);
	put_name(o, s->lost_events ? "events were lost" : "nothing was lost");
	for (size_t i = 0; i < sizeof(args) / sizeof(args[0]); i++)
		put_arg(o, &args[i]);
	put_event(t);
	for (size_t i = 0; i < NR_NAMES; i++) {
		free(o->names.name[i]);
		free(o->keys.name[i]);
	}
	free(o);
	t->own = NULL;
}

const struct mps_track_form mps_track_perfetto = {
	.begin = begin,
	.group = name_group,
	.track = name_track,
	.slice = slice,
	.arrow = arrow,
	.end = end,
};
