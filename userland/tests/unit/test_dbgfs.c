// SPDX-License-Identifier: GPL-2.0
/* The reader of the module's files: every error, and cells of every kind. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "dbgfs.h"
#include "tap.h"

static char dir[64];

static void put_bytes(const char *name, const char *text, size_t len)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (!f || fwrite(text, 1, len, f) != len || fclose(f)) {
		perror(path);
		exit(1);
	}
}

static void put(const char *name, const char *text)
{
	put_bytes(name, text, strlen(text));
}

static void make_dir(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (mkdir(path, 0700)) {
		perror(path);
		exit(1);
	}
}

static const struct mps_want want[] = {
	{ "tid", MPS_U64, true }, { "comm", MPS_STR, false },
	{ "later", MPS_U64, false },
};

/* Read all of "t"; return the first error, or MPS_END, and count the rows. */
static enum mps_err read_all(size_t *rows)
{
	struct mps_tab *tab;
	enum mps_err err = mps_tab_open(&tab, 0, "t", want, 3);

	*rows = 0;
	while (!err) {
		err = mps_tab_next(tab);
		*rows += !err;
	}
	mps_tab_close(tab);
	return err;
}

static const struct {
	const char *name;
	const char *text;
	enum mps_err err;
	size_t rows;
	const char *why;	/* part of the sentence */
} files[] = {
	{ "two rows", "version 1\n# tid comm\n1 a\n2 b\n", MPS_END, 2, NULL },
	{ "no rows", "version 1\n# tid comm\n", MPS_END, 0, NULL },
	{ "columns in another order, and more",
	  "version 1\n# x comm tid y\n9 a 1 9\n", MPS_END, 1, NULL },
	{ "empty", "", MPS_ERR_FORMAT, 0, "t is empty" },
	{ "no version", "# tid comm\n1 a\n", MPS_ERR_FORMAT, 0, "version N" },
	{ "version is no number", "version one\n# tid\n", MPS_ERR_FORMAT, 0,
	  "line 1" },
	{ "other version", "version 2\n# tid comm\n1 a\n", MPS_ERR_ABI, 0,
	  "ABI version 2, this tool version 1" },
	{ "no head", "version 1\n", MPS_ERR_FORMAT, 0, "no head" },
	{ "head without #", "version 1\ntid comm\n", MPS_ERR_FORMAT, 0,
	  "line 2" },
	{ "head without columns", "version 1\n#\040\n", MPS_ERR_FORMAT, 0,
	  "no column" },
	{ "required column is not there", "version 1\n# comm\na\n",
	  MPS_ERR_NO_COLUMN, 0, "no column 'tid'" },
	{ "a word too many", "version 1\n# tid comm\n1 a\n2 b c\n",
	  MPS_ERR_FORMAT, 1, "line 4: more words" },
	{ "a word too few", "version 1\n# tid comm\n1\n", MPS_ERR_FORMAT, 0,
	  "line 3: fewer words" },
	{ "number is none", "version 1\n# tid comm\n0x1 a\n", MPS_ERR_FORMAT,
	  0, "column 'tid' is no number: '0x1'" },
	{ "number is negative", "version 1\n# tid comm\n-1 a\n",
	  MPS_ERR_FORMAT, 0, "'-1'" },
	{ "number is too large", "version 1\n# tid comm\n18446744073709551616 a\n",
	  MPS_ERR_FORMAT, 0, "no number" },
	{ "escape is broken", "version 1\n# tid comm\n1 a\\9\n",
	  MPS_ERR_FORMAT, 0, "column 'comm' is no string" },
	{ "last line was cut off", "version 1\n# tid comm\n1 a\n2",
	  MPS_ERR_FORMAT, 1, "cut off" },
	{ "empty line", "version 1\n# tid comm\n\n", MPS_ERR_FORMAT, 0,
	  "fewer words" },
};

static void test_files(void)
{
	for (size_t i = 0; i < NR(files); i++) {
		enum mps_err err;
		size_t rows;

		put("t", files[i].text);
		err = read_all(&rows);
		if (!tap_ok(err == files[i].err && rows == files[i].rows &&
			    (!files[i].why ||
			     strstr(mps_err_why(), files[i].why)),
			    "file: %s", files[i].name))
			tap_note("error %d after %zu rows: %s", err, rows,
				 mps_err_why());
	}
}

static void test_cells(void)
{
	static const char text[] =
		"version 1\n# tid comm\n"
		"18446744073709551615 job\\040runner\\134x\n"
		"- -\n0 \\055\n7 \\000\n8 w\\303\\266rker\n";
	const struct mps_cell *c;
	struct mps_tab *tab;

	put("t", text);
	tap_ok(!mps_tab_open(&tab, 0, "t", want, 3), "open");
	c = mps_tab_cells(tab);
	tap_ok(!mps_tab_next(tab) && c[0].u == UINT64_MAX &&
	       !strcmp(c[1].s, "job runner\\x"), "largest number, escapes");
	tap_ok(!c[2].known, "a column the file does not have is unknown");
	tap_ok(!mps_tab_next(tab) && !c[0].known && !c[1].known,
	       "- is unknown, whatever the type");
	tap_ok(!mps_tab_next(tab) && c[0].known && !c[0].u &&
	       !strcmp(c[1].s, "-"), "0 is known, \\055 is the string -");
	tap_ok(!mps_tab_next(tab) && c[1].known && !*c[1].s,
	       "\\000 is the empty string");
	tap_ok(!mps_tab_next(tab) && !strcmp(c[1].s, "w\303\266rker"), "UTF-8");
	tap_ok(mps_tab_next(tab) == MPS_END, "end");
	tap_ok(mps_tab_next(tab) == MPS_END, "it stays the end");
	mps_tab_close(tab);

	tap_ok(!mps_tab_open(&tab, 0, "t", NULL, 0) &&
	       mps_tab_nr_cols(tab) == 2 &&
	       !strcmp(mps_tab_col_name(tab, 1), "comm") &&
	       !mps_tab_next(tab) &&
	       !strcmp(mps_tab_cells(tab)[0].s, "18446744073709551615"),
	       "all columns, as strings");
	mps_tab_close(tab);

	put_bytes("t", "version 1\n# tid comm\n1 a\0b\n", 28);
	tap_ok(!mps_tab_open(&tab, 0, "t", want, 3) &&
	       mps_tab_next(tab) == MPS_ERR_FORMAT, "a byte 0 is an error");
	mps_tab_close(tab);
}

static void test_keys(void)
{
	struct mps_kv *kv;

	put("t", "version 1\n# key value\na 5\nb -\nc five\nd x\\040y\n");
	tap_ok(!mps_kv_read(&kv, 0, "t"), "keys are read");
	tap_ok(mps_kv_u64(kv, "a").known && mps_kv_u64(kv, "a").u == 5 &&
	       !strcmp(mps_kv_str(kv, "a").s, "5"), "a number, also as word");
	tap_ok(!mps_kv_u64(kv, "b").known && !mps_kv_str(kv, "b").known,
	       "- is unknown");
	tap_ok(!mps_kv_u64(kv, "c").known, "no number is unknown");
	tap_ok(!strcmp(mps_kv_str(kv, "d").s, "x y"), "a string");
	tap_ok(!mps_kv_u64(kv, "e").known, "a key that is not there is unknown");
	tap_ok(!mps_kv_u64(NULL, "a").known, "of no file all is unknown");
	mps_kv_free(kv);
}

static void test_tree(void)
{
	struct mps_tab *tab;
	pid_t *tgids;
	size_t nr;

	tap_ok(mps_tab_open(&tab, 7, "threads", want, 3) == MPS_ERR_NO_TARGET &&
	       strstr(mps_err_why(), "mpscope tag 7"),
	       "not tagged: it says how to");
	tap_ok(mps_tab_open(&tab, 0, "nothing", want, 3) == MPS_ERR_NO_FILE,
	       "a file the module does not have");
	tap_ok(mps_dbgfs_has_target(7) == MPS_ERR_NO_TARGET, "no target 7");
	make_dir("targets");
	make_dir("targets/7");
	make_dir("targets/12");
	make_dir("targets/x1");
	make_dir("targets/99999999999999999999");
	put("targets/7/summary", "");
	tap_ok(!mps_dbgfs_has_target(7), "target 7");
	tap_ok(!mps_dbgfs_targets(&tgids, &nr) && nr == 2 && tgids[0] == 7 &&
	       tgids[1] == 12, "targets in order, and nothing else");
	free(tgids);
}

static void test_write(void)
{
	put("tags", "");
	tap_ok(!mps_dbgfs_write("tags", "7 threads\n"), "write");
	tap_ok(mps_dbgfs_write("rules", "x\n") == MPS_ERR_NO_FILE,
	       "no such file");
}

static void test_errors(void)
{
	bool ok = true;

	for (int e = MPS_OK; e < MPS_NR_ERRS; e++) {
		const char *text = mps_err_text(e);

		ok &= text && strlen(text) > 5 && !strchr(text, '\n');
		ok &= (e <= MPS_END) == !mps_err_exit(e);
	}
	tap_ok(ok, "each error has a sentence and an exit code");
	tap_ok(mps_err_exit(MPS_ERR_NO_MODULE) == MPS_EXIT_MODULE &&
	       mps_err_exit(MPS_ERR_ABI) == MPS_EXIT_MODULE &&
	       mps_err_exit(MPS_ERR_PERM) == MPS_EXIT_MODULE &&
	       mps_err_exit(MPS_ERR_NO_TARGET) == MPS_EXIT_FAILURE,
	       "exit codes are those of the manual");
	setenv("MPSCOPE_DEBUGFS", "/nowhere/at/all", 1);
	tap_ok(mps_dbgfs_has_target(7) == MPS_ERR_NO_MODULE, "no module");
}

int main(void)
{
	char cmd[128];
	int rc;

	snprintf(dir, sizeof(dir), "/tmp/mpscope-test-XXXXXX");
	if (!mkdtemp(dir) || setenv("MPSCOPE_DEBUGFS", dir, 1))
		return 1;
	tap_plan(NR(files) + 11 + 7 + 5 + 2 + 3);
	test_files();
	test_cells();
	test_keys();
	test_tree();
	test_write();
	test_errors();
	rc = tap_end();
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd) ? 1 : rc;
}
