#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # names of workloads
#
# Process numbers that come again soon: a new process with the number of a dead
# one is not taken for it.
. "$(dirname "$0")/common.sh"

CHILDREN=$((800 * MORE))
PID_MAX=/proc/sys/kernel/pid_max

in_throwaway_guest || skip_all "this leaves the machine few process numbers: only in a guest"
mps_load max_exited=100000
ktap_begin 13

was=$(cat $PID_MAX)
wl_start lives brief -n 1 -t 12 0 $CHILDREN
count_switches brief
mps_tag "${WL_PID[lives]} children epoll,migrate,wakers"
# From 300 on (RESERVED_PIDS) they are given anew.
echo 420 >$PID_MAX || bail_out "pid_max"
wl_go lives $((300 * MORE))
settled
echo "$was" >$PID_MAX
numbers=$(wl_facts lives child | cut -d' ' -f1 | sort -u | wc -l)
diag "$CHILDREN children had $numbers numbers"
is "all have lived" "$(wl_facts lives child | wc -l)" $CHILDREN
check "numbers came again: five times and more" [ $((numbers * 5)) -le $CHILDREN ]
dirs=$(find "$MPS/targets" -mindepth 1 -maxdepth 1 -type d -printf '%f\n')
is "a target for each number and for their parent" \
	"$(wc -l <<<"$dirs")" $((numbers + 1))
is "those before are said to be dropped" \
	"$(mps_value self dropped_exited)" $((CHILDREN - numbers))
# The last one of each number: that it is not another one its calls tell.
is "each is the last of its number" \
	"$(per_target epoll_calls | grep -v "^${WL_PID[lives]} " | sort)" \
	"$(wl_facts lives child |
		awk '{ last[$1] = $2 } END { for (p in last) print p, last[p] }' | sort)"
is "with two dead threads, none live" \
	"$({ per_target threads_live; per_target threads_dead; } |
		grep -v "^${WL_PID[lives]} " | cut -d' ' -f2 | sort | uniq -c | xargs)" \
	"$numbers 0 $numbers 2"
is "and all of it is its own: no row of another" \
	"$(find "$MPS/targets" -name threads -exec awk 'FNR > 2 { print FILENAME }' {} + |
		sort | uniq -c | awk '{ print $1 }' | sort | uniq -c | xargs)" "1 1 $numbers 2"
is "their parent's switches are exact" \
	"$(mps_value "targets/${WL_PID[lives]}/summary" epoll_calls)" 0
declare -A rows
witness -q "${WL_PID[lives]}" >/dev/null || bail_out "no witness"
table_load rows "$MPS/targets/${WL_PID[lives]}/threads"
pid=${WL_PID[lives]}
check "as many runs as switches" [ "${rows[$pid,runs]}" = \
	$((rows[$pid,switches_vol] + rows[$pid,switches_invol])) ]
is "nobody was missed" "$(mps_missed | grep -v dropped_exited)" ""
is "no event was refused" "$(mps_value self refused_events)" 0
wl_quit lives
count_no_more
mps_untag_all
is "untagged, nothing is used" "$(sed 1,2d "$MPS/limits" | cut -d' ' -f3 | xargs)" "0 0 0 0 0"
is "and no target is left" "$(ls "$MPS/targets")" ""
ktap_end
