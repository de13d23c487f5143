// SPDX-License-Identifier: GPL-2.0
/*
 * Results of epoll calls; the only file that knows how they are got. HOT.
 *
 * On x86 by the user-return notifier (KVM's mechanism): it is registered on a
 * CPU while a tagged thread runs there, and called with interrupts off at each
 * return of that thread to user mode. Nobody else pays anything. Elsewhere, or
 * with epoll_hook=kretprobe, by kretprobes on the system calls, which stand in
 * everybody's epoll calls and do not see a call that began before the tag.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/ptrace.h>
#include <linux/sched/task_stack.h>
#include <linux/time64.h>
#include <linux/uaccess.h>
#include <asm/syscall.h>
#include <asm/unistd.h>

#include "compat.h"
#include "exact.h"
#include "hot.h"
#include "probe.h"
#include "target.h"

static bool use_kretprobe;
static bool watching;		/* the group is attached; read in HOT code */

static noinline u8 kind_of_timespec(const void __user *uts)
{
	struct __kernel_timespec ts;

	if (!uts)
		return MPSCOPE_KIND_BLOCK;
	if (copy_from_user_nofault(&ts, uts, sizeof(ts)))
		return MPSCOPE_KIND_UNKNOWN;
	return ts.tv_sec || ts.tv_nsec ? MPSCOPE_KIND_TIMED : MPSCOPE_KIND_POLL;
}

static __always_inline u8 kind_of_ms(int timeout)
{
	if (timeout < 0)
		return MPSCOPE_KIND_BLOCK;
	return timeout ? MPSCOPE_KIND_TIMED : MPSCOPE_KIND_POLL;
}

/* @timeout is the call's fourth argument. */
static __always_inline u8 kind_of_call(long nr, u64 timeout)
{
	return unlikely(nr == __NR_epoll_pwait2) ?
	       kind_of_timespec((void __user *)(unsigned long)timeout) :
	       kind_of_ms(timeout);
}

static noinline void trace_epoll(struct mps_thread *t, s64 result, s64 max_events,
				 u8 kind, u8 class, u32 sleeps)
{
	const struct mps_epoll_call call = {
		.result = result, .max_events = max_events, .kind = kind,
	};
	struct mps_go go;

	trace_epoll_return(t->tid, t->target->tgid, &call, class, sleeps,
			   mps_go_of(t, &go));
}

/* Context: interrupts off. */
static __always_inline void epoll_returned(struct mps_cpu *c, struct mps_thread *t,
					   const struct mps_epoll_call *call)
{
	u32 sleeps = t->epoll.sleeps_in_call;
	u8 class;

	c->nr_return++;
	write_seqcount_begin(&t->seq);
	class = mps_epoll_return(&t->epoll, call);
	write_seqcount_end(&t->seq);
	if (unlikely(!call->known || call->kind == MPSCOPE_KIND_UNKNOWN))
		c->nr_epoll_unknown++;
	if (trace_epoll_return_enabled())
		trace_epoll(t, call->result, call->max_events, call->kind, class,
			    sleeps);
}

#ifdef CONFIG_USER_RETURN_NOTIFIER
#include <asm/ucontext.h>
#include <uapi/asm/sigcontext.h>
#include <uapi/asm/ucontext.h>

#define MPS_HAVE_NOTIFIER	1
/* Handlers that can be stacked on one return: one a pending signal. */
#define MPS_MAX_FRAMES		8

/* What a call left in the registers, or in the frame of a signal handler. */
struct mps_regs {
	u64 ip, cx, ax, dx, r10;
};

/*
 * The registers as the syscall left them. SYSCALL saves the user's ip in cx, so
 * they differ if the kernel has changed ip: to a signal handler, whose frame
 * then holds the interrupted context (dx points to it, as to any handler's
 * third argument; x64_setup_rt_frame), or by two, to restart the call.
 */
static bool regs_of_call(const struct pt_regs *regs, struct mps_regs *r)
{
	unsigned int frames;

	r->ip = regs->ip;
	r->cx = regs->cx;
	r->ax = regs->ax;
	r->dx = regs->dx;
	r->r10 = regs->r10;
	for (frames = 0; r->ip != r->cx; frames++) {
		struct sigcontext_64 sc;
		const struct ucontext __user *uc = (void __user *)r->dx;

		if (r->ip + 2 == r->cx)
			return true;	/* restart: the caller looks again */
		if (frames == MPS_MAX_FRAMES ||
		    copy_from_user_nofault(&sc, &uc->uc_mcontext, sizeof(sc)))
			return false;
		r->ip = sc.ip;
		r->cx = sc.cx;
		r->ax = sc.ax;
		r->dx = sc.dx;
		r->r10 = sc.r10;
	}
	return true;
}

/* Its registers are not as the call left them: a signal's handler, or a restart. */
static noinline void epoll_return_signalled(struct mps_cpu *c, struct mps_thread *t,
					    const struct pt_regs *regs)
{
	struct mps_epoll_call call = { .kind = MPSCOPE_KIND_UNKNOWN };
	struct mps_regs r;

	call.known = regs_of_call(regs, &r);
	if (call.known && r.ip + 2 == r.cx)
		return;		/* not over: it will be made again */
	if (call.known) {
		call.result = (s64)r.ax;
		call.max_events = (int)r.dx;
		call.kind = kind_of_call((int)regs->orig_ax, r.r10);
	}
	epoll_returned(c, t, &call);
}

static __always_inline void epoll_return_of(struct mps_cpu *c, struct mps_thread *t,
					    const struct pt_regs *regs)
{
	struct mps_epoll_call call = {
		.known = true,
		.result = (s64)regs->ax,
		.max_events = (int)regs->dx,
	};

	if (!t || t->task != current || mps_syscall_foreign(current) ||
	    !(t->features & BIT(MPSCOPE_FEATURE_EPOLL)))
		return;
	if (unlikely(regs->ip != regs->cx)) {
		epoll_return_signalled(c, t, regs);
		return;
	}
	call.kind = kind_of_call((int)regs->orig_ax, regs->r10);
	epoll_returned(c, t, &call);
}

static __always_inline bool is_epoll_wait(int nr)
{
	if (unlikely(nr == __NR_epoll_pwait))
		return true;
	if (unlikely(nr == __NR_epoll_wait))
		return true;
	return unlikely(nr == __NR_epoll_pwait2);
}

/* One of the few returns that we do something at. */
static noinline void returned(struct mps_cpu *c, const struct pt_regs *regs)
{
	if (is_epoll_wait((int)regs->orig_ax))
		epoll_return_of(c, c->cur, regs);
	if (unlikely(c->look_again))
		mps_exact_returned(c);
}

/* At each return to user mode, so it says no soon. -1 is an interrupt's number. */
static void on_user_return(struct user_return_notifier *urn)
{
	struct mps_cpu *c = container_of(urn, struct mps_cpu, urn);
	const struct pt_regs *regs = task_pt_regs(current);

	if (unlikely(is_epoll_wait((int)regs->orig_ax)))
		returned(c, regs);
	else if (unlikely(c->look_again))
		returned(c, regs);
}

void mps_return_watch(struct mps_cpu *c, struct mps_thread *t)
{
	bool want = mps_return_wanted(t);

	if (use_kretprobe || want == c->urn_on || !READ_ONCE(watching)) {
		if (!want && c->urn_on)
			mps_return_unwatch(c);
		return;
	}
	if (!want) {
		mps_return_unwatch(c);
		return;
	}
	c->urn.on_user_return = on_user_return;
	c->urn_on = true;
	user_return_notifier_register(&c->urn);
}

void mps_return_unwatch(struct mps_cpu *c)
{
	if (!c->urn_on)
		return;
	c->urn_on = false;
	user_return_notifier_unregister(&c->urn);
}
#else
void mps_return_watch(struct mps_cpu *c, struct mps_thread *t)
{
}

void mps_return_unwatch(struct mps_cpu *c)
{
}
#endif

static struct mps_thread *thread_here(void)
{
	struct mps_thread *t = this_cpu_read(mps_cpu.cur);

	return t && t->task == current &&
	       t->features & BIT(MPSCOPE_FEATURE_EPOLL) ? t : NULL;
}

static int on_enter(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	bool ours;

	rcu_read_lock();
	ours = thread_here();
	rcu_read_unlock();
	return !ours;	/* 1: no return probe */
}

/* The arguments are in the user's registers still, as nothing was returned yet. */
static int on_leave(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct pt_regs *user = task_pt_regs(current);
	struct mps_epoll_call call = {
		.known = true,
		.result = (int)regs_return_value(regs),
	};
	unsigned long args[6], flags;
	struct mps_thread *t;

	syscall_get_arguments(current, user, args);
	call.max_events = args[2];
	call.kind = kind_of_call(syscall_get_nr(current, user), args[3]);
	rcu_read_lock();
	local_irq_save(flags);
	t = thread_here();	/* it may be untagged by now */
	if (t)
		epoll_returned(this_cpu_ptr(&mps_cpu), t, &call);
	local_irq_restore(flags);
	rcu_read_unlock();
	return 0;
}

static const char * const calls[] = {
#ifdef __NR_epoll_wait
	MPS_SYSCALL_SYMBOL("epoll_wait"),
#endif
	MPS_SYSCALL_SYMBOL("epoll_pwait"),
	MPS_SYSCALL_SYMBOL("epoll_pwait2"),
};

static struct kretprobe krps[ARRAY_SIZE(calls)];
static bool krp_on, krp_found;

static int register_krps(void)
{
	struct kretprobe *all[ARRAY_SIZE(calls)];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		krps[i] = (struct kretprobe) {
			.kp.symbol_name	= calls[i],
			.entry_handler	= on_enter,
			.handler	= on_leave,
			.maxactive	= 4096,	/* threads asleep in it at once */
		};
		all[i] = &krps[i];
	}
	return register_kretprobes(all, ARRAY_SIZE(all));
}

static void unregister_krps(void)
{
	struct kretprobe *all[ARRAY_SIZE(calls)];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(calls); i++)
		all[i] = &krps[i];
	unregister_kretprobes(all, ARRAY_SIZE(all));
}

static bool find_calls(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		struct kprobe kp = {
			.symbol_name = calls[i],
			.flags = KPROBE_FLAG_DISABLED,
		};

		if (register_kprobe(&kp))
			return false;
		unregister_kprobe(&kp);
	}
	return true;
}

/* @how: "auto", "notifier" or "kretprobe". Return: 0, or -EINVAL for else. */
int mps_return_init(const char *how)
{
	if (!strcmp(how, "kretprobe"))
		use_kretprobe = true;
	else if (strcmp(how, "auto") && strcmp(how, "notifier"))
		return -EINVAL;
#ifndef MPS_HAVE_NOTIFIER
	use_kretprobe = strcmp(how, "notifier");
#endif
	if (use_kretprobe)
		krp_found = find_calls();
	return 0;
}

/* Returns to user mode can be seen, at no cost to others. */
bool mps_return_by_notifier(void)
{
#ifdef MPS_HAVE_NOTIFIER
	return !use_kretprobe;
#else
	return false;
#endif
}

bool mps_return_available(const char **why)
{
	if (use_kretprobe) {
		*why = "no system calls of this name in this kernel";
		return krp_found;
	}
#ifdef MPS_HAVE_NOTIFIER
	return true;
#else
	*why = "no user-return notifier on this architecture";
	return false;
#endif
}

int mps_return_attach(void)
{
	int ret = 0;

	if (use_kretprobe) {
		ret = register_krps();
		krp_on = !ret;
	}
	WRITE_ONCE(watching, !ret);
	return ret;
}

static void unwatch_here(void *unused)
{
	mps_return_unwatch(this_cpu_ptr(&mps_cpu));
}

/* COLD. Afterwards no handler of ours runs, on any CPU. */
void mps_return_detach(void)
{
	WRITE_ONCE(watching, false);
	if (krp_on)
		unregister_krps();
	krp_on = false;
	synchronize_rcu();	/* sched_switch saw watching for the last time */
	on_each_cpu(unwatch_here, NULL, 1);
}

bool mps_return_info(unsigned int i, struct mps_hook_info *info)
{
	const char *why = NULL;

	if (i)
		return false;
	info->name = "epoll_return";
	info->group = MPS_GROUP_EPOLL;
	if (!mps_return_available(&why)) {
		info->state = "unavailable";
		info->why = why;
	} else if (use_kretprobe) {
		info->state = watching ? "fallback" : "idle";
		info->why = "kretprobe: taxes every epoll call, misses those begun before the tag";
	} else {
		info->state = watching ? "attached" : "idle";
		info->why = "user-return notifier";
	}
	return true;
}

u64 mps_return_missed(void)
{
	unsigned int i;
	u64 nr = 0;

	for (i = 0; krp_on && i < ARRAY_SIZE(krps); i++)
		nr += krps[i].nmissed;
	return nr;
}

void mps_return_exit(void)
{
}
