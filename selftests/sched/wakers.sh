#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions run by check
#
# Who wakes a thread: each way to block ends a known number of times by the
# process's own main thread, by another process, or by a timer; and the opening
# of its gate, which is by the main thread too.
. "$(dirname "$0")/../lib/mpscope.sh"

ROUNDS=20
# With PREEMPT_RT most spinlocks are slept for: who lets go of one wakes the
# next, which is a wakeup by that task beside those that the test makes.
LOCKS=0
! uname -v | grep -q PREEMPT_RT || LOCKS=$((ROUNDS / 4))

mps_load
wl_start certain certain -n $ROUNDS
pid=${WL_PID[certain]}
declare -A rows pairs
mps_tag "$pid threads wakers"
wl_go certain 240
witness -q "$pid" >/dev/null || bail_out "no witness"
table_load rows "$MPS/targets/$pid/threads"
table_load pairs "$MPS/targets/$pid/wakers" waker_tid wakee_tid
mapfile -t ops < <(wl_facts certain op)
ktap_begin $((${#ops[@]} + 6))

# What ends it. A sleep by its timer, as a timerfd that runs out; a wait for a
# child by the child.
source_of()
{
	case $1 in
	nanosleep | clock_nanosleep | timerfd_read) echo timer ;;
	wait4 | waitid | vfork) echo other ;;
	*) echo self ;;
	esac
}

# woken_by NAME TID
woken_by()
{
	local by col want got bad=0
	by=$(source_of "$1")
	for col in self other timer hardirq softirq; do
		want=0
		[ "$col" != "$by" ] || want=$ROUNDS
		[ "$col" != self ] || want=$((want + 1))	# the gate
		got=${rows[$2,wake_$col]}
		if [ "$got" -lt "$want" ] || [ "$got" -gt $((want + LOCKS)) ]; then
			echo "wake_$col $got, expected $want"
			bad=1
		fi
	done
	want=1
	[ "$by" != self ] || want=$((ROUNDS + 1))
	got=${pairs[$pid/$2,nr]-0}
	if [ "$got" -lt "$want" ] || [ "$got" -gt $((want + LOCKS)) ]; then
		echo "wakers: the main thread woke it $got times, expected $want"
		bad=1
	fi
	return "$bad"
}

for op in "${ops[@]}"; do
	read -r -a word <<<"$op"
	check "${word[0]}: woken by $(source_of "${word[0]}")" woken_by "${word[0]}" "${word[1]}"
done
is "nobody else wakes in this process" \
	"$(for key in ${pairs[keys]}; do
		[ "${key%/*}" = "$pid" ] || [ "${key#*/}" = "$pid" ] || echo "$key"
	done)" ""
cross()
{
	local tid bad=0 all
	for tid in $(wl_tids certain); do
		all=$((rows[$tid,wake_self] + rows[$tid,wake_other] + rows[$tid,wake_timer] +
			rows[$tid,wake_hardirq] + rows[$tid,wake_softirq]))
		if [ "${rows[$tid,wake_cross]}" -gt "$all" ]; then
			echo "thread $tid: $all wakes, ${rows[$tid,wake_cross]} from another CPU"
			bad=1
		fi
	done
	return "$bad"
}
check "wakes from another CPU are no more than wakes" cross
check "and there were some" [ "$(table_sum rows wake_cross)" -gt 0 ]
check "the states of each row add up to its life" conserve 0 "$pid"
is "nothing was missed" "$(mps_missed)" ""

mps_untag "$pid"
mps_tag "$pid threads epoll,migrate"
is "without the feature nothing is known" \
	"$(sed 1,2d "$MPS/targets/$pid/wakers"; table_load rows "$MPS/targets/$pid/threads"
	   for tid in ${rows[keys]}; do
		for col in self other timer hardirq softirq cross; do
			echo "${rows[$tid,wake_$col]}"
		done
	   done | sort -u)" "$(printf -- '- - -\n-')"
wl_quit certain
ktap_end
