// SPDX-License-Identifier: GPL-2.0
/* What a report lacks. */
#include "drops.h"

#include <string.h>

void mps_drops_init(struct mps_drops *d, unsigned int flags)
{
	d->flags = flags;
	d->missed = mps_cell_u64(0);
	d->evicted = mps_cell_u64(0);
}

static struct mps_cell plus(struct mps_cell a, struct mps_cell b)
{
	return a.known && b.known ? mps_cell_u64(a.u + b.u) : mps_cell_none();
}

void mps_drops_add(struct mps_drops *d, const struct mps_kv *summary,
		   const struct mps_kv *before)
{
	struct mps_cell evicted = mps_kv_u64(summary, "threads_evicted");
	struct mps_cell was = mps_kv_u64(before, "threads_evicted");

	if (evicted.known && was.known && was.u <= evicted.u)
		evicted.u -= was.u;
	d->missed = plus(d->missed, mps_kv_u64(summary, "threads_missed"));
	d->evicted = plus(d->evicted, evicted);
}

static bool is_some(struct mps_cell c)
{
	return !c.known || c.u;
}

bool mps_drops_show(const struct mps_drops *d, struct mps_out *out)
{
	static const struct {
		const char *key;
		const char *what;
		unsigned int flags;	/* shown if one is set; 0: always */
		bool partial;		/* it may be ours that is lacking */
	} self_keys[] = {
		{ "missed_epoll_results",
		  "epoll results not read (whole module)",
		  MPS_DROPS_EPOLL, true },
		{ "dropped_wakers", "pairs of wakers not counted (whole module)",
		  MPS_DROPS_WAKERS, true },
		{ "missed_targets", "processes not tagged that should be",
		  MPS_DROPS_TARGETS, true },
		{ "dropped_exited", "exited processes no longer kept",
		  MPS_DROPS_TARGETS, false },
		{ "clock_backwards",
		  "intervals clamped to 0 (whole module)", 0, false },
		{ "lost_current",
		  "switches of threads not seen coming (whole module)", 0,
		  false },
	};
	bool partial = is_some(d->missed);
	struct mps_kv *self;

	mps_out_dropped(out, "threads_missed", "threads never tracked",
			d->missed);
	if (d->flags & MPS_DROPS_ROWS) {
		mps_out_dropped(out, "threads_evicted",
				"dead threads no longer kept", d->evicted);
		partial |= is_some(d->evicted);
	}
	mps_kv_read(&self, 0, "self");	/* failed: all unknown, as it says */
	for (size_t i = 0; i < sizeof(self_keys) / sizeof(self_keys[0]); i++) {
		struct mps_cell c = mps_kv_u64(self, self_keys[i].key);

		if (self_keys[i].flags && !(self_keys[i].flags & d->flags))
			continue;
		mps_out_dropped(out, self_keys[i].key, self_keys[i].what, c);
		partial |= self_keys[i].partial && is_some(c);
	}
	mps_kv_free(self);
	return partial;
}

bool mps_drops_has_feature(const struct mps_kv *summary, const char *feature)
{
	struct mps_cell list = mps_kv_str(summary, "features");
	size_t len = strlen(feature);

	for (const char *p = list.known ? list.s : NULL; p; p = strchr(p, ',')) {
		p += *p == ',';
		if (!strncmp(p, feature, len) && (!p[len] || p[len] == ','))
			return true;
	}
	return false;
}

void mps_drops_explain(struct mps_out *out, pid_t tgid,
		       const struct mps_kv *summary, const char *feature)
{
	static const struct mps_want want[] = {
		{ "hook", MPS_STR, true }, { "state", MPS_STR, true },
		{ "why", MPS_STR, false },
	};
	struct mps_tab *tab;
	enum mps_err err;

	if (summary && feature && !mps_drops_has_feature(summary, feature)) {
		struct mps_cell has = mps_kv_str(summary, "features");
		bool none = !has.known || !strcmp(has.s, "none");

		mps_out_note(out, "not measured: process %d was tagged without the feature '%s'; 'mpscope untag %d', then 'mpscope tag %d --features %s%s%s'",
			     tgid, feature, tgid, tgid, none ? "" : has.s,
			     none ? "" : ",", feature);
		return;
	}
	err = mps_tab_open(&tab, 0, "features", want, 3);
	while (!err) {
		const struct mps_cell *c;

		err = mps_tab_next(tab);
		if (err)
			break;
		c = mps_tab_cells(tab);
		if (c[1].known && !strcmp(c[1].s, "unavailable"))
			mps_out_note(out, "not measured ('-'): hook %s is unavailable: %s",
				     c[0].known ? c[0].s : "-",
				     c[2].known ? c[2].s : "no reason given");
	}
	mps_tab_close(tab);
}
