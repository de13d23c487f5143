/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What the module, the tool and the tests have to agree on: versions, names,
 * enums, columns and limits. Prose, with units: kmod/Documentation/ABI.
 *
 * The text files are the interface. Columns are found by name and are only
 * ever appended, so that an older reader goes on working; MPSCOPE_ABI_MAJOR
 * changes when that promise has to be broken.
 */
#ifndef _UAPI_MPSCOPE_ABI_H
#define _UAPI_MPSCOPE_ABI_H

#define MPSCOPE_VERSION		"0.1.0"
#define MPSCOPE_ABI_MAJOR	1	/* "version N" in each file's first line */
#define MPSCOPE_ABI_MINOR	1	/* columns appended */

/* Linux versions, written like LINUX_VERSION_CODE: 0xMMmmpp. */
#define MPSCOPE_KERNEL_MIN		0x060100	/* refuses to build for an older one */
#define MPSCOPE_KERNEL_MAX_TESTED	0x070300	/* newest that the tests ran on */

#define MPSCOPE_DEBUGFS_DIR	"/sys/kernel/debug/mpscope"
#define MPSCOPE_TRACE_SYSTEM	"mpscope"

/* What a thread is doing; "wait" states are runnable but not running. */
#define MPSCOPE_STATES(X)						\
	X(RUNNING,	"running")	/* on a CPU */			\
	X(WOKEN,	"woken")	/* runnable since a wakeup */	\
	X(PREEMPTED,	"preempted")	/* runnable, CPU taken away */	\
	X(YIELDED,	"yielded")	/* runnable, gave the CPU up */	\
	X(BLOCKED,	"blocked")	/* off the run queue */		\
	X(BIRTH,	"birth")	/* created, not yet queued */	\
	X(DEAD,		"dead")		/* last switch is behind it */

/* Why a blocked thread is blocked. */
#define MPSCOPE_REASONS(X)						\
	X(EPOLL,	"epoll")					\
	X(POLL,		"poll")		/* poll, select */		\
	X(FUTEX,	"futex")					\
	X(SLEEP,	"sleep")	/* nanosleep, clock_nanosleep */\
	X(FILE,		"file")						\
	X(PIPE,		"pipe")						\
	X(SOCKET,	"socket")					\
	X(CHILD,	"child")	/* wait4, waitid, vfork */	\
	X(IO_URING,	"io_uring")					\
	X(FAULT,	"fault")	/* page fault from user mode */	\
	X(STOPPED,	"stopped")	/* SIGSTOP, ptrace */		\
	X(OTHER,	"other")	/* any other syscall */		\
	X(KERNEL,	"kernel")	/* exiting, worker, -rt spinlock */

/* "S": interruptible. "D": uninterruptible; in epoll this is a lock. */
#define MPSCOPE_MODES(X)						\
	X(S, "S")							\
	X(D, "D")

#define MPSCOPE_HISTS(X)						\
	X(WAKE_TO_RUN,	"wake_to_run")	/* queued by a wakeup -> on CPU */\
	X(BLOCK,	"block")	/* one blocked episode */	\
	X(RUN,		"run")		/* one stay on a CPU */

#define MPSCOPE_WAKE_SOURCES(X)						\
	X(SELF,		"self")		/* a thread of the same process */\
	X(OTHER,	"other")	/* a thread of another process */\
	X(TIMER,	"timer")					\
	X(HARDIRQ,	"hardirq")	/* not a timer */		\
	X(SOFTIRQ,	"softirq")	/* not a timer */

#define MPSCOPE_MIGRATE_CAUSES(X)					\
	X(WAKE,		"wake")		/* placed by the wakeup */	\
	X(BALANCE,	"balance")	/* moved by the load balancer */\
	X(AFFINITY,	"affinity")	/* old CPU forbidden or going down */\
	X(NUMA,		"numa")		/* NUMA balancing */

#define MPSCOPE_MIGRATE_CLASSES(X)					\
	X(SMT,		"smt")		/* hardware threads of a core */\
	X(LLC,		"llc")		/* cores that share a last-level cache */\
	X(NODE,		"node")		/* same NUMA node, other cache */\
	X(REMOTE,	"remote")	/* other NUMA node */

#define MPSCOPE_EPOLL_KINDS(X)						\
	X(BLOCK,	"block")	/* timeout < 0 */		\
	X(TIMED,	"timed")	/* timeout > 0 */		\
	X(POLL,		"poll")		/* timeout 0: never sleeps */	\
	X(UNKNOWN,	"unknown")	/* timeout could not be read */

#define MPSCOPE_EPOLL_RESULTS(X)					\
	X(EVENTS,	"events")	/* result > 0 */		\
	X(TIMEOUT,	"timeout")	/* result 0 */			\
	X(INTR,		"eintr")				\
	X(ERROR,	"error")	/* any other error */		\
	X(UNKNOWN,	"unknown")	/* result could not be read */

/* What a P of a Go program is doing; the first three are held by a thread. */
#define MPSCOPE_PSTATES(X)						\
	X(RUNNING,	"running")	/* its thread is on a CPU */	\
	X(RUNNABLE,	"runnable")	/* its thread waits for one */	\
	X(BLOCKED,	"blocked")	/* its thread sleeps in the kernel */\
	X(SYSCALL,	"syscall")	/* kept in a call, may be taken */\
	X(IDLE,		"idle")		/* nobody has it */		\
	X(UNKNOWN,	"unknown")	/* not seen yet, or out of sight */

/* What exact mode of a target is up to. */
#define MPSCOPE_EXACT_STATES(X)						\
	X(OFF,		"off")						\
	X(PROVING,	"proving")	/* reads must close first */	\
	X(EXACT,	"exact")					\
	X(REFUSED,	"refused")	/* they did not */

/* What a target may ask for beside the switch accounting. */
#define MPSCOPE_FEATURES(X)						\
	X(EPOLL,	"epoll")	/* on unless told otherwise */	\
	X(MIGRATE,	"migrate")	/* on unless told otherwise */	\
	X(WAKERS,	"wakers")	/* taxes every wakeup: off */

#define MPSCOPE_FEATURES_DEFAULT \
	((1u << MPSCOPE_FEATURE_EPOLL) | (1u << MPSCOPE_FEATURE_MIGRATE))

#define MPSCOPE_ENUM_(pfx, id)	MPSCOPE_##pfx##_##id
#define MPSCOPE_X_STATE(id, s)		MPSCOPE_ENUM_(STATE, id),
#define MPSCOPE_X_REASON(id, s)		MPSCOPE_ENUM_(REASON, id),
#define MPSCOPE_X_MODE(id, s)		MPSCOPE_ENUM_(MODE, id),
#define MPSCOPE_X_HIST(id, s)		MPSCOPE_ENUM_(HIST, id),
#define MPSCOPE_X_WAKE(id, s)		MPSCOPE_ENUM_(WAKE, id),
#define MPSCOPE_X_CAUSE(id, s)		MPSCOPE_ENUM_(CAUSE, id),
#define MPSCOPE_X_CLASS(id, s)		MPSCOPE_ENUM_(CLASS, id),
#define MPSCOPE_X_KIND(id, s)		MPSCOPE_ENUM_(KIND, id),
#define MPSCOPE_X_RESULT(id, s)		MPSCOPE_ENUM_(RESULT, id),
#define MPSCOPE_X_FEATURE(id, s)	MPSCOPE_ENUM_(FEATURE, id),
#define MPSCOPE_X_PSTATE(id, s)		MPSCOPE_ENUM_(PSTATE, id),
#define MPSCOPE_X_EXACT(id, s)		MPSCOPE_ENUM_(EXACT, id),

enum mpscope_state { MPSCOPE_STATES(MPSCOPE_X_STATE) MPSCOPE_NR_STATES };
enum mpscope_reason { MPSCOPE_REASONS(MPSCOPE_X_REASON) MPSCOPE_NR_REASONS };
enum mpscope_mode { MPSCOPE_MODES(MPSCOPE_X_MODE) MPSCOPE_NR_MODES };
enum mpscope_hist { MPSCOPE_HISTS(MPSCOPE_X_HIST) MPSCOPE_NR_HISTS };
enum mpscope_wake { MPSCOPE_WAKE_SOURCES(MPSCOPE_X_WAKE) MPSCOPE_NR_WAKES };
enum mpscope_cause {
	MPSCOPE_MIGRATE_CAUSES(MPSCOPE_X_CAUSE) MPSCOPE_NR_CAUSES
};

enum mpscope_class {
	MPSCOPE_MIGRATE_CLASSES(MPSCOPE_X_CLASS) MPSCOPE_NR_CLASSES
};

enum mpscope_epoll_kind { MPSCOPE_EPOLL_KINDS(MPSCOPE_X_KIND) MPSCOPE_NR_KINDS };
enum mpscope_epoll_result {
	MPSCOPE_EPOLL_RESULTS(MPSCOPE_X_RESULT) MPSCOPE_NR_RESULTS
};

enum mpscope_feature {
	MPSCOPE_FEATURES(MPSCOPE_X_FEATURE) MPSCOPE_NR_FEATURES
};

enum mpscope_pstate { MPSCOPE_PSTATES(MPSCOPE_X_PSTATE) MPSCOPE_NR_PSTATES };
enum mpscope_exact {
	MPSCOPE_EXACT_STATES(MPSCOPE_X_EXACT) MPSCOPE_NR_EXACT_STATES
};

/* Name tables are built from the same lists: static const char *x[] = { L(MPSCOPE_X_NAME) } */
#define MPSCOPE_X_NAME(id, s)	s,

/*
 * Histograms are log2 of nanoseconds: bin 0 counts 0 and 1 ns, bin k counts
 * [2^k, 2^(k+1)), the last one everything from 2^35 ns (34 s) up. Columns are
 * named by the lower bound: ge_0 ge_2 ge_4 ...
 */
#define MPSCOPE_HIST_BINS	36

/* Columns. Appended only. "-" is: not measured, or does not apply. */
#define MPSCOPE_COLS_THREADS						\
	"tid vtid state reason mode syscall cpu since_ns now_ns life_ns "\
	"running_ns woken_ns preempted_ns yielded_ns blocked_ns birth_ns "\
	"in_state_ns switches_vol switches_invol runs "			\
	"wake_self wake_other wake_timer wake_hardirq wake_softirq wake_cross "\
	"migrations cpu_changes comm "					\
	"m p goid gstatus insyscall spinning locked exact_age_ns"
#define MPSCOPE_COLS_TOMBSTONES		"tgid exit_ns " MPSCOPE_COLS_THREADS
#define MPSCOPE_COLS_EPOLL						\
	"tid calls kind_block kind_timed kind_poll kind_unknown "	\
	"ret_events ret_timeout ret_eintr ret_error ret_unknown "	\
	"events max_events full sleeps empty_wakes sleep_ns lock_ns"
#define MPSCOPE_COLS_BLOCKING						\
	"tid state reason mode nr total_ns max_ns max_syscall life_ns"
#define MPSCOPE_COLS_MIGRATIONS						\
	"tid total cause_wake cause_balance cause_affinity cause_numa "	\
	"class_smt class_llc class_node class_remote class_unknown cpu_changes"
#define MPSCOPE_COLS_WAKERS	"waker_tid wakee_tid nr"
#define MPSCOPE_COLS_HISTOGRAMS	"tid hist nr total_ns max_ns max_at_ns max_cpu"
			/* then ge_0 ge_2 ge_4 ... ge_34359738368 */
#define MPSCOPE_COLS_GOLAYOUT	"name value"
#define MPSCOPE_COLS_PS							\
	"p m tid cpu state since_ns life_ns running_ns runnable_ns "	\
	"blocked_ns syscall_ns idle_ns unknown_ns moves_m moves_cpu"
#define MPSCOPE_COLS_TAGS	"pid follow features"
#define MPSCOPE_COLS_RULES	"rule follow features"
#define MPSCOPE_COLS_FEATURES	"hook state users why"
#define MPSCOPE_COLS_LIMITS	"limit max used refused"
#define MPSCOPE_COLS_KEYVAL	"key value"

/* In a tracepoint's field of words: not known, or does not apply. */
#define MPSCOPE_TRACE_NONE	255

/* Limits: defaults of the module parameters of the same name, and bounds. */
#define MPSCOPE_MAX_TARGETS	1024	/* tagged processes, alive */
#define MPSCOPE_MAX_THREADS	65536	/* tracked threads, alive */
#define MPSCOPE_MAX_RULES	64
#define MPSCOPE_MAX_TOMBSTONES	4096	/* dead threads kept, all targets */
#define MPSCOPE_MAX_EXITED	256	/* exited targets kept */
#define MPSCOPE_MAX_CMD		4095	/* bytes in one write to a file of commands */
#define MPSCOPE_MAX_PATTERN	255	/* bytes in one rule value */

#endif /* _UAPI_MPSCOPE_ABI_H */
