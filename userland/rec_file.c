// SPDX-License-Identifier: GPL-2.0
/* The stream of a recording: the CPUs' parts merged by time, losses counted. */
#include "rec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rec_dat.h"
#include "rec_meta.h"

struct lane {
	struct mps_cpu *cpu;
	struct mps_rec_lost *lost;
	uint32_t nr;		/* of the CPU */
	struct mps_raw raw;	/* the event that is next */
	bool gap;		/* some were lost before it */
};

struct comm {
	int64_t pid;
	char name[MPS_REC_COMM + 1];
};

struct mps_rec {
	struct mps_dat dat;
	struct mps_format format[MPS_NR_RECS];
	uint8_t *type_of;	/* by event id: type + 1, 0 none of ours */
	uint32_t max_id;
	struct lane *lanes;
	size_t nr_lanes;
	struct lane **heap;
	size_t nr_heap;
	bool started;
	struct mps_rec_lost *lost;
	size_t nr_lost;
	struct comm *comms;
	size_t nr_comms;
	uint64_t nr_read, nr_known, short_bytes;
	char clock[32];
};

static struct mps_rec_lost *lost_of(struct mps_rec *r, uint32_t cpu)
{
	struct mps_rec_lost *grown;

	for (size_t i = 0; i < r->nr_lost; i++)
		if (r->lost[i].cpu == (int)cpu)
			return &r->lost[i];
	grown = realloc(r->lost, (r->nr_lost + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	r->lost = grown;
	grown += r->nr_lost++;
	*grown = (struct mps_rec_lost){ .cpu = (int)cpu };
	return grown;
}

static uint64_t stat_of(const char *text, const char *key)
{
	size_t len = strlen(key);

	for (const char *s = text; s && *s; s = strchr(s, '\n')) {
		s += *s == '\n';
		if (!strncmp(s, key, len))
			return strtoull(s + len, NULL, 10);
	}
	return 0;
}

/* The kernel's own count at the end of the recording, of each buffer. */
static bool read_stats(struct mps_rec *r)
{
	for (size_t i = 0; i < r->dat.nr_stats; i++) {
		const char *text = r->dat.stats[i];
		const char *cpu = strstr(text, "CPU: ");
		struct mps_rec_lost *l;

		if (!cpu)
			continue;
		l = lost_of(r, (uint32_t)strtoul(cpu + 5, NULL, 10));
		if (!l)
			return false;
		l->overrun += stat_of(text, "overrun: ");
		l->commit_overrun += stat_of(text, "commit overrun: ");
		l->dropped += stat_of(text, "dropped events: ");
	}
	return true;
}

static int comm_cmp(const void *a, const void *b)
{
	const struct comm *x = a, *y = b;

	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

/* "PID COMM\n", as /sys/kernel/tracing/saved_cmdlines. */
static bool read_comms(struct mps_rec *r)
{
	const char *s = r->dat.cmdlines;
	size_t max = 0;

	while (s && *s) {
		size_t len = strcspn(s, "\n");
		char *name;
		struct comm *c;
		long pid = strtol(s, &name, 10);

		if (*name == ' ' && name < s + len) {
			if (r->nr_comms == max) {
				max = max ? max * 2 : 64;
				c = realloc(r->comms, max * sizeof(*c));
				if (!c)
					return false;
				r->comms = c;
			}
			c = &r->comms[r->nr_comms++];
			c->pid = pid;
			snprintf(c->name, sizeof(c->name), "%.*s",
				 (int)(s + len - name - 1), name + 1);
		}
		s += len;
		s += *s == '\n';
	}
	if (r->nr_comms)
		qsort(r->comms, r->nr_comms, sizeof(*r->comms), comm_cmp);
	return true;
}

const char *mps_rec_comm(const struct mps_rec *r, int64_t pid)
{
	struct comm key = { .pid = pid };
	const struct comm *c = r->nr_comms ?
		bsearch(&key, r->comms, r->nr_comms, sizeof(*r->comms),
			comm_cmp) : NULL;

	return c ? c->name : NULL;
}

/* The clock is the one in brackets: "local global [mono]". */
static void set_clock(struct mps_rec *r, const char *text)
{
	const char *from = text ? strchr(text, '[') : NULL;
	size_t len;

	if (from)
		from++;
	else if (text && *text && !strchr(text, ' '))
		from = text;
	if (!from)
		return;
	len = strcspn(from, "]\n ");
	if (len && len < sizeof(r->clock)) {
		memcpy(r->clock, from, len);
		r->clock[len] = 0;
	}
}

static enum mps_rec_err check_clock(struct mps_rec *r)
{
	static const char * const not_ns[] = { "counter", "uptime", "x86-tsc",
		"ppc-tb", "perf-tsc" };

	/*
	 * A buffer's own word for it may be that of the top instance, as
	 * trace-cmd 3.1 has it; the file trace_clock, which it copied, is right.
	 */
	for (uint32_t i = 0; i < r->dat.nr_buffers; i++)
		if (r->dat.buffers[i].nr_cpus)
			set_clock(r, r->dat.buffers[i].clock);
	set_clock(r, r->dat.clock);
	for (size_t i = 0; i < sizeof(not_ns) / sizeof(not_ns[0]); i++)
		if (!strcmp(r->clock, not_ns[i]))
			return mps_dat_fail(&r->dat, MPS_REC_FOREIGN,
					    "its clock '%s' does not count nanoseconds: record with -C mono",
					    r->clock);
	return MPS_REC_OK;
}

static bool is_packed(const struct mps_rec *r)
{
	for (uint32_t i = 0; i < r->dat.nr_buffers; i++)
		if (r->dat.buffers[i].packed && r->dat.buffers[i].nr_cpus)
			return true;
	return false;
}

static bool add_lane(struct mps_rec *r, const struct mps_dat_buffer *b,
		     const struct mps_dat_cpu *where)
{
	struct lane *grown;

	grown = realloc(r->lanes, (r->nr_lanes + 1) * sizeof(*grown));
	if (!grown)
		return false;
	r->lanes = grown;
	grown += r->nr_lanes;
	*grown = (struct lane){ .cpu = mps_cpu_open(&r->dat, b, where),
				.nr = where->cpu };
	if (!grown->cpu || !lost_of(r, where->cpu))
		return mps_cpu_close(grown->cpu), false;
	r->nr_lanes++;
	return true;
}

static bool open_lanes(struct mps_rec *r)
{
	for (uint32_t i = 0; i < r->dat.nr_buffers; i++)
		for (uint32_t j = 0; j < r->dat.buffers[i].nr_cpus; j++)
			if (r->dat.buffers[i].cpus[j].size &&
			    !add_lane(r, &r->dat.buffers[i],
				      &r->dat.buffers[i].cpus[j]))
				return false;
	/* only now, as the array has moved */
	for (size_t i = 0; i < r->nr_lanes; i++)
		r->lanes[i].lost = lost_of(r, r->lanes[i].nr);
	r->heap = calloc(r->nr_lanes + 1, sizeof(struct lane *));
	return r->heap;
}

static enum mps_rec_err read_formats(struct mps_rec *r)
{
	bool any = false;

	if (!mps_formats_parse(r->format, r->dat.formats, r->dat.formats_len))
		return mps_dat_fail(&r->dat, MPS_REC_CORRUPT,
				    "the format of one of its events is damaged");
	for (unsigned int t = 0; t < MPS_NR_RECS; t++) {
		any |= r->format[t].known && t != MPS_REC_SWITCH;
		if (r->format[t].known && r->format[t].id > r->max_id)
			r->max_id = r->format[t].id;
	}
	if (r->max_id > UINT16_MAX)
		return mps_dat_fail(&r->dat, MPS_REC_CORRUPT,
				    "the format of one of its events is damaged");
	r->type_of = calloc(r->max_id + 1, 1);
	if (!r->type_of)
		return mps_dat_fail(&r->dat, MPS_REC_UNREADABLE, "out of memory");
	for (unsigned int t = 0; t < MPS_NR_RECS; t++)
		if (r->format[t].known)
			r->type_of[r->format[t].id] = (uint8_t)(t + 1);
	if (!any)
		return mps_dat_fail(&r->dat, MPS_REC_NO_EVENTS,
				    "it has no events of mpscope: record with 'mpscope record', or 'trace-cmd record -e mpscope' while the module is loaded");
	return MPS_REC_OK;
}

static enum mps_rec_err open_all(struct mps_rec *r, const char *path)
{
	enum mps_rec_err err = mps_dat_open(&r->dat, path);
	const char *why;

	if (!err)
		err = check_clock(r);
	if (!err)
		err = read_formats(r);
	if (err)
		return err;
	why = is_packed(r) ? mps_unpack_ready(r->dat.packing) : NULL;
	if (why)
		return mps_dat_fail(&r->dat, MPS_REC_UNREADABLE, "%s", why);
	if (!read_stats(r) || !read_comms(r) || !open_lanes(r))
		return mps_dat_fail(&r->dat, MPS_REC_UNREADABLE, "out of memory");
	return MPS_REC_OK;
}

enum mps_rec_err mps_rec_open(struct mps_rec **rec, const char *path, char *why,
			      size_t size)
{
	struct mps_rec *r = calloc(1, sizeof(*r));
	enum mps_rec_err err;

	*rec = r;
	if (!r) {
		snprintf(why, size, "out of memory");
		return MPS_REC_UNREADABLE;
	}
	r->dat.fd = -1;
	r->dat.why = why;
	r->dat.why_size = size;
	err = open_all(r, path);
	if (err) {
		mps_rec_close(r);
		*rec = NULL;
	}
	return err;
}

void mps_rec_close(struct mps_rec *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->nr_lanes; i++)
		mps_cpu_close(r->lanes[i].cpu);
	free(r->lanes);
	free(r->heap);
	free(r->lost);
	free(r->comms);
	free(r->type_of);
	mps_dat_close(&r->dat);
	free(r);
}

static void sift_down(struct mps_rec *r, size_t i)
{
	for (;;) {
		size_t least = i, l = 2 * i + 1;
		struct lane *swap = r->heap[i];

		for (size_t c = l; c < l + 2 && c < r->nr_heap; c++)
			if (r->heap[c]->raw.ts < r->heap[least]->raw.ts)
				least = c;
		if (least == i)
			return;
		r->heap[i] = r->heap[least];
		r->heap[least] = swap;
		i = least;
	}
}

static bool advance(struct lane *l)
{
	int64_t lost;

	if (!mps_cpu_next(l->cpu, &l->raw, &lost))
		return false;
	if (lost) {
		l->gap = true;
		l->lost->gaps++;
		l->lost->seen += lost > 0 ? (uint64_t)lost : 0;
	}
	return true;
}

static void start(struct mps_rec *r)
{
	r->started = true;
	for (size_t i = 0; i < r->nr_lanes; i++)
		if (advance(&r->lanes[i]))
			r->heap[r->nr_heap++] = &r->lanes[i];
	for (size_t i = r->nr_heap; i-- > 0;)
		sift_down(r, i);
}

/* Decode the event that is first in time. Return: it is one of ours. */
static bool decode(struct mps_rec *r, struct lane *l, struct mps_rec_event *e)
{
	uint64_t id = l->raw.len >= 2 ? mps_get(l->raw.data, 2, r->dat.swap) : 0;
	unsigned int type = id <= r->max_id ? r->type_of[id] : 0;

	r->nr_read++;
	if (!type)
		return false;
	if (!mps_format_decode(&r->format[type - 1], &l->raw, r->dat.swap, e)) {
		r->short_bytes += l->raw.len;
		return false;
	}
	e->type = type - 1;
	e->cpu = (int)l->nr;
	e->gap = l->gap;
	l->gap = false;
	r->nr_known++;
	return true;
}

bool mps_rec_next(struct mps_rec *r, struct mps_rec_event *e)
{
	bool ours;

	if (!r->started)
		start(r);
	do {
		struct lane *l;

		if (!r->nr_heap)
			return false;
		l = r->heap[0];
		ours = decode(r, l, e);
		if (!advance(l))
			r->heap[0] = r->heap[--r->nr_heap];
		sift_down(r, 0);
	} while (!ours);
	return true;
}

bool mps_rec_knows(const struct mps_rec *r, enum mps_rec_type type)
{
	return r->format[type].known;
}

bool mps_rec_has_go(const struct mps_rec *r)
{
	return r->format[MPS_REC_RUN].has_go;
}

const char *mps_rec_clock(const struct mps_rec *r)
{
	return r->clock[0] ? r->clock : "local";
}

const char *mps_rec_machine(const struct mps_rec *r)
{
	const char *last = r->dat.uname ? strrchr(r->dat.uname, ' ') : NULL;

	return last ? last + 1 : NULL;
}

unsigned int mps_rec_nr_cpus(const struct mps_rec *r)
{
	return r->dat.nr_cpus;
}

uint64_t mps_rec_nr_read(const struct mps_rec *r)
{
	return r->nr_read;
}

uint64_t mps_rec_nr_known(const struct mps_rec *r)
{
	return r->nr_known;
}

uint64_t mps_rec_cut_bytes(const struct mps_rec *r)
{
	uint64_t cut = r->short_bytes;

	for (size_t i = 0; i < r->nr_lanes; i++)
		cut += mps_cpu_cut(r->lanes[i].cpu);
	return cut;
}

const struct mps_rec_lost *mps_rec_lost(const struct mps_rec *r, size_t *nr)
{
	*nr = r->nr_lost;
	return r->lost;
}

int mps_rec_append_meta(const char *path, const char *json)
{
	return json ? mps_meta_append(path, json) : ENOMEM;
}

const char *mps_rec_meta(const struct mps_rec *r)
{
	return r->dat.meta;
}
