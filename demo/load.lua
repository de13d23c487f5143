-- SPDX-License-Identifier: GPL-2.0
-- A load for wrk that does not saturate: every connection pauses between two
-- requests, and asks for the paths at random, by their weights.
--
--	wrk ... -s load.lua URL -- PAUSE_MS WEIGHT PATH [WEIGHT PATH]...

local requests = {}
local pause_ms

function init(args)
	pause_ms = tonumber(args[1])
	for i = 2, #args, 2 do
		for _ = 1, tonumber(args[i]) do
			table.insert(requests, wrk.format("GET", args[i + 1]))
		end
	end
end

function delay()
	return pause_ms
end

function request()
	return requests[math.random(#requests)]
end

-- One line for the script that started wrk.
function done(summary, latency)
	local e = summary.errors

	io.write(string.format(
		"load requests=%d seconds=%.0f p50_ms=%.1f p99_ms=%.1f errors=%d\n",
		summary.requests, summary.duration / 1e6,
		latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
		e.connect + e.read + e.write + e.status + e.timeout))
end
