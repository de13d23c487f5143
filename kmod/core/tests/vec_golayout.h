/* SPDX-License-Identifier: GPL-2.0 */
/* What may be written to golayout: what it means, or what is wrong with it. */
#ifndef _MPS_CORE_TESTS_VEC_GOLAYOUT_H
#define _MPS_CORE_TESTS_VEC_GOLAYOUT_H

#include "../golayout.h"

/* A new key or error needs its vectors here first. */
static_assert(MPS_NR_GO_OFFSETS == 17);
static_assert(MPS_NR_GO_ERRORS == 12);

#define NEEDED_M	"m_g0=0 m_procid=72 m_curg=192 m_p=208 m_id=232 "	\
			"m_spinning=276 m_lockedg=352 "
#define NEEDED_P	"p_id=0 p_m=56 p_status=4 "
#define NEEDED_G	"g_m=48 g_goid=152 g_status=144 "
#define HEAD		"go=1.19.8 tls=-8 nprocs=4 "
#define EDGES_M	\
	"m_g0=65528 m_procid=0xFFf0 m_curg=0X8 m_p=000016 m_id=0x18 m_spinning=65535 m_lockedg=32"
#define WHOLE		HEAD NEEDED_G NEEDED_M NEEDED_P
#define TICKS		"m_syscalltick=668 p_syscalltick=20 "

struct vec_golayout {
	const char *text;
	struct mps_golayout l;
};

#define BITS_NEEDED	((1u << MPS_NR_GO_OFFSETS) - 1 -		\
			 (1u << MPS_GO_M_NEXTP) - (1u << MPS_GO_M_OLDP) -	\
			 (1u << MPS_GO_M_SYSCALLTICK) -			\
			 (1u << MPS_GO_P_SYSCALLTICK))
#define BASE(go_, tls_, n, more)					\
	.go = go_, .tls = tls_, .nprocs = n, .given = BITS_NEEDED | (more)

static const struct vec_golayout vec_golayout[] = {
	{ WHOLE, { BASE("1.19.8", -8, 4, 0), .off = {
		48, 152, 144, 0, 72, 192, 208, 232, 276, 352, 0, 0, 0, 0, 56, 4, 0 } } },
	{ "\n\t " HEAD "\n" NEEDED_P "\n" NEEDED_M "\t" NEEDED_G "m_oldp=224\n",
	  { BASE("1.19.8", -8, 4, 1u << MPS_GO_M_OLDP), .off = {
		48, 152, 144, 0, 72, 192, 208, 232, 276, 352, 0, 224, 0, 0, 56, 4, 0 } } },
	{ WHOLE TICKS "m_nextp=0xd8",
	  { BASE("1.19.8", -8, 4, 1u << MPS_GO_M_NEXTP |
		 1u << MPS_GO_M_SYSCALLTICK | 1u << MPS_GO_P_SYSCALLTICK), .off = {
		48, 152, 144, 0, 72, 192, 208, 232, 276, 352, 216, 0, 668, 0, 56, 4, 20 } } },
	/* the edges */
	{ "go=1234567890123456789012345678901 tls=65528 nprocs=4096 " NEEDED_G
	  NEEDED_P EDGES_M,
	  { BASE("1234567890123456789012345678901", 65528, 4096, 0), .off = {
		48, 152, 144, 65528, 65520, 8, 16, 24, 65535, 32, 0, 0, 0, 0, 56, 4, 0 } } },
	{ "go=~ tls=-65536 nprocs=1 " NEEDED_G NEEDED_M "p_id=65532 p_m=0 p_status=0",
	  { BASE("~", -65536, 1, 0), .off = {
		48, 152, 144, 0, 72, 192, 208, 232, 276, 352, 0, 0, 0, 65532, 0, 0, 0 } } },
	{ "go=a=b tls=-0x8 nprocs=0x10 " NEEDED_G NEEDED_M NEEDED_P,
	  { BASE("a=b", -8, 16, 0), .off = {
		48, 152, 144, 0, 72, 192, 208, 232, 276, 352, 0, 0, 0, 0, 56, 4, 0 } } },
};

struct vec_golayout_refused {
	const char *text;
	enum mps_go_error error;
	const char *at;		/* the word or key that is to blame */
};

static const struct vec_golayout_refused vec_golayout_refused[] = {
	{ "off", MPS_GO_OFF, "" },
	{ " off\n", MPS_GO_OFF, "" },
	{ "off off", MPS_GO_NO_PAIR, "off" },
	{ "off " WHOLE, MPS_GO_NO_PAIR, "off" },
	{ WHOLE "off", MPS_GO_NO_PAIR, "off" },
	{ "Off", MPS_GO_NO_PAIR, "Off" },
	{ "4711", MPS_GO_NO_PAIR, "4711" },
	{ "# comment", MPS_GO_NO_PAIR, "#" },
	{ "version 1", MPS_GO_NO_PAIR, "version" },
	{ "g_m", MPS_GO_NO_PAIR, "g_m" },
	{ "", MPS_GO_MISSING, "g_m" },
	{ "\n\t ", MPS_GO_MISSING, "g_m" },
	{ "=8", MPS_GO_UNKNOWN, "=8" },
	{ WHOLE "m_q=8", MPS_GO_UNKNOWN, "m_q=8" },
	{ WHOLE "G_m=8", MPS_GO_UNKNOWN, "G_m=8" },
	{ WHOLE "m_=8", MPS_GO_UNKNOWN, "m_=8" },
	{ WHOLE "state=exact", MPS_GO_UNKNOWN, "state=exact" },
	{ WHOLE "g_lockedm=8", MPS_GO_UNKNOWN, "g_lockedm=8" },
	{ WHOLE "g_m=48", MPS_GO_TWICE, "g_m=48" },
	{ WHOLE "tls=-8", MPS_GO_TWICE, "tls=-8" },
	{ WHOLE "go=1.24", MPS_GO_TWICE, "go=1.24" },
	{ "nprocs=1 nprocs=2 x", MPS_GO_TWICE, "nprocs=2" },
	{ "g_m=", MPS_GO_NO_NUMBER, "g_m=" },
	{ "g_m=-", MPS_GO_NO_NUMBER, "g_m=-" },
	{ "g_m=0x", MPS_GO_NO_NUMBER, "g_m=0x" },
	{ "g_m=0xg", MPS_GO_NO_NUMBER, "g_m=0xg" },
	{ "g_m=8a", MPS_GO_NO_NUMBER, "g_m=8a" },
	{ "g_m=+8", MPS_GO_NO_NUMBER, "g_m=+8" },
	{ "g_m=--8", MPS_GO_NO_NUMBER, "g_m=--8" },
	{ "g_m=8,", MPS_GO_NO_NUMBER, "g_m=8," },
	{ "g_m=8.0", MPS_GO_NO_NUMBER, "g_m=8.0" },
	{ "tls=8\r", MPS_GO_NO_NUMBER, "tls=8\r" },
	{ "nprocs=four", MPS_GO_NO_NUMBER, "nprocs=four" },
	{ "g_m=-8", MPS_GO_RANGE, "g_m=-8" },
	{ "g_m=65536", MPS_GO_RANGE, "g_m=65536" },
	{ "g_m=65529", MPS_GO_RANGE, "g_m=65529" },
	{ "g_m=4294967296", MPS_GO_RANGE, "g_m=4294967296" },	/* 0 as u32 */
	{ "g_m=18446744073709551616", MPS_GO_RANGE, "g_m=18446744073709551616" },
	{ "g_m=0xffffffffffffffffffff", MPS_GO_RANGE, "g_m=0xffffffffffffffffffff" },
	{ "m_spinning=65536", MPS_GO_RANGE, "m_spinning=65536" },
	{ "p_id=65533", MPS_GO_RANGE, "p_id=65533" },
	{ "tls=-65537", MPS_GO_RANGE, "tls=-65537" },
	{ "tls=-65544", MPS_GO_RANGE, "tls=-65544" },
	{ "tls=65529", MPS_GO_RANGE, "tls=65529" },
	{ "tls=0xffffffffffffffff", MPS_GO_RANGE, "tls=0xffffffffffffffff" },
	{ "g_m=4", MPS_GO_UNALIGNED, "g_m=4" },
	{ "g_status=2", MPS_GO_UNALIGNED, "g_status=2" },
	{ "tls=-4", MPS_GO_UNALIGNED, "tls=-4" },
	{ "go=", MPS_GO_VERSION, "go=" },
	{ "go=12345678901234567890123456789012", MPS_GO_VERSION,
	  "go=12345678901234567890123456789012" },
	{ "go=1\0011", MPS_GO_VERSION, "go=1\0011" },
	{ "go=\xb5", MPS_GO_VERSION, "go=\xb5" },
	{ "nprocs=0", MPS_GO_PROCS, "nprocs=0" },
	{ "nprocs=4097", MPS_GO_PROCS, "nprocs=4097" },
	{ "nprocs=-1", MPS_GO_PROCS, "nprocs=-1" },
	{ HEAD NEEDED_G NEEDED_M "p_id=0 p_status=4", MPS_GO_MISSING, "p_m" },
	{ NEEDED_G NEEDED_M NEEDED_P, MPS_GO_MISSING, "go" },
	{ "go=1 nprocs=1 " NEEDED_G NEEDED_M NEEDED_P, MPS_GO_MISSING, "tls" },
	{ "go=1 tls=8 " NEEDED_G NEEDED_M NEEDED_P, MPS_GO_MISSING, "nprocs" },
	{ WHOLE "m_syscalltick=668", MPS_GO_HALF, "" },
	{ WHOLE "p_syscalltick=20", MPS_GO_HALF, "" },
};

#undef BASE
#undef BITS_NEEDED

#endif /* _MPS_CORE_TESTS_VEC_GOLAYOUT_H */
