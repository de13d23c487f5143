// SPDX-License-Identifier: GPL-2.0
/*
 * report wakes: who woke whom, by what both were doing; how long the wakeup
 * took; and which were for nothing.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fmt.h"
#include "tell.h"

#define USELESS_NS	UINT64_C(50000)	/* back in its sleep within this: for nothing */
#define NR_PAIRS	4096		/* a power of 2 */
#define SHOWN		10

/* Wakers, by what they have; threads of the same process but for OTHER. */
#define WAKERS(X)							\
	X(HOLDER,	"P holder")					\
	X(NO_P,		"thread without P")				\
	X(OTHER,	"other process")				\
	X(TIMER,	"timer")					\
	X(HARDIRQ,	"interrupt")					\
	X(SOFTIRQ,	"softirq")					\
	X(UNKNOWN,	"unknown")
#define X_ID(id, word)	WAKER_##id,
enum waker { WAKERS(X_ID) NR_WAKERS };

/* Those who are woken, by what they slept in; then one for each other reason. */
enum { WAKEE_NETPOLL, WAKEE_IDLE, WAKEE_HOLDER, WAKEE_REASON,
	NR_WAKEES = WAKEE_REASON + MPSCOPE_NR_REASONS };

struct cell {
	struct mps_times wait;	/* from the wakeup to the CPU */
	uint64_t useless;
};

struct pair {
	int64_t waker, wakee;
	uint64_t nr;
};

struct keep {
	struct cell *cell[NR_WAKERS][NR_WAKEES];
	uint64_t woken, in_vain, unknown;
	struct pair pair[NR_PAIRS];
	uint64_t nr_pairs, no_room;
};

/* By thread: the cell of the wakeup it runs from. */
struct from {
	uint8_t waker, wakee;
	bool open;
	uint8_t woken_by;	/* as it was when it woke, plus 1; 0: no event */
};

static struct mps_tell_room room, froms;

static enum waker waker_of(const struct mps_tell_ctx *c, const struct mps_rec_event *e)
{
	const struct mps_sthread *w;

	switch (e->wake_source) {
	case MPSCOPE_WAKE_SELF:
		w = mps_story_thread(c->story, e->waker_tid);
		if (!w || (w->m < 0 && !w->had_p))
			return WAKER_NO_P;
		return w->p >= 0 || (w->on && w->had_p) ? WAKER_HOLDER :
							  WAKER_NO_P;
	case MPSCOPE_WAKE_OTHER:
		return WAKER_OTHER;
	case MPSCOPE_WAKE_TIMER:
		return WAKER_TIMER;
	case MPSCOPE_WAKE_HARDIRQ:
		return WAKER_HARDIRQ;
	case MPSCOPE_WAKE_SOFTIRQ:
		return WAKER_SOFTIRQ;
	default:
		return WAKER_UNKNOWN;
	}
}

static unsigned int wakee_of(const struct mps_rec_event *e)
{
	if (e->p >= 0)
		return WAKEE_HOLDER;
	if (e->m >= 0 && e->reason == MPSCOPE_REASON_EPOLL)
		return WAKEE_NETPOLL;
	if (e->m >= 0 && e->reason == MPSCOPE_REASON_FUTEX)
		return WAKEE_IDLE;
	return WAKEE_REASON + (e->reason >= 0 && e->reason < MPSCOPE_NR_REASONS ?
			       (unsigned int)e->reason : MPSCOPE_REASON_OTHER);
}

static void add_pair(struct keep *k, int64_t waker, int64_t wakee)
{
	size_t i = (size_t)(waker * 31 + wakee) & (NR_PAIRS - 1);

	for (size_t n = 0; n < NR_PAIRS; n++, i = (i + 1) & (NR_PAIRS - 1)) {
		struct pair *p = &k->pair[i];

		if (p->nr && (p->waker != waker || p->wakee != wakee))
			continue;
		if (!p->nr && k->nr_pairs >= NR_PAIRS * 3 / 4)
			break;
		k->nr_pairs += !p->nr;
		p->waker = waker;
		p->wakee = wakee;
		p->nr++;
		return;
	}
	k->no_room++;
}

/* The stay that a wakeup led to is over. */
static void settle(struct keep *k, struct from *f, const struct mps_rec_event *e)
{
	bool parked = e->reason == MPSCOPE_REASON_FUTEX ||
		      e->reason == MPSCOPE_REASON_EPOLL;

	if (f->open && parked && e->p < 0 && e->ran_ns >= 0 &&
	    (uint64_t)e->ran_ns < USELESS_NS &&
	    (f->wakee == WAKEE_IDLE || f->wakee == WAKEE_NETPOLL)) {
		k->cell[f->waker][f->wakee]->useless++;
		k->in_vain++;
	}
	f->open = false;
}

static void on_run(struct mps_tell_ctx *c, struct keep *k, struct from *f,
		   const struct mps_rec_event *e)
{
	unsigned int waker = f->woken_by ? f->woken_by - 1u : waker_of(c, e);
	unsigned int wakee = wakee_of(e);
	struct cell **cell = &k->cell[waker][wakee];

	if (!*cell)
		*cell = calloc(1, sizeof(**cell));
	if (!*cell) {
		c->failed = true;
		return;
	}
	f->woken_by = 0;
	k->woken++;
	k->unknown += waker == WAKER_UNKNOWN;
	mps_times_add(&(*cell)->wait, e->wait_ns > 0 ? (uint64_t)e->wait_ns : 0);
	if (e->wake_source == MPSCOPE_WAKE_SELF)
		add_pair(k, e->waker_tid, e->tid);
	f->waker = (uint8_t)waker;
	f->wakee = (uint8_t)wakee;
	f->open = true;
}

static void on_event(struct mps_tell_ctx *c, const struct mps_rec_event *e,
		     const struct mps_sthread *t)
{
	struct keep *k;
	struct from *f;

	if (e->type != MPS_REC_RUN && e->type != MPS_REC_BLOCK &&
	    e->type != MPS_REC_WAKE)
		return;
	k = mps_tell_room_of(c, &room, t, sizeof(*k));
	f = mps_tell_slot(c, &froms, t->nr, sizeof(*f));
	if (!k || !f)
		return;
	/* when it runs, its waker may long do something else */
	if (e->type == MPS_REC_WAKE) {
		f->woken_by = (uint8_t)(waker_of(c, e) + 1);
		return;
	}
	/* without thread_block the next run tells how the last ended */
	settle(k, f, e);
	if (e->type == MPS_REC_RUN && e->state == MPSCOPE_STATE_BLOCKED)
		on_run(c, k, f, e);
}

static const struct mps_col cols[] = {
	{ .name = "waker", .kind = MPS_KIND_STRING },
	{ .name = "wakee", .kind = MPS_KIND_STRING },
	{ .name = "nr", .kind = MPS_KIND_COUNT },
	{ .name = "share", .title = "share%", .kind = MPS_KIND_PERCENT },
	{ .name = "wait_p50_le_ns", .title = "p50<=", .kind = MPS_KIND_NS_LE },
	{ .name = "wait_p99_le_ns", .title = "p99<=", .kind = MPS_KIND_NS_LE },
	{ .name = "wait_max_ns", .title = "max", .kind = MPS_KIND_NS },
	{ .name = "useless", .kind = MPS_KIND_COUNT },
	{ .name = "bar", .title = "", .kind = MPS_KIND_BAR,
	  .flags = MPS_COL_TEXT, .hide = 1 },
};

struct line {
	unsigned int waker, wakee;
	const struct cell *cell;
};

static int by_nr(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	return x->cell->wait.nr > y->cell->wait.nr ? -1 :
	       x->cell->wait.nr < y->cell->wait.nr;
}

static void show_matrix(struct mps_out *out, const struct keep *k)
{
#define X_WORD(id, word)	word,
	static const char * const wakers[] = { WAKERS(X_WORD) };
	static const char * const wakees[] = {
		"netpoller", "idle M", "P holder",
		MPSCOPE_REASONS(MPSCOPE_X_NAME)
	};
	struct line line[NR_WAKERS * NR_WAKEES];
	size_t nr = 0;

	for (unsigned int i = 0; i < NR_WAKERS; i++)
		for (unsigned int j = 0; j < NR_WAKEES; j++)
			if (k->cell[i][j])
				line[nr++] = (struct line){ i, j, k->cell[i][j] };
	qsort(line, nr, sizeof(line[0]), by_nr);
	mps_out_table_begin(out, "wakes", cols, sizeof(cols) / sizeof(cols[0]), 0);
	for (size_t i = 0; i < nr; i++) {
		const struct mps_times *t = &line[i].cell->wait;
		uint64_t share = mps_fmt_share(t->nr, k->woken);
		bool parks = line[i].wakee <= WAKEE_IDLE;
		const struct mps_cell cells[] = {
			mps_cell_str(wakers[line[i].waker]),
			mps_cell_str(wakees[line[i].wakee]),
			mps_cell_u64(t->nr), mps_cell_u64(share),
			mps_cell_u64(mps_times_at_most(t, 5000)),
			mps_cell_u64(mps_times_at_most(t, 9900)),
			mps_cell_u64(t->max),
			parks ? mps_cell_u64(line[i].cell->useless) :
				mps_cell_none(),
			mps_cell_u64(share),
		};

		mps_out_row(out, cells);
	}
	mps_out_table_end(out);
}

static const struct mps_col pair_cols[] = {
	{ .name = "waker_tid", .title = "waker", .kind = MPS_KIND_ID },
	{ .name = "waker_m", .title = "M", .kind = MPS_KIND_ID },
	{ .name = "wakee_tid", .title = "wakee", .kind = MPS_KIND_ID },
	{ .name = "wakee_m", .title = "M", .kind = MPS_KIND_ID },
	{ .name = "nr", .kind = MPS_KIND_COUNT },
};

static int by_pair_nr(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	return x->nr > y->nr ? -1 : x->nr < y->nr;
}

static struct mps_cell m_of(const struct mps_tell_ctx *c, int64_t tid)
{
	const struct mps_sthread *t = mps_story_thread(c->story, tid);

	return t && t->m >= 0 ? mps_cell_u64((uint64_t)t->m) : mps_cell_none();
}

static void show_pairs(struct mps_tell_ctx *c, struct mps_out *out, struct keep *k)
{
	size_t nr = k->nr_pairs, max = c->opt->rows ? c->opt->rows :
		c->opt->format == MPS_FORMAT_TEXT ? SHOWN : nr;

	/* from here on it is a list */
	qsort(k->pair, NR_PAIRS, sizeof(*k->pair), by_pair_nr);
	mps_out_table_begin(out, "pairs", pair_cols,
			    sizeof(pair_cols) / sizeof(pair_cols[0]), 0);
	for (size_t i = 0; i < nr && i < max; i++) {
		const struct mps_cell cells[] = {
			mps_cell_u64((uint64_t)k->pair[i].waker),
			m_of(c, k->pair[i].waker),
			mps_cell_u64((uint64_t)k->pair[i].wakee),
			m_of(c, k->pair[i].wakee), mps_cell_u64(k->pair[i].nr),
		};

		mps_out_row(out, cells);
	}
	mps_out_table_end(out);
	if (nr > max)
		mps_out_note(out, "%zu of %zu pairs of threads are shown (-n)", max, nr);
	mps_out_dropped(out, "waker_pairs", "wakeups of pairs beyond 3072",
			mps_cell_u64(k->no_room));
}

/* Half the parked threads that are woken find nothing: too many are woken. */
static void advise(struct mps_out *out, const struct keep *k)
{
	uint64_t idle = 0, useless = 0;
	char share[MPS_FMT_LEN];

	for (unsigned int i = 0; i < NR_WAKERS; i++)
		if (k->cell[i][WAKEE_IDLE]) {
			idle += k->cell[i][WAKEE_IDLE]->wait.nr;
			useless += k->cell[i][WAKEE_IDLE]->useless;
		}
	if (!idle)
		return;
	mps_fmt_hundredths(share, mps_fmt_share(useless, idle));
	if (useless * 2 > idle && idle >= 100)
		mps_out_note(out, "advice: %llu of %llu wakeups of idle Ms (%s%%) were for nothing: more Ps than the work needs; try a lower GOMAXPROCS",
			     (unsigned long long)useless,
			     (unsigned long long)idle, share);
	else
		mps_out_note(out, "useless wakeups of idle Ms (parked again within 50 us, without a P): %llu of %llu (%s%%)",
			     (unsigned long long)useless,
			     (unsigned long long)idle, share);
}

static void show(struct mps_tell_ctx *c, struct mps_out *out,
		 const struct mps_sproc *g)
{
	struct keep *k = mps_tell_room(c, &room, g, sizeof(*k));

	if (!k)
		return;
	mps_out_heading(out, "wakeups that ended a sleep: %" PRIu64 "%s", k->woken,
			mps_tell_bound(c));
	mps_out_field(out, "woken", MPS_KIND_COUNT, mps_cell_u64(k->woken));
	mps_out_field(out, "useless", MPS_KIND_COUNT, mps_cell_u64(k->in_vain));
	show_matrix(out, k);
	if (k->nr_pairs)
		show_pairs(c, out, k);
	advise(out, k);
	if (k->woken && k->unknown == k->woken)
		mps_out_note(out, "who woke is not known: the feature wakers was off; 'mpscope record' turns it on, or 'mpscope tag PID --features epoll,migrate,wakers'");
}

static void done(void)
{
	for (size_t i = 0; i < room.nr; i++)
		for (unsigned int j = 0; j < NR_WAKERS; j++)
			for (unsigned int l = 0; l < NR_WAKEES; l++)
				free(((struct keep *)room.at + i)->cell[j][l]);
	free(room.at);
	free(froms.at);
	memset(&room, 0, sizeof(room));
	memset(&froms, 0, sizeof(froms));
}

const struct mps_tell mps_tell_wakes = {
	.name = "wakes",
	.what = "who woke whom, by role; how long it took; useless wakeups",
	.event = on_event,
	.show = show,
	.free = done,
};
