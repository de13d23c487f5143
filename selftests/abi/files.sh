#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions run by check
#
# The files are there, with the mode, the version and the columns of abi.h;
# rows have as many words; a text is the same however it is read; and nobody
# but root gets in.
. "$(dirname "$0")/../lib/mpscope.sh"

mps_load
mapfile -t files < <(abi_columns | grep -v '^limit ')
ktap_begin $((3 * ${#files[@]} + 19))

wl_start mix mix -n 200 -t 4
pid=${WL_PID[mix]}
mps_tag "$pid threads epoll,migrate,wakers"
wl_go mix
witness -q "$pid" >/dev/null

path_of() { echo "$MPS/${1/#targets\//targets/$pid/}"; }

# Each row as many words as the header; strings are one word.
rows_fit()
{
	awk 'NR == 2 { n = NF - 1 } NR > 2 && NF != n { print "line " NR " has " NF " words, the header " n; bad = 1 } END { exit bad }' \
		"$1"
}

for f in "${files[@]}"; do
	read -r name mode columns <<<"$f"
	file=$(path_of "$name")
	is "$name: mode" "$(stat -c '%a %U' "$file")" "$mode root"
	is "$name: version and columns" "$(head -n 2 "$file")" \
		"$(printf 'version 1\n# %s' "$columns")"
	check "$name: each row has a word for each column" rows_fit "$file"
done
is "last_error: empty, mode" "$(cat "$MPS/last_error")$(stat -c %a "$MPS/last_error")" 400
is "targets/pressure: mode; empty without a layout" \
	"$(cat "$(path_of targets/pressure)")$(stat -c %a "$(path_of targets/pressure)")" 400
is "no file more than that" \
	"$(cd "$MPS" && printf '%s\n' *; cd "targets/$pid" && printf 'targets/%s\n' *)" \
	"$(printf '%s\n' "${files[@]%% *}" last_error | grep -v / | cat - <(echo targets) | sort
	   printf '%s\n' "${files[@]%% *}" targets/pressure | grep / | sort)"

is "version: the interface's" \
	"$(mps_value version abi_major).$(mps_value version abi_minor)" 1.1
is "version: the module's, as modinfo says" "$(mps_value version module)" \
	"$(modinfo -F version "$(mps_ko)")"
is "version: the kernel's that runs" "$(mps_value version kernel)" "$(uname -r)"
is "version: the clock" "$(mps_value version clock)" local
is "limits: those of abi.h" "$(sed 1,2d "$MPS/limits" | cut -d' ' -f1,2)" \
	"$(abi_columns | sed -n 's/^limit //p')"
is "limits: used" "$(mps_col limits used targets) $(mps_col limits used threads)" \
	"1 $(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l)"

# The columns that have to add up, and the totals.
check "each row adds up" conserve 0 "$pid"
sum_is()
{
	local -A t
	local total
	table_load t "$MPS/targets/$pid/$1"
	total=$(table_sum t "$2")
	if [ "$(mps_value "targets/$pid/summary" "$3")" != "$total" ]; then
		echo "summary $3 $(mps_value "targets/$pid/summary" "$3"), rows $total"
		return 1
	fi
}
summary_sums()
{
	local col bad=0
	for col in switches_vol switches_invol runs migrations cpu_changes \
		wake_self wake_other wake_timer wake_hardirq wake_softirq; do
		sum_is threads "$col" "$col" || bad=1
	done
	for col in calls kind_block kind_timed kind_poll ret_events events full \
		sleeps empty_wakes sleep_ns lock_ns; do
		sum_is epoll "$col" "epoll_$col" || bad=1
	done
	return "$bad"
}
check "summary: the sums over the rows" summary_sums
# All are parked: each stay on the CPU and each wait for it is over, each block
# but the last, which is open, and the wait at the gate that was open first.
histogram_sums()
{
	local -A h t b
	local key bad=0 row word
	table_load h "$MPS/targets/$pid/histograms" tid hist
	table_load t "$MPS/targets/$pid/threads"
	table_load b "$MPS/targets/$pid/blocking" tid state
	for key in ${t[keys]}; do
		for row in "run ${t[$key,runs]} ${t[$key,running_ns]}" \
			"wake_to_run ${b[$key/woken,nr]-0} ${t[$key,woken_ns]}"; do
			read -r -a word <<<"$row"
			set -- "${word[@]}"
			if [ "${h[$key/$1,nr]} ${h[$key/$1,total_ns]}" != "$2 $3" ]; then
				echo "thread $key: histogram $1 ${h[$key/$1,nr]} times, ${h[$key/$1,total_ns]} ns; threads and blocking $2, $3"
				bad=1
			fi
		done
	done
	return "$bad"
}
check "histograms: run and wake_to_run are what threads says" histogram_sums

# ---- however it is read ----

# Columns that grow while it is read are cut away: only quiet ones are left.
quiet() { awk 'NR > 2 { print $1, $2, $3, $4, $5, $6, $18, $19, $20, $27, $28, $29; next } 1'; }
whole=$(quiet <"$MPS/targets/$pid/threads")
is "read byte by byte" "$(dd if="$MPS/targets/$pid/threads" bs=1 status=none | quiet)" "$whole"
is "read by 7 bytes" "$(dd if="$MPS/targets/$pid/threads" bs=7 status=none | quiet)" "$whole"
is "read in one" "$(dd if="$MPS/targets/$pid/threads" bs=1M status=none | quiet)" "$whole"
is "what is read from tags can be written back" \
	"$(sed 1,2d "$MPS/tags")" "$pid threads epoll,migrate,wakers"
cp "$MPS/tags" "$MPS_TMP/tags"
mps_untag_all
is "written back" "$(onewrite "$MPS/tags" <"$MPS_TMP/tags"; cat "$MPS/tags")" \
	"$(printf '0\n'; cat "$MPS_TMP/tags")"

# ---- who may ----

# All ways in, as a user without rights; debugfs itself is 0700 at its root.
as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups -- "$@"; }
chmod 755 /sys/kernel/debug "$MPS" "$MPS/targets" "$MPS/targets/$pid"
nobody_reads()
{
	local file bad=0
	while read -r file; do
		if as_nobody cat "$file" >/dev/null 2>&1; then
			echo "$file can be read"
			bad=1
		fi
	done < <(find "$MPS" -type f)
	return "$bad"
}
check "nobody but root reads" nobody_reads
chmod 755 "$MPS_TMP" # for the tool, which is beside it
is "nobody but root writes" \
	"$(echo 1 | as_nobody "$(command -v onewrite)" "$MPS/tags")$(echo comm=x | as_nobody "$(command -v onewrite)" "$MPS/rules")" \
	EACCESEACCES
chmod 700 /sys/kernel/debug
wl_quit mix
ktap_end
