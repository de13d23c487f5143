// SPDX-License-Identifier: GPL-2.0
/* Goroutines of a live process, put together in groups with names. */
#include "goroutines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mps_goroutines_free(struct mps_goroutines *r)
{
	mps_gogroups_free(&r->groups);
	memset(r, 0, sizeof(*r));
}

/* Names are looked up once for all that are alike. */
static int kind_cmp(const void *a, const void *b)
{
	const struct mps_gog *x = a, *y = b;

	if (x->gopc != y->gopc)
		return x->gopc < y->gopc ? -1 : 1;
	if (x->startpc != y->startpc)
		return x->startpc < y->startpc ? -1 : 1;
	if (x->status != y->status)
		return x->status < y->status ? -1 : 1;
	return (x->reason > y->reason) - (x->reason < y->reason);
}

static void name_function(char *buf, size_t size, const struct mps_golive *lv,
			  uint64_t pc, bool call, struct mps_goline *line)
{
	memset(line, 0, sizeof(*line));
	buf[0] = '\0';
	if (!pc)
		return;
	if (lv->has_funcs && mps_gofuncs_find(&lv->funcs, pc, call, line))
		snprintf(buf, size, "%s", line->func);
	else
		snprintf(buf, size, "0x%llx", (unsigned long long)pc);
}

static void fill_group(struct mps_gogroup *g, const struct mps_golive *lv,
		       const struct mps_gog *of)
{
	const char *reason = mps_gog_reason(&lv->layout, of->reason);
	struct mps_goline line;

	memset(g, 0, sizeof(*g));
	snprintf(g->status, sizeof(g->status), "%s",
		 mps_gstatus_names[of->status]);
	if (of->status == MPS_G_WAITING && reason)
		snprintf(g->reason, sizeof(g->reason), "%s", reason);
	else if (of->status == MPS_G_WAITING)
		snprintf(g->reason, sizeof(g->reason), "%u", of->reason);
	name_function(g->func, sizeof(g->func), lv, of->startpc, false, &line);
	g->system = mps_gog_is_system(g->func);
	/* the first one was created by the runtime's start: by nobody */
	if (!strcmp(g->func, "runtime.main"))
		return;
	name_function(g->by, sizeof(g->by), lv, of->gopc, true, &line);
	if (line.file && line.line)
		snprintf(g->site, sizeof(g->site), "%s:%d", line.file,
			 line.line);
}

static bool add(struct mps_goroutines *r,
		const struct mps_gog *g, struct mps_gogroup *group, bool each,
		uint64_t now)
{
	bool waits = g->status == MPS_G_WAITING || g->status == MPS_G_SYSCALL;

	group->count = 1;
	group->locked = g->locked;
	group->goid = g->goid;
	group->waited_ns = waits && g->waitsince && g->waitsince < now ?
			   now - g->waitsince : UINT64_MAX;
	if (!each)
		return mps_gogroups_add(&r->groups, group);
	/* not to be merged: in the order read */
	if (r->groups.nr == r->groups.max) {
		size_t max = r->groups.max ? 2 * r->groups.max : 64;
		struct mps_gogroup *grown = realloc(r->groups.g,
						    max * sizeof(*grown));

		if (!grown)
			return false;
		r->groups.g = grown;
		r->groups.max = max;
	}
	r->groups.g[r->groups.nr++] = *group;
	return true;
}

bool mps_goroutines_read(struct mps_goroutines *r, const struct mps_golive *lv,
			 bool each, bool system)
{
	struct mps_gogroup group;
	struct mps_gogs gs;
	bool ok;
	size_t i;

	memset(r, 0, sizeof(*r));
	ok = mps_goproc_is_same(&lv->gp) &&
	     mps_gogs_read(&gs, &lv->mem, &lv->layout);
	if (!ok)
		return false;
	if (gs.nr)
		qsort(gs.g, gs.nr, sizeof(*gs.g), kind_cmp);
	for (i = 0; ok && i < gs.nr; i++) {
		if (!i || kind_cmp(&gs.g[i - 1], &gs.g[i]))
			fill_group(&group, lv, &gs.g[i]);
		if (group.system)
			r->nr_system++;
		else
			r->nr++;
		if (system || !group.system)
			ok = add(r, &gs.g[i], &group, each, gs.end_ns);
	}
	r->nr_dead = gs.nr_dead;
	r->nr_torn = gs.nr_torn;
	r->nr_lost = gs.nr_lost;
	r->read_ns = gs.end_ns - gs.begin_ns;
	mps_gogs_free(&gs);
	mps_gogroups_sort(&r->groups);
	return ok;
}
