#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# epoll calls whose outcome is forced: errors of each kind, results that fill
# the buffer or do not, timeouts, a call that began before the tag, wakes for
# an event that is gone again.
. "$(dirname "$0")/../lib/mpscope.sh"

mps_load
wl_start exact epexact -n 60
pid=${WL_PID[exact]}
mps_tag "$pid"
wl_go exact
# shellcheck disable=SC2034 # by name
declare -A rows truth blocks
witness -q "$pid" >/dev/null || bail_out "no witness"
table_load rows "$MPS/targets/$pid/epoll"
table_load blocks "$MPS/targets/$pid/blocking" tid state reason
table_load truth <(wl_truth exact)
columns=$(wl_facts exact columns)
subjects="inside errors sizes timeouts wakes"
ktap_begin 18

# row TABLE TID: its counters by name
row()
{
	local -n _rows=$1
	local col
	for col in $columns; do
		printf '%s=%s ' "$col" "${_rows[$2,$col]-none}"
	done
}

for subject in $subjects; do
	tid=$(wl_facts exact "$subject")
	if [ "$subject" = inside ] &&
		[ "$(mps_col features state epoll_return)" = fallback ]; then
		# A kretprobe sees no call that began before it.
		for col in $columns; do
			truth[$tid,$col]=0
		done
	fi
	is "$subject: all as counted" "$(row rows "$tid")" "$(row truth "$tid")"
	is "$subject: slept as often as it switched" "${rows[$tid,sleeps]}" \
		"$(wl_facts exact slept | sed -n "s/^$tid //p")"
done
errors=$(wl_facts exact errors)
tid=$(wl_facts exact wakes)
is "the waker was never early" "$(wl_facts exact early)" 0
is "wakes: four sleeps a call" "$tid ${rows[$tid,sleeps]}" "$(wl_facts exact sleeps)"
is "three of them ended for nothing" "$tid ${rows[$tid,empty_wakes]}" \
	"$(wl_facts exact empty)"
is "nobody else was woken for nothing" \
	"$(table_sum rows empty_wakes)" "${rows[$tid,empty_wakes]}"
is "its sleeps are blocks in epoll" "${blocks[$tid/blocked/epoll,nr]}" \
	"${rows[$tid,sleeps]}"

# ---- the feature ----

mps_untag "$pid"
mps_tag "$pid threads none"
table_load rows "$MPS/targets/$pid/epoll"
# What the switches tell is known all the same: sleeps, sleep_ns and lock_ns.
is "without the feature the calls are not known" \
	"$(for col in $columns empty_wakes; do
		echo "${rows[$pid,$col]}"
	done | sort -u)" -
is "and its hook is idle" "$(mps_col features state epoll_return)" idle
is "what could not be read is said: the timeouts that are no memory" \
	"$(mps_missed)" "missed_epoll_results ${truth[$errors,kind_unknown]}"
wl_quit exact
ktap_end
