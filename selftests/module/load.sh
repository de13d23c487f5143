#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2317 # names of workloads; functions run by cycles
#
# Loading and unloading, idle and in the middle of things: nothing is left
# over. The parameter epoll_hook: what it refuses, and what its ways count.
. "$(dirname "$0")/../lib/mpscope.sh"

CYCLES=6
TRACING=/sys/kernel/tracing

mps_load
mps_unload
ktap_begin 16

# Whatever of the module can be seen when it is not loaded.
left_over()
{
	local path
	for path in "$MPS" /sys/module/mpscope $TRACING/events/mpscope; do
		[ ! -e "$path" ] || echo "$path is still there"
	done
	grep '^mpscope ' /proc/modules
	grep 'mps_' /proc/slabinfo
	grep -s sys_epoll_ /sys/kernel/debug/kprobes/list
	grep '^mpscope' $TRACING/available_events
}

# cycles PREPARE [PARAM...]: load, prepare, unload, again and again
cycles()
{
	local prepare=$1 i n=0
	shift
	for ((i = 0; i < CYCLES; i++)); do
		mps_load "$@"
		[ -d "$TRACING/events/mpscope" ] || echo "cycle $i: no events"
		$prepare "$i" || echo "cycle $i: $prepare failed"
		mps_unload
		[ -z "$(left_over)" ] || { left_over; return; }
		n=$((n + 1))
	done
	echo "$n times"
}

idle() { :; }

# Its threads switch and move all the time, and are being counted.
tagged()
{
	mps_tag "${WL_PID[busy]}" children
	counted() { [ "$(mps_value self events_switch)" -gt 100 ]; }
	wait_until 10 counted
}

wakers()
{
	mps_tag "${WL_PID[busy]}" threads epoll,migrate,wakers
	woken() { [ "$(mps_value self events_wake)" -gt 100 ]; }
	wait_until 10 woken
}

# Rules that match what runs, what is executed all the time, and nothing.
ruled()
{
	mps_write rules "comm=mix threads epoll"
	mps_write rules "comm=true children epoll,migrate,wakers"
	mps_exec_is_raw || mps_write rules "exe=/nowhere"
	matched() { [ "$(find "$MPS/targets" -mindepth 1 -maxdepth 1 | wc -l)" -gt 3 ]; }
	wait_until 10 matched
}

is "idle: $CYCLES cycles, nothing left" "$(cycles idle)" "$CYCLES times"

wl_start busy mix -n 100000000 -t 4
wl_send busy go
is "with a running process tagged" "$(cycles tagged)" "$CYCLES times"
is "with hooks on every wakeup" "$(cycles wakers)" "$CYCLES times"
while :; do
	/bin/true
done &
WL_PID[execs]=$!
is "with rules and processes that match them" "$(cycles ruled)" "$CYCLES times"
is "with a kretprobe in every epoll call" \
	"$(cycles tagged epoll_hook=kretprobe)" "$CYCLES times"
for name in execs busy; do
	kill -KILL "${WL_PID[$name]}"
	wait "${WL_PID[$name]}" 2>/dev/null
	unset "WL_PID[$name]"
done

# ---- epoll_hook ----

ko=$(mps_ko)
said=$(insmod "$ko" epoll_hook=nonsense 2>&1)
is "epoll_hook=nonsense is refused" "$? ${said##*: }" "1 Invalid parameters"
matches "with a line in the log that says what can be" \
	"$(dmesg | grep mpscope | tail -n 1)" \
	"*mpscope: epoll_hook=nonsense: *auto*notifier*kretprobe*"
is "and nothing is left" "$(left_over)" ""

# counts_are PARAM: a known workload is counted exactly
counts_are()
{
	local col
	# shellcheck disable=SC2034 # by name
	local -A rows truth none=()
	wl_start known epload -n 200 -t 5
	mps_tag "${WL_PID[known]}"
	wl_go known
	witness -q "${WL_PID[known]}" >/dev/null || bail_out "no witness"
	table_load rows "$MPS/targets/${WL_PID[known]}/epoll"
	table_load truth <(wl_truth known)
	for col in $(wl_facts known columns); do
		table_agrees rows none truth "$col" "$col"
	done
	[ "$(table_sum truth calls)" -ge 2000 ] || echo "only $(table_sum truth calls) calls"
	wl_quit known
}

mps_load epoll_hook=kretprobe
is "kretprobe: idle" "$(mps_col features state epoll_return)" idle
is "kretprobe: all calls are counted exactly" "$(counts_are)" ""
wl_start held states
mps_tag "${WL_PID[held]}"
is "kretprobe: it says that it is a fallback" \
	"$(mps_col features state epoll_return)" fallback
matches "kretprobe: and what that means" \
	"$(mps_col features why epoll_return)" "kretprobe*taxes*"
check "kretprobe: the kernel has it" \
	grep -q sys_epoll_pwait /sys/kernel/debug/kprobes/list
mps_untag_all
is "kretprobe: untagged, the kernel has it no longer" \
	"$(grep sys_epoll_ /sys/kernel/debug/kprobes/list)" ""
kill -KILL "${WL_PID[held]}"
wait "${WL_PID[held]}" 2>/dev/null
unset "WL_PID[held]"
mps_unload
mps_load epoll_hook=notifier
if [ "$(uname -m)" = x86_64 ]; then
	is "notifier: all calls are counted exactly" "$(counts_are)" ""
else
	matches "notifier: not on this architecture, and says so" \
		"$(mps_col features state epoll_return) $(mps_col features why epoll_return)" \
		"unavailable *no*notifier*architecture*"
fi
mps_unload
is "in the end nothing is left" "$(left_over)" ""
ktap_end
