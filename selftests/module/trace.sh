#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2317 # names of workloads; functions run by check
#
# The tracepoints: as documented; and what trace-cmd records from before the
# tag to after the end is what the counters say, record by record.
. "$(dirname "$0")/../lib/mpscope.sh"

DOC=$(dirname "$0")/tracepoints
EVENTS=/sys/kernel/tracing/events/mpscope

need trace-cmd
mps_load
ktap_begin 25

# ---- formats ----

documented=$(sed -n 's/^What:\t*mpscope://p' "$DOC")
is "the events are those documented" \
	"$(find $EVENTS -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort)" \
	"$(sort <<<"$documented")"

fields_of() { sed -n 's/^\tfield:.* \([a-z_]*\)\(\[.*\)\?;\toffset.*/\1/p' "$EVENTS/$1/format" | grep -v '^common_'; }
# The words of its text, without what is in parentheses; and those which are
# explained once for all.
words_of()
{
	echo tid tgid goid m p
	awk -v event="mpscope:$1" '$1 == "What:" { on = $2 == event; next }
		$1 == "Description:" { $1 = "" } on' "$DOC" | tr '\n' ' ' |
		sed 's/([^)]*)//g'
}
all_fields=$(for event in $documented; do fields_of "$event"; done | sort -u)

documented_fields()
{
	local event word words fields bad=0
	for event in $documented; do
		fields=$(fields_of "$event")
		words=$(words_of "$event" | tr -cs 'a-z_' '\n')
		for word in $fields; do
			if ! grep -qx "$word" <<<"$words"; then
				echo "$event: the field $word is not documented"
				bad=1
			fi
		done
		# What reads like a field is one: it has an underscore, or is
		# the name of a field elsewhere and stands in the list after
		# the colon.
		for word in $(words_of "$event" | grep -oE '[a-z_.]*_[a-z_.]*' |
				grep -v '[.].') $(words_of "$event" | sed -n \
				's/^[^:]*: \([^.]*\)[.].*/\1/p' | tr -d ' ' |
				tr ',' '\n' | grep -xF "$all_fields"); do
			word=${word%.}
			grep -qx "$word" <<<"$documented" && continue
			if ! grep -qx "$word" <<<"$fields"; then
				echo "$event: there is no field $word"
				bad=1
			fi
		done
	done
	return "$bad"
}
check "their fields are those documented" documented_fields
is "the fields are integers" \
	"$(for event in $documented; do
		grep -hP '^\tfield:' "$EVENTS/$event/format" |
			grep -vP '^\tfield:(unsigned short|unsigned char|int|u32|u64|s64)( |\t)'
	done)" ""
check "who they are about is told" grep -qw tgid "$DOC"

# ---- nothing tagged, nothing recorded ----

mkdir /sys/kernel/tracing/instances/mps
instance=/sys/kernel/tracing/instances/mps
echo 1 >$instance/events/mpscope/enable
wl_start idle mix -n 50 -t 4
wl_go idle
wl_quit idle
is "nothing tagged: nothing is recorded" "$(grep -vc '^#' $instance/trace)" 0
echo 0 >$instance/events/mpscope/enable
rmdir $instance

# ---- a recording ----

wl_start mix mix -n 400 -t 6 4
wl_start load epload -n 300 -t 5
wl_start dies family -n 3 -t 8

# From before the tags to after the last thread's end, inside trace-cmd record.
cat >"$MPS_TMP/session" <<'EOS'
for pid in "$@"; do
	echo "$pid threads epoll,migrate,wakers" | onewrite "$MPS/tags" || exit
done
for name in mix load dies; do
	echo go >"$MPS_TMP/$name/in"
done
for name in mix load dies; do
	until grep -qx "done" "$MPS_TMP/$name/out"; do
		sleep 0.2
	done
done
for name in mix load dies; do
	echo quit >"$MPS_TMP/$name/in"
done
for ((i = 0; i < 300; i++)); do
	[ "$(grep -c . "$MPS/tags")" -gt 2 ] || exit 0
	sleep 0.1
done
exit 1
EOS
export MPS MPS_TMP
pids=("${WL_PID[mix]}" "${WL_PID[load]}" "${WL_PID[dies]}")
trace-cmd record -e mpscope -b 16384 -o "$MPS_TMP/trace.dat" \
	bash "$MPS_TMP/session" "${pids[@]}" >"$MPS_TMP/record" 2>&1 ||
	bail_out "trace-cmd record: $(tail -n 3 "$MPS_TMP/record")"
for name in mix load dies; do
	wl_quit $name
done
trace-cmd report -i "$MPS_TMP/trace.dat" 2>"$MPS_TMP/report.err" |
	sed -n 's/.*: \(thread_[a-z]*\|epoll_return\): */\1 /p' >"$MPS_TMP/records"
diag "$(cut -d' ' -f1 "$MPS_TMP/records" | sort | uniq -c | xargs)"
is "trace-cmd understands all fields" "$(cat "$MPS_TMP/report.err")" ""
is "nothing was lost" "$(trace-cmd report --stat -i "$MPS_TMP/trace.dat" 2>&1 |
	grep -E '^(overrun|commit overrun|dropped events):' | grep -v ': 0$')" ""
check "the load is worth it: 5000 records" \
	[ "$(wc -l <"$MPS_TMP/records")" -ge 5000 ]

# One row a thread: how many records of each event, and a few sums.
awk 'BEGIN {
		print "version 1"
		print "# tid run block wake migrate exit epoll start held birth sources"
	}
	{
		delete f
		for (i = 2; i <= NF; i++) {
			split($i, kv, "=")
			f[kv[1]] = kv[2]
		}
		tid = f["tid"]
		seen[tid] = 1
		n[$1, tid]++
		if ($1 == "thread_start" && f["state"] == "blocked")
			held[tid]++
		if ($1 == "thread_start" && f["state"] == "birth")
			birth[tid]++
		if ($1 == "thread_wake" && f["wake_source"] != "-")
			sources[tid]++
	}
	END {
		for (t in seen)
			print t, n["thread_run", t] + 0, n["thread_block", t] + 0,
				n["thread_wake", t] + 0, n["thread_migrate", t] + 0,
				n["thread_exit", t] + 0, n["epoll_return", t] + 0,
				n["thread_start", t] + 0, held[t] + 0, birth[t] + 0,
				sources[t] + 0
	}' "$MPS_TMP/records" >"$MPS_TMP/counts"
# shellcheck disable=SC2034 # by name
declare -A counts none=() part rows=() nr=() totals
table_load counts "$MPS_TMP/counts"

# rows[TID,COLUMN]: what the module says of the threads of all three
for pid in "${pids[@]}"; do
	table_load part "$MPS/targets/$pid/threads"
	for tid in ${part[keys]}; do
		rows[keys]+=" $tid"
		for col in ${part[columns]}; do
			rows[$tid,$col]=${part[$tid,$col]}
		done
		rows[$tid,wakes]=$((part[$tid,wake_self] + part[$tid,wake_other] +
			part[$tid,wake_timer] + part[$tid,wake_hardirq] +
			part[$tid,wake_softirq]))
	done
	table_load part "$MPS/targets/$pid/blocking" tid state reason mode
	for key in ${part[keys]}; do
		tid=${key%%/*}
		[[ $key != */blocked/* ]] ||
			nr[$tid]=$((${nr[$tid]-0} + part[$key,nr]))
	done
	table_load part "$MPS/targets/$pid/epoll"
	for tid in ${part[keys]}; do
		rows[$tid,calls]=${part[$tid,calls]}
	done
	table_load part "$MPS/targets/$pid/migrations"
	for tid in ${part[keys]}; do
		rows[$tid,total]=${part[$tid,total]}
	done
done
# A block that was open when the thread was tagged left no record.
for tid in ${rows[keys]}; do
	rows[$tid,blocks]=$((${nr[$tid]-0} - ${counts[$tid,held]-0}))
done

is "the records are of the threads that have rows" \
	"$(tr ' ' '\n' <<<"${counts[keys]}" | sort -n | xargs)" \
	"$(tr ' ' '\n' <<<"${rows[keys]}" | sort -n | xargs)"
is "each has begun once" "$(for key in ${counts[keys]}; do
		[ "${counts[$key,start]}" = 1 ] || echo "$key"
	done)" ""
for pair in run:runs block:blocks migrate:migrations migrate:total epoll:calls \
		wake:wakes sources:wakes; do
	check "${pair%:*} records equal ${pair#*:}" \
		table_agrees rows none counts "${pair%:*}" "${pair#*:}"
done

# exits_agree: each thread_exit has the totals of its row
exits_agree()
{
	local line word tid key want bad=0 n=0
	while read -r line; do
		totals=()
		for word in $line; do
			totals[${word%%=*}]=${word#*=}
		done
		tid=${totals[tid]}
		n=$((n + 1))
		for key in life_ns running_ns blocked_ns switches_vol switches_invol; do
			if [ "${totals[$key]}" != "${rows[$tid,$key]}" ]; then
				echo "thread $tid: $key ${totals[$key]}, its row says ${rows[$tid,$key]}"
				bad=1
			fi
		done
		want=$((rows[$tid,woken_ns] + rows[$tid,preempted_ns] + rows[$tid,yielded_ns]))
		if [ "${totals[waiting_ns]}" != "$want" ]; then
			echo "thread $tid: waiting_ns ${totals[waiting_ns]}, its row says $want"
			bad=1
		fi
	done < <(sed -n 's/^thread_exit //p' "$MPS_TMP/records")
	if [ "$n" != "$(wc -w <<<"${rows[keys]}")" ]; then
		echo "$n records, $(wc -w <<<"${rows[keys]}") rows"
		bad=1
	fi
	return "$bad"
}
check "each exit tells the totals of its tombstone" exits_agree

# ---- words ----

is "no bare numbers for words" "$(grep -E '=(0x|-?[0-9]*x)|UNKNOWN|INVALID' "$MPS_TMP/records" | head -n 3)" ""
# fields FIELD WORD...: prints values of the field that are none of the words
fields()
{
	local field=$1
	shift
	grep -oE " $field=[^ ]*" "$MPS_TMP/records" | sort -u | cut -d= -f2 |
		grep -vxF "$(printf '%s\n' "$@")"
}
is "states are words" "$(fields was blocked preempted yielded birth
	fields state running woken preempted yielded blocked birth)" ""
is "reasons and modes are words" "$(fields reason epoll poll futex sleep file \
	pipe socket child io_uring fault stopped other kernel -; fields mode S D -)" ""
is "sources of wakeups are words" \
	"$(fields wake_source self other timer hardirq softirq -)" ""
is "causes and classes are words" "$(fields cause wake balance affinity numa
	fields class smt llc node remote -)" ""
is "kinds and results are words" "$(fields kind block timed poll
	fields result events timeout eintr error)" ""
is "a reason only with a block" "$(grep '^thread_run' "$MPS_TMP/records" |
	awk '{ split($4, was, "="); split($5, reason, "=") }
	     (was[2] == "blocked") == (reason[2] == "-")' | head -n 3)" ""
ktap_end
