#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: tally.sh
#
# Tests of the judge: what scripts/tally must not let pass. TAP on standard
# output.
set -uo pipefail
TALLY=$(dirname "$(realpath "$0")")/../tally
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
nr=0

# tally WHAT STATUS EXPECTED-LAST-LINE EXPECTED-EXIT: the TAP is on stdin;
# STATUS "none" means that the step left no status.
tally() {
	local got rc verdict=ok

	nr=$((nr + 1))
	rm -rf "$work/r" && mkdir "$work/r"
	echo x >"$work/r/steps"
	cat >"$work/r/x.tap"
	[ "$2" = none ] || echo "$2" >"$work/r/x.status"
	got=$("$TALLY" "$work/r")
	rc=$?
	[ "$(tail -n 1 <<<"$got")" = "$3" ] && [ $rc = "$4" ] || verdict="not ok"
	echo "$verdict $nr - $1"
	[ "$verdict" = ok ] || sed "s/^/# (exit $rc, expected '$3', $4) /" <<<"$got"
}

echo "TAP version 13"

tally "flat, all well" 0 "2 passed, 0 failed" 0 <<'TAP'
TAP version 13
1..2
ok 1 - a
ok 2 - b
TAP
tally "a skipped test is not passed" 0 "1 passed, 0 failed, 1 skipped" 0 <<'TAP'
1..2
ok 1 - a
ok 2 - b # SKIP no reason
TAP
tally "nothing but skips is no success" 0 "0 passed, 0 failed, 1 skipped" 1 <<'TAP'
1..1
ok 1 - a # SKIP
TAP
tally "a failed test" 1 "1 passed, 1 failed" 1 <<'TAP'
1..2
ok 1 - a
not ok 2 - b
TAP
tally "a failed test whose program says 0" 0 "1 passed, 1 failed" 1 <<'TAP'
1..2
ok 1 - a
not ok 2 - b
TAP
tally "an expected failure is one" 0 "1 passed, 1 failed" 1 <<'TAP'
1..2
ok 1 - a
not ok 2 - b # XFAIL
TAP
tally "all ok, but exit status 1" 1 "1 passed, 1 failed" 1 <<'TAP'
1..1
ok 1 - a
TAP
tally "plan not kept" 0 "1 passed, 1 failed" 1 <<'TAP'
1..2
ok 1 - a
TAP
tally "no plan" 0 "1 passed, 1 failed" 1 <<'TAP'
ok 1 - a
TAP
tally "empty plan" 0 "0 passed, 1 failed" 1 <<'TAP'
TAP version 13
1..0
TAP
tally "a result missing in the middle" 0 "2 passed, 1 failed" 1 <<'TAP'
1..2
ok 1 - a
ok 3 - c
TAP
tally "bail out" 1 "1 passed, 1 failed" 1 <<'TAP'
1..1
ok 1 - a
Bail out! no more
TAP
tally "an empty file" 0 "0 passed, 1 failed" 1 </dev/null
tally "a step that did not end" none "1 passed, 1 failed" 1 <<'TAP'
1..1
ok 1 - a
TAP
tally "the kernel complained" 126 "1 passed, 1 failed" 1 <<'TAP'
1..1
ok 1 - a
TAP
tally "subtests count, their program does not" 0 "2 passed, 0 failed" 0 <<'TAP'
TAP version 13
1..1
# selftests: g: t
# TAP version 13
# 1..2
# # not ok is only said here
# ok 1 one
# ok 2 two
ok 1 selftests: g: t
TAP
tally "a program without subtests counts" 0 "1 passed, 1 failed" 1 <<'TAP'
1..2
# selftests: g: t
# chatter
ok 1 selftests: g: t
# selftests: g: u
not ok 2 selftests: g: u # exit=1
TAP
tally "a failing subtest under an ok program" 0 "1 passed, 1 failed" 1 <<'TAP'
1..1
# selftests: g: t
# 1..2
# ok 1 one
# not ok 2 two
ok 1 selftests: g: t
TAP
tally "subtests ok, program fails" 0 "1 passed, 1 failed" 1 <<'TAP'
1..1
# selftests: g: t
# 1..1
# ok 1 one
not ok 1 selftests: g: t # exit=1
TAP
tally "subtests fewer than planned" 0 "1 passed, 1 failed" 1 <<'TAP'
1..1
# selftests: g: t
# 1..2
# ok 1 one
ok 1 selftests: g: t
TAP
tally "subtests planned, none ran" 0 "0 passed, 1 failed" 1 <<'TAP'
1..1
# selftests: g: t
# 1..2
ok 1 selftests: g: t
TAP
tally "subtests without a plan" 0 "1 passed, 1 failed" 1 <<'TAP'
1..1
# selftests: g: t
# ok 1 one
ok 1 selftests: g: t
TAP
tally "a program that is cut off" 125 "1 passed, 3 failed" 1 <<'TAP'
1..2
# selftests: g: t
# 1..2
# ok 1 one
TAP
tally "time was up for a program" 0 "1 passed, 1 failed" 1 <<'TAP'
1..1
# selftests: g: t
# 1..2
# ok 1 one
not ok 1 selftests: g: t # TIMEOUT 45 seconds
TAP
tally "a program that skips, with its reason" 0 "0 passed, 0 failed, 1 skipped" 1 <<'TAP'
1..1
# selftests: g: t
# 1..0 # SKIP no device
ok 1 selftests: g: t # SKIP
TAP
tally "a verdict glued to chatter is lost, and missed" 0 "0 passed, 2 failed" 1 <<'TAP'
1..1
# selftests: g: t
# no end of lineok 1 selftests: g: t
TAP

echo "1..$nr"
