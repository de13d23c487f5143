#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions run by wait_until
#
# Exact mode against what the Go runtime prints of itself in the same run: M and
# P rows of GODEBUG=schedtrace=20,scheddetail=1, of Ms and Ps at rest (schedcmp
# says what that is, and which differences of convention are taken out).
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../lib/mpscope.sh"
need mpscope
[ -d "$HERE/programs" ] || skip_all "exact mode is of amd64, and so are its programs"

SECS=${SCHED_SECONDS:-3}	# of comparison each
# threads that sleep in many ways, Ps that are kept and Ps that are idle
PROGRAMS=("blockread" "cpu -n 2")
[ "${STRESS:-}" != long ] || PROGRAMS+=("chan" "echo" "locked" "timers" "gc" "idle")
export GOMAXPROCS=3		# of 4 CPUs: the watcher needs one
mapfile -t VERSIONS < <(cd "$HERE/programs" && printf '%s\n' go*-echo | sed 's/-echo//')

state_is() { [ "$(mps_value "targets/$1/golayout" state)" = "$2" ]; }
# number KEY FIELD FILE
number() { awk -v k="$1" -v f="$2" '$1 == k { n += $f } END { print n + 0 }' "$3"; }

# at_least WHAT N GOOD ROWS PERMILLE
at_least()
{
	local permille=$(($2 ? $3 * 1000 / $2 : 0)) what="$1 are the runtime's in $5 per mille or more"
	diag "$1: $3 of $2 agree"
	if [ "$2" -ge "$4" ] && [ $(($3 * 1000)) -ge $(($2 * $5)) ]; then
		ok "$what"
	else
		not_ok "$what" "$permille per mille of $2; $4 are needed"
	fi
}

one()
{
	local name=$1-$2 pid
	# shellcheck disable=SC2086 # the program's arguments are words
	GODEBUG=schedtrace=20,scheddetail=1 wl_start "$name" "$HERE/programs/$name" ${3:-}
	pid=${WL_PID[$name]}
	mpscope tag "$pid" >/dev/null
	wl_send "$name" go running
	wait_until 20 state_is "$pid" exact
	"$HERE/schedcmp" "$pid" "$MPS_TMP/$name/err" "$SECS" >"$MPS_TMP/$name.cmp"
	is "$name: both can be read" "$?" 0
	diag "$name: $(grep -v ^bad "$MPS_TMP/$name.cmp" | paste -s -d ' ')"
	sed -n 's/^bad /# bad: /p' "$MPS_TMP/$name.cmp"
	mps_untag "$pid"
	wl_send "$name" stop "done"
	wl_quit "$name"
}

mps_load
ktap_begin $((${#VERSIONS[@]} * (${#PROGRAMS[@]} + 1) + 1))
for version in "${VERSIONS[@]}"; do
	for program in "${PROGRAMS[@]}"; do
		read -r name args <<<"$program"
		one "$version" "$name" "$args"
	done
	cat "$MPS_TMP/$version"-*.cmp >"$MPS_TMP/all"
	at_least "$version: M rows" "$(number m 2 "$MPS_TMP/all")" "$(number m 3 "$MPS_TMP/all")" 100 995
done
# Those of Ms at rest, and those whose M runs: a reader has it looked at.
cat "$MPS_TMP"/go*.cmp >"$MPS_TMP/all"
sed -i 's/^running_p /p /' "$MPS_TMP/all"
at_least "all versions: P rows" "$(number p 2 "$MPS_TMP/all")" "$(number p 3 "$MPS_TMP/all")" 100 995
mps_unload
ktap_end
