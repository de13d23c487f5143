#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: guest.sh
#
# In a guest whose clock counts instructions: measure the operations of ops.c
# without us, with us in each way, and with the peers in our place. Lines
# "CASE OP INSTRUCTIONS", and "# ..." for people, go to /host/bench.tsv and, as
# they come, to the terminal. run makes a table of it. PARTS says which of ours,
# crowds, peers, load and tool to measure.
set -uo pipefail
HERE=$(dirname "$(realpath "$0")")
# shellcheck source=common.sh
. "$HERE/common.sh"
OUT=/host/bench.tsv
: >"$OUT"

# measure CASE [OPTIONS [PROGRAM [exact]]]: run ops, or another program like it,
# tagged with these options if there are any, in exact mode if that is asked.
# ATTACH, if set, is a command that gets the pid before it runs.
measure() {
	local name=$1 options=${2-} word value
	start "$HERE/${3:-ops}"
	tag "$name" "$options"
	[ "${4-}" != exact ] || exact "$name"
	[ -z "${ATTACH-}" ] || "$ATTACH" "$PID"
	finish "$name"
	[ "${4-}" != exact ] || was_exact "$name"
	while read -r word value _; do
		case $word in
		pid | end) ;;
		*) row "$name" "$word" "$value" ;;
		esac
	done </tmp/ops
	untag "$options"
}

# entries: what all ring buffers took so far: "EVENTS BYTES LOST"
entries() {
	cat $TRACING/per_cpu/cpu*/stats | awk '$1 == "entries:" { n += $2 }
		$1 == "overrun:" || $1 == "dropped" { lost += $NF }
		$1 == "bytes:" { b += $2 } END { print n + 0, b + 0, lost + 0 }'
}

# weigh NAME [OPTIONS]: what is recorded of a hand-over by pipe, if it is recorded
# now into ftrace's buffer: bytes of a record, and of all that the hand-over makes
weigh() {
	local name=$1 options=${2-} had has nr
	echo >$TRACING/trace
	start "$HERE/ops" pipe
	tag "$name" "$options"
	read -r -a had <<<"$(entries)"
	finish "$name"
	read -r -a has <<<"$(entries)"
	untag "$options"
	nr=$(awk '$1 == "pipe" { print $3 }' /tmp/ops)
	[ "${has[2]}" = "${had[2]}" ] || die "$name: the buffer was too small"
	[ $((has[0] - had[0])) -ge "$nr" ] ||
		die "$name: $((has[0] - had[0])) events of $nr hand-overs"
	row "bytes of a record, $name" pipe "$(awk "BEGIN {
		printf \"%.1f\", (${has[1]} - ${had[1]}) / (${has[0]} - ${had[0]}) }")"
	row "bytes of a hand-over, $name" pipe "$(awk "BEGIN {
		printf \"%.1f\", (${has[1]} - ${had[1]}) / $nr }")"
	echo >$TRACING/trace
}

# ---- ours ----

measure_ours() {
	local id
	load
	measure "loaded"
	sleep 100000 &
	id=$!
	echo "$id threads none" >$MPS/tags
	measure "other process tagged"
	echo >$MPS/tags
	echo "$id threads epoll,migrate,wakers" >$MPS/tags
	measure "other process tagged, wakers"
	echo >$MPS/tags
	kill $id
	measure "tagged, no feature" "threads none"
	measure "tagged" "threads"
	measure "tagged, epoll alone" "threads epoll"
	measure "tagged, migrate alone" "threads migrate"
	measure "tagged, wakers alone" "threads wakers"
	measure "tagged, no feature" "threads none" go-handover
	measure "tagged" "threads" go-handover
	measure "tagged, exact M, P and G" "threads" go-handover exact
	measure "tagged, children" "children"
	measure "tagged, wakers" "threads epoll,migrate,wakers"
	recorded thread_run
	nameless "tagged, thread_run recorded" threads mpscope/thread_run
	recorded all
	unload
	load epoll_hook=kretprobe
	sleep 100000 &
	id=$!
	echo "$id threads epoll" >$MPS/tags
	measure "other process tagged, kretprobe"
	echo >$MPS/tags
	kill $id
	measure "tagged, kretprobe" "threads"
	unload
	measure "no module, afterwards"
}

# events 0|1 EVENT...
events() {
	local event
	for event in "${@:2}"; do
		echo "$1" >"$TRACING/events/$event/enable" || die "event $event"
	done
}

# nameless CASE OPTIONS EVENT...: recorded while ftrace does not note the name of each
# task at each switch
nameless() {
	echo 0 >"$TRACING/options/record-cmd"
	events 1 "${@:3}"
	measure "$1, record-cmd off" "$2"
	events 0 "${@:3}"
	echo 1 >"$TRACING/options/record-cmd"
	echo >"$TRACING/trace"
}

# recorded thread_run|all: by ftrace, nobody reading
recorded() {
	local events=$TRACING/events/mpscope
	[ "$1" = all ] || events=$events/$1
	echo >$TRACING/trace
	echo 1 >"$events/enable"
	measure "tagged, $1 recorded" "threads"
	weigh "$1" "threads"
	echo 0 >"$events/enable"
	echo >$TRACING/trace
}

# crowd THREADS PROCESSES: what the number of the tagged does to a switch
crowd() {
	local threads=$1 processes=$2 i pids=()
	load max_targets=2000 max_threads=60000
	if [ "$threads" -gt 0 ]; then
		"$HERE/crowd" -n 0 "$threads" < <(exec sleep 100000) >/tmp/crowd &
		pids+=($!)
		until grep -q ready /tmp/crowd; do
			sleep 1
		done
	fi
	for ((i = 0; i < processes; i++)); do
		sleep 100000 &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		echo "$i threads" >$MPS/tags || die "crowd: cannot tag"
	done
	note "$(wc -l <$MPS/tags) lines of tags; threads $(awk '$1 == "threads" { print $3 }' $MPS/limits)"
	measure "$threads threads and $processes processes tagged, another one runs"
	measure "and it is tagged, $threads threads $processes processes" threads
	echo >$MPS/tags
	kill -KILL "${pids[@]}"
	wait 2>/dev/null
	unload
}

measure_crowds() {
	local n
	for n in ${CROWDS:-1:0 100:0 10000:0 0:500}; do
		crowd "${n%:*}" "${n#*:}"
	done
}

# shellcheck source=peers.sh
. "$HERE/peers.sh"
# shellcheck source=load.sh
. "$HERE/load.sh"
# shellcheck source=tool.sh
. "$HERE/tool.sh"

# What boot left to do is done by then.
note "kernel $(uname -r)"
sleep 25
echo 20000 >$TRACING/buffer_size_kb
measure "no module"
measure "no module" "" go-handover
for part in ${PARTS:-ours crowds peers load tool}; do
	case $part in
	ours | crowds | peers | load | tool) "measure_$part" ;;
	*) die "no part $part" ;;
	esac
done
measure "no module, in the end"
note "complete"
