#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # set by measure_stays
#
# Running and waiting time are schedstat's within two per mille, over all threads of
# a load, in a guest whose clock counts its instructions: there nothing that this
# machine does comes between the run queue's clock and the switch.
. "$(dirname "$0")/../lib/mpscope.sh"
. "$(dirname "$0")/../lib/schedstat.sh"

mps_load
ktap_begin 5

measure_stays 12000
check "the load is worth it: 10000 runs" [ "$runs" -ge 10000 ]
for what in run wait; do
	ours=our_$what
	check "$what: schedstat's within 2 per mille" \
		[ "$(apart "${!ours}" "${!what}")" -le 2 ]
	diag "$what: ${!ours} ns, schedstat ${!what}: $(apart "${!ours}" "${!what}") per mille apart"
done
is "the states of each row add up to its life" "$whole" ""
is "nothing was missed" "$(mps_missed)" ""
ktap_end
