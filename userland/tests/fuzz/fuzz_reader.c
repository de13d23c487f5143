// SPDX-License-Identifier: GPL-2.0
/*
 * Feeds the reader of the module's files, and all that is done with what it
 * reads, with damaged copies of the fixtures for FUZZ_SECONDS from FUZZ_SEED
 * on. The sanitizers are the judge; besides, what must hold for any input is
 * checked: errors have a sentence, cells are of the type asked for, a file
 * that was not damaged is read without an error.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "dbgfs.h"
#include "fmt.h"
#include "out.h"
#include "snap.h"
#include "tap.h"

#define MAX_SEEDS	64
#define MAX_SIZE	65536

static struct seed {
	char name[256];
	char *text;
	size_t len;
} seeds[MAX_SEEDS];

static size_t nr_seeds;
/* in memory where that is possible: it is written some thousand times */
static const char * const places[] = { "/dev/shm", "/tmp" };
static char dir[64];
static uint64_t state;
static unsigned long nr_runs, nr_errors, nr_rows;

/* xorshift64*: the same numbers everywhere */
static uint64_t rnd(uint64_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (state * UINT64_C(2685821657736338717) >> 16) % below;
}

static void load(const char *path, const char *name)
{
	struct seed *s = &seeds[nr_seeds];
	FILE *f = fopen(path, "r");

	if (!f || nr_seeds == MAX_SEEDS)
		return;
	s->text = malloc(MAX_SIZE);
	if (!s->text)
		abort();
	s->len = fread(s->text, 1, MAX_SIZE - 1, f);
	fclose(f);
	snprintf(s->name, sizeof(s->name), "%s", name);
	nr_seeds++;
}

static void load_dir(const char *path)
{
	char full[4096];
	struct dirent **de;
	struct stat st;
	int nr = scandir(path, &de, NULL, alphasort);

	for (int i = 0; i < nr; i++) {
		snprintf(full, sizeof(full), "%s/%s", path, de[i]->d_name);
		if (de[i]->d_name[0] != '.' && !stat(full, &st) &&
		    S_ISREG(st.st_mode))
			load(full, de[i]->d_name);
		free(de[i]);
	}
	if (nr >= 0)
		free(de);
}

static void put(const char *text, size_t len)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/t", dir);
	f = fopen(path, "w");
	if (!f || fwrite(text, 1, len, f) != len || fclose(f))
		abort();
}

/* Words that a careless parser stumbles over. */
static const char * const words[] = {
	"-", "--", "-1", "0", "18446744073709551615", "18446744073709551616",
	"\\", "\\0", "\\000", "\\055", "\\400", "\\377", "version 1\n",
	"version 2\n", "# ", "#", "\n", "\n\n", " ", "  ", "\t", "\r\n", "tid",
	"tid tid", "key value", "\033[2J", "\303\266", "\377", "%s%n", "ge_0",
};

static size_t insert(char *text, size_t len, size_t at, const char *what,
		     size_t n)
{
	if (len + n >= MAX_SIZE)
		return len;
	memmove(text + at + n, text + at, len - at);
	memcpy(text + at, what, n);
	return len + n;
}

static size_t damage(char *text, size_t len)
{
	const char *word = words[rnd(NR(words))];
	size_t at = rnd(len + 1), n, from;

	switch (rnd(7)) {
	case 0:		/* flip */
		if (at < len)
			text[at] = (char)rnd(256);
		return len;
	case 1:		/* cut off */
		return at;
	case 2:		/* take out */
		n = rnd(len - at + 1) % 64;
		memmove(text + at, text + at + n, len - at - n);
		return len - n;
	case 3:		/* a word from the list */
		return insert(text, len, at, word, strlen(word));
	case 4:		/* a piece of the same file */
		from = rnd(len + 1);
		n = rnd(len - from + 1) % 512;
		if (len + n >= MAX_SIZE)
			return len;
		{
			char piece[512];

			memcpy(piece, text + from, n);
			return insert(text, len, at, piece, n);
		}
	case 5:		/* a byte 0 */
		return insert(text, len, at, "", 1);
	default:	/* in the head, where it hurts */
		at = rnd(len < 200 ? len + 1 : 200);
		return insert(text, len, at, word, strlen(word));
	}
}

/* Use each cell as the tool would. Return: false if it cannot be right. */
static bool use_row(const struct mps_tab *tab, const struct mps_want *want,
		    size_t nr)
{
	const struct mps_cell *c = mps_tab_cells(tab);
	char buf[256], num[MPS_FMT_LEN];
	bool ok = true;

	for (size_t i = 0; i < nr; i++) {
		if (!c[i].known)
			continue;
		if (want[i].type == MPS_U64) {
			ok &= strlen(mps_fmt_ns(num, c[i].u)) < sizeof(num);
			ok &= strlen(mps_fmt_ns_up(num, c[i].u)) < sizeof(num);
		} else {
			ok &= mps_fmt_safe(buf, sizeof(buf), c[i].s) <
			      sizeof(buf);
			ok &= !strpbrk(buf, "\n\033\r");
		}
	}
	return ok;
}

static const struct mps_want want[] = {
	{ "tid", MPS_U64, false }, { "comm", MPS_STR, false },
	{ "key", MPS_STR, false }, { "calls", MPS_U64, false },
	{ "reason", MPS_STR, false }, { "total_ns", MPS_U64, false },
	{ "tid", MPS_STR, false }, { "value", MPS_STR, false },
};

static const struct mps_snap_col snap_cols[NR(want)] = {
	{ MPS_U64, MPS_HOW_KEY }, { MPS_STR, MPS_HOW_LAST },
	{ MPS_STR, MPS_HOW_KEY }, { MPS_U64, MPS_HOW_SUM },
	{ MPS_STR, MPS_HOW_KEY }, { MPS_U64, MPS_HOW_TIME },
	{ MPS_STR, MPS_HOW_ID }, { MPS_STR, MPS_HOW_LAST },
};

static bool read_table(struct mps_snap *rows, enum mps_err *err)
{
	struct mps_tab *tab;
	bool ok = true;

	*err = mps_tab_open(&tab, 0, "t", want, NR(want));
	while (!*err && ok) {
		*err = mps_tab_next(tab);
		if (*err)
			break;
		nr_rows++;
		ok = use_row(tab, want, NR(want)) &&
		     mps_snap_add(rows, mps_tab_cells(tab));
	}
	mps_tab_close(tab);
	return ok && (*err == MPS_END || *mps_err_why());
}

static void write_out(const struct mps_snap *rows, enum mps_format format)
{
	static const struct mps_col cols[NR(want)] = {
		{ .name = "tid", .kind = MPS_KIND_ID },
		{ .name = "comm", .kind = MPS_KIND_STRING, .hide = 1 },
		{ .name = "key", .kind = MPS_KIND_STRING, .hide = 2 },
		{ .name = "calls", .kind = MPS_KIND_COUNT },
		{ .name = "reason", .kind = MPS_KIND_STRING },
		{ .name = "total_ns", .kind = MPS_KIND_NS },
		{ .name = "tid2", .kind = MPS_KIND_STRING },
		{ .name = "value", .kind = MPS_KIND_STRING },
	};
	struct mps_out_cfg cfg = { .format = format, .sep = ',' };
	struct mps_out *out;
	char *text = NULL;
	size_t size;

	cfg.to = open_memstream(&text, &size);
	out = mps_out_open_cfg(&cfg);
	if (!out)
		abort();
	mps_out_doc_begin(out, "fuzz");
	mps_out_table_begin(out, "rows", cols, NR(cols), 0);
	for (size_t i = 0; i < rows->nr_rows; i++)
		mps_out_row(out, mps_snap_row(rows, i));
	mps_out_table_end(out);
	mps_out_doc_end(out, false);
	if (mps_out_close(out))
		abort();
	fclose(cfg.to);
	free(text);
}

/* One file through all of it. Return: false if something cannot be right. */
static bool run(const char *text, size_t len, enum mps_err *err)
{
	struct mps_snap rows, before;
	struct mps_cell total[NR(want)];
	struct mps_kv *kv;
	size_t nr_new;
	bool ok;

	put(text, len);
	mps_snap_init(&rows, snap_cols, NR(want));
	mps_snap_init(&before, snap_cols, NR(want));
	ok = read_table(&rows, err);
	for (size_t i = 0; i < rows.nr_rows; i += 2)
		ok &= mps_snap_add(&before, mps_snap_row(&rows, i));
	ok &= mps_snap_sub(&rows, &before, &nr_new) && mps_snap_sort(&rows, 3);
	write_out(&rows, (enum mps_format)rnd(3));
	ok &= mps_snap_group(&rows);
	mps_snap_total(&rows, total);
	mps_snap_free(&rows);
	mps_snap_free(&before);
	if (!mps_kv_read(&kv, 0, "t")) {
		mps_kv_u64(kv, "since_ns");
		mps_kv_str(kv, "comm");
		mps_kv_free(kv);
	}
	nr_runs++;
	nr_errors += *err != MPS_END;
	return ok;
}

static bool run_damaged(void)
{
	const struct seed *s = &seeds[rnd(nr_seeds)];
	static char text[MAX_SIZE];
	size_t len = s->len;
	enum mps_err err;

	memcpy(text, s->text, len);
	for (uint64_t n = 1 + rnd(4); n; n--)
		len = damage(text, len);
	if (run(text, len, &err))
		return true;
	tap_note("run %lu, %s damaged: error %d, %s", nr_runs, s->name, err,
		 mps_err_why());
	return false;
}

static uint64_t env(const char *name, uint64_t otherwise)
{
	const char *s = getenv(name);

	return s && *s ? strtoull(s, NULL, 10) : otherwise;
}

static bool make_dir(void)
{
	for (size_t i = 0; i < NR(places); i++) {
		snprintf(dir, sizeof(dir), "%s/mpscope-fuzz-XXXXXX", places[i]);
		if (mkdtemp(dir))
			return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	const char *tree = argc > 1 ? argv[1] : "tests/golden/tree/step1";
	time_t end = time(NULL) + (time_t)env("FUZZ_SECONDS", 3);
	char path[512], cmd[128];
	bool ok = true;
	enum mps_err err;
	int rc;

	state = env("FUZZ_SEED", 1) * UINT64_C(0x9e3779b97f4a7c15) + 1;
	load_dir(tree);
	snprintf(path, sizeof(path), "%s/targets/4190121", tree);
	load_dir(path);
	if (!make_dir() || setenv("MPSCOPE_DEBUGFS", dir, 1))
		return 1;
	tap_plan(2);
	for (size_t i = 0; i < nr_seeds; i++) {
		/* last_error is no table, and empty here */
		bool table = strcmp(seeds[i].name, "last_error");

		ok &= run(seeds[i].text, seeds[i].len, &err) &&
		      (err == MPS_END) == table;
	}
	tap_ok(ok && nr_seeds > 10, "the %zu fixtures are read without error",
	       nr_seeds);
	nr_runs = 0;
	nr_errors = 0;
	nr_rows = 0;
	/* the clock is asked now and then only */
	for (ok = nr_seeds > 0; ok && (nr_runs % 64 || time(NULL) < end);)
		ok = run_damaged();
	tap_note("%lu damaged files, %lu refused, %lu rows read; seed %llu",
		 nr_runs, nr_errors, nr_rows,
		 (unsigned long long)env("FUZZ_SEED", 1));
	tap_ok(ok && nr_errors && nr_errors < nr_runs,
	       "damaged files do no harm");
	for (size_t i = 0; i < nr_seeds; i++)
		free(seeds[i].text);
	rc = tap_end();
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd) ? 1 : rc;
}
