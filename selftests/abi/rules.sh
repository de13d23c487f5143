#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions run by check
#
# Rules tag by name, executable and control group: those that run when the rule
# is written, and those that exec later; all keys of a rule have to match.
. "$(dirname "$0")/../lib/mpscope.sh"

need setpriv
mps_load
if mps_exec_is_raw; then ktap_begin 13; else ktap_begin 18; fi

# Two names for one program, that cannot be mistaken for anything else's.
cp "$(command -v sleep)" "$MPS_TMP/mpsone"
cp "$(command -v sleep)" "$MPS_TMP/mpstwo"
cp "$(command -v sleep)" "$MPS_TMP/mps two"

start() { # start NAME PROGRAM
	"$2" 1000 &
	WL_PID[$1]=$!
	[ "$(readlink "/proc/$!/exe")" = "$2" ] || sleep 0.3
}
stop() {
	kill "${WL_PID[$1]}"
	wait "${WL_PID[$1]}" 2>/dev/null
	unset "WL_PID[$1]"
}
tagged() { sed 1,2d "$MPS/tags" | cut -d' ' -f1 | sort -n | xargs; }
in_order() { printf '%s\n' "$@" | sort -n | xargs; }
is_tagged() { [ "$(tagged)" = "$(in_order "$@")" ]; }
reset() { mps_write rules ""; mps_untag_all; }

start one "$MPS_TMP/mpsone"
start two "$MPS_TMP/mpstwo"
sleep 0.3

mps_write rules "comm=mpsone"
is "comm: tags what runs already" "$(tagged)" "${WL_PID[one]}"
start later "$MPS_TMP/mpsone"
check "comm: tags what execs later" wait_until 5 is_tagged "${WL_PID[one]}" "${WL_PID[later]}"
is "rules: read as written" "$(sed 1,2d "$MPS/rules")" "comm=mpsone threads epoll,migrate"
mps_write rules "!comm=mpsone"
is "removed: targets stay" "$(tagged)" "$(in_order "${WL_PID[one]}" "${WL_PID[later]}")"
stop later
start later "$MPS_TMP/mpsone"
sleep 0.5
is "removed: the next one is not tagged" "$(tagged)" "${WL_PID[one]}"
stop later
reset

mps_write rules "comm=mps* children none"
is "comm: a glob" "$(tagged)" "$(in_order "${WL_PID[one]}" "${WL_PID[two]}")"
is "with its options" "$(sed 1,2d "$MPS/tags" | cut -d' ' -f2- | sort -u)" "children none"
reset
mps_write rules "comm=mps[tx]w?"
is "comm: a set and a single character" "$(tagged)" "${WL_PID[two]}"
reset

# exec of a tagged process matches again and changes nothing.
mps_write rules "comm=mpsone"
is "what is tagged already stays as it is" "$(sed 1,2d "$MPS/tags")" \
	"${WL_PID[one]} threads epoll,migrate"
reset

# PREEMPT_RT before 7.0 cannot look up a path at exec, and says so.
if mps_exec_is_raw; then
	mps_refused "exe: refused on this kernel" rules "exe=$MPS_TMP/mpsone" EOPNOTSUPP
	mps_refused "cgroup: refused on this kernel" rules "cgroup=/" EOPNOTSUPP
	skip "exe, cgroup: what they match" "this kernel's exec may not look up paths"
	is "nothing was missed" "$(mps_missed)" ""
	stop one
	stop two
	ktap_end
	exit
fi

mps_write rules "exe=$MPS_TMP/mpsone"
is "exe: the path" "$(tagged)" "${WL_PID[one]}"
reset
start blank "$MPS_TMP/mps two"
mps_write rules "exe=\"$MPS_TMP/mps two\""
is "exe: a blank in quotes" "$(tagged)" "${WL_PID[blank]}"
is "exe: which reads back" "$(sed 1,2d "$MPS/rules")" \
	"exe=\"$MPS_TMP/mps two\" threads epoll,migrate"
sed -n 3p "$MPS/rules" >"$MPS_TMP/rule"
reset
onewrite "$MPS/rules" <"$MPS_TMP/rule" >/dev/null
is "exe: and can be written back" "$(tagged)" "${WL_PID[blank]}"
reset
stop blank
mps_write rules "comm=mpsone exe=$MPS_TMP/mpstwo"
is "all keys have to match" "$(tagged)" ""
reset
mps_write rules "$(printf 'comm=mpsone\nexe=%s' "$MPS_TMP/mpstwo")"
is "two rules: either may" "$(tagged)" "$(in_order "${WL_PID[one]}" "${WL_PID[two]}")"
reset

cg=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
if [ -n "$cg" ] && mkdir -p "$cg/mps-test/below" "$cg/mps-test2" 2>/dev/null; then
	echo "${WL_PID[one]}" >"$cg/mps-test/below/cgroup.procs"
	echo "${WL_PID[two]}" >"$cg/mps-test2/cgroup.procs"
	mps_write rules "cgroup=/mps-test"
	is "cgroup: the subtree, and no other of that beginning" "$(tagged)" "${WL_PID[one]}"
	reset
	mps_write rules "cgroup=/mps-test2 comm=mps*"
	is "cgroup: with a name" "$(tagged)" "${WL_PID[two]}"
	reset
else
	skip "cgroup: the subtree" "no cgroup2 mounted"
	skip "cgroup: with a name" "no cgroup2 mounted"
fi

is "nothing was missed" "$(mps_missed)" ""
stop one
stop two
[ ! -d "$cg/mps-test" ] || rmdir "$cg/mps-test/below" "$cg/mps-test" "$cg/mps-test2"
ktap_end
