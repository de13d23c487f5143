// SPDX-License-Identifier: GPL-2.0
/*
 * Feeds all that reads a Go process with damage for FUZZ_SECONDS from
 * FUZZ_SEED on: memory of a runtime, tables of functions, lines of /proc,
 * files to compare with, and the DWARF of an executable. The sanitizers are the
 * judge; besides, what was not damaged is read, a reading ends, and a layout
 * that was damaged beyond sense is refused.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "fakego.h"
#include "gofunc.h"
#include "gogroup.h"
#include "gogs.h"
#include "golist.h"
#include "gosnap.h"
#include "tap.h"

#define MAX_READS	200000	/* that one reading may take */
#define MAX_ELF		(8u << 20)

static uint64_t state;
static unsigned long nr_runs, nr_read, nr_proven, nr_dwarf;
static bool endless;

/* xorshift64*: the same numbers everywhere */
static uint64_t rnd(uint64_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (state * UINT64_C(2685821657736338717) >> 16) % below;
}

/* Numbers that a careless reader stumbles over, or pointers into memory. */
static uint64_t number(void)
{
	static const uint64_t odd[] = {
		0, 1, 7, 8, 0xff, 0x7fffffff, 0x80000000, 0xffffffff,
		INT64_MAX, UINT64_MAX, UINT64_MAX - 7, FG_BASE,
		FG_BASE + FG_SIZE - 8, FG_BASE + FG_SIZE,
	};

	return rnd(2) ? odd[rnd(NR(odd))] : FG_BASE + rnd(FG_SIZE);
}

static void damage_memory(struct fakego *f)
{
	uint64_t n = 1 + rnd(8);

	while (n--) {
		/* where the objects are, or the variables */
		uint64_t at = rnd(3) ? rnd(f->used) :
			      FG_DATA + rnd(8192);
		uint64_t v = number();

		memcpy(f->bytes + (at & ~UINT64_C(7)), &v, 8);
	}
}

static void read_all(struct fakego *f)
{
	struct mps_golayout l = f->l;
	struct mps_gosnap s;
	struct mps_gogs gs;
	char why[160];

	f->reads = 0;
	if (mps_gosnap_read(&s, &f->mem, &f->l)) {
		nr_read++;
		mps_gosnap_tids(&s, &f->tids);
	}
	mps_gosnap_free(&s);
	mps_gogs_read(&gs, &f->mem, &f->l);
	mps_gogs_free(&gs);
	nr_proven += mps_golayout_prove(&f->mem, &f->l, &f->tids, why,
					sizeof(why));
	mps_golayout_prove_g(&f->mem, &f->l, &f->gp);
	mps_golayout_scan(&f->mem, &f->gp, &f->maps, &f->tids, &l);
	endless |= f->reads > MAX_READS;
}

static void fuzz_memory(void)
{
	struct fakego f;

	fg_init(&f, &mps_gotables[rnd(mps_nr_gotables)]);
	damage_memory(&f);
	read_all(&f);
	fg_free(&f);
}

static void fuzz_layout(void)
{
	struct mps_golayout l = { .s = mps_gotables[0].s, .tls_known = true };
	struct fakego f;
	char buf[4096];

	l.s.off[rnd(MPS_NR_GO_FIELDS)] = (int32_t)number();
	l.tls = (int64_t)number();
	mps_golayout_text(&l, "go1.19 x", (unsigned int)number(), buf,
			  rnd(sizeof(buf)) + 1);
	if (mps_gostructs_missing(&l.s))
		return;
	fg_init(&f, &mps_gotables[0]);
	f.l.s = l.s;
	read_all(&f);
	fg_free(&f);
}

static void fuzz_funcs(void)
{
	static const uint64_t head[] = { 2, 1, 4096, 80, 112, 128, 160, 192 };
	size_t len = rnd(600);
	uint8_t *t = malloc(len + 1);
	struct mps_gofuncs funcs;
	struct mps_goline line;
	size_t i;

	if (!t)
		abort();
	for (i = 0; i < len; i++)
		t[i] = (uint8_t)rnd(256);
	if (len > 72 && rnd(8)) {
		memcpy(t, "\xf1\xff\xff\xff\0\0\1\10", 8);
		memcpy(t + 8, head, sizeof(head));
		if (rnd(2))
			t[8 + rnd(64)] = (uint8_t)rnd(256);
		/* ascending, mostly */
		if (len > 212)
			memcpy(t + 192, "\0\0\0\0\30\0\0\0\100\0\0\0\74\0\0\0\200\0\0\0",
			       20);
	}
	if (mps_gofuncs_parse(&funcs, t, len))
		for (i = 0; i < 160; i++)
			mps_gofuncs_find(&funcs, 4096 + i, rnd(2), &line);
	mps_gofuncs_close(&funcs);
}

static void fuzz_text(void)
{
	static const char * const seeds[] = {
		"00400000-00500000 rw-p 0 08:01 1 /x\n500000-600000 rw-p 0\n",
		"Name:\tx\nNSpid:\t4121\t33\n",
		"{\"goroutines\":[{\"count\":3,\"status\":\"waiting\",\"goid\":7}]}",
	};
	struct mps_gogroups gs = { .nr = 0 };
	struct mps_gomaps maps;
	char text[256];
	size_t len, n = rnd(6);

	snprintf(text, sizeof(text), "%s", seeds[rnd(NR(seeds))]);
	len = strlen(text);
	while (n--)
		text[rnd(len)] = (char)(rnd(3) ? rnd(256) :
					(uint64_t)"{}[]\":,-\n\t09"[rnd(12)]);
	mps_gomaps_parse(&maps, text);
	mps_gomaps_has(&maps, 0x480000);
	mps_gomaps_free(&maps);
	mps_nspid_parse(text);
	mps_gogroups_parse(&gs, text, len);
	mps_gogroups_free(&gs);
}

static uint8_t *elf;
static size_t elf_len;
static int elf_fd = -1;

/* The executable of the test: it has DWARF, as Go's have. */
static void elf_open(void)
{
	const char *name = getenv("FUZZ_ELF");
	int fd = open(name ? name : "/proc/self/exe", O_RDONLY);
	ssize_t n;

	elf = malloc(MAX_ELF);
	n = fd >= 0 && elf ? read(fd, elf, MAX_ELF) : 0;
	elf_len = n > 0 ? (size_t)n : 0;
	if (fd >= 0)
		close(fd);
	elf_fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (elf_fd < 0 || pwrite(elf_fd, elf, elf_len, 0) != (ssize_t)elf_len)
		abort();
}

static void read_elf(void)
{
	struct mps_golayout l = { .source = MPS_LAYOUT_NONE };
	struct mps_goexe exe;
	char error[MPS_GO_ERROR_LEN];

	mps_goexe_read(elf_fd, &exe, error, sizeof(error));
	mps_golayout_elf(elf_fd, &l);
	nr_dwarf += mps_golayout_dwarf(elf_fd, &l);
	if (l.source == MPS_LAYOUT_DWARF && mps_gostructs_missing(&l.s))
		abort();
}

static void fuzz_elf(void)
{
	uint64_t n = 1 + rnd(20), at[20], i;

	for (i = 0; i < n; i++) {
		uint8_t b = (uint8_t)rnd(256);

		/* headers lie at both ends, DWARF in the second half */
		at[i] = rnd(4) ? elf_len / 2 + rnd(elf_len / 2) : rnd(512);
		if (pwrite(elf_fd, &b, 1, (off_t)at[i]) != 1)
			abort();
	}
	read_elf();
	for (i = 0; i < n; i++)
		if (pwrite(elf_fd, elf + at[i], 1, (off_t)at[i]) != 1)
			abort();
}

static void fuzz(time_t seconds)
{
	time_t end = time(NULL) + seconds;

	while (time(NULL) < end) {
		switch (rnd(64)) {
		case 0:
			fuzz_elf();
			break;
		case 1 ... 8:
			fuzz_layout();
			break;
		case 9 ... 24:
			fuzz_funcs();
			break;
		case 25 ... 40:
			fuzz_text();
			break;
		default:
			fuzz_memory();
		}
		nr_runs++;
	}
}

int main(void)
{
	const char *seconds = getenv("FUZZ_SECONDS");
	const char *seed = getenv("FUZZ_SEED");
	struct fakego f;

	state = seed ? strtoull(seed, NULL, 10) : 1;
	if (!state)
		state = 1;
	tap_plan(3);
	elf_open();
	fg_init(&f, &mps_gotables[0]);
	read_all(&f);
	fg_free(&f);
	tap_ok(nr_read == 1 && nr_proven == 1, "what is not damaged is read");
	fuzz(seconds ? atoi(seconds) : 3);
	tap_note("%lu runs: %lu readings, %lu proofs, %lu layouts from DWARF",
		 nr_runs, nr_read, nr_proven, nr_dwarf);
	tap_ok(nr_runs && nr_read > 1, "damage is survived");
	tap_ok(!endless, "no reading takes more than %d reads", MAX_READS);
	free(elf);
	close(elf_fd);
	return tap_end();
}
