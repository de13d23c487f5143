// SPDX-License-Identifier: GPL-2.0
/* Recordings that are made up. */
#include "datwrite.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AT(member) offsetof(struct mps_rec_event, member)

struct field {
	const char *name;
	unsigned int size, to;
};

#define GO	{ "goid", 8, AT(goid) }, { "m", 4, AT(m) }, { "p", 4, AT(p) }
#define ID	{ "tid", 4, AT(tid) }, { "tgid", 4, AT(tgid) }

/* As in the module's trace.h, and the kernel's sched_switch. */
static const struct field fields[MPS_NR_RECS][24] = {
	[MPS_REC_RUN] = {
		{ "blocked_ns", 8, AT(blocked_ns) }, { "wait_ns", 8, AT(wait_ns) },
		{ "ran_ns", 8, AT(ran_ns) }, ID, { "state", 4, AT(state) },
		{ "reason", 4, AT(reason) }, { "mode", 4, AT(mode) },
		{ "syscall", 4, AT(syscall) }, { "orig_cpu", 4, AT(orig_cpu) },
		{ "dest_cpu", 4, AT(dest_cpu) }, { "waker_tid", 4, AT(waker_tid) },
		{ "wake_source", 4, AT(wake_source) }, GO,
	},
	[MPS_REC_BLOCK] = {
		{ "ran_ns", 8, AT(ran_ns) }, ID, { "reason", 4, AT(reason) },
		{ "mode", 4, AT(mode) }, { "syscall", 4, AT(syscall) },
		{ "cpu", 4, AT(cpu_of) }, GO,
	},
	[MPS_REC_WAKE] = {
		ID, { "waker_tid", 4, AT(waker_tid) },
		{ "waker_tgid", 4, AT(waker_tgid) },
		{ "wake_source", 4, AT(wake_source) },
		{ "waker_cpu", 4, AT(waker_cpu) }, { "cpu", 4, AT(cpu_of) }, GO,
	},
	[MPS_REC_MIGRATE] = {
		ID, { "orig_cpu", 4, AT(orig_cpu) }, { "dest_cpu", 4, AT(dest_cpu) },
		{ "cause", 4, AT(cause) }, { "class", 4, AT(class) }, GO,
	},
	[MPS_REC_EPOLL] = {
		{ "ret", 8, AT(ret) }, { "max_events", 8, AT(max_events) }, ID,
		{ "kind", 4, AT(kind) }, { "result", 4, AT(result) },
		{ "sleeps", 4, AT(sleeps) }, GO,
	},
	[MPS_REC_START] = { ID, { "state", 4, AT(state) }, GO },
	[MPS_REC_EXIT] = {
		{ "life_ns", 8, AT(life_ns) }, { "running_ns", 8, AT(running_ns) },
		{ "waiting_ns", 8, AT(waiting_ns) },
		{ "blocked_ns", 8, AT(blocked_ns) }, ID, GO,
	},
	[MPS_REC_SWITCH] = {
		{ "prev_comm", 16, AT(prev_comm) }, { "prev_pid", 4, AT(prev_pid) },
		{ "prev_prio", 4, 0 }, { "prev_state", 8, AT(prev_state) },
		{ "next_comm", 16, AT(next_comm) }, { "next_pid", 4, AT(next_pid) },
		{ "next_prio", 4, 0 },
	},
};

#define FIRST_ID	300
#define COMMON		8	/* bytes that all events begin with */

void dw_init(struct dw *w)
{
	memset(w, 0, sizeof(*w));
	w->long_size = 8;
	w->page_size = 4096;
	w->clock = "local global [mono]\n";
	w->comms = "170 server\n184 wrk\n";
}

void dw_free(struct dw *w)
{
	for (int i = 0; i < DW_CPUS; i++)
		free(w->cpu[i].pages);
	free(w->bytes);
}

struct mps_rec_event dw_new(enum mps_rec_type type, int cpu, uint64_t ts_ns)
{
	struct mps_rec_event e;

	memset(&e, -1, sizeof(e));
	memset(e.prev_comm, 0, sizeof(e.prev_comm));
	memset(e.next_comm, 0, sizeof(e.next_comm));
	e.type = type;
	e.cpu = cpu;
	e.ts_ns = ts_ns;
	e.gap = false;
	return e;
}

static void to_bytes(const struct dw *w, uint8_t *p, uint64_t v, unsigned int size)
{
	for (unsigned int i = 0; i < size; i++)
		p[w->big ? size - 1 - i : i] = (uint8_t)(v >> (8 * i));
}

static bool left_out(const struct dw *w, const struct field *f)
{
	return w->no_go && (f->to == AT(goid) || f->to == AT(m) || f->to == AT(p));
}

/* Return: bytes of the event, a multiple of 4. */
static size_t encode(const struct dw *w, const struct mps_rec_event *e,
		     uint8_t out[256])
{
	const struct field *f = fields[e->type];
	size_t at = COMMON;

	memset(out, 0, 256);
	to_bytes(w, out, FIRST_ID + e->type, 2);
	to_bytes(w, out + 4, (uint64_t)e->common_pid, 4);
	for (; f->name; f++) {
		if (left_out(w, f))
			continue;
		at = (at + (f->size < 8 ? f->size : 8) - 1) &
		     ~(size_t)((f->size < 8 ? f->size : 8) - 1);
		if (f->size == 16)
			memcpy(out + at, (const char *)e + f->to, 16);
		else if (f->to)
			to_bytes(w, out + at,
				 (uint64_t)*(const int64_t *)((const char *)e + f->to),
				 f->size);
		at += f->size;
	}
	return (at + 3) & ~(size_t)3;
}

static uint8_t *page_of(struct dw *w, struct dw_cpu *c)
{
	return c->pages + c->len - w->page_size;
}

static void new_page(struct dw *w, struct dw_cpu *c, uint64_t ts)
{
	c->pages = realloc(c->pages, c->len + w->page_size);
	if (!c->pages)
		abort();
	memset(c->pages + c->len, 0, w->page_size);
	c->len += w->page_size;
	c->used = 8 + w->long_size;
	to_bytes(w, page_of(w, c), ts, 8);
	c->ts = ts;
}

/* What is used of the page, and what was missed before it, stored behind that. */
static void close_page(struct dw *w, struct dw_cpu *c)
{
	uint64_t commit = c->used - 8 - w->long_size;

	if (!c->len)
		return;
	if (c->missed) {
		to_bytes(w, page_of(w, c) + c->used, c->missed, w->long_size);
		commit |= 3ull << 30;
		c->missed = 0;
	}
	to_bytes(w, page_of(w, c) + 8, commit, w->long_size);
}

void dw_missed(struct dw *w, int cpu, uint64_t nr)
{
	close_page(w, &w->cpu[cpu]);
	w->cpu[cpu].used = w->page_size;	/* the next event begins a page */
	w->cpu[cpu].at = nr;
}

static void head(const struct dw *w, uint8_t *p, uint32_t type, uint64_t delta)
{
	to_bytes(w, p, w->big ? type << 27 | delta : type | delta << 5, 4);
}

void dw_event(struct dw *w, const struct mps_rec_event *e)
{
	struct dw_cpu *c = &w->cpu[e->cpu];
	uint8_t bytes[256], *p;
	size_t len = encode(w, e, bytes);
	uint64_t delta;

	/* head, perhaps of a time that is added, and what may be missed */
	if (!c->len || c->used + len + 12 + w->long_size > w->page_size) {
		if (c->used < w->page_size)
			close_page(w, c);
		new_page(w, c, e->ts_ns);
		c->missed = c->at;
		c->at = 0;
	}
	delta = e->ts_ns - c->ts;
	c->ts = e->ts_ns;
	p = page_of(w, c) + c->used;
	if (delta >> 27) {
		head(w, p, 30, delta & ((1u << 27) - 1));
		to_bytes(w, p + 4, delta >> 27, 4);
		p += 8;
		c->used += 8;
		delta = 0;
	}
	if (len <= 112) {
		head(w, p, (uint32_t)len / 4, delta);
		p += 4;
	} else {
		head(w, p, 0, delta);
		to_bytes(w, p + 4, len + 4, 4);
		p += 8;
		c->used += 4;
	}
	memcpy(p, bytes, len);
	c->used += 4 + len;
}

static void put(struct dw *w, const void *from, size_t len)
{
	while (w->len + len > w->size) {
		w->size = w->size ? w->size * 2 : 65536;
		w->bytes = realloc(w->bytes, w->size);
		if (!w->bytes)
			abort();
	}
	if (len)
		memcpy(w->bytes + w->len, from, len);
	w->len += len;
}

static void put_number(struct dw *w, uint64_t v, unsigned int size)
{
	uint8_t p[8];

	to_bytes(w, p, v, size);
	put(w, p, size);
}

static void put_text(struct dw *w, const char *text, unsigned int size)
{
	put_number(w, strlen(text), size);
	put(w, text, strlen(text));
}

static void put_format(struct dw *w, enum mps_rec_type type)
{
	char text[4096];
	size_t at = COMMON, n;

	n = (size_t)snprintf(text, sizeof(text),
			     "name: %s\nID: %d\nformat:\n"
			     "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
			     "\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
			     "\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"
			     "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n",
			     mps_rec_names[type], FIRST_ID + type);
	for (const struct field *f = fields[type]; f->name; f++) {
		unsigned int align = f->size < 8 ? f->size : 8;

		if (left_out(w, f))
			continue;
		at = (at + align - 1) & ~(size_t)(align - 1);
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "\tfield:%s %s%s;\toffset:%zu;\tsize:%u;\tsigned:%d;\n",
				      f->size == 16 ? "char" : f->size == 8 ? "s64" : "int",
				      f->name, f->size == 16 ? "[16]" : "", at,
				      f->size, f->size != 16);
		at += f->size;
	}
	snprintf(text + n, sizeof(text) - n, "\nprint fmt: \"%s=%%d\", REC->%s\n",
		 type == MPS_REC_SWITCH ? "next_pid" : "tid",
		 type == MPS_REC_SWITCH ? "next_pid" : "tid");
	put_text(w, text, 8);
}

static void put_formats(struct dw *w)
{
	put_number(w, w->no_mpscope ? 1 : 2, 4);
	put(w, "sched", 6);
	put_number(w, 1, 4);
	put_format(w, MPS_REC_SWITCH);
	if (w->no_mpscope)
		return;
	put(w, "mpscope", 8);
	put_number(w, MPS_REC_SWITCH, 4);
	for (unsigned int t = 0; t < MPS_REC_SWITCH; t++)
		put_format(w, t);
}

static void put_option(struct dw *w, uint32_t id, const void *data, size_t len)
{
	put_number(w, id, 2);
	put_number(w, len, 4);
	put(w, data, len);
}

static void put_table(struct dw *w, const char *clock, bool empty)
{
	uint64_t at;
	size_t place = w->len + 10;

	put(w, "flyrecord", 10);
	for (int i = 0; i < 2 * DW_CPUS; i++)
		put_number(w, 0, 8);
	if (clock)
		put_text(w, clock, 8);
	for (int i = 0; i < DW_CPUS; i++) {
		while (w->len % w->page_size)
			put(w, "", 1);
		at = w->len;
		if (!empty)
			put(w, w->cpu[i].pages, w->cpu[i].len);
		to_bytes(w, w->bytes + place + 16 * (size_t)i, at, 8);
		to_bytes(w, w->bytes + place + 16 * (size_t)i + 8, w->len - at, 8);
	}
}

static void put_head(struct dw *w)
{
	char text[256];

	put(w, "\x17\x08\x44tracing6", 12);
	put(w, w->big ? "\1" : "\0", 1);
	put_number(w, 8, 1);
	put_number(w, w->page_size, 4);
	put(w, "header_page", 12);
	snprintf(text, sizeof(text),
		 "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
		 "\tfield: local_t commit;\toffset:8;\tsize:%u;\tsigned:1;\n"
		 "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
		 "\tfield: char data;\toffset:%u;\tsize:%u;\tsigned:1;\n",
		 w->long_size, 8 + w->long_size, w->page_size - 8 - w->long_size);
	put_text(w, text, 8);
	put(w, "header_event", 13);
	put_text(w, "# compressed entry header\n", 8);
	put_number(w, 0, 4);
	put_formats(w);
	put_text(w, "", 4);
	put_text(w, "", 4);
	put_text(w, w->comms, 8);
	put_number(w, DW_CPUS, 4);
}

void dw_end(struct dw *w)
{
	size_t place = 0;
	char text[128];

	for (int i = 0; i < DW_CPUS; i++)
		close_page(w, &w->cpu[i]);
	put_head(w);
	put(w, "options  ", 10);
	if (w->clock)
		put_option(w, 4, "", 0);
	for (int i = 0; i < DW_CPUS; i++) {
		snprintf(text, sizeof(text),
			 "CPU: %d\nentries: 1\noverrun: %llu\ncommit overrun: 0\ndropped events: 0\n",
			 i, (unsigned long long)w->overrun[i]);
		put_option(w, 2, text, strlen(text) + 1);
	}
	if (w->instance) {
		put_number(w, 3, 2);
		put_number(w, 8 + strlen(w->instance) + 1, 4);
		place = w->len;
		put_number(w, 0, 8);
		put(w, w->instance, strlen(w->instance) + 1);
	}
	put_number(w, 0, 2);
	put_table(w, w->clock, w->instance);
	if (w->instance) {
		to_bytes(w, w->bytes + place, w->len, 8);
		put_table(w, w->clock, false);
	}
}

void dw_write_bytes(const void *bytes, size_t len, char path[64])
{
	const char *dir = getenv("TMPDIR");
	int fd;

	snprintf(path, 64, "%s/mpscope-rec-XXXXXX", dir && strlen(dir) < 40 ? dir : "/tmp");
	fd = mkstemp(path);
	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
		abort();
	close(fd);
}

void dw_write(const struct dw *w, char path[64])
{
	dw_write_bytes(w->bytes, w->len, path);
}
