#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions run by check
#
# Unloading is refused while one of the files is open, and the file goes on
# working; it is not refused for what is tagged.
. "$(dirname "$0")/../lib/mpscope.sh"

FILES="version features limits self last_error tags rules tombstones"
TARGET_FILES="summary threads blocking epoll migrations histograms wakers"

mps_load
ktap_begin $((8 + 7 + 12))

wl_start load mix -n 100000000 -t 6
wl_send load go
pid=${WL_PID[load]}
mps_tag "$pid threads epoll,migrate,wakers"
# A sentence in last_error, so that each file has something to say.
printf '%s\n' "!1" | onewrite "$MPS/tags" >/dev/null

# held_open FILE: open it, try to unload, read on, close
held_open()
{
	local fd said text
	exec {fd}<"$MPS/$1" || return 1
	said=$(rmmod mpscope 2>&1)
	if [[ $said != *"in use"* ]]; then
		echo "rmmod: '$said'"
		return 1
	fi
	text=$(cat <&"$fd")
	exec {fd}<&-
	# The same as if opened now: the same first two lines.
	if [ -z "$text" ] ||
	   [ "$(head -n 2 <<<"$text")" != "$(head -n 2 "$MPS/$1")" ]; then
		echo "it read '$(head -n 2 <<<"$text")', anew '$(head -n 2 "$MPS/$1")'"
		return 1
	fi
}
for file in $FILES; do
	check "$file: in use while open, readable, closed" held_open "$file"
done
for file in $TARGET_FILES; do
	check "targets/*/$file: in use while open, readable, closed" \
		held_open "targets/$pid/$file"
done

# ---- opened for writing ----

exec {fd}>"$MPS/tags"
matches "tags open for writing: in use" "$(rmmod mpscope 2>&1)" "*in use*"
echo "!$pid" >&"$fd"
is "and still takes commands" "$(sed 1,2d "$MPS/tags")" ""
exec {fd}>&-

# ---- a file whose target is untagged meanwhile ----

mps_tag "$pid"
exec {fd}<"$MPS/targets/$pid/threads"
mps_untag "$pid"
is "the file of an untagged target is gone" "$(ls "$MPS/targets")" ""
matches "who has it open still keeps the module" "$(rmmod mpscope 2>&1)" "*in use*"
matches "but can read it no longer" "$(cat <&"$fd" 2>&1)" "*Input/output error*"
exec {fd}<&-

# ---- not busy ----

is "closed, nobody uses the module" \
	"$(awk '$1 == "mpscope" { print $3 }' /proc/modules)" 0
mps_tag "$pid children epoll,migrate,wakers"
mps_write rules "comm=mix"
check "a tagged process that runs does not keep it" rmmod mpscope
is "and it is gone" "$(ls -d "$MPS" /sys/module/mpscope 2>/dev/null)" ""
alive() { [ "$(proc_state "$pid")" != "?" ]; }
check "the process goes on" alive

# It goes on being counted by the kernel alone: nothing of ours is left in it.
switched() { awk '/ctxt_switches/ { n += $2 } END { print n }' /proc/"$pid"/task/*/status; }
before=$(switched)
goes_on() { [ "$(switched)" -gt $((before + 100)) ]; }
check "and goes on switching" wait_until 10 goes_on
mps_load
mps_tag "$pid"
counted() { [ "$(mps_value self events_switch)" -gt 100 ]; }
check "loaded anew it can be tagged again" wait_until 10 counted
kill -KILL "$pid"
wait "$pid" 2>/dev/null
unset "WL_PID[load]"
gone() { [ "$(mps_col limits used threads)" = 0 ]; }
check "and killed while tagged" wait_until 20 gone
ktap_end
