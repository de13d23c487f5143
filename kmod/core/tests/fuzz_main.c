// SPDX-License-Identifier: GPL-2.0
/*
 * Driver for a fuzz target, where there is no libFuzzer: mutates the corpus,
 * in the same sequence for the same seed, until the time is up.
 *
 *   FUZZ_SECONDS  how long (default 3)
 *   FUZZ_SEED     where the random numbers begin (default 1)
 *   FILE...       instead: these inputs, once each
 */
#include <sanitizer/common_interface_defs.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "fuzz.h"
#include "tap.h"

#define MAX_SIZE	700	/* more than twice the longest value of a rule */
#define NR_KEPT		256	/* mutants that breed on */
#define CHECK_TIME	1024	/* executions between two looks at the clock */

struct input {
	size_t size;
	u8 data[MAX_SIZE];
};

static struct input kept[NR_KEPT];
static unsigned int nr_corpus, nr_words;
static struct input now;	/* what the target is given */
static u64 seed;

static u64 rnd(u64 below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 11) % below;
}

/* A broken property aborts: let ASan end that as it does its own findings. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "handle_abort=1";
}

/* The input that did it, as a C string: printed by whatever ends the run. */
static void print_input(void)
{
	size_t i;

	fprintf(stderr, "input, %zu bytes: \"", now.size);
	for (i = 0; i < now.size; i++)
		if (now.data[i] >= ' ' && now.data[i] <= '~' &&
		    now.data[i] != '"' && now.data[i] != '\\')
			putc(now.data[i], stderr);
		else
			fprintf(stderr, "\\%03o", now.data[i]);
	fprintf(stderr, "\"\n");
	tap_ok(false, "no property is broken");
}

/* Put bytes at a place, instead of drop bytes there; what is too long is cut. */
static void replace(struct input *in, size_t at, size_t drop,
		    const void *bytes, size_t n)
{
	size_t tail = in->size - at - drop;

	if (n > MAX_SIZE - at)
		n = MAX_SIZE - at;
	if (tail > MAX_SIZE - at - n)
		tail = MAX_SIZE - at - n;
	memmove(in->data + at + n, in->data + at + drop, tail);
	memcpy(in->data + at, bytes, n);
	in->size = at + n + tail;
}

static void mutate(struct input *in)
{
	size_t at = rnd(in->size + 1), n = in->size - at;
	const struct input *other = &kept[rnd(NR_KEPT)];
	u8 run[300], byte = rnd(256);
	const char *word;

	switch (rnd(8)) {
	case 0:			/* flip a bit */
		if (n)
			in->data[at] ^= 1 << rnd(8);
		break;
	case 1:			/* any byte */
		replace(in, at, n && rnd(2), &byte, 1);
		break;
	case 2:			/* a byte that means something */
		replace(in, at, n && rnd(2), &" \t\n\"=!#\\[],-0/"[rnd(14)], 1);
		break;
	case 3:			/* drop some */
		replace(in, at, n ? 1 + rnd(n < 8 ? n : 8) : 0, "", 0);
		break;
	case 4:
	case 5:			/* a word of the grammar */
		word = fuzz_words[rnd(nr_words)];
		replace(in, at, 0, word, strlen(word));
		break;
	case 6:			/* a run, as long as limits are */
		memset(run, n ? in->data[at] : byte, sizeof(run));
		replace(in, at, 0, run, rnd(8) ? rnd(5) : 240 + rnd(30));
		break;
	default:		/* another's end */
		if (other->size) {
			size_t from = rnd(other->size);

			replace(in, at, n, other->data + from, other->size - from);
		}
	}
}

static void take_corpus(void)
{
	unsigned int i;

	while (fuzz_corpus[nr_corpus])
		nr_corpus++;
	while (fuzz_words[nr_words])
		nr_words++;
	for (i = 0; i < NR_KEPT; i++) {
		const char *text = fuzz_corpus[i % nr_corpus];

		replace(&kept[i], 0, 0, text, strlen(text));
	}
}

static void execute(void)
{
	/* Just its size: a target may look at it before it copies it. */
	char *data = fuzz_exact(now.data, now.size);

	fuzz_one((u8 *)data, now.size);
	free(data);
}

/*
 * Half of the inputs come from the corpus, half from mutants. Accepted ones
 * breed on; others seldom: they are at the grammar's edge.
 */
static unsigned long fuzz(time_t seconds)
{
	time_t end = time(NULL) + seconds;
	unsigned long nr = 0, accepted;
	unsigned int i;

	for (i = 0; i < nr_corpus && i < NR_KEPT; i++, nr++) {
		now = kept[i];
		execute();
	}
	do {
		now = kept[rnd(rnd(2) ? nr_corpus : NR_KEPT)];
		for (i = 1 + rnd(4); i; i--)
			mutate(&now);
		accepted = fuzz_accepted;
		execute();
		if (fuzz_accepted > accepted || !rnd(64))
			kept[nr_corpus + rnd(NR_KEPT - nr_corpus)] = now;
	} while (++nr % CHECK_TIME || time(NULL) < end);
	return nr;
}

static int run_files(char **names)
{
	for (; *names; names++) {
		FILE *f = fopen(*names, "r");

		if (!f) {
			perror(*names);
			return 2;
		}
		now.size = fread(now.data, 1, MAX_SIZE, f);
		fclose(f);
		execute();
	}
	return 0;
}

static long env_number(const char *name, long otherwise)
{
	const char *s = getenv(name);
	char *end;
	long n;

	if (!s)
		return otherwise;
	n = strtol(s, &end, 10);
	if (!*s || *end || n < 1) {
		fprintf(stderr, "%s=%s: write a number above 0\n", name, s);
		exit(2);
	}
	return n;
}

int main(int argc, char **argv)
{
	unsigned long nr;
	long first;

	__sanitizer_set_death_callback(print_input);
	if (argc > 1)
		return run_files(argv + 1);
	first = env_number("FUZZ_SEED", 1);
	seed = first * 0x9e3779b97f4a7c15ull;
	tap_plan(2);
	take_corpus();
	nr = fuzz(env_number("FUZZ_SECONDS", 3));
	tap_ok(true, "no property is broken");
	tap_ok(fuzz_accepted >= nr / 100 && fuzz_refused >= nr / 100,
	       "of the inputs, some were accepted and some refused");
	tap_note("seed %ld: %lu executions, %lu accepted, %lu refused", first, nr,
		 fuzz_accepted, fuzz_refused);
	return tap_end();
}
