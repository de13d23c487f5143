#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The tool where it cannot work: no module, no rights, wrong usage. The exit
# code tells which, and one sentence the way out.
. "$(dirname "$0")/../lib/mpscope.sh"
. "$(dirname "$0")/tool.sh"

COMMANDS="doctor tag untag list run stat epoll blocking migrate wakers hist top who schedtrace version"

need setpriv
[ -x "$TOOL" ] || skip_all "no mpscope to test: set MPSCOPE_TOOL"
! mps_loaded || mps_unload
read -r -a commands <<<"$COMMANDS"
ktap_begin $((2 * ${#commands[@]} + 55))

# ---- without the module ----

for c in list stat epoll blocking migrate wakers hist top "who $$" "schedtrace $$" \
	"tag $$" "untag $$" "untag --all" "stat -p $$ --tag 1 1" "run -- true"; do
	# shellcheck disable=SC2086 # words
	case $c in
	tag* | untag*) tool $c
		is "no module: $c" "$TOOL_RC $(grep -c 'not loaded: modprobe mpscope' <<<"$TOOL_ERR")" "3 1" ;;
	*) says "no module: $c" 3 "*not loaded: modprobe mpscope*" $c ;;
	esac
done
tool doctor
is "no module: doctor's exit code" "$TOOL_RC" 3
matches "no module: doctor says what to do" "$TOOL_OUT" "*module*FAIL*modprobe mpscope*"
tool version
is "no module: version is the tool's" \
	"$TOOL_RC $(awk '$1 == "mpscope" { print $2 }' <<<"$TOOL_OUT")" "0 0.1.0"
tool run -- touch "$MPS_TMP/ran"
is "no module: run does not run" "$TOOL_RC $(ls "$MPS_TMP/ran" 2>/dev/null)" "3 "

# ---- usage ----

mps_load
for c in "${commands[@]}"; do
	says "$c --help" 0 "usage: mpscope $c*" "$c" --help
	says "$c: unknown option" 2 "*$c*--help*" "$c" --colour
done
says "help" 0 "usage: mpscope COMMAND*doctor*version*" --help
says "no command" 2 "*--help*"
says "unknown command" 2 "*no command 'nonsense'*--help*" nonsense
says "tag: nothing" 2 "*which process*" tag
says "tag: no number" 2 "*'abc'*" tag abc
says "tag: zero" 2 "*'0'*" tag 0
says "tag: negative" 2 "*" tag -1
says "tag: too large" 2 "*'99999999999'*" tag 99999999999
says "tag: unknown feature" 2 "*'colour'*epoll*migrate*wakers*" tag $$ -f colour
says "stat: no number for -p" 2 "*'x'*" stat -p x
says "stat: an empty list for -p" 2 "*" stat -p ""
says "stat: negative rows" 2 "*'-1'*" stat -n -1
says "stat: no interval" 2 "*'x'*" stat x
says "stat: interval 0" 2 "*'0'*" stat 0
says "stat: count 0" 2 "*" stat 1 0
says "stat: an unknown column" 2 "*colour*" stat -s colour
says "hist: an unknown histogram" 2 "*colour*" hist -H colour
says "who: nothing" 2 "*" who
says "run: nothing" 2 "*which command*" run
says "untag: nothing" 2 "*" untag
says "untag: a process and all" 2 "*" untag --all 1

# ---- what is not there, or not allowed ----

tool tag 2
is "tag: a kernel thread" "$TOOL_RC $(grep -c 'thread of the kernel' <<<"$TOOL_ERR")" "1 1"
tool tag 4194304
is "tag: no such process" "$TOOL_RC $(grep -c 'no such process' <<<"$TOOL_ERR")" "1 1"
tool untag $$
is "untag: not tagged" "$TOOL_RC $(grep -c 'not tagged' <<<"$TOOL_ERR")" "1 1"
says "stat: nothing is tagged" 1 "*no process is tagged: mpscope tag PID*" stat
for c in stat epoll blocking migrate hist; do
	says "$c: not tagged" 1 "*process $$ is not tagged: 'mpscope tag $$'*" $c -p $$
done
says "who: no such process" 1 "*no process 4194304*" who 4194304
cp "$TOOL" "$MPS_TMP/tool"
chmod 755 "$MPS_TMP" "$MPS_TMP/tool"
TOOL=$MPS_TMP/tool
as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$TOOL" "$@"; }
for c in "stat" "list"; do
	err=$(as_nobody $c 2>&1)
	is "no rights: $c" "$? $(grep -c 'run mpscope as root' <<<"$err")" "3 1"
done
err=$(as_nobody tag $$ 2>&1 >/dev/null)
is "no rights: tag" "$? $(grep -c 'run mpscope as root' <<<"$err")" "3 1"
out=$(as_nobody doctor 2>&1)
is "no rights: doctor" "$? $(grep -c '^module: .*run as root' <<<"$out")" "3 1"
is "and nothing is tagged" "$(sed 1,2d "$MPS/tags")" ""
ktap_end
