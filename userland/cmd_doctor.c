// SPDX-License-Identifier: GPL-2.0
/*
 * mpscope doctor: what the tool needs, what of it is there, what will be
 * missing and what to do about it.
 */
#include <string.h>

#include "cmd.h"
#include "doctor.h"
#include "opt.h"
#include "out.h"

static const struct mps_opt_spec spec = {
	.name = "doctor",
	.synopsis = "[-v]",
	.what =
"Check what mpscope needs: permission, debugfs, tracefs, lockdown, the module,\n"
"its version, hooks, parameters and limits; say what will be missing and what\n"
"to do about it. 'ok' rows of hooks, parameters and limits are shown with -v.\n"
"Exit status: 0 all is well, 1 something was found, 3 the module cannot be used.",
	.examples =
"  mpscope doctor\n"
"  mpscope doctor -v                 every hook, parameter and limit\n"
"  mpscope doctor -j | jq '.checks[] | select(.state != \"ok\")'\n",
};

static const char * const state_names[] = {
	[MPS_CHECK_OK] = "ok", [MPS_CHECK_NOTE] = "note",
	[MPS_CHECK_WARN] = "warn", [MPS_CHECK_FAIL] = "FAIL",
};

static void show(struct mps_out *out, const struct mps_checks *cs, bool all)
{
	static const struct mps_col cols[] = {
		{ .name = "check", .kind = MPS_KIND_STRING },
		{ .name = "state", .kind = MPS_KIND_STRING },
		{ .name = "detail", .kind = MPS_KIND_STRING },
		{ .name = "remedy", .kind = MPS_KIND_STRING,
		  .flags = MPS_COL_DATA },
	};

	mps_out_table_begin(out, "checks", cols, sizeof(cols) / sizeof(cols[0]),
			    0);
	for (size_t i = 0; i < cs->nr; i++) {
		const struct mps_check *c = &cs->check[i];
		const struct mps_cell row[] = {
			mps_cell_str(c->name),
			mps_cell_str(state_names[c->state]),
			mps_cell_str(c->detail),
			mps_cell_str(*c->remedy ? c->remedy : NULL),
		};

		if (all || !c->minor || c->state != MPS_CHECK_OK)
			mps_out_row(out, row);
	}
	mps_out_table_end(out);
}

static int doctor(const struct mps_opt *opt)
{
	struct mps_checks *cs = mps_doctor_examine();
	struct mps_out *out = mps_out_open(opt);
	bool text = opt->format == MPS_FORMAT_TEXT;
	int rc = MPS_EXIT_FAILURE;

	if (!cs)
		mps_msg("no memory for the checks");
	if (!cs || !out)
		goto close;
	rc = cs->unusable ? MPS_EXIT_MODULE : MPS_EXIT_OK;
	mps_out_doc_begin(out, "doctor");
	show(out, cs, !text || opt->verbose);
	for (size_t i = 0; i < cs->nr; i++) {
		const struct mps_check *c = &cs->check[i];

		if (c->state >= MPS_CHECK_WARN && !rc)
			rc = MPS_EXIT_FAILURE;
		if (text && *c->remedy && c->state != MPS_CHECK_OK)
			mps_out_note(out, "%s: %s", c->name, c->remedy);
	}
	if (cs->lost)
		mps_out_note(out, "%zu more checks are not shown", cs->lost);
	if (!rc && text)
		mps_out_note(out, "all is well");
	mps_out_doc_end(out, false);
close:
	mps_doctor_free(cs);
	if (mps_out_close(out) && !rc)
		rc = MPS_EXIT_FAILURE;
	return rc;
}

int cmd_doctor(int argc, char **argv)
{
	struct mps_opt opt;
	int rc = mps_opt_parse(&opt, &spec, argc, argv);

	if (rc == MPS_OPT_GO)
		rc = doctor(&opt);
	mps_opt_free(&opt);
	return rc;
}
