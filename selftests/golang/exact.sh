#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2317 # arrays by name; functions run by check
#
# Exact mode: M, P and G of each thread as the module read them at a switch,
# against the memory of the Go runtime read by another process right before
# and right after (gotruth, exactcmp); the account of the Ps; what is no layout,
# or not this program's; exec, and a program that is no Go.
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../lib/mpscope.sh"

WORKLOADS="chan echo blockread locked"
SECS=${EXACT_SECONDS:-6}	# of sampling each
export GOMAXPROCS=2		# of 4 CPUs: the two watchers need one each

# number FILE KEY FIELD
number() { awk -v k="$2" -v f="$3" '$1 == k { print $f; exit }' "$1"; }

# attach PID [SED EXPRESSION]: hands over the layout, changed
attach() { "$HERE/golayout" "$1" | sed "${2:-}" | onewrite "$MPS/targets/$1/golayout"; }

state() { mps_value "targets/$1/golayout" state; }
why() { mps_value "targets/$1/golayout" why; }
state_is() { [ "$(state "$1")" = "$2" ]; }
# Its last thread is freed by RCU, some time after it was waited for.
exited() { [ "$(mps_value "targets/$1/summary" state)" = exited ]; }

# Each P's times add up, and none is older than exact mode.
ps_add_up()
{
	awk 'NR == 2 { for (i = 2; i <= NF; i++) c[$i] = i - 1 }
	     NR > 2 { n++
		sum = 0
		for (k in c) if (k ~ /^(running|runnable|blocked|syscall|idle|unknown)_ns$/) sum += $c[k]
		if (sum != $c["life_ns"]) { print "P " $1 ": " sum " of " $c["life_ns"]; bad = 1 } }
	     END { if (n != 2) { print n " Ps"; bad = 1 } exit bad }' \
		"$MPS/targets/$1/ps"
}

# as in /proc/pressure; total grows, and full is part of some
psi_form()
{
	local re='avg10=[0-9]+\.[0-9]{2} avg60=[0-9]+\.[0-9]{2} avg300=[0-9]+\.[0-9]{2} total=([0-9]+)$'
	local -a line
	mapfile -t line <"$MPS/targets/$1/pressure"
	printf '%s\n' "${line[@]}"
	[ "${#line[@]}" = 2 ] && [[ ${line[0]} =~ ^some\ $re ]] || return 1
	local some=${BASH_REMATCH[1]}
	[[ ${line[1]} =~ ^full\ $re ]] && [ "${BASH_REMATCH[1]}" -le "$some" ]
}

# What was compared with the runtime's memory, over all workloads: a busy machine
# leaves few rows of one, for only what a thread at rest was last seen with can be
# compared.
declare -A rows_all=() rows_good=()
MEASURES="off_m off_p off_goid off_gstatus off_locked"

# count_rows WHAT FILE
count_rows()
{
	local measure n good
	for measure in $MEASURES; do
		n=$(number "$2" "$measure" 2)
		good=$(number "$2" "$measure" 3)
		rows_all[$measure]=$((${rows_all[$measure]-0} + n))
		rows_good[$measure]=$((${rows_good[$measure]-0} + good))
		diag "$1: $measure agrees in $good of $n rows"
	done
}

# agrees MEASURE PERMILLE
agrees()
{
	local n=${rows_all[$1]-0} good=${rows_good[$1]-0} permille
	permille=$((n ? good * 1000 / n : 0))
	diag "$1 agrees in $good of $n rows: $permille per mille"
	if [ "$n" -ge 20 ] && [ "$permille" -ge "$2" ]; then
		ok "$1 is the runtime's"
	else
		not_ok "$1 is the runtime's" "$permille per mille of $n rows; $2 of 20 rows are needed"
	fi
}

compare()
{
	local w=$1 pid=$2 out=$MPS_TMP/$1 truth end rc
	# first in line for a CPU, or the truth is older than what it proves
	chrt -f 1 "$HERE/gotruth" "$pid" 500 "$SECS" >"$out.truth" &
	truth=$!
	until [ -s "$out.truth" ]; do sleep 0.1; done
	end=$((SECONDS + SECS))
	while [ "$SECONDS" -lt "$end" ]; do
		cat "$MPS/targets/$pid/threads"
		sleep 0.02
	done >"$out.threads"
	wait $truth
	"$HERE/exactcmp" "$out.truth" "$out.threads" >"$out.cmp"
	rc=$?
	sed -n 's/^bad /# bad: /p' "$out.cmp"
	is "$w: threads have values" "$rc" 0
	diag "$w: of threads on a CPU: $(grep -E '^on_(m|p) ' "$out.cmp" | paste -s -d ' ')"
	count_rows "$w" "$out.cmp"
}

one()
{
	local w=$1 pid ok fault check
	wl_start "$w" "$HERE/go-$w"
	pid=${WL_PID[$w]}
	mps_tag "$pid"
	is "$w: the layout is taken" "$(attach "$pid")" 0
	wl_send "$w" go running
	wait_until 20 state_is "$pid" exact
	is "$w: it is proven" "$(state "$pid") $(why "$pid")" "exact -"
	compare "$w" "$pid"
	check "$w: the times of each P add up" ps_add_up "$pid"
	check "$w: pressure looks like PSI" psi_form "$pid"
	ok=$(mps_value "targets/$pid/summary" exact_ok)
	fault=$(mps_value "targets/$pid/summary" exact_failed_fault)
	check=$(mps_value "targets/$pid/summary" exact_failed_check)
	diag "$w: $ok reads, $fault faults, $check did not close, $(mps_value "targets/$pid/summary" exact_foreign) foreign"
	if [ $(((fault + check) * 1000)) -le "$ok" ]; then
		ok "$w: one read in a thousand fails, or fewer"
	else
		not_ok "$w: one read in a thousand fails, or fewer"
	fi
	sed 's/^/# /' "$MPS/targets/$pid/ps"
	wl_send "$w" stop "done"
	wl_quit "$w"
	wait_until 20 exited "$pid"
	is "$w: off when it has ended" "$(state "$pid")" off
	mps_untag "$pid"
}

mps_load
ktap_begin $((7 * 4 + 5 + 36))
for w in $WORKLOADS; do
	one "$w"
done
agrees off_m 1000
# that sysmon took a P is seen when sysmon leaves the CPU, not before
agrees off_p 970
agrees off_goid 995
agrees off_gstatus 995
agrees off_locked 995

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
is "another g0 is refused" "$(refused_by 's/m_g0=0/m_g0=208/')" \
	'refused m.g0.m\040is\040not\040m'
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
