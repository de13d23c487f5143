// SPDX-License-Identifier: GPL-2.0
/* Printer of commands, the inverse of the grammar. */
#include <stdio.h>

#include "../names.h"
#include "show.h"

static char *show_opts(char *p, const struct mps_opts *o)
{
	unsigned int f;
	char sep = ' ';

	p += sprintf(p, " %s", o->children ? "children" : "threads");
	for (f = 0; f < MPSCOPE_NR_FEATURES; f++)
		if (o->features & 1u << f) {
			p += sprintf(p, "%c%s", sep, mps_feature_names[f]);
			sep = ',';
		}
	if (sep == ' ')
		p += sprintf(p, " none");
	return p;
}

void show_tag(char *buf, const struct mps_tag_cmd *c)
{
	char *p = buf + sprintf(buf, "%s%u", c->remove ? "!" : "", c->pid);

	if (!c->remove)
		show_opts(p, &c->opts);
}

void show_rule(char *buf, const struct mps_rule_cmd *c)
{
	const char *sep = c->remove ? "!" : "";
	char *p = buf;
	unsigned int k;

	for (k = 0; k < MPS_NR_RULE_KEYS; k++) {
		const char *v = c->value[k], *quote;

		if (!*v)
			continue;
		quote = strchr(v, ' ') ? "\"" : "";
		p += sprintf(p, "%s%s=%s%s%s", sep, mps_rule_key_names[k],
			     quote, v, quote);
		sep = " ";
	}
	if (!c->remove)
		show_opts(p, &c->opts);
}

static bool same_opts(const struct mps_opts *a, const struct mps_opts *b)
{
	return a->children == b->children && a->features == b->features;
}

bool same_tag(const struct mps_tag_cmd *a, const struct mps_tag_cmd *b)
{
	return a->remove == b->remove && a->pid == b->pid &&
	       same_opts(&a->opts, &b->opts);
}

bool same_rule(const struct mps_rule_cmd *a, const struct mps_rule_cmd *b)
{
	return a->remove == b->remove && mps_rule_same(a, b) &&
	       mps_rule_same(b, a) && same_opts(&a->opts, &b->opts);
}
