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
	[ "$verdict" = ok ] || printf "# exit %s, expected %s and %s, got:\n# %s\n" \
		"$rc" "$3" "$4" "${got//$'\n'/$'\n'# }"
}

echo "TAP version 13"

tally "flat, all well" 0 "2 passed, 0 failed" 0 <<'END'
TAP version 13
1..2
ok 1 - a
ok 2 - b
END
tally "a skipped test is not passed" 0 "1 passed, 0 failed, 1 skipped" 0 <<'END'
1..2
ok 1 - a
ok 2 - b # SKIP no reason
END
tally "nothing but skips is no success" 0 "0 passed, 0 failed, 1 skipped" 1 <<'END'
1..1
ok 1 - a # SKIP
END
tally "a failed test" 1 "1 passed, 1 failed" 1 <<'END'
1..2
ok 1 - a
not ok 2 - b
END
tally "a failed test whose program says 0" 0 "1 passed, 1 failed" 1 <<'END'
1..2
ok 1 - a
not ok 2 - b
END
tally "an expected failure is one" 0 "1 passed, 1 failed" 1 <<'END'
1..2
ok 1 - a
not ok 2 - b # XFAIL
END
tally "all ok, but exit status 1" 1 "1 passed, 1 failed" 1 <<'END'
1..1
ok 1 - a
END
tally "plan not kept" 0 "1 passed, 1 failed" 1 <<'END'
1..2
ok 1 - a
END
tally "no plan" 0 "1 passed, 1 failed" 1 <<'END'
ok 1 - a
END
tally "empty plan" 0 "0 passed, 1 failed" 1 <<'END'
TAP version 13
1..0
END
tally "a result missing in the middle" 0 "2 passed, 1 failed" 1 <<'END'
1..2
ok 1 - a
ok 3 - c
END
tally "bail out" 1 "1 passed, 1 failed" 1 <<'END'
1..1
ok 1 - a
Bail out! no more
END
tally "an empty file" 0 "0 passed, 1 failed" 1 </dev/null
tally "a step that did not end" none "1 passed, 1 failed" 1 <<'END'
1..1
ok 1 - a
END
tally "the kernel complained" 126 "1 passed, 1 failed" 1 <<'END'
1..1
ok 1 - a
END
tally "subtests count, their program does not" 0 "2 passed, 0 failed" 0 <<'END'
TAP version 13
1..1
# selftests: g: t
# TAP version 13
# 1..2
# # not ok is only said here
# ok 1 one
# ok 2 two
ok 1 selftests: g: t
END
tally "a program without subtests counts" 0 "1 passed, 1 failed" 1 <<'END'
1..2
# selftests: g: t
# chatter
ok 1 selftests: g: t
# selftests: g: u
not ok 2 selftests: g: u # exit=1
END
tally "a failing subtest under an ok program" 0 "1 passed, 1 failed" 1 <<'END'
1..1
# selftests: g: t
# 1..2
# ok 1 one
# not ok 2 two
ok 1 selftests: g: t
END
tally "subtests ok, program fails" 0 "1 passed, 1 failed" 1 <<'END'
1..1
# selftests: g: t
# 1..1
# ok 1 one
not ok 1 selftests: g: t # exit=1
END
tally "subtests fewer than planned" 0 "1 passed, 1 failed" 1 <<'END'
1..1
# selftests: g: t
# 1..2
# ok 1 one
ok 1 selftests: g: t
END
tally "subtests planned, none ran" 0 "0 passed, 1 failed" 1 <<'END'
1..1
# selftests: g: t
# 1..2
ok 1 selftests: g: t
END
tally "subtests without a plan" 0 "1 passed, 1 failed" 1 <<'END'
1..1
# selftests: g: t
# ok 1 one
ok 1 selftests: g: t
END
tally "a program that is cut off" 125 "1 passed, 3 failed" 1 <<'END'
1..2
# selftests: g: t
# 1..2
# ok 1 one
END
tally "time was up for a program" 0 "1 passed, 1 failed" 1 <<'END'
1..1
# selftests: g: t
# 1..2
# ok 1 one
not ok 1 selftests: g: t # TIMEOUT 45 seconds
END
tally "a program that skips, with its reason" 0 "0 passed, 0 failed, 1 skipped" 1 <<'END'
1..1
# selftests: g: t
# 1..0 # SKIP no device
ok 1 selftests: g: t # SKIP
END
tally "a verdict glued to chatter is lost, and missed" 0 "0 passed, 2 failed" 1 <<'END'
1..1
# selftests: g: t
# no end of lineok 1 selftests: g: t
END

echo "1..$nr"
