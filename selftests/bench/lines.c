// SPDX-License-Identifier: GPL-2.0
/*
 * lines: how many cache lines of a thread's account one switch writes, by
 * comparing them before and after. Says "out N" and "in N".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"

#define LINE	64
#define AT	16	/* of a line: struct mps_thread has it there */
#define SIZE	((AT + sizeof(struct mps_account) + LINE - 1) / LINE * LINE)

static unsigned int changed(const char *before, const char *after)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < SIZE; i += LINE)
		n += !!memcmp(before + i, after + i, LINE);
	return n;
}

int main(void)
{
	char *now = aligned_alloc(LINE, SIZE), *was = aligned_alloc(LINE, SIZE);
	struct mps_account *a = (struct mps_account *)(now + AT);
	const struct mps_out out = {
		.event = MPS_EV_OUT_BLOCK, .reason = MPSCOPE_REASON_PIPE,
		.voluntary = true, .now_ns = 12000, .delay_ns = 5000,
	};
	const struct mps_in in = { .now_ns = 20000, .wait_ns = 3000 };
	unsigned int h, nr_out, nr_in;
	struct mps_episode e;

	memset(now, 0, SIZE);
	mps_account_begin(a, 1000, MPSCOPE_STATE_RUNNING, 0, 0);
	for (h = 0; h < MPSCOPE_NR_HISTS; h++)	/* a maximum is rare */
		a->hist[h].max_ns = 1000000;
	a->blocked[MPSCOPE_REASON_PIPE][MPSCOPE_MODE_S].max_ns = 1000000;
	memcpy(was, now, SIZE);
	if (mps_account_out(a, &out) != MPS_STEP_TAKEN)
		return 1;
	nr_out = changed(was, now);
	memcpy(was, now, SIZE);
	if (mps_account_in(a, &in, &e) != MPS_STEP_TAKEN)
		return 1;
	nr_in = changed(was, now);
	printf("out %u\nin %u\n", nr_out, nr_in);
	free(now);
	free(was);
	return 0;
}
