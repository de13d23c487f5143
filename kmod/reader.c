// SPDX-License-Identifier: GPL-2.0
/*
 * Reading a file of many records: open, iterate, close. Records are made in
 * rows.c. COLD.
 *
 * An iterator holds rcu_read_lock() while it fills one buffer and remembers a
 * serial number between two, so a reader needs the same memory for one thread
 * and for ten thousand, and blocks nobody.
 */
#include <linux/rculist.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "debugfs.h"
#include "exact.h"

/* Fixed: more rows per read() and fewer restarts of the iterator. */
#define MPS_BUFFER_SIZE	SZ_64K

static int reader_open(struct file *file, const struct seq_operations *ops,
		       const struct mps_file *which, struct mps_target *g)
{
	struct seq_file *m;
	struct mps_reader *r;
	void *buf;
	int ret;

	buf = kvmalloc(MPS_BUFFER_SIZE, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	ret = seq_open(file, ops);
	if (ret) {
		kvfree(buf);
		return ret;
	}
	m = file->private_data;
	m->buf = buf;
	m->size = MPS_BUFFER_SIZE;
	r = kvzalloc(sizeof(*r), GFP_KERNEL);
	if (!r) {
		seq_release(NULL, file);
		return -ENOMEM;
	}
	r->file = which;
	if (g)
		mps_target_get(g);
	r->target = g;
	m->private = r;
	return 0;
}

int mps_reader_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;
	struct mps_reader *r = m->private;

	if (r->target)
		mps_target_put(r->target);
	kvfree(r);
	return seq_release(inode, file);
}

static void show_header(struct seq_file *m, const struct mps_reader *r)
{
	struct mps_line l;
	char buf[1024];

	if (!strcmp(r->file->name, "threads")) {
		struct mps_exact *x = READ_ONCE(r->target->exact);

		if (x)
			mps_exact_ask(x);
	}
	if (strcmp(r->file->name, "histograms")) {
		mps_show_header(m, r->file->cols);
		return;
	}
	mps_line_init(&l, buf, sizeof(buf));
	mps_row_hist_header(&l);
	mps_line_end(&l);
	seq_printf(m, "version %d\n# %s ", MPSCOPE_ABI_MAJOR, r->file->cols);
	seq_write(m, buf, min(l.len, l.size));
}

static void show_thread(struct seq_file *m, struct mps_reader *r,
			const struct mps_target *g, struct mps_thread *t)
{
	struct mps_line l;

	if (!mps_thread_snapshot(t, &r->snap))
		return;
	mps_line_init(&l, r->lines, sizeof(r->lines));
	r->file->thread(&l, g, &r->snap);
	if (!WARN_ON_ONCE(mps_line_overflow(&l)))
		seq_write(m, r->lines, l.len);
}

/*
 * Threads of one target. Position 0 is the header, position n + 1 the first
 * thread with a serial number of n or more.
 */
static struct mps_thread *thread_from(struct mps_target *g, loff_t serial)
{
	struct mps_thread *t;

	list_for_each_entry_rcu(t, &g->threads, in_target)
		if (t->serial >= serial)
			return t;
	return NULL;
}

static void *threads_start(struct seq_file *m, loff_t *pos)
	__acquires(RCU)
{
	struct mps_reader *r = m->private;

	rcu_read_lock();
	return *pos ? thread_from(r->target, *pos - 1) : SEQ_START_TOKEN;
}

static void *threads_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct mps_reader *r = m->private;
	struct mps_thread *t = v;

	if (v == SEQ_START_TOKEN) {
		*pos = 1;
		return thread_from(r->target, 0);
	}
	*pos = (loff_t)t->serial + 2;
	t = list_entry_rcu(t->in_target.next, struct mps_thread, in_target);
	return &t->in_target == &r->target->threads ? NULL : t;
}

static void rcu_stop(struct seq_file *m, void *v)
	__releases(RCU)
{
	rcu_read_unlock();
}

static int threads_show(struct seq_file *m, void *v)
{
	struct mps_reader *r = m->private;

	if (v == SEQ_START_TOKEN)
		show_header(m, r);
	else
		show_thread(m, r, r->target, v);
	return 0;
}

static const struct seq_operations threads_ops = {
	.start = threads_start, .next = threads_next,
	.stop = rcu_stop, .show = threads_show,
};

/*
 * Tombstones of all targets. Position: the target's id in the upper half, the
 * serial number in the lower; both plus one.
 */
static struct mps_thread *tombstone_from(loff_t pos)
{
	u32 id = (pos >> 32) - 1, serial = (u32)pos - 1;
	struct mps_target *g;
	struct mps_thread *t;

	list_for_each_entry_rcu(g, &mps_targets, node) {
		if (g->id < id)
			continue;
		list_for_each_entry_rcu(t, &g->threads, in_target)
			if (READ_ONCE(t->dead) &&
			    (g->id > id || t->serial >= serial))
				return t;
	}
	return NULL;
}

#define FIRST_TOMBSTONE	((1LL << 32) | 1)

static void *tombstones_start(struct seq_file *m, loff_t *pos)
	__acquires(RCU)
{
	rcu_read_lock();
	return *pos ? tombstone_from(*pos) : SEQ_START_TOKEN;
}

static void *tombstones_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct mps_thread *t = v;

	if (v == SEQ_START_TOKEN)
		*pos = FIRST_TOMBSTONE;
	else
		*pos = ((loff_t)t->target->id + 1) << 32 | (t->serial + 2);
	return tombstone_from(*pos);
}

static int tombstones_show(struct seq_file *m, void *v)
{
	struct mps_thread *t = v;

	if (v == SEQ_START_TOKEN)
		show_header(m, m->private);
	else
		show_thread(m, m->private, t->target, t);
	return 0;
}

static const struct seq_operations tombstones_ops = {
	.start = tombstones_start, .next = tombstones_next,
	.stop = rcu_stop, .show = tombstones_show,
};

/* Live targets, by id. */
static struct mps_target *target_from(loff_t id)
{
	struct mps_target *g;

	list_for_each_entry_rcu(g, &mps_targets, node)
		if (READ_ONCE(g->live) && g->id >= id)
			return g;
	return NULL;
}

static void *tags_start(struct seq_file *m, loff_t *pos)
	__acquires(RCU)
{
	rcu_read_lock();
	return *pos ? target_from(*pos - 1) : SEQ_START_TOKEN;
}

static void *tags_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct mps_target *g = v;

	*pos = v == SEQ_START_TOKEN ? 1 : (loff_t)g->id + 2;
	return target_from(*pos - 1);
}

static int tags_show(struct seq_file *m, void *v)
{
	struct mps_target *g = v;

	if (v == SEQ_START_TOKEN) {
		mps_show_header(m, MPSCOPE_COLS_TAGS);
	} else {
		seq_printf(m, "%d", g->tgid);
		mps_show_opts(m, g->children, g->features);
	}
	return 0;
}

static const struct seq_operations tags_ops = {
	.start = tags_start, .next = tags_next,
	.stop = rcu_stop, .show = tags_show,
};

/* Pairs of waker and wakee, by their place in the table. */
static void *wakers_from(struct seq_file *m, loff_t *pos)
{
	struct mps_reader *r = m->private;
	struct mps_waker_slot *s = r->target->wakers;

	if (!*pos)
		return SEQ_START_TOKEN;
	if (!s)		/* the one row that says "not measured" */
		return *pos == 1 ? r : NULL;
	for (; *pos <= MPS_WAKER_SLOTS; ++*pos)
		if (atomic64_read(&s[*pos - 1].key))
			return &s[*pos - 1];
	return NULL;
}

static void *wakers_start(struct seq_file *m, loff_t *pos)
{
	return wakers_from(m, pos);
}

static void *wakers_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return wakers_from(m, pos);
}

static void wakers_stop(struct seq_file *m, void *v)
{
}

static int wakers_show(struct seq_file *m, void *v)
{
	struct mps_reader *r = m->private;
	struct mps_waker_slot *s = v;

	if (v == SEQ_START_TOKEN) {
		mps_show_header(m, MPSCOPE_COLS_WAKERS);
	} else if (!r->target->wakers) {
		seq_puts(m, "- - -\n");
	} else {
		s64 key = atomic64_read(&s->key);

		seq_printf(m, "%u %u %lld\n", (u32)(key >> 32), (u32)key,
			   atomic64_read(&s->nr));
	}
	return 0;
}

static const struct seq_operations wakers_ops = {
	.start = wakers_start, .next = wakers_next,
	.stop = wakers_stop, .show = wakers_show,
};

int mps_threads_open(struct inode *inode, struct file *file)
{
	struct mps_node *n = inode->i_private;

	return reader_open(file, &threads_ops, n->file, n->target);
}

int mps_wakers_open(struct inode *inode, struct file *file)
{
	return reader_open(file, &wakers_ops, NULL, inode->i_private);
}

int mps_tombstones_open(struct inode *inode, struct file *file)
{
	return reader_open(file, &tombstones_ops, &mps_tombstone_file, NULL);
}

int mps_tags_open(struct inode *inode, struct file *file)
{
	return reader_open(file, &tags_ops, NULL, NULL);
}
