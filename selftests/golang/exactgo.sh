#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2317 # arrays by name; functions run by check
#
# Exact mode with the versions of Go that there are and the ways to link a
# program: the tool finds the layout, stripped or not, the module reads M, P and
# G of each thread when it switches; that is laid beside the memory of the Go
# runtime, read by another process right before and right after (gotruth by
# DWARF, exactcmp); and the account of the Ps adds up. Of each version three ways
# to link; all six with STRESS=long.
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../lib/mpscope.sh"
need mpscope
[ -d "$HERE/matrix" ] || skip_all "exact mode is of amd64, and so are its programs"

SECS=${EXACT_SECONDS:-2}	# of sampling each
export GOMAXPROCS=2		# of 4 CPUs: the two watchers need one each
ALL="chan-stripped echo-pie blockread-static locked-pie-stripped cgo-cgo cgo-cgostatic"
mapfile -t VERSIONS < <(cd "$HERE/matrix" && printf '%s\n' go*-echo-pie | sed 's/-echo-pie//')

# links_of VERSION: all are with two versions at least but the static one of C
links_of()
{
	[ "${STRESS:-}" != long ] || { echo "$ALL"; return; }
	case $1 in
	go1.19.*) echo chan-stripped blockread-static cgo-cgo ;;
	go1.24.*) echo locked-pie-stripped cgo-cgostatic echo-pie ;;
	*) echo blockread-static locked-pie-stripped cgo-cgo ;;
	esac
}

# number FILE KEY FIELD
number() { awk -v k="$2" -v f="$3" '$1 == k { print $f; exit }' "$1"; }
state() { mps_value "targets/$1/golayout" state; }
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

# What was compared with the runtime's memory, over all programs of a version: only
# what a thread at rest was last seen with can be.
declare -A rows_all rows_good
MEASURES="off_m off_p off_goid off_gstatus off_locked"

# count_rows WHAT FILE
count_rows()
{
	local measure n good said=
	for measure in $MEASURES; do
		n=$(number "$2" "$measure" 2)
		good=$(number "$2" "$measure" 3)
		rows_all[$measure]=$((${rows_all[$measure]-0} + n))
		rows_good[$measure]=$((${rows_good[$measure]-0} + good))
		said+=" $measure $good/$n"
	done
	diag "$1: rows that agree:$said; of threads on a CPU: $(grep -E '^on_(m|p) ' "$2" | paste -s -d ' ')"
	sed -n 's/^bad /# bad: /p' "$2"
}

# agrees VERSION MEASURE PERMILLE
agrees()
{
	local n=${rows_all[$2]-0} good=${rows_good[$2]-0} permille
	permille=$((n ? good * 1000 / n : 0))
	diag "$1: $2 agrees in $good of $n rows: $permille per mille"
	if [ "$n" -ge 20 ] && [ "$permille" -ge "$3" ]; then
		ok "$1: $2 is the runtime's"
	else
		not_ok "$1: $2 is the runtime's" "$permille per mille of $n rows; $3 of 20 rows are needed"
	fi
}

# compare NAME PROGRAM PID
compare()
{
	local name=$1 pid=$3 out=$MPS_TMP/$1 truth end rc twin=$2
	[ ! -e "$2.sym" ] || twin=$2.sym
	# first in line for a CPU, or the truth is older than what it proves
	chrt -f 1 "$HERE/gotruth" "$pid" 500 $((SECS + 1)) "$twin" >"$out.truth" &
	truth=$!
	until [ -s "$out.truth" ]; do sleep 0.1; done
	end=$((SECONDS + SECS))
	# Stopped for a moment its threads hold still, wherever they are, however
	# busy the machine is: what each had when it left the CPU is what it has.
	while [ "$SECONDS" -lt "$end" ]; do
		sleep 0.03
		cat "$MPS/targets/$pid/threads"
		kill -STOP "$pid"
		sleep 0.06
		cat "$MPS/targets/$pid/threads"
		sleep 0.02
		kill -CONT "$pid"
	done >"$out.threads"
	wait $truth
	"$HERE/exactcmp" "$out.truth" "$out.threads" >"$out.cmp"
	rc=$?
	is "$name: threads have values" "$rc" 0
	count_rows "$name" "$out.cmp"
}

one()
{
	local name=$1 pid ok fault check
	wl_start "$name" "$HERE/matrix/$name"
	pid=${WL_PID[$name]}
	matches "$name: tag finds the layout" "$(mpscope tag "$pid" 2>&1)" "*M, P and G are exact once*"
	wl_send "$name" go running
	wait_until 20 state_is "$pid" exact
	is "$name: it is proven" "$(state "$pid") $(mps_value "targets/$pid/golayout" why)" "exact -"
	compare "$name" "$HERE/matrix/$name" "$pid"
	check "$name: the times of each P add up" ps_add_up "$pid"
	check "$name: pressure looks like PSI" psi_form "$pid"
	ok=$(mps_value "targets/$pid/summary" exact_ok)
	fault=$(mps_value "targets/$pid/summary" exact_failed_fault)
	check=$(mps_value "targets/$pid/summary" exact_failed_check)
	diag "$name: $ok reads, failed: $fault faults, $check did not close ($(((fault + check) * 1000000 / (ok + 1))) per million); $(mps_value "targets/$pid/summary" exact_foreign) of threads without g"
	if [ $(((fault + check) * 1000)) -le "$ok" ]; then
		ok "$name: one read in a thousand fails, or fewer"
	else
		not_ok "$name: one read in a thousand fails, or fewer"
	fi
	wl_send "$name" stop "done"
	wl_quit "$name"
	wait_until 20 exited "$pid"
	is "$name: off when it has ended" "$(state "$pid")" off
	mps_untag "$pid"
}

mps_load
plan=2 p_all=0 p_good=0
for version in "${VERSIONS[@]}"; do
	plan=$((plan + $(links_of "$version" | wc -w) * 7 + 4))
done
ktap_begin $plan
for version in "${VERSIONS[@]}"; do
	rows_all=() rows_good=()
	for link in $(links_of "$version"); do
		one "$version-$link"
	done
	agrees "$version" off_m 1000
	agrees "$version" off_goid 1000
	agrees "$version" off_gstatus 1000
	agrees "$version" off_locked 1000
	p_all=$((p_all + ${rows_all[off_p]-0})) p_good=$((p_good + ${rows_good[off_p]-0}))
done
# that sysmon took a P from a thread in a call is seen when sysmon leaves the CPU, not
# before: a few rows, of one version as of another
rows_all[off_p]=$p_all rows_good[off_p]=$p_good
agrees "all versions" off_p 970
is "nothing was missed" "$(mps_missed)" ""
mps_unload
ktap_end
