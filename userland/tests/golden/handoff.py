#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# usage: handoff.py TRACE-CMD-REPORT TABLE.json GO-TEXT OFFSET_NS
#
# Which calls slept with a P, and came back with it or without: counted in the
# text of trace-cmd, it is what mpscope report -j handoff says; and call by call
# it is what the runtime's own trace says, in which another M takes a P away.
import collections
import json
import re
import sys

CALLS = {0: "read", 1: "write", 3: "close", 257: "openat", 281: "epoll_pwait"}
NONE = ("futex", "sleep", "fault", "stopped", "kernel", "-")

owner, taken, times = {}, collections.defaultdict(list), []
for line in open(sys.argv[3]):
    m = re.match(r"M=(\d+) .*?Time=(\d+) (?:.*ProcID=(\d+) (\w+)->(\w+))?", line)
    if not m:
        continue
    tid, ns = int(m[1]), int(m[2]) + int(sys.argv[4])
    times.append(ns)
    if not m[3] or m[4] == m[5]:
        continue
    if m[5] == "Running":
        owner[m[3]] = tid
    elif owner.pop(m[3], tid) != tid:
        # by another one, and nobody owns it any more
        taken[int(m[3])].append(ns)
begin, end = min(times), max(times)

kept, lost, asleep = collections.Counter(), collections.Counter(), {}
right = wrong = 0
for line in open(sys.argv[1]):
    m = re.search(r" (\d+)\.(\d{9}): (thread_run|thread_block): .*?\btid=(\d+) (.*)", line)
    if not m:
        continue
    ns, tid = int(m[1]) * 10**9 + int(m[2]), int(m[4])
    f = dict(re.findall(r"(\w+)=(\S+)", m[5]))
    p, was = int(f["p"]), asleep.pop(tid, None)
    if m[3] == "thread_block":
        if p >= 0 and int(f["syscall"]) >= 0 and f["reason"] not in NONE:
            asleep[tid] = (ns, p, CALLS[int(f["syscall"])])
    elif was:
        at, had, call = was
        (kept if p == had else lost)[call] += 1
        if begin < at and ns < end:
            away = any(at <= t <= ns for t in taken[had])
            right += away == (p != had)
            wrong += away != (p != had)

table = json.load(open(sys.argv[2]))
for row in table["handoff"]:
    assert row["kept"] == kept[row["syscall"]], row
    # the last may be lost to one that was seen with its P, and never run again
    assert 0 <= row["lost"] - lost[row["syscall"]] <= row["unknown"] + 1, row
    assert row["slept"] == row["kept"] + row["lost"] + row["unknown"]
    assert row["handed"] + row["back"] <= row["lost"]
print("%d calls kept their P and %d lost it; of those in Go's trace %d are so there, %d are not" %
      (sum(kept.values()), sum(lost.values()), right, wrong))
assert right > 60 and wrong <= right // 50
