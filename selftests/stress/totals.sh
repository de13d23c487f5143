#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # names of workloads
#
# Short lives, many more than tombstones are kept: what the dropped ones did is
# in the totals, to the last switch.
. "$(dirname "$0")/common.sh"

KEEP=100
THREADS=$(sized 2000 100000) CHILDREN=$(sized 300 3000)

mps_load max_tombstones=$KEEP max_exited=100000
ktap_begin 23

# totals_are KEY=VALUE...: of the summaries together
totals_are()
{
	local pair keys=() want=
	for pair; do
		keys+=("${pair%=*}")
		want+="${pair#*=} "
	done
	is "$what: ${keys[*]}" "$(sum_of "${keys[@]}")" "$want"
}

# lives_agree: what holds of all lives, of threads or of children
lives_agree()
{
	local calls lives counted
	calls=$(wl_facts lives calls)
	lives=$(wl_facts lives lives)
	counted=$(switches_counted)
	diag "$what: $lives lives, $calls calls, $counted switches by the kernel"
	totals_are "epoll_calls=$calls" "epoll_kind_timed=$calls" "epoll_ret_timeout=$calls"
	is "$what: switches are the kernel's, to the last" \
		"$(sum_of switches_vol switches_invol | awk '{ print $1 + $2 }') $(sum_of runs)" \
		"$counted "
	check "$what: voluntary ones are at least their own count, and one to die" \
		[ "$(sum_of switches_vol)" -ge $(($(wl_facts lives vol) + lives)) ]
	is "$what: the states add up to the lives" \
		"$(sum_of life_ns running_ns woken_ns preempted_ns yielded_ns blocked_ns birth_ns |
			awk '{ printf "%.0f", $1 - $2 - $3 - $4 - $5 - $6 - $7 }')" 0
	is "$what: nobody was missed" \
		"$(sum_of threads_missed)$(mps_missed | grep -v dropped_)" "0 "
	is "$what: the threads are all accounted for" \
		"$(sum_of threads_live threads_dead threads_evicted | awk '{ print $1 + $2 + $3 }')" \
		"$((lives + main))"
	is "$what: as many are kept as there may be" \
		"$(mps_col limits used tombstones) $(sed 1,2d "$MPS/tombstones" | wc -l)" \
		"$KEEP $KEEP"
	is "$what: the others are said to be dropped" \
		"$(mps_value self dropped_tombstones) $(sum_of threads_evicted)" \
		"$((lives - KEEP)) $((lives - KEEP)) "
}

# ---- threads of one process ----

what=threads main=1
wl_start lives brief -n 3 -t 16 "$THREADS"
count_switches brief
mps_tag "${WL_PID[lives]}"
wl_go lives $((300 * MORE))
settled
is "threads: as many as there should be" "$(wl_facts lives lives)" "$THREADS"
lives_agree
wl_quit lives
count_no_more
mps_unload

# ---- children, followed, each a target of its own ----

mps_load max_tombstones=$KEEP max_exited=100000
what=children main=1
wl_start lives brief -n 2 -t 16 0 "$CHILDREN"
count_switches brief
mps_tag "${WL_PID[lives]} children epoll"
readers_start 1
wl_go lives $((300 * MORE))
ended reader0
settled
is "children: as many as there should be" \
	"$(wl_facts lives child | wc -l) $(wl_facts lives lives)" "$CHILDREN $((2 * CHILDREN))"
lives_agree
is "children: each is a target" \
	"$(find "$MPS/targets" -mindepth 1 -maxdepth 1 -type d | wc -l)" $((CHILDREN + 1))
is "children: each has its own calls, exactly" \
	"$(per_target epoll_calls | grep -v "^${WL_PID[lives]} " | sort)" \
	"$(wl_facts lives child | sort)"
wl_quit lives
count_no_more

# ---- and away ----

mps_untag_all
is "untagged, nothing is used" "$(sed 1,2d "$MPS/limits" | cut -d' ' -f3 | xargs)" "0 0 0 0 0"
is "no tombstone is left" "$(sed 1,2d "$MPS/tombstones")" ""
is "no event was refused" "$(mps_value self refused_events)" 0
ktap_end
