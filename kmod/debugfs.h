/* SPDX-License-Identifier: GPL-2.0 */
/* The files of the module: Documentation/ABI/debugfs-mpscope. */
#ifndef _MPSCOPE_DEBUGFS_H
#define _MPSCOPE_DEBUGFS_H

#include <linux/seq_file.h>

#include "core/statline.h"
#include "target.h"

/* Room for all lines that one record of any file may take. */
#define MPS_LINES_SIZE	8192

/* How one file is made: its header, and one record of it as lines. */
struct mps_file {
	const char *name;
	const char *cols;
	void (*thread)(struct mps_line *l, const struct mps_target *g,
		       const struct mps_snapshot *s);
};

/* One open file. */
struct mps_reader {
	const struct mps_file *file;
	struct mps_target *target;	/* a reference, or NULL */
	struct mps_snapshot snap;
	struct mps_snapshot tmp;
	char lines[MPS_LINES_SIZE];
};

int mps_debugfs_init(void);
void mps_debugfs_stop(void);
void mps_debugfs_exit(void);
int mps_debugfs_add_target(struct mps_target *g);
void mps_debugfs_del_target(struct mps_target *g);

/* reader.c: files of many records */
int mps_threads_open(struct inode *inode, struct file *file);
int mps_wakers_open(struct inode *inode, struct file *file);
int mps_tombstones_open(struct inode *inode, struct file *file);
int mps_tags_open(struct inode *inode, struct file *file);
int mps_reader_release(struct inode *inode, struct file *file);

/* rows.c: records */
extern const struct mps_file mps_thread_files[];
extern const unsigned int mps_nr_thread_files;
extern const struct mps_file mps_tombstone_file;
void mps_row_hist_header(struct mps_line *l);

/* control.c: what tags and rules take, and what was refused */
ssize_t mps_tags_write(struct file *f, const char __user *buf, size_t n, loff_t *pos);
ssize_t mps_rules_write(struct file *f, const char __user *buf, size_t n, loff_t *pos);
int mps_refuse(int err, const char *file, const char *line, const char *why);
void mps_last_error_show(struct seq_file *m);

/* keyval.c: files of one record */
int mps_version_show(struct seq_file *m, void *unused);
int mps_features_show(struct seq_file *m, void *unused);
int mps_limits_show(struct seq_file *m, void *unused);
int mps_self_show(struct seq_file *m, void *unused);
int mps_error_show(struct seq_file *m, void *unused);
int mps_rules_show(struct seq_file *m, void *unused);
int mps_summary_show(struct seq_file *m, struct mps_reader *r);
void mps_show_header(struct seq_file *m, const char *cols);
void mps_show_features(struct seq_file *m, u32 features);
void mps_show_opts(struct seq_file *m, bool children, u32 features);

#endif /* _MPSCOPE_DEBUGFS_H */
