#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions run by check
#
# Blocking under load: threads that block for all reasons at full speed while
# they are moved from CPU to CPU. How often each reason made a thread block is
# what the workload saw its own count of voluntary switches grow by around
# each call: equal for each thread and reason, modes together.
. "$(dirname "$0")/../lib/mpscope.sh"

THREADS=8 ROUNDS=600
REASONS="epoll poll futex sleep file pipe socket child io_uring fault other"

mps_load
ktap_begin 20

# The kernel moves pages, even locked ones, and who touches one meanwhile blocks
# in a page fault: the workload's own count cannot tell it from the call beside it.
for knob in kernel/numa_balancing vm/compact_unevictable_allowed; do
	[ ! -w /proc/sys/$knob ] || echo 0 >/proc/sys/$knob
done
# vmstat: what pages went through
vmstat() { grep -E '^(numa_hint_faults|pgmigrate_success|compact_isolated|pgmajfault|pswpin|thp_collapse_alloc) ' /proc/vmstat; }
vmstat >"$MPS_TMP/vm_before"

wl_start reasons reasons -n $ROUNDS -t $THREADS
pid=${WL_PID[reasons]}
# shellcheck disable=SC2034 # by name
declare -A before after rows blocks
table_load before <(witness -q "$pid") || bail_out "no witness"
mps_tag "$pid"
wl_go reasons 300
table_load after <(witness -q "$pid") || bail_out "no witness"
table_load rows "$MPS/targets/$pid/threads"
table_load blocks "$MPS/targets/$pid/blocking" tid state reason mode

declare -A truth counted
while read -r tid reason nr; do
	truth[$tid,$reason]=$nr
done < <(wl_facts reasons truth)
# What blocks a thread outside of its calls, by its own count, is a page fault:
# the kernel may move a page that is locked in memory.
strays=0
while read -r tid nr; do
	truth[$tid,fault]=$((truth[$tid,fault] + nr))
	strays=$((strays + nr))
done < <(wl_facts reasons stray)
for key in ${blocks[keys]}; do
	IFS=/ read -r tid state reason _ <<<"$key"
	if [ "$state" = blocked ]; then
		counted[$tid,$reason]=$((${counted[$tid,$reason]-0} + blocks[$key,nr]))
	fi
done

# want_of TID REASON: into WANT, the workload's truth
want_of()
{
	WANT=${truth[$1,$2]-0}
	# The wait at the end, which the workload cannot see end.
	[ "$2" != futex ] || WANT=$((WANT + 1))
}

# agrees COUNTED WANTED: of a call's blocks, some may be for a spinlock
agrees()
{
	if mps_spinlocks_sleep; then
		[ "$1" -le "$2" ]
	else
		[ "$1" = "$2" ]
	fi
}

# spinlocks_agree: what the calls blocked more often than they waited, thread by thread
spinlocks_agree()
{
	local tid reason missing bad=0
	for tid in $(wl_tids reasons); do
		missing=0
		for reason in $REASONS; do
			want_of "$tid" "$reason"
			missing=$((missing + WANT - ${counted[$tid,$reason]-0}))
		done
		if [ "${counted[$tid,kernel]-0}" != "$missing" ]; then
			echo "thread $tid: kernel ${counted[$tid,kernel]-0} times, expected $missing"
			bad=1
		fi
	done
	return "$bad"
}

# reason_agrees REASON: with the workload's truth, thread by thread
reason_agrees()
{
	local tid want bad=0 all=0
	for tid in $(wl_tids reasons); do
		want_of "$tid" "$1"
		want=$WANT
		all=$((all + want))
		if ! agrees "${counted[$tid,$1]-0}" "$want"; then
			echo "thread $tid: $1 ${counted[$tid,$1]-0} times, expected $want"
			bad=1
		fi
	done
	[ "$all" -gt 0 ] || { echo "never blocked in $1"; bad=1; }
	return "$bad"
}

# Beside the truth's reasons nothing may turn up.
others()
{
	local key tid reason
	for key in "${!counted[@]}"; do
		IFS=, read -r tid reason <<<"$key"
		[ "$reason" = kernel ] && mps_spinlocks_sleep && continue
		[ "$tid" = "$pid" ] || [ -n "${truth[$key]-}" ] ||
			echo "thread $tid: $reason ${counted[$key]} times"
	done
}

# A futex or a sleep is never waited for uninterruptibly. A wakeup may come before
# the switch that it ends, and then the task's state is TASK_WAKING already.
regress_mode_when_woken_early()
{
	local key tid state reason mode
	for key in ${blocks[keys]}; do
		IFS=/ read -r tid state reason mode <<<"$key"
		[ "$state/$mode" = blocked/D ] || continue
		case $reason in
		futex | sleep) echo "thread $tid: $reason ${blocks[$key,nr]} times in D" ;;
		esac
	done
}

diag "pages: $(vmstat | join "$MPS_TMP/vm_before" - | awk '{ printf "%s %d ", $1, $3 - $2 }')"
events=$(($(table_grown before after vol) + $(table_grown before after invol)))
diag "$(wl_facts reasons events) blocks, $events switches, $(table_grown before after migrations) migrations"
check "the load is worth it: 50000 blocks" [ "$(wl_facts reasons events)" -ge 50000 ]
check "the workload can tell the reason of its blocks: $strays it cannot, at most 5" \
	[ "$strays" -le 5 ]
for reason in $REASONS; do
	if [ "$reason" = io_uring ] && [ "$(wl_facts reasons io_uring)" = no ]; then
		skip "$reason: exactly as often" "the kernel refuses io_uring_setup"
	else
		check "$reason: exactly as often" reason_agrees "$reason"
	fi
done
is "no other reason" "$(others)" ""
check "the kernel's own waits are the rest, none but for spinlocks that sleep" spinlocks_agree
is "a wakeup before the switch does not change the mode" \
	"$(regress_mode_when_woken_early)" ""
check "voluntary switches equal status" \
	table_agrees rows before after vol switches_vol
check "migrations equal se.nr_migrations" \
	table_agrees rows before after migrations migrations
check "the rows of each thread add up to its life" conserve 0 "$pid"
is "nothing was missed" "$(mps_missed)" ""
wl_quit reasons
ktap_end
