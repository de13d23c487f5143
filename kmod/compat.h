/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where kernels and architectures differ: the only place that may ask for a
 * version. What is the same everywhere is called directly elsewhere.
 *
 *			6.1		6.12		7.3
 * exe_file reference	get_file_rcu(f)	get_file_rcu(&p)
 * blocked, yet on_rq	no		sched_delayed	sched_delayed
 * task_newtask's flags	unsigned long	unsigned long	u64
 * hrtimer_expire_entry	ktime_t *	ktime_t *	ktime_t
 * tracepoint probes	preemption off	preemption off	SRCU: own rcu_read_lock
 */
#ifndef _MPSCOPE_COMPAT_H
#define _MPSCOPE_COMPAT_H

#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/mm_types.h>
#include <linux/sched.h>
#include <linux/version.h>
#include <asm/syscall.h>
#ifdef CONFIG_X86_64
#include <asm/cpufeature.h>
#include <asm/fsgsbase.h>
#endif
#ifdef CONFIG_ARM64
#include <asm/sysreg.h>
#endif
#if defined(CONFIG_X86) && LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#include <asm/cpuid/api.h>	/* cpuid_count() left asm/processor.h */
#endif

#include "uapi/mpscope/abi.h"

#if LINUX_VERSION_CODE < MPSCOPE_KERNEL_MIN
#error "this kernel is older than MPSCOPE_KERNEL_MIN: mpscope needs Linux 6.1"
#endif
#ifndef CONFIG_SCHED_INFO
#error "mpscope needs CONFIG_SCHED_INFO (CONFIG_SCHEDSTATS or CONFIG_TASK_DELAY_ACCT)"
#endif
#ifndef CONFIG_SMP
#error "mpscope needs CONFIG_SMP"
#endif

/* sched_process_exec has preemption off and may take no spinlock_t. */
#if defined(CONFIG_PREEMPT_RT) && LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
#define MPS_EXEC_IS_RAW	1
#else
#define MPS_EXEC_IS_RAW	0
#endif

/* The kernel's function behind a system call, for kprobes. */
#ifdef CONFIG_X86_64
#define MPS_SYSCALL_SYMBOL(name)	"__x64_sys_" name
#elif defined(CONFIG_ARM64)
#define MPS_SYSCALL_SYMBOL(name)	"__arm64_sys_" name
#else
#define MPS_SYSCALL_SYMBOL(name)	"sys_" name
#endif

/* What task_newtask passes as "clone_flags". */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
#define mps_clone_flags_t u64
#else
#define mps_clone_flags_t unsigned long
#endif

/* What hrtimer_expire_entry passes as "now". */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
#define mps_expire_now_t ktime_t
#else
#define mps_expire_now_t ktime_t *
#endif

/* The task is in a run queue as one that wants to run (call it off the CPU). */
static inline bool mps_task_queued(const struct task_struct *p)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	if (READ_ONCE(p->se.sched_delayed))
		return false;	/* blocked; its dequeue was put off */
#endif
	return READ_ONCE(p->on_rq);
}

/* A reference to the executable of an mm, or NULL. */
static inline struct file *mps_mm_exe_file(struct mm_struct *mm)
{
	struct file *f;

	rcu_read_lock();
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	f = get_file_rcu(&mm->exe_file);
#else
	f = rcu_dereference(mm->exe_file);
	if (f && !get_file_rcu(f))
		f = NULL;
#endif
	rcu_read_unlock();
	return f;
}

/*
 * The thread pointer of current's user mode. For x86 the register itself, as
 * thread.fsbase is only as new as the last switch where user mode may write it.
 */
#ifdef CONFIG_X86_64
#define MPS_HAVE_THREAD_POINTER	1
static inline unsigned long mps_thread_pointer(void)
{
	if (boot_cpu_has(X86_FEATURE_FSGSBASE))
		return rdfsbase();
	return current->thread.fsbase;
}
#elif defined(CONFIG_ARM64)
#define MPS_HAVE_THREAD_POINTER	1
static inline unsigned long mps_thread_pointer(void)
{
	return read_sysreg(tpidr_el0);
}
#else
#define MPS_HAVE_THREAD_POINTER	0
static inline unsigned long mps_thread_pointer(void)
{
	return 0;
}
#endif

/* The current syscall of the task has another ABI than the kernel's own. */
static inline bool mps_syscall_foreign(const struct task_struct *p)
{
#ifdef CONFIG_X86_64
	return task_thread_info(p)->status & TS_COMPAT;
#elif defined(CONFIG_COMPAT)
	return test_tsk_thread_flag((struct task_struct *)p, TIF_32BIT);
#else
	return false;
#endif
}

/* First argument of the native syscall that a task is in. */
static inline unsigned long mps_syscall_arg0(struct task_struct *p,
					     struct pt_regs *regs)
{
#ifdef CONFIG_X86_64
	return regs->di;
#elif defined(CONFIG_ARM64)
	return regs->orig_x0;
#else
	unsigned long args[6];

	syscall_get_arguments(p, regs, args);
	return args[0];
#endif
}

#endif /* _MPSCOPE_COMPAT_H */
