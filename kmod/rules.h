/* SPDX-License-Identifier: GPL-2.0 */
/* Rules that tag processes by name, executable or control group. */
#ifndef _MPSCOPE_RULES_H
#define _MPSCOPE_RULES_H

#include "core/cmdline.h"
#include "target.h"

struct mps_rule {
	struct mps_rule_cmd cmd;
	struct list_head node;	/* (M) writers, RCU readers */
	struct rcu_head rcu;
};

extern struct list_head mps_rules;
extern struct mps_limit mps_limit_rules;

int mps_rules_add(const struct mps_rule_cmd *cmd, const char **why);
int mps_rules_del(const struct mps_rule_cmd *cmd, const char **why);
void mps_rules_clear(void);
void mps_rules_exec(struct task_struct *p, struct linux_binprm *bprm);
bool mps_rules_any(void);
u32 mps_rules_features(void);

#endif /* _MPSCOPE_RULES_H */
