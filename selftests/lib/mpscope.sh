# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the tests share: TAP output (ktap.sh), the module, its tables, workloads.
#
#	. "$(dirname "$0")/../lib/mpscope.sh"
#	ktap_begin 2			the plan
#	mps_load max_threads=16		fresh module; ends the test if it cannot
#	is "what" "$got" "$expected"	one subtest, with both values if they differ
#	ktap_end			counts against the plan, gives the exit code
#
# Everything started or loaded here is ended and unloaded when the test exits.

MPS_LIB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
MPS_WORKLOAD=${MPS_WORKLOAD:-$MPS_LIB/../workload}
MPS=/sys/kernel/debug/mpscope
export MPS_PARAMS=/sys/module/mpscope/parameters
MPS_TMP=$(mktemp -d /tmp/mpscope.XXXXXX)
export LC_ALL=C
PATH=$MPS_LIB:$MPS_WORKLOAD:$PATH

. "$MPS_LIB/ktap.sh"

# ---- the module ----

mps_ko()
{
	local f
	for f in "${MPS_KO:-}" "$MPS_LIB"/../../mpscope.ko \
		 "$MPS_LIB"/../../kmod/mpscope.ko "$MPS_LIB"/../mpscope.ko; do
		if [ -f "$f" ]; then
			echo "$f"
			return
		fi
	done
	modinfo -n mpscope 2>/dev/null
}

mps_loaded() { [ -d /sys/module/mpscope ]; }

# mps_load [PARAM=VALUE...]
# shellcheck disable=SC2120 # the tests that source this give some
mps_load()
{
	local ko
	[ "$(id -u)" = 0 ] || skip_all "not root"
	ko=$(mps_ko)
	[ -n "$ko" ] || bail_out "mpscope.ko not found: set MPS_KO"
	mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug
	! mps_loaded || mps_unload
	insmod "$ko" "$@" || bail_out "insmod $ko $* failed"
	[ -d "$MPS" ] || bail_out "$MPS is missing though the module is loaded"
}

mps_unload()
{
	rmmod mpscope || bail_out "rmmod mpscope failed"
}

# One write(2); prints nothing, ends the test when refused.
mps_write()
{
	local err
	err=$(printf '%s\n' "$2" | onewrite "$MPS/$1")
	[ "$err" = 0 ] ||
		bail_out "'$2' > $1: $err: $(cat "$MPS/last_error")"
}

# PREEMPT_RT before 7.0: rules cannot look up paths at exec.
mps_exec_is_raw()
{
	[ -e /sys/kernel/realtime ] && [ "$(uname -r | cut -d. -f1)" -lt 7 ]
}

# On PREEMPT_RT any call may wait for a spinlock, which no workload can count.
mps_spinlocks_sleep() { [ -e /sys/kernel/realtime ]; }

mps_tag() { mps_write tags "$*"; }
mps_untag() { mps_write tags "!$1"; }
mps_untag_all() { mps_write tags ""; }

# mps_refused WHAT FILE TEXT ERRNO: refused with that error, said so in
# last_error, and FILE and the targets are as they were.
mps_refused()
{
	local err said before after
	before=$(cat "$MPS/$2"; ls "$MPS/targets")
	err=$(printf '%s\n' "$3" | onewrite "$MPS/$2")
	after=$(cat "$MPS/$2"; ls "$MPS/targets")
	said=$(cat "$MPS/last_error")
	if [ "$err" != "$4" ]; then
		not_ok "$1" "errno $err, expected $4" "last_error: $said"
	elif [[ $said != "$4 "?* ]]; then
		not_ok "$1" "last_error '$said' is not '$4 and a sentence'"
	elif [ "$before" != "$after" ]; then
		not_ok "$1" "something changed" "before: $before" "after: $after"
	else
		ok "$1"
	fi
}

# ---- tables ----

# table_load ARRAY FILE [KEYCOLUMN...]: ARRAY[key,column]=cell; the key is the
# first column unless told, several are joined by "/". ARRAY[keys] lists them
# in order, ARRAY[columns] the columns. Read by cat, for the shell's own read
# seeks back to each line's end, and the module would make up the text anew.
table_load()
{
	local -n _t=$1
	local _file=$2 _line _key _i _k
	local -a _cols _cells _keycols
	shift 2
	_t=([keys]='' [columns]='' [version]='')
	{
		read -r _line || return 1
		_t[version]=${_line#version }
		read -r _line || return 1
		_t[columns]=${_line#\# }
		read -ra _cols <<<"${_line#\# }"
		_keycols=("${@:-${_cols[0]}}")
		while read -ra _cells; do
			_key=
			for _k in "${_keycols[@]}"; do
				for _i in "${!_cols[@]}"; do
					[ "${_cols[_i]}" != "$_k" ] ||
						_key+=${_key:+/}${_cells[_i]}
				done
			done
			for _i in "${!_cols[@]}"; do
				# shellcheck disable=SC2004 # an associative array
				_t[$_key,${_cols[_i]}]=${_cells[_i]-}
			done
			_t[keys]+=${_t[keys]:+ }$_key
		done
	} < <(cat "$_file")
}

# mps_col FILE COLUMN KEY: one cell, "?" when there is no such row or column
mps_col()
{
	# shellcheck disable=SC2034 # filled by name
	local -A _one
	table_load _one "$MPS/$1" && echo "${_one[$3,$2]-?}"
}

# mps_value FILE KEY: of a "# key value" file
mps_value() { mps_col "$1" value "$2"; }

# table_sum ARRAY COLUMN: over all rows
table_sum()
{
	local -n _s=$1
	local _key _sum=0
	for _key in ${_s[keys]}; do
		_sum=$((_sum + ${_s[$_key,$2]}))
	done
	echo $_sum
}

# table_grown BEFORE AFTER COLUMN: over all rows; a new one grew from 0
table_grown()
{
	local -n _b=$1 _a=$2
	local _key _sum=0
	for _key in ${_a[keys]}; do
		_sum=$((_sum + ${_a[$_key,$3]} - ${_b[$_key,$3]-0}))
	done
	echo $_sum
}

# The kernel counts an arrival (the witness' pcount) if the task was marked as
# queued. It is not if it was preempted in the kernel between setting its state
# and schedule(), which only kernels that preempt there can do: 7.x, -rt, those
# for debugging, preempt=full.
preempts_in_kernel()
{
	uname -v | grep -Eq 'PREEMPT(_RT)?( |$)' ||
		grep -Eqs '\((full|lazy)\)' /sys/kernel/debug/sched/preempt
}

# table_agrees ROWS BEFORE AFTER WITNESS COLUMN: does COLUMN of ROWS say, row by
# row, what WITNESS grew by? Prints where not.
table_agrees()
{
	local -n _r=$1 _b=$2 _a=$3
	local _key _grew _bad=0
	for _key in ${_a[keys]}; do
		_grew=$((${_a[$_key,$4]} - ${_b[$_key,$4]-0}))
		if [ "${_r[$_key,$5]-no row}" != "$_grew" ]; then
			echo "$_key${_b[$_key,$4]-" (late)"}: $4 grew by $_grew, $5 says ${_r[$_key,$5]-no row}"
			_bad=1
		fi
	done
	return $_bad
}

# mps_missed: what the module says of itself that it did not see; "" is good
mps_missed()
{
	local -A _self
	local _key
	table_load _self "$MPS/self"
	for _key in refused_events missed_threads missed_targets \
		missed_epoll_results clock_backwards lost_current dropped_tombstones dropped_exited \
		dropped_wakers; do
		[ "${_self[$_key,value]-?}" = 0 ] ||
			echo "$_key ${_self[$_key,value]-is missing}"
	done
}

# ---- waiting ----

# wait_until SECONDS COMMAND...: more of them on a slow kernel, as all time limits here
wait_until()
{
	local end=$((SECONDS + $1 * ${MPSCOPE_SLOW:-1}))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

proc_state()
{
	local stat
	read -r stat 2>/dev/null <"/proc/$1/task/${2:-$1}/stat" || { echo '?'; return; }
	stat=${stat##*) }
	echo "${stat%% *}"
}

# ---- workloads (the protocol is in wl.h) ----

declare -A WL_PID WL_FD

# wl_start NAME PROGRAM ARG...: returns when its threads wait for "go"
wl_start()
{
	local name=$1 dir=$MPS_TMP/$1 fd
	shift
	rm -rf "$dir"
	mkdir "$dir"
	mkfifo "$dir/in"
	: >"$dir/out"
	exec {fd}<>"$dir/in"
	"$@" <"$dir/in" >>"$dir/out" 2>"$dir/err" {fd}>&- &
	WL_PID[$name]=$!
	WL_FD[$name]=$fd
	wl_wait "$name" ready
}

# wl_wait NAME LINE [SECONDS]: until the workload printed this line
wl_wait()
{
	local end=$((SECONDS + ${3:-120} * ${MPSCOPE_SLOW:-1})) line
	while :; do
		while read -r line; do
			[ "$line" != "$2" ] || return 0
		done <"$MPS_TMP/$1/out"
		if ! kill -0 "${WL_PID[$1]}" 2>/dev/null; then
			bail_out "workload $1 ended before '$2': $(cat "$MPS_TMP/$1/err")"
		fi
		[ "$SECONDS" -lt "$end" ] ||
			bail_out "workload $1 did not say '$2' in time: $(tail -n 3 "$MPS_TMP/$1/err")"
		sleep 0.1
	done
}

# wl_send NAME WORD [ANSWER [SECONDS]]
wl_send()
{
	echo "$2" >&"${WL_FD[$1]}"
	[ -z "${3:-}" ] || wl_wait "$1" "$3" "${4:-120}"
}

wl_go() { wl_send "$1" go "done" "${2:-120}"; }

wl_quit()
{
	local fd=${WL_FD[$1]}
	echo quit >&"$fd"
	wait "${WL_PID[$1]}"
	exec {fd}>&-
	unset "WL_PID[$1]" "WL_FD[$1]"
}

# wl_kill NAME: for a workload that does not listen
wl_kill()
{
	local fd=${WL_FD[$1]}
	kill -KILL "${WL_PID[$1]}"
	wait "${WL_PID[$1]}" 2>/dev/null
	exec {fd}>&-
	unset "WL_PID[$1]" "WL_FD[$1]"
}

# wl_facts NAME KEY: the rest of each line that begins with KEY
wl_facts() { sed -n "s/^$2 //p" "$MPS_TMP/$1/out"; }
wl_tids() { wl_facts "$1" thread | cut -d' ' -f2; }

# wl_truth NAME: its truth lines as a table, for table_load
wl_truth()
{
	printf 'version 1\n# tid %s\n' "$(wl_facts "$1" columns)"
	wl_facts "$1" truth
}

# ---- the end ----

_mps_cleanup()
{
	local rc=$? pid
	trap - EXIT
	for pid in "${WL_PID[@]}"; do
		kill -KILL "$pid" 2>/dev/null
		kill -CONT "$pid" 2>/dev/null
	done
	wait 2>/dev/null
	cd /
	rm -rf "$MPS_TMP"
	if mps_loaded; then
		rmmod mpscope 2>/dev/null || echo "# mpscope stays loaded"
	fi
	exit "$rc"
}
trap _mps_cleanup EXIT
trap 'exit 1' INT TERM
