// SPDX-License-Identifier: GPL-2.0
/* Load and unload: the init ladder and, as its mirror, the exit. COLD. */
#include <linux/init.h>
#include <linux/module.h>

#include "debugfs.h"
#include "probe.h"
#include "rules.h"
#include "target.h"
#include "topology.h"

/*
 * No new commands; no rules; no targets, the last of which takes the hooks with
 * it and waits for their handlers; no work; then files, callbacks and memory.
 * Hooks cannot go first: the work would attach them again for live targets.
 */
static void mps_end(void)
{
	mps_debugfs_stop();
	mutex_lock(&mps_targets_mutex);
	mps_rules_clear();
	mutex_unlock(&mps_targets_mutex);
	mps_target_exit();
	mps_debugfs_exit();
	mps_probe_exit();
	mps_topology_exit();
	mps_thread_exit();
}

static int __init mps_init(void)
{
	int ret;

	ret = mps_thread_init();
	if (ret)
		return ret;
	ret = mps_topology_init();
	if (ret)
		goto no_topology;
	ret = mps_probe_init();
	if (ret)
		goto no_probe;
	ret = mps_debugfs_init();
	if (ret)
		mps_end();
	return ret;

no_probe:
	mps_topology_exit();
no_topology:
	mps_thread_exit();
	return ret;
}

static void __exit mps_exit(void)
{
	mps_end();
}

module_init(mps_init);
module_exit(mps_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Scheduling of tagged processes: epoll, blocking, run-queue wait, migration");
MODULE_VERSION(MPSCOPE_VERSION);
