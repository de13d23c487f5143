/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a Go runtime keeps what exact mode reads: the grammar of the file
 * golayout, and the result.
 */
#ifndef _MPS_CORE_GOLAYOUT_H
#define _MPS_CORE_GOLAYOUT_H

#include "port.h"

/* Offsets into the runtime's structs: id, key, size of the field, needed. */
#define MPS_GO_OFFSETS(X)						\
	X(G_M,			"g_m",			8, true)	\
	X(G_GOID,		"g_goid",		8, true)	\
	X(G_STATUS,		"g_status",		4, true)	\
	X(M_G0,			"m_g0",			8, true)	\
	X(M_PROCID,		"m_procid",		8, true)	\
	X(M_CURG,		"m_curg",		8, true)	\
	X(M_P,			"m_p",			8, true)	\
	X(M_ID,			"m_id",			8, true)	\
	X(M_SPINNING,		"m_spinning",		1, true)	\
	X(M_LOCKEDG,		"m_lockedg",		8, true)	\
	X(M_NEXTP,		"m_nextp",		8, false)	\
	X(M_OLDP,		"m_oldp",		8, false)	\
	X(M_SYSCALLTICK,	"m_syscalltick",	4, false)	\
	X(P_ID,			"p_id",			4, true)	\
	X(P_M,			"p_m",			8, true)	\
	X(P_STATUS,		"p_status",		4, true)	\
	X(P_SYSCALLTICK,	"p_syscalltick",	4, false)

#define MPS_GO_X(id, key, size, needed)	MPS_GO_##id,
enum mps_go_offset { MPS_GO_OFFSETS(MPS_GO_X) MPS_NR_GO_OFFSETS };
#undef MPS_GO_X

#define MPS_GO_VERSION_LEN	31
#define MPS_GO_MAX_OFFSET	65536	/* each field ends below */
#define MPS_GO_MAX_PROCS	4096

struct mps_golayout {
	char go[MPS_GO_VERSION_LEN + 1];	/* for people */
	s32 tls;		/* from the thread pointer to where g is */
	u32 nprocs;		/* p.id is below */
	u32 given;		/* bit per enum mps_go_offset */
	u32 off[MPS_NR_GO_OFFSETS];
};

/* One of these, with a sentence each: what is wrong and what would be right. */
enum mps_go_error {
	MPS_GO_OK,
	MPS_GO_OFF,		/* the word "off" alone */
	MPS_GO_NO_PAIR,
	MPS_GO_UNKNOWN,
	MPS_GO_TWICE,
	MPS_GO_NO_NUMBER,
	MPS_GO_RANGE,
	MPS_GO_UNALIGNED,
	MPS_GO_VERSION,
	MPS_GO_PROCS,
	MPS_GO_MISSING,
	MPS_GO_HALF,
	MPS_NR_GO_ERRORS
};

const char *mps_go_sentence(enum mps_go_error e);
const char *mps_go_key(enum mps_go_offset o);

static inline bool mps_go_has(const struct mps_golayout *l, enum mps_go_offset o)
{
	return l->given & 1u << o;
}

/**
 * mps_golayout_parse() - key=value words, separated by blanks or newlines
 * @text: the whole write
 * @l: out; undefined unless MPS_GO_OK
 * @at: out: the word that is wrong, up to a blank; of MPS_GO_MISSING the key
 *	that lacks; "" if no word is to blame
 *
 * Context: COLD; pure. Return: MPS_GO_OK, MPS_GO_OFF, or the first error.
 */
enum mps_go_error mps_golayout_parse(const char *text, struct mps_golayout *l,
				     const char **at);

#endif /* _MPS_CORE_GOLAYOUT_H */
