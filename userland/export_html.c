// SPDX-License-Identifier: GPL-2.0
/*
 * A page that needs nothing but itself: the intervals of the Ps and Ms as data,
 * and a script that draws them. What is too much for a page is left out from
 * the shortest on, and the page says so.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"
#include "track.h"

#define MAX_PIECES	300000

static const char page[] =
#include "page_table.h"
;

struct piece {
	uint64_t from, to;	/* since the begin */
	int32_t proc, track;	/* P, or -1 - number of the thread */
	int64_t m, goid, by;
	int16_t cpu, kind;
	int32_t syscall;
};

static FILE *to;
static struct piece *pieces;
static size_t nr_pieces;
static uint64_t left_out, shortest;

static bool begin(struct mps_tell_ctx *c, FILE *f)
{
	(void)c;
	to = f;
	pieces = malloc(MAX_PIECES * sizeof(*pieces));
	nr_pieces = 0;
	left_out = 0;
	shortest = 0;
	return pieces;
}

/* More than half of them are not longer than this. */
static uint64_t median(void)
{
	static struct mps_times t;

	memset(&t, 0, sizeof(t));
	for (size_t i = 0; i < nr_pieces; i++)
		mps_times_add(&t, pieces[i].to - pieces[i].from);
	return mps_times_at_most(&t, 5000);
}

/*
 * The shorter half goes, and from then on nothing that short comes in; if all
 * are alike, every other one.
 */
static void thin_out(void)
{
	uint64_t limit = median() + 1;
	size_t longer = 0, kept = 0;

	for (size_t i = 0; i < nr_pieces; i++)
		longer += pieces[i].to - pieces[i].from >= limit;
	if (longer >= nr_pieces / 8)
		shortest = limit;
	for (size_t i = 0; i < nr_pieces; i++)
		if (longer >= nr_pieces / 8 ?
		    pieces[i].to - pieces[i].from >= limit : i % 2)
			pieces[kept++] = pieces[i];
	left_out += nr_pieces - kept;
	nr_pieces = kept;
}

static void add(struct mps_tell_ctx *c, const struct mps_seg *s, int32_t track,
		int16_t kind)
{
	uint64_t begin_ns = mps_story_begin_ns(c->story);
	size_t nr;

	if (s->to_ns - s->from_ns < shortest) {
		left_out++;
		return;
	}
	if (nr_pieces == MAX_PIECES)
		thin_out();
	pieces[nr_pieces++] = (struct piece){
		.from = s->from_ns - begin_ns, .to = s->to_ns - begin_ns,
		.proc = (int32_t)(s->proc - mps_story_procs_of(c->story, &nr)),
		.track = track, .m = s->m, .goid = s->goid, .by = s->by,
		.cpu = (int16_t)s->cpu, .kind = kind,
		.syscall = (int32_t)s->syscall,
	};
}

static void on_p(struct mps_tell_ctx *c, const struct mps_seg *s)
{
	if (s->does != MPS_PDO_IDLE)
		add(c, s, (int32_t)s->p, (int16_t)s->does);
}

/* Kinds of threads come behind those of Ps; the blocked ones by reason. */
static void on_thread(struct mps_tell_ctx *c, const struct mps_seg *s)
{
	const struct mps_sthread *t = mps_story_thread(c->story, s->tid);
	int64_t kind = MPS_NR_PDOES + s->state;

	if (s->state == MPSCOPE_STATE_BLOCKED && s->reason >= 0)
		kind = MPS_NR_PDOES + MPSCOPE_NR_STATES + s->reason;
	if (t)
		add(c, s, -1 - (int32_t)t->nr, (int16_t)kind);
}

static void put_kinds(void)
{
	static const char * const words[] = {
		MPSCOPE_STATES(MPSCOPE_X_NAME) MPSCOPE_REASONS(MPSCOPE_X_NAME)
	};

	fputs("\"kinds\":[", to);
	for (unsigned int i = 0; i < MPS_NR_PDOES; i++)
		fprintf(to, "%s\"%s\"", i ? "," : "", mps_pdoes_names[i]);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		fprintf(to, ",\"%s\"", words[i]);
	fputs("],\n", to);
}

static void put_procs(struct mps_tell_ctx *c)
{
	const struct mps_sproc *g;
	size_t nr;

	g = mps_story_procs_of(c->story, &nr);
	fputs("\"procs\":[", to);
	for (size_t i = 0; i < nr; i++) {
		fprintf(to, "%s{\"tgid\":%" PRId64 ",\"ps\":%u,\"unseen\":%" PRIu64 ",\"comm\":",
			i ? "," : "", g[i].tgid, g[i].nr_ps, g[i].unseen_ns);
		mps_track_json_string(to, mps_tell_proc_comm(c, g[i].tgid));
		fputs(",\"budget\":[", to);
		for (unsigned int d = 0; d < MPS_NR_PDOES; d++) {
			uint64_t ns = 0;

			for (uint32_t p = 0; p < g[i].nr_ps; p++)
				ns += g[i].ps[p].ns[d];
			fprintf(to, "%s%" PRIu64, d ? "," : "", ns);
		}
		fputs("]}", to);
	}
	fputs("],\n\"threads\":[", to);
}

static void put_threads(struct mps_tell_ctx *c)
{
	const struct mps_sthread *t;
	size_t at = 0;
	bool first = true;

	while ((t = mps_story_each(c->story, &at))) {
		fprintf(to, "%s[%u,%u,%" PRId64 ",%" PRId64 ",", first ? "" : ",",
			t->nr, t->proc, t->tid, t->m);
		mps_track_json_string(to, mps_tell_comm(c, t->tid));
		putc(']', to);
		first = false;
	}
	fputs("],\n", to);
}

static void put_pieces(struct mps_tell_ctx *c)
{
	char call[32];

	fputs("\"pieces\":[", to);
	for (size_t i = 0; i < nr_pieces; i++) {
		const struct piece *p = &pieces[i];

		fprintf(to, "%s[%d,%d,%" PRIu64 ",%" PRIu64 ",%d,%" PRId64 ",%" PRId64 ",%d",
			i ? ",\n" : "\n", p->proc, p->track, p->from, p->to - p->from,
			p->kind, p->m, p->goid, p->cpu);
		if (mps_tell_syscall(c, call, sizeof(call), p->syscall)) {
			putc(',', to);
			mps_track_json_string(to, call);
		} else {
			fputs(",0", to);
		}
		if (p->by > 0) {
			putc(',', to);
			mps_track_json_string(to, mps_tell_comm(c, p->by));
		}
		putc(']', to);
	}
	fputs("]}", to);
}

static void end(struct mps_tell_ctx *c)
{
	const char *here = strstr(page, "@DATA@");

	fwrite(page, 1, (size_t)(here - page), to);
	fputs("{\"file\":", to);
	mps_track_json_string(to, c->file);
	fprintf(to, ",\"clock\":\"%s\",\"wall\":%llu,\"lost\":%llu,\"left_out\":%llu,\"shortest\":%llu,\n",
		mps_rec_clock(c->rec),
		(unsigned long long)(mps_story_end_ns(c->story) -
				     mps_story_begin_ns(c->story)),
		(unsigned long long)mps_tell_lost(c),
		(unsigned long long)left_out, (unsigned long long)shortest);
	put_kinds();
	put_procs(c);
	put_threads(c);
	put_pieces(c);
	fputs(here + strlen("@DATA@"), to);
	free(pieces);
	pieces = NULL;
}

const struct mps_export mps_export_html = {
	.name = "html",
	.begin = begin,
	.p = on_p,
	.thread = on_thread,
	.end = end,
};
