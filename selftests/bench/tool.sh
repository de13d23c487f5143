# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What it takes to read: the counters of many threads, and a recording, beside how
# others read theirs. Part of guest.sh, which includes it; instructions of the
# whole machine, while nothing else runs.
READ_THREADS=${READ_THREADS:-10000}

# timed COMMAND...: TOOK, in instructions, but for what starting a command takes.
# Twice, for the first time brings it into memory.
timed() {
	local begin empty
	begin=${EPOCHREALTIME/./}
	(exec true)
	empty=$((${EPOCHREALTIME/./} - begin))
	("$@") >/dev/null 2>/tmp/timed || die "$*: $(tail -3 /tmp/timed)"
	begin=${EPOCHREALTIME/./}
	("$@") >/dev/null 2>&1
	TOOK=$(((${EPOCHREALTIME/./} - begin - empty) * 1000))
}

# each CASE OP NR COMMAND...: instructions of one of NR
each() {
	local case=$1 op=$2 nr=$3
	shift 3
	timed "$@"
	row "tool: $case" "$op" "$(awk "BEGIN { printf \"%.0f\", $TOOK / $nr }")"
}

# shellcheck disable=SC2317 # each calls them
cat_schedstat() { cat /proc/"$1"/task/*/schedstat; }

read_counters() {
	local pid
	load max_threads=$((READ_THREADS + 1000))
	"$HERE/crowd" -n 0 "$READ_THREADS" < <(exec sleep 100000) >/tmp/crowd &
	pid=$!
	until grep -q ready /tmp/crowd; do
		sleep 1
	done
	echo "$pid threads" >"$MPS/tags" || die "crowd: cannot tag"
	[ "$(grep -c "^[0-9]" "$MPS/targets/$pid/threads")" -ge "$READ_THREADS" ] ||
		die "not all of $READ_THREADS threads are in $MPS/targets/$pid/threads"
	each "cat /proc/PID/task/*/schedstat" a_thread "$READ_THREADS" cat_schedstat "$pid"
	each "cat targets/PID/threads" a_thread "$READ_THREADS" cat "$MPS/targets/$pid/threads"
	each "mpscope stat -T" a_thread "$READ_THREADS" "$HERE/mpscope" stat -p "$pid" -T
	echo >"$MPS/tags"
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	unload
}

# The same hand-overs, recorded by us and by perf.
read_recordings() {
	local nr
	load
	echo >/tmp/go
	"$HERE/mpscope" record -o /tmp/ours.dat -- "$HERE/ops" pipe futex epoll \
		</tmp/go >/tmp/ops 2>/tmp/record || die "mpscope record: $(tail -3 /tmp/record)"
	nr=$(trace-cmd report -i /tmp/ours.dat 2>/dev/null | grep -c ': thread_')
	[ "$nr" -gt 30000 ] || die "mpscope record: only $nr events"
	note "$nr events of ours"
	each "trace-cmd report" an_event "$nr" trace-cmd report -i /tmp/ours.dat
	each "mpscope report" an_event "$nr" "$HERE/mpscope" report /tmp/ours.dat
	unload
	perf sched record -o /tmp/perf.data -- "$HERE/ops" pipe futex epoll \
		</tmp/go >/tmp/ops 2>/dev/null || die "perf sched record"
	nr=$(perf script -i /tmp/perf.data 2>/dev/null | grep -c ' sched:')
	[ "$nr" -gt 30000 ] || die "perf sched record: only $nr events"
	note "$nr events of perf"
	each "perf sched timehist" an_event "$nr" perf sched timehist -i /tmp/perf.data
}

measure_tool() {
	rm -f /tmp/go
	read_counters
	read_recordings
}
