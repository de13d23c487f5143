# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # used by who sources it; names of workloads
#
# What the stress tests share: the kernel's own count of the switches of all
# threads of a name, and readers.

# shellcheck source=/dev/null
. "$(dirname "${BASH_SOURCE[0]}")/../lib/mpscope.sh"

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH=$HERE:$PATH
SWITCH=/sys/kernel/tracing/events/sched/sched_switch/trigger
MORE=1
[ "${STRESS:-}" != long ] || MORE=10

# A kernel for debugging takes longer.
MORE_SLOW=${MPSCOPE_SLOW:-1}

# sized DEFAULT LONG: how many; in the default, so that it takes minutes there
# too, the fewer the slower the kernel is
sized() { [ "${STRESS:-}" = long ] && echo "$2" || echo $(($1 / MORE_SLOW)); }

in_throwaway_guest() { grep -q mpscope_root=disk /proc/cmdline; }

# count_switches COMM...: from now on, of all threads of that name. The
# tracepoint sched_switch sees each of them once when it leaves and once when
# it comes, to its very last.
count_switches()
{
	local out='' in='' comm
	for comm; do
		out+=${out:+ || }"prev_comm==\"$comm\""
		in+=${in:+ || }"next_comm==\"$comm\""
	done
	out="hist:name=mps_out:keys=prev_state if $out"
	in="hist:name=mps_in:keys=next_prio if $in"
	COUNTING=("$out" "$in")
	for comm in "${COUNTING[@]}"; do
		# Appended: to truncate the file takes the others away.
		echo "$comm" >>$SWITCH ||
			bail_out "no hist trigger: $(tail -n 3 /sys/kernel/tracing/error_log)"
	done
}

count_no_more()
{
	local trigger
	for trigger in "${COUNTING[@]}"; do
		echo "!$trigger" >>$SWITCH
	done
}

# switches_counted: "went came", by the kernel
switches_counted()
{
	awk '/^# event histogram/ { part++ }
		/^# trigger info:.*mps_out/ { way = "out" }
		/^# trigger info:.*mps_in/ { way = "in" }
		/^ *Hits:/ { n[way] = $2 }
		/^ *Dropped:/ && $2 { print "dropped", $2 }
		END { print n["out"] + 0, n["in"] + 0 }' "${SWITCH%trigger}hist"
}

# sum_of KEY...: over the summaries of all targets, each read once; one line
sum_of()
{
	find "$MPS/targets" -name summary -exec cat {} + |
		awk -v keys="$*" 'BEGIN { nr = split(keys, key, " ") }
			{ n[$1] += $2 }
			END { for (i = 1; i <= nr; i++) printf "%.0f ", n[key[i]] }'
	echo
}

# unused: no target, thread, rule, tombstone is there
unused() { [ "$(sed 1,2d "$MPS/limits" | cut -d' ' -f3 | xargs)" = "0 0 0 0 0" ]; }

# hooks: which there are and whether they are attached
hooks() { sed 1,2d "$MPS/features" | cut -d' ' -f1,2; }

# log_mark, log_complaints: what the kernel complained of since the mark, but for
# data races of its own (KCSAN), with no module's name behind a function, and for
# lines with $2
log_mark() { echo "mpscope stress: $1" >/dev/kmsg; }
log_complaints()
{
	dmesg | sed "1,/mpscope stress: $1\$/d" | grep -v 'BUG: KCSAN: [^[]*$' |
		grep -v "${2:-^\$}" |
		grep -E 'mpscope:|BUG|WARNING|Call Trace|KASAN|KCSAN' | head -n 5
}

# rows_agree PID BEFORE AFTER WITNESS COLUMN: as table_agrees, for thousands of
# rows of threads that are parked; BEFORE and AFTER are files with readings of
# witness. Where the kernel's pcount is not exact (preempts_in_kernel), each
# switch to the thread must have one away from it.
rows_agree()
{
	local loose=0
	if [ "$4" = pcount ] && preempts_in_kernel; then
		loose=1
	fi
	awk -v witness="$4" -v column="$5" -v loose=$loose '
		FNR == 1 { file++ }
		FNR == 2 { for (i = 2; i <= NF; i++) at[file, $i] = i - 1 }
		FNR <= 2 { next }
		file == 1 { was[$1] = $at[1, witness] }
		file == 2 { now[$1] = $at[2, witness] - was[$1]; nr++ }
		file == 3 {
			rows++
			n = $at[3, column]
			invol = $at[3, "switches_invol"]
			if (loose && $1 in now)
				good = n == $at[3, "switches_vol"] + invol &&
					now[$1] <= n && n - now[$1] <= invol
			else
				good = now[$1] "" == n ""
			if (!good && !bad++)
				print "thread " $1 ": " witness " grew by " now[$1] \
					", " column " says " n
		}
		END { if (nr != rows) print nr " threads, " rows + 0 " rows"
			exit !rows || bad || nr != rows }' \
		"$2" "$3" "$MPS/targets/$1/threads"
}

# per_target KEY: "TGID VALUE" of each target's summary
per_target()
{
	find "$MPS/targets" -name summary -exec awk -v key="$1" \
		'$1 == key { n = split(FILENAME, dir, "/"); print dir[n - 1], $2 }' {} +
}

# settled: nothing moves any more, by the kernel's count
settled()
{
	local was
	while was=$(switches_counted) && sleep 0.5; do
		[ "$was" != "$(switches_counted)" ] || return 0
	done
}

# readers_start NR: each reads all files, one after the other, for ever
readers_start()
{
	local i
	for ((i = 0; i < $1; i++)); do
		while :; do
			find "$MPS" -type f -exec cat {} + 2>/dev/null
			sleep 0.1
		done >/dev/null &
		WL_PID[reader$i]=$!
	done
}

# ended NAME...: kill and forget
ended()
{
	local name
	for name; do
		kill "${WL_PID[$name]}" 2>/dev/null
		wait "${WL_PID[$name]}" 2>/dev/null
		unset "WL_PID[$name]"
	done
}
