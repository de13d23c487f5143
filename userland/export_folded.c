// SPDX-License-Identifier: GPL-2.0
/*
 * Folded stacks of waits, for flamegraph.pl and its like: where threads stood
 * still, in nanoseconds: process;what it held;state;why;system call or rival.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"

#define NR_KEYS		8192	/* a power of 2 */

struct key {
	int64_t tgid;
	bool holds_p;
	int64_t state, reason, syscall;
	char behind[MPS_REC_COMM + 1];
};

static struct entry {
	struct key key;
	uint64_t ns;
} *entries;

static FILE *to;
static size_t nr_entries;
static uint64_t others_ns;

static bool begin(struct mps_tell_ctx *c, FILE *f)
{
	(void)c;
	to = f;
	entries = calloc(NR_KEYS, sizeof(*entries));
	return entries;
}

static size_t hash(const struct key *k)
{
	const unsigned char *p = (const unsigned char *)k;
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < sizeof(*k); i++)
		h = (h ^ p[i]) * UINT64_C(1099511628211);
	return h & (NR_KEYS - 1);
}

static void add(const struct key *k, uint64_t ns)
{
	size_t i = hash(k);

	while (entries[i].ns && memcmp(&entries[i].key, k, sizeof(*k)))
		i = (i + 1) & (NR_KEYS - 1);
	if (!entries[i].ns) {
		if (nr_entries >= NR_KEYS * 3 / 4) {
			others_ns += ns;
			return;
		}
		nr_entries++;
		entries[i].key = *k;
	}
	entries[i].ns += ns;
}

static void on_thread(struct mps_tell_ctx *c, const struct mps_seg *s)
{
	bool queued = s->state == MPSCOPE_STATE_WOKEN ||
		      s->state == MPSCOPE_STATE_PREEMPTED ||
		      s->state == MPSCOPE_STATE_YIELDED;
	struct key k;

	if (s->state == MPSCOPE_STATE_RUNNING)
		return;
	memset(&k, 0, sizeof(k));
	k.tgid = s->proc->tgid;
	k.holds_p = s->p >= 0;
	k.state = s->state;
	k.reason = s->reason;
	k.syscall = queued ? -1 : s->syscall;
	if (queued && s->by >= 0)
		snprintf(k.behind, sizeof(k.behind), "%s",
			 s->by ? mps_tell_comm(c, s->by) : "idle CPU");
	add(&k, s->to_ns - s->from_ns);
}

/* A semicolon ends a frame, and a space the stack. */
static void frame(const char *s)
{
	for (; *s; s++)
		putc(*s == ';' || (unsigned char)*s < 0x20 ? '_' : *s, to);
}

static void line(struct mps_tell_ctx *c, const struct entry *e)
{
	static const char * const states[] = { MPSCOPE_STATES(MPSCOPE_X_NAME) };
	static const char * const reasons[] = { MPSCOPE_REASONS(MPSCOPE_X_NAME) };
	const struct key *k = &e->key;
	char call[32];

	frame(mps_tell_proc_comm(c, k->tgid));
	fputs(k->holds_p ? ";with a P;" : ";without a P;", to);
	frame(states[k->state]);
	if (k->reason >= 0 && k->reason < MPSCOPE_NR_REASONS) {
		putc(';', to);
		frame(reasons[k->reason]);
	}
	if (mps_tell_syscall(c, call, sizeof(call), k->syscall)) {
		putc(';', to);
		frame(call);
	}
	if (k->behind[0]) {
		fputs(";behind ", to);
		frame(k->behind);
	}
	fprintf(to, " %" PRIu64 "\n", e->ns);
}

static void end(struct mps_tell_ctx *c)
{
	for (size_t i = 0; i < NR_KEYS; i++)
		if (entries[i].ns)
			line(c, &entries[i]);
	if (others_ns)
		fprintf(to, "stacks beyond %d %" PRIu64 "\n", NR_KEYS * 3 / 4,
			others_ns);
	free(entries);
	entries = NULL;
	nr_entries = 0;
	others_ns = 0;
}

const struct mps_export mps_export_folded = {
	.name = "folded",
	.begin = begin,
	.thread = on_thread,
	.end = end,
};
