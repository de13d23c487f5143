#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2317 # names of workloads; functions run by check
#
# Loaded and unloaded again and again while the scheduler is busy: with tags,
# with rules that match, with tracing on, with readers. Nothing is left over, and
# the last one counts exactly.
. "$(dirname "$0")/common.sh"

LOADS=$(sized 40 1000)

need hackbench
mps_load
mps_unload
ktap_begin 8
log_mark loads

# Whatever of the module can be seen when it is not loaded.
left_over()
{
	local path
	for path in "$MPS" /sys/module/mpscope /sys/kernel/tracing/events/mpscope; do
		[ ! -e "$path" ] || echo "$path is still there"
	done
	grep 'mps_' /proc/slabinfo
	grep '^mpscope' /sys/kernel/tracing/available_events
}

while :; do
	nice -n 19 hackbench -g 1 -f 4 -l 200 >/dev/null 2>&1
	nice -n 19 hackbench -T -P -g 1 -f 4 -l 200 >/dev/null 2>&1
done &
WL_PID[hackbench]=$!
# Nice, so that the commands get through.
wl_start busy nice -n 19 mix -n 10000000 -t 4
wl_send busy go
# In a gentler way than others': while a file is open it cannot be unloaded.
while :; do
	find "$MPS" -type f -exec cat {} \; 2>/dev/null
	sleep 1
done >/dev/null &
WL_PID[reader]=$!

# What the module is doing when it is unloaded.
prepare()
{
	case $(($1 % 5)) in
	0) ;;
	1) mps_tag "${WL_PID[busy]} children" ;;
	2) mps_tag "${WL_PID[busy]} threads epoll,migrate,wakers" ;;
	3) mps_write rules "comm=hackbench children epoll,migrate,wakers" ;;
	4)
		mps_tag "${WL_PID[busy]} threads"
		echo 1 >/sys/kernel/tracing/events/mpscope/enable
		;;
	esac
	sleep 0.0$(($1 % 10))
}

ko=$(mps_ko)
begin=$SECONDS busy_retries=0
for ((i = 0; i < LOADS; i++)); do
	insmod "$ko" || break
	prepare $i
	[ $((i % 5)) != 4 ] || echo 0 >/sys/kernel/tracing/events/mpscope/enable
	# A reader that has a file open keeps it, for this moment.
	tries=0
	until rmmod mpscope 2>"$MPS_TMP/rmmod"; do
		tries=$((tries + 1))
		if ! grep -q "in use" "$MPS_TMP/rmmod" || [ $tries = 1000 ]; then
			break 2
		fi
	done
	busy_retries=$((busy_retries + tries))
	[ -z "$(left_over)" ] || break
done
diag "$i loads in $((SECONDS - begin)) s, $busy_retries times a reader was in the way"
is "so many loads" "$i" "$LOADS"
is "nothing is left over" "$(left_over)" ""
ended reader hackbench busy
is "the log has no complaint" "$(log_complaints loads)" ""

mps_load
wl_start mix mix -n 300 -t 4
pid=${WL_PID[mix]}
witness -q "$pid" >"$MPS_TMP/before" || bail_out "no witness"
mps_tag "$pid"
wl_go mix 100
witness -q "$pid" >"$MPS_TMP/after" || bail_out "no witness"
for pair in vol:switches_vol invol:switches_invol migrations:migrations pcount:runs; do
	check "the last one: ${pair#*:} equal the kernel's" rows_agree "$pid" \
		"$MPS_TMP/before" "$MPS_TMP/after" "${pair%:*}" "${pair#*:}"
done
wl_quit mix
is "and missed nothing" "$(mps_missed)" ""
ktap_end
