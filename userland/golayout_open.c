// SPDX-License-Identifier: GPL-2.0
/*
 * The layout of a process, from the first source that the process itself
 * proves: DWARF, the table, or a row of the table for another version.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "golayout_scan.h"

/*
 * A thread may be born or die while we look, or lose its CPU between two words
 * that belong together. Then another look at once is of no use: the pauses grow,
 * and are half a second in all.
 */
#define TRIES		3	/* without a pause */
#define PATIENT_TRIES	16	/* of a layout that should fit */
#define PAUSE_NS	5000000	/* longer by that each time */

struct open {
	const struct mps_goproc *gp;
	struct mps_gomem mem;
	struct mps_gotids tids;
	struct mps_gomaps maps;
	bool amd64;		/* what the table was made on */
	int tries;		/* for each layout */
	char last[160];		/* what did not hold */
};

static const struct mps_gotable *table_find(int minor)
{
	unsigned int i;

	for (i = 0; i < mps_nr_gotables; i++)
		if (mps_gotables[i].minor == minor)
			return &mps_gotables[i];
	return NULL;
}

/* How far the program was moved: goproc has found it out for the entry. */
static bool bias_of(int fd, struct open *o, uint64_t *bias)
{
	Elf64_Ehdr eh;

	if (pread(fd, &eh, sizeof(eh), 0) != sizeof(eh))
		return false;
	*bias = o->gp->exe.entry - eh.e_entry;
	o->amd64 = eh.e_machine == EM_X86_64;
	return true;
}

static bool has_addresses(const struct mps_golayout *l)
{
	return MPS_VAR(l, allm) && MPS_VAR(l, allp) && MPS_VAR(l, sched);
}

/* Before the try of this number. */
static void pause_before(int i)
{
	const struct timespec ts = { .tv_nsec = (i - TRIES + 1) * PAUSE_NS };

	if (i >= TRIES)
		nanosleep(&ts, NULL);
}

/* Offsets are there: find the addresses if need be, and prove it all. */
static bool try(struct open *o, struct mps_golayout *l)
{
	struct mps_golayout with = *l;
	int i;

	for (i = 0; i < o->tries; i++) {
		pause_before(i);
		mps_gotids_free(&o->tids);
		if (!mps_gotids_read(&o->tids, o->gp->pid) || !o->tids.nr)
			break;
		if (!has_addresses(l) &&
		    !mps_golayout_scan(&o->mem, o->gp, &o->maps, &o->tids,
				       &with)) {
			snprintf(o->last, sizeof(o->last),
				 "its Ms, Ps and scheduler were not found in its data");
			continue;
		}
		if (mps_golayout_prove(&o->mem, &with, &o->tids, o->last,
				       sizeof(o->last))) {
			*l = with;
			return true;
		}
	}
	return false;
}

static bool try_row(struct open *o, struct mps_golayout *l,
		    const struct mps_gotable *row,
		    enum mps_layout_source source)
{
	l->s = row->s;
	l->row = row;
	l->source = source;
	return try(o, l);
}

/* An experiment or the race detector changes the structs: no table has them. */
static bool is_special(const char *version)
{
	return strstr(version, " X:") || strstr(version, "devel");
}

static bool find_by_table(struct open *o, struct mps_golayout *l)
{
	const char *version = o->gp->exe.version;
	unsigned int i;
	int tries;

	if (!o->amd64) {
		snprintf(o->last, sizeof(o->last),
			 "it has no DWARF, and the table is for amd64 only");
		return false;
	}
	if (is_special(version)) {
		snprintf(o->last, sizeof(o->last),
			 "it has no DWARF, and %s is no version that a table can have",
			 version);
		return false;
	}
	if (l->row)
		return try_row(o, l, l->row, MPS_LAYOUT_TABLE);
	/* the newest first; all of them quickly before any is given time */
	for (tries = TRIES; tries <= TRIES + 2; tries += 2) {
		o->tries = tries;
		for (i = mps_nr_gotables; i > 0; i--)
			if (try_row(o, l, &mps_gotables[i - 1],
				    MPS_LAYOUT_TRIED) &&
			    mps_golayout_prove_g(&o->mem, l, o->gp))
				return true;
	}
	snprintf(o->last, sizeof(o->last),
		 "it has no DWARF, and no known version's layout fits");
	return false;
}

static bool find(struct open *o, int fd, struct mps_golayout *l)
{
	uint64_t bias;
	bool dwarf;
	size_t i;

	if (!mps_golayout_elf(fd, l) || !bias_of(fd, o, &bias)) {
		snprintf(o->last, sizeof(o->last),
			 "its executable cannot be read");
		return false;
	}
	l->row = table_find(o->gp->exe.minor);
	l->tls_known &= o->amd64;
	dwarf = mps_golayout_dwarf(fd, l);
	for (i = 0; i < MPS_NR_GO_VARS; i++)
		l->var[i] += l->var[i] ? bias : 0;
	return dwarf ? try(o, l) : find_by_table(o, l);
}

static bool open_maps(struct open *o)
{
	if (mps_gomaps_read(&o->maps, o->gp->pid))
		return true;
	snprintf(o->last, sizeof(o->last),
		 "its memory cannot be looked at: be root, or own the process and see ptrace(2) on ptrace_scope");
	return false;
}

static void explain(const struct open *o, char *why, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task", o->gp->pid);
	if (access(path, F_OK))
		snprintf(why, size, "process %d ended while it was examined",
			 o->gp->pid);
	else
		snprintf(why, size,
			 "the layout of process %d's Go runtime (%s) is not proven: %s",
			 o->gp->pid, o->gp->exe.version, o->last);
}

/**
 * mps_golayout_open() - find and prove the layout of a process
 * @gp: the process, a Go program
 * @l: out
 * @why: gets a sentence if there is none
 * @size: of @why
 *
 * Return: true if the layout can be used.
 */
bool mps_golayout_open(const struct mps_goproc *gp, struct mps_golayout *l,
		       char *why, size_t size)
{
	struct open o = {
		.gp = gp, .last = "unknown", .tries = PATIENT_TRIES,
	};
	char path[64];
	bool ok = false;
	int fd;

	memset(l, 0, sizeof(*l));
	mps_gostructs_init(&l->s);
	mps_gomem_init(&o.mem, gp->pid);
	snprintf(path, sizeof(path), "/proc/%d/exe", gp->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		ok = open_maps(&o) && find(&o, fd, l);
		close(fd);
	}
	if (ok && !mps_golayout_prove_g(&o.mem, l, gp))
		MPS_VAR(l, allgs) = 0;
	if (ok)
		mps_golayout_tls(&o.mem, gp, &o.tids, l);
	else
		explain(&o, why, size);
	mps_gotids_free(&o.tids);
	mps_gomaps_free(&o.maps);
	return ok;
}
