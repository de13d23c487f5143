// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: what is written to golayout. What is accepted is safe to read
 * with, and means the same when it is printed and read again.
 */
#include <stdio.h>

#include "fuzz.h"
#include "vec_golayout.h"

const char * const fuzz_corpus[] = {
	WHOLE, WHOLE TICKS, WHOLE TICKS "m_nextp=216 m_oldp=224", "off",
	"go=1 tls=0x10 nprocs=1\n" NEEDED_G "\n" NEEDED_M "\n" NEEDED_P, NULL
};

const char * const fuzz_words[] = {
	"go=", "tls=", "nprocs=", "m_p=8 ", "m_oldp=", "m_nextp=", "p_id=", "0x",
	"off", "=", " ", "\n", "-", "65528", "65536", "4294967296", TICKS,
	"4096", NULL
};

/* In units of bytes; the sizes are those of the runtime's fields. */
static unsigned int size_of(unsigned int o)
{
	switch (o) {
	case MPS_GO_M_SPINNING:
		return 1;
	case MPS_GO_G_STATUS:
	case MPS_GO_M_SYSCALLTICK:
	case MPS_GO_P_ID:
	case MPS_GO_P_STATUS:
	case MPS_GO_P_SYSCALLTICK:
		return 4;
	default:
		return 8;
	}
}

static void check_accepted(const struct mps_golayout *l)
{
	struct mps_golayout again;
	const char *at;
	char text[1024];
	unsigned int i;
	int n;

	HOLDS(*l->go && memchr(l->go, '\0', sizeof(l->go)));
	HOLDS(l->nprocs >= 1 && l->nprocs <= MPS_GO_MAX_PROCS);
	HOLDS(l->tls % 8 == 0 && l->tls >= -65536 && l->tls <= 65528);
	n = sprintf(text, "go=%s tls=%d nprocs=%u", l->go, l->tls, l->nprocs);
	for (i = 0; i < MPS_NR_GO_OFFSETS; i++) {
		HOLDS(l->off[i] + size_of(i) <= 65536);
		HOLDS(l->off[i] % size_of(i) == 0);
		if (mps_go_has(l, i))
			n += sprintf(text + n, " %s=%u", mps_go_key(i), l->off[i]);
		else
			HOLDS(!l->off[i]);
	}
	HOLDS(mps_golayout_parse(text, &again, &at) == MPS_GO_OK);
	HOLDS(!memcmp(l, &again, sizeof(again)));
}

int fuzz_one(const u8 *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct mps_golayout l;
	const char *at = NULL;
	enum mps_go_error e = mps_golayout_parse(text, &l, &at);

	HOLDS(e < MPS_NR_GO_ERRORS);
	if (e == MPS_GO_OK) {
		check_accepted(&l);
		fuzz_accepted++;
	} else {
		HOLDS(at);
		if (e != MPS_GO_MISSING && e != MPS_GO_HALF && e != MPS_GO_OFF)
			HOLDS(at >= text && at < text + strlen(text));
		fuzz_refused++;
	}
	free(text);
	return 0;
}
