/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints of the system "mpscope"; fields: Documentation/ABI/tracepoints.
 *
 * One record costs about twice all our accounting, so thread_run alone tells a
 * whole off-CPU episode. The others are for those who need them. tid is the
 * subject in each; common_pid is only who happened to run.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM mpscope

#if !defined(_MPSCOPE_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _MPSCOPE_TRACE_H

#include <linux/tracepoint.h>

#include "core/account.h"
#include "core/ps.h"
#include "core/tally.h"

#ifndef _MPSCOPE_TRACE_ONCE
#define _MPSCOPE_TRACE_ONCE

/* Who woke a thread; tid -1 if no thread did or it is not known. */
struct mps_waker {
	int tid;
	int tgid;
	int source;		/* enum mpscope_wake or MPSCOPE_TRACE_NONE */
	int cpu;
};

/* thread_exit: the account of a whole life. */
struct mps_totals {
	u64 life_ns;
	u64 running_ns;
	u64 waiting_ns;
	u64 blocked_ns;
	u64 switches_vol;
	u64 switches_invol;
};
#endif

#define MPS_DEFINE_STATE(id, s)		TRACE_DEFINE_ENUM(MPSCOPE_STATE_##id);
#define MPS_DEFINE_REASON(id, s)	TRACE_DEFINE_ENUM(MPSCOPE_REASON_##id);
#define MPS_DEFINE_MODE(id, s)		TRACE_DEFINE_ENUM(MPSCOPE_MODE_##id);
#define MPS_DEFINE_WAKE(id, s)		TRACE_DEFINE_ENUM(MPSCOPE_WAKE_##id);
#define MPS_DEFINE_CAUSE(id, s)		TRACE_DEFINE_ENUM(MPSCOPE_CAUSE_##id);
#define MPS_DEFINE_CLASS(id, s)		TRACE_DEFINE_ENUM(MPSCOPE_CLASS_##id);
#define MPS_DEFINE_KIND(id, s)		TRACE_DEFINE_ENUM(MPSCOPE_KIND_##id);
#define MPS_DEFINE_RESULT(id, s)	TRACE_DEFINE_ENUM(MPSCOPE_RESULT_##id);

MPSCOPE_STATES(MPS_DEFINE_STATE)
MPSCOPE_REASONS(MPS_DEFINE_REASON)
MPSCOPE_MODES(MPS_DEFINE_MODE)
MPSCOPE_WAKE_SOURCES(MPS_DEFINE_WAKE)
MPSCOPE_MIGRATE_CAUSES(MPS_DEFINE_CAUSE)
MPSCOPE_MIGRATE_CLASSES(MPS_DEFINE_CLASS)
MPSCOPE_EPOLL_KINDS(MPS_DEFINE_KIND)
MPSCOPE_EPOLL_RESULTS(MPS_DEFINE_RESULT)

#define MPS_SYM_STATE(id, s)	{ MPSCOPE_STATE_##id, s },
#define MPS_SYM_REASON(id, s)	{ MPSCOPE_REASON_##id, s },
#define MPS_SYM_MODE(id, s)	{ MPSCOPE_MODE_##id, s },
#define MPS_SYM_WAKE(id, s)	{ MPSCOPE_WAKE_##id, s },
#define MPS_SYM_CAUSE(id, s)	{ MPSCOPE_CAUSE_##id, s },
#define MPS_SYM_CLASS(id, s)	{ MPSCOPE_CLASS_##id, s },
#define MPS_SYM_KIND(id, s)	{ MPSCOPE_KIND_##id, s },
#define MPS_SYM_RESULT(id, s)	{ MPSCOPE_RESULT_##id, s },

/* Not -1: libtraceevent reads an int as unsigned and finds no word for it. */
#define mps_show(v, LIST, SYM) \
	__print_symbolic(v, LIST(SYM) { MPSCOPE_TRACE_NONE, "-" })

/*
 * Each event ends in what exact mode knows of the thread: goid, m, p. Of the
 * frequent one the words are bytes, as memory is most of what a record costs.
 */
TRACE_EVENT(thread_run,

	TP_PROTO(int tid, int tgid, const struct mps_episode *e, int dest_cpu,
		 const struct mps_waker *w, const struct mps_go *go),

	TP_ARGS(tid, tgid, e, dest_cpu, w, go),

	TP_STRUCT__entry(
		__field(u64, blocked_ns)
		__field(u64, wait_ns)
		__field(u64, ran_ns)
		__field(int, tid)
		__field(int, tgid)
		__field(unsigned char, state)
		__field(unsigned char, reason)
		__field(unsigned char, mode)
		__field(unsigned char, wake_source)
		__field(int, syscall)
		__field(int, orig_cpu)
		__field(int, dest_cpu)
		__field(int, waker_tid)
		__field(s64, goid)
		__field(int, m)
		__field(int, p)
	),

	TP_fast_assign(
		__entry->blocked_ns = e->blocked_ns;
		__entry->wait_ns = e->wait_ns;
		__entry->ran_ns = e->run_ns;
		__entry->tid = tid;
		__entry->tgid = tgid;
		__entry->state = e->state;
		__entry->reason = e->state == MPSCOPE_STATE_BLOCKED ?
				  e->reason : MPSCOPE_TRACE_NONE;
		__entry->mode = e->state == MPSCOPE_STATE_BLOCKED ?
				e->mode : MPSCOPE_TRACE_NONE;
		__entry->syscall = e->syscall;
		__entry->orig_cpu = e->orig_cpu;
		__entry->dest_cpu = dest_cpu;
		__entry->waker_tid = w->tid;
		__entry->wake_source = w->source;
		__entry->goid = go->goid;
		__entry->m = go->m;
		__entry->p = go->p;
	),

	TP_printk("tid=%d tgid=%d was=%s reason=%s mode=%s syscall=%d blocked_ns=%llu wait_ns=%llu ran_ns=%llu orig_cpu=%d dest_cpu=%d waker_tid=%d wake_source=%s goid=%lld m=%d p=%d",
		  __entry->tid, __entry->tgid,
		  mps_show(__entry->state, MPSCOPE_STATES, MPS_SYM_STATE),
		  mps_show(__entry->reason, MPSCOPE_REASONS, MPS_SYM_REASON),
		  mps_show(__entry->mode, MPSCOPE_MODES, MPS_SYM_MODE),
		  __entry->syscall, __entry->blocked_ns, __entry->wait_ns,
		  __entry->ran_ns, __entry->orig_cpu, __entry->dest_cpu,
		  __entry->waker_tid,
		  mps_show(__entry->wake_source, MPSCOPE_WAKE_SOURCES, MPS_SYM_WAKE),
		  __entry->goid, __entry->m, __entry->p)
);

TRACE_EVENT(thread_block,

	TP_PROTO(int tid, int tgid, int reason, int mode, int syscall, int cpu,
		 u64 ran_ns, const struct mps_go *go),

	TP_ARGS(tid, tgid, reason, mode, syscall, cpu, ran_ns, go),

	TP_STRUCT__entry(
		__field(u64, ran_ns)
		__field(int, tid)
		__field(int, tgid)
		__field(int, reason)
		__field(int, mode)
		__field(int, syscall)
		__field(int, cpu)
		__field(s64, goid)
		__field(int, m)
		__field(int, p)
	),

	TP_fast_assign(
		__entry->ran_ns = ran_ns;
		__entry->tid = tid;
		__entry->tgid = tgid;
		__entry->reason = reason;
		__entry->mode = mode;
		__entry->syscall = syscall;
		__entry->cpu = cpu;
		__entry->goid = go->goid;
		__entry->m = go->m;
		__entry->p = go->p;
	),

	TP_printk("tid=%d tgid=%d reason=%s mode=%s syscall=%d cpu=%d ran_ns=%llu goid=%lld m=%d p=%d",
		  __entry->tid, __entry->tgid,
		  mps_show(__entry->reason, MPSCOPE_REASONS, MPS_SYM_REASON),
		  mps_show(__entry->mode, MPSCOPE_MODES, MPS_SYM_MODE),
		  __entry->syscall, __entry->cpu, __entry->ran_ns,
		  __entry->goid, __entry->m, __entry->p)
);

TRACE_EVENT(thread_wake,

	TP_PROTO(int tid, int tgid, const struct mps_waker *w, int cpu,
		 const struct mps_go *go),

	TP_ARGS(tid, tgid, w, cpu, go),

	TP_STRUCT__entry(
		__field(int, tid)
		__field(int, tgid)
		__field(int, waker_tid)
		__field(int, waker_tgid)
		__field(int, wake_source)
		__field(int, waker_cpu)
		__field(int, cpu)
		__field(s64, goid)
		__field(int, m)
		__field(int, p)
	),

	TP_fast_assign(
		__entry->tid = tid;
		__entry->tgid = tgid;
		__entry->waker_tid = w->tid;
		__entry->waker_tgid = w->tgid;
		__entry->wake_source = w->source;
		__entry->waker_cpu = w->cpu;
		__entry->cpu = cpu;
		__entry->goid = go->goid;
		__entry->m = go->m;
		__entry->p = go->p;
	),

	TP_printk("tid=%d tgid=%d waker_tid=%d waker_tgid=%d wake_source=%s waker_cpu=%d cpu=%d goid=%lld m=%d p=%d",
		  __entry->tid, __entry->tgid, __entry->waker_tid,
		  __entry->waker_tgid,
		  mps_show(__entry->wake_source, MPSCOPE_WAKE_SOURCES, MPS_SYM_WAKE),
		  __entry->waker_cpu, __entry->cpu,
		  __entry->goid, __entry->m, __entry->p)
);

TRACE_EVENT(thread_migrate,

	TP_PROTO(int tid, int tgid, int orig_cpu, int dest_cpu, int cause,
		 int class, const struct mps_go *go),

	TP_ARGS(tid, tgid, orig_cpu, dest_cpu, cause, class, go),

	TP_STRUCT__entry(
		__field(int, tid)
		__field(int, tgid)
		__field(int, orig_cpu)
		__field(int, dest_cpu)
		__field(int, cause)
		__field(int, class)
		__field(s64, goid)
		__field(int, m)
		__field(int, p)
	),

	TP_fast_assign(
		__entry->tid = tid;
		__entry->tgid = tgid;
		__entry->orig_cpu = orig_cpu;
		__entry->dest_cpu = dest_cpu;
		__entry->cause = cause;
		__entry->class = class < MPSCOPE_NR_CLASSES ?
				 class : MPSCOPE_TRACE_NONE;
		__entry->goid = go->goid;
		__entry->m = go->m;
		__entry->p = go->p;
	),

	TP_printk("tid=%d tgid=%d orig_cpu=%d dest_cpu=%d cause=%s class=%s goid=%lld m=%d p=%d",
		  __entry->tid, __entry->tgid, __entry->orig_cpu,
		  __entry->dest_cpu,
		  mps_show(__entry->cause, MPSCOPE_MIGRATE_CAUSES, MPS_SYM_CAUSE),
		  mps_show(__entry->class, MPSCOPE_MIGRATE_CLASSES, MPS_SYM_CLASS),
		  __entry->goid, __entry->m, __entry->p)
);

TRACE_EVENT(epoll_return,

	TP_PROTO(int tid, int tgid, const struct mps_epoll_call *c, int result,
		 u32 sleeps, const struct mps_go *go),

	TP_ARGS(tid, tgid, c, result, sleeps, go),

	TP_STRUCT__entry(
		__field(s64, ret)
		__field(s64, max_events)
		__field(int, tid)
		__field(int, tgid)
		__field(int, kind)
		__field(int, result)
		__field(u32, sleeps)
		__field(s64, goid)
		__field(int, m)
		__field(int, p)
	),

	TP_fast_assign(
		__entry->ret = c->result;
		__entry->max_events = c->max_events;
		__entry->tid = tid;
		__entry->tgid = tgid;
		__entry->kind = c->kind;
		__entry->result = result;
		__entry->sleeps = sleeps;
		__entry->goid = go->goid;
		__entry->m = go->m;
		__entry->p = go->p;
	),

	TP_printk("tid=%d tgid=%d kind=%s result=%s ret=%lld max_events=%lld sleeps=%u goid=%lld m=%d p=%d",
		  __entry->tid, __entry->tgid,
		  mps_show(__entry->kind, MPSCOPE_EPOLL_KINDS, MPS_SYM_KIND),
		  mps_show(__entry->result, MPSCOPE_EPOLL_RESULTS, MPS_SYM_RESULT),
		  __entry->ret, __entry->max_events, __entry->sleeps,
		  __entry->goid, __entry->m, __entry->p)
);

TRACE_EVENT(thread_start,

	TP_PROTO(int tid, int tgid, int state, const struct mps_go *go),

	TP_ARGS(tid, tgid, state, go),

	TP_STRUCT__entry(
		__field(int, tid)
		__field(int, tgid)
		__field(int, state)
		__field(s64, goid)
		__field(int, m)
		__field(int, p)
	),

	TP_fast_assign(
		__entry->tid = tid;
		__entry->tgid = tgid;
		__entry->state = state;
		__entry->goid = go->goid;
		__entry->m = go->m;
		__entry->p = go->p;
	),

	TP_printk("tid=%d tgid=%d state=%s goid=%lld m=%d p=%d", __entry->tid, __entry->tgid,
		  mps_show(__entry->state, MPSCOPE_STATES, MPS_SYM_STATE),
		  __entry->goid, __entry->m, __entry->p)
);

TRACE_EVENT(thread_exit,

	TP_PROTO(int tid, int tgid, const struct mps_totals *t,
		 const struct mps_go *go),

	TP_ARGS(tid, tgid, t, go),

	TP_STRUCT__entry(
		__field(u64, life_ns)
		__field(u64, running_ns)
		__field(u64, waiting_ns)
		__field(u64, blocked_ns)
		__field(u64, switches_vol)
		__field(u64, switches_invol)
		__field(int, tid)
		__field(int, tgid)
		__field(s64, goid)
		__field(int, m)
		__field(int, p)
	),

	TP_fast_assign(
		__entry->life_ns = t->life_ns;
		__entry->running_ns = t->running_ns;
		__entry->waiting_ns = t->waiting_ns;
		__entry->blocked_ns = t->blocked_ns;
		__entry->switches_vol = t->switches_vol;
		__entry->switches_invol = t->switches_invol;
		__entry->tid = tid;
		__entry->tgid = tgid;
		__entry->goid = go->goid;
		__entry->m = go->m;
		__entry->p = go->p;
	),

	TP_printk("tid=%d tgid=%d life_ns=%llu running_ns=%llu waiting_ns=%llu blocked_ns=%llu switches_vol=%llu switches_invol=%llu goid=%lld m=%d p=%d",
		  __entry->tid, __entry->tgid, __entry->life_ns,
		  __entry->running_ns, __entry->waiting_ns,
		  __entry->blocked_ns, __entry->switches_vol,
		  __entry->switches_invol,
		  __entry->goid, __entry->m, __entry->p)
);

#endif /* _MPSCOPE_TRACE_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
