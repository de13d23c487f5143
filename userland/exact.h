/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The role of a thread by what the Go runtime itself says of it (struct
 * mps_exact in model.h), and how often the inferred ones agree. Pure.
 */
#ifndef _MPS_EXACT_H
#define _MPS_EXACT_H

#include "role.h"

/* The role that follows, in the words of role.h; @state: of the kernel. */
enum mps_role mps_exact_role(const struct mps_exact *e, int32_t state);
/* Has it a P, as the runtime counts? One that it was handed counts. */
bool mps_exact_has_p(const struct mps_exact *e);

#define MPS_MAX_WRONG	64

/* How often inferred and exact roles agree, by looks and by time. */
struct mps_agree {
	/* [exact][inferred] */
	uint64_t nr[MPS_NR_ROLES][MPS_NR_ROLES];
	uint64_t ns[MPS_NR_ROLES][MPS_NR_ROLES];
	uint64_t p_nr, p_ok, p_ns, p_ok_ns;	/* holds a P or not */
	uint64_t torn, unknown;			/* not compared */
	/* who holds a P, wrong: the first pairs of rule and exact role */
	struct mps_agree_wrong {
		const struct mps_rule *rule;
		enum mps_role exact;
		uint64_t nr, ns;
	} wrong[MPS_MAX_WRONG];
};

/* @ns: the time that the look stands for. */
void mps_agree_add(struct mps_agree *a, const struct mps_exact *e,
		   int32_t state, const struct mps_verdict *v, uint64_t ns);
/* Looks and agreeing looks of an exact role. */
void mps_agree_role(const struct mps_agree *a, enum mps_role exact,
		    uint64_t *nr, uint64_t *ok, uint64_t *ns, uint64_t *ok_ns);

#endif /* _MPS_EXACT_H */
