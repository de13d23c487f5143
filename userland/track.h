/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracks of slices, in groups, with arrows between them: what viewers of
 * timelines show, and the forms of the files in which they read it. Written as
 * they come; what is kept does not grow with them.
 */
#ifndef _MPS_TRACK_H
#define _MPS_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define MPS_SLICE_ARGS	8

struct mps_slice_arg {
	const char *key;	/* lives as long as the program */
	const char *word;	/* NULL: it is a number */
	int64_t number;
};

/* Slices of one track come in the order of time and do not overlap. */
struct mps_slice {
	uint64_t group, track;
	uint64_t from_ns, to_ns;
	const char *name;
	struct mps_slice_arg arg[MPS_SLICE_ARGS];
	size_t nr_args;
};

struct mps_arrow {
	const char *name;
	struct {
		uint64_t group, track, ns;
	} from, to;
};

struct mps_tracks {
	const struct mps_track_form *form;
	FILE *to;
	uint64_t nr_slices, nr_arrows;
	void *own;		/* of the form */
};

/* What stands beside the tracks. */
struct mps_track_source {
	const char *file, *clock;
	uint64_t lost_events, end_ns;
};

struct mps_track_form {
	/* Return: false without memory. */
	bool (*begin)(struct mps_tracks *t, const struct mps_track_source *s);
	/* Both before the first slice that lies there; track numbers are not 0. */
	void (*group)(struct mps_tracks *t, uint64_t group, const char *name);
	void (*track)(struct mps_tracks *t, uint64_t group, uint64_t track,
		      const char *name);
	void (*slice)(struct mps_tracks *t, const struct mps_slice *s);
	void (*arrow)(struct mps_tracks *t, const struct mps_arrow *a);
	void (*end)(struct mps_tracks *t, const struct mps_track_source *s);
};

extern const struct mps_track_form mps_track_chrome;
extern const struct mps_track_form mps_track_perfetto;

/* Add what is known: a number that is not -1, a word that is not NULL. */
void mps_slice_number(struct mps_slice *s, const char *key, int64_t number);
void mps_slice_word(struct mps_slice *s, const char *key, const char *word);

/* A string for JSON in a file: quotes, and what must not stand in it as it is. */
void mps_track_json_string(FILE *to, const char *s);

#endif /* _MPS_TRACK_H */
