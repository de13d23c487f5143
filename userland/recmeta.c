// SPDX-License-Identifier: GPL-2.0
/* Reading what "mpscope record" put beside the events: JSON, by json-c. */
#include "recmeta.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct json_object *member(struct json_object *o, const char *key)
{
	struct json_object *v;

	return o && json_object_is_type(o, json_type_object) &&
	       json_object_object_get_ex(o, key, &v) ? v : NULL;
}

static const char *string(struct json_object *o, const char *key)
{
	struct json_object *v = member(o, key);

	return json_object_is_type(v, json_type_string) ?
	       json_object_get_string(v) : NULL;
}

static int64_t number(struct json_object *o, const char *key)
{
	struct json_object *v = member(o, key);

	return json_object_is_type(v, json_type_int) ?
	       json_object_get_int64(v) : -1;
}

/* "key value" in a text of such lines; -1 */
static int64_t line_value(const char *text, const char *key)
{
	size_t len = strlen(key);

	while (text && *text) {
		if (!strncmp(text, key, len) && text[len] == ' ')
			return strtoll(text + len + 1, NULL, 10);
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return -1;
}

static void ps_row(const char *line, const int col[MPSCOPE_NR_PSTATES],
		   int sign, uint64_t ns[MPSCOPE_NR_PSTATES])
{
	for (int i = 0; *line && *line != '\n'; i++) {
		uint64_t v = strtoull(line, NULL, 10);

		for (int s = 0; s < MPSCOPE_NR_PSTATES; s++)
			if (col[s] == i)
				ns[s] += sign > 0 ? v : -v;
		line += strcspn(line, "\n ");
		line += *line == ' ';
	}
}

/* Add up, or take off, the times of the module's file ps. */
static bool ps_sum(const char *text, int sign, uint64_t ns[MPSCOPE_NR_PSTATES])
{
	static const char * const names[] = { MPSCOPE_PSTATES(MPSCOPE_X_NAME) };
	const char *head = text ? strstr(text, "\n#") : NULL, *s;
	int col[MPSCOPE_NR_PSTATES], at = 0, found = 0;
	char name[32];

	if (!head)
		return false;
	memset(col, -1, sizeof(col));
	for (s = head + 2 + (head[2] == ' '); *s && *s != '\n'; at++) {
		size_t len = strcspn(s, "\n ");

		for (int i = 0; i < MPSCOPE_NR_PSTATES; i++) {
			snprintf(name, sizeof(name), "%s_ns", names[i]);
			if (strlen(name) == len && !memcmp(s, name, len)) {
				col[i] = at;
				found++;
			}
		}
		s += len;
		s += *s == ' ';
	}
	if (found != MPSCOPE_NR_PSTATES || !*s)
		return false;
	while (s && s[1]) {
		ps_row(s + 1, col, sign, ns);
		s = strchr(s + 1, '\n');
	}
	return true;
}

/* "some avg10=... total=N" */
static bool pressure_total(const char *text, const char *what, uint64_t *us)
{
	const char *s = text ? strstr(text, what) : NULL;

	s = s ? strstr(s, "total=") : NULL;
	if (!s)
		return false;
	*us = strtoull(s + 6, NULL, 10);
	return true;
}

static void read_pressure(struct mps_recmeta_target *t, struct json_object *before,
			  struct json_object *after)
{
	const char *was = string(before, "pressure"), *is = string(after, "pressure");
	uint64_t some[2], full[2];

	if (!pressure_total(was, "some ", &some[0]) ||
	    !pressure_total(is, "some ", &some[1]) ||
	    !pressure_total(was, "full ", &full[0]) ||
	    !pressure_total(is, "full ", &full[1]) || some[1] < some[0] ||
	    full[1] < full[0])
		return;
	t->has_pressure = true;
	t->some_us = some[1] - some[0];
	t->full_us = full[1] - full[0];
}

static int64_t difference(int64_t was, int64_t is)
{
	return was < 0 || is < was ? -1 : is - was;
}

/* As the module knew it in the end: a program may have become another. */
static void copy_comm(struct mps_recmeta_target *t, const char *summary,
		      const char *otherwise)
{
	const char *s = summary ? strstr(summary, "\ncomm ") : NULL;

	if (s)
		snprintf(t->comm, sizeof(t->comm), "%.*s",
			 (int)strcspn(s + 6, "\n"), s + 6);
	else if (otherwise)
		snprintf(t->comm, sizeof(t->comm), "%.60s", otherwise);
}

static void read_target(struct mps_recmeta_target *t, struct json_object *o)
{
	struct json_object *before = member(o, "before"), *after = member(o, "after");
	const char *was = string(before, "cpu.stat"), *is = string(after, "cpu.stat");
	const char *max = string(before, "cpu.max");

	t->tgid = number(o, "tgid");
	copy_comm(t, string(after, "summary"), string(o, "comm"));
	t->exe = string(o, "exe");
	t->go = string(o, "go");
	t->maxprocs = number(o, "gomaxprocs");
	t->exact = string(o, "exact");
	t->cgroup = string(o, "cgroup");
	t->quota_us = -1;
	t->period_us = -1;
	if (max && *max >= '0' && *max <= '9') {
		char *end;

		t->quota_us = strtoll(max, &end, 10);
		t->period_us = strtoll(end, NULL, 10);
	}
	t->throttled_us = difference(line_value(was, "throttled_usec"),
				     line_value(is, "throttled_usec"));
	t->nr_throttled = difference(line_value(was, "nr_throttled"),
				     line_value(is, "nr_throttled"));
	t->has_ps = ps_sum(string(after, "ps"), 1, t->ps_ns) &&
		    ps_sum(string(before, "ps"), -1, t->ps_ns);
	/* an account that was begun anew in between has no difference */
	for (int i = 0; i < MPSCOPE_NR_PSTATES; i++)
		t->has_ps &= t->ps_ns[i] <= INT64_MAX;
	read_pressure(t, before, after);
}

bool mps_recmeta_parse(struct mps_recmeta *m, const char *json)
{
	struct json_object *doc = json_tokener_parse(json), *targets;
	int64_t begin, end;

	memset(m, 0, sizeof(*m));
	m->doc = doc;
	if (number(doc, "mpscope_recording") != 1)
		return false;
	m->tool = string(doc, "tool");
	m->kernel = string(doc, "kernel");
	m->module = string(doc, "module");
	m->cpus = string(doc, "cpus");
	begin = number(doc, "begin_ns");
	end = number(doc, "end_ns");
	if (end > begin && begin >= 0)
		m->wall_ns = (uint64_t)(end - begin);
	targets = member(doc, "targets");
	if (!json_object_is_type(targets, json_type_array))
		return true;
	m->target = calloc(json_object_array_length(targets) + 1,
			   sizeof(*m->target));
	if (!m->target)
		return false;
	for (size_t i = 0; i < json_object_array_length(targets); i++)
		read_target(&m->target[m->nr_targets++],
			    json_object_array_get_idx(targets, i));
	return true;
}

void mps_recmeta_free(struct mps_recmeta *m)
{
	free(m->target);
	json_object_put(m->doc);
}

const struct mps_recmeta_target *mps_recmeta_find(const struct mps_recmeta *m,
						  int64_t tgid)
{
	for (uint32_t i = 0; i < m->nr_targets; i++)
		if (m->target[i].tgid == tgid)
			return &m->target[i];
	return NULL;
}

const char *mps_recmeta_comm(const struct mps_recmeta *m, int64_t tid)
{
	const struct mps_recmeta_target *t = mps_recmeta_find(m, tid);
	char key[32];

	if (t && t->comm[0])
		return t->comm;
	snprintf(key, sizeof(key), "%lld", (long long)tid);
	return string(member(m->doc, "threads"), key);
}
