# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the scripts of the guest share: one program at a time, tagged in one way.
# OUT is the file that they write. Sourced, never run.
MPS=/sys/kernel/debug/mpscope
# shellcheck disable=SC2034 # those that include this use it
TRACING=/sys/kernel/tracing
# As many Ps as go-handover wants.
export GOMAXPROCS=4

die() {
	echo "# failed: $*" | tee -a "$OUT"
	exit 1
}

note() { printf '# %s\n' "$*" | tee -a "$OUT"; }

# row VALUE...
row() {
	local IFS=$'\t'
	printf '%s\n' "$*" | tee -a "$OUT"
}

# start COMMAND...: a program like ops, which says its pid and waits. PID is its.
# Without randomised addresses, for how many pages fork() copies depends on them.
start() {
	rm -f /tmp/go /tmp/ops && mkfifo /tmp/go
	setarch -R "$@" </tmp/go >/tmp/ops &
	PID=$!
	exec 5>/tmp/go
	until grep -q pid /tmp/ops; do
		sleep 0.1
	done
}

# tag CASE OPTIONS: PID; none if they are empty
tag() {
	[ -z "$2" ] || echo "$PID $2" >$MPS/tags || die "$1: cannot tag"
}

untag() { [ -z "$1" ] || echo >$MPS/tags; }

# exact CASE: hand over where PID's runtime has its things
exact() {
	"$HERE/golayout" "$PID" | dd bs=4096 of="$MPS/targets/$PID/golayout" status=none ||
		die "$1: cannot hand the layout over"
}

# was_exact CASE: M, P and G have really been read
was_exact() {
	note "$1: $(grep -E '^exact_(state|ok|failed)' "$MPS/targets/$PID/summary" | paste -s -d ' ')"
	awk '$1 == "exact_ok" && $2 >= 500 { seen = 1 } END { exit !seen }' "$MPS/targets/$PID/summary" ||
		die "$1: exact mode saw next to nothing"
}

# finish CASE: let it run, to its end
finish() {
	echo go >&5
	exec 5>&-
	wait "$PID" || die "$1: it ended with status $?"
}

load() { insmod /host/mpscope.ko "$@" || die "insmod $*"; }
unload() { rmmod mpscope || die "rmmod"; }
