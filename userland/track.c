// SPDX-License-Identifier: GPL-2.0
/* What the forms of tracks have in common. */
#include "track.h"

void mps_slice_number(struct mps_slice *s, const char *key, int64_t number)
{
	if (number >= 0 && s->nr_args < MPS_SLICE_ARGS)
		s->arg[s->nr_args++] = (struct mps_slice_arg){
			.key = key, .number = number,
		};
}

void mps_slice_word(struct mps_slice *s, const char *key, const char *word)
{
	if (word && s->nr_args < MPS_SLICE_ARGS)
		s->arg[s->nr_args++] = (struct mps_slice_arg){
			.key = key, .word = word,
		};
}
