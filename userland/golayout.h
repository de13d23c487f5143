/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the Go runtime of a process keeps its Ms, Ps and goroutines: offsets
 * of the fields of four structs, addresses of a few variables, and the way
 * from a thread to its g. Found from DWARF, from a table of versions that were
 * tried, or by trying the table's rows on the process; never used before the
 * process itself has proved it (golayout_prove.c).
 */
#ifndef _MPS_GOLAYOUT_H
#define _MPS_GOLAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "goproc.h"

/* The structs, as the runtime calls them. */
#define MPS_GO_TYPES(X)	X(g) X(m) X(p) X(schedt)

#define MPS_X_TYPE(t)	MPS_GT_##t,
enum mps_go_type { MPS_GO_TYPES(MPS_X_TYPE) MPS_NR_GO_TYPES };

/*
 * type, our name, the member's path, its path in other versions or NULL, may
 * it be absent?
 */
#define MPS_GO_FIELDS(X)						\
	X(g, stack_lo,		"stack.lo",	NULL,		0)	\
	X(g, stack_hi,		"stack.hi",	NULL,		0)	\
	X(g, m,			"m",		NULL,		0)	\
	X(g, sched_g,		"sched.g",	NULL,		0)	\
	X(g, atomicstatus,	"atomicstatus",	NULL,		0)	\
	X(g, goid,		"goid",		NULL,		0)	\
	X(g, waitsince,		"waitsince",	NULL,		0)	\
	X(g, waitreason,	"waitreason",	NULL,		0)	\
	X(g, lockedm,		"lockedm",	NULL,		0)	\
	X(g, parent,		"parentGoid",	NULL,		1)	\
	X(g, gopc,		"gopc",		NULL,		0)	\
	X(g, startpc,		"startpc",	NULL,		0)	\
	X(m, g0,		"g0",		NULL,		0)	\
	X(m, procid,		"procid",	NULL,		0)	\
	X(m, mstartfn,		"mstartfn",	NULL,		0)	\
	X(m, curg,		"curg",		NULL,		0)	\
	X(m, p,			"p",		NULL,		0)	\
	X(m, nextp,		"nextp",	NULL,		0)	\
	X(m, oldp,		"oldp",		NULL,		0)	\
	X(m, id,		"id",		NULL,		0)	\
	X(m, spinning,		"spinning",	NULL,		0)	\
	X(m, blocked,		"blocked",	NULL,		0)	\
	X(m, incgo,		"incgo",	NULL,		0)	\
	X(m, alllink,		"alllink",	NULL,		0)	\
	X(m, lockedg,		"lockedg",	NULL,		0)	\
	X(m, syscalltick,	"syscalltick",	NULL,		0)	\
	X(p, id,		"id",		NULL,		0)	\
	X(p, status,		"status",	NULL,		0)	\
	X(p, schedtick,		"schedtick",	NULL,		0)	\
	X(p, syscalltick,	"syscalltick",	NULL,		0)	\
	X(p, m,			"m",		NULL,		0)	\
	X(p, mcache,		"mcache",	NULL,		0)	\
	X(p, runqhead,		"runqhead",	NULL,		0)	\
	X(p, runqtail,		"runqtail",	NULL,		0)	\
	X(p, sudogcache,	"sudogcache",	NULL,		0)	\
	X(p, sudogbuf,		"sudogbuf",	NULL,		0)	\
	X(schedt, midle,	"midle",	NULL,		0)	\
	X(schedt, nmidle,	"nmidle",	NULL,		0)	\
	X(schedt, mnext,	"mnext",	NULL,		0)	\
	X(schedt, maxmcount,	"maxmcount",	NULL,		0)	\
	X(schedt, nmfreed,	"nmfreed",	NULL,		0)	\
	X(schedt, pidle,	"pidle",	NULL,		0)	\
	X(schedt, npidle,	"npidle",	NULL,		0)	\
	X(schedt, nmspinning,	"nmspinning",	NULL,		0)	\
	X(schedt, needspinning,	"needspinning",	NULL,		1)	\
	X(schedt, runqsize,	"runqsize",	"runq.size",	0)	\
	X(schedt, gcwaiting,	"gcwaiting",	NULL,		0)

#define MPS_X_FIELD_ID(t, id, path, other, opt)	MPS_GF_##t##_##id,
enum mps_go_field { MPS_GO_FIELDS(MPS_X_FIELD_ID) MPS_NR_GO_FIELDS };

/* Variables of the runtime. */
#define MPS_GO_VARS(X)							\
	X(allgs) X(allm) X(allp) X(sched) X(gomaxprocs) X(waitReasonStrings)

#define MPS_X_VAR(v)	MPS_GV_##v,
enum mps_go_var { MPS_GO_VARS(MPS_X_VAR) MPS_NR_GO_VARS };

#define MPS_GO_ABSENT		(-1)
#define MPS_GO_MAX_STRUCT	(1 << 20)	/* no struct of Go's is larger */

/* Where the offsets are from. */
#define MPS_LAYOUT_SOURCES(X)						\
	X(NONE,		"none")						\
	X(DWARF,	"DWARF")					\
	X(TABLE,	"table")					\
	X(TRIED,	"table of another version")

#define MPS_X_LAYOUT(id, name)	MPS_LAYOUT_##id,
enum mps_layout_source { MPS_LAYOUT_SOURCES(MPS_X_LAYOUT) MPS_NR_LAYOUTS };

extern const char * const mps_layout_names[MPS_NR_LAYOUTS];

/* What is the same for all programs of one version. */
struct mps_gostructs {
	int32_t off[MPS_NR_GO_FIELDS];		/* MPS_GO_ABSENT */
	uint32_t size[MPS_NR_GO_TYPES];
};

struct mps_gotable {
	int minor;			/* 24 of go1.24.4 */
	const char *proven;		/* "go1.24.4": the version it is from */
	struct mps_gostructs s;
	const char * const *reason;	/* what a goroutine may wait for */
	unsigned int nr_reasons;
};

extern const struct mps_gotable mps_gotables[];
extern const unsigned int mps_nr_gotables;

struct mps_golayout {
	enum mps_layout_source source;
	const struct mps_gotable *row;	/* of the table; may be NULL */
	struct mps_gostructs s;
	uint64_t var[MPS_NR_GO_VARS];	/* addresses; 0: unknown */
	bool scanned;			/* addresses found in memory */
	bool tls_known;
	int64_t tls;			/* g lies at thread pointer + this */
};

#define MPS_OFF(l, t, f)	((l)->s.off[MPS_GF_##t##_##f])
#define MPS_VAR(l, v)		((l)->var[MPS_GV_##v])

/* golayout.c: names and checks; pure */
struct mps_gofield {
	enum mps_go_type type;
	const char *path, *other;
	bool optional;
	const char *name;		/* "g_goid" */
};

extern const struct mps_gofield mps_gofields[MPS_NR_GO_FIELDS];
extern const char * const mps_gotype_names[MPS_NR_GO_TYPES];
extern const char * const mps_govar_names[MPS_NR_GO_VARS];

void mps_gostructs_init(struct mps_gostructs *s);
const char *mps_gostructs_missing(const struct mps_gostructs *s);
int mps_golayout_text(const struct mps_golayout *l, const char *version,
		      unsigned int nprocs, char *buf, size_t size);

/* golayout_dwarf.c */
bool mps_golayout_dwarf(int fd, struct mps_golayout *l);

/* golayout_elf.c */
bool mps_golayout_elf(int fd, struct mps_golayout *l);

/* golayout_open.c */
bool mps_golayout_open(const struct mps_goproc *gp, struct mps_golayout *l,
		       char *why, size_t size);

#endif /* _MPS_GOLAYOUT_H */
