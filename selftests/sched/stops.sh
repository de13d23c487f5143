#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions run by check
#
# Threads that do nothing but run are stopped a known number of times, by
# signals and by a tracer: each stop is one episode of the reason "stopped".
. "$(dirname "$0")/../lib/mpscope.sh"

mps_load
ktap_begin 6

wl_start stops stops -n 25 -t 4
pid=${WL_PID[stops]}
# shellcheck disable=SC2034 # by name
declare -A before after rows blocks
table_load before <(witness -q "$pid") || bail_out "no witness"
mps_tag "$pid"
wl_go stops
table_load after <(witness -q "$pid") || bail_out "no witness"
table_load rows "$MPS/targets/$pid/threads"
table_load blocks "$MPS/targets/$pid/blocking" tid state reason

stops_agree()
{
	local tid nr bad=0
	while read -r tid nr; do
		if [ "${blocks[$tid/blocked/stopped,nr]-0}" != "$nr" ]; then
			echo "thread $tid: stopped ${blocks[$tid/blocked/stopped,nr]-0} times, expected $nr"
			bad=1
		fi
	done < <(wl_facts stops stops)
	return "$bad"
}
check "stopped as often as it was" stops_agree
is "in a mode that can be interrupted" \
	"$(for tid in $(wl_tids stops); do
		echo "${blocks[$tid/blocked/stopped,mode]}"
	done | sort -u)" S
# COW after the fork is no stop: it shows as fault or nothing at all.
is "and for no other reason but the gates" \
	"$(for key in ${blocks[keys]}; do
		[[ $key != "$pid/"* && $key == */blocked/* ]] && echo "${key##*/}"
	done | grep -vx fault | sort -u | xargs)" "futex stopped"
check "voluntary switches equal status" \
	table_agrees rows before after vol switches_vol
check "the states of each row add up to its life" conserve 0 "$pid"
is "nothing was missed" "$(mps_missed)" ""
wl_quit stops
ktap_end
