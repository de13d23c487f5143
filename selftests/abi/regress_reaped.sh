#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A process that was reaped, whose last thread RCU has not freed yet: its target is
# in tags, but untagging it used to say that it is not tagged.
. "$(dirname "$0")/../lib/mpscope.sh"

mps_load
ktap_begin 2

# No fork between the two: a grace period takes but milliseconds.
done=0 said=
for _ in {1..100}; do
	sleep 1000 &
	mps_tag $!
	kill -9 $!
	wait $!
	if { echo "!$!" >"$MPS/tags"; } 2>"$MPS_TMP/err"; then
		done=$((done + 1))
	else
		said=$(<"$MPS/last_error")
	fi
done 2>/dev/null
is "each can be untagged at once" "$done $said" "100 "
is "and nothing is left or used" \
	"$(ls "$MPS/targets"; sed 1,2d "$MPS/tags") $(mps_col limits used targets) $(mps_col limits used threads)" \
	" 0 0"
ktap_end
