#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions run by check
#
# What the tool prints is what the module's files say: of a process that has
# ended, so that nothing moves, each column of each row, times too.
. "$(dirname "$0")/../lib/mpscope.sh"
. "$(dirname "$0")/tool.sh"

[ -x "$TOOL" ] || skip_all "no mpscope to test: set MPSCOPE_TOOL"
mps_load
ktap_begin 28

wl_start certain certain -n 5
pid=${WL_PID[certain]}
tool tag "$pid" -f epoll,migrate,wakers
is "tag" "$TOOL_RC $(sed 1,2d "$MPS/tags")" "0 $pid threads epoll,migrate,wakers"
tool tag "$pid"
is "tag: twice" "$TOOL_RC $(grep -c 'tagged already' <<<"$TOOL_ERR")" "1 1"
wl_go certain
tool who "$pid" -i 0.2
is "who: no Go program: its threads, without roles" \
	"$TOOL_RC $(grep -c "^$pid *-" <<<"$TOOL_OUT")" "0 1"
says "schedtrace: no Go program" 1 "*$pid*no Go*" schedtrace "$pid"
wl_send certain exit exited
wl_quit certain
has_exited() { [ "$(mps_value "targets/$pid/summary" state)" = exited ]; }
wait_until 10 has_exited

# agrees FILE COLUMNS KEYS COMMAND...: the module's file and the command's CSV,
# row by row. Only the first may have rows that the second leaves out: those in
# which nothing happened (SPARSE is a column that is 0 then).
declare -A file csv
agrees()
{
	local columns=$2 key col bad=0 n=0
	local -a keys
	read -r -a keys <<<"$3"
	table_load file "$MPS/targets/$pid/$1" "${keys[@]}"
	shift 3
	table_load csv <(table_csv "$@") "${keys[@]}"
	for col in $columns; do
		[[ " ${csv[columns]} " == *" $col "* ]] || {
			echo "mpscope $*: no column $col"
			bad=1
		}
	done
	for key in ${csv[keys]}; do
		n=$((n + 1))
		for col in $columns; do
			if [ "${csv[$key,$col]}" != "${file[$key,$col]-no row}" ]; then
				echo "$key $col: ${csv[$key,$col]}, the module says ${file[$key,$col]-no row}"
				bad=1
			fi
		done
	done
	for key in ${file[keys]}; do
		[ -n "${csv[$key,${columns##* }]-}" ] || [ "${file[$key,${SPARSE:-none}]-1}" = 0 ] || {
			echo "$key: no row"
			bad=1
		}
	done
	[ "$n" -gt 0 ] || { echo "no rows: $(cat "$MPS_TMP/tool.err")"; bad=1; }
	return "$bad"
}
check "stat -T: as threads" agrees threads "state life_ns running_ns woken_ns preempted_ns yielded_ns blocked_ns switches_vol switches_invol runs migrations cpu_changes" tid stat -T -p "$pid"
SPARSE=calls check "epoll: as the file" agrees epoll "calls kind_block kind_timed kind_poll kind_unknown ret_events ret_timeout ret_eintr ret_error ret_unknown events max_events full sleeps empty_wakes sleep_ns" tid epoll -p "$pid"
check "blocking -T: as the file" agrees blocking "nr total_ns max_ns max_syscall" "tid state reason mode" blocking -T -p "$pid"
SPARSE=total check "migrate: as the file" agrees migrations "total cause_wake cause_balance cause_affinity cause_numa class_smt class_llc class_node class_remote class_unknown cpu_changes" tid migrate -p "$pid"
check "wakers: as the file" agrees wakers "nr" "waker_tid wakee_tid" wakers -p "$pid"

# Over all threads: sums of the rows.
table_load csv <(table_csv blocking -p "$pid") state reason mode
table_load file "$MPS/targets/$pid/blocking" tid state reason mode
declare -A sum
for key in ${file[keys]}; do
	sum[${key#*/},nr]=$((${sum[${key#*/},nr]-0} + file[$key,nr]))
	sum[${key#*/},total_ns]=$((${sum[${key#*/},total_ns]-0} + file[$key,total_ns]))
done
summed()
{
	local key bad=0
	for key in "${!sum[@]}"; do
		if [ "${csv[$key]-no row}" != "${sum[$key]}" ]; then
			echo "$key: ${csv[$key]-no row}, the rows add up to ${sum[$key]}"
			bad=1
		fi
	done
	return "$bad"
}
check "blocking: the sums of the file's rows" summed
table_load csv <(table_csv hist -H all -p "$pid") hist
table_load file "$MPS/targets/$pid/histograms" tid hist
for hist in wake_to_run block run; do
	nr=0 total=0 max=0
	for key in ${file[keys]}; do
		[[ $key == */"$hist" ]] || continue
		nr=$((nr + file[$key,nr])) total=$((total + file[$key,total_ns]))
		max=$((file[$key,max_ns] > max ? file[$key,max_ns] : max))
	done
	is "hist: $hist: number, sum, longest" \
		"${csv[$hist,nr]} ${csv[$hist,total_ns]} ${csv[$hist,max_ns]}" "$nr $total $max"
done
# Percentiles are bounds, in order, and no larger than the longest.
is "hist: percentiles in order" \
	"$(for hist in wake_to_run block run; do
		printf '%s\n' "${csv[$hist,p50_le_ns]}" "${csv[$hist,p90_le_ns]}" \
			"${csv[$hist,p99_le_ns]}" "${csv[$hist,p99_9_le_ns]}" "${csv[$hist,max_ns]}" |
			sort -n -c 2>&1
	done)" ""
table_load csv <(table_csv stat -p "$pid") pid
table_load file "$MPS/targets/$pid/summary" key
bad=
for col in switches_vol switches_invol runs migrations cpu_changes life_ns running_ns \
	woken_ns preempted_ns yielded_ns blocked_ns epoll_calls epoll_events epoll_sleeps \
	epoll_empty_wakes threads_dead wake_self wake_other wake_timer; do
	[ "${csv[$pid,$col]-none}" = "${file[$col,value]}" ] ||
		bad+="$col ${csv[$pid,$col]-none}, summary says ${file[$col,value]}; "
done
is "stat: as summary" "$bad" ""
tool stat -p "$pid" -j
is "stat -j: one object on one line" "$TOOL_RC $(wc -l <<<"$TOOL_OUT") ${TOOL_OUT:0:1}${TOOL_OUT: -1}" "0 1 {}"
for col in switches_vol runs epoll_calls blocked_ns; do
	is "stat -j: $col" "$(grep -o "\"$col\":[0-9]*" <<<"$TOOL_OUT" | head -n 1)" \
		"\"$col\":${file[$col,value]}"
done
table_load csv <(table_csv list) pid
is "list: exited, with all its threads dead" \
	"${csv[$pid,state]-none} ${csv[$pid,threads_live]-} ${csv[$pid,threads_dead]-}" \
	"exited 0 ${file[threads_dead,value]}"
tool epoll -p "$pid"
matches "text: says that nothing was dropped" "$TOOL_OUT" "*dropped: nothing"
is "text: a row for each thread that called epoll" \
	"$(awk 'NR > 2 && $3 > 0 && $1 ~ /^[0-9]+$/' <<<"$TOOL_OUT" | wc -l)" \
	"$(awk 'NR > 2 && $2 > 0' "$MPS/targets/$pid/epoll" | wc -l)"
tool epoll -p "$pid" -q
is "-q: the table alone" \
	"$(awk '{ print $1; exit }' <<<"$TOOL_OUT") $(grep -c dropped <<<"$TOOL_OUT")" "tid 0"
tool untag "$pid"
is "untag" "$TOOL_RC $(ls "$MPS/targets")" "0 "

# ---- what was dropped is said, and is exit status 4 ----

echo 2 >"$MPS_PARAMS/max_threads"
wl_start many mix -n 20 -t 2 8
pid=${WL_PID[many]}
echo 3 >"$MPS_PARAMS/max_threads"
mps_tag "$pid"
wl_go many
tool stat -p "$pid"
is "threads that were not tracked: exit status 4" "$TOOL_RC" 4
matches "and it says how many" "$TOOL_OUT$TOOL_ERR" "*dropped: threads never tracked: 8*"
tool doctor
is "doctor finds it" "$TOOL_RC $(grep -c 'thread' <<<"$TOOL_OUT" | sed 's/^[1-9].*/some/')" "1 some"
wl_quit many
ktap_end
