#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The inferred line of "mpscope schedtrace" against the one the runtime itself prints:
# the same words in the same order, and the same numbers where both know them.
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../lib/mpscope.sh"
need mpscope

export GOMAXPROCS=3

# shape: a line with all values blotted out
shape() { sed -E 's/[0-9]+ms/Nms/; s/=[0-9?]+/=N/g; s/(\[| )[0-9?]+/\1N/g; s/(N) ([0-9?]+)/\1 N/g'; }
value() { sed -nE "s/.* $2=([0-9?]+).*/\1/p" <<<"$1"; }

# The runtime's own line, from a program of its own.
GODEBUG=schedtrace=200 timeout 20 "$HERE/go-idle" \
	< <(echo go; sleep 3) >/dev/null 2>"$MPS_TMP/own"
own=$(grep ^SCHED "$MPS_TMP/own" | tail -n 1)

mps_load
ktap_begin 9
wl_start idle "$HERE/go-idle"
pid=${WL_PID[idle]}
wl_send idle go running
sleep 1
mps_tag "$pid"
"$HERE/gotruth" "$pid" 1000 1 >"$MPS_TMP/truth"
mpscope schedtrace "$pid" --inferred -i 100 5 >"$MPS_TMP/lines"
is "five lines are printed" "$(grep -c ^SCHED "$MPS_TMP/lines")" 5
line=$(grep ^SCHED "$MPS_TMP/lines" | tail -n 1)
diag "the runtime: $own" "mpscope:     $line"
is "the line has the runtime's form" "$(shape <<<"$line")" "$(shape <<<"$own")"

read -r _ _ _ _ maxprocs npidle nmspinning nmidle _ < \
	<(grep ^sample "$MPS_TMP/truth" | tail -n 1)
threads=$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l)
is "gomaxprocs is the runtime's" "$(value "$line" gomaxprocs)" "$maxprocs"
is "idleprocs of an idle program is the runtime's" "$(value "$line" idleprocs)" "$npidle"
is "threads are the kernel's" "$(value "$line" threads)" "$threads"
is "spinningthreads is the runtime's" "$(value "$line" spinningthreads)" "$nmspinning"
# locked ones are not in the runtime's list; a parked one looks the same
locked=$(grep ^m "$MPS_TMP/truth" | tail -n "$threads" |
	awk '$7 == 0 && $8 == -1 && $10 == 1 && $11 == 1 && $12 == "m"' | wc -l)
is "idlethreads is the runtime's, and the locked ones" \
	"$(value "$line" idlethreads)" $((nmidle + locked))
is "what only memory tells is a question mark" "$(value "$line" runqueue)" "?"
matches "the last words say how roles were obtained" \
	"$(cat "$MPS_TMP/lines")" "*roles: inferred*"
wl_send idle stop "done"
wl_quit idle
ktap_end
