// SPDX-License-Identifier: GPL-2.0
/* The distance of two CPUs, as a class. Asking is HOT; finding out is COLD. */
#include <linux/cpuhotplug.h>
#include <linux/log2.h>
#include <linux/percpu.h>
#include <linux/topology.h>

#include "compat.h"
#include "topology.h"

/*
 * Who shares a last-level cache the scheduler knows, but it exports neither
 * its answer nor the mask. The processor tells it too: CPUID's cache leaf says
 * how many APIC ids share a cache, and ids that agree above that share it
 * (Intel SDM vol. 2, CPUID leaf 4; AMD APM vol. 3, leaf 8000001D).
 */
#define MPS_LLC_UNKNOWN	(~0u)
static DEFINE_PER_CPU(u32, mps_llc_id) = MPS_LLC_UNKNOWN;
static int mps_topology_state;

#ifdef CONFIG_X86
#include <asm/cpufeature.h>
#include <asm/processor.h>

#define MPS_CACHE_LEAVES	16	/* more than any processor has */

static u32 llc_of_this_cpu(void)
{
	u32 leaf = boot_cpu_has(X86_FEATURE_TOPOEXT) ? 0x8000001d : 4;
	u32 a, b, c, apicid, level = 0, sharing = 0, i;

	if (leaf == 4 && boot_cpu_data.cpuid_level < 11)
		return MPS_LLC_UNKNOWN;
	for (i = 0; i < MPS_CACHE_LEAVES; i++) {
		cpuid_count(leaf, i, &a, &b, &c, &apicid);
		if (!(a & 0x1f))
			break;			/* no more caches */
		if (((a >> 5) & 7) > level) {
			level = (a >> 5) & 7;
			sharing = ((a >> 14) & 0xfff) + 1;
		}
	}
	if (!sharing)
		return MPS_LLC_UNKNOWN;
	cpuid_count(11, 0, &a, &b, &c, &apicid);
	if (!b)
		apicid = cpuid_ebx(1) >> 24;	/* leaf 11 is not there */
	return apicid >> order_base_2(sharing);
}
#else
static u32 llc_of_this_cpu(void)
{
	return MPS_LLC_UNKNOWN;
}
#endif

static int topology_online(unsigned int cpu)
{
	per_cpu(mps_llc_id, cpu) = llc_of_this_cpu();
	return 0;
}

int mps_topology_init(void)
{
	mps_topology_state = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN,
					       "mpscope:online",
					       topology_online, NULL);
	return mps_topology_state < 0 ? mps_topology_state : 0;
}

void mps_topology_exit(void)
{
	cpuhp_remove_state_nocalls(mps_topology_state);
}

/* Why the classes llc and node cannot be told apart, or NULL if they can. */
const char *mps_topology_why(void)
{
	if (per_cpu(mps_llc_id, cpumask_first(cpu_online_mask)) != MPS_LLC_UNKNOWN)
		return NULL;
	return "this processor does not tell who shares its caches";
}

/**
 * mps_topology_class() - the closest thing that two CPUs share
 * @a: CPU number
 * @b: another
 *
 * Context: HOT; loads only. Return: enum mpscope_class, MPSCOPE_NR_CLASSES if
 * it cannot be told.
 */
int mps_topology_class(int a, int b)
{
	u32 llc_a = per_cpu(mps_llc_id, a), llc_b = per_cpu(mps_llc_id, b);

	if (cpumask_test_cpu(b, topology_sibling_cpumask(a)))
		return MPSCOPE_CLASS_SMT;
	if (cpu_to_node(a) != cpu_to_node(b))
		return MPSCOPE_CLASS_REMOTE;
	if (llc_a == MPS_LLC_UNKNOWN || llc_b == MPS_LLC_UNKNOWN)
		return MPSCOPE_NR_CLASSES;
	return llc_a == llc_b ? MPSCOPE_CLASS_LLC : MPSCOPE_CLASS_NODE;
}
