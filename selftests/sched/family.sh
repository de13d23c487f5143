#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions run by check
#
# What becomes of a tag: threads inherit it, children only with "children",
# exec keeps it and the tid stays right, the dead keep their last counters.
. "$(dirname "$0")/../lib/mpscope.sh"

ROUNDS=40 THREADS=4

mps_load
ktap_begin 28

declare -A rows live after

# sleeps_are TGID: of each tombstone of a thread of the workload, as it said
sleeps_are()
{
	local tid slept bad=0
	while read -r tid slept; do
		if [ "${rows[$tid,nr]-no row}" -lt "$slept" ] 2>/dev/null ||
		   [ "${rows[$tid,nr]-no row}" != "$slept" ]; then
			echo "thread $tid slept $slept times, blocking says ${rows[$tid,nr]-no row}"
			bad=1
		fi
	done < <(wl_facts "$1" born)
	return "$bad"
}

# sleep_rows FILE: rows[tid,nr] of the blocks in sleep
sleep_rows()
{
	local key
	table_load live "$1" tid state reason
	rows=()
	for key in ${live[keys]}; do
		[[ $key != */blocked/sleep ]] || rows[${key%%/*},nr]=${live[$key,nr]}
	done
}

# ---- without "children" ----

wl_start plain family -n $ROUNDS -t $THREADS
pid=${WL_PID[plain]}
mps_tag "$pid threads"
wl_go plain
is "threads: the children are not tagged" "$(ls "$MPS/targets")" "$pid"
is "and not in tags" "$(grep -c . "$MPS/tags")" 3
sleep_rows "$MPS/targets/$pid/blocking"
check "each dead thread slept as often as it said" sleeps_are plain
table_load rows "$MPS/targets/$pid/threads"
is "each of them is a row, dead" \
	"$(for tid in $(wl_facts plain born | cut -d' ' -f1); do
		echo "${rows[$tid,state]-none}"
	done | sort | uniq -c | xargs)" "$THREADS dead"
is "threads_dead counts them" \
	"$(mps_value "targets/$pid/summary" threads_dead)" $THREADS
is "threads_live counts the others" \
	"$(mps_value "targets/$pid/summary" threads_live)" 1
table_load rows "$MPS/tombstones" tid
is "tombstones has them all" \
	"$(for tid in $(wl_facts plain born | cut -d' ' -f1); do
		echo "${rows[$tid,tgid]-none}"
	done | sort -u)" "$pid"
# A thread ends in a voluntary switch that nobody counts but itself, no more.
dead_switches()
{
	local tid slept bad=0
	while read -r tid slept; do
		if [ "${rows[$tid,switches_vol]}" -lt "$((slept + 1))" ]; then
			echo "thread $tid: ${rows[$tid,switches_vol]} voluntary switches, slept $slept times and died"
			bad=1
		fi
	done < <(wl_facts plain born)
	return "$bad"
}
check "the last switch of the dead is counted too" dead_switches
check "the states of the dead add up to their life" conserve 0 "$pid"
wl_quit plain
has_exited() { [ "$(mps_value "targets/$pid/summary" state)" = exited ]; }
wait_until 10 has_exited
is "when all is over the target is there, exited" \
	"$(mps_value "targets/$pid/summary" state)" exited
is "with all its threads dead" \
	"$(mps_value "targets/$pid/summary" threads_dead)" $((THREADS + 1))
is "and no longer a tag" "$(sed 1,2d "$MPS/tags")" ""
mps_untag "$pid"
is "until it is untagged" "$(ls "$MPS/targets")" ""
is "which takes its tombstones along" "$(sed 1,2d "$MPS/tombstones")" ""

# ---- with "children" ----

wl_start tree family -n $ROUNDS -t $THREADS
pid=${WL_PID[tree]}
mps_tag "$pid children epoll"
wl_go tree
mapfile -t children < <(wl_facts tree child | cut -d' ' -f1)
is "children: each child is a target" \
	"$(cd "$MPS/targets" && printf '%s\n' * | sort -n)" \
	"$(printf '%s\n' "$pid" "${children[@]}" | sort -n)"
is "with the parent's tag" "$(sed 1,2d "$MPS/tags" | cut -d' ' -f2- | sort -u)" \
	"children epoll"
# Born tagged: what they did is the kernel's whole account of them.
for name in vol:switches_vol invol:switches_invol; do
	bad=
	for child in "${children[@]}"; do
		table_load after <(witness -q "$child")
		table_load rows "$MPS/targets/$child/threads"
		[ "${rows[$child,${name#*:}]}" = "${after[$child,${name%:*}]}" ] ||
			bad+="child $child: ${rows[$child,${name#*:}]}, status ${after[$child,${name%:*}]}; "
	done
	is "a child's ${name#*:} equal status from its first instant" "$bad" ""
done
bad=
while read -r child slept; do
	sleep_rows "$MPS/targets/$child/blocking"
	[ "${rows[$child,nr]-0}" = "$slept" ] ||
		bad+="child $child slept $slept times, blocking says ${rows[$child,nr]-0}; "
done < <(wl_facts tree child)
is "and so are its sleeps" "$bad" ""
wl_quit tree
mps_untag_all
is "all untagged" "$(ls "$MPS/targets")" ""

# ---- exec by a thread that is not the leader ----

wl_start image family -n $ROUNDS -t $THREADS
pid=${WL_PID[image]}
witness -q "$pid" >"$MPS_TMP/before" || bail_out "no witness"
mps_tag "$pid"
: >"$MPS_TMP/image/out"		# the next "ready" is the new program's
wl_send image exec ready
table_load after <(witness -q "$pid")
by=$(wl_facts image exec-by)
diag "exec by thread $by of $pid"
is "exec: the tag stays" "$(sed 1,2d "$MPS/tags" | cut -d' ' -f1)" "$pid"
# It was born after the tag, and has the leader's id now. The leader's own
# row, with the same id, is dead.
table_load rows "$MPS/targets/$pid/threads" tid state
is "the process has one live thread, by the leader's id" \
	"$(tr ' ' '\n' <<<"${rows[keys]}" | grep -v /dead | cut -d/ -f1)" "$pid"
key=$(tr ' ' '\n' <<<"${rows[keys]}" | grep -v /dead)
is "which is counted from its first instant on" \
	"${rows[$key,switches_vol]}" "${after[$pid,vol]}"
is "the leader that was is dead" "${rows[$pid/dead,state]-none}" dead
is "the comm is the new one" "$(mps_value "targets/$pid/summary" comm)" family
wl_send image go "done"
is "it goes on inheriting" \
	"$(for tid in $(wl_facts image born | cut -d' ' -f1); do
		mps_col "targets/$pid/threads" state "$tid"
	done | sort | uniq -c | xargs)" "$THREADS dead"
is "nothing was missed" "$(mps_missed)" ""
wl_quit image
no_threads() { [ "$(mps_col limits used threads)" = 0 ]; }
wait_until 10 no_threads
is "when all have ended no live thread is accounted for" \
	"$(mps_col limits used threads)" 0
ktap_end
