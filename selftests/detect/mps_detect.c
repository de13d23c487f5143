// SPDX-License-Identifier: GPL-2.0
/*
 * Mistakes on demand, one at a time: what is written to the parameter "make" is
 * done wrong. So a test can see that each of the kernel's detectors speaks, and
 * in a module. Nothing but that test may load it.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

#define NR_LEAKS	16

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static DEFINE_SPINLOCK(atomic);

static int __rcu *published;
static unsigned long raced;
/* Read as if somebody might change it: the compiler may not know. */
static unsigned int forty = 40;

/* Reads what was freed. */
static void make_use_after_free(void)
{
	int *p = kmalloc(64, GFP_KERNEL);

	if (!p)
		return;
	OPTIMIZER_HIDE_VAR(p);
	kfree(p);
	pr_info("mps_detect: it was %d\n", READ_ONCE(p[1]));
}

/* Reads behind the end. */
static void make_out_of_bounds(void)
{
	char *p = kmalloc(40, GFP_KERNEL);

	if (!p)
		return;
	OPTIMIZER_HIDE_VAR(p);
	pr_info("mps_detect: behind it was %d\n", READ_ONCE(p[READ_ONCE(forty)]));
	kfree(p);
}

/* Forgets what it has allocated; some, for the stack may remember one. */
static void make_leak(void)
{
	unsigned int i;
	char *p;

	for (i = 0; i < NR_LEAKS; i++) {
		p = kmalloc(96, GFP_KERNEL);
		if (p)
			memset(p, 'l', 96);
	}
}

/* May sleep while it holds a spinlock. */
static void make_sleep(void)
{
	spin_lock(&atomic);
	kfree(kmalloc(8, GFP_KERNEL));
	spin_unlock(&atomic);
}

/* Follows a pointer that RCU guards, unguarded. */
static void make_rcu(void)
{
	int *p = rcu_dereference(published);

	pr_info("mps_detect: published %s\n", p ? "something" : "nothing");
}

/* Frees a timer that is pending. */
static void timer_over(struct timer_list *t)
{
}

static void make_object(void)
{
	struct timer_list *t = kmalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return;
	timer_setup(t, timer_over, 0);
	mod_timer(t, jiffies + 3600 * HZ);
	kfree(t);
}

/* Shifts by more than there is. */
static void make_shift(void)
{
	pr_info("mps_detect: shifted %x\n", 1U << READ_ONCE(forty));
}

/* Reads an array behind its end. */
static noinline unsigned int element(const unsigned int (*array)[8], unsigned int i)
{
	return (*array)[i];
}

static void make_bounds(void)
{
	static const unsigned int both[2][8];

	pr_info("mps_detect: element %u\n", element(&both[0], READ_ONCE(forty) / 4));
}

/* Takes two locks in one order, then in the other. */
static void make_locks(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static int race_run(void *unused)
{
	while (!kthread_should_stop()) {
		raced++;
		cond_resched();
	}
	return 0;
}

/* Counts with two threads at once, without a lock. */
static void make_race(void)
{
	struct task_struct *p[2];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = kthread_run(race_run, NULL, "mps_race%u", i);
	msleep(10000);
	for (i = 0; i < ARRAY_SIZE(p); i++)
		if (!IS_ERR(p[i]))
			kthread_stop(p[i]);
}

static const struct {
	const char *name;
	void (*make)(void);
} mistakes[] = {
	{ "use_after_free", make_use_after_free },
	{ "out_of_bounds", make_out_of_bounds },
	{ "leak", make_leak },
	{ "sleep", make_sleep },
	{ "rcu", make_rcu },
	{ "object", make_object },
	{ "shift", make_shift },
	{ "bounds", make_bounds },
	{ "locks", make_locks },
	{ "race", make_race },
};

static int make_set(const char *name, const struct kernel_param *kp)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mistakes); i++)
		if (sysfs_streq(name, mistakes[i].name)) {
			mistakes[i].make();
			return 0;
		}
	return -EINVAL;
}

static const struct kernel_param_ops make_ops = { .set = make_set };

module_param_cb(make, &make_ops, NULL, 0200);
MODULE_PARM_DESC(make, "the mistake to make");

static int __init mps_detect_init(void)
{
	return 0;
}

static void __exit mps_detect_exit(void)
{
}

module_init(mps_detect_init);
module_exit(mps_detect_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Mistakes on demand, to test the kernel's detectors");
