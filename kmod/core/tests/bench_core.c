// SPDX-License-Identifier: GPL-2.0
/*
 * bench_core: what the steps of core/ cost on this machine, without a kernel.
 *
 *	bench_core		cycles of each step: "STEP CYCLES UNIT"; the least of
 *				many rounds, for what disturbs only adds
 *	bench_core STEP ROUNDS	run one step so often, for a tool that counts
 *	bench_core lines	say "account BEGIN END MARK", then make a switch-out and
 *				a switch-in, with a store to MARK before, between
 *				and after: for a tool that traces stores
 *
 * A step is over NR threads, each with its own account, as on a CPU that many
 * share; the loop is part of it.
 */
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../account.h"
#include "../cmdline.h"
#include "../ps.h"
#include "../reason.h"
#include "../statline.h"

#define NR	16
#define ROUNDS	3000
#define LINE	64
#define AT	16	/* of a line: struct mps_thread has its account there */
#define SIZE	((AT + sizeof(struct mps_account) + LINE - 1) / LINE * LINE)

static struct mps_account *account[NR];
static struct mps_ps *ps;
static u64 now_ns = 1000;
static volatile u64 sink;

/* ---- steps: one round of each, over all; callgrind knows them by name ---- */

#ifndef noinline
#define noinline __attribute__((__noinline__))
#endif

noinline void step_out_blocked(void)
{
	unsigned int i;

	for (i = 0; i < NR; i++) {
		mps_account_block(account[i], MPSCOPE_REASON_PIPE, MPSCOPE_MODE_S,
				  0, 5000, true);
		sink = mps_account_ran(account[i], now_ns += 700);
	}
}

noinline void step_in(void)
{
	u64 before, after;
	unsigned int i;

	for (i = 0; i < NR; i++) {
		const struct mps_in in = { .now_ns = now_ns += 900, .wait_ns = 300 };

		sink = mps_account_run(account[i], &in, &before, &after);
	}
}

noinline void step_out_preempted(void)
{
	unsigned int i;

	for (i = 0; i < NR; i++) {
		const struct mps_out out = {
			.event = MPS_EV_OUT_PREEMPT, .now_ns = now_ns += 700,
			.delay_ns = 5000, .syscall = MPS_SYSCALL_NONE,
		};

		sink = mps_account_out(account[i], &out);
	}
}

noinline void step_reason(void)
{
	unsigned int i;

	for (i = 0; i < NR; i++)
		sink = mps_reason_of_mode((i & 7) << 13) + mps_reason_of_syscall(i * 20);
}

static struct mps_holder holder(unsigned int i)
{
	return (struct mps_holder){
		.owner = i + 1, .m = i, .tid = 100 + i, .in_ns = now_ns - 700,
		.wait_ns = 300,
	};
}

noinline void step_p_out(void)
{
	unsigned int i;

	for (i = 0; i < NR; i++) {
		const struct mps_holder h = holder(i);

		mps_ps_hold(ps, i, &h, now_ns += 700);
		mps_ps_leave(ps, i, h.owner, MPSCOPE_PSTATE_BLOCKED, now_ns);
	}
}

noinline void step_p_in(void)
{
	unsigned int i;

	for (i = 0; i < NR; i++) {
		const struct mps_holder h = holder(i);

		mps_ps_resume(ps, i, &h, now_ns += 900);
	}
}

noinline void step_row(void)
{
	char text[1024];
	struct mps_line l;
	unsigned int i, n;

	for (i = 0; i < NR; i++) {
		mps_line_init(&l, text, sizeof(text));
		for (n = 0; n < 20; n++)
			mps_line_u64(&l, account[i]->ns[n % MPSCOPE_NR_STATES]);
		mps_line_end(&l);
		sink = l.len;
	}
}

noinline void step_tag(void)
{
	struct mps_tag_cmd c;
	unsigned int i;

	for (i = 0; i < NR; i++)
		sink = mps_tag_parse("4190121 threads epoll,migrate\n", &c);
}

/* @after brings back the state that @run begins in; NULL if it stays. */
static const struct step {
	const char *name;
	void (*run)(void);
	void (*before)(void);
	void (*after)(void);
} steps[] = {
	{ "out_blocked",	step_out_blocked,	NULL, step_in },
	{ "out_preempted",	step_out_preempted,	NULL, step_in },
	{ "in",			step_in,		step_out_blocked, NULL },
	{ "reason",		step_reason,		NULL, NULL },
	{ "p_out",		step_p_out,		NULL, step_p_in },
	{ "p_in",		step_p_in,		step_p_out, NULL },
	{ "row",		step_row,		NULL, NULL },
	{ "tag",		step_tag,		NULL, NULL },
};

#define NR_STEPS	(sizeof(steps) / sizeof(*steps))

static void around(void (*f)(void))
{
	if (f)
		f();
}

static void once(const struct step *s)
{
	around(s->before);
	s->run();
	around(s->after);
}

/* ---- the machine's cycles, or what there is in their place ---- */

static int cycles_fd = -1;

static const char *open_cycles(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE, .size = sizeof(attr),
		.config = PERF_COUNT_HW_CPU_CYCLES, .exclude_kernel = 1,
		.exclude_hv = 1,
	};

	cycles_fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
	if (cycles_fd >= 0)
		return "cycles";
#ifdef __x86_64__
	return "ticks";		/* of the TSC: its own frequency */
#else
	return "ns";
#endif
}

static u64 cycles(void)
{
	struct timespec t;
	u64 n;

	if (cycles_fd >= 0)
		return read(cycles_fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
#ifdef __x86_64__
	__builtin_ia32_lfence();
	n = __builtin_ia32_rdtsc();
	__builtin_ia32_lfence();
	return n;
#endif
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static u64 least(void (*before)(void), void (*run)(void), void (*after)(void))
{
	u64 best = U64_MAX, n;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		around(before);
		n = cycles();
		around(run);
		n = cycles() - n;
		around(after);
		if (n < best)
			best = n;
	}
	return best;
}

static void measure_all(void)
{
	const char *unit = open_cycles();
	u64 nothing = least(NULL, NULL, NULL);
	unsigned int i;

	for (i = 0; i < NR_STEPS; i++)
		printf("%s %.1f %s\n", steps[i].name,
		       (double)(least(steps[i].before, steps[i].run, steps[i].after) -
				nothing) / NR, unit);
}

/* ---- */

static void set_up(void)
{
	unsigned int i, h;
	char *room;

	for (i = 0; i < NR; i++) {
		room = aligned_alloc(LINE, SIZE);
		memset(room, 0, SIZE);
		account[i] = (struct mps_account *)(room + AT);
		mps_account_begin(account[i], now_ns, MPSCOPE_STATE_RUNNING, 0, 0);
		for (h = 0; h < MPSCOPE_NR_HISTS; h++)	/* a maximum is rare */
			account[i]->hist[h].max_ns = U64_MAX;
		account[i]->blocked[MPSCOPE_REASON_PIPE][MPSCOPE_MODE_S].max_ns = U64_MAX;
	}
	ps = calloc(1, sizeof(*ps) + NR * sizeof(ps->p[0]));
	mps_ps_begin(ps, NR, now_ns);
	step_p_out();
	step_p_in();
}

static void tell_lines(void)
{
	static volatile u64 mark;
	u64 before, after;
	const struct mps_in in = { .now_ns = 2600, .wait_ns = 300 };

	printf("account %#lx %#lx %#lx\n", (unsigned long)account[0] - AT,
	       (unsigned long)account[0] - AT + SIZE, (unsigned long)&mark);
	fflush(stdout);
	mark = 1;
	mps_account_block(account[0], MPSCOPE_REASON_PIPE, MPSCOPE_MODE_S, 0, 5000, true);
	sink = mps_account_ran(account[0], 1700);
	mark = 2;
	sink = mps_account_run(account[0], &in, &before, &after);
	mark = 3;
}

int main(int argc, char **argv)
{
	unsigned int i;
	int rounds;

	set_up();
	if (argc == 1)
		measure_all();
	else if (argc == 2 && !strcmp(argv[1], "lines"))
		tell_lines();
	for (i = 0; argc == 3 && i < NR_STEPS; i++)
		if (!strcmp(argv[1], steps[i].name))
			for (rounds = atoi(argv[2]); rounds > 0; rounds--)
				once(&steps[i]);
	return 0;
}
