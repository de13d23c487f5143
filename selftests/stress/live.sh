#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # names of workloads
#
# Thousands of threads of one process, alive at once: found at tagging, counted
# each for itself, read in one piece, and gone with the tag.
. "$(dirname "$0")/common.sh"

THREADS=$(sized 2000 10000)

in_throwaway_guest || skip_all "so many threads may be more than this machine allows: only in a guest"
mps_load
ktap_begin 13

was=$(cat /proc/sys/kernel/threads-max)
[ "$was" -ge 16000 ] || echo 16000 >/proc/sys/kernel/threads-max
wl_start crowd crowd -n 2 "$THREADS"
pid=${WL_PID[crowd]}
witness -q "$pid" >"$MPS_TMP/before" || bail_out "no witness"
begin=$(date +%s%N)
mps_tag "$pid threads epoll,migrate"
diag "tagged $((THREADS + 1)) threads in $((($(date +%s%N) - begin) / 1000000)) ms"
is "all are there" "$(mps_col limits used threads)" $((THREADS + 1))
is "each once" "$(sed 1,2d "$MPS/targets/$pid/threads" | cut -d' ' -f1 | sort -u | wc -l)" \
	$((THREADS + 1))
readers_start 2
wl_go crowd 300
ended reader0 reader1
witness -q "$pid" >"$MPS_TMP/after" || bail_out "no witness"
for pair in vol:switches_vol invol:switches_invol migrations:migrations pcount:runs; do
	check "${pair#*:} equal the kernel's, each" rows_agree "$pid" \
		"$MPS_TMP/before" "$MPS_TMP/after" "${pair%:*}" "${pair#*:}"
done
is "epoll calls are all there" "$(sum_of epoll_calls)" "$(wl_facts crowd calls) "
begin=$(date +%s%N)
is "epoll has a row for each" "$(sed 1,2d "$MPS/targets/$pid/epoll" | wc -l)" $((THREADS + 1))
diag "read in $((($(date +%s%N) - begin) / 1000000)) ms"
is "nothing was missed" "$(mps_missed)" ""

# They die while they are tagged: all of them become tombstones.
wl_quit crowd
wait_until 60 not grep -q . <(sed 1,2d "$MPS/tags")
is "dead, none is left alive" "$(mps_col limits used threads)" 0
is "and none is lost: kept or dropped" \
	"$(($(mps_col limits used tombstones) + $(mps_value self dropped_tombstones)))" \
	$((THREADS + 1))
mps_untag_all
check "untagged, nothing is used" unused
is "no event was refused" "$(mps_value self refused_events)" 0
echo "$was" >/proc/sys/kernel/threads-max
ktap_end
