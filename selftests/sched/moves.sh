#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions run by check
#
# A known number of migrations: threads that are pinned to one CPU after the
# other. Each is one migration because the old CPU is forbidden, and of the
# class that sysfs tells of the two CPUs.
. "$(dirname "$0")/../lib/mpscope.sh"

THREADS=4 ROUNDS=13000

mps_load
ktap_begin 10

wl_start moves moves -n $ROUNDS -t $THREADS
pid=${WL_PID[moves]}
# shellcheck disable=SC2034 # by name
declare -A before after rows threads
table_load before <(witness -q "$pid") || bail_out "no witness"
mps_tag "$pid"
wl_go moves 300
table_load after <(witness -q "$pid") || bail_out "no witness"
table_load rows "$MPS/targets/$pid/migrations"
table_load threads "$MPS/targets/$pid/threads"

declare -A class_nr
while read -r tid class nr; do
	class_nr[$tid,$class]=$nr
	class_nr[$class]=$((${class_nr[$class]-0} + nr))
done < <(wl_facts moves class)
diag "$(wl_facts moves events) moves on $(wl_facts moves cpus) CPUs: smt ${class_nr[smt]} llc ${class_nr[llc]} node ${class_nr[node]} remote ${class_nr[remote]}"

# column_is COLUMN VALUE, or column_is class_NAME NAME: of the threads that moved
column_is()
{
	local tid bad=0 want
	for tid in $(wl_tids moves); do
		want=$2
		[ "$1" = "${1#class_}" ] || want=${class_nr[$tid,$2]}
		if [ "${rows[$tid,$1]}" != "$want" ]; then
			echo "thread $tid: $1 ${rows[$tid,$1]}, expected $want"
			bad=1
		fi
	done
	return "$bad"
}

check "the load is worth it: 50000 migrations" [ "$(wl_facts moves events)" -ge 50000 ]
check "total equals the moves" column_is total $ROUNDS
check "each because of affinity" column_is cause_affinity $ROUNDS
# Where the processor does not tell who shares its caches, two of the classes
# are one, unknown.
merged=
if [ "$(mps_col features state llc_topology)" = unavailable ]; then
	merged=yes
	for tid in $(wl_tids moves); do
		class_nr[$tid,unknown]=$((${class_nr[$tid,llc]-0} + ${class_nr[$tid,node]-0}))
	done
fi
for class in smt llc node remote; do
	if [ "$merged $class" = "yes llc" ]; then
		check "class unknown equals llc and node" column_is class_unknown unknown
	elif [ "$merged $class" = "yes node" ]; then
		is "and these are not known" \
			"$(mps_col "targets/$pid/migrations" class_llc "$(wl_tids moves | head -n 1)") $(mps_col "targets/$pid/migrations" class_node "$(wl_tids moves | head -n 1)")" "- -"
	elif [ "${class_nr[$class]}" = 0 ]; then
		skip "class $class" "no two CPUs of this machine are so apart"
	else
		check "class $class equals what sysfs says" column_is "class_$class" $class
	fi
done
check "each was seen as a change of CPU" column_is cpu_changes $ROUNDS
check "total equals se.nr_migrations" \
	table_agrees rows before after migrations total
check "and so in the file threads" \
	table_agrees threads before after migrations migrations
wl_quit moves
ktap_end
