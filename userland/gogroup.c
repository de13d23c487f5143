// SPDX-License-Identifier: GPL-2.0
/* Goroutines put together by state, reason and place. Pure. */
#include "gogroup.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_GROUPS	(1u << 20)

void mps_gogroups_free(struct mps_gogroups *gs)
{
	free(gs->g);
	memset(gs, 0, sizeof(*gs));
}

static int key_cmp(const struct mps_gogroup *a, const struct mps_gogroup *b)
{
	int c = strcmp(a->site, b->site);

	if (!c)
		c = strcmp(a->func, b->func);
	if (!c)
		c = strcmp(a->by, b->by);
	if (!c)
		c = strcmp(a->status, b->status);
	return c ? c : strcmp(a->reason, b->reason);
}

static void merge(struct mps_gogroup *to, const struct mps_gogroup *g)
{
	to->count += g->count;
	to->before += g->before;
	to->locked += g->locked;
	if (g->waited_ns != UINT64_MAX &&
	    (to->waited_ns == UINT64_MAX || g->waited_ns > to->waited_ns)) {
		to->waited_ns = g->waited_ns;
		to->goid = g->goid;
	}
}

/* They are kept in the order of their keys. */
bool mps_gogroups_add(struct mps_gogroups *gs, const struct mps_gogroup *g)
{
	size_t lo = 0, hi = gs->nr;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = key_cmp(g, &gs->g[mid]);

		if (!c) {
			merge(&gs->g[mid], g);
			return true;
		}
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	if (gs->nr == gs->max) {
		size_t max = gs->max ? 2 * gs->max : 64;
		struct mps_gogroup *grown;

		grown = max > MAX_GROUPS ? NULL :
			realloc(gs->g, max * sizeof(*grown));
		if (!grown)
			return false;
		gs->g = grown;
		gs->max = max;
	}
	memmove(gs->g + lo + 1, gs->g + lo, (gs->nr - lo) * sizeof(*gs->g));
	gs->g[lo] = *g;
	gs->nr++;
	return true;
}

static int wait_cmp(const void *a, const void *b)
{
	const struct mps_gogroup *x = a, *y = b;
	/* unknown becomes 0 */
	uint64_t v = x->waited_ns + 1, w = y->waited_ns + 1;

	if (v != w)
		return v > w ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return key_cmp(x, y);
}

void mps_gogroups_sort(struct mps_gogroups *gs)
{
	if (gs->nr)
		qsort(gs->g, gs->nr, sizeof(*gs->g), wait_cmp);
}

static int diff_cmp(const void *a, const void *b)
{
	const struct mps_gogroup *x = a, *y = b;
	int64_t v = (int64_t)(x->count - x->before);
	int64_t w = (int64_t)(y->count - y->before);

	if (v != w)
		return v > w ? -1 : 1;
	return wait_cmp(a, b);
}

void mps_gogroups_sort_diff(struct mps_gogroups *gs)
{
	if (gs->nr)
		qsort(gs->g, gs->nr, sizeof(*gs->g), diff_cmp);
}

static bool add_place(struct mps_gogroups *out, const struct mps_gogroups *gs,
		      bool before)
{
	size_t i;

	for (i = 0; i < gs->nr; i++) {
		struct mps_gogroup g = gs->g[i];

		g.status[0] = '\0';
		g.reason[0] = '\0';
		g.before = before ? g.count : 0;
		if (before) {
			g.count = 0;
			g.locked = 0;
			g.waited_ns = UINT64_MAX;
		}
		if (!mps_gogroups_add(out, &g))
			return false;
	}
	return true;
}

bool mps_gogroups_diff(struct mps_gogroups *out, const struct mps_gogroups *was,
		       const struct mps_gogroups *is)
{
	/* the present ones first: merged into, they keep their goid */
	return add_place(out, is, false) && add_place(out, was, true);
}

static void take_text(struct json_object *row, const char *key, char *buf,
		      size_t size)
{
	struct json_object *v;

	buf[0] = '\0';
	if (json_object_object_get_ex(row, key, &v) &&
	    json_object_is_type(v, json_type_string))
		snprintf(buf, size, "%s", json_object_get_string(v));
}

static uint64_t take_number(struct json_object *row, const char *key,
			    uint64_t none)
{
	struct json_object *v;

	if (!json_object_object_get_ex(row, key, &v) ||
	    !json_object_is_type(v, json_type_int) ||
	    json_object_get_int64(v) < 0)
		return none;
	return (uint64_t)json_object_get_int64(v);
}

static bool take_row(struct mps_gogroups *gs, struct json_object *row)
{
	struct mps_gogroup g = { .count = take_number(row, "count", 0) };

	take_text(row, "status", g.status, sizeof(g.status));
	take_text(row, "wait_reason", g.reason, sizeof(g.reason));
	take_text(row, "function", g.func, sizeof(g.func));
	take_text(row, "created_by", g.by, sizeof(g.by));
	take_text(row, "created_at", g.site, sizeof(g.site));
	g.system = take_number(row, "system", 0);
	g.locked = take_number(row, "locked", 0);
	g.waited_ns = take_number(row, "waited_ns", UINT64_MAX);
	g.goid = take_number(row, "goid", 0);
	return mps_gogroups_add(gs, &g);
}

const char *mps_gogroups_parse(struct mps_gogroups *gs, const char *text,
			       size_t len)
{
	struct json_tokener *tok = json_tokener_new();
	struct json_object *doc, *rows = NULL;
	const char *wrong = NULL;
	size_t i;

	if (!tok)
		return "there is no memory for it";
	doc = len > INT32_MAX ? NULL :
	      json_tokener_parse_ex(tok, text, (int)len);
	json_tokener_free(tok);
	if (!json_object_is_type(doc, json_type_object) ||
	    !json_object_object_get_ex(doc, "goroutines", &rows) ||
	    !json_object_is_type(rows, json_type_array))
		wrong = "it is not what 'mpscope goroutines -j' writes";
	for (i = 0; !wrong && i < json_object_array_length(rows); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);

		if (!json_object_is_type(row, json_type_object))
			wrong = "a row of it is no object";
		else if (!take_row(gs, row))
			wrong = "it has too many rows";
	}
	json_object_put(doc);
	return wrong;
}
