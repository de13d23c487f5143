// SPDX-License-Identifier: GPL-2.0
/*
 * Where in an event its fields are: found once by the names in the format that
 * the recording carries, so that fields may come and go with the kernel and
 * the module; then an event is a few loads.
 */
#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rec_dat.h"

enum { HOW_UNSIGNED, HOW_SIGNED, HOW_WORD, HOW_COMM };

#define AT(member) offsetof(struct mps_rec_event, member)

/* A word is 255 where it is not known, and -1 here. */
static const struct name {
	const char *name;
	uint16_t to;
	bool word;
	unsigned int types;	/* bits of MPS_REC_*; 0: all of the module's */
} names[] = {
	{ "tid", AT(tid), false, 0 },
	{ "tgid", AT(tgid), false, 0 },
	{ "goid", AT(goid), false, 0 },
	{ "m", AT(m), false, 0 },
	{ "p", AT(p), false, 0 },
	{ "blocked_ns", AT(blocked_ns), false, 0 },
	{ "wait_ns", AT(wait_ns), false, 0 },
	{ "ran_ns", AT(ran_ns), false, 0 },
	{ "state", AT(state), true, 0 },
	{ "reason", AT(reason), true, 0 },
	{ "mode", AT(mode), true, 0 },
	{ "syscall", AT(syscall), false, 0 },
	{ "orig_cpu", AT(orig_cpu), false, 0 },
	{ "dest_cpu", AT(dest_cpu), false, 0 },
	{ "cpu", AT(cpu_of), false, 0 },
	{ "waker_tid", AT(waker_tid), false, 0 },
	{ "waker_tgid", AT(waker_tgid), false, 0 },
	{ "wake_source", AT(wake_source), true, 0 },
	{ "waker_cpu", AT(waker_cpu), false, 0 },
	{ "cause", AT(cause), true, 0 },
	{ "class", AT(class), true, 0 },
	{ "kind", AT(kind), true, 0 },
	{ "result", AT(result), true, 0 },
	{ "ret", AT(ret), false, 0 },
	{ "max_events", AT(max_events), false, 0 },
	{ "sleeps", AT(sleeps), false, 0 },
	{ "life_ns", AT(life_ns), false, 0 },
	{ "running_ns", AT(running_ns), false, 0 },
	{ "waiting_ns", AT(waiting_ns), false, 0 },
	{ "common_pid", AT(common_pid), false, ~0u },
	{ "prev_pid", AT(prev_pid), false, 1u << MPS_REC_SWITCH },
	{ "next_pid", AT(next_pid), false, 1u << MPS_REC_SWITCH },
	{ "prev_state", AT(prev_state), false, 1u << MPS_REC_SWITCH },
	{ "prev_comm", AT(prev_comm), false, 1u << MPS_REC_SWITCH },
	{ "next_comm", AT(next_comm), false, 1u << MPS_REC_SWITCH },
};

static const struct name *find_name(const char *s, size_t len, enum mps_rec_type type)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		unsigned int types = names[i].types ? names[i].types :
				     ~(1u << MPS_REC_SWITCH);

		if (types & 1u << type && strlen(names[i].name) == len &&
		    !memcmp(names[i].name, s, len))
			return &names[i];
	}
	return NULL;
}

/* "field:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;" */
static bool add_field(struct mps_format *f, const char *line, size_t len,
		      enum mps_rec_type type)
{
	const char *end = memchr(line, ';', len), *word, *bracket;
	unsigned int offset, size, is_signed = 0;
	struct mps_format_field *to;
	const struct name *n;

	if (!end || sscanf(end, "; offset:%u; size:%u; signed:%u;", &offset,
			   &size, &is_signed) < 2)
		return false;
	bracket = memchr(line, '[', (size_t)(end - line));
	word = bracket ? bracket : end;
	end = word;
	while (word > line && (isalnum((unsigned char)word[-1]) || word[-1] == '_'))
		word--;
	n = find_name(word, (size_t)(end - word), type);
	if (!n)
		return true;
	if (f->nr == MPS_FORMAT_FIELDS || offset > 4096 || size > 64)
		return false;
	to = &f->field[f->nr];
	to->from = (uint16_t)offset;
	to->to = n->to;
	to->size = (uint8_t)size;
	to->how = n->word ? HOW_WORD : is_signed ? HOW_SIGNED : HOW_UNSIGNED;
	if (bracket) {
		if (size != MPS_REC_COMM)
			return true;	/* in other clothes: do without */
		to->how = HOW_COMM;
	} else if (size != 1 && size != 2 && size != 4 && size != 8) {
		return false;
	}
	if (n->to == AT(p))
		f->has_go = true;
	if (f->need < offset + size)
		f->need = offset + size;
	f->nr++;
	return true;
}

/* Fields without which an event says nothing. */
static bool is_whole(const struct mps_format *f, enum mps_rec_type type)
{
	uint16_t subject = type == MPS_REC_SWITCH ? AT(next_pid) : AT(tid);

	for (unsigned int i = 0; i < f->nr; i++)
		if (f->field[i].to == subject)
			return true;
	return false;
}

static bool parse_one(struct mps_format *f, const char *text, enum mps_rec_type type)
{
	const char *id = strstr(text, "\nID:"), *line = text;

	if (!id)
		return false;
	f->id = (uint32_t)strtoul(id + 4, NULL, 10);
	while ((line = strstr(line, "\tfield:"))) {
		size_t len;

		line += 7;
		len = strcspn(line, "\n");
		if (!add_field(f, line, len, type))
			return false;
	}
	f->known = is_whole(f, type);
	return f->known;
}

#define X_SYSTEM(id, sys, name)	sys,
#define X_NAME(id, sys, name)	name,

static const char * const systems[] = { MPS_REC_EVENTS(X_SYSTEM) };
const char * const mps_rec_names[] = { MPS_REC_EVENTS(X_NAME) };

static bool is_type(const char *system, const char *text, enum mps_rec_type type)
{
	size_t len = strlen(mps_rec_names[type]);

	return !strcmp(system, systems[type]) && !strncmp(text, "name: ", 6) &&
	       !strncmp(text + 6, mps_rec_names[type], len) &&
	       text[6 + len] == '\n';
}

bool mps_formats_parse(struct mps_format f[MPS_NR_RECS], const char *text,
		       size_t len)
{
	const char *end = text + len;

	memset(f, 0, MPS_NR_RECS * sizeof(*f));
	while (text < end) {
		const char *system = text, *body = text + strlen(text) + 1;

		for (unsigned int t = 0; t < MPS_NR_RECS; t++)
			if (is_type(system, body, t) && !f[t].known &&
			    !parse_one(&f[t], body, t))
				return false;
		text = body + strlen(body) + 1;
	}
	return true;
}

static int64_t number(const uint8_t *p, unsigned int size, unsigned int how, bool swap)
{
	uint64_t v = mps_get(p, size, swap);

	if (how == HOW_WORD)
		return v == 255 || v == UINT32_MAX ? -1 : (int64_t)v;
	if (how == HOW_SIGNED && size < 8) {
		unsigned int shift = 64 - size * 8;

		return (int64_t)(v << shift) >> shift;
	}
	return (int64_t)v;
}

bool mps_format_decode(const struct mps_format *f, const struct mps_raw *raw,
		       bool swap, struct mps_rec_event *e)
{
	if (raw->len < f->need)
		return false;
	memset(e, -1, offsetof(struct mps_rec_event, prev_comm));
	e->prev_comm[0] = 0;
	e->next_comm[0] = 0;
	for (unsigned int i = 0; i < f->nr; i++) {
		const struct mps_format_field *fi = &f->field[i];
		void *to = (char *)e + fi->to;

		if (fi->how == HOW_COMM) {
			memcpy(to, raw->data + fi->from, MPS_REC_COMM);
			((char *)to)[MPS_REC_COMM] = 0;
		} else {
			*(int64_t *)to = number(raw->data + fi->from, fi->size,
						fi->how, swap);
		}
	}
	e->ts_ns = raw->ts;
	return true;
}
