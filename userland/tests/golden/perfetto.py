#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# usage: perfetto.py CHROME.json OUT.pftrace
#
# Decode the second by the wire format alone, and hold it against the first: the
# same groups and tracks, the same slices on them, the same arrows; slices begin
# and end in turn, and no track has two at a time. The reader of it knows fields
# by their public numbers, and fails at one that it does not know.
import collections
import json
import struct
import sys


def varint(b, at):
    value = shift = 0
    while True:
        value |= (b[at] & 0x7f) << shift
        shift += 7
        at += 1
        if not b[at - 1] & 0x80:
            return value, at


def fields(b):
    at = 0
    while at < len(b):
        tag, at = varint(b, at)
        if tag & 7 == 0:
            value, at = varint(b, at)
        elif tag & 7 == 1:
            value, at = struct.unpack_from("<Q", b, at)[0], at + 8
        elif tag & 7 == 2:
            n, at = varint(b, at)
            assert at + n <= len(b), "a field ends with its message"
            value, at = b[at:at + n], at + n
        else:
            raise AssertionError("wire type %d" % (tag & 7))
        yield tag >> 3, value


def known(b, names):
    m = collections.defaultdict(list)
    for number, value in fields(b):
        m[names[number]].append(value)
    return m


PACKET = {6: "snapshot", 8: "ts", 10: "seq", 11: "event", 12: "interned",
          13: "flags", 59: "defaults", 60: "track"}
EVENT = {4: "args", 9: "type", 10: "iid", 11: "uuid", 23: "name",
         47: "flow", 48: "flow_end"}
TRACK = {1: "uuid", 2: "name", 5: "parent", 11: "order", 12: "rank"}


def values(args):
    for key, a in args.items():
        yield key, str(a[4]) if 4 in a else a[6].decode()


def perfetto(path):
    names, keys, tracks, sequence = {}, {}, {}, False
    slices, arrows, opened, last = [], collections.defaultdict(list), {}, None
    for number, raw in fields(open(path, "rb").read()):
        assert number == 1, "a trace is a row of packets"
        p = known(raw, PACKET)
        assert p["seq"] == [1]
        # the first one makes the state that all others need
        assert p["flags"] == [2 if sequence else 1]
        sequence = True
        for data in p["interned"]:
            for kind, entry in fields(data):
                e = dict(fields(entry))
                table = {2: names, 3: keys}[kind]
                assert e[1] not in table, "a number has one name"
                table[e[1]] = e[2].decode()
        for raw_track in p["track"]:
            t = known(raw_track, TRACK)
            assert t["uuid"][0] not in tracks, "a track is described once"
            tracks[t["uuid"][0]] = (t["name"][0].decode(), t["parent"])
        for raw_event in p["event"]:
            e, ts = known(raw_event, EVENT), p["ts"][0]
            uuid = e["uuid"][0]
            args = {keys[dict(fields(a))[1]]: dict(fields(a)) for a in e["args"]}
            name = names[e["iid"][0]] if e["iid"] else None
            if e["type"] == [1]:
                assert uuid not in opened, "no slice lies in another one"
                opened[uuid] = (ts, name, args)
            elif e["type"] == [2]:
                begin, name, args = opened.pop(uuid)
                assert begin < ts
                slices.append((uuid, begin, ts, name, args))
            else:
                assert e["type"] == [3]
                for flow in e["flow"]:
                    arrows[flow].append((uuid, ts))
                for flow in e["flow_end"]:
                    arrows[flow].append((uuid, ts))
                if not e["flow"] and not e["flow_end"]:
                    last = args
    assert not opened, "each slice ends"
    full = {u: (tracks[p[0]][0] if p else "", n) for u, (n, p) in tracks.items()}
    return (full,
            sorted((full[u], b, e, n, sorted(values(a))) for u, b, e, n, a in slices),
            sorted(tuple((full[u], ts) for u, ts in a) for a in arrows.values()),
            last)


def ns(us):
    return round(us * 1000)


def chrome(path):
    doc = json.load(open(path))
    groups, tracks, slices = {}, {}, []
    arrows = collections.defaultdict(list)
    for e in doc["traceEvents"]:
        if e["ph"] == "M" and e["name"] == "process_name":
            groups[e["pid"]] = e["args"]["name"]
        elif e["ph"] == "M":
            tracks[e["pid"], e["tid"]] = e["args"]["name"]
    def where(e):
        return groups[e["pid"]], tracks[e["pid"], e["tid"]]
    for e in doc["traceEvents"]:
        if e["ph"] == "X":
            slices.append((where(e), ns(e["ts"]), ns(e["ts"]) + ns(e["dur"]),
                           e["name"],
                           sorted((k, str(v)) for k, v in e["args"].items())))
        elif e["ph"] in "sf":
            arrows[e["id"]].append((where(e), ns(e["ts"])))
    return (groups, tracks, sorted(slices),
            sorted(tuple(a) for a in arrows.values()), doc["otherData"])


groups, tracks, slices, arrows, other = chrome(sys.argv[1])
p_tracks, p_slices, p_arrows, p_last = perfetto(sys.argv[2])
want = sorted([(groups[g], n) for (g, _), n in tracks.items()] +
              [("", n) for n in groups.values()] + [("", "recording")])
assert sorted(p_tracks.values()) == want, "the same tracks"
assert p_slices == slices and len(slices) > 1000, "the same slices"
assert p_arrows == arrows and len(arrows) > 50, "the same arrows"
assert p_last["lost_events"].get(4) == other["lost_events"], "the same losses"
ends = collections.defaultdict(int)
for track, begin, end, _, _ in p_slices:
    assert begin >= ends[track], "slices of a track do not overlap"
    ends[track] = end
