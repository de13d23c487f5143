#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions run by check
#
# The tool and processes that come and go: run, --tag, intervals, a process
# that ends under it, interrupts.
. "$(dirname "$0")/../lib/mpscope.sh"
. "$(dirname "$0")/tool.sh"

[ -x "$TOOL" ] || skip_all "no mpscope to test: set MPSCOPE_TOOL"
mps_load
ktap_begin 33

# ---- run ----

tool run -- true
is "run: the exit code of the command, 0" "$TOOL_RC" 0
tool run -- sh -c 'exit 7'
is "run: the exit code of the command, 7" "$TOOL_RC" 7
# shellcheck disable=SC2016 # for that shell
tool run -- sh -c 'kill -TERM $$'
is "run: killed by a signal" "$TOOL_RC" 143
tool run -- /nonexistent
is "run: not found" "$TOOL_RC" 127
tool run -- /etc/passwd
is "run: not to be executed" "$TOOL_RC" 126
tool run -- echo "its own words"
is "run: the command's output is its own" "$TOOL_OUT" "its own words"
matches "run: the summary goes to standard error" "$TOOL_ERR" "*run of * \(echo\): exit status 0*total*"
mps_untag_all
tool run -o "$MPS_TMP/summary" -- sleep 0.3
is "run -o: the summary goes there" "$TOOL_ERR$(grep -c '(sleep)' "$MPS_TMP/summary")" 1
pid=$(ls "$MPS/targets")
is "run: the process was tagged, it has ended" \
	"$(mps_value "targets/$pid/summary" comm) $(mps_value "targets/$pid/summary" state)" \
	"sleep exited"
# Tagged before its exec: its whole life from there on; the sleep is in it. It is
# slept by CLOCK_MONOTONIC and measured by the scheduler's clock: parts per million.
slept=$(awk '$2 == "blocked" && $3 == "sleep" { print $6 }' "$MPS/targets/$pid/blocking")
check "run: its sleep of 0.3 s is accounted for" [ "$slept" -ge 299900000 ]
tool run -u -- true
is "run -u: nothing stays" "$(ls "$MPS/targets")" "$pid"
mps_untag_all
tool run -c -f none -- sh -c 'sleep 0.1 & sleep 0.1; wait'
is "run --children: the children too" \
	"$(sed -n 's/^comm //p' "$MPS"/targets/*/summary | sort | xargs)" "sh sleep sleep"
is "run -f none: without features" \
	"$(sed -n 's/^features //p' "$MPS"/targets/*/summary | sort -u)" none
mps_untag_all
"$TOOL" run -- sleep 100 2>"$MPS_TMP/err" &
runner=$!
tagged() { grep -q ' ' <(sed 1,2d "$MPS/tags"); }
wait_until 10 tagged
kill -TERM $runner
wait $runner
is "run: SIGTERM is passed on" "$? $(grep -c 'signal' "$MPS_TMP/err" | sed 's/[1-9].*/said/')" "143 said"
mps_untag_all

# ---- for the time of a command ----

sleep 1000 &
WL_PID[idle]=$!
tool stat -p "${WL_PID[idle]}" --tag 0.3 3
is "stat --tag: three lines of it" \
	"$TOOL_RC $(awk -v p="${WL_PID[idle]}" '$1 == p' <<<"$TOOL_OUT" | wc -l)" "0 3"
is "stat --tag: not tagged afterwards" "$(sed 1,2d "$MPS/tags")" ""
"$TOOL" stat -p "${WL_PID[idle]}" --tag 1 >"$MPS_TMP/out" 2>&1 &
watcher=$!
tagged || wait_until 10 tagged
kill -INT $watcher
wait $watcher
is "stat --tag: interrupted, not tagged afterwards either" \
	"$? $(sed 1,2d "$MPS/tags")" "0 "
mps_tag "${WL_PID[idle]}"
tool stat -p "${WL_PID[idle]}" --tag 0.2 1
is "stat --tag: what was tagged before stays so" \
	"$(sed 1,2d "$MPS/tags" | cut -d' ' -f1)" "${WL_PID[idle]}"
mps_untag_all

# ---- intervals: the sum of what happened in each ----

# A load that ends by itself, within the intervals.
wl_start mix mix -n 500 -t 4
pid=${WL_PID[mix]}
mps_tag "$pid"
"$TOOL" stat -p "$pid" -x, 0.5 1000 >"$MPS_TMP/intervals" 2>&1 &
watcher=$!
begun() { grep -q "^$pid," "$MPS_TMP/intervals"; }
wait_until 20 begun
wl_go mix
sleep 1.5
kill -INT $watcher
wait $watcher
rc=$?
total=$(mps_value "targets/$pid/summary" switches_vol)
sum=$(sed '/^#/d' "$MPS_TMP/intervals" | awk -F, -v p="$pid" '
	/switches_vol/ { for (i = 1; i <= NF; i++) if ($i == "switches_vol") c = i }
	$1 == p { n += $c } END { print n }')
diag "$(grep -c "^$pid," "$MPS_TMP/intervals") intervals"
is "intervals add up to the total" "$rc $sum" "0 $total"
wl_quit mix

# ---- a process that ends meanwhile ----

sleep 1.5 &
pid=$!
tool stat -p "$pid" --tag 0.5 100
is "stat: ends by itself with its process" "$TOOL_RC" 0
check "stat: with the lines until then" \
	[ "$(awk -v p="$pid" '$1 == p' <<<"$TOOL_OUT" | wc -l)" -ge 2 ]
for c in stat epoll blocking migrate hist; do
	sleep 1000 &
	pid=$!
	mps_tag "$pid"
	kill $pid
	wait $pid 2>/dev/null
	says "$c: of a process that has ended" 0 "*" $c -p $pid
done
says "who: of a process that has ended" 1 "*$pid*not exist*" who "$pid"
mps_untag_all
says "stat: and is forgotten" 1 "*no process $pid*" stat -p "$pid"
tool untag --all
is "untag --all: nothing there is no failure" "$TOOL_RC" 0

# Ten processes that end while they are looked at: an end, and never a crash.
ends()
{
	local i pid bad=0
	for i in 0 1 2 3 4 5 6 7 8 9; do
		sleep "0.$i" &
		pid=$!
		# The first has ended before, as may be.
		echo "$pid children" | onewrite "$MPS/tags" >/dev/null
		for c in "list" "stat -p $pid" "stat -T -p $pid 0.1 3" "blocking -T -p $pid 0.1 3"; do
			# shellcheck disable=SC2086 # words
			tool $c
			if [ "$TOOL_RC" -gt 1 ]; then
				echo "mpscope $c: exit status $TOOL_RC: $TOOL_ERR"
				bad=1
			fi
		done
		wait "$pid"
	done
	return "$bad"
}
check "processes that end while they are looked at" ends
tool list
check "list: they all have ended" \
	[ "$TOOL_RC $(awk '$3 == "exited"' <<<"$TOOL_OUT" | wc -l)" = "0 $(find "$MPS/targets" -mindepth 1 -maxdepth 1 | wc -l)" ]
mps_tag "${WL_PID[idle]}"
says "top: without a terminal" 1 "*terminal*" top
is "nothing was missed" "$(mps_missed)" ""
ktap_end
