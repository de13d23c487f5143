/* SPDX-License-Identifier: GPL-2.0 */
/* Between the files golayout_*.c; nobody else includes it. */
#ifndef _MPS_GOLAYOUT_SCAN_H
#define _MPS_GOLAYOUT_SCAN_H

#include "golayout.h"
#include "gomem.h"
#include "gotids.h"

/* golayout_maps.c: where there is memory that can be written to */
struct mps_gomaps {
	struct mps_range *r;	/* ascending */
	size_t nr;
};

bool mps_gomaps_parse(struct mps_gomaps *maps, const char *text);
bool mps_gomaps_read(struct mps_gomaps *maps, pid_t pid);
void mps_gomaps_free(struct mps_gomaps *maps);
bool mps_gomaps_has(const struct mps_gomaps *maps, uint64_t addr);

/* golayout_scan.c */
bool mps_golayout_scan(const struct mps_gomem *mem,
		       const struct mps_goproc *gp,
		       const struct mps_gomaps *maps,
		       const struct mps_gotids *tids, struct mps_golayout *l);

/* golayout_prove.c */
bool mps_golayout_prove(const struct mps_gomem *mem,
			const struct mps_golayout *l,
			const struct mps_gotids *tids, char *why, size_t size);
bool mps_golayout_prove_g(const struct mps_gomem *mem,
			  const struct mps_golayout *l,
			  const struct mps_goproc *gp);

/* golayout_tls.c */
void mps_golayout_tls(const struct mps_gomem *mem,
		      const struct mps_goproc *gp,
		      const struct mps_gotids *tids, struct mps_golayout *l);

#endif /* _MPS_GOLAYOUT_SCAN_H */
