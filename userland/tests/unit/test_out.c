// SPDX-License-Identifier: GPL-2.0
/* One document in the three formats, and what is odd in it. */
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "out.h"
#include "tap.h"

static const struct mps_col cols[] = {
	{ .name = "tid", .kind = MPS_KIND_ID },
	{ .name = "comm", .kind = MPS_KIND_STRING },
	{ .name = "nr", .kind = MPS_KIND_COUNT, .hide = 1 },
	{ .name = "total_ns", .title = "total", .kind = MPS_KIND_NS },
	{ .name = "share", .title = "share%", .kind = MPS_KIND_PERCENT },
	{ .name = "raw", .kind = MPS_KIND_COUNT, .flags = MPS_COL_DATA },
	{ .name = "shown", .kind = MPS_KIND_STRING, .flags = MPS_COL_TEXT },
};

static const struct mps_cell row1[] = {
	{ true, 12, NULL }, { true, 0, "a \"b\",c" }, { true, 3, NULL },
	{ true, 1500000, NULL }, { true, 4123, NULL },
	{ true, 18446744073709551615u, NULL }, { true, 0, "x" },
};

static const struct mps_cell row2[] = {
	{ true, 7, NULL }, { true, 0, "-" }, { false, 0, NULL },
	{ true, 0, NULL }, { false, 0, NULL }, { false, 0, NULL },
	{ true, 0, "\377\n" },
};

static const struct mps_cell sum[] = {
	{ false, 0, NULL }, { false, 0, NULL }, { false, 0, NULL },
	{ true, 1500000, NULL }, { true, 10000, NULL },
	{ false, 0, NULL }, { false, 0, NULL },
};

/* What the document looks like; to be freed. */
static char *document(enum mps_format format, bool quiet, bool dropped)
{
	struct mps_out_cfg cfg = { .format = format, .sep = ',', .quiet = quiet };
	struct mps_out *out;
	char *text = NULL;
	size_t size;

	cfg.to = open_memstream(&text, &size);
	out = cfg.to ? mps_out_open_cfg(&cfg) : NULL;
	if (!out)
		abort();
	mps_out_doc_begin(out, "test");
	mps_out_heading(out, "test of %d", 12);
	mps_out_field(out, "pid", MPS_KIND_ID, mps_cell_u64(12));
	mps_out_field(out, "gone", MPS_KIND_NS, mps_cell_none());
	mps_out_table_begin(out, "rows", cols, NR(cols), 0);
	mps_out_row(out, row1);
	mps_out_row(out, row2);
	mps_out_total(out, sum);
	mps_out_table_end(out);
	mps_out_note(out, "noted");
	mps_out_roles(out, "inferred");
	mps_out_dropped(out, "lost", "things lost", mps_cell_u64(dropped));
	mps_out_dropped(out, "unsure", "things", dropped ? mps_cell_none() :
			mps_cell_u64(0));
	mps_out_doc_end(out, false);
	if (mps_out_close(out))
		abort();
	fclose(cfg.to);
	return text;
}

static void expect(enum mps_format format, bool quiet, bool dropped,
		   const char *want, const char *name)
{
	char *got = document(format, quiet, dropped);

	if (!tap_ok(!strcmp(got, want), "%s", name)) {
		printf("# got:\n%s# want:\n%s", got, want);
		fflush(stdout);
	}
	free(got);
}

static const char text[] =
	"test of 12\n"
	"  tid  comm     nr   total  share%  shown\n"
	"   12  a \"b\",c   3  1.50ms   41.23  x\n"
	"    7  -         -       0       -  \\377\\012\n"
	"total            -  1.50ms  100.00\n"
	"noted\n"
	"roles: inferred\n"
	"dropped: things lost: 1; things: unknown\n";

static const char quiet_text[] =
	"  tid  comm     nr   total  share%  shown\n"
	"   12  a \"b\",c   3  1.50ms   41.23  x\n"
	"    7  -         -       0       -  \\377\\012\n"
	"total            -  1.50ms  100.00\n"
	"noted\n";

static const char narrow_text[] =
	"test of 12\n"
	"  tid  comm      total  share%  shown\n"
	"   12  a \"b\",c  1.50ms   41.23  x\n"
	"    7  -             0       -  \\377\\012\n"
	"total           1.50ms  100.00\n"
	"not shown at 38 columns: nr\n"
	"noted\n"
	"roles: inferred\n"
	"dropped: nothing\n";

#define JSON_ROW1 \
	"{\"tid\":12,\"comm\":\"a \\\"b\\\",c\",\"nr\":3,\"total_ns\":1500000,\"share\":41.23,\"raw\":18446744073709551615}"
#define JSON_ROW2 \
	"{\"tid\":7,\"comm\":\"-\",\"nr\":null,\"total_ns\":0,\"share\":null,\"raw\":null}"
#define JSON_TOTAL \
	"{\"nr\":null,\"total_ns\":1500000,\"share\":100.00,\"raw\":null}"

#define JSON_HEAD \
	"{\"schema_version\":1,\"command\":\"test\",\"pid\":12,\"gone\":null,\"rows\":["
#define JSON_FOOT \
	"\"notes\":[\"noted\"],\"roles\":\"inferred\",\"dropped\":{\"lost\":1,\"unsure\":null}}\n"

static const char json[] =
	JSON_HEAD JSON_ROW1 "," JSON_ROW2 "],\"total\":" JSON_TOTAL "," JSON_FOOT;

static const char csv[] =
	"# pid: 12\n"
	"# gone: -\n"
	"tid,comm,nr,total_ns,share,raw\n"
	"12,\"a \"\"b\"\",c\",3,1500000,41.23,18446744073709551615\n"
	"7,\"-\",-,0,-,-\n"
	"# note: noted\n"
	"# roles: inferred\n"
	"# dropped: lost 1\n"
	"# dropped: unsure -\n";

/* Three documents that are one stream. */
static void test_stream(void)
{
	static const char want[] =
		"nr,total_ns\n3,4\n3,4\n3,4\n# note: noted\n# dropped: lost 0\n";
	const struct mps_col two[] = {
		{ .name = "nr", .kind = MPS_KIND_COUNT },
		{ .name = "total_ns", .kind = MPS_KIND_NS },
	};
	const struct mps_cell row[] = { mps_cell_u64(3), mps_cell_u64(4) };
	struct mps_out_cfg cfg = { .format = MPS_FORMAT_CSV, .sep = ',' };
	struct mps_out *out;
	char *got = NULL;
	size_t size;

	cfg.to = open_memstream(&got, &size);
	out = mps_out_open_cfg(&cfg);
	for (int i = 0; i < 3; i++) {
		mps_out_doc_begin(out, "test");
		mps_out_table_begin(out, "rows", two, 2, MPS_TABLE_STREAM);
		mps_out_row(out, row);
		mps_out_table_end(out);
		mps_out_note(out, "noted");
		mps_out_dropped(out, "lost", "things", mps_cell_u64(0));
		mps_out_doc_end(out, i < 2);
	}
	tap_ok(!mps_out_close(out) && !fclose(cfg.to) && !strcmp(got, want),
	       "a stream has one head and one footer");
	free(got);
}

static void test_columns(void)
{
	tap_ok(mps_cols_find(cols, NR(cols), "total_ns") == 3 &&
	       mps_cols_find(cols, NR(cols), "total") == 3 &&
	       mps_cols_find(cols, NR(cols), "no") == NR(cols),
	       "columns by name or title");
}

/* A disk that is full. */
static void test_full(void)
{
	struct mps_out_cfg cfg = { .format = MPS_FORMAT_TEXT };
	struct mps_out *out;
	FILE *err = stderr;

	cfg.to = fopen("/dev/full", "w");
	out = cfg.to ? mps_out_open_cfg(&cfg) : NULL;
	if (!out)
		abort();
	mps_out_doc_begin(out, "test");
	mps_out_heading(out, "lost");
	mps_out_doc_end(out, false);
	stderr = fopen("/dev/null", "w");
	tap_ok(mps_out_close(out) == MPS_EXIT_FAILURE,
	       "output that could not be written is a failure");
	fclose(stderr);
	stderr = err;
	fclose(cfg.to);
}

int main(void)
{
	unsetenv("COLUMNS");
	tap_plan(5 + 3);
	expect(MPS_FORMAT_TEXT, false, true, text, "text");
	expect(MPS_FORMAT_TEXT, true, false, quiet_text,
	       "text, quiet and nothing dropped");
	expect(MPS_FORMAT_JSON, false, true, json, "JSON");
	expect(MPS_FORMAT_CSV, false, true, csv, "CSV");
	setenv("COLUMNS", "38", 1);
	expect(MPS_FORMAT_TEXT, false, false, narrow_text, "text, too narrow");
	test_stream();
	test_columns();
	test_full();
	return tap_end();
}
