#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# usage: merge.py TRACE-CMD-REPORT GO-TEXT TABLE.json
#
# Work out from the text of both tools for how long each goroutine was running
# and on a CPU, and hold it against what mpscope merge -j says.
import bisect
import collections
import json
import re
import sys

table = json.load(open(sys.argv[3]))
offset, lo, hi = int(table["offset_ns"]), table["begin_ns"], table["end_ns"]

stays, since = collections.defaultdict(list), {}
for line in open(sys.argv[1]):
    m = re.search(r" (\d+)\.(\d{9}): (thread_run|thread_block): .*?\btid=(\d+) (.*)", line)
    if not m:
        continue
    ns, tid = int(m[1]) * 10**9 + int(m[2]), int(m[4])
    wait = re.search(r"wait_ns=(\d+)", m[5])
    if tid in since:
        stays[tid].append((since.pop(tid), ns - int(wait[1]) if wait else ns))
    if m[3] == "thread_run":
        since[tid] = ns
for tid, ns in since.items():
    stays[tid].append((ns, hi))


def on_cpu(tid, a, b):
    s = stays[tid]
    at = max(bisect.bisect_left(s, (a, 0)) - 1, 0)
    total = 0
    while at < len(s) and s[at][0] < b:
        total += max(0, min(s[at][1], b) - max(s[at][0], a))
        at += 1
    return total


running, cpu, begun = collections.Counter(), collections.Counter(), {}


def ran(g, tid, a, b):
    a, b = max(a, lo), min(b, hi)
    if a < b:
        running[g] += b - a
        cpu[g] += on_cpu(tid, a, b)


for line in open(sys.argv[2]):
    m = re.match(r"M=(-?\d+) .* Time=(\d+) .*GoID=(\d+) (\w+)->(\w+)", line)
    if not m:
        continue
    tid, ns, g = int(m[1]), int(m[2]) + offset, int(m[3])
    if m[4] == m[5]:
        continue
    if m[4] == "Running" and g in begun:
        ran(g, *begun.pop(g), ns)
    if m[5] == "Running":
        begun[g] = (tid, ns)
for g, (tid, ns) in begun.items():
    ran(g, tid, ns, hi)

worst = 0
for row in table["goroutines"]:
    g = row["goid"]
    assert row["running_ns"] == running[g], "G%d runs for %d" % (g, running[g])
    worst = max(worst, abs(row["on_cpu_ns"] - cpu[g]))
print("%.3f s running, %.3f s on CPU, of no goroutine more than %d ns off" %
      (sum(running.values()) / 1e9, sum(cpu.values()) / 1e9, worst))
assert sum(cpu.values()) > 10**9 and worst < 100000
