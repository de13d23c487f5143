// SPDX-License-Identifier: GPL-2.0
/* Test: why a thread blocks, by syscall and by descriptor. */
#include "../names.h"
#include "tap.h"
#include "vec_reason.h"

static const char *reason_name(u8 reason)
{
	if (reason == MPS_REASON_BY_FD)
		return "by descriptor";
	return reason < MPSCOPE_NR_REASONS ? mps_reason_names[reason] : "?";
}

static void test_syscalls(const struct vec_reason *v, unsigned int nr)
{
	for (; nr--; v++) {
		u8 got = mps_reason_of_syscall(v->nr);

		if (!tap_ok(got == v->reason, "%s: %s", v->name,
			    reason_name(v->reason)))
			tap_note("got %s", reason_name(got));
	}
}

static bool listed(int nr)
{
	unsigned int i;

	for (i = 0; i < NR(vec_reason); i++)
		if (vec_reason[i].nr == nr)
			return true;
	return false;
}

/* The table has no entry that the vectors do not know. */
static void test_rest(void)
{
	int nr, odd = 0;

	for (nr = -1024; nr < 70000; nr++)
		if (!listed(nr) && mps_reason_of_syscall(nr) != MPSCOPE_REASON_OTHER) {
			tap_note("%d: %s", nr, reason_name(mps_reason_of_syscall(nr)));
			odd++;
		}
	tap_ok(!odd, "all other syscalls: other");
}

static void test_modes(void)
{
	const struct vec_mode *v;

	for (v = vec_mode; v < vec_mode + NR(vec_mode); v++)
		tap_ok(mps_reason_of_mode(v->mode) == v->reason, "%s: %s",
		       v->name, reason_name(v->reason));
}

int main(void)
{
	tap_plan(NR(vec_reason) + NR(vec_reason_other) + 1 + NR(vec_mode));
	test_syscalls(vec_reason, NR(vec_reason));
	test_syscalls(vec_reason_other, NR(vec_reason_other));
	test_rest();
	test_modes();
	return tap_end();
}
