// SPDX-License-Identifier: GPL-2.0
/* mpscope version: the tool's own versions, and the module's if loaded. */
#include "../kmod/uapi/mpscope/abi.h"
#include "cmd.h"
#include "dbgfs.h"
#include "opt.h"
#include "out.h"

static const struct mps_opt_spec spec = {
	.name = "version",
	.synopsis = "[-j]",
	.what = "Print the versions of the tool and, if it is loaded, of the module.",
	.examples = "  mpscope version\n"
		    "  mpscope version -j\n",
};

static void show(struct mps_out *out, const char *part, struct mps_cell version,
		 struct mps_cell major, struct mps_cell minor,
		 struct mps_cell kernel)
{
	const struct mps_cell row[] = {
		mps_cell_str(part), version, major, minor, kernel,
	};

	mps_out_row(out, row);
}

int cmd_version(int argc, char **argv)
{
	static const struct mps_col cols[] = {
		{ .name = "part", .kind = MPS_KIND_STRING },
		{ .name = "version", .kind = MPS_KIND_STRING },
		{ .name = "abi_major", .kind = MPS_KIND_ID },
		{ .name = "abi_minor", .kind = MPS_KIND_ID },
		{ .name = "kernel", .kind = MPS_KIND_STRING },
	};
	struct mps_kv *kv = NULL;
	struct mps_out *out;
	struct mps_opt opt;
	enum mps_err err;
	int rc;

	rc = mps_opt_parse(&opt, &spec, argc, argv);
	if (rc != MPS_OPT_GO)
		goto out_opt;
	rc = MPS_EXIT_FAILURE;
	out = mps_out_open(&opt);
	if (!out)
		goto out_opt;
	err = mps_kv_read(&kv, 0, "version");
	mps_out_doc_begin(out, "version");
	mps_out_table_begin(out, "parts", cols, sizeof(cols) / sizeof(cols[0]),
			    0);
	show(out, "mpscope", mps_cell_str(MPSCOPE_VERSION),
	     mps_cell_u64(MPSCOPE_ABI_MAJOR), mps_cell_u64(MPSCOPE_ABI_MINOR),
	     mps_cell_none());
	show(out, "module", mps_kv_str(kv, "module"),
	     mps_kv_u64(kv, "abi_major"), mps_kv_u64(kv, "abi_minor"),
	     mps_kv_str(kv, "kernel"));
	mps_out_table_end(out);
	if (err)
		mps_out_note(out, "module: %s", mps_err_why());
	mps_out_doc_end(out, false);
	mps_kv_free(kv);
	rc = mps_out_close(out);
out_opt:
	mps_opt_free(&opt);
	return rc;
}
