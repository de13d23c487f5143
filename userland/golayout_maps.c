// SPDX-License-Identifier: GPL-2.0
/* Where a process has memory that can be written to: /proc/PID/maps. */
#include "golayout_scan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAPS_MAX	(16u << 20)

/* Neighbours become one. Return: false without memory. */
static bool add(struct mps_gomaps *maps, uint64_t start, uint64_t end)
{
	struct mps_range *grown;

	if (maps->nr && maps->r[maps->nr - 1].end == start) {
		maps->r[maps->nr - 1].end = end;
		return true;
	}
	grown = realloc(maps->r, (maps->nr + 1) * sizeof(*grown));
	if (!grown)
		return false;
	maps->r = grown;
	maps->r[maps->nr].start = start;
	maps->r[maps->nr++].end = end;
	return true;
}

/**
 * mps_gomaps_parse() - take what can be written to
 * @maps: out, to be freed in any case
 * @text: as /proc/PID/maps; lines that make no sense are left out
 *
 * Return: false without memory.
 */
bool mps_gomaps_parse(struct mps_gomaps *maps, const char *text)
{
	uint64_t start, end, last = 0;
	char perms[8];

	memset(maps, 0, sizeof(*maps));
	for (; text && *text; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (sscanf(text, "%" SCNx64 "-%" SCNx64 " %7s", &start, &end,
			   perms) == 3 && strncmp(perms, "rw", 2) == 0 &&
		    start < end && start >= last) {
			if (!add(maps, start, end))
				return false;
			last = end;
		}
	}
	return true;
}

bool mps_gomaps_read(struct mps_gomaps *maps, pid_t pid)
{
	char *text = malloc(MAPS_MAX);
	bool ok = false;

	memset(maps, 0, sizeof(*maps));
	if (text && mps_proc_read(pid, "maps", text, MAPS_MAX) > 0)
		ok = mps_gomaps_parse(maps, text) && maps->nr;
	free(text);
	return ok;
}

void mps_gomaps_free(struct mps_gomaps *maps)
{
	free(maps->r);
	memset(maps, 0, sizeof(*maps));
}

bool mps_gomaps_has(const struct mps_gomaps *maps, uint64_t addr)
{
	size_t lo = 0, hi = maps->nr;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (addr < maps->r[mid].start)
			hi = mid;
		else if (addr >= maps->r[mid].end)
			lo = mid + 1;
		else
			return true;
	}
	return false;
}
