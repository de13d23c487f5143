#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # names of workloads
#
# Exec by threads that do not lead, again and again, while all is being read:
# the one that goes on takes over the number of the one that led.
. "$(dirname "$0")/common.sh"

EXECS=$(sized 60 600) THREADS=4

mps_load
ktap_begin 14

# run HOW: execs while tagged so, and the checks
execs()
{
	local pid counted
	wl_start image execer -n "$EXECS" -t $THREADS
	pid=${WL_PID[image]}
	count_switches execer
	mps_tag "$pid $1"
	readers_start 2
	wl_go image $((200 * MORE))
	ended reader0 reader1
	settled
	counted=$(switches_counted)
	diag "$1: $counted switches by the kernel"
	is "$1: the tag stays, under its number" "$(sed 1,2d "$MPS/tags" | cut -d' ' -f1)" "$pid"
	is "$1: one thread lives, the others are dead" \
		"$(sed 1,2d "$MPS/targets/$pid/threads" |
			awk '{ n[$3 == "dead" ? "dead" : "live"]++ }
				END { print n["live"], n["dead"] }')" \
		"1 $((EXECS * THREADS))"
	is "$1: the live one has the number of the process" \
		"$(sed 1,2d "$MPS/targets/$pid/threads" | awk '$3 != "dead" { print $1, $2 }')" \
		"$pid $pid"
	is "$1: switches are the kernel's" \
		"$(sum_of switches_vol switches_invol | awk '{ print $1 + $2 }') $(sum_of runs)" \
		"$counted "
	is "$1: nothing was missed" "$(mps_missed)" ""
	wl_quit image
	count_no_more
	mps_untag_all
}
execs "threads epoll,migrate"
execs "children wakers"
is "no event was refused" "$(mps_value self refused_events)" 0
is "untagged, nothing is used" "$(sed 1,2d "$MPS/limits" | cut -d' ' -f3 | xargs)" "0 0 0 0 0"

# By a rule that matches each new image: the first one tags, the rest find it.
mps_write rules "comm=execer children epoll"
wl_start image execer -n 5 -t $THREADS
wl_go image 100
is "a rule tags it once" "$(sed 1,2d "$MPS/tags")" "${WL_PID[image]} children epoll"
wl_quit image
mps_write rules ""
mps_untag_all
is "nothing is left" "$(ls "$MPS/targets")" ""
ktap_end
