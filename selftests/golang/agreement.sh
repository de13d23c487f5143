#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# How often the inferred roles agree with the exact ones: thread-time in which
# both say that the thread holds a P, or that it holds none, by program, version of
# Go and GOMAXPROCS. One program in three versions; with STRESS=long all programs,
# GOMAXPROCS 1, 2, 4 and left to be found out ("-"). AGREE_PROGRAMS, AGREE_PROCS,
# AGREE_VERSIONS: only these. What is asked for of each is in agreement.bounds.
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../lib/mpscope.sh"
need mpscope
[ -d "$HERE/programs" ] || skip_all "exact mode is of amd64, and so are its programs"

LOOKS=${AGREE_LOOKS:-50}
mapfile -t VERSIONS < <(cd "$HERE/programs" && printf '%s\n' go*-echo | sed 's/-echo//')
[ -z "${AGREE_VERSIONS:-}" ] || read -ra VERSIONS <<<"$AGREE_VERSIONS"
if [ "${STRESS:-}" = long ]; then
	programs="chan echo blockread locked timers mutex gc cgo cpu bypass idle"
	procs="1 2 4 -"
else
	programs="echo"
	procs="2"
fi
programs=${AGREE_PROGRAMS:-$programs} procs=${AGREE_PROCS:-$procs}

# bound PROGRAM: per 10000 of thread-time
bound()
{
	awk -v w="$1" '$1 == w || (!b && $1 == "*") { b = $2 } END { print b }' "$HERE/agreement.bounds"
}

# one VERSION PROGRAM PROCS
one()
{
	local name=$1-$2-$3 pid out=$MPS_TMP/$1-$2-$3 looks=0 share=0 wrong least moved
	local -a run=(env -u GOMAXPROCS)
	[ "$3" = - ] || run=(env GOMAXPROCS="$3")
	wl_start "$name" "${run[@]}" "$HERE/programs/$1-$2"
	pid=${WL_PID[$name]}
	mpscope tag "$pid" >/dev/null
	wl_send "$name" go running
	sleep 0.5
	mpscope who "$pid" --agreement -i 15ms -c "$LOOKS" -x, >"$out.csv" 2>"$out.err"
	mps_untag "$pid"
	wl_send "$name" stop "done"
	wl_quit "$name"
	read -r looks share < <(awk -F, '$1 == "holds a P" { printf "%d %d", $2, $6 * 100 + 0.5 }' "$out.csv")
	# the three worst: the rule that decided, and the exact role
	wrong=$(awk -F, '$1 == "evidence" { table = 1; next }
		table && NF >= 5 { print $4, $1 ">" $2, $5 "%" }' "$out.csv" |
		sort -rn | head -n 3 | cut -d ' ' -f 2- | paste -s -d ',')
	moved=$(sed -n 's/^# torn: //p' "$out.csv")
	least=$(bound "$2")
	diag "$(printf '%-10s %-10s GOMAXPROCS %-2s %6d looks (and %5d that moved) %7.2f %%  %s' \
		"$1" "$2" "$3" "$looks" "$moved" "$(awk "BEGIN { print $share / 100 }")" "$wrong")"
	if [ "$looks" -ge 40 ] && [ "$share" -ge "$least" ]; then
		ok "$name: holds a P or not in $least per 10000 or more"
	else
		not_ok "$name: holds a P or not in $least per 10000 or more" \
			"$share of $looks looks" "$(cat "$out.err")"
	fi
}

read -ra programs_list <<<"$programs"
read -ra procs_list <<<"$procs"
mps_load
ktap_begin $((${#VERSIONS[@]} * ${#programs_list[@]} * ${#procs_list[@]}))
for program in "${programs_list[@]}"; do
	for version in "${VERSIONS[@]}"; do
		for n in "${procs_list[@]}"; do
			one "$version" "$program" "$n"
		done
	done
done
mps_unload
ktap_end
