#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2317 # names of workloads; functions run by check
#
# Nothing tagged, nothing attached: after each change the file features, and
# the static keys of the tracepoints in the kernel's memory, are as wanted.
. "$(dirname "$0")/../lib/mpscope.sh"

CORE="sched_switch task_newtask sched_process_exec sched_process_free"
MIGRATE="sched_migrate_task sched_move_numa sched_swap_numa"
WAKERS="sched_waking hrtimer_expire_entry hrtimer_expire_exit"
WAKERS+=" timer_expire_entry timer_expire_exit"
HERE=$(dirname "$0")
# What epoll_return is in use: a notifier, or the kretprobe that stands in for it.
EPOLL_ON=fallback
[ "$(uname -m)" != x86_64 ] || EPOLL_ON=attached

mps_load

# shellcheck disable=SC2086 # a list
"$HERE/tpkey" find $CORE $MIGRATE $WAKERS >"$MPS_TMP/keys" &&
	"$HERE/tpkey" read <"$MPS_TMP/keys" >/dev/null
case $? in
0) witness=yes ;;
4) witness= ;;
*) bail_out "tpkey failed" ;;
esac
# What this kernel lacks is unavailable in any case.
lacking=$(sed -n 's/ -$//p' "$MPS_TMP/keys")
ktap_begin 33

# wanted FILE CORE MIGRATE WAKERS EPOLL: lines as FILE should have them; each
# group is "-", idle, or the number of targets that ask for it
wanted()
{
	local file=$1 hooks users state key hook
	shift
	for hooks in "$CORE" "$MIGRATE" "$WAKERS" epoll_return; do
		users=$1 state=attached key=1
		[ "$hooks" != epoll_return ] || state=$EPOLL_ON
		shift
		[ "$users" != - ] || users=0 state=idle key=0
		for hook in $hooks; do
			if grep -qx "$hook" <<<"$lacking"; then
				echo "$hook" unavailable
			elif [ "$file" = features ]; then
				echo "$hook $state $users"
			elif [ "$hook" != epoll_return ]; then
				echo "$hook $key"
			fi
		done
	done
}

features()
{
	sed -e 1,2d -e '/^llc_topology /d' -e 's/ unavailable .*/ unavailable/' \
		"$MPS/features" | cut -d' ' -f1-3
}

keys() { "$HERE/tpkey" read <"$MPS_TMP/keys" | sed 's/ -$/ unavailable/'; }

# hooks_are WHAT CORE MIGRATE WAKERS EPOLL
hooks_are()
{
	local what=$1
	shift
	is "$what: features" "$(features | sort)" "$(wanted features "$@" | sort)"
	if [ -n "$witness" ]; then
		is "$what: the kernel agrees" "$(keys | sort)" \
			"$(wanted keys "$@" | sort)"
	else
		skip "$what: the kernel agrees" "its memory cannot be read here"
	fi
}

as_wanted() { [ "$(features | sort)" = "$(wanted features "$@" | sort)" ]; }

# start KEY [COMMAND]
start()
{
	"${2:-sleep}" 1000 &
	WL_PID[$1]=$!
}

stop()
{
	kill "${WL_PID[$1]}"
	wait "${WL_PID[$1]}" 2>/dev/null
	unset "WL_PID[$1]"
}

hooks_are "loaded" - - - -
events() { grep '^events_' "$MPS/self" | xargs; }
wl_start load mix -n 100000000 -t 4
wl_send load go
switches() { awk '$1 == "ctxt" { print $2 }' /proc/stat; }
before=$(switches)
quiet=$(events)
sleep 1
diag "$(($(switches) - before)) switches in the meantime"
check "a thousand switches happened" [ $(($(switches) - before)) -gt 1000 ]
is "and no event was handled" "$(events)" "$quiet"

mps_tag "${WL_PID[load]}"
hooks_are "tagged" 1 1 - 1
mps_untag "${WL_PID[load]}"
hooks_are "untagged" - - - -
quiet=$(events)
sleep 1
is "no event is handled any more" "$(events)" "$quiet"
kill -KILL "${WL_PID[load]}"
wait "${WL_PID[load]}" 2>/dev/null
unset "WL_PID[load]"

start none
mps_tag "${WL_PID[none]} threads none"
hooks_are "without features" 1 - - -
start a
start b
mps_tag "${WL_PID[a]} threads wakers"
hooks_are "wakers only with the feature" 2 - 1 -
mps_tag "${WL_PID[b]} threads epoll,migrate"
hooks_are "three that want different things" 3 1 1 1
stop a
wait_until 10 as_wanted 2 1 - 1
hooks_are "one exits" 2 1 - 1
mps_untag_all
hooks_are "all untagged" - - - -

# Exits with its tag, and nobody writes to tags.
mps_tag "${WL_PID[b]} children epoll,migrate,wakers"
hooks_are "all there is" 1 1 1 1
stop b
wait_until 10 as_wanted - - - -
hooks_are "the last tagged process exits" - - - -
check "and is kept" test -n "$(ls "$MPS/targets")"

# ---- rules ----

# Nothing that runs already has this name.
cp "$(command -v sleep)" "$MPS_TMP/ruled"
mps_write rules "comm=ruled threads migrate"
hooks_are "a rule" 0 0 - -
start c "$MPS_TMP/ruled"
tagged() { grep -q "^${WL_PID[c]} " "$MPS/tags"; }
wait_until 10 tagged
hooks_are "it matches" 1 1 - -
mps_write rules ""
hooks_are "the rule is removed, its target stays" 1 1 - -
stop c
wait_until 10 as_wanted - - - -
hooks_are "and exits" - - - -

# ---- unloading ----

mps_tag "${WL_PID[none]} threads epoll,migrate,wakers"
mps_unload
if [ -n "$witness" ]; then
	is "unloaded with a tag: the kernel has nothing attached" \
		"$(keys | sort)" "$(wanted keys - - - - | sort)"
else
	skip "unloaded with a tag: the kernel has nothing attached" \
		"its memory cannot be read here"
fi
stop none
ktap_end
