#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions run by check
#
# A process that is tagged late: what each thread has been doing since before
# is right in the first reading, with reason, mode and system call; and so it
# is when the process was stopped by a signal.
. "$(dirname "$0")/../lib/mpscope.sh"

mps_load
wl_start states states
pid=${WL_PID[states]}
mapfile -t held < <(wl_facts states held)
mapfile -t no < <(wl_facts states no)
spin=$(wl_facts states spin)
ktap_begin $((${#held[@]} + ${#no[@]} + 7))

declare -A rows blocks later
mps_tag "$pid"
table_load rows "$MPS/targets/$pid/threads"
table_load blocks "$MPS/targets/$pid/blocking" tid state

# held_as NAME TID REASON MODE SYSCALL
held_as()
{
	local nr=$5
	[ "$nr" != -1 ] || nr=-
	echo "threads: ${rows[$2,state]} ${rows[$2,reason]} ${rows[$2,mode]} ${rows[$2,syscall]}"
	echo "blocking: nr ${blocks[$2/blocked,nr]} ${blocks[$2/blocked,reason]}"
	[ "${rows[$2,state]} ${rows[$2,reason]} ${rows[$2,mode]} ${rows[$2,syscall]}" = \
	  "blocked $3 $4 $nr" ] &&
	[ "${rows[$2,blocked_ns]}" = "${rows[$2,life_ns]}" ] &&
	[ "${blocks[$2/blocked,nr]} ${blocks[$2/blocked,reason]}" = "1 $3" ]
}

for h in "${held[@]}"; do
	read -r -a word <<<"$h"
	check "${word[0]}: blocked, ${word[2]}, mode ${word[3]}" held_as "${word[@]}"
done
for op in "${no[@]}"; do
	skip "$op" "the kernel refuses it here"
done

# Other threads want the CPU too: it may be caught while it waits for it.
matches "the spinning thread runs" "${rows[$spin,state]}" "@(running|preempted)"
is "and has no reason" "${rows[$spin,reason]} ${rows[$spin,mode]}" "- -"
sleep 1
table_load later "$MPS/targets/$pid/threads"
check "it ran meanwhile" [ "${later[$spin,running_ns]}" -gt 100000000 ]
is "nobody else did" \
	"$(for tid in ${later[keys]}; do
		[ "$tid" = "$spin" ] || echo "${later[$tid,runs]}"
	done | sort -u)" 0

# Tagged once more, while stopped: a fresh start, all in one state.
mps_untag "$pid"
kill -STOP "$pid"
all_stopped()
{
	local t
	for t in /proc/"$pid"/task/*; do
		[ "$(proc_state "$pid" "${t##*/}")" != R ] || return 1
	done
}
wait_until 20 all_stopped || diag "not all threads stopped"
mps_tag "$pid"
table_load rows "$MPS/targets/$pid/threads"
is "a stopped process: the spinning thread is stopped" \
	"${rows[$spin,state]} ${rows[$spin,reason]}" "blocked stopped"
# vfork's wait is not interruptible, and so cannot be stopped.
is "and all others" \
	"$(for tid in ${rows[keys]}; do
		echo "${rows[$tid,state]} ${rows[$tid,reason]} ${rows[$tid,mode]}"
	done | sort -u | grep -v "^blocked child D$")" "blocked stopped S"
check "the states of each row add up to its life" conserve 0 "$pid"
# Continued, epoll_wait and its like would come back with EINTR.
wl_kill states
ktap_end
