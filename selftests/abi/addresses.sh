#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # names of workloads
#
# No kernel address leaves the module: neither in a file, nor in a tracepoint,
# nor in the log; neither in hexadecimal nor, as a number, in decimal.
. "$(dirname "$0")/../lib/mpscope.sh"

TRACING=/sys/kernel/tracing

mps_load
ktap_begin 7

# addresses: lines of standard input that have one. The kernel's half begins at
# 0xffff800000000000, which is 18446603336221196288.
addresses()
{
	awk '{
		for (i = 1; i <= NF; i++) {
			n = split($i, word, /[^0-9A-Za-z]+/)
			for (k = 1; k <= n; k++) {
				w = tolower(word[k])
				sub(/^0x/, "", w)
				if (w ~ /^ffff[89a-f][0-9a-f]+$/ && length(w) == 16 ||
				    w ~ /^[0-9]+$/ && length(w) == 20 &&
				    w "" >= "18446603336221196288") {
					print
					next
				}
			}
		}
	}' | head -n 5
}
is "they would be found" \
	"$(printf '%s\n' "a ffff888003c51a40" "b 18446612682070530624" "c 0xffffffffc0401000," \
		"d 18446603336221196287" "e 1fff888003c51a40" | addresses | cut -d' ' -f1 | xargs)" "a b c"

dmesg | wc -l >"$MPS_TMP/lines"
mkdir $TRACING/instances/addresses || bail_out "no trace instance"
echo 1 >$TRACING/instances/addresses/events/mpscope/enable
mps_write rules "comm=mix children epoll,migrate,wakers"
wl_start load mix -n 200 -t 8 4
wl_start dies family -n 2 -t 4
mps_tag "${WL_PID[dies]} children epoll,migrate,wakers"
wl_go load
wl_go dies
mps_untag "${WL_PID[load]}"
echo 99999999 | onewrite "$MPS/tags" >/dev/null
echo 0 >$TRACING/instances/addresses/events/mpscope/enable
cat $TRACING/instances/addresses/trace >"$MPS_TMP/trace"
rmdir $TRACING/instances/addresses

find "$MPS" -type f -exec cat {} + >"$MPS_TMP/files"
check "the files have something to say" [ "$(wc -l <"$MPS_TMP/files")" -gt 100 ]
is "no address in the files" "$(addresses <"$MPS_TMP/files")" ""
check "there were events" [ "$(grep -vc '^#' "$MPS_TMP/trace")" -gt 100 ]
is "no address in the events" "$(grep -v '^#' "$MPS_TMP/trace" | addresses)" ""
is "no pointer among their fields" \
	"$(cat $TRACING/events/mpscope/*/format | grep -E 'field:.*\*|%p')" ""
is "no address in the log" \
	"$(dmesg | tail -n +"$(($(cat "$MPS_TMP/lines") + 1))" | grep mpscope | addresses)" ""
wl_quit load
wl_quit dies
ktap_end
