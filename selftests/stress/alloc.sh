#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # names of workloads
#
# Memory that is not there: each allocation of a command, of a read, of a fork and
# of the module's init fails once. What is refused says so and leaves nothing behind; what
# goes on without is counted. Needs a kernel with failslab, for debugging.
. "$(dirname "$0")/common.sh"

DEBUG=/sys/kernel/debug
# Of loading, the last ones are ours.
LOAD_LAST=100

if [ ! -e /proc/self/fail-nth ] || [ ! -d $DEBUG/failslab ]; then
	skip_all "this kernel cannot make allocations fail: make check-debug has one that can"
fi
for attr in failslab fail_page_alloc; do
	echo N >$DEBUG/$attr/ignore-gfp-wait
	echo 0 >$DEBUG/$attr/verbose
done
mps_load
ktap_begin 22
log_mark alloc
wl_start prey mix -n 20 -t 4
pid=${WL_PID[prey]}

# text_of FILE...: into TEXT, without a process
text_of()
{
	local file text
	TEXT=
	for file; do
		IFS= read -r -d '' text <"$file"
		TEXT+=$text
	done
}

# state: into STATE, what a refused command may not change
state()
{
	text_of "$MPS"/{tags,rules,limits}
	STATE=$TEXT$(echo "$MPS"/targets/*)
}

# each_write WHAT FILE COMMAND UNDO: the command, with the 1st, 2nd, ...
# allocation failing, until it takes no more; undone each time it was done
each_write()
{
	local n how where was missed wrong=() refused=0 done=0
	state
	was=$STATE
	for ((n = 1; n < 500; n++)); do
		# Another refusal, so that an old sentence is not taken for a new one.
		{ echo nothing >"$MPS/tags"; } 2>/dev/null
		missed=$(mps_value self missed_targets)
		read -r how where _ < <(failnth $n write "$MPS/$2" <<<"$3")
		text_of "$MPS/last_error"
		if [ "$how" = 0 ]; then
			complete "$3" "$missed" ||
				wrong+=("allocation $n: done, but not all of it")
			undo "$2" "$4"
			[ "$where" != beyond ] || break
			done=$((done + 1))
		else
			refused=$((refused + 1))
			[ "$how" = ENOMEM ] || wrong+=("allocation $n: $how")
			[[ $TEXT == "ENOMEM $2: "*": "?* ]] ||
				wrong+=("allocation $n: last_error says '$TEXT'")
		fi
		state
		[ "$STATE" = "$was" ] || wrong+=("allocation $n: something is left")
	done
	diag "$1: $((n - 1)) allocations, refused $refused times, done without $done times" \
		"${wrong[@]:0:5}"
	check "$1: comes to an end" [ "$n" -gt 1 -a "$n" -lt 500 ]
	check "$1: a clear refusal, and nothing is left, or all of it" \
		[ ${#wrong[@]} = 0 ]
	state
	is "$1: and then all is as before" "$STATE" "$was"
}

# undo FILE COMMAND: what a rule has tagged stays tagged without it
undo()
{
	mps_write "$1" "$2"
	[ "$1" = tags ] || mps_untag_all
}

# complete COMMAND MISSED: a process that was tagged has its files; one that a rule
# could not tag is told as missed
complete()
{
	local files=("$MPS/targets/$pid"/*)
	case $1 in
	comm=*)
		grep -q "^$1" "$MPS/rules" || return
		if [ ! -e "$MPS/targets/$pid" ]; then
			[ "$(mps_value self missed_targets)" = $(($2 + 1)) ]
			return
		fi
		;;
	esac
	[ ${#files[@]} = "$NR_FILES" ]
}

mps_tag "$pid"
NR_FILES=$(find "$MPS/targets/$pid" -type f | wc -l)
mps_untag "$pid"
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
		read -r how where _ < <(failnth $n read "$file")
		[ "$where" != beyond ] || break
		[ "$how" = 0 ] || [ "$how" = ENOMEM ] || echo "$file, allocation $n: $how"
	done
	[ "$how $n" != "0 1" ] && [ $n -lt 100 ] || echo "$file: $how after $n"
	case $file in
	*/last_error | */pressure) ;;	# no table, so no version
	*) grep -qa '^version' "$file" || echo "$file: cannot be read" ;;
	esac
done <"$MPS_TMP/files" >"$MPS_TMP/wrong"
is "each of $(wc -l <"$MPS_TMP/files") files: not enough memory, or read" \
	"$(head -n 5 "$MPS_TMP/wrong")" ""
mps_untag_all

# ---- children: what finds no memory is counted ----

mps_write rules "comm=failnth children epoll,migrate,wakers"
missed_targets=$(mps_value self missed_targets)
missed=$((missed_targets + $(mps_value self missed_threads)))
forks=0 strange=0
for ((n = 1; n < 300; n++)); do
	read -r how where _ < <(failnth $n fork x)
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
		$(mps_value self dropped_exited) +
		$(mps_value self missed_targets) - missed_targets))" \
	$((n + forks))
mps_untag_all

# ---- afterwards ----

witness -q "$pid" >"$MPS_TMP/before" || bail_out "no witness"
mps_tag "$pid"
wl_go prey 100
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

# The last allocations are those of our own init; those before are the kernel's,
# for sysfs, and then for tracepoints, where it warns when it has no memory.
ko=$(mps_ko)
tree=$(mps_load && find "$MPS" | sort && mps_unload)
loaded=0 refused=0
read -r how where all < <(failnth 100000 load "$ko")
mps_unload
for ((n = all; n > all - LOAD_LAST; n--)); do
	read -r how where _ < <(failnth $n load "$ko")
	if [ "$how" = 0 ]; then
		loaded=$((loaded + 1))
		[ "$(find "$MPS" | sort)" = "$tree" ] ||
			echo "allocation $n: loaded, but not all files are there"
		rmmod mpscope || echo "allocation $n: it cannot be unloaded"
	else
		refused=$((refused + 1))
		[ "$how" = ENOMEM ] || echo "allocation $n: $how"
		[ ! -e "$MPS" ] || echo "allocation $n: refused, but files are there"
		[ ! -e /sys/module/mpscope ] || echo "allocation $n: refused, but a module is there"
	fi
done >"$MPS_TMP/wrong"
diag "$all allocations, each of the last $LOAD_LAST failed: $refused times refused, $loaded times loaded"
is "loading: refused without a trace, or loaded whole" "$(head -n 5 "$MPS_TMP/wrong")" ""
check "loading: it was refused sometimes" [ "$refused" -ge 5 ]
mps_load
check "it can be loaded then" mps_loaded
# Where memory was missing the kernel shows the way there, sometimes.
is "the log has no complaint" "$(log_complaints alloc 'Call Trace:')" ""
ktap_end
