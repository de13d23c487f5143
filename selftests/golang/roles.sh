#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The roles of "mpscope who" against the memory of the Go runtime, read at the
# same time by another process (gotruth), for programs of known behaviour. A
# row counts only if the truth held still around it: see rolecmp.c. The bounds
# are in roles.bounds; how often which role went with which truth is printed.
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../lib/mpscope.sh"
need mpscope

WORKLOADS="idle timers locked mutex cpu chan gc echo blockread"
SECS=$((${ROLES_SECONDS:-8} * ${MPSCOPE_SLOW:-1}))	# of sampling each
export GOMAXPROCS=2		# of 4 CPUs: the two watchers need one each

# bounds WORKLOAD: its lines of the file, without its name
bounds() { awk -v w="$1" '$1 == w { print $2, $3, $4 }' "$HERE/roles.bounds"; }

plan=0
for w in $WORKLOADS; do
	plan=$((plan + 3 + $(bounds "$w" | wc -l)))
done

# number FILE KEY FIELD
number() { awk -v k="$2" -v f="$3" '$1 == k { print $f; exit }' "$1"; }

# sample WORKLOAD: leaves the comparison in $MPS_TMP/WORKLOAD.cmp
sample()
{
	local name=$1 pid truth who out=$MPS_TMP/$1
	wl_start "$name" "$HERE/go-$name"
	pid=${WL_PID[$name]}
	mps_tag "$pid"
	wl_send "$name" go running
	# first in line for a CPU, or the truth is older than what it proves
	chrt -f 1 "$HERE/gotruth" "$pid" 500 "$SECS" >"$out.truth" &
	truth=$!
	sleep 1		# it reads symbols and DWARF first
	mpscope who "$pid" --inferred -c 0 -i 50ms -x, >"$out.who" 2>"$out.err" &
	who=$!
	wait $truth
	kill -INT $who
	wait $who
	rc=$?
	mps_untag "$pid"
	wl_send "$name" stop "done"
	wl_quit "$name"
	"$HERE/rolecmp" "$out.truth" "$out.who" >"$out.cmp" ||
		bail_out "$name: nothing to compare: $(cat "$out.err")"
	diag "$name: $(head -n 7 "$out.cmp" | paste -s -d ' ')"
	sed -n 's/^\(cell\|wrong_p\) /# \1: /p' "$out.cmp"
}

mps_load
ktap_begin "$plan"
for w in $WORKLOADS; do
	cmp=$MPS_TMP/$w.cmp
	rc=-1
	sample "$w"
	is "$w: who ends with 0 when interrupted" "$rc" 0
	is "$w: never more Ps claimed than GOMAXPROCS" "$(number "$cmp" over 2)" 0
	n=$(number "$cmp" sysmon 2)
	wrong=$(number "$cmp" sysmon_last_wrong 2)
	diag "$w: sysmon named right in $(number "$cmp" sysmon 3) of $n"
	if [ "$n" -ge 20 ] && [ "$wrong" -le 1 ]; then
		ok "$w: sysmon is right in every sample after the first"
	else
		not_ok "$w: sysmon is right in every sample after the first" \
			"$n rows, wrong as late as sample $wrong"
	fi
	while read -r measure bound least; do
		n=$(number "$cmp" "$measure" 2)
		agree=$(number "$cmp" "$measure" 3)
		permille=$((n ? agree * 1000 / n : 0))
		diag "$w: $measure agrees in $agree of $n rows: $permille per mille"
		if [ "$n" -ge "$least" ] && [ "$permille" -ge "$bound" ]; then
			ok "$w: $measure agrees in $bound per mille or more"
		else
			not_ok "$w: $measure agrees in $bound per mille or more" \
				"$permille per mille of $n rows; $least rows are needed"
		fi
	done < <(bounds "$w")
done
ktap_end
