// SPDX-License-Identifier: GPL-2.0
/* What all sub-reports of a recording share: names, room, what was lost. */
#include "tell.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sysname.h"

const struct mps_tell * const mps_tells[] = {
	&mps_tell_budget, &mps_tell_pressure, &mps_tell_wakes, &mps_tell_epoll,
	&mps_tell_handoff, &mps_tell_migrate, &mps_tell_timeline, NULL,
};

const struct mps_tell *mps_tell_find(const char *name)
{
	for (size_t i = 0; mps_tells[i]; i++)
		if (!strcmp(mps_tells[i]->name, name))
			return mps_tells[i];
	return NULL;
}

void *mps_tell_slot(struct mps_tell_ctx *c, struct mps_tell_room *room, size_t i,
		    size_t size)
{
	size_t nr = room->nr;
	char *grown;

	if (i >= nr) {
		nr = i < 4 ? i + 1 : i * 2;
		grown = realloc(room->at, nr * size);
		if (!grown) {
			c->failed = true;
			return NULL;
		}
		memset(grown + room->nr * size, 0, (nr - room->nr) * size);
		room->at = grown;
		room->nr = nr;
	}
	return room->at + i * size;
}

void mps_tell_room_free(struct mps_tell_room *room)
{
	free(room->at);
	memset(room, 0, sizeof(*room));
}

void *mps_tell_room(struct mps_tell_ctx *c, struct mps_tell_room *room,
		    const struct mps_sproc *g, size_t size)
{
	size_t nr;

	return mps_tell_slot(c, room,
			     (size_t)(g - mps_story_procs_of(c->story, &nr)), size);
}

void *mps_tell_room_of(struct mps_tell_ctx *c, struct mps_tell_room *room,
		       const struct mps_sthread *t, size_t size)
{
	return mps_tell_slot(c, room, t->proc, size);
}

const char *mps_tell_comm(const struct mps_tell_ctx *c, int64_t pid)
{
	const char *name = c->meta ? mps_recmeta_comm(c->meta, pid) : NULL;

	if (!name)
		name = mps_rec_comm(c->rec, pid);
	return name ? name : "?";
}

const char *mps_tell_proc_comm(const struct mps_tell_ctx *c, int64_t tgid)
{
	const char *name = mps_tell_comm(c, tgid);
	const struct mps_sthread *t;
	size_t at = 0;

	while (!strcmp(name, "?") && (t = mps_story_each(c->story, &at)))
		if (t->tgid == tgid)
			name = mps_tell_comm(c, t->tid);
	return name;
}

const char *mps_tell_syscall(const struct mps_tell_ctx *c, char *buf, size_t size,
			     int64_t nr)
{
	const char *name = nr >= 0 && !c->foreign ? mps_sysname((uint64_t)nr) : NULL;

	if (nr < 0)
		return NULL;
	if (name)
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "syscall %" PRId64, nr);
	return buf;
}

/* A gap that is seen was an overrun that is counted: the larger is right. */
static uint64_t lost_on(const struct mps_rec_lost *l)
{
	uint64_t counted = l->overrun + l->commit_overrun + l->dropped;

	return counted > l->seen ? counted : l->seen;
}

uint64_t mps_tell_lost(const struct mps_tell_ctx *c)
{
	const struct mps_rec_lost *l;
	uint64_t sum = 0;
	size_t nr;

	l = mps_rec_lost(c->rec, &nr);
	for (size_t i = 0; i < nr; i++)
		sum += lost_on(&l[i]);
	return sum;
}

/* Places where events are missing, of which nobody counted how many. */
static uint64_t blind_gaps(const struct mps_tell_ctx *c)
{
	const struct mps_rec_lost *l;
	uint64_t sum = 0;
	size_t nr;

	l = mps_rec_lost(c->rec, &nr);
	for (size_t i = 0; i < nr; i++)
		if (!lost_on(&l[i]))
			sum += l[i].gaps;
	return sum;
}

const char *mps_tell_bound(const struct mps_tell_ctx *c)
{
	uint64_t lost = mps_tell_lost(c);
	static char buf[80];

	buf[0] = 0;
	if (lost)
		snprintf(buf, sizeof(buf), "; incomplete: %" PRIu64 " events lost",
			 lost);
	else if (blind_gaps(c) || mps_rec_cut_bytes(c->rec))
		snprintf(buf, sizeof(buf), "; incomplete: events are missing");
	return buf;
}

static void drop(struct mps_out *out, int cpu, const char *cause,
		 const char *what, uint64_t nr)
{
	char key[64], text[96];

	if (!nr)
		return;
	snprintf(key, sizeof(key), "cpu%d_%s", cpu, cause);
	snprintf(text, sizeof(text), "events of CPU %d (%s)", cpu, what);
	mps_out_dropped(out, key, text, mps_cell_u64(nr));
}

void mps_tell_dropped(const struct mps_tell_ctx *c, struct mps_out *out)
{
	const struct mps_rec_lost *l;
	size_t nr;

	l = mps_rec_lost(c->rec, &nr);
	mps_out_dropped(out, "events", "events in all",
			mps_cell_u64(mps_tell_lost(c)));
	for (size_t i = 0; i < nr; i++) {
		drop(out, l[i].cpu, "overrun", "overwritten before they were saved",
		     l[i].overrun);
		drop(out, l[i].cpu, "commit_overrun", "nested too deep",
		     l[i].commit_overrun);
		drop(out, l[i].cpu, "dropped", "no room in the buffer", l[i].dropped);
		if (!lost_on(&l[i]))
			drop(out, l[i].cpu, "gaps", "gaps of unknown size", l[i].gaps);
		else if (l[i].seen > l[i].overrun + l[i].commit_overrun + l[i].dropped)
			drop(out, l[i].cpu, "missing", "missing in the stream",
			     l[i].seen);
	}
	mps_out_dropped(out, "bytes_cut", "bytes cut off or damaged",
			mps_cell_u64(mps_rec_cut_bytes(c->rec)));
}
