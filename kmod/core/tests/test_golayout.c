// SPDX-License-Identifier: GPL-2.0
/* Test: the grammar of golayout. */
#include <stdio.h>
#include <stdlib.h>

#include "tap.h"
#include "vec_golayout.h"

/* In memory of just its size, so that ASan sees one byte too many. */
static enum mps_go_error parse(const char *text, struct mps_golayout *l,
			       char *at, size_t size)
{
	char *copy = strdup(text);
	const char *word = NULL;
	enum mps_go_error e;

	memset(l, 0xa5, sizeof(*l));
	e = mps_golayout_parse(copy, l, &word);
	if (e != MPS_GO_OK)
		snprintf(at, size, "%.*s", (int)strcspn(word, " \t\n"), word);
	free(copy);
	return e;
}

static bool same(const struct mps_golayout *a, const struct mps_golayout *b)
{
	return !strcmp(a->go, b->go) && a->tls == b->tls &&
	       a->nprocs == b->nprocs && a->given == b->given &&
	       !memcmp(a->off, b->off, sizeof(a->off));
}

static void test_accepted(void)
{
	struct mps_golayout l;
	enum mps_go_error e;
	unsigned int i;
	char at[64];

	for (i = 0; i < NR(vec_golayout); i++) {
		e = parse(vec_golayout[i].text, &l, at, sizeof(at));
		if (!tap_ok(e == MPS_GO_OK && same(&l, &vec_golayout[i].l),
			    "layout %u: taken as it is meant", i))
			tap_note("got: %s", mps_go_sentence(e));
	}
}

static void test_refused(void)
{
	struct mps_golayout l;
	enum mps_go_error e;
	unsigned int i;

	for (i = 0; i < NR(vec_golayout_refused); i++) {
		const struct vec_golayout_refused *v = &vec_golayout_refused[i];
		char at[64] = "";

		e = parse(v->text, &l, at, sizeof(at));
		if (!tap_ok(e == v->error && !strcmp(at, v->at),
			    "no layout: %u: %s", i, mps_go_sentence(v->error)))
			tap_note("got: %s: %s", at, mps_go_sentence(e));
	}
}

/* Each key that is needed is missed by its name. */
static void test_missing(void)
{
	unsigned int i, k, bad = 0;

	for (i = 0; i < MPS_NR_GO_OFFSETS; i++) {
		char text[1024] = HEAD, at[64] = "";
		struct mps_golayout l;
		enum mps_go_error e;

		for (k = 0; k < MPS_NR_GO_OFFSETS; k++)
			if (k != i)
				sprintf(text + strlen(text), "%s=8 ",
					mps_go_key(k));
		e = parse(text, &l, at, sizeof(at));
		if (i == MPS_GO_M_NEXTP || i == MPS_GO_M_OLDP)
			bad += e != MPS_GO_OK;
		else if (i == MPS_GO_M_SYSCALLTICK || i == MPS_GO_P_SYSCALLTICK)
			bad += e != MPS_GO_HALF;
		else
			bad += e != MPS_GO_MISSING || strcmp(at, mps_go_key(i));
	}
	tap_ok(!bad, "each key that is needed is missed by its name");
}

static void test_sentences(void)
{
	bool seen[MPS_NR_GO_ERRORS] = { [MPS_GO_OK] = true };
	unsigned int i, k, bad = 0;

	for (i = 0; i < MPS_NR_GO_ERRORS; i++) {
		const char *s = mps_go_sentence(i);

		bad += !s || !*s || strlen(s) > 128;
		for (k = 0; k < i; k++)
			bad += !strcmp(s, mps_go_sentence(k));
	}
	bad += strcmp(mps_go_sentence(MPS_NR_GO_ERRORS), "unknown error") != 0;
	tap_ok(!bad, "each error has a sentence of its own");
	for (i = 0; i < NR(vec_golayout_refused); i++)
		seen[vec_golayout_refused[i].error] = true;
	for (i = 0, bad = 0; i < MPS_NR_GO_ERRORS; i++)
		bad += !seen[i];
	tap_ok(!bad, "each error is provoked");
}

int main(void)
{
	tap_plan(NR(vec_golayout) + NR(vec_golayout_refused) + 3);
	test_accepted();
	test_refused();
	test_missing();
	test_sentences();
	return tap_end();
}
