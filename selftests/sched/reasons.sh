#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions run by check
#
# Why a thread blocks: each of some forty calls blocks a known number of times
# in a thread of its own, for certain, and is found under its reason, mode and
# system call, exactly so often, and nothing else is.
. "$(dirname "$0")/../lib/mpscope.sh"

ROUNDS=20

mps_load
wl_start certain certain -n $ROUNDS
pid=${WL_PID[certain]}
mps_tag "$pid"
wl_go certain 240
mapfile -t ops < <(wl_facts certain op)
mapfile -t no < <(wl_facts certain no)
ktap_begin $((${#ops[@]} + ${#no[@]} + 3))

witness -q "$pid" >/dev/null || bail_out "no witness"
declare -A rows
table_load rows "$MPS/targets/$pid/blocking" tid state reason mode

# reason_is NAME TID REASON MODE SYSCALL ROUNDS
reason_is()
{
	local key want nr=0 gates=0 bad=0
	want=$2/blocked/$3/$4
	for key in ${rows[keys]}; do
		[[ $key == "$2/blocked/"* ]] || continue
		if [ "$key" = "$want" ]; then
			nr=${rows[$key,nr]}
		elif [ "$key" = "$2/blocked/futex/S" ]; then
			gates=${rows[$key,nr]}
		elif ! mps_spinlocks_sleep || [ "$key" != "$2/blocked/kernel/D" ]; then
			echo "also ${rows[$key,nr]} times in $key (syscall ${rows[$key,max_syscall]})"
			bad=1
		fi
	done
	# The open wait at the gate when it was tagged, and the one at the end.
	if [ "$3" = futex ]; then
		nr=$((nr - 2))
		gates=2
	fi
	if [ "$nr" != "$6" ]; then
		echo "$nr times in $want, expected $6"
		bad=1
	elif [ "$3" != futex ] && [ "$5" != -1 ] &&
	     [ "${rows[$want,max_syscall]}" != "$5" ]; then
		echo "system call ${rows[$want,max_syscall]}, expected $5"
		bad=1
	fi
	if [ "$gates" != 2 ]; then
		echo "$gates times at the gates, expected 2"
		bad=1
	fi
	return "$bad"
}

for op in "${ops[@]}"; do
	read -r -a word <<<"$op"
	check "${word[0]} blocks as ${word[2]}, mode ${word[3]}" reason_is "${word[@]}"
done
for op in "${no[@]}"; do
	skip "$op" "the kernel refuses it here"
done
if mps_spinlocks_sleep; then
	skip "each call blocked exactly once, as the workload counts" \
		"its count of switches has waits for spinlocks in it"
else
	is "each call blocked exactly once, as the workload counts" \
		"$(wl_facts certain odd | grep -v ' 0$')" ""
fi
check "the rows of each thread add up to its life" conserve 0 "$pid"
is "nothing was missed" "$(mps_missed)" ""
wl_quit certain
ktap_end
