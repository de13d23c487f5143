#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions run by check
#
# "mpscope who" on processes that are no Go programs, broken ones, and ones
# that are gone; on Go programs without symbols and moved by the loader.
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../lib/mpscope.sh"
need mpscope

# who ARG...: output, messages and exit code in $out, $err and $rc
who()
{
	out=$(mpscope who "$@" 2>"$MPS_TMP/err")
	rc=$?
	err=$(cat "$MPS_TMP/err")
}

# roles: how many threads of which role, from -x, output, sorted by name
roles() { awk -F, '/^tid,/ { t = 1; next } /^#/ { t = 0 } t { n[$2]++ } END { for (r in n) print r ":" n[r] }' <<<"$out" | sort | paste -s -d ' '; }

mps_load
ktap_begin 41

# ---- no Go program ----
sleep 1000 &
pid=$!
mps_tag "$pid"
who "$pid" -i 100ms -x,
is "no Go program: exit status 0" "$rc" 0
is "no Go program: its thread has no role" "$(roles)" "-:1"
matches "no Go program: it is said" "$out" "*no roles: not a Go program*"
who "$pid" -i 100ms -j
matches "no Go program: role null in JSON" "$out" '*"role":null*"has_p":null*'
who "$pid" -i 100ms
matches "no Go program: a dash in text" "$out" "*$pid  - *"
out=$(mpscope schedtrace "$pid" 1 2>"$MPS_TMP/err")
is "no Go program: schedtrace fails" "$?" 1
matches "no Go program: schedtrace says why" "$(cat "$MPS_TMP/err")" \
	"mpscope: process $pid has no Go scheduler to show: not a Go program*"

# ---- it ends while we look ----
mpscope who "$pid" -i 2 >"$MPS_TMP/out" 2>"$MPS_TMP/err" &
looker=$!
sleep 1
kill "$pid"
wait "$pid" 2>/dev/null
wait $looker
is "ends while watched: exit status 1" "$?" 1
matches "ends while watched: it is said" "$(cat "$MPS_TMP/err")" "mpscope: process $pid *"

# ---- gone, never there, not tagged ----
who "$pid" -i 100ms
is "gone: exit status 1" "$rc" 1
matches "gone: it is said" "$err" "mpscope: process $pid does not exist*"
sleep 1000 &
pid=$!
who "$pid" -i 100ms
is "not tagged: exit status 1" "$rc" 1
matches "not tagged: the way out is said" "$err" "*not tagged*--tag*"
who "$pid" -i 100ms --tag
is "--tag: exit status 0" "$rc" 0
is "--tag: it is not tagged afterwards" "$(grep -c "^$pid " "$MPS/tags")" 0
kill "$pid"

# ---- an executable that no reader of ELF can trust ----
"$HERE/brokenelf" "$MPS_TMP/broken"
"$MPS_TMP/broken" &
pid=$!
mps_tag "$pid"
who "$pid" -i 100ms -x,
is "broken ELF: exit status 4, data are partial" "$rc" 4
is "broken ELF: its thread has no role" "$(roles)" "-:1"
matches "broken ELF: it is said" "$out" "*no roles: a segment of the executable lies outside of the file*"
mps_untag "$pid"
kill "$pid"

# ---- usage ----
for args in "" "x" "1 2" "1 -i 1x" "1 -i 0" "1 -c x" "0"; do
	# shellcheck disable=SC2086 # words are meant
	who $args
	is "'who $args': exit status 2" "$rc" 2
done

# ---- Go programs, linked in three ways ----
for variant in go-idle go-idle-stripped go-idle-pie; do
	wl_start "$variant" "$HERE/$variant"
	pid=${WL_PID[$variant]}
	wl_send "$variant" go running
	sleep 1
	mps_tag "$pid"
	who "$pid" -i 500ms -x,
	is "$variant: exit status 0" "$rc" 0
	diag "$variant: $(roles)"
	matches "$variant: one netpoller, signal receiver, sysmon, template thread" \
		" $(roles) " "* netpoller:1 signal:1 *sysmon:1 template:1 *"
	matches "$variant: where GOMAXPROCS is from" "$out" \
		"*gomaxprocs_source: $([ "$variant" = go-idle-stripped ] && echo affinity || echo memory)*"
	[ "$variant" != go-idle ] || {
		who "$pid" -i 500ms
		diag "$out"
		is "no line is longer than 100 columns" \
			"$(awk 'length > 100' <<<"$out" | wc -l)" 0
		who "$pid" -i 500ms --summary
		is "--summary: each role is there once" \
			"$(awk '$1 == "idle" || $1 == "sysmon"' <<<"$out" | wc -l)" 2
	}
	mps_untag "$pid"
	wl_send "$variant" stop "done"
	wl_quit "$variant"
done

# ---- a Go program with C code ----
wl_start cgo "$HERE/go-cgo"
pid=${WL_PID[cgo]}
wl_send cgo go running
sleep 1
mps_tag "$pid"
"$HERE/gotruth" "$pid" 1000 1 >"$MPS_TMP/truth"
who "$pid" -i 500ms -x,
is "cgo: exit status 0" "$rc" 0
matches "cgo: C code was noticed" "$out" "*# cgo: 1*"
diag "cgo: $(roles)"
# the runtime has an M for each thread but those it does not know
known=$(awk '$1 == "m" { print $3 }' "$MPS_TMP/truth" | sort -u)
foreign=$(awk -F, '$2 == "foreign" && $4 == "sure" { print $1 }' <<<"$out")
is "cgo: one thread is foreign, surely" "$(wc -w <<<"$foreign")" 1
is "cgo: and it is none of the runtime's" "$(grep -cx "$foreign" <<<"$known")" 0
matches "cgo: one sysmon" " $(roles) " "* sysmon:1 *"
mps_untag "$pid"
wl_send cgo stop "done"
wl_quit cgo
ktap_end
