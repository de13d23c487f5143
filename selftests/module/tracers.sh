#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2317 # names of workloads; functions run by check
#
# Other users of the tracepoints: perf, hist triggers, plain tracefs; and
# unloading while they are at it.
. "$(dirname "$0")/../lib/mpscope.sh"

TRACING=/sys/kernel/tracing
EVENTS=$TRACING/events/mpscope

need perf
mps_load
ktap_begin 19

# Runs a workload that is set up already, from within another program.
cat >"$MPS_TMP/session" <<'EOS'
echo go >"$MPS_TMP/mix/in"
until grep -qx "done" "$MPS_TMP/mix/out"; do
	sleep 0.2
done
EOS
export MPS MPS_TMP
# shellcheck disable=SC2034 # by name
declare -A before rows

# mix_start: a workload that is tagged; before
mix_start()
{
	wl_start mix mix -n 300 -t 6 2
	pid=${WL_PID[mix]}
	mps_tag "$pid"
	table_load before "$MPS/targets/$pid/threads"
}

# mix_ran: rows, when it holds still; how often it got a CPU since before
mix_ran()
{
	witness -q "$pid" >/dev/null || bail_out "no witness"
	table_load rows "$MPS/targets/$pid/threads"
	runs=$(table_grown before rows runs)
}

# ---- perf ----

mix_start
perf record -q -a -m 2048 -e mpscope:thread_run -e mpscope:thread_block \
	-o "$MPS_TMP/perf.data" bash "$MPS_TMP/session" >"$MPS_TMP/perf.out" 2>&1 ||
	bail_out "perf record: $(tail -n 3 "$MPS_TMP/perf.out")"
mix_ran
perf script -i "$MPS_TMP/perf.data" >"$MPS_TMP/script" 2>"$MPS_TMP/script.err"
is "perf script understands them" "$(grep -v '^$' "$MPS_TMP/script.err")" ""
check "the load is worth it: 1000 runs" [ "$runs" -ge 1000 ]
is "perf: thread_run records equal runs" \
	"$(grep -c ' mpscope:thread_run: tid=' "$MPS_TMP/script")" "$runs"
is "perf: reasons are words" \
	"$(grep -oE ' reason=[^ ]*' "$MPS_TMP/script" | sort -u | cut -d= -f2 |
		grep -vE '^([a-z_]+|-)$')" ""
check "perf: blocks are there with theirs" \
	grep -qE ' mpscope:thread_block: tid=[0-9]+ tgid=[0-9]+ reason=pipe mode=S ' "$MPS_TMP/script"
wl_quit mix
mps_untag_all

# ---- hist triggers ----

mix_start
check "a hist trigger is taken" eval \
	"echo 'hist:keys=reason:vals=blocked_ns' >$EVENTS/thread_run/trigger"
bash "$MPS_TMP/session"
mix_ran
hist=$(cat $EVENTS/thread_run/hist)
diag "$(grep '{ reason:' <<<"$hist" | tr -s ' ')"
is "hist: hits equal runs" "$(awk '/^ *Hits:/ { print $2 }' <<<"$hist")" "$runs"
is "hist: nothing dropped" "$(awk '/^ *Dropped:/ { print $2 }' <<<"$hist")" 0
# hist_sums: hits, and the time of those that were blocked
hist_sums()
{
	sed -n 's/.*{ reason: *\([0-9]*\) } hitcount: *\([0-9]*\) *blocked_ns: *\([0-9]*\).*/\1 \2 \3/p' <<<"$hist" |
		awk '{ n += $2 } $1 != 255 { ns += $3 } END { printf "%d %.0f\n", n, ns }'
}
is "hist: its rows add up" "$(hist_sums | cut -d' ' -f1)" "$runs"
# Each record carries its whole episode, also that which was open when the
# thread was tagged; what is open now has none yet.
open_at()
{
	local -n _rows=$1
	local tid sum=0
	for tid in ${_rows[keys]}; do
		[ "${_rows[$tid,state]}" != blocked ] ||
			sum=$((sum + ${_rows[$tid,in_state_ns]}))
	done
	echo $sum
}
is "hist: blocked_ns add up to the column's" "$(hist_sums | cut -d' ' -f2)" \
	$(($(table_sum rows blocked_ns) - $(open_at rows)))

# ---- unloading ----

# Not with the trigger: the kernel lets the module go and warns (tracepoint.c).
echo '!hist:keys=reason:vals=blocked_ns' >$EVENTS/thread_run/trigger
check "without its trigger the module can be unloaded" rmmod mpscope
is "and is gone" "$(ls -d "$EVENTS" 2>/dev/null)" ""
wl_quit mix
mps_load

perf record -q -a -e mpscope:thread_run -o "$MPS_TMP/perf.data" \
	sleep 1000 >/dev/null 2>&1 &
WL_PID[perf]=$!
recording() { rmmod mpscope 2>&1 | grep -q "in use"; }
# rmmod would succeed before perf has opened its event.
perf_is_on() { [ "$(awk '$1 == "mpscope" { print $3 }' /proc/modules)" -gt 0 ]; }
wait_until 20 perf_is_on
check "perf keeps the module" recording
kill -INT "${WL_PID[perf]}"
wait "${WL_PID[perf]}" 2>/dev/null
unset "WL_PID[perf]"
wait_until 10 eval '! perf_is_on'

wl_start load mix -n 100000000 -t 4
mps_tag "${WL_PID[load]}"
echo 1 >$EVENTS/enable
wl_send load go
recorded() { [ "$(grep -c thread_run "$TRACING/trace")" -gt 100 ]; }
check "tracefs records" wait_until 20 recorded
is "and in words" "$(grep -oE ' (reason|was|mode|wake_source|cause|class|kind|result)=(0x|[0-9])[^ ]*' $TRACING/trace | head -n 3)" ""
check "an enabled event does not keep the module" rmmod mpscope
is "and is gone with it" "$(ls -d "$EVENTS" 2>/dev/null; grep '^mpscope' $TRACING/available_events)" ""
mps_load
is "loaded anew its events are off" "$(cat $EVENTS/enable)" 0
mps_tag "${WL_PID[load]}"
echo 1 >$EVENTS/thread_run/enable
check "and can be enabled again" wait_until 20 recorded
echo 0 >$EVENTS/enable
kill -KILL "${WL_PID[load]}"
wait "${WL_PID[load]}" 2>/dev/null
unset "WL_PID[load]"
ktap_end
