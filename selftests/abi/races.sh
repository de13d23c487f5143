#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Reading each file while targets are tagged, untagged and die: a reader gets
# whole rows that add up, or an error, and an open file outlives its target.
. "$(dirname "$0")/../lib/mpscope.sh"

mps_load
ktap_begin 8

wl_start load mix -n 60000 -t 4
pid=${WL_PID[load]}
wl_send load go
mps_tag "$pid"

# An open file of a target that is untagged meanwhile.
exec {threads}<"$MPS/targets/$pid/threads" {blocking}<"$MPS/targets/$pid/blocking"
mps_untag "$pid"
is "untagged: its folder is gone" "$(ls "$MPS/targets")" ""
left=$(cat <&"$threads" 2>&1; cat <&"$blocking" 2>&1)
exec {threads}<&- {blocking}<&-
diag "an open file said after untagging: $(head -c 200 <<<"$left" | tr '\n' ' ')"
ok "an open file can be read to its end afterwards"
is "nothing is left of it" "$(mps_col limits used targets) $(mps_col limits used threads)" "0 0"

# Readers in loops, while it is tagged and untagged all the time.
stop=$MPS_TMP/stop
while [ ! -e "$stop" ]; do
	conserve 0 "$pid"
done >"$MPS_TMP/read" 2>"$MPS_TMP/bad" &
while [ ! -e "$stop" ]; do
	cat "$MPS"/targets/*/* "$MPS"/{tags,rules,self,features,limits,version,tombstones,last_error}
done >/dev/null 2>&1 &
end=$((SECONDS + 25)) cycles=0
# On 7.x and on -rt a cycle can take seconds, when the machine is busy.
most=$((end + 100 * ${MPSCOPE_SLOW:-1}))
while [ $SECONDS -lt $end ] || { [ $cycles -lt 20 ] && [ $SECONDS -lt $most ]; }; do
	mps_tag "$pid threads epoll,migrate,wakers"
	[ $((cycles % 3)) = 0 ] || sleep 0.05
	mps_untag "$pid"
	cycles=$((cycles + 1))
done
touch "$stop"
for job in $(jobs -p); do
	[ "$job" = "$pid" ] || wait "$job" 2>/dev/null
done
rows=$(awk '$1 == "rows_threads" { n += $2 } END { print n + 0 }' "$MPS_TMP/read")
diag "$cycles cycles, $rows rows read meanwhile"
check "20 cycles" [ $cycles -ge 20 ]
check "200 rows were read meanwhile" [ "$rows" -ge 200 ]
is "and all of them added up" "$(head -n 5 "$MPS_TMP/bad")" ""
is "nothing is left over" "$(mps_col limits used targets) $(mps_col limits used threads)" "0 0"

# The process ends while it is being tagged.
for _ in {1..20}; do
	true &
	echo "$!" | onewrite "$MPS/tags"
	wait "$!"
done >"$MPS_TMP/ended"
is "tagging what is ending: done, or said so" \
	"$(sort -u "$MPS_TMP/ended" | grep -vx -e 0 -e ESRCH)" ""
wl_quit load
ktap_end
