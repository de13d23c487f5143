#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions run by wait_until
#
# Exact mode: what is no layout, or not this program's; off and on again; exec,
# and a program that is no Go; the tracepoints. That what is read is true, and
# the account of the Ps: see exactgo.sh.
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../lib/mpscope.sh"

export GOMAXPROCS=2

# attach PID [SED EXPRESSION]: hands over the layout, changed
attach() { "$HERE/golayout" "$1" | sed "${2:-}" | onewrite "$MPS/targets/$1/golayout"; }

state() { mps_value "targets/$1/golayout" state; }
why() { mps_value "targets/$1/golayout" why; }
state_is() { [ "$(state "$1")" = "$2" ]; }
# Its last thread is freed by RCU, some time after it was waited for.
exited() { [ "$(mps_value "targets/$1/summary" state)" = exited ]; }

mps_load
ktap_begin 36

# ---- what is no layout ----
wl_start idle "$HERE/go-idle"
pid=${WL_PID[idle]}
file=targets/$pid/golayout
mps_tag "$pid"
good=$("$HERE/golayout" "$pid")
is "no layout: off, and why" "$(state "$pid") $(why "$pid")" "off no\040layout\040was\040written"
is "no layout: no Ps" "$(sed 1,2d "$MPS/targets/$pid/ps")" ""
is "no layout: no pressure" "$(cat "$MPS/targets/$pid/pressure")" ""
is "no layout: no reads" "$(mps_value "targets/$pid/summary" exact_ok)" "-"
mps_refused "nothing is refused" "$file" "" EINVAL
mps_refused "a word is refused" "$file" "on" EINVAL
mps_refused "a missing field is refused" "$file" "${good/g_m=48/}" EINVAL
matches "it is named" "$(cat "$MPS/last_error")" "EINVAL golayout: g_m: key missing*"
mps_refused "a field twice is refused" "$file" "$good g_m=48" EINVAL
mps_refused "an unknown field is refused" "$file" "$good g_n=48" EINVAL
mps_refused "an offset beyond 64 KiB is refused" "$file" "${good/g_m=48/g_m=65536}" EINVAL
mps_refused "a negative offset is refused" "$file" "${good/g_m=48/g_m=-8}" EINVAL
mps_refused "an odd offset is refused" "$file" "${good/g_m=48/g_m=44}" EINVAL
mps_refused "what is too long is refused" "$file" "$good$(printf '%4096s' '')" E2BIG

# ---- twice, off, again ----
is "a layout is taken" "$(attach "$pid")" 0
mps_refused "a second is not" "$file" "$good" EEXIST
is "off is taken" "$(echo off | onewrite "$MPS/$file")" 0
is "off: and why" "$(state "$pid") $(why "$pid")" "off turned\040off"
is "off: no values" "$(mps_col "targets/$pid/threads" m "$pid")" "-"
is "off twice does not matter" "$(echo off | onewrite "$MPS/$file")" 0
is "then a layout is taken again" "$(attach "$pid")" 0
wl_send idle go running
wait_until 20 state_is "$pid" exact
is "and proven" "$(state "$pid")" exact
is "what was written is read" \
	"$(sed '1,4d; s/ /=/' "$MPS/$file" | sort)" "$(tr ' ' '\n' <<<"$good" | sort)"
wl_send idle stop "done"
wl_quit idle

# ---- another program's layout ----
# refused_by CHANGE: the state and why, without the number
refused_by()
{
	local pid
	wl_start chan "$HERE/go-chan"
	pid=${WL_PID[chan]}
	mps_tag "$pid"
	attach "$pid" "$1" >/dev/null
	wl_send chan go running
	wait_until 20 state_is "$pid" refused
	echo "$(state "$pid") $(why "$pid" | sed 's/:.*//')"
	echo "$(mps_col "targets/$pid/threads" m "$pid") $(mps_value "targets/$pid/summary" exact_failed_check)" >"$MPS_TMP/refused"
	mps_untag "$pid"
	wl_send chan stop "done"
	wl_quit chan
}
is "another procid is refused" "$(refused_by 's/m_procid=72/m_procid=80/')" \
	'refused m.procid\040is\040not\040the\040thread\040id'
matches "no values, the failures are counted" "$(cat "$MPS_TMP/refused")" "- [1-9]*"
# What is there in its place is another pointer, or none.
matches "another g0 is refused" "$(refused_by 's/m_g0=0/m_g0=208/')" \
	'refused @(m.g0.m?040is?040not?040m|what?040the?040layout?040points?040to?040cannot?040be?040read)'
is "another p.id is refused" "$(refused_by 's/p_id=0/p_id=56/')" \
	'refused p.id\040is\040not\040below\040nprocs'
is "another p.m is refused" "$(refused_by 's/p_m=56/p_m=48/')" \
	'refused m.p.m\040is\040not\040m'
matches "another m is refused" "$(refused_by 's/g_m=48/g_m=0/')" \
	'refused *'

# ---- exec into something else; no Go at all ----
mkfifo "$MPS_TMP/go"
sh -c 'read -r line; exec sleep 1000' <>"$MPS_TMP/go" &
pid=$!
wait_until 10 grep -qx sh "/proc/$pid/comm"	# its own exec is over
mps_tag "$pid"
is "no Go: the layout is taken" "$(onewrite "$MPS/targets/$pid/golayout" <<<"$good")" 0
is "no Go: but not proven" "$(state "$pid")" proving
echo go >"$MPS_TMP/go"
wait_until 10 state_is "$pid" off
is "exec: off, and why" "$(state "$pid") $(why "$pid" | sed 's/:.*//')" \
	'off the\040process\040runs\040another\040program\040now'
is "exec: counted on" "$(mps_value "targets/$pid/summary" state)" live
kill "$pid"
wait "$pid" 2>/dev/null
wait_until 20 exited "$pid"
is "exited: a layout is refused" "$(onewrite "$MPS/targets/$pid/golayout" <<<"$good")" ESRCH
mps_untag "$pid"

# ---- tracepoints ----
instance=/sys/kernel/tracing/instances/mps
mkdir $instance
wl_start chan "$HERE/go-chan"
pid=${WL_PID[chan]}
mps_tag "$pid"
attach "$pid" >/dev/null
wl_send chan go running
wait_until 20 state_is "$pid" exact
echo 1 >$instance/events/mpscope/enable
sleep 2
echo 0 >$instance/events/mpscope/enable
n=$(grep -c 'thread_run.* m=[0-9]' $instance/trace)
diag "$n records of thread_run with an M, $(grep -c 'thread_run.* goid=[1-9][0-9]* ' $instance/trace) with a goroutine, $(grep -c 'thread_run.* p=[01]$' $instance/trace) with a P"
if [ "$n" -ge 20 ] && grep -q 'thread_run.* goid=[1-9][0-9]* m=[0-9]* p=[01]$' $instance/trace; then
	ok "events carry goroutine, M and P"
else
	not_ok "events carry goroutine, M and P" "$(grep thread_run $instance/trace | tail -n 3)"
fi
rmdir $instance
wl_send chan stop "done"
wl_quit chan
is "nothing was missed" "$(mps_missed)" ""
mps_unload
ktap_end
