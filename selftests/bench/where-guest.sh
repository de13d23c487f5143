#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: where-guest.sh
#
# In the guest of where: run one operation in one way after the other, each
# between two marks. Lines "NR WAY OP OPERATIONS SWITCHES" go to /host/where.tsv.
set -uo pipefail
HERE=$(dirname "$(realpath "$0")")
# shellcheck source=common.sh
. "$HERE/common.sh"
OUT=/host/where.tsv
: >"$OUT"
NR=0

# count WAY OP [OPTIONS [PROGRAM [exact]]]
count() {
	local way=$1 op=$2 options=${3-} nr switches
	start "$HERE/${4:-ops}" "$op"
	tag "$way" "$options"
	[ "${5-}" != exact ] || exact "$way"
	"$HERE/mark" begin
	finish "$way"
	"$HERE/mark" end
	[ "${5-}" != exact ] || was_exact "$way"
	nr=$(awk -v op="$op" '$1 == op { print $3 }' /tmp/ops)
	switches=$(awk '/^switches_/ { n += $2 } END { print n + 0 }' "$MPS/targets/$PID/summary" 2>/dev/null)
	untag "$options"
	NR=$((NR + 1))
	row "$NR" "$way" "$op" "$nr" "${switches:-0}"
}

note "kernel $(uname -r)"
sleep 25
# shellcheck disable=SC2119 # no parameters
load
cat /proc/kallsyms >/host/kallsyms
count loaded pipe
count tagged pipe threads
echo 20000 >"$TRACING/buffer_size_kb"
echo 1 >"$TRACING/events/mpscope/thread_run/enable"
count recorded pipe threads
echo 0 >"$TRACING/events/mpscope/thread_run/enable"
count loaded gopipe "" go-handover
count tagged gopipe threads go-handover
count exact gopipe threads go-handover exact
count loaded fork
count children fork children
unload
note "complete"
