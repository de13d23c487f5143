// SPDX-License-Identifier: GPL-2.0
/* Commands written to tags and rules: parse all lines, then do them. COLD. */
#include <linux/ctype.h>
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "debugfs.h"
#include "rules.h"
#include "target.h"

/* The last refusal, as a sentence for people. */
static char last_error[256];
static DEFINE_SPINLOCK(last_error_lock);

static const char *errno_name(int err)
{
	switch (err) {
	case -EINVAL:		return "EINVAL";
	case -E2BIG:		return "E2BIG";
	case -ESRCH:		return "ESRCH";
	case -EPERM:		return "EPERM";
	case -EEXIST:		return "EEXIST";
	case -ENOENT:		return "ENOENT";
	case -ENOSPC:		return "ENOSPC";
	case -ENOMEM:		return "ENOMEM";
	case -EOPNOTSUPP:	return "EOPNOTSUPP";
	default:		return "ERROR";
	}
}

int mps_refuse(int err, const char *file, const char *line, const char *why)
{
	int len = strcspn(line, "\n");

	spin_lock(&last_error_lock);
	snprintf(last_error, sizeof(last_error), "%s %s: %.*s%s: %s",
		 errno_name(err), file, min(len, 64), line,
		 len > 64 ? "..." : "", why);
	spin_unlock(&last_error_lock);
	return err;
}

void mps_last_error_show(struct seq_file *m)
{
	char copy[sizeof(last_error)], *p;

	spin_lock(&last_error_lock);
	memcpy(copy, last_error, sizeof(copy));
	spin_unlock(&last_error_lock);
	for (p = copy; *p; p++)
		if (!isprint(*p))
			*p = '?';
	if (*copy)
		seq_printf(m, "%s\n", copy);
}

/* A command file: its lines are checked first, then done. */
struct mps_command {
	const char *file;
	enum mps_cmd_error (*parse)(const char *line, void *cmd);
	int (*run)(const void *cmd, const char **why);
	void (*clear)(void);
	size_t size;
};

static enum mps_cmd_error tag_parse(const char *line, void *cmd)
{
	return mps_tag_parse(line, cmd);
}

static int tag_run(const void *cmd, const char **why)
{
	const struct mps_tag_cmd *c = cmd;

	return c->remove ? mps_target_untag_pid(c->pid, why) :
			   mps_target_tag_pid(c->pid, &c->opts, why);
}

static enum mps_cmd_error rule_parse(const char *line, void *cmd)
{
	return mps_rule_parse(line, cmd);
}

static int rule_run(const void *cmd, const char **why)
{
	const struct mps_rule_cmd *c = cmd;

	return c->remove ? mps_rules_del(c, why) : mps_rules_add(c, why);
}

static const struct mps_command tags_command = {
	"tags", tag_parse, tag_run, mps_target_untag_all,
	sizeof(struct mps_tag_cmd)
};

static const struct mps_command rules_command = {
	"rules", rule_parse, rule_run, mps_rules_clear,
	sizeof(struct mps_rule_cmd)
};

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return *line ? line + 1 : line;
}

static int check_lines(const struct mps_command *c, const char *text, void *cmd)
{
	enum mps_cmd_error e;
	const char *line;

	for (line = text; *line; line = next_line(line)) {
		e = c->parse(line, cmd);
		if (e != MPS_CMD_OK && e != MPS_CMD_SKIP)
			return mps_refuse(-EINVAL, c->file, line, mps_cmd_sentence(e));
	}
	return 0;
}

static int run_lines(const struct mps_command *c, const char *text, void *cmd)
{
	const char *line, *why;
	int ret;

	if (!*skip_spaces(text)) {
		c->clear();
		return 0;
	}
	for (line = text; *line; line = next_line(line)) {
		if (c->parse(line, cmd) != MPS_CMD_OK)
			continue;
		ret = c->run(cmd, &why);
		if (ret)
			return mps_refuse(ret, c->file, line, why);
	}
	return 0;
}

static int no_memory(const struct mps_command *c)
{
	return mps_refuse(-ENOMEM, c->file, "", "no memory");
}

static ssize_t command_write(const struct mps_command *c,
			     const char __user *buf, size_t n)
{
	char *text;
	void *cmd;
	int ret;

	if (n > MPSCOPE_MAX_CMD)
		return mps_refuse(-E2BIG, c->file, "",
			      "too long: write at most 4095 bytes at once");
	text = memdup_user_nul(buf, n);
	if (IS_ERR(text))
		return text == ERR_PTR(-ENOMEM) ? no_memory(c) : PTR_ERR(text);
	cmd = kmalloc(c->size, GFP_KERNEL);
	if (!cmd) {
		kfree(text);
		return no_memory(c);
	}
	if (strlen(text) != n)
		ret = mps_refuse(-EINVAL, c->file, text, "a zero byte in the text");
	else
		ret = check_lines(c, text, cmd);
	if (!ret) {
		mutex_lock(&mps_targets_mutex);
		ret = run_lines(c, text, cmd);
		mutex_unlock(&mps_targets_mutex);
	}
	kfree(cmd);
	kfree(text);
	return ret ?: n;
}

ssize_t mps_tags_write(struct file *f, const char __user *buf, size_t n,
		       loff_t *pos)
{
	return command_write(&tags_command, buf, n);
}

ssize_t mps_rules_write(struct file *f, const char __user *buf, size_t n,
			loff_t *pos)
{
	return command_write(&rules_command, buf, n);
}
