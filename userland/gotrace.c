// SPDX-License-Identifier: GPL-2.0
/* The lines of Go's own trace, and what they make of goroutines and Ps. */
#include "gotrace.h"

#include <stdlib.h>
#include <string.h>

#define X_WORD(id, word)	word,
static const char * const words[] = { MPS_GOSTATES(X_WORD) };

/* Room for one more. Return: false without memory. */
static bool grow(void *array, size_t nr, size_t *max, size_t size)
{
	void **at = array, *grown;

	if (nr < *max)
		return true;
	grown = realloc(*at, (*max ? *max * 2 : 1024) * size);
	if (!grown)
		return false;
	*at = grown;
	*max = *max ? *max * 2 : 1024;
	return true;
}

static size_t place(const struct mps_gotrace *g, int64_t id, bool is_p)
{
	uint64_t h = ((uint64_t)id << 1 | is_p) * UINT64_C(0x9e3779b97f4a7c15);
	size_t i = (h >> 32) & (g->hash_size - 1);

	while (g->hash[i] && (g->who[g->hash[i] - 1].id != id ||
			      g->who[g->hash[i] - 1].is_p != is_p))
		i = (i + 1) & (g->hash_size - 1);
	return i;
}

static bool rehash(struct mps_gotrace *g)
{
	size_t size = g->hash_size ? g->hash_size * 2 : 1024;

	free(g->hash);
	g->hash = calloc(size, sizeof(*g->hash));
	if (!g->hash)
		return false;
	g->hash_size = size;
	for (size_t i = 0; i < g->nr_who; i++)
		g->hash[place(g, g->who[i].id, g->who[i].is_p)] = (uint32_t)i + 1;
	return true;
}

/* NULL without memory */
static struct mps_gowho *who_of(struct mps_gotrace *g, int64_t id, bool is_p)
{
	size_t i;

	if (g->nr_who * 2 >= g->hash_size && !rehash(g))
		return NULL;
	i = place(g, id, is_p);
	if (g->hash[i])
		return &g->who[g->hash[i] - 1];
	if (!grow(&g->who, g->nr_who, &g->max_who, sizeof(*g->who)))
		return NULL;
	g->who[g->nr_who] = (struct mps_gowho){
		.id = id, .is_p = is_p, .state = MPS_GO_UNDETERMINED, .tid = -1,
	};
	g->nr_who++;
	g->hash[i] = (uint32_t)g->nr_who;
	return &g->who[g->nr_who - 1];
}

/* What it did is over; idle Ps and what is not there have no slice. */
static bool close_slice(struct mps_gotrace *g, const struct mps_gowho *w,
			int64_t ns)
{
	if (w->state == MPS_GO_UNDETERMINED || w->state == MPS_GO_NOTEXIST ||
	    w->state == MPS_GO_IDLE || ns <= w->since_ns)
		return true;
	if (!grow(&g->slice, g->nr_slices, &g->max_slices, sizeof(*g->slice)))
		return false;
	g->slice[g->nr_slices++] = (struct mps_goslice){
		.from_ns = w->since_ns, .to_ns = ns,
		.who = (uint32_t)(w - g->who), .tid = w->tid, .state = w->state,
	};
	return true;
}

static bool number(const char *line, const char *key, int64_t *v)
{
	const char *s = strstr(line, key);
	char *end;

	if (!s)
		return false;
	s += strlen(key);
	*v = strtoll(s, &end, 10);
	return end != s;
}

static enum mps_gostate state_of(const char *word)
{
	size_t len = strcspn(word, "-\n ");

	for (size_t i = 0; i < MPS_NR_GOSTATES; i++)
		if (strlen(words[i]) == len && !memcmp(words[i], word, len))
			return (enum mps_gostate)i;
	return MPS_NR_GOSTATES;
}

/* "... GoID=7 Running->Syscall ...", noted by @tid */
static bool transition(struct mps_gotrace *g, const char *line, int64_t ns,
		       int32_t tid, bool *got_p)
{
	const char *key = strstr(line, " GoID="), *from, *arrow;
	bool is_p = !key;
	enum mps_gostate to;
	struct mps_gowho *w;
	int64_t id;

	if (is_p)
		key = strstr(line, " ProcID=");
	from = key ? strchr(key + 1, ' ') : NULL;
	arrow = from ? strstr(from, "->") : NULL;
	to = arrow ? state_of(arrow + 2) : MPS_NR_GOSTATES;
	if (to == MPS_NR_GOSTATES || !number(key, "ID=", &id) || id < 0 ||
	    state_of(from + 1) == MPS_NR_GOSTATES) {
		g->nr_bad++;
		return true;
	}
	/* said again when the trace begins a new part */
	if (state_of(from + 1) == to)
		return true;
	w = who_of(g, id, is_p);
	if (!w || !close_slice(g, w, ns))
		return false;
	*got_p = is_p && to == MPS_GO_RUNNING &&
		 state_of(from + 1) == MPS_GO_IDLE;
	/* of what was in a call before it began, nobody says on which thread */
	if (to == MPS_GO_RUNNING || (to == MPS_GO_SYSCALL &&
				     w->state == MPS_GO_RUNNING))
		w->tid = tid;
	else
		w->tid = -1;
	w->state = to;
	w->since_ns = ns;
	return true;
}

/* Differences and sums of times are to stay times. */
static bool is_time(int64_t ns)
{
	return ns >= 0 && ns <= INT64_MAX / 4;
}

static void snapshot(struct mps_gotrace *g, const char *line)
{
	struct mps_gosnapshot s;

	if (g->nr_snapshots < MPS_GO_SNAPSHOTS &&
	    number(line, " Trace=", &s.trace_ns) && is_time(s.trace_ns) &&
	    number(line, " Mono=", &s.mono_ns) && is_time(s.mono_ns))
		g->snapshot[g->nr_snapshots++] = s;
}

static bool mark(struct mps_gotrace *g, int64_t ns, int32_t tid, bool got_p)
{
	if (!grow(&g->mark, g->nr_marks, &g->max_marks, sizeof(*g->mark)))
		return false;
	g->mark[g->nr_marks++] = (struct mps_gomark){ ns, tid, got_p };
	if (g->nr_marks == 1 || ns < g->begin_ns)
		g->begin_ns = ns;
	if (ns > g->end_ns)
		g->end_ns = ns;
	return true;
}

/* "M=1 P=0 G=2 StateTransition Time=3 ..."; stacks and their heads are left out */
static bool take(struct mps_gotrace *g, const char *line)
{
	bool got_p = false, moved;
	int64_t ns, tid;

	if (strncmp(line, "M=", 2))
		return true;
	if (!number(line, "M=", &tid) || !number(line, " Time=", &ns) ||
	    !is_time(ns) || tid < -1 || tid > INT32_MAX) {
		g->nr_bad++;
		return true;
	}
	moved = g->last_ns && ns == g->last_ns + 1;
	g->last_ns = ns;
	if (strstr(line, " Sync ")) {
		snapshot(g, line);
		return true;
	}
	if (strstr(line, " StateTransition ") &&
	    !transition(g, line, ns, (int32_t)tid, &got_p))
		return false;
	g->nr_moved += moved;
	/*
	 * A sample is noted for the thread, by another one later; and so is, when
	 * the trace begins, that it is in a call.
	 */
	if (tid <= 0 || moved || strstr(line, " StackSample ") ||
	    strstr(line, "Undetermined->"))
		return true;
	return mark(g, ns, (int32_t)tid, got_p);
}

static int by_place(const void *a, const void *b)
{
	const struct mps_gomark *x = a, *y = b;

	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	return (x->ns > y->ns) - (x->ns < y->ns);
}

static const struct mps_gowho *sorted_who;

static int by_thread(const void *a, const void *b)
{
	const struct mps_goslice *x = a, *y = b;
	bool p = sorted_who[x->who].is_p, q = sorted_who[y->who].is_p;

	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	if (p != q)
		return p ? 1 : -1;
	return (x->from_ns > y->from_ns) - (x->from_ns < y->from_ns);
}

static void find_slices(struct mps_gotrace *g, struct mps_gothread *t, size_t *at)
{
	while (*at < g->nr_slices && g->slice[*at].tid < t->tid)
		++*at;
	t->slice = *at;
	while (*at < g->nr_slices && g->slice[*at].tid == t->tid &&
	       !g->who[g->slice[*at].who].is_p)
		++*at;
	t->nr_slices = *at - t->slice;
	t->of_p = *at;
	while (*at < g->nr_slices && g->slice[*at].tid == t->tid)
		++*at;
	t->nr_of_p = *at - t->of_p;
}

/* Each thread with what is its own. */
static bool index_threads(struct mps_gotrace *g)
{
	size_t max = 0, at = 0;

	sorted_who = g->who;
	if (g->nr_marks)
		qsort(g->mark, g->nr_marks, sizeof(*g->mark), by_place);
	if (g->nr_slices)
		qsort(g->slice, g->nr_slices, sizeof(*g->slice), by_thread);
	for (size_t i = 0; i < g->nr_marks; i++) {
		struct mps_gothread *t;

		if (i && g->mark[i].tid == g->mark[i - 1].tid) {
			g->thread[g->nr_threads - 1].nr_marks++;
			continue;
		}
		if (!grow(&g->thread, g->nr_threads, &max, sizeof(*g->thread)))
			return false;
		t = &g->thread[g->nr_threads++];
		*t = (struct mps_gothread){
			.tid = g->mark[i].tid, .mark = i, .nr_marks = 1,
		};
		find_slices(g, t, &at);
	}
	return true;
}

bool mps_gotrace_read(struct mps_gotrace *g, FILE *from)
{
	char *line = NULL;
	size_t size = 0;
	bool ok = true;
	ssize_t len;

	while (ok && (len = getline(&line, &size, from)) > 0) {
		g->cut = line[len - 1] != '\n';
		if (!g->cut)
			ok = take(g, line);
	}
	free(line);
	/* what was going on goes on to the end; who did not change meanwhile */
	for (size_t i = 0; ok && i < g->nr_who; i++)
		ok = close_slice(g, &g->who[i], g->end_ns);
	return ok && index_threads(g);
}

const struct mps_gothread *mps_gotrace_thread(const struct mps_gotrace *g,
					      int64_t tid)
{
	size_t low = 0, high = g->nr_threads;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (g->thread[mid].tid < tid)
			low = mid + 1;
		else
			high = mid;
	}
	return low < g->nr_threads && g->thread[low].tid == tid ? &g->thread[low] :
								  NULL;
}

void mps_gotrace_free(struct mps_gotrace *g)
{
	free(g->who);
	free(g->slice);
	free(g->mark);
	free(g->thread);
	free(g->hash);
	memset(g, 0, sizeof(*g));
}
