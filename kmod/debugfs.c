// SPDX-License-Identifier: GPL-2.0
/*
 * The files: which there are, and what each of them does. Files of many records
 * are read in reader.c, those of one in keyval.c, commands in control.c. COLD.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "debugfs.h"
#include "exact.h"
#include "rules.h"

static struct dentry *mps_dir, *mps_targets_dir, *mps_tags, *mps_rules_file;

static int summary_show(struct seq_file *m, void *unused)
{
	struct mps_target *g = m->private;
	struct mps_reader *r = kvzalloc(sizeof(*r), GFP_KERNEL);
	int ret;

	if (!r)
		return -ENOMEM;
	r->target = g;
	ret = mps_summary_show(m, r);
	kvfree(r);
	return ret;
}

static int target_open(struct inode *inode, struct file *file,
		       int (*show)(struct seq_file *m, void *unused))
{
	int ret = single_open(file, show, inode->i_private);

	if (!ret)
		mps_target_get(inode->i_private);
	return ret;
}

static int summary_open(struct inode *inode, struct file *file)
{
	return target_open(inode, file, summary_show);
}

static int golayout_open(struct inode *inode, struct file *file)
{
	return target_open(inode, file, mps_golayout_show);
}

static int ps_open(struct inode *inode, struct file *file)
{
	return target_open(inode, file, mps_ps_show);
}

static int pressure_open(struct inode *inode, struct file *file)
{
	return target_open(inode, file, mps_pressure_show);
}

static int target_single_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	mps_target_put(m->private);
	return single_release(inode, file);
}

static int keyval_open(struct inode *inode, struct file *file)
{
	return single_open(file, inode->i_private, NULL);
}

#define MPS_FOPS(name, how_open, how_write, how_release)		\
static const struct file_operations name = {				\
	.owner = THIS_MODULE, .open = how_open, .read = seq_read,	\
	.write = how_write, .llseek = seq_lseek, .release = how_release,\
}

MPS_FOPS(threads_fops, mps_threads_open, NULL, mps_reader_release);
MPS_FOPS(wakers_fops, mps_wakers_open, NULL, mps_reader_release);
MPS_FOPS(tombstones_fops, mps_tombstones_open, NULL, mps_reader_release);
MPS_FOPS(tags_fops, mps_tags_open, mps_tags_write, mps_reader_release);
MPS_FOPS(summary_fops, summary_open, NULL, target_single_release);
MPS_FOPS(golayout_fops, golayout_open, mps_golayout_write, target_single_release);
MPS_FOPS(ps_fops, ps_open, NULL, target_single_release);
MPS_FOPS(pressure_fops, pressure_open, NULL, target_single_release);
MPS_FOPS(keyval_fops, keyval_open, NULL, single_release);
MPS_FOPS(rules_fops, keyval_open, mps_rules_write, single_release);

/* A directory for a target, whole or not at all. COLD, (M). Return: 0, -ENOMEM. */
int mps_debugfs_add_target(struct mps_target *g)
{
	struct dentry *dir;
	unsigned int i;
	char name[16];
	bool bad;

	snprintf(name, sizeof(name), "%d", g->tgid);
	dir = debugfs_create_dir(name, mps_targets_dir);
	if (IS_ERR(dir))
		return -ENOMEM;
	bad = IS_ERR(debugfs_create_file("summary", 0400, dir, g, &summary_fops));
	bad |= IS_ERR(debugfs_create_file("wakers", 0400, dir, g, &wakers_fops));
	bad |= IS_ERR(debugfs_create_file("golayout", 0600, dir, g, &golayout_fops));
	bad |= IS_ERR(debugfs_create_file("ps", 0400, dir, g, &ps_fops));
	bad |= IS_ERR(debugfs_create_file("pressure", 0400, dir, g, &pressure_fops));
	for (i = 0; i < mps_nr_thread_files; i++) {
		g->nodes[i].target = g;
		g->nodes[i].file = &mps_thread_files[i];
		bad |= IS_ERR(debugfs_create_file(mps_thread_files[i].name, 0400,
						  dir, &g->nodes[i],
						  &threads_fops));
	}
	if (bad) {
		debugfs_remove(dir);
		return -ENOMEM;
	}
	g->dir = dir;
	return 0;
}

/* Waits for readers that are in a file this moment. COLD, (M). */
void mps_debugfs_del_target(struct mps_target *g)
{
	debugfs_remove(g->dir);
	g->dir = NULL;
}

/* On error some files may be there, and in use: stop and exit take them away. */
int mps_debugfs_init(void)
{
	static const struct {
		const char *name;
		int (*show)(struct seq_file *m, void *unused);
	} keyvals[] = {
		{ "version", mps_version_show },
		{ "features", mps_features_show },
		{ "limits", mps_limits_show },
		{ "self", mps_self_show },
		{ "last_error", mps_error_show },
	};
	unsigned int i;
	bool bad = false;

	BUILD_BUG_ON(MPS_NR_NODES < 5);
	mps_dir = debugfs_create_dir("mpscope", NULL);
	if (IS_ERR(mps_dir))
		return PTR_ERR(mps_dir);
	for (i = 0; i < ARRAY_SIZE(keyvals); i++)
		bad |= IS_ERR(debugfs_create_file(keyvals[i].name, 0400, mps_dir,
						  keyvals[i].show, &keyval_fops));
	bad |= IS_ERR(debugfs_create_file("tombstones", 0400, mps_dir, NULL,
					  &tombstones_fops));
	mps_targets_dir = debugfs_create_dir("targets", mps_dir);
	bad |= IS_ERR(mps_targets_dir);
	/* The last ones: a command may come as soon as its file is there. */
	mps_rules_file = debugfs_create_file("rules", 0600, mps_dir,
					     mps_rules_show, &rules_fops);
	mps_tags = debugfs_create_file("tags", 0600, mps_dir, NULL, &tags_fops);
	bad |= IS_ERR(mps_rules_file) || IS_ERR(mps_tags);
	return bad ? -ENOMEM : 0;
}

/* Commands come to an end: those under way are waited for. */
void mps_debugfs_stop(void)
{
	debugfs_remove(mps_tags);
	debugfs_remove(mps_rules_file);
}

void mps_debugfs_exit(void)
{
	debugfs_remove(mps_dir);
}
