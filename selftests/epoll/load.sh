#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions run by check
#
# epoll under load: level and edge triggered, several waiters on one epoll,
# EPOLLEXCLUSIVE, polling; waits for ever, for a time and not at all; by all
# three system calls, in threads that are moved about, some born late. What
# each thread counted itself is what the module says, exactly.
. "$(dirname "$0")/../lib/mpscope.sh"

mps_load
ktap_begin 21

wl_start load epload -n 4000 -t 10
pid=${WL_PID[load]}
# shellcheck disable=SC2034 # by name
declare -A before after rows truth none=() blocks
table_load before <(witness -q "$pid") || bail_out "no witness"
mps_tag "$pid"
wl_go load 300
table_load after <(witness -q "$pid") || bail_out "no witness"
table_load rows "$MPS/targets/$pid/epoll"
table_load blocks "$MPS/targets/$pid/blocking" tid state reason mode
table_load truth <(wl_truth load)

diag "$(wl_facts load calls) calls, $(table_sum rows sleeps) sleeps, $(table_sum rows empty_wakes) empty wakes, $(table_grown before after migrations) migrations"
check "the load is worth it: 50000 calls" [ "$(wl_facts load calls)" -ge 50000 ]
check "which moved 500 times" [ "$(table_grown before after migrations)" -ge 500 ]
for col in $(wl_facts load columns); do
	check "$col equals what each thread counted" \
		table_agrees rows none truth "$col" "$col"
done
is "each result was read" "$(table_sum rows ret_unknown)" 0

# What it blocked within the calls is a sleep or a wait for a lock.
sleeps_agree()
{
	local tid slept locks bad=0
	while read -r tid slept; do
		locks=${blocks[$tid/blocked/epoll/D,nr]-0}
		if [ $((rows[$tid,sleeps] + locks)) != "$slept" ]; then
			echo "thread $tid: ${rows[$tid,sleeps]} sleeps and $locks locks, it blocked $slept times in epoll"
			bad=1
		fi
	done < <(wl_facts load slept)
	return "$bad"
}
check "sleeps are its voluntary switches within the calls" sleeps_agree

# column_is_block COLUMN MODE BLOCKCOLUMN
column_is_block()
{
	local tid bad=0
	for tid in ${truth[keys]}; do
		if [ "${rows[$tid,$1]}" != "${blocks[$tid/blocked/epoll/$2,$3]-0}" ]; then
			echo "thread $tid: $1 ${rows[$tid,$1]}, blocking has ${blocks[$tid/blocked/epoll/$2,$3]-0}"
			bad=1
		fi
	done
	return "$bad"
}
check "sleeps are the blocks in epoll, mode S" column_is_block sleeps S nr
check "sleep_ns is their time" column_is_block sleep_ns S total_ns
check "lock_ns is that of mode D" column_is_block lock_ns D total_ns

# A call that slept was woken for each of its sleeps; only the last one may
# have been worth it. So there are no more empty ones than that.
empty_plausible()
{
	local tid calls bad=0
	for tid in ${truth[keys]}; do
		calls=$((truth[$tid,calls] - truth[$tid,kind_poll]))
		if [ "${rows[$tid,empty_wakes]}" -gt "${rows[$tid,sleeps]}" ] ||
		   [ $((rows[$tid,sleeps] - rows[$tid,empty_wakes])) -gt "$calls" ]; then
			echo "thread $tid: ${rows[$tid,sleeps]} sleeps, ${rows[$tid,empty_wakes]} empty wakes in $calls calls"
			bad=1
		fi
	done
	return "$bad"
}
check "empty wakes lie between sleeps and calls" empty_plausible
is "nothing was missed" "$(mps_missed)" ""
wl_quit load
ktap_end
