#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The tool finds the layout of a Go runtime by itself and hands it to the module:
# with DWARF, stripped, moved by the loader, with C code. What "who" then shows
# of each thread, from the kernel, against the runtime's own memory; "board" from
# the module's account of the Ps; "schedtrace" by memory; and what is refused.
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../lib/mpscope.sh"
need mpscope

export GOMAXPROCS=3

state() { mps_value "targets/$1/golayout" state; }

# cells FILE COLUMN...: by the name in the head of CSV
cells() {
	local file=$1
	shift
	awk -F, -v want="$*" '/^#/ || !NF { next }
	!head { for (i = 1; i <= NF; i++) at[$i] = i; head = 1; n = split(want, w, " "); next }
	{ for (i = 1; i <= n; i++) printf "%s%s", $at[w[i]], i < n ? " " : "\n" }' "$file"
}

# threads that stay as they are: parked, with what the runtime says of them
test_who() {
	local variant=$1 pid=$2
	mpscope who "$pid" --exact -i 500ms -x, >"$MPS_TMP/who" 2>"$MPS_TMP/err"
	is "$variant: who is exact" "$?:$(cat "$MPS_TMP/err")" "0:"
	is "$variant: the module is in exact mode" "$(state "$pid")" exact
	diag "$(grep '^# roles' "$MPS_TMP/who")" \
		"$(cells "$MPS_TMP/who" tid role exact_role exact_p m goid exact_source)"
	[ "$(cells "$MPS_TMP/who" exact_source | grep -c kernel)" -gt 0 ]
	is "$variant: the module has read threads" "$?" 0
	mpscope who "$pid" -i 100ms >"$MPS_TMP/text"
	matches "$variant: that is said" "$(cat "$MPS_TMP/text")" "*roles: exact (kernel*"
	is "$variant: no line is longer than 100 columns" \
		"$(awk 'length > 100' "$MPS_TMP/text" | wc -l)" 0
}

# read_both PID: leaves "theirs" by DWARF, without code of the tool, and "ours"
read_both() {
	"$HERE/gotruth" "$1" 1000 1 >"$MPS_TMP/truth"
	awk '$1 == "m" { m[$3] = $4 } END { for (t in m) print t, m[t] }' \
		"$MPS_TMP/truth" | sort >"$MPS_TMP/theirs"
	cells "$MPS_TMP/who" tid m | awk '$2 != "" && $2 != "-"' | sort >"$MPS_TMP/ours"
}

# a stripped program has none; a thread may be born between the two readings
test_truth() {
	local variant=$1 pid=$2 tries=0
	read_both "$pid"
	while ! cmp -s "$MPS_TMP/theirs" "$MPS_TMP/ours" && [ $tries -lt 5 ]; do
		tries=$((tries + 1))
		mpscope who "$pid" --exact -i 500ms -x, >"$MPS_TMP/who" 2>"$MPS_TMP/err"
		read_both "$pid"
	done
	is "$variant: the M of each thread is the runtime's" \
		"$(cat "$MPS_TMP/ours")" "$(cat "$MPS_TMP/theirs")"
}

test_board() {
	local variant=$1 pid=$2
	mpscope board "$pid" 0.2 2 -x, >"$MPS_TMP/board"
	is "$variant: board exit status" "$?" 0
	matches "$variant: board is the module's" "$(cat "$MPS_TMP/board")" "*# source: kernel*"
	is "$variant: a row a P" "$(cells "$MPS_TMP/board" p | tail -n 3 | paste -s -d ' ')" "0 1 2"
}

plan=$((4 * 9 + 3 * 1 + 6))
mps_load
ktap_begin $plan
for variant in go-idle go-idle-stripped go-idle-pie go-cgo; do
	wl_start "$variant" "$HERE/$variant"
	pid=${WL_PID[$variant]}
	wl_send "$variant" go running
	sleep 1
	note=$(mpscope tag "$pid")
	diag "$note"
	matches "$variant: tag tells what becomes of it" "$note" "*M, P and G are exact once*"
	# an idle program is not switched: let it do something
	wl_send "$variant" stop "done"
	wl_send "$variant" go running
	sleep 1
	test_who "$variant" "$pid"
	[ "$variant" = go-idle-stripped ] || test_truth "$variant" "$pid"
	test_board "$variant" "$pid"
	mpscope untag "$pid" >/dev/null
	wl_send "$variant" stop "done"
	wl_quit "$variant"
done

# ---- not asked for; and of a program that is no Go's ----
wl_start idle "$HERE/go-idle"
pid=${WL_PID[idle]}
wl_send idle go running
sleep 1
mpscope tag "$pid" --inferred >"$MPS_TMP/out"
is "tag --inferred: the module gets no layout" "$(state "$pid")" off
mpscope who "$pid" --inferred -i 100ms >"$MPS_TMP/out"
is "who --inferred: nor then" "$(state "$pid")" off
matches "who --inferred: says how" "$(cat "$MPS_TMP/out")" "*roles: inferred*"
mpscope who "$pid" --agreement -i 50ms -c 20 >"$MPS_TMP/out"
is "who --agreement: exit status" "$?" 0
diag "$(cat "$MPS_TMP/out")"
matches "who --agreement: by role" "$(cat "$MPS_TMP/out")" "*holds a P*sysmon*"
wl_send idle stop "done"
wl_quit idle
sleep 100 &
pid=$!
mpscope tag "$pid" >"$MPS_TMP/out"
is "not Go: the module gets no layout" "$(state "$pid")" off
kill "$pid"
ktap_end
