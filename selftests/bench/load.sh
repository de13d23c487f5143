# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Loads that are like real ones: hackbench, and HTTP served by a Go program. Part
# of guest.sh, which includes it. Each way is measured ROUNDS times, in turns, so
# that what changes meanwhile changes all. The median of each counts, for who gets
# the CPU when is chance in these loads, in both directions; the spread between its
# quartiles is told.
ROUNDS=${ROUNDS:-7}
REQUESTS=${REQUESTS:-400}

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

# load_hackbench HOW: instructions of all of it
load_hackbench() {
	local options=threads begin
	[ "$1" != none ] || options=''
	start sh -c 'echo pid $$; read -r go; exec hackbench -T -g 1 -f 5 -l 200'
	tag "hackbench, $1" "$options"
	[ "$1" != recorded ] || record 1
	begin=${EPOCHREALTIME/./}
	finish "hackbench, $1"
	echo $(((${EPOCHREALTIME/./} - begin) * 1000)) >/tmp/took
	[ "$1" != recorded ] || record 0
	untag "$options"
	cat /tmp/took
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
		awk -v how="$how" '$1 == how && NF == 2 { print $2 }' /tmp/rounds | sort -n |
			awk '{ v[NR - 1] = $1 }
				END { m = v[int(NR / 2)]
				if (NR) printf "%.1f %.2f %d\n", m, (v[int(NR * 3 / 4)] - v[int(NR / 4)]) / m * 100, NR }' \
			>/tmp/took
		read -r median spread nr </tmp/took || die "$op, $how: nothing measured"
		[ "$nr" = "$ROUNDS" ] || die "$op, $how: $nr of $ROUNDS rounds"
		row "load: $how" "$op" "$median"
		row "load: $how" "${op}_spread_percent" "$spread"
	done
}

measure_load() {
	load
	rounds hackbench none tagged recorded
	rounds http none tagged recorded exact
	unload
}
