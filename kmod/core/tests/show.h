/* SPDX-License-Identifier: GPL-2.0 */
/* Commands as tags and rules print them: what is read can be written back. */
#ifndef _MPS_CORE_TESTS_SHOW_H
#define _MPS_CORE_TESTS_SHOW_H

#include "../cmdline.h"

#define SHOW_SIZE	1024	/* any command, printed */

/* Into buf[SHOW_SIZE], without a newline. */
void show_tag(char *buf, const struct mps_tag_cmd *c);
void show_rule(char *buf, const struct mps_rule_cmd *c);

/* Without padding and what a removal leaves undefined. */
bool same_tag(const struct mps_tag_cmd *a, const struct mps_tag_cmd *b);
bool same_rule(const struct mps_rule_cmd *a, const struct mps_rule_cmd *b);

#endif /* _MPS_CORE_TESTS_SHOW_H */
