#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2317 # names of workloads; functions run by check
#
# lockdown=integrity: statistics stay readable, commands are refused. It lasts
# until the next boot, so it is done in a guest only, and as the last test.
. "$(dirname "$0")/../lib/mpscope.sh"

LOCKDOWN=/sys/kernel/security/lockdown

grep -q mpscope_root=disk /proc/cmdline ||
	skip_all "this locks the kernel down until it is booted again: only in a guest"
mountpoint -q /sys/kernel/security ||
	mount -t securityfs none /sys/kernel/security 2>/dev/null
[ -e $LOCKDOWN ] || skip_all "this kernel has no lockdown"
matches_none=$(cat $LOCKDOWN)
[[ $matches_none == *"[none]"* ]] || skip_all "it is locked down already: $matches_none"

mps_load
ktap_begin 32

wl_start load mix -n 500 -t 4
pid=${WL_PID[load]}
mps_tag "$pid threads epoll,migrate,wakers"
mps_write rules "comm=nobody-at-all"
exec {held}>"$MPS/tags"
echo integrity >$LOCKDOWN
matches "locked down" "$(cat $LOCKDOWN)" "*[[]integrity]*"

# reads FILE: has the version and the columns
reads()
{
	local text
	text=$(cat "$MPS/$1" 2>&1)
	[ "$1" != last_error ] || return 0
	if [ "$(sed -n 1p <<<"$text")" != "version 1" ]; then
		echo "$text" | head -n 2
		return 1
	fi
}
for file in version features limits self last_error tombstones; do
	check "$file is readable" reads $file
done
for file in summary threads blocking epoll migrations histograms wakers; do
	check "targets/*/$file is readable" reads "targets/$pid/$file"
done
is "last_error opens" "$(cat "$MPS/last_error" 2>&1)" ""
for file in tags rules; do
	matches "$file does not open for reading" "$(cat "$MPS/$file" 2>&1)" \
		"*Operation not permitted*"
done
for command in "$$" "!$pid" "" ; do
	is "tags: '${command/$$/PID}' is refused" \
		"$(echo "$command" | onewrite "$MPS/tags")" EPERM
done
for command in "comm=new" "!comm=nobody-at-all" ""; do
	is "rules: '$command' is refused" \
		"$(echo "$command" | onewrite "$MPS/rules")" EPERM
done
is "what was tagged still is" "$(ls "$MPS/targets")" "$pid"

# What is tagged goes on being counted.
# shellcheck disable=SC2034 # by name
declare -A before after rows
table_load before <(witness -q "$pid") || bail_out "no witness"
wl_go load
table_load after <(witness -q "$pid") || bail_out "no witness"
table_load rows "$MPS/targets/$pid/threads"
check "and is counted: voluntary switches equal status" \
	table_agrees rows before after vol switches_vol
check "involuntary too" table_agrees rows before after invol switches_invol
is "tracepoints can be enabled" \
	"$({ echo 1 >/sys/kernel/tracing/events/mpscope/enable; } 2>&1)" ""
echo 0 >/sys/kernel/tracing/events/mpscope/enable
is "who had tags open before can still write" \
	"$({ echo "!$pid" >&"$held"; } 2>&1)$(ls "$MPS/targets")" ""
exec {held}>&-
is "nothing was missed" "$(mps_missed)" ""
wl_quit load

# ---- loading ----

ko=$(mps_ko)
check "the module can be unloaded" rmmod mpscope
matches "unsigned, it cannot be loaded any more" "$(insmod "$ko" 2>&1)" \
	"*Operation not permitted*"
matches "and the log says why" "$(dmesg | tail -n 5)" "*Lockdown: insmod: unsigned module loading is restricted*"
ktap_end
