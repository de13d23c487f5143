/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The Go runtime's own account of a process, read from its memory: symbols by
 * name, offsets from DWARF, nothing built in. Shares no code with the tool.
 */
#ifndef GOTRUTH_H
#define GOTRUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Struct fields read, by type and name, as DWARF calls them. */
#define GT_FIELDS(X)							\
	X(m, procid) X(m, p) X(m, nextp) X(m, oldp) X(m, spinning)	\
	X(m, blocked) X(m, lockedg) X(m, curg) X(m, mstartfn)		\
	X(m, alllink) X(m, syscalltick) X(m, id) X(m, g0)		\
	X(p, id) X(p, status) X(p, m) X(p, schedtick) X(p, syscalltick)	\
	X(g, atomicstatus) X(g, goid) X(g, m)				\
	X(schedt, npidle) X(schedt, nmspinning) X(schedt, nmidle)	\
	X(schedt, gcwaiting) X(schedt, lastpoll)

/* Variables and functions of the runtime. */
#define GT_SYMBOLS(X)							\
	X(allm) X(allp) X(sched) X(gomaxprocs) X(sysmon) X(templateThread)

struct gt_exe {
	char path[256];
	uint64_t bias;
	uint64_t size_m, size_p, size_g, size_schedt;
#define X(type, field)	uint32_t type##_##field;
	GT_FIELDS(X)
#undef X
#define X(name)	uint64_t sym_##name;
	GT_SYMBOLS(X)
#undef X
};

/*
 * Both end the program with a sentence if the executable is not as needed.
 * @twin: the same program with the symbols that it lacks, or NULL
 */
void gt_exe_open(struct gt_exe *exe, pid_t pid, const char *twin);
void gt_die(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), noreturn));

#endif /* GOTRUTH_H */
