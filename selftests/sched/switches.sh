#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions run by check
#
# Each thread's switches, migrations and runs are those that the kernel counts,
# exactly; also of threads born later, from zero.
. "$(dirname "$0")/../lib/mpscope.sh"

THREADS=12 LATE=6 ROUNDS=4000

mps_load
ktap_begin 10

wl_start mix mix -n $ROUNDS -t $THREADS $LATE
pid=${WL_PID[mix]}
declare -A before after rows
table_load before <(witness -q "$pid") || bail_out "no witness"
mps_tag "$pid threads epoll,migrate"
wl_go mix 240
table_load after <(witness -q "$pid") || bail_out "no witness"
table_load rows "$MPS/targets/$pid/threads"

events=$(($(table_grown before after vol) + $(table_grown before after invol)))
moved=$(table_grown before after migrations)
diag "$events switches, $moved migrations of $((THREADS + LATE + 1)) threads"

is "every thread has a row" "$(tr ' ' '\n' <<<"${rows[keys]}" | sort -n)" \
	"$(tr ' ' '\n' <<<"${after[keys]}" | sort -n)"
check "the load is worth it: 50000 switches" [ "$events" -ge 50000 ]
check "the load is worth it: 1000 migrations" [ "$moved" -ge 1000 ]
check "voluntary switches equal status" \
	table_agrees rows before after vol switches_vol
check "involuntary switches equal status" \
	table_agrees rows before after invol switches_invol
check "migrations equal se.nr_migrations" \
	table_agrees rows before after migrations migrations

# Parked before and after, or born: it came as often as it went.
runs_end()
{
	local tid went bad=0
	for tid in ${after[keys]}; do
		went=$((rows[$tid,switches_vol] + rows[$tid,switches_invol]))
		if [ "${rows[$tid,runs]}" != "$went" ]; then
			echo "thread $tid: ran ${rows[$tid,runs]} times, left $went times"
			bad=1
		fi
	done
	return "$bad"
}
check "each run began once and ended once" runs_end
runs_counted()
{
	local tid grew runs bad=0
	for tid in ${after[keys]}; do
		grew=$((after[$tid,pcount] - before[$tid,pcount]))
		runs=${rows[$tid,runs]}
		if [ "$grew" -gt "$runs" ] ||
			[ $((runs - grew)) -gt "${rows[$tid,switches_invol]}" ]; then
			echo "thread $tid: pcount grew by $grew, runs says $runs"
			bad=1
		fi
	done
	return "$bad"
}
# See preempts_in_kernel: each such switch is an involuntary one.
if preempts_in_kernel; then
	check "runs equal schedstat's count but for preemptions" runs_counted
else
	check "runs equal schedstat's count" \
		table_agrees rows before after pcount runs
fi
check "the states of each row add up to its life" conserve 0 "$pid"
is "nothing was missed" "$(mps_missed)" ""
wl_quit mix
ktap_end
