/* SPDX-License-Identifier: GPL-2.0 */
/* The tests of kmod/core/tests: each is the main() of its file. */
#ifndef _MPS_KUNIT_SUITE_H
#define _MPS_KUNIT_SUITE_H

int test_fsm(void);
int test_account(void);
int test_life(void);
int test_tally(void);
int test_reason(void);
int test_statline(void);
int test_cmdline(void);
int test_golayout(void);
int test_ps(void);

#endif /* _MPS_KUNIT_SUITE_H */
