/* SPDX-License-Identifier: GPL-2.0 */
/* Which syscall a thread blocks in says why it blocks. */
#ifndef _MPS_CORE_REASON_H
#define _MPS_CORE_REASON_H

#include "port.h"

/* The call works on a descriptor (its first argument): ask what that is. */
#define MPS_REASON_BY_FD	MPSCOPE_NR_REASONS

#define MPS_NR_SYSCALLS		512

/* Reasons, by syscall and by S_IFMT; xor OTHER, so that what is not named is. */
extern const u8 mps_reasons[MPS_NR_SYSCALLS];
extern const u8 mps_kinds[16];

/**
 * mps_reason_of_syscall() - why a thread that blocks in this syscall does so
 * @nr: number in the native ABI of this architecture; anything is allowed
 *
 * Context: HOT; pure, one load. Return: enum mpscope_reason, or
 * MPS_REASON_BY_FD.
 */
static __always_inline u8 mps_reason_of_syscall(int nr)
{
	if ((unsigned int)nr >= MPS_NR_SYSCALLS)
		return MPSCOPE_REASON_OTHER;
	return mps_reasons[nr] ^ MPSCOPE_REASON_OTHER;
}

/**
 * mps_reason_of_mode() - MPS_REASON_BY_FD resolved
 * @mode: st_mode of what the descriptor names, 0 if it could not be told
 */
static __always_inline u8 mps_reason_of_mode(unsigned int mode)
{
	return mps_kinds[mode >> 12 & 15] ^ MPSCOPE_REASON_OTHER;
}

#endif /* _MPS_CORE_REASON_H */
