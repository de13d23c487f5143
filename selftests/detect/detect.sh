#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Each detector of this kernel speaks when there is reason: a module makes one
# mistake at a time, and the kernel's log has the report, in words that fail
# any other run (../vm/complaints.txt).
. "$(dirname "$0")/../lib/mpscope.sh"

HERE=$(cd "$(dirname "$0")" && pwd)
MAKE=/sys/module/mps_detect/parameters/make
KMEMLEAK=/sys/kernel/debug/kmemleak

# has SYMBOL: is this function in this kernel?
has() { grep -qE " [tT] $1\$" /proc/kallsyms; }

# lockdep falls silent after its first report of a lock, and after any of KASAN:
# so RCU and locks come first, in this order, and KASAN last.
rows=()
! has kasan_report || rows+=(
	"rcu:WARNING: suspicious RCU usage"
	"sleep:BUG: sleeping function called from invalid context"
	"locks:WARNING: possible circular locking dependency detected"
	"object:ODEBUG: free active .* timer_list"
	"leak:unreferenced object"
)
rows+=(
	"shift:UBSAN: shift-out-of-bounds in .*mps_detect.c"
	"bounds:UBSAN: array-index-out-of-bounds in .*mps_detect.c"
)
! has kcsan_setup_watchpoint || rows+=(
	"race:BUG: KCSAN: data-race in race_run \[mps_detect\]"
)
! has kasan_report || rows+=(
	"use_after_free:BUG: KASAN: use-after-free in make_use_after_free"
	"out_of_bounds:BUG: KASAN: slab-out-of-bounds in make_out_of_bounds"
)
has __ubsan_handle_shift_out_of_bounds ||
	skip_all "this kernel has no detectors: run this on one for debugging"
ktap_begin $((2 * ${#rows[@]}))
insmod "$HERE/mps_detect.ko" || bail_out "insmod mps_detect.ko"

# said MISTAKE: what the kernel says after it is made
said()
{
	echo "mps_detect: now $1" >/dev/kmsg
	echo "$1" >$MAKE || echo "it cannot be made"
	if [ "$1" = leak ]; then
		# Not before it is five seconds old.
		sleep 6
		echo scan >$KMEMLEAK
		echo scan >$KMEMLEAK
		cat $KMEMLEAK
	else
		sleep 0.2
	fi
	dmesg | sed "1,/mps_detect: now $1\$/d"
}

for row in "${rows[@]}"; do
	said "${row%%:*}" >"$MPS_TMP/said"
	check "${row%%:*}: '${row#*:}'" grep -E "${row#*:}" "$MPS_TMP/said"
	check "${row%%:*}: that fails a run" grep -E -f "$HERE/complaints.txt" "$MPS_TMP/said"
done
rmmod mps_detect
# What the kernel noted of all that is what this test wanted.
# shellcheck disable=SC2034 # ktap_end compares with it
KTAP_TAINT=$(cat /proc/sys/kernel/tainted)
ktap_end
