// SPDX-License-Identifier: GPL-2.0
/*
 * Feeds damaged recordings to their reader and to the story that is made of
 * them, for FUZZ_SECONDS from FUZZ_SEED on: real ones, packed and of version 7,
 * and made up ones of version 6. The sanitizers are the judge; besides, no
 * interval ends before it begins, those of a P join, and a P has no more time
 * than the recording.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../rec/datwrite.h"
#include "recmeta.h"
#include "story.h"
#include "tap.h"

#define MAX_EVENTS	200000

static uint64_t state;
static unsigned long nr_runs, nr_opened, nr_events, nr_bad;

struct seed {
	uint8_t *bytes;
	size_t len, head;	/* all before the events, nearly */
};

static struct seed seeds[4];
static size_t nr_seeds;

/* xorshift64*: the same numbers everywhere */
static uint64_t rnd(uint64_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (state * UINT64_C(2685821657736338717) >> 16) % below;
}

struct watch {
	uint64_t last[MPS_STORY_MAX_PS];
	uint64_t begin;
};

static void on_p(void *arg, const struct mps_seg *s)
{
	struct watch *w = arg;

	if (s->to_ns <= s->from_ns || s->p < 0 || s->p >= MPS_STORY_MAX_PS) {
		nr_bad++;
		return;
	}
	/* of one process, or of any: only a gap backwards is wrong */
	if (w->last[s->p] && s->from_ns < w->begin)
		nr_bad++;
	w->last[s->p] = s->to_ns;
}

static void on_thread(void *arg, const struct mps_seg *s)
{
	(void)arg;
	nr_bad += s->to_ns <= s->from_ns;
}

static void check_sums(struct mps_story *s)
{
	uint64_t wall = mps_story_end_ns(s) - mps_story_begin_ns(s);
	const struct mps_sproc *g;
	size_t nr;

	g = mps_story_procs_of(s, &nr);
	for (size_t i = 0; i < nr; i++)
		for (uint32_t p = 0; p < g[i].nr_ps; p++) {
			uint64_t sum = 0;

			for (unsigned int d = 0; d < MPS_NR_PDOES; d++)
				sum += g[i].ps[p].ns[d];
			nr_bad += sum > wall;
		}
}

static void read_one(const char *path)
{
	static struct watch w;
	const struct mps_story_ops ops = {
		.p = on_p, .thread = on_thread, .arg = &w,
	};
	struct mps_rec_event e;
	struct mps_story *s;
	struct mps_recmeta m;
	struct mps_rec *rec;
	char why[64];
	int n = 0;

	if (mps_rec_open(&rec, path, why, sizeof(why)))
		return;
	nr_opened++;
	memset(&w, 0, sizeof(w));
	s = mps_story_new(&ops);
	if (!s)
		abort();
	while (n++ < MAX_EVENTS && mps_rec_next(rec, &e)) {
		nr_events++;
		if (n == 1)
			w.begin = e.ts_ns;
		if (!mps_story_feed(s, &e))
			break;
	}
	mps_story_end(s);
	check_sums(s);
	mps_story_free(s);
	if (mps_rec_meta(rec)) {
		mps_recmeta_parse(&m, mps_rec_meta(rec));
		mps_recmeta_free(&m);
	}
	mps_rec_close(rec);
}

static void damage(uint8_t *bytes, size_t *len, size_t head)
{
	static const uint64_t odd[] = {
		0, 1, 0x7f, 0xff, 0xffff, 0x7fffffff, 0xffffffff, UINT64_MAX,
		INT64_MAX, 4096, 4095, 0x80000000,
	};
	uint64_t n = rnd(4) ? 1 + rnd(6) : 1 + rnd(200), v;

	if (!rnd(8))
		*len = rnd(*len) + 1;
	while (n--) {
		size_t at = rnd(3) ? rnd(head < *len ? head : *len) : rnd(*len);
		size_t size = (size_t)1 << rnd(4);

		v = rnd(2) ? odd[rnd(NR(odd))] : rnd(UINT64_MAX);
		if (at + size <= *len)
			memcpy(bytes + at, &v, size);
	}
}

static void one(int fd, const char *path)
{
	const struct seed *s = &seeds[rnd(nr_seeds)];
	uint8_t *bytes = malloc(s->len);
	size_t len = s->len;

	if (!bytes)
		abort();
	memcpy(bytes, s->bytes, s->len);
	damage(bytes, &len, s->head);
	if (ftruncate(fd, 0) || pwrite(fd, bytes, len, 0) != (ssize_t)len)
		abort();
	free(bytes);
	read_one(path);
	nr_runs++;
}

static void add_file(const char *dir, const char *name)
{
	struct seed *s = &seeds[nr_seeds];
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	if (!f)
		return;
	s->bytes = malloc(1u << 20);
	s->len = s->bytes ? fread(s->bytes, 1, 1u << 20, f) : 0;
	s->head = s->len;
	nr_seeds += s->len > 0;
	fclose(f);
}

static void add_made_up(bool big)
{
	struct seed *s = &seeds[nr_seeds++];
	struct mps_rec_event e;
	struct dw w;

	dw_init(&w);
	w.big = big;
	w.page_size = 1024;
	w.instance = big ? "x" : NULL;
	for (int i = 0; i < 300; i++) {
		e = dw_new((unsigned int)i % MPS_NR_RECS, i % 3,
			   1000000000u + (uint64_t)i * 100000);
		e.tid = 100 + i % 5;
		e.tgid = 100;
		e.p = i % 3;
		e.m = e.tid;
		e.ran_ns = 30000;
		e.wait_ns = 20000;
		e.blocked_ns = i % 2 ? 0 : 10000;
		e.reason = i % 13;
		e.state = i % 5;
		e.next_pid = 100 + i % 7;
		dw_event(&w, &e);
	}
	dw_end(&w);
	s->bytes = w.bytes;
	s->len = w.len;
	s->head = 6000;
	w.bytes = NULL;
	dw_free(&w);
}

/* Where the real recordings are: beside this file. */
static const char *home(void)
{
	static char dir[256];
	char *slash;

	snprintf(dir, sizeof(dir), "%s", __FILE__);
	slash = strrchr(dir, '/');
	snprintf(slash ? slash : dir, 16, "%s", slash ? "/../rec" : "tests/rec");
	return dir;
}

int main(void)
{
	const char *seconds = getenv("FUZZ_SECONDS"), *seed = getenv("FUZZ_SEED");
	time_t end = time(NULL) + (seconds ? atoi(seconds) : 3);
	char path[64];
	int fd;

	state = (seed ? strtoull(seed, NULL, 0) : 1) * 2 + 1;
	add_file(home(), "server.dat");
	add_file(home(), "lost.dat");
	tap_plan(3);
	tap_ok(nr_seeds == 2, "real recordings to begin with");
	add_made_up(false);
	add_made_up(true);
	dw_write_bytes("", 0, path);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		abort();
	do
		one(fd, path);
	while (time(NULL) < end);
	tap_note("%lu damaged recordings, %lu could be opened, %lu events", nr_runs,
		 nr_opened, nr_events);
	tap_ok(nr_opened && nr_events, "some can still be read");
	tap_ok(!nr_bad, "all that they tell is possible");
	close(fd);
	unlink(path);
	for (size_t i = 0; i < nr_seeds; i++)
		free(seeds[i].bytes);
	return tap_end();
}
