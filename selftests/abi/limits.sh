#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions run by check
#
# Limits: what is over them is refused or dropped, and counted; what is under
# them goes on; they can be changed while the module is loaded.
. "$(dirname "$0")/../lib/mpscope.sh"

mps_load max_targets=2 max_threads=8 max_rules=3 max_tombstones=4 max_exited=2
ktap_begin 27

limit() { mps_col limits "$2" "$1"; }
is "limits are those of the parameters" \
	"$(limit targets max) $(limit threads max) $(limit rules max) $(limit tombstones max) $(limit exited max)" \
	"2 8 3 4 2"

# ---- targets ----

for i in 1 2 3; do
	sleep 1000 &
	WL_PID[s$i]=$!
done
mps_tag "${WL_PID[s1]}"
mps_tag "${WL_PID[s2]}"
mps_refused "targets: the third of two" tags "${WL_PID[s3]}" ENOSPC
is "targets: used and refused" "$(limit targets used) $(limit targets refused)" "2 1"
echo 3 >"$MPS_PARAMS/max_targets"
mps_tag "${WL_PID[s3]}"
is "targets: allowed when the limit is raised" \
	"$(limit targets max) $(limit targets used) $(limit targets refused)" "3 3 1"
mps_untag_all
is "targets: untagged, none is used" "$(limit targets used) $(limit threads used)" "0 0"

# ---- threads ----

wl_start big mix -n 50 -t 8		# and the main thread: 9
mps_refused "threads: nine of eight" tags "${WL_PID[big]}" ENOSPC
is "threads: none is left over" "$(limit threads used)" 0
check "threads: refused is counted" [ "$(limit threads refused)" -ge 1 ]
wl_go big
wl_quit big

wl_start grows mix -n 50 -t 4 8		# 5, later 13
pid=${WL_PID[grows]}
missed=$(mps_value self missed_threads)
mps_tag "$pid"
wl_go grows
table=$(witness -q "$pid" | sed 1,2d | wc -l)
is "threads born beyond the limit are not tracked" \
	"$(sed 1,2d "$MPS/targets/$pid/threads" | wc -l) of $table" "8 of 13"
is "threads: used" "$(limit threads used)" 8
is "summary says how many" "$(mps_value "targets/$pid/summary" threads_missed)" 5
is "self says how many" "$(($(mps_value self missed_threads) - missed))" 5
check "those that are tracked are right" conserve 0 "$pid"
wl_quit grows
mps_untag_all

# ---- children of a tagged process beyond the limit of targets ----

echo 2 >"$MPS_PARAMS/max_targets"
before=$(mps_value self missed_targets)
wl_start tree family -n 2 -t 4
pid=${WL_PID[tree]}
mps_tag "$pid children"
wl_go tree
is "children beyond the limit are not tagged" "$(sed 1,2d "$MPS/tags" | wc -l)" 2
is "and counted as missed" "$(($(mps_value self missed_targets) - before))" 3
wl_quit tree
mps_untag_all
echo 1024 >"$MPS_PARAMS/max_targets"

# ---- tombstones ----

dropped=$(mps_value self dropped_tombstones)
wl_start dies family -n 2 -t 10
pid=${WL_PID[dies]}
mps_tag "$pid"
born=$(wl_go dies; wl_facts dies born | cut -d' ' -f1)
# A thread is given up when the kernel frees its task: a grace period later, which
# lazy RCU may put off for ten seconds.
evicted() { [ "$(mps_value "targets/$pid/summary" threads_evicted)" -ge 6 ]; }
wait_until 30 evicted
is "tombstones: four of ten are kept" "$(sed 1,2d "$MPS/tombstones" | wc -l)" 4
# Which four is up to RCU: each CPU frees the tasks that died on it in its own time.
is "tombstones: they are of those that died" \
	"$(sed 1,2d "$MPS/tombstones" | cut -d' ' -f3 | grep -cxF "$born")" 4
is "tombstones: the others are counted as dropped" \
	"$(($(mps_value self dropped_tombstones) - dropped)) $(limit tombstones refused)" \
	"6 $(mps_value self dropped_tombstones)"
is "tombstones: and by their target" "$(mps_value "targets/$pid/summary" threads_evicted)" 6
# Nothing they did is lost: it is in the totals.
slept=$(wl_facts dies born | head -n 6 | awk '{ n += $2 } END { print n }')
witness -q "$pid" >/dev/null
summary_keeps()
{
	local rows total
	rows=$(awk 'NR > 2 { n += $18 } END { print n }' "$MPS/targets/$pid/threads")
	total=$(mps_value "targets/$pid/summary" switches_vol)
	echo "rows $rows, summary $total, the six slept $slept times"
	# Six dead threads: what each saw of its own sleeps, and its end.
	[ $((total - rows)) -ge $((slept + 6)) ]
}
check "tombstones: the totals keep what the dropped did" summary_keeps
wl_quit dies
mps_untag_all

# ---- exited targets ----

for i in 1 2 3 4; do
	sleep 1000 &
	WL_PID[e$i]=$!
	mps_tag "$!"
done
for i in 1 2 3 4; do
	kill "${WL_PID[e$i]}"
	wait "${WL_PID[e$i]}" 2>/dev/null
	gone() { ! grep -q "^${WL_PID[e$i]} " "$MPS/tags"; }
	wait_until 30 gone
done
two_left() { [ "$(find "$MPS/targets" -mindepth 1 -maxdepth 1 | wc -l)" = 2 ]; }
wait_until 30 two_left
is "exited: two of four are kept" "$(find "$MPS/targets" -mindepth 1 -maxdepth 1 | wc -l)" 2
is "exited: the others are counted" "$(mps_value self dropped_exited) $(limit exited refused)" "2 2"
is "exited: the last two" \
	"$(find "$MPS/targets" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -n | xargs)" \
	"${WL_PID[e3]} ${WL_PID[e4]}"
unset "WL_PID[e1]" "WL_PID[e2]" "WL_PID[e3]" "WL_PID[e4]"

# ---- rules ----

mps_write rules "comm=none-a"
mps_write rules "comm=none-b"
mps_write rules "comm=none-c"
mps_refused "rules: the fourth of three" rules "comm=none-d" ENOSPC
is "rules: used and refused" "$(limit rules used) $(limit rules refused)" "3 1"
for i in $(seq 100); do
	echo "comm=many-$i"
done >"$MPS_TMP/rules"
is "rules: a hundred at once" "$(onewrite "$MPS/rules" <"$MPS_TMP/rules")" ENOSPC
mps_write rules ""
is "rules: the empty line removes all" "$(sed 1,2d "$MPS/rules")$(limit rules used)" 0
ktap_end
