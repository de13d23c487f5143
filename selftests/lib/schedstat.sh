# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # who sources it uses what is set
#
# A load of many stays on a CPU, and what the module and schedstat say of it. To be
# sourced after mpscope.sh.
#
# Why the two cannot be equal: schedstat ends a stay or a wait by the run queue's
# clock, which is read when the scheduler is entered; the switch comes later, when
# the next thread has been picked and, before idling, other CPUs have been
# looked at for work. We read local_clock() in the switch. So a wait is longer
# by that stretch. And schedstat leaves out the wait of a thread that was
# preempted while about to block, for it was not queued as runnable. The
# stretch is the same however long the stay: the load's stays are 1 ms, as
# emulated CPUs take tens of microseconds for it, and more whenever this machine
# does something else. And there are always threads enough for all CPUs: where one
# would idle, the kernel first looks for work on the others, in the name of the
# thread that leaves; that runs on for us, as it does still have the CPU, but no
# longer for schedstat.

# measure_stays RUNS: sets runs, our_run, our_wait, run, wait (ns, over all threads) and
# whole, what conserve says of the rows while they live.
measure_stays()
{
	local threads=$((12 * $(nproc))) pid tid
	local -A before after rows

	wl_start mix mix -n "$(($1 / threads))" -t "$threads" 0 1000000
	pid=${WL_PID[mix]}
	table_load before <(witness -q "$pid") || bail_out "no witness"
	mps_tag "$pid"
	wl_go mix 240
	table_load after <(witness -q "$pid") || bail_out "no witness"
	table_load rows "$MPS/targets/$pid/threads"
	our_run=0 our_wait=0
	for tid in ${after[keys]}; do
		our_run=$((our_run + rows[$tid,running_ns]))
		our_wait=$((our_wait + rows[$tid,woken_ns] +
			rows[$tid,preempted_ns] + rows[$tid,yielded_ns]))
	done
	runs=$(table_sum rows runs)
	run=$(table_grown before after run_ns)
	wait=$(table_grown before after wait_ns)
	diag "$runs runs of $threads threads; a run's difference: $(((our_run - run) / runs)) ns, a wait's: $(((our_wait - wait) / runs)) ns"
	whole=$(conserve 0 "$pid" 2>&1) && whole=
	wl_quit mix
	mps_untag "$pid"
}

# apart A B: how far A is from B, per mille of B
apart()
{
	echo $((($1 > $2 ? $1 - $2 : $2 - $1) * 1000 / $2))
}
