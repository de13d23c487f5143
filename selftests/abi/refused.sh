#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What must not be accepted by tags and rules: the errno is the right one,
# last_error says so in a sentence, and nothing has changed.
. "$(dirname "$0")/../lib/mpscope.sh"

mps_load
sleep 1000 &
WL_PID[sleep]=$!
sleep 1000 &
WL_PID[other]=$!
pid=${WL_PID[sleep]} other=${WL_PID[other]}
mps_tag "$pid threads epoll"
mps_write rules "comm=nothing-of-this-name threads epoll"
free=$((1 << 22))		# the largest there can be is pid_max - 1
while [ -e /proc/$free ]; do
	free=$((free - 1))
done

cases=(
	"no number|tags|abc|EINVAL"
	"a number and more|tags|${pid}x|EINVAL"
	"hexadecimal|tags|0x1|EINVAL"
	"a sign|tags|+$other|EINVAL"
	"negative|tags|-1|EINVAL"
	"zero|tags|0|EINVAL"
	"over an int|tags|2147483648|EINVAL"
	"over 64 bits|tags|18446744073709551617|EINVAL"
	"one hundred digits|tags|$(printf '%0100d' 1)x|EINVAL"
	"a fraction|tags|1.5|EINVAL"
	"a word after the features|tags|$other threads epoll more|EINVAL"
	"follows both ways|tags|$other threads children|EINVAL"
	"unknown feature|tags|$other threads epoll,colour|EINVAL"
	"unknown feature, alone|tags|$other colour|EINVAL"
	"an empty feature|tags|$other epoll,|EINVAL"
	"none and more|tags|$other none,epoll|EINVAL"
	"untag nothing|tags|!|EINVAL"
	"untag no number|tags|!x|EINVAL"
	"untag twice negated|tags|!!$pid|EINVAL"
	"untag with options|tags|!$pid epoll|EINVAL"
	"a good line, then a bad one|tags|$other"$'\n'"abc|EINVAL"
	"a bad line, then a good one|tags|abc"$'\n'"$other|EINVAL"
	"no such process|tags|$free|ESRCH"
	"a kernel thread|tags|2|EPERM"
	"twice|tags|$pid|EEXIST"
	"untag what is not tagged|tags|!$other|ENOENT"
	"untag what is not there|tags|!$free|ENOENT"
	"unknown key|rules|colour=red|EINVAL"
	"no key|rules|=red|EINVAL"
	"no equals sign|rules|comm|EINVAL"
	"no value|rules|comm=|EINVAL"
	"an empty value in quotes|rules|comm=\"\"|EINVAL"
	"an open quote|rules|comm=\"abc|EINVAL"
	"text after a quote|rules|comm=\"abc\"d|EINVAL"
	"the same key twice|rules|comm=a comm=b|EINVAL"
	"a value of 256 bytes|rules|exe=/$(printf '%0255d' 0)|EINVAL"
	"a relative path|rules|exe=bin/sh|EINVAL"
	"a relative group|rules|cgroup=a|EINVAL"
	"unknown feature in a rule|rules|comm=abc colour|EINVAL"
	"the same rule again|rules|comm=nothing-of-this-name|EEXIST"
	"a rule that is not there|rules|!comm=abc|ENOENT"
	"a bad rule after a good one|rules|comm=abc"$'\n'"colour=red|EINVAL"
	"5000 bytes for tags|tags|$(printf '%5000d' "$other")|E2BIG"
	"5000 bytes for rules|rules|comm=$(printf '%5000d' 1)|E2BIG"
	"half a megabyte|tags|$(printf '%524288d' 1)|E2BIG"
)
ktap_begin $((${#cases[@]} + 12))

for c in "${cases[@]}"; do
	what=${c%%|*} c=${c#*|}
	file=${c%%|*} c=${c#*|}
	mps_refused "$file: $what" "$file" "${c%|*}" "${c##*|}"
done

# ---- bytes that no text has ----

is "tags: a zero byte" "$(printf '%d\0\n' "$other" | onewrite "$MPS/tags")" EINVAL
is "rules: a zero byte" "$(printf 'comm=a\0b\n' | onewrite "$MPS/rules")" EINVAL
is "rules: a control byte" "$(printf 'comm=a\001b\n' | onewrite "$MPS/rules")" EINVAL
is "rules: and nothing came of it" "$(sed 1,2d "$MPS/rules")" \
	"comm=nothing-of-this-name threads epoll"
# 4096 random bytes, twenty times: refused, or nothing but comments.
junk=
for _ in {1..20}; do
	junk+="$(head -c 4000 /dev/urandom | onewrite "$MPS/tags")"
	junk+="$(head -c 4000 /dev/urandom | onewrite "$MPS/rules")"
done
is "random bytes: refused" "${junk//EINVAL/}" ""
is "and the tags are as they were" "$(sed 1,2d "$MPS/tags")" "$pid threads epoll"

# ---- what is right beside it ----

is "4095 bytes are taken" "$(printf '#%4093d\n' 1 | onewrite "$MPS/tags")" 0
is "4096 bytes are not" "$(printf '#%4094d\n' 1 | onewrite "$MPS/tags")" E2BIG
is "comments and the version line are skipped" \
	"$(printf 'version 1\n# pid follow features\n\n%d children none\n' "$other" | onewrite "$MPS/tags"; sed 1,3d "$MPS/tags")" \
	"$(printf '0\n%d children none' "$other")"
wl_start mix mix -n 1 -t 2
mps_tag "$(wl_tids mix | tail -n 1)"
is "a thread's id tags its process" "$(grep -c "^${WL_PID[mix]} " "$MPS/tags")" 1
mps_untag "$(wl_tids mix | head -n 1)"
is "and untags it" "$(grep -c "^${WL_PID[mix]} " "$MPS/tags")" 0
is "the empty line untags all" "$(mps_untag_all; sed 1,2d "$MPS/tags")" ""
ktap_end
