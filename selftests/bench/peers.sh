# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The peers, in our place. Part of guest.sh, which includes it.

# ftraced NAME EVENT...
ftraced() {
	local name=$1
	shift
	echo >"$TRACING/trace"
	events 1 "$@"
	measure "peer: $name"
	weigh "peer: $name"
	events 0 "$@"
	echo >"$TRACING/trace"
}

# perf_size COMMAND...: bytes of a recording of it
perf_size() {
	perf sched record -o /tmp/perf.data -- "$@" </dev/null >/tmp/ops 2>/dev/null ||
		die "perf sched record $*"
	stat -c %s /tmp/perf.data
	rm -f /tmp/perf.data
}

# What perf writes of a run without hand-overs is not counted.
perf_weigh() {
	local size base nr
	base=$(perf_size sh -c "echo | $HERE/ops getppid") || exit
	size=$(perf_size sh -c "echo | $HERE/ops pipe") || exit
	nr=$(awk '$1 == "pipe" { print $3 }' /tmp/ops)
	row "bytes of a hand-over, peer: perf sched record" pipe \
		"$(awk "BEGIN { printf \"%.1f\", ($size - $base) / $nr }")"
}

perfed() {
	local pid
	perf sched record -o /tmp/perf.data -- sleep 100000 >/dev/null 2>&1 &
	pid=$!
	sleep 5
	measure "peer: perf sched record"
	pkill -INT -P $pid sleep
	wait $pid
	rm -f /tmp/perf.data
	perf_weigh
}

# bpftrace_on SCRIPT PID: SCRIPT, attached to one process or to all; BPFTRACE is it
bpftrace_on() {
	bpftrace "$HERE/$1" "$2" >/tmp/bpftrace.out 2>&1 &
	BPFTRACE=$!
	until grep -q ^Attaching /tmp/bpftrace.out; do
		kill -0 "$BPFTRACE" 2>/dev/null || die "bpftrace: $(cat /tmp/bpftrace.out)"
		sleep 0.2
	done
	sleep 3		# it says so before it does
}

# shellcheck disable=SC2317 # measure calls it
bpftrace_this() { bpftrace_on account.bt "$1"; }
# shellcheck disable=SC2317
bpftrace_other() { bpftrace_on account.bt 1; }

# bpftraced NAME ATTACH: the hand-overs by pipe, futex and epoll have to be counted
bpftraced() {
	local nr
	[ "$(cat /proc/sys/net/core/bpf_jit_enable)" != 0 ] ||
		die "bpftrace: this kernel interprets BPF"
	ATTACH=$2 measure "peer: $1"
	kill -INT "$BPFTRACE"
	wait "$BPFTRACE"
	nr=$(awk '/^@in\[/ { n += $NF } END { print n + 0 }' /tmp/bpftrace.out)
	note "$1: $nr switches counted"
	[ "$2" = bpftrace_other ] || [ "$nr" -gt 30000 ] ||
		die "bpftrace counted only $nr switches: $(tail -3 /tmp/bpftrace.out)"
}

measure_peers() {
	ftraced "ftrace sched_switch" sched/sched_switch
	nameless "peer: ftrace sched_switch" "" sched/sched_switch
	ftraced "ftrace switch+waking+migrate" sched/sched_switch \
		sched/sched_waking sched/sched_migrate_task
	ftraced "ftrace raw_syscalls" raw_syscalls/sys_enter raw_syscalls/sys_exit
	trace-cmd start -e sched >/dev/null || die "trace-cmd"
	measure "peer: trace-cmd -e sched"
	weigh "peer: trace-cmd -e sched"
	trace-cmd reset >/dev/null
	echo 20000 >"$TRACING/buffer_size_kb"
	perfed
	bpftraced "bpftrace, the same account" bpftrace_this
	bpftraced "bpftrace, of another process" bpftrace_other
}
