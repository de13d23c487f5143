# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# TAP: the plan, subtests with what was got and expected, the verdict of the kernel.

KTAP_PLAN=0
KTAP_DONE=0
KTAP_FAILED=0
KTAP_SKIPPED=0
KTAP_TAINT=$(cat /proc/sys/kernel/tainted)

ktap_begin()
{
	KTAP_PLAN=$1
	echo "TAP version 13"
	echo "1..$1"
}

diag() { printf '# %s\n' "$@"; }

ok()
{
	KTAP_DONE=$((KTAP_DONE + 1))
	echo "ok $KTAP_DONE $1"
}

# not_ok WHAT [DIAGNOSTIC...]
not_ok()
{
	KTAP_DONE=$((KTAP_DONE + 1))
	KTAP_FAILED=$((KTAP_FAILED + 1))
	echo "not ok $KTAP_DONE $1"
	shift
	[ $# = 0 ] || diag "$@"
	return 0
}

# skip WHAT REASON
skip()
{
	KTAP_DONE=$((KTAP_DONE + 1))
	KTAP_SKIPPED=$((KTAP_SKIPPED + 1))
	echo "ok $KTAP_DONE $1 # SKIP $2"
}

# The whole test cannot run; before ktap_begin.
skip_all()
{
	echo "TAP version 13"
	echo "1..0 # SKIP $1"
	exit 4
}

bail_out()
{
	echo "Bail out! $*"
	exit 1
}

# is WHAT GOT EXPECTED
is()
{
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "got      '$2'" "expected '$3'"
	fi
}

# check WHAT COMMAND...: the command's output is the diagnostic.
check()
{
	local what=$1 out
	shift
	if out=$("$@" 2>&1); then
		ok "$what"
	else
		not_ok "$what" "command: $*" "${out:-no output}"
	fi
}

# within WHAT GOT EXPECTED PERCENT: prints the difference in any case.
within()
{
	local diff=$(($2 > $3 ? $2 - $3 : $3 - $2)) permille=0
	[ "$3" = 0 ] || permille=$((diff * 1000 / $3))
	diag "$1: got $2, witness $3, differ by $diff ($permille per mille)"
	if [ $((diff * 100)) -le $(($3 * $4)) ]; then
		ok "$1"
	else
		not_ok "$1" "more than $4 % apart"
	fi
}

# matches WHAT TEXT GLOB
matches()
{
	# shellcheck disable=SC2053 # a glob is meant
	if [[ $2 == $3 ]]; then
		ok "$1"
	else
		not_ok "$1" "got      '$2'" "expected '$3' (pattern)"
	fi
}

ktap_end()
{
	local taint
	taint=$(cat /proc/sys/kernel/tainted)
	diag "$((KTAP_DONE - KTAP_FAILED - KTAP_SKIPPED)) passed, $KTAP_FAILED failed, $KTAP_SKIPPED skipped"
	if [ "$KTAP_DONE" != "$KTAP_PLAN" ]; then
		bail_out "ran $KTAP_DONE of $KTAP_PLAN planned subtests"
	fi
	# 128: the kernel died somewhere, 512: it warned
	if [ $(((taint & ~KTAP_TAINT) & 640)) != 0 ]; then
		dmesg | tail -n 40 | sed 's/^/# /'
		bail_out "the kernel warned or died: taint $KTAP_TAINT -> $taint"
	fi
	[ "$KTAP_FAILED" = 0 ] || exit 1
	[ "$KTAP_SKIPPED" != "$KTAP_PLAN" ] || exit 4
	exit 0
}

# not COMMAND...: for check
not() { ! "$@"; }

# need COMMAND...: skips the whole test when one is missing
need()
{
	local c
	for c; do
		command -v "$c" >/dev/null || skip_all "no command $c here"
	done
}
