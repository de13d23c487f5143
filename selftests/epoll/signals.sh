#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# epoll in a hail of signals: calls that end by one, that are hit by one as
# they return events, by several at once, with SA_RESTART, on the alternate
# stack, with a mask, and handlers that call epoll themselves. When a handler
# is run the thread returns to user mode with other registers than the call
# left: its result has to be found nevertheless.
. "$(dirname "$0")/../lib/mpscope.sh"

mps_load
ktap_begin 18

wl_start hail epsignal -n 5000 -t 10
pid=${WL_PID[hail]}
# shellcheck disable=SC2034 # by name
declare -A before after rows threads truth none=()
table_load before <(witness -q "$pid") || bail_out "no witness"
mps_tag "$pid"
wl_go hail 300
table_load after <(witness -q "$pid") || bail_out "no witness"
table_load rows "$MPS/targets/$pid/epoll"
table_load threads "$MPS/targets/$pid/threads"
table_load truth <(wl_truth hail)

diag "$(wl_facts hail calls) calls, $(wl_facts hail signals) signals handled, $(wl_facts hail late) calls hit that returned events"
check "the hail is worth it: 50000 calls" [ "$(wl_facts hail calls)" -ge 50000 ]
check "5000 signals handled" [ "$(wl_facts hail signals)" -ge 5000 ]
check "500 of them in a call that returned events" [ "$(wl_facts hail late)" -ge 500 ]
for col in $(wl_facts hail columns); do
	check "$col equals what each thread counted" \
		table_agrees rows none truth "$col" "$col"
done
is "each result was read" "$(table_sum rows ret_unknown)" 0
check "voluntary switches equal status" \
	table_agrees threads before after vol switches_vol
is "nothing was missed" "$(mps_missed)" ""
wl_quit hail
ktap_end
