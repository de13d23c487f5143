#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Load the KUnit suite that drives the handlers with fake tasks and repeat what it
# says, case by case.
. "$(dirname "$0")/../lib/mpscope.sh"

HERE=$(cd "$(dirname "$0")" && pwd)
RESULTS=/sys/kernel/debug/kunit/mpscope_hot/results
CASES="woken_before_the_switch signal_pending preempted_about_to_sleep
	who_waits_for_what restarted lost_current clock_backwards
	impossible_wait dead causes_of_moves"
[ "$(uname -m)" != x86_64 ] || CASES="$CASES foreign_call"

[ -d /sys/kernel/debug/kunit ] || skip_all "this kernel has no KUnit: run this on one for debugging"
read -r -a cases <<<"${CASES//[[:space:]]/ }"
ktap_begin $((${#cases[@]} + 1))
insmod "$HERE/mps_hot_kunit.ko" || bail_out "insmod mps_hot_kunit.ko"
[ -r $RESULTS ] || bail_out "no $RESULTS"
text=$(cat $RESULTS)
for name in "${cases[@]}"; do
	said=$(grep -E "^ *(not )?ok [0-9]+ (- )?hot_$name( |\$)" <<<"$text")
	matches "$name" "${said# *}" "*( )ok *"
done
grep -E '^ *(not ok|# .*(EXPECTATION|FAILED|Expected))' -A 4 <<<"$text" | head -n 60 | sed 's/^/# /'
is "no more and no less cases" "$(grep -cE '^ +(not )?ok [0-9]+ (- )?hot_' <<<"$text")" ${#cases[@]}
rmmod mps_hot_kunit
ktap_end
