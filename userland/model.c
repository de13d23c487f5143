// SPDX-License-Identifier: GPL-2.0
/*
 * A sample of a process and the difference of two of them. Pure.
 */
#include "model.h"

#include <stdlib.h>
#include <string.h>

#define SAMPLE_MIN	32

/**
 * mps_task_init() - a thread of which nothing is known yet
 * @t: to fill
 * @tid: its id
 */
void mps_task_init(struct mps_task *t, int32_t tid)
{
	memset(t, 0, sizeof(*t));
	t->tid = tid;
	t->state = -1;
	t->reason = -1;
	t->mode = -1;
	t->cpu = -1;
	t->has_g = -1;
	t->syscall = -1;
	t->now_ns = MPS_NA;
	t->in_state_ns = MPS_NA;
	t->start_ticks = MPS_NA;
#define X(name) t->n.name = MPS_NA;
	MPS_TASK_COUNTERS(X)
#undef X
	t->call.nr = -1;
	t->call.sleep_ns = MPS_NA;
	t->call.word_after = MPS_NA;
}

void mps_sample_init(struct mps_sample *s, int32_t tgid)
{
	memset(s, 0, sizeof(*s));
	s->tgid = tgid;
	s->missed = MPS_NA;
}

void mps_sample_free(struct mps_sample *s)
{
	free(s->task);
	mps_sample_init(s, s->tgid);
}

/**
 * mps_sample_add() - append a thread
 * @s: the sample
 * @tid: of the thread
 *
 * Return: the new thread, valid until the next call; NULL without memory.
 */
struct mps_task *mps_sample_add(struct mps_sample *s, int32_t tid)
{
	struct mps_task *task;
	uint32_t size;

	if (s->nr == s->size) {
		size = s->size ? s->size * 2 : SAMPLE_MIN;
		task = realloc(s->task, size * sizeof(*task));
		if (!task)
			return NULL;
		s->task = task;
		s->size = size;
	}
	task = &s->task[s->nr++];
	mps_task_init(task, tid);
	return task;
}

static int task_cmp(const void *a, const void *b)
{
	int32_t x = ((const struct mps_task *)a)->tid;
	int32_t y = ((const struct mps_task *)b)->tid;

	return (x > y) - (x < y);
}

void mps_sample_sort(struct mps_sample *s)
{
	if (s->nr)
		qsort(s->task, s->nr, sizeof(*s->task), task_cmp);
}

/**
 * mps_sample_find() - a thread of a sorted sample
 * @s: the sample
 * @tid: wanted
 *
 * Return: the thread or NULL.
 */
struct mps_task *mps_sample_find(const struct mps_sample *s, int32_t tid)
{
	uint32_t lo = 0, hi = s->nr;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (s->task[mid].tid == tid)
			return &s->task[mid];
		if (s->task[mid].tid < tid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* A thread id can be taken over by a new thread: its life is then shorter. */
static bool same_thread(const struct mps_task *was, const struct mps_task *is)
{
	if (was->start_ticks != MPS_NA && is->start_ticks != MPS_NA &&
	    was->start_ticks != is->start_ticks)
		return false;
	return was->n.life_ns == MPS_NA || is->n.life_ns == MPS_NA ||
	       is->n.life_ns >= was->n.life_ns;
}

/**
 * mps_task_delta() - what a thread did between two samples
 * @was: the thread in the earlier sample, NULL if it was not there
 * @is: the same thread in the later one
 * @d: to fill
 */
void mps_task_delta(const struct mps_task *was, const struct mps_task *is,
		    struct mps_task_delta *d)
{
	int r, m;

	d->born = !was || !same_thread(was, is);
	d->n = is->n;
	memcpy(d->block, is->block, sizeof(d->block));
	if (d->born)
		return;
#define X(name) d->n.name = mps_sub(is->n.name, was->n.name);
	MPS_TASK_COUNTERS(X)
#undef X
	for (r = 0; r < MPSCOPE_NR_REASONS; r++) {
		for (m = 0; m < MPSCOPE_NR_MODES; m++) {
			struct mps_block *b = &d->block[r][m];

			b->nr = mps_sub(b->nr, was->block[r][m].nr);
			b->total_ns = mps_sub(b->total_ns,
					      was->block[r][m].total_ns);
		}
	}
}

/**
 * mps_task_runnable_ns() - time a thread wanted a CPU and had none
 * @n: its counters, or a difference of them
 *
 * Return: nanoseconds, MPS_NA if a part is unknown.
 */
uint64_t mps_task_runnable_ns(const struct mps_counters *n)
{
	return mps_add(mps_add(n->woken_ns, n->preempted_ns),
		       mps_add(n->yielded_ns, n->birth_ns));
}
