/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each thread of a Go program is to Go's scheduler, inferred from what
 * the kernel sees. Pure: a sample goes in, a verdict a thread comes out.
 *
 * An M is a thread. To run Go code it needs one of GOMAXPROCS Ps. The kernel
 * knows no Ps; the runtime's ways of going to sleep give them away. The rules
 * and their evidence are data: role_rules.c.
 */
#ifndef _MPS_ROLE_H
#define _MPS_ROLE_H

#include <stdbool.h>
#include <stdint.h>

#include "goproc.h"
#include "model.h"

/* id, word, holds a P by definition, what it means */
#define MPS_ROLES(X)							\
	X(UNKNOWN,	"unknown",	0, "nothing tells")		\
	X(RUNNING,	"running",	1, "on a CPU with a P")		\
	X(RUNNABLE,	"runnable",	1, "has a P but no CPU")	\
	X(SYSCALL,	"syscall",	1, "in a system call, P kept")	\
	X(LOST,		"syscall-lost",	0, "in a system call or C code, P taken") \
	X(STALLED,	"stalled",	1, "blocked with its P, in no Go system call") \
	X(SPINNING,	"spinning",	1, "looks for work, has a P")	\
	X(WAKING,	"waking",	0, "woken up, not on a CPU yet") \
	X(NETPOLL,	"netpoller",	0, "waits for I/O and timers")	\
	X(IDLE,		"idle",		0, "parked, no P")		\
	X(LOCKED,	"locked",	0, "parked, keeps to one goroutine") \
	X(SYSMON,	"sysmon",	0, "the runtime's monitor")	\
	X(TEMPLATE,	"template",	0, "starts threads for locked ones") \
	X(SIGNAL,	"signal",	0, "waits for signals")		\
	X(FOREIGN,	"foreign",	0, "not Go's: made by C code")

#define MPS_X_ROLE(id, word, p, what)	MPS_ROLE_##id,
enum mps_role { MPS_ROLES(MPS_X_ROLE) MPS_NR_ROLES };

/* How much a verdict is worth; role_rules.c says what each takes. */
#define MPS_SURES(X)							\
	X(NONE,		"-")						\
	X(GUESS,	"guess")	/* better than chance */	\
	X(LIKELY,	"likely")	/* exceptions are short or rare */ \
	X(SURE,		"sure")		/* follows from the runtime's source */

#define MPS_X_SURE(id, word)	MPS_SURE_##id,
enum mps_sure { MPS_SURES(MPS_X_SURE) MPS_NR_SURES };

extern const char * const mps_role_names[MPS_NR_ROLES];
extern const char * const mps_role_texts[MPS_NR_ROLES];
extern const char * const mps_sure_names[MPS_NR_SURES];

/* What can be said of a thread before any rule is applied. */
#define MPS_FACTS(X)							\
	X(RUNNING)	/* on a CPU */					\
	X(WOKEN)	/* runnable since a wakeup or its birth */	\
	X(OUSTED)	/* runnable: preempted or gave the CPU up */	\
	X(BLOCKED)	/* off the run queue */				\
	X(STOPPED)	/* by a signal or a tracer */			\
	X(IN_CALL)	/* off the CPU inside of a system call */	\
	X(ARGS)		/* the call's arguments are known */		\
	X(FUTEX)							\
	X(NOTE)		/* futex: wait while 0, no timeout */		\
	X(NOTE_TIMED)	/* futex: wait while 0, 1 ms or longer */	\
	X(NOTE_SHORT)	/* futex: wait while 0, below 1 ms */		\
	X(RTLOCK)	/* futex: the runtime's own mutex */		\
	X(C_FUTEX)	/* futex: an operation Go never uses */		\
	X(STATIC)	/* futex word is a variable of the program */	\
	X(M0)		/* futex word is the first thread's own */	\
	X(SIGNOTE)	/* futex word is the signal queue's */		\
	X(HANDOFF)	/* futex word is the template thread's */	\
	X(EPOLL)							\
	X(EPOLL_POLL)	/* timeout 0 */					\
	X(EPOLL_USER)	/* not the runtime's descriptor */		\
	X(NAP)		/* nanosleep */					\
	X(NAP_TICK)	/* of a length that sysmon uses */		\
	X(NAP_SPIN)	/* of the length between two steals */		\
	X(RAW_CALL)	/* other call the runtime makes for itself */	\
	X(GO_CALL)	/* call that goes through entersyscall */	\
	X(C_PC)		/* called from a library */			\
	X(WAS_M)	/* was seen parked as an M, or has a g */	\
	X(NO_G)		/* Go's thread-local g is not set */		\
	X(SYSMON)	/* is the monitor, surely */			\
	X(SYSMON_MAYBE)	/* is the oldest thread but the first */	\
	X(OWN_ATTRS)	/* name, nice, policy or CPUs of its own */	\
	X(LOCKS)	/* LockOSThread was called: there is a template thread */ \
	X(DEEP)		/* sysmon is in its long sleep: no P in use */	\
	X(FRESH)	/* in its state below MPS_RETAKE_MIN_NS */	\
	X(LONG)		/* above MPS_RETAKE_LIKELY_NS */		\
	X(UNSEEN)	/* since then sysmon has not been awake */	\
	X(AWAITED)	/* its last look came before 10 ms had passed */ \
	X(WATCHED)	/* since then sysmon looked twice, 10 ms apart */ \
	X(CGO)

#define MPS_X_FACT_BIT(id)	MPS_FACT_BIT_##id,
enum { MPS_FACTS(MPS_X_FACT_BIT) MPS_NR_FACTS };
#define MPS_F(id)	(UINT64_C(1) << MPS_FACT_BIT_##id)
_Static_assert(MPS_NR_FACTS <= 64, "facts are bits of a word");

/*
 * Time a thread has been in a blocking call -> is its P gone? sysmon takes it
 * at its second look, or after 10 ms if nobody else could use it. Measured in
 * three versions: with idle Ps p50 75..90 us, p99 17 ms; saturated p99 36 ms.
 * Where sysmon itself has to wait for a CPU there is no limit: see WATCHED.
 */
#define MPS_RETAKE_MIN_NS	UINT64_C(40000)
#define MPS_RETAKE_LIKELY_NS	UINT64_C(12000000)
#define MPS_RETAKE_FORCE_NS	UINT64_C(10000000)

#define MPS_EPOLL_BATCH		128	/* events the runtime asks for */

struct mps_rule {
	const char *name;	/* shown as evidence */
	uint64_t all;		/* facts that must all be there */
	uint64_t none;		/* and none of these */
	enum mps_role role;
	enum mps_sure sure;
	bool has_p;
};

extern const struct mps_rule mps_rules[];
extern const unsigned int mps_nr_rules;
extern const struct mps_rule mps_rule_not_go;	/* no Go program */
extern const struct mps_rule mps_rule_no_p_call;	/* demoted: no P left */
extern const struct mps_rule mps_rule_no_p_wake;
extern const struct mps_rule mps_rule_no_p_run;

struct mps_verdict {
	int32_t tid;
	enum mps_role role;
	enum mps_sure sure;
	bool has_p;
	const struct mps_rule *rule;
	uint64_t facts;
};

/* What is remembered of a thread from one sample to the next. */
struct mps_past {
	int32_t tid;
	uint64_t start_ticks;
	uint64_t runs;		/* when it was last sampled */
	uint64_t looked_ns;	/* sysmon has looked since it is there; 0: no */
	uint64_t sysmon_runs;	/* of sysmon, when last counted */
	bool watched;
	bool was_m;		/* parked as Ms do */
	bool ticked;		/* slept as only sysmon does */
	bool napper;		/* most of its sleeps are naps */
};

struct mps_roles {
	const struct mps_goproc *gp;
	int maxprocs;			/* 0: unknown */
	enum mps_maxprocs_source maxprocs_source;
	unsigned int over;		/* samples in a row with more Ps used */
	int over_min;			/* the least of them */
	struct mps_past *past;		/* by tid */
	uint32_t nr_past;
	struct mps_verdict *verdict;	/* of the last sample, by tid */
	uint32_t nr;
	int nr_p;			/* Ps held; 0 if no Go program */
	bool locks;			/* a template thread was seen */
	int32_t sysmon;			/* tid, 0: not found */
	enum mps_sure sysmon_sure;
};

void mps_roles_init(struct mps_roles *r, const struct mps_goproc *gp);
void mps_roles_free(struct mps_roles *r);
bool mps_roles_step(struct mps_roles *r, const struct mps_sample *s);
uint64_t mps_role_facts(const struct mps_goproc *gp, const struct mps_task *t);
uint64_t mps_role_call_facts(const struct mps_goproc *gp,
			     const struct mps_task *t);
const struct mps_rule *mps_rule_match(uint64_t facts);

#endif /* _MPS_ROLE_H */
