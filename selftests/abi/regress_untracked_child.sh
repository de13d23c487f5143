#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2016,SC2317 # names of workloads; expanded by the inner
# shell; functions run by check
#
# A child of a tagged process for whose thread there is no room: its target used
# to stay alive for ever, and the next process whose signal_struct lay at the
# same address was taken for it.
. "$(dirname "$0")/../lib/mpscope.sh"

mps_load max_threads=1
ktap_begin 7

wl_start parent bash -c 'echo ready; read -r _
	for ((i = 0; i < 300; i++)); do /bin/true; done
	echo done; read -r _; exit 0'
pid=${WL_PID[parent]}
mps_tag "$pid children"
wl_go parent
is "missed, each of them" "$(mps_value self missed_threads)" 300
alone() { [ "$(sed 1,2d "$MPS/tags" | cut -d' ' -f1)" = "$pid" ]; }
check "only the parent is still tagged" wait_until 10 alone
is "and alone is counted" "$(mps_col limits used targets)" 1
few() { [ "$(mps_col limits used exited)" -le 256 ]; }
check "the children are exited targets, as many as are kept" wait_until 10 few
is "and the others are said to be dropped" \
	"$(($(mps_col limits used exited) + $(mps_value self dropped_exited)))" 300
child=$(find "$MPS/targets" -mindepth 1 -maxdepth 1 ! -name "$pid" -printf '%f\n' | head -n 1)
is "a child says that its thread was missed" \
	"$(mps_value "targets/$child/summary" state) $(mps_value "targets/$child/summary" threads_missed) $(sed 1,2d "$MPS/targets/$child/threads")" \
	"exited 1 "
wl_quit parent
mps_untag_all
is "untagged, nothing is used" "$(sed 1,2d "$MPS/limits" | cut -d' ' -f3 | xargs)" "0 0 0 0 0"
ktap_end
