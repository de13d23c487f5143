#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# At any moment, of any thread: the states add up to its life, and so do its
# blocking rows, and kinds and causes to their totals. Read as often as
# possible while the threads run, block, are born and die.
. "$(dirname "$0")/../lib/mpscope.sh"

mps_load max_tombstones=4096
ktap_begin 7

wl_start mix mix -n 12000 -t 8 12
wl_start reasons reasons -n 400 -t 4
wl_start family family -n 40 -t 4
mps_tag "${WL_PID[mix]} threads epoll,migrate,wakers"
mps_tag "${WL_PID[reasons]}"
mps_tag "${WL_PID[family]} children"
for w in mix reasons family; do
	wl_send $w go
done
conserve 20 "${WL_PID[mix]}" "${WL_PID[reasons]}" "${WL_PID[family]}" \
	>"$MPS_TMP/facts" 2>"$MPS_TMP/bad"
fact() { sed -n "s/^$1 //p" "$MPS_TMP/facts"; }
while read -r line; do diag "$line"; done <"$MPS_TMP/facts"
if [ "$(fact bad)" = 0 ]; then
	ok "every row holds, at every reading"
else
	not_ok "every row holds, at every reading" "$(cat "$MPS_TMP/bad")"
fi
check "there were 20 readings" [ "$(fact samples)" -ge 20 ]
check "and 400 rows of threads" [ "$(fact rows_threads)" -ge 400 ]
check "some of them dead" [ "$(fact rows_dead)" -ge 20 ]
check "and rows in tombstones" [ "$(fact rows_tombstones)" -ge 20 ]
for w in mix reasons family; do
	wl_wait $w "done" 240
done
check "and when all is quiet" conserve 0 "${WL_PID[mix]}" "${WL_PID[reasons]}" \
	"${WL_PID[family]}"
wl_send mix exit exited
check "and when the threads are dead" conserve 0 "${WL_PID[mix]}"
for w in mix reasons family; do
	wl_quit $w
done
ktap_end
