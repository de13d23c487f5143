#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2004,SC2154,SC2317 # names of workloads; functions run by check
#
# Everything at once: processes that are born, exec and die, pipes, hackbench,
# CPUs that go and come, readers, tracing on and off, rules on and off, and
# tagging and untagging in the middle of it. Afterwards all is as new: a known
# workload is counted exactly.
. "$(dirname "$0")/common.sh"

# Seconds, and when to give up if not enough has happened by then: not so many
# cycles, or events.
DURATION=$(sized $((60 * MORE_SLOW)) 1800) LIMIT=$((DURATION + 300 * MORE_SLOW))
CYCLES=$((MORE_SLOW > 1 ? 15 : 30))

need stress-ng trace-cmd hackbench
mps_load
ktap_begin 18

hooks >"$MPS_TMP/features"
log_mark storm

# Nice, so that the commands get through to be given.
(cd "$MPS_TMP" && exec nice -n 19 stress-ng --quiet --temp-path "$MPS_TMP" \
	--timeout 0 --fork 1 --exec 1 --pthread 1 --switch 1 --epoll 1) &
WL_PID[storm]=$!
# --exec runs itself by another name; this is a program with a known one.
while :; do
	nice -n 19 /bin/true
	sleep 0.1
done &
WL_PID[execs]=$!
while :; do
	nice -n 19 hackbench -g 1 -f 4 -l 100
	nice -n 19 hackbench -T -P -g 1 -f 4 -l 100
done >/dev/null 2>&1 &
WL_PID[hackbench]=$!
readers_start 1

# turns NAME COMMAND...: again and again, until told to end; counts in a file
turns()
{
	local name=$1 n=0
	shift
	while [ ! -e "$MPS_TMP/over" ]; do
		"$@" || echo "failed: $*"
		n=$((n + 1))
		echo $n >"$MPS_TMP/$name.n"
	done >"$MPS_TMP/$name.out" 2>&1 &
	WL_PID[$name]=$!
}

tracing()
{
	trace-cmd start -e mpscope -b 512 >/dev/null || return
	sleep 0.5
	trace-cmd stop >/dev/null || return
	trace-cmd reset >/dev/null || return
	sleep 0.5
}

online() { echo "$2" >"/sys/devices/system/cpu/cpu$1/online"; }
hotplug()
{
	local cpu
	for cpu in 1 2 3; do
		[ -e "/sys/devices/system/cpu/cpu$cpu/online" ] || continue
		online $cpu 0 || return
		sleep 0.3
		online $cpu 1 || return
		sleep 1
	done
}

ruling()
{
	printf 'comm=stress-ng* children\ncomm=true threads wakers\n' |
		onewrite "$MPS/rules" | grep -qx 0 || return
	sleep 0.3
	printf '!comm=true\n' | onewrite "$MPS/rules" | grep -qx 0 || return
	sleep 0.1
	echo | onewrite "$MPS/rules" | grep -qx 0 || return
	# What they have tagged goes with the next empty line.
	sleep 3
}

turns tracing tracing
turns hotplug hotplug
turns ruling ruling

# ---- tags ----

# How often each outcome: of a command that was written.
declare -A outcome=()
command()
{
	local how
	how=$(echo "$1" | onewrite "$MPS/tags")
	outcome[${1:0:1}$how]=$((${outcome[${1:0:1}$how]-0} + 1))
}

# enough: something of everything has happened
least() { for kind in migrate wake return; do mps_value self events_$kind; done | sort -n | head -n 1; }
enough()
{
	[ "$i" -ge $CYCLES ] && [ "$(mps_value self events_switch)" -ge 10000 ] &&
		[ "$(least)" -ge 100 ]
}

wl_start steady nice -n 19 mix -n 10000000 -t 4
wl_send steady go
options=("threads" "children" "threads none" "children epoll,migrate,wakers"
	"threads wakers")
begin=$SECONDS
for ((i = 0; SECONDS - begin < LIMIT; i++)); do
	[ $((SECONDS - begin)) -lt "$DURATION" ] || ! enough || break
	# It goes with the others every now and then.
	command "${WL_PID[steady]} threads epoll,migrate,wakers"
	mapfile -t pids < <(pgrep 'stress-ng|hackbench' | shuf -n 1)
	for pid in "${pids[@]}"; do
		command "$pid ${options[i % 5]}"
	done
	[ $((i % 3)) != 0 ] || sleep 0.0$((i % 10))
	for pid in "${pids[@]}"; do
		command "!$pid"
	done
	if [ $((i % 5)) = 4 ]; then
		echo | onewrite "$MPS/tags" >"$MPS_TMP/all" || break
	fi
done
diag "$i cycles in $((SECONDS - begin)) s; outcomes: $(for key in "${!outcome[@]}"; do
	echo "$key ${outcome[$key]},"
done | sed 's/^[0-9]/tag /; s/^!/untag /' | sort | awk '{ n[$1 " " $2] += $3 } END {
	for (k in n) printf "%s %d; ", k, n[k] }')"
diag "tracing $(cat "$MPS_TMP/tracing.n") times, hotplug $(cat "$MPS_TMP/hotplug.n") times, rules $(cat "$MPS_TMP/ruling.n") times"
diag "limits: $(sed 1,2d "$MPS/limits" | tr '\n' ';')"
diag "self: $(sed 1,2d "$MPS/self" | xargs)"

check "it was tagged and untagged $CYCLES times and more" [ "$i" -ge $CYCLES ]
is "who was not tagged or untagged was gone, or was so by a rule" \
	"$(for key in "${!outcome[@]}"; do
		echo "$key"
	done | sed 's/^[0-9]//' | grep -vxE '0|!0|ESRCH|EEXIST|!ENOENT')" ""
check "untagging all worked" grep -qx 0 "$MPS_TMP/all"
: >"$MPS_TMP/over"
wait "${WL_PID[tracing]}" "${WL_PID[hotplug]}" "${WL_PID[ruling]}"
unset "WL_PID[tracing]" "WL_PID[hotplug]" "WL_PID[ruling]"
for name in tracing hotplug ruling; do
	is "$name worked each time" "$(cat "$MPS_TMP/$name.out")" ""
done
check "events were handled: 10000 switches" [ "$(mps_value self events_switch)" -ge 10000 ]
check "and 100 of each other kind" [ "$(least)" -ge 100 ]
is "none was refused" "$(mps_value self refused_events)" 0
is "nobody came unseen" "$(mps_value self lost_current)" 0
ended reader0 execs hackbench storm steady
mps_write rules ""
mps_untag_all
check "untagged, nothing is used" unused
is "and all hooks are as they were" "$(hooks)" "$(cat "$MPS_TMP/features")"

# ---- as new ----

wl_start mix mix -n 500 -t 8 4
pid=${WL_PID[mix]}
witness -q "$pid" >"$MPS_TMP/before" || bail_out "no witness"
mps_tag "$pid"
wl_go mix 100
witness -q "$pid" >"$MPS_TMP/after" || bail_out "no witness"
for pair in vol:switches_vol invol:switches_invol migrations:migrations pcount:runs; do
	check "as new: ${pair#*:} equal the kernel's" rows_agree "$pid" \
		"$MPS_TMP/before" "$MPS_TMP/after" "${pair%:*}" "${pair#*:}"
done
wl_quit mix
check "it can be unloaded" rmmod mpscope
is "the log has no complaint" "$(log_complaints storm)" ""
ktap_end
