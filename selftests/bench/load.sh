# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Loads that are like real ones: hackbench, and HTTP served by a Go program. Part
# of guest.sh, which includes it. Each way is measured ROUNDS times, in turns, so
# that what changes meanwhile changes all; the best of each counts, and the spread
# between its best and its worst is told.
ROUNDS=${ROUNDS:-5}
REQUESTS=${REQUESTS:-600}

# record 0|1: our record of each episode off the CPU
record() {
	echo >"$TRACING/trace"
	echo "$1" >"$TRACING/events/mpscope/thread_run/enable"
}

# load_http HOW: none, tagged, recorded, exact; instructions of a request
load_http() {
	local options=threads addr
	[ "$1" != none ] || options=''
	# when garbage is collected is chance, and would be most of the spread
	start env GOGC=off "$HERE/gohttp"
	until grep -q addr /tmp/ops; do
		sleep 0.1
	done
	tag "http, $1" "$options"
	[ "$1" != exact ] || exact "http, $1"
	[ "$1" != recorded ] || record 1
	addr=$(awk '$1 == "addr" { print $2 }' /tmp/ops)
	GOGC=off "$HERE/gohttp" "$addr" 8 "$REQUESTS" | awk '$1 == "http" { print $2 }' >/tmp/took
	[ "$1" != recorded ] || record 0
	[ "$1" != exact ] || was_exact "http, $1" >&2
	finish "http, $1"
	untag "$options"
	cat /tmp/took
}

# load_hackbench HOW: instructions of all of it, which says seconds
load_hackbench() {
	local options=threads
	[ "$1" != none ] || options=''
	start sh -c 'echo pid $$; read -r go; exec hackbench -T -g 3 -f 8 -l 100'
	tag "hackbench, $1" "$options"
	[ "$1" != recorded ] || record 1
	finish "hackbench, $1"
	[ "$1" != recorded ] || record 0
	untag "$options"
	awk '$1 == "Time:" { printf "%.0f\n", $2 * 1e9 }' /tmp/ops
}

# rounds OP HOW...
rounds() {
	local op=$1 how i
	shift
	rm -f /tmp/rounds
	for ((i = 0; i <= ROUNDS; i++)); do
		# the first round brings all into memory
		[ $i != 1 ] || rm -f /tmp/rounds
		for how in "$@"; do
			echo "$how $("load_$op" "$how")" >>/tmp/rounds
		done
	done
	for how in "$@"; do
		awk -v how="$how" '$1 == how && NF == 2 {
				if (!n++ || $2 < best) best = $2
				if ($2 > worst) worst = $2
			}
			END { if (n) printf "%.1f %.2f %d\n", best, (worst / best - 1) * 100, n }' \
			/tmp/rounds >/tmp/took
		read -r best spread nr </tmp/took || die "$op, $how: nothing measured"
		[ "$nr" = "$ROUNDS" ] || die "$op, $how: $nr of $ROUNDS rounds"
		row "load: $how" "$op" "$best"
		row "load: $how" "${op}_spread_percent" "$spread"
	done
}

measure_load() {
	load
	rounds hackbench none tagged recorded
	rounds http none tagged recorded exact
	unload
}
