// SPDX-License-Identifier: GPL-2.0
/* The reader of recordings on files of which all is known, and on bad ones. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "datwrite.h"
#include "rec_meta.h"
#include "tap.h"

#define NR_EVENTS	2000

/* Event number @i: its numbers follow from @i, its type and CPU, too. */
static struct mps_rec_event event(int i)
{
	/* gaps that need a time of their own between two events, at times */
	uint64_t ts = UINT64_C(7000000000000) + (uint64_t)i * 1000 +
		      (uint64_t)(i / 500) * 3000000000;
	struct mps_rec_event e = dw_new((unsigned int)i % MPS_NR_RECS, i * 7 % 3, ts);

	e.common_pid = 100 + i % 7;
	if (e.type == MPS_REC_SWITCH) {
		e.prev_pid = e.common_pid;
		e.next_pid = 170 + i % 5;
		e.prev_state = 256;
		snprintf(e.prev_comm, sizeof(e.prev_comm), "was%d", i);
		snprintf(e.next_comm, sizeof(e.next_comm), "sixteen-char-%02d",
			 i % 100);
		return e;
	}
	e.tid = 170 + i % 11;
	e.tgid = 170;
	e.goid = i % 3 ? (int64_t)i * 1000000007 : -1;
	e.m = i % 9;
	e.p = i % 4 ? i % 4 : -1;
	if (e.type == MPS_REC_RUN || e.type == MPS_REC_EXIT)
		e.blocked_ns = (int64_t)i << 20;
	if (e.type == MPS_REC_RUN || e.type == MPS_REC_BLOCK) {
		e.ran_ns = i + 5;
		e.reason = i % 16 < 13 ? i % 16 : -1;
		e.mode = i % 2;
		e.syscall = i % 5 ? i % 400 : -1;
	}
	if (e.type == MPS_REC_RUN) {
		e.wait_ns = INT64_MAX - i;
		e.state = 4;
		e.wake_source = i % 6 ? i % 5 : -1;
		e.waker_tid = -1;
	}
	if (e.type == MPS_REC_MIGRATE) {
		e.orig_cpu = 3;
		e.dest_cpu = 1;
		e.cause = 2;
		e.class = i % 5 < 4 ? i % 5 : -1;
	}
	if (e.type == MPS_REC_EPOLL) {
		e.ret = i % 2 ? -4 : 128;
		e.max_events = 128;
		e.kind = 1;
		e.result = 2;
		e.sleeps = 3;
	}
	return e;
}

static bool same(const struct mps_rec_event *a, const struct mps_rec_event *b)
{
	return a->ts_ns == b->ts_ns && a->type == b->type && a->cpu == b->cpu &&
	       !memcmp(&a->common_pid, &b->common_pid,
		       offsetof(struct mps_rec_event, prev_comm) -
		       offsetof(struct mps_rec_event, common_pid)) &&
	       !strncmp(a->prev_comm, b->prev_comm, MPS_REC_COMM) &&
	       !strncmp(a->next_comm, b->next_comm, MPS_REC_COMM);
}

static void fill(struct dw *w)
{
	for (int i = 0; i < NR_EVENTS; i++) {
		struct mps_rec_event e = event(i);

		dw_event(w, &e);
	}
	dw_end(w);
}

static int read_back(const char *path, struct mps_rec **rec)
{
	struct mps_rec_event got, want;
	int good = 0;
	char why[256];

	if (mps_rec_open(rec, path, why, sizeof(why))) {
		tap_note("%s", why);
		return 0;
	}
	for (int i = 0; mps_rec_next(*rec, &got); i++) {
		want = event(i);
		if (i < NR_EVENTS && same(&got, &want))
			good++;
		else if (i == good)
			tap_note("event %d: type %d cpu %d tid %lld, not type %d cpu %d tid %lld",
				 i, got.type, got.cpu, (long long)got.tid, want.type,
				 want.cpu, (long long)want.tid);
	}
	return good;
}

static void test_shapes(void)
{
	static const struct shape {
		bool big;
		unsigned int long_size;
		uint32_t page;
		const char *instance, *name;
	} shapes[] = {
		{ false, 8, 4096, NULL, "little endian, 64 bits, 4 KiB pages" },
		{ true, 8, 4096, NULL, "big endian" },
		{ false, 4, 4096, NULL, "32 bits" },
		{ true, 4, 16384, NULL, "big endian, 32 bits, 16 KiB pages" },
		{ false, 8, 65536, NULL, "64 KiB pages" },
		{ false, 8, 4096, "mpscope", "in an instance" },
	};
	struct mps_rec *rec;
	char path[64];
	struct dw w;

	for (size_t i = 0; i < NR(shapes); i++) {
		dw_init(&w);
		w.big = shapes[i].big;
		w.long_size = shapes[i].long_size;
		w.page_size = shapes[i].page;
		w.instance = shapes[i].instance;
		fill(&w);
		dw_write(&w, path);
		tap_ok(read_back(path, &rec) == NR_EVENTS,
		       "%s: all events, all fields, by time", shapes[i].name);
		tap_ok(rec && !strcmp(mps_rec_clock(rec), "mono") &&
		       mps_rec_nr_cpus(rec) == DW_CPUS && !mps_rec_cut_bytes(rec) &&
		       mps_rec_has_go(rec) && mps_rec_comm(rec, 170) &&
		       !strcmp(mps_rec_comm(rec, 170), "server") &&
		       !mps_rec_comm(rec, 171), "%s: clock, CPUs, names",
		       shapes[i].name);
		mps_rec_close(rec);
		unlink(path);
		dw_free(&w);
	}
}

/* trace-cmd finds the same events in them, so the files are what we think. */
static void test_witness(void)
{
	char path[64], command[160], line[512];
	unsigned long nr = 0;
	struct dw w;
	FILE *f;

	if (system("command -v trace-cmd >/dev/null")) {
		tap_ok(true, "trace-cmd reads them # SKIP trace-cmd is not installed");
		return;
	}
	dw_init(&w);
	fill(&w);
	dw_write(&w, path);
	snprintf(command, sizeof(command), "trace-cmd report -i %s 2>/dev/null", path);
	f = popen(command, "r");
	while (f && fgets(line, sizeof(line), f))
		nr += strstr(line, "tid=") || strstr(line, "pid=") ||
		      strstr(line, "sched_switch:");
	tap_ok(f && !pclose(f) && nr == NR_EVENTS, "trace-cmd reads them: %lu events", nr);
	unlink(path);
	dw_free(&w);
}

static const struct mps_rec_lost *lost_on(const struct mps_rec *rec, int cpu)
{
	const struct mps_rec_lost *l;
	size_t nr;

	l = mps_rec_lost(rec, &nr);
	for (size_t i = 0; i < nr; i++)
		if (l[i].cpu == cpu)
			return &l[i];
	return NULL;
}

static void test_lost(void)
{
	const struct mps_rec_lost *l;
	struct mps_rec_event e;
	struct mps_rec *rec;
	unsigned int gaps = 0, nr = 0, gap_at = 0;
	char path[64], why[256];
	struct dw w;

	dw_init(&w);
	w.overrun[1] = 42;
	for (int i = 0; i < 30; i++) {
		e = event(i * MPS_NR_RECS);
		e.cpu = 1;
		if (i == 10)
			dw_missed(&w, 1, 40);
		dw_event(&w, &e);
	}
	dw_end(&w);
	dw_write(&w, path);
	tap_ok(!mps_rec_open(&rec, path, why, sizeof(why)), "opened");
	while (mps_rec_next(rec, &e)) {
		if (e.gap)
			gap_at = nr;
		gaps += e.gap;
		nr++;
	}
	l = lost_on(rec, 1);
	tap_ok(nr == 30 && gaps == 1 && gap_at == 10, "the gap is where it is");
	tap_ok(l && l->overrun == 42 && l->seen == 40 && l->gaps == 1,
	       "and is counted, in the stream and by the kernel");
	l = lost_on(rec, 0);
	tap_ok(l && !l->overrun && !l->seen && !l->gaps, "on no other CPU");
	mps_rec_close(rec);
	unlink(path);
	dw_free(&w);
}

static enum mps_rec_err open_bytes(const void *bytes, size_t len, char why[256])
{
	struct mps_rec *rec;
	enum mps_rec_err err;
	char path[64];

	dw_write_bytes(bytes, len, path);
	why[0] = 0;
	err = mps_rec_open(&rec, path, why, 256);
	mps_rec_close(rec);
	unlink(path);
	return err;
}

static void test_bad(void)
{
	struct mps_rec *rec;
	struct dw w;
	char why[256], path[64];
	int good;

	tap_ok(open_bytes("", 0, why) == MPS_REC_FOREIGN && strstr(why, "empty"),
	       "empty: %s", why);
	tap_ok(open_bytes("PERFILE2........................", 32, why) ==
	       MPS_REC_FOREIGN && strstr(why, "no trace.dat"), "foreign: %s", why);
	tap_ok(open_bytes("\x17\x08\x44tracing9\0\0\x8\0\x10\0\0", 18, why) ==
	       MPS_REC_FOREIGN && strstr(why, "version"), "version: %s", why);
	tap_ok(mps_rec_open(&rec, "/nonexistent/x", why, sizeof(why)) ==
	       MPS_REC_UNREADABLE && !rec, "not there: %s", why);
	tap_ok(mps_rec_open(&rec, "/tmp", why, sizeof(why)) ==
	       MPS_REC_UNREADABLE && !rec, "a directory: %s", why);
	dw_init(&w);
	w.no_mpscope = true;
	dw_end(&w);
	tap_ok(open_bytes(w.bytes, w.len, why) == MPS_REC_NO_EVENTS,
	       "nothing of ours: %s", why);
	dw_free(&w);
	dw_init(&w);
	w.clock = "local mono [counter]\n";
	fill(&w);
	tap_ok(open_bytes(w.bytes, w.len, why) == MPS_REC_FOREIGN &&
	       strstr(why, "counter"), "clock: %s", why);
	dw_free(&w);
	dw_init(&w);
	fill(&w);
	tap_ok(open_bytes(w.bytes, 3000, why) == MPS_REC_CORRUPT,
	       "cut in its head: %s", why);
	dw_write_bytes(w.bytes, w.len - 3 * 4096 - 100, path);
	good = read_back(path, &rec);
	tap_ok(good > 100 && good < NR_EVENTS && mps_rec_cut_bytes(rec) >= 4096,
	       "cut in its events: %d are read, %llu bytes are said to be missing",
	       good, (unsigned long long)mps_rec_cut_bytes(rec));
	mps_rec_close(rec);
	unlink(path);
	dw_free(&w);
}

static void test_old(void)
{
	struct mps_rec_event e;
	struct mps_rec *rec;
	char path[64], why[256];
	struct dw w;

	dw_init(&w);
	w.no_go = true;
	w.clock = NULL;
	fill(&w);
	dw_write(&w, path);
	tap_ok(!mps_rec_open(&rec, path, why, sizeof(why)) &&
	       !mps_rec_has_go(rec) && mps_rec_next(rec, &e) && e.p == -1 &&
	       e.m == -1 && e.goid == -1 && e.tid == 170,
	       "an older module: no M, P and G");
	tap_ok(!strcmp(mps_rec_clock(rec), "local"), "no word of the clock: local");
	mps_rec_close(rec);
	unlink(path);
	dw_free(&w);
}

static void test_meta(void)
{
	static const char json[] = "{\"mpscope_recording\":1,\"tool\":\"x\"}";
	struct mps_rec *rec;
	char path[64];
	struct dw w;

	dw_init(&w);
	fill(&w);
	dw_write(&w, path);
	tap_ok(!mps_meta_append(path, json), "a text is put behind it");
	tap_ok(read_back(path, &rec) == NR_EVENTS, "the events are read as before");
	tap_ok(mps_rec_meta(rec) && !strcmp(mps_rec_meta(rec), json),
	       "and the text, too");
	mps_rec_close(rec);
	unlink(path);
	dw_free(&w);
	tap_ok(mps_meta_append("/nonexistent/x", json), "no file: an error");
}

int main(void)
{
	tap_plan(12 + 1 + 4 + 9 + 2 + 4);
	test_shapes();
	test_witness();
	test_lost();
	test_bad();
	test_old();
	test_meta();
	return tap_end();
}
