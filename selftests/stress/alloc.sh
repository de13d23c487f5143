#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # names of workloads
#
# Memory that is not there: each allocation of a command, of a read, of a fork and
# of loading fails once. What is refused says so and leaves nothing behind; what
# goes on without is counted. Needs a kernel with failslab, for debugging.
. "$(dirname "$0")/common.sh"

DEBUG=/sys/kernel/debug
# Of commands every one, of loading, which takes hundreds that are mostly the
# kernel's own, some; STRESS=long: all.
STRIDE=29
[ "${STRESS:-}" != long ] || STRIDE=1

if [ ! -e /proc/self/fail-nth ] || [ ! -d $DEBUG/failslab ]; then
	skip_all "this kernel cannot make allocations fail: make check-debug has one that can"
fi
for attr in failslab fail_page_alloc; do
	echo N >$DEBUG/$attr/ignore-gfp-wait
	echo 0 >$DEBUG/$attr/verbose
done
mps_load
ktap_begin 24
log_mark alloc
wl_start prey mix -n 20 -t 4
pid=${WL_PID[prey]}

# state: what a refused command may not change
state()
{
	cat "$MPS/tags" "$MPS/rules" "$MPS/limits"
	ls "$MPS/targets"
}

# each_write WHAT FILE COMMAND UNDO: the command, with the 1st, 2nd, ...
# allocation failing, until it takes no more; undone each time it was done
each_write()
{
	local n how where was said wrong=() refused=0 done=0
	was=$(state)
	for ((n = 1; n < 500; n++)); do
		# Another refusal, so that an old sentence is not taken for a new one.
		{ echo nothing >"$MPS/tags"; } 2>/dev/null
		read -r how where < <(echo "$3" | failnth $n write "$MPS/$2")
		said=$(cat "$MPS/last_error")
		if [ "$how" = 0 ]; then
			[ "$where" != beyond ] || break
			done=$((done + 1))
			complete "$3" || wrong+=("allocation $n: done, but not all of it")
			mps_write "$2" "$4"
		else
			refused=$((refused + 1))
			[ "$how" = ENOMEM ] || wrong+=("allocation $n: $how")
			[[ $said == "ENOMEM $2: "*": "?* ]] ||
				wrong+=("allocation $n: last_error says '$said'")
		fi
		[ "$(state)" = "$was" ] || wrong+=("allocation $n: something is left")
	done
	[ "$how" != 0 ] || mps_write "$2" "$4"
	diag "$1: $((n - 1)) allocations, refused $refused times, done without $done times" \
		"${wrong[@]:0:5}"
	check "$1: comes to an end" [ "$n" -gt 1 -a "$n" -lt 500 ]
	check "$1: a clear refusal, and nothing is left, or all of it" \
		[ ${#wrong[@]} = 0 ]
	is "$1: and then all is as before" "$(state)" "$was"
}

# complete COMMAND: a process that was tagged has its files
complete()
{
	case $1 in
	comm=*) grep -q "^$1" "$MPS/rules" ;;
	*) [ "$(find "$MPS/targets/${1%% *}" -type f | wc -l)" = 7 ] ;;
	esac
}

each_write "tag" tags "$pid" "!$pid"
each_write "tag with everything" tags "$pid children epoll,migrate,wakers" "!$pid"
each_write "rule" rules "comm=mix threads epoll,wakers" ""
mps_untag_all

# ---- reading ----

mps_tag "$pid threads epoll,migrate,wakers"
: >"$MPS_TMP/wrong"
find "$MPS" -type f >"$MPS_TMP/files"
while read -r file; do
	for ((n = 1; n < 100; n++)); do
		read -r how where < <(failnth $n read "$file")
		[ "$where" != beyond ] || break
		[ "$how" = 0 ] || [ "$how" = ENOMEM ] || echo "$file, allocation $n: $how"
	done
	[ "$how $n" != "0 1" ] && [ $n -lt 100 ] || echo "$file: $how after $n"
	[ "$file" = "$MPS/last_error" ] || grep -qa '^version' "$file" || echo "$file: cannot be read"
done <"$MPS_TMP/files" >"$MPS_TMP/wrong"
is "each of $(wc -l <"$MPS_TMP/files") files: not enough memory, or read" \
	"$(head -n 5 "$MPS_TMP/wrong")" ""
mps_untag_all

# ---- children: what finds no memory is counted ----

mps_write rules "comm=failnth children epoll,migrate,wakers"
missed=$(($(mps_value self missed_targets) + $(mps_value self missed_threads)))
forks=0 strange=0
for ((n = 1; n < 300; n++)); do
	read -r how where < <(failnth $n fork x)
	[ "$how" = 0 ] && forks=$((forks + 1))
	case $how in
	0 | EAGAIN | ENOMEM) ;;
	*) strange=$((strange + 1)) ;;
	esac
	[ "$where" != beyond ] || break
done
missed=$(($(mps_value self missed_targets) + $(mps_value self missed_threads) - missed))
diag "$n forks, $forks came about, $missed were missed"
is "fork: works or has no memory" "$strange" 0
check "fork: some children were missed" [ "$missed" -gt 0 ]
mps_write rules ""
no_live() { [ -z "$(sed 1,2d "$MPS/tags")" ]; }
check "fork: no target stays alive without a process" wait_until 20 no_live
# Each failnth that could run, and each child; dropped ones are counted.
is "fork: a target for each process, or it was missed" \
	"$(($(find "$MPS/targets" -mindepth 1 -maxdepth 1 | wc -l) +
		$(mps_value self dropped_exited) + $(mps_value self missed_targets)))" \
	$((n + forks))
mps_untag_all

# ---- afterwards ----

witness -q "$pid" >"$MPS_TMP/before" || bail_out "no witness"
mps_tag "$pid"
wl_go prey $((100 * MORE_SLOW))
witness -q "$pid" >"$MPS_TMP/after" || bail_out "no witness"
for pair in vol:switches_vol invol:switches_invol pcount:runs; do
	check "as new: ${pair#*:} equal the kernel's" rows_agree "$pid" \
		"$MPS_TMP/before" "$MPS_TMP/after" "${pair%:*}" "${pair#*:}"
done
wl_quit prey
mps_untag_all
check "untagged, nothing is used" unused
mps_unload

# ---- loading ----

ko=$(mps_ko)
files=$(mps_load && find "$MPS" | sort && mps_unload)
loaded=0 refused=0
for ((n = 1; n < 5000; n += STRIDE)); do
	read -r how where < <(failnth $n load "$ko")
	if [ "$how" = 0 ]; then
		loaded=$((loaded + 1))
		[ "$(find "$MPS" | sort)" = "$files" ] ||
			echo "allocation $n: loaded, but not all files are there"
		rmmod mpscope || echo "allocation $n: it cannot be unloaded"
		[ "$where" != beyond ] || break
	else
		refused=$((refused + 1))
		[ "$how" = ENOMEM ] || echo "allocation $n: $how"
		[ ! -e "$MPS" ] || echo "allocation $n: refused, but files are there"
		[ ! -e /sys/module/mpscope ] || echo "allocation $n: refused, but a module is there"
	fi
done >"$MPS_TMP/wrong"
diag "$n allocations, each ${STRIDE}th failed: $refused times refused, $loaded times loaded"
is "loading: refused without a trace, or loaded whole" "$(head -n 5 "$MPS_TMP/wrong")" ""
check "loading: comes to an end" [ "$n" -lt 5000 ]
mps_load
check "it can be loaded then" mps_loaded
is "the log has no complaint" "$(log_complaints alloc)" ""
ktap_end
