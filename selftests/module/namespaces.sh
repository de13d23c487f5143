#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2317 # names of workloads; functions run by check
#
# Numbers: what is written to tags are those of the writer's PID namespace, of
# any thread of the process; what is read are those of the first namespace, and
# vtid is the thread's own.
. "$(dirname "$0")/../lib/mpscope.sh"

need unshare nsenter
mps_load
ktap_begin 24

# ---- a thread's number stands for its process ----

wl_start here mix -n 100 -t 4
pid=${WL_PID[here]}
tid=$(wl_tids here | sed -n 3p)
mps_tag "$tid threads epoll"
is "by a thread that does not lead: the process is tagged" \
	"$(sed 1,2d "$MPS/tags")" "$pid threads epoll"
is "all its threads are there" \
	"$(sed 1,2d "$MPS/targets/$pid/threads" | cut -d' ' -f1 | sort -n | xargs)" \
	"$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -n | xargs)"
is "here vtid is tid" \
	"$(sed 1,2d "$MPS/targets/$pid/threads" | awk '$1 != $2')" ""
is "a second time by another thread: refused" \
	"$(wl_tids here | sed -n 1p | onewrite "$MPS/tags")" EEXIST
mps_untag "$(wl_tids here | sed -n 2p)"
is "untagged by a third" "$(ls "$MPS/targets")" ""
wl_quit here

# ---- a PID namespace ----

# In it 1 is a shell, and the workload some other number.
# shellcheck disable=SC2016 # expanded in the namespace
wl_start inner unshare --pid --fork --kill-child --mount-proc \
	bash -c 'for i in 1 2 3; do /bin/true; done; mix -n 200 -t 4 2; exit $?'
vpid=$(wl_facts inner pid)
# The process whose number in its own, innermost namespace is that.
outer_of()
{
	local f
	for f in /proc/[0-9]*/status; do
		awk -v v="$1" '$1 == "NSpid:" && NF == 3 && $3 == v { print $2 }' \
			"$f" 2>/dev/null
	done
}
pid=$(outer_of "$vpid")
init=$(outer_of 1)
diag "process $vpid inside is $pid here"
check "the workload has two numbers" [ "$pid" != "$vpid" ]
# inside COMMAND...: with the numbers of the namespace
inside() { nsenter --target "$init" --pid "$@"; }
inside_write() { echo "$1" | inside onewrite "$MPS/tags"; }

is "inside, its number here is nobody's" "$(inside_write "$pid")" ESRCH
is "nothing is tagged by that" "$(sed 1,2d "$MPS/tags")" ""
vtid=$(wl_tids inner | sed -n 2p)
is "inside it is tagged by its number there" "$(inside_write "$vtid threads epoll,migrate,wakers")" 0
is "tags has its number here" "$(sed 1,2d "$MPS/tags" | cut -d' ' -f1)" "$pid"
is "also read inside" "$(inside cat "$MPS/tags" | sed 1,2d | cut -d' ' -f1)" "$pid"
is "and so has targets" "$(ls "$MPS/targets")" "$pid"
is "summary has both" \
	"$(mps_value "targets/$pid/summary" tgid) $(mps_value "targets/$pid/summary" vtgid)" \
	"$pid $vpid"
wl_go inner
# Each thread's pair, born before and after the tag, as the kernel has it.
pairs()
{
	awk '$1 == "NSpid:" { print $2, $3 }' /proc/"$pid"/task/*/status | sort
}
is "tid and vtid of each thread are the kernel's" \
	"$(sed 1,2d "$MPS/targets/$pid/threads" | cut -d' ' -f1,2 | sort)" "$(pairs)"
is "of seven" "$(pairs | wc -l)" 7
is "wakers has the numbers of here" \
	"$(sed 1,2d "$MPS/targets/$pid/wakers" | cut -d' ' -f1,2 | tr ' ' '\n' |
		sort -u | grep -vxF "$(pairs | cut -d' ' -f1)")" ""
is "inside, !number-here is not tagged" "$(inside_write "!$pid")" ENOENT
is "inside, !number-there untags" "$(inside_write "!$vpid")" 0
is "it is" "$(ls "$MPS/targets")" ""

# ---- exited, then untagged by number ----

is "tagged again, from here" "$(echo "$pid" | onewrite "$MPS/tags")" 0
wl_quit inner
exited() { [ "$(mps_value "targets/$pid/summary" state)" = exited ]; }
wait_until 10 exited
is "the dead keep their two numbers" \
	"$(sed 1,2d "$MPS/targets/$pid/threads" | awk '$1 == '"$pid"' { print $1, $2 }')" \
	"$pid $vpid"
# Whoever has its old inner number here is somebody else, or nobody.
is "from here its number inside is not its own" \
	"$(echo "!$vpid" | onewrite "$MPS/tags")" ENOENT
is "from here it is untagged by the one of here" \
	"$(echo "!$pid" | onewrite "$MPS/tags")" 0
is "and gone" "$(ls "$MPS/targets")" ""
ktap_end
