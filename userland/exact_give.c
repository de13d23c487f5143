// SPDX-License-Identifier: GPL-2.0
/* The module's exact mode: hand it the layout, and what became of that. */
#include "exact_give.h"

#include <stdio.h>
#include <string.h>

#include "dbgfs.h"
#include "golist.h"
#include "wait.h"

#define TEXT_MAX	4096	/* one write */
#define NS_PER_MS	UINT64_C(1000000)
#define POLL_MS		20

static enum mps_give give_of(const char *state)
{
	if (!strcmp(state, "exact"))
		return MPS_GIVE_EXACT;
	if (!strcmp(state, "proving"))
		return MPS_GIVE_PROVING;
	return strcmp(state, "refused") ? MPS_GIVE_NONE : MPS_GIVE_REFUSED;
}

/* MPS_GIVE_NONE also for "off". Two columns: a name and its value. */
static enum mps_give state_of(pid_t tgid, bool *has_file, char *why,
			      size_t size)
{
	enum mps_give give = MPS_GIVE_NONE;
	char reason[256] = "it gives no reason";
	struct mps_tab *tab;

	*has_file = mps_tab_open(&tab, tgid, "golayout", NULL, 0) == MPS_OK;
	if (!*has_file)
		return MPS_GIVE_NONE;
	while (mps_tab_nr_cols(tab) >= 2 && !mps_tab_next(tab)) {
		const struct mps_cell *c = mps_tab_cells(tab);

		if (!c[0].known || !c[1].known)
			continue;
		if (!strcmp(c[0].s, "state"))
			give = give_of(c[1].s);
		else if (!strcmp(c[0].s, "why"))
			snprintf(reason, sizeof(reason), "%s", c[1].s);
	}
	mps_tab_close(tab);
	if (give == MPS_GIVE_REFUSED)
		snprintf(why, size, "the module refused the layout of process %d: %s",
			 tgid, reason);
	return give;
}

static bool write_layout(const struct mps_golive *lv, char *why, size_t size)
{
	char text[TEXT_MAX], file[64];
	struct mps_golist ps;
	bool ok;
	int len;

	ok = mps_golist_slice_at(&lv->mem, MPS_VAR(&lv->layout, allp),
				 MPS_GO_MAX_P, &ps);
	len = ok ? mps_golayout_text(&lv->layout, lv->gp.exe.version,
				     (unsigned int)ps.nr, text, sizeof(text)) :
		   -1;
	mps_golist_free(&ps);
	if (len < 0) {
		snprintf(why, size, "where the threads of process %d keep their goroutine (thread-local storage) is not known",
			 lv->gp.pid);
		return false;
	}
	snprintf(file, sizeof(file), "targets/%d/golayout", lv->gp.pid);
	if (mps_dbgfs_write(file, text) == MPS_OK)
		return true;
	snprintf(why, size, "%s", mps_err_why());
	return false;
}

enum mps_give mps_exact_give(const struct mps_golive *lv, uint64_t wait_ns,
			     char *why, size_t size)
{
	uint64_t end = mps_wait_now() + wait_ns;
	bool has_file;
	enum mps_give give = state_of(lv->gp.pid, &has_file, why, size);

	if (!has_file || give == MPS_GIVE_EXACT || give == MPS_GIVE_REFUSED)
		return give;
	if (give == MPS_GIVE_NONE && !write_layout(lv, why, size))
		return MPS_GIVE_REFUSED;
	do {
		give = state_of(lv->gp.pid, &has_file, why, size);
		if (give != MPS_GIVE_PROVING)
			break;
	} while (mps_wait_now() < end &&
		 mps_wait_until(mps_wait_now() + POLL_MS * NS_PER_MS));
	return give;
}

void mps_exact_tell(pid_t tgid, struct mps_out *out)
{
	struct mps_golive lv;
	struct mps_goproc gp;
	enum mps_give give;
	bool has_file;
	char why[MPS_GO_ERROR_LEN], buf[64];

	if (state_of(tgid, &has_file, why, sizeof(why)) != MPS_GIVE_NONE ||
	    !has_file)
		return;
	mps_goproc_open(&gp, tgid);
	if (gp.status != MPS_GO_OK)
		return;
	mps_golive_init(&lv, &gp);
	give = MPS_GIVE_REFUSED;
	if (lv.ok)
		give = mps_exact_give(&lv, 0, why, sizeof(why));
	if (give == MPS_GIVE_REFUSED)
		mps_out_note(out, "process %d: M, P and G will be inferred: %s",
			     tgid, lv.ok ? why : lv.why);
	else if (give != MPS_GIVE_NONE)
		mps_out_note(out, "process %d: M, P and G are exact once its next switches prove the layout of %s (%s)",
			     tgid, gp.exe.version,
			     mps_golive_source(&lv, buf));
	mps_golive_close(&lv);
}
