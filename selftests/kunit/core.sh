#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Load the KUnit suite of core/ and repeat what it says, case by case.
. "$(dirname "$0")/../lib/mpscope.sh"

HERE=$(cd "$(dirname "$0")" && pwd)
RESULTS=/sys/kernel/debug/kunit/mpscope_core/results
CASES="fsm account life tally reason statline cmdline golayout ps"

[ -d /sys/kernel/debug/kunit ] || skip_all "this kernel has no KUnit: run this on one for debugging"
read -r -a cases <<<"$CASES"
ktap_begin $((2 * ${#cases[@]} + 1))
insmod "$HERE/mps_core_kunit.ko" || bail_out "insmod mps_core_kunit.ko"
[ -r $RESULTS ] || bail_out "no $RESULTS"
text=$(cat $RESULTS)
for name in "${cases[@]}"; do
	said=$(grep -E "^ *(not )?ok [0-9]+ (- )?case_$name( |\$)" <<<"$text")
	matches "$name" "${said# *}" "*( )ok *"
	checks=$(sed -n "s/.*# case_$name: \([0-9]*\) checks\$/\1/p" <<<"$text")
	diag "$name: ${checks:-no} checks"
	check "$name: has checked something" [ "${checks:-0}" -gt 0 ]
done
grep -E '^ *(not ok|# .*(EXPECTATION|FAILED))' <<<"$text" | head -n 40 | sed 's/^/# /'
is "no more and no less cases" "$(grep -cE '^ +(not )?ok [0-9]+ (- )?case_' <<<"$text")" ${#cases[@]}
rmmod mps_core_kunit
ktap_end
