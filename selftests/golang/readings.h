/* SPDX-License-Identifier: GPL-2.0 */
/* What the module says of Ms and Ps, read over and over; the last ones are kept. */
#ifndef SELFTESTS_READINGS_H
#define SELFTESTS_READINGS_H

#include <stdbool.h>
#include <stdint.h>

#define NR_READINGS	512	/* the last ones */
#define MAX_ROWS	64	/* Ms, or Ps */

struct m_row {
	long tid, m, p, goid;
	uint64_t runs;
	bool running, syscall, known;
};

struct p_row {
	long m;
	char state[12];
	uint64_t moves;
};

struct reading {
	uint64_t ns;		/* when it was over */
	unsigned int nr_m, nr_p;
	struct m_row m[MAX_ROWS];
	struct p_row p[MAX_ROWS];
};

extern unsigned long nr_readings;	/* taken so far */

uint64_t readings_now_ns(void);
void readings_take(const char *tgid);
struct reading *reading_at(unsigned long i);
const struct m_row *reading_m(const struct reading *r, long id);
bool reading_unread(const struct reading *r, const struct reading *first);

#endif /* SELFTESTS_READINGS_H */
