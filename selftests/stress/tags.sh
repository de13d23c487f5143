#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # names of workloads
#
# Tags that come and go as fast as they can be written, on threads that switch
# all the time, while files are read. A process that is tagged all along is
# counted exactly through all of it.
. "$(dirname "$0")/common.sh"

CYCLES=$(sized 500 10000)

mps_load
ktap_begin 15
hooks >"$MPS_TMP/hooks"
log_mark tags

wl_start steady mix -n $((2000 * MORE)) -t 4
pid=${WL_PID[steady]}
witness -q "$pid" >"$MPS_TMP/before" || bail_out "no witness"
mps_tag "$pid threads epoll,migrate,wakers"
for i in 1 2 3; do
	wl_start prey$i nice -n 19 mix -n 1000000 -t 2
	wl_send prey$i go
done
readers_start 1
wl_send steady go
begin=$SECONDS
churn "$MPS" "$CYCLES" "${WL_PID[prey1]}" "${WL_PID[prey2]}" "${WL_PID[prey3]}" \
	>"$MPS_TMP/churn" 2>&1
is "churn did all it should" "$?" 0
diag "$CYCLES cycles in $((SECONDS - begin)) s"
for what in tagged untagged read; do
	is "$what" "$(sed -n "s/^$what //p" "$MPS_TMP/churn")" "$CYCLES"
done
is "nothing was refused" "$(grep -v '^[a-z]* [0-9]*$' "$MPS_TMP/churn")" ""
ended reader0 prey1 prey2 prey3
is "only the steady one is still tagged" "$(ls "$MPS/targets")" "$pid"
wl_wait steady "done" $((300 * MORE))
witness -q "$pid" >"$MPS_TMP/after" || bail_out "no witness"
for pair in vol:switches_vol invol:switches_invol migrations:migrations pcount:runs; do
	check "steady: ${pair#*:} equal the kernel's" rows_agree "$pid" \
		"$MPS_TMP/before" "$MPS_TMP/after" "${pair%:*}" "${pair#*:}"
done
is "nothing was missed" "$(mps_missed)" ""
wl_quit steady
mps_untag_all
check "untagged, nothing is used" unused
is "and all hooks are as they were" "$(hooks)" "$(cat "$MPS_TMP/hooks")"
check "it can be unloaded" rmmod mpscope
is "the log has no complaint" "$(log_complaints tags)" ""
ktap_end
