#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Running and waiting time are schedstat's within 2 %, over all threads of a
# load with some 50000 stays on a CPU; each thread's difference is printed.
#
# Why not exactly: schedstat ends a stay or a wait by the run queue's clock,
# which is read when the scheduler is entered; the switch comes later, when
# the next thread has been picked and, before idling, other CPUs have been
# looked at for work. We read local_clock() in the switch. So a wait is longer
# by that stretch. And schedstat leaves out the wait of a thread that was
# preempted while about to block, for it was not queued as runnable. The
# stretch is the same however long the stay: the load's stays are 1 ms, as
# emulated CPUs take tens of microseconds for it. And there are always threads
# enough for all CPUs: where one would idle, the kernel first looks for work on
# the others, in the name of the thread that leaves; that runs on for us, as it
# does still have the CPU, but no longer for schedstat.
. "$(dirname "$0")/../lib/mpscope.sh"

THREADS=$((12 * $(nproc))) ROUNDS=$((51200 / (12 * $(nproc))))

mps_load
ktap_begin 5

wl_start mix mix -n "$ROUNDS" -t "$THREADS" 0 1000000
pid=${WL_PID[mix]}
declare -A before after rows
table_load before <(witness -q "$pid") || bail_out "no witness"
mps_tag "$pid"
wl_go mix 240
table_load after <(witness -q "$pid") || bail_out "no witness"
table_load rows "$MPS/targets/$pid/threads"

our_run=0 our_wait=0
for tid in ${after[keys]}; do
	waited=$((rows[$tid,woken_ns] + rows[$tid,preempted_ns] + rows[$tid,yielded_ns]))
	our_run=$((our_run + rows[$tid,running_ns]))
	our_wait=$((our_wait + waited))
	diag "thread $tid: ran ${rows[$tid,running_ns]} ns, schedstat $((after[$tid,run_ns] - before[$tid,run_ns])); waited $waited ns, schedstat $((after[$tid,wait_ns] - before[$tid,wait_ns]))"
done
runs=$(table_sum rows runs)
run=$(table_grown before after run_ns)
wait=$(table_grown before after wait_ns)
diag "$runs runs; a run's difference: $(((our_run - run) / runs)) ns, a wait's: $(((our_wait - wait) / runs)) ns"
check "the load is worth it: 50000 runs" [ "$runs" -ge 50000 ]
within "running time is schedstat's within 2 %" "$our_run" "$run" 2
within "waiting time is schedstat's within 2 %" "$our_wait" "$wait" 2
check "the states of each row add up to its life" conserve 0 "$pid"
is "nothing was missed" "$(mps_missed)" ""
wl_quit mix
ktap_end
