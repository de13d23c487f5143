#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: guest.sh
#
# In a guest whose clock counts instructions: measure the operations of ops.c
# without us, with us in each way, and with the peers in our place. Lines
# "CASE OP INSTRUCTIONS", and "# ..." for people, go to /host/bench.tsv and, as
# they come, to the terminal. run makes a table of it.
set -uo pipefail
HERE=$(dirname "$(realpath "$0")")
MPS=/sys/kernel/debug/mpscope
TRACING=/sys/kernel/tracing
OUT=/host/bench.tsv
: >"$OUT"

die() {
	echo "# failed: $*" | tee -a "$OUT"
	exit 1
}

note() { printf '# %s\n' "$*" | tee -a "$OUT"; }

# measure CASE [OPTIONS [PROGRAM [exact]]]: run ops, or another program like it,
# tagged with these options if there are any, in exact mode if that is asked
measure() {
	local name=$1 options=${2-} program=${3:-ops} word value pid
	rm -f /tmp/go /tmp/ops && mkfifo /tmp/go
	"$HERE/$program" </tmp/go >/tmp/ops &
	pid=$!
	exec 5>/tmp/go
	until grep -q pid /tmp/ops; do
		sleep 0.1
	done
	if [ -n "$options" ]; then
		echo "$pid $options" >$MPS/tags || die "$name: cannot tag"
	fi
	if [ "${4-}" = exact ]; then
		"$HERE/golayout" "$pid" | dd bs=4096 of="$MPS/targets/$pid/golayout" status=none ||
			die "$name: cannot hand the layout over"
	fi
	echo go >&5
	exec 5>&-
	wait "$pid" || die "$name: $program ended with status $?"
	if [ "${4-}" = exact ]; then
		note "$name: $(grep -E '^exact_(state|ok|failed)' "$MPS/targets/$pid/summary" | paste -s -d ' ')"
		grep -q '^exact_ok [1-9][0-9][0-9][0-9]' "$MPS/targets/$pid/summary" ||
			die "$name: exact mode saw next to nothing"
	fi
	while read -r word value; do
		case $word in
		pid | end) ;;
		*) printf '%s\t%s\t%s\n' "$name" "$word" "$value" | tee -a "$OUT" ;;
		esac
	done </tmp/ops
	[ -z "$options" ] || echo >$MPS/tags
}

load() { insmod /host/mpscope.ko "$@" || die "insmod $*"; }
unload() { rmmod mpscope || die "rmmod"; }

# ---- ours ----

ours() {
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
}

# entries: what all ring buffers took so far: "EVENTS BYTES"
entries() {
	cat $TRACING/per_cpu/cpu*/stats | awk '$1 == "entries:" || $1 == "overrun:" { n += $2 }
		$1 == "bytes:" { b += $2 } END { print n + 0, b + 0 }'
}

# recorded thread_run|all: by ftrace, nobody reading
recorded() {
	local events=$TRACING/events/mpscope had has
	[ "$1" = all ] || events=$events/$1
	echo 0 >$TRACING/tracing_on
	echo >$TRACING/trace
	echo 20000 >$TRACING/buffer_size_kb
	echo 1 >"$events/enable"
	echo 1 >$TRACING/tracing_on
	read -r -a had <<<"$(entries)"
	measure "tagged, $1 recorded" "threads"
	read -r -a has <<<"$(entries)"
	echo 0 >"$events/enable"
	has[0]=$((has[0] - had[0])) has[1]=$((has[1] - had[1]))
	[ "${has[0]}" -gt 1000 ] || die "$1: only ${has[0]} events recorded"
	printf 'bytes of a record, %s\tpipe\t%s\n' "$1" \
		"$(awk "BEGIN { printf \"%.1f\", ${has[1]} / ${has[0]} }")" >>"$OUT.bytes"
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

# ---- peers ----

events() {
	local event
	for event in "${@:2}"; do
		echo "$1" >"$TRACING/events/$event/enable" || die "event $event"
	done
}

ftraced() {
	local name=$1
	shift
	echo >$TRACING/trace
	events 1 "$@"
	measure "peer: $name"
	events 0 "$@"
	echo >$TRACING/trace
}

peers() {
	local pid
	ftraced "ftrace sched_switch" sched/sched_switch
	ftraced "ftrace switch+waking+migrate" sched/sched_switch \
		sched/sched_waking sched/sched_migrate_task
	ftraced "ftrace raw_syscalls" raw_syscalls/sys_enter raw_syscalls/sys_exit
	trace-cmd start -e sched >/dev/null || die "trace-cmd"
	measure "peer: trace-cmd -e sched"
	trace-cmd reset >/dev/null
	perf sched record -o /tmp/perf.data -- sleep 100000 >/dev/null 2>&1 &
	pid=$!
	sleep 5
	measure "peer: perf sched record"
	pkill -INT -P $pid sleep
	wait $pid
	rm -f /tmp/perf.data
}

# What boot left to do is done by then.
note "kernel $(uname -r)"
sleep 25
rm -f "$OUT.bytes"
measure "no module"
measure "no module" "" go-handover
ours
measure "no module, afterwards"
for n in ${CROWDS:-1:0 100:0 10000:0 0:500}; do
	crowd "${n%:*}" "${n#*:}"
done
peers
measure "no module, in the end"
cat "$OUT.bytes" >>"$OUT"
note "complete"
