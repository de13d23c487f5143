#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions run by check
#
# Exact mode on a program that unmaps, forbids, pages out and overwrites what
# is read, with addresses of the kernel among it, while its threads switch: the
# kernel does not mind, reads fail and are counted, what is told is never out
# of bounds, and when the program is honest again all is as before.
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../lib/mpscope.sh"

SECS=10			# of hostility; for minutes with STRESS=long
[ "${STRESS:-}" != long ] || SECS=120
SECS=${HOSTILE_SECONDS:-$SECS}

mps_load
ktap_begin 12
wl_start bad "$HERE/hostile"
pid=${WL_PID[bad]}
mps_tag "$pid"
layout=$(sed -n 's/^layout //p' "$MPS_TMP/bad/out")
state() { mps_value "targets/$pid/golayout" state; }
is_exact() { [ "$(state)" = exact ]; }
of() { mps_value "targets/$pid/summary" "exact_$1"; }

# The threads that hold their own P, as they do while the program is honest.
own()
{
	awk 'NR == 2 { for (i = 2; i <= NF; i++) c[$i] = i - 1 }
	     NR > 2 && $c["p"] != "-" && $c["p"] == $c["m"] && $c["goid"] == $c["m"] + 100 { n++ }
	     END { print n + 0 }' "$MPS/targets/$pid/threads"
}
owns_all() { [ "$(own)" = 4 ]; }
in_bounds()
{
	awk 'NR == 2 { for (i = 2; i <= NF; i++) c[$i] = i - 1 }
	     NR > 2 && $c["p"] != "-" && ($c["p"] < -1 || $c["p"] > 3) { print; bad = 1 }
	     END { exit bad }' "$MPS/targets/$pid/threads"
}
ps_add_up()
{
	awk 'NR == 2 { for (i = 2; i <= NF; i++) c[$i] = i - 1 }
	     NR > 2 { n++
		sum = 0
		for (k in c) if (k ~ /^(running|runnable|blocked|syscall|idle|unknown)_ns$/) sum += $c[k]
		if (sum != $c["life_ns"]) { print; bad = 1 } }
	     END { exit (bad || n != 4) }' "$MPS/targets/$pid/ps"
}

is "the layout is taken" "$(onewrite "$MPS/targets/$pid/golayout" <<<"$layout")" 0
wait_until 20 is_exact
is "honest: it is proven" "$(state)" exact
wait_until 20 owns_all
is "honest: all four threads have their M, P and G" "$(own)" 4
ok=$(of ok)
wl_send bad hostile running
end=$((SECONDS + SECS)) looks=0 out=0
while [ "$SECONDS" -lt "$end" ]; do
	in_bounds >>"$MPS_TMP/bounds" || out=$((out + 1))
	ps_add_up >>"$MPS_TMP/bounds" || out=$((out + 1))
	looks=$((looks + 1))
	sleep 0.2
done
diag "$SECS s, $looks looks: $(($(of ok) - ok)) good reads, $(of failed_fault) faults, $(of failed_check) did not close"
is "hostile: nothing out of bounds, and the times add up" \
	"$out$(head -n 3 "$MPS_TMP/bounds")" 0
if [ "$(of failed_fault)" -ge 100 ]; then
	ok "hostile: reads that fault are counted"
else
	not_ok "hostile: reads that fault are counted" "$(of failed_fault)"
fi
if [ "$(of failed_check)" -ge 100 ]; then
	ok "hostile: reads that do not close are counted"
else
	not_ok "hostile: reads that do not close are counted" "$(of failed_check)"
fi
if [ "$(of ok)" -gt "$((ok + 100))" ]; then
	ok "hostile: some were good all the same"
else
	not_ok "hostile: some were good all the same" "$(of ok), before $ok"
fi
is "hostile: still exact, as it was proven" "$(state)" exact
: >"$MPS_TMP/bad/out"
wl_send bad honest running
wait_until 20 owns_all
is "honest again: all four threads have their M, P and G" "$(own)" 4
check "honest again: the times of each P add up" ps_add_up
check "the processor time of its threads is counted on" conserve 0 "$pid"
wl_quit bad
is "nothing was missed" "$(mps_missed)" ""
mps_unload
ktap_end
