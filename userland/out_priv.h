/* SPDX-License-Identifier: GPL-2.0 */
/* Between out.c and its three writers; nobody else includes it. */
#ifndef _MPS_OUT_PRIV_H
#define _MPS_OUT_PRIV_H

#include "out.h"

struct mps_drop {
	char *key;
	char *what;
	struct mps_cell count;
};

/* What a document collects for its end. */
struct mps_footer {
	char **notes;
	size_t nr_notes;
	struct mps_drop *drops;
	size_t nr_drops;
	char *roles;
};

struct mps_out_ops {
	bool (*init)(struct mps_out *out);
	void (*doc_begin)(struct mps_out *out, const char *command);
	void (*heading)(struct mps_out *out, const char *text);
	void (*field)(struct mps_out *out, const char *name,
		      enum mps_kind kind, struct mps_cell cell);
	void (*table_begin)(struct mps_out *out);
	void (*row)(struct mps_out *out, const struct mps_cell *cells,
		    bool total);
	void (*table_end)(struct mps_out *out);
	void (*doc_end)(struct mps_out *out, bool more);
	void (*exit)(struct mps_out *out);
};

struct mps_out {
	struct mps_out_cfg cfg;
	const struct mps_out_ops *ops;
	void *priv;		/* of the writer */
	bool failed;		/* no memory for something: say so at the end */
	bool in_doc;
	struct mps_footer footer;
	/* the table that is open */
	const char *table;
	const struct mps_col *cols;
	size_t nr_cols;
	unsigned int table_flags;
};

extern const struct mps_out_ops mps_out_text_ops;
extern const struct mps_out_ops mps_out_json_ops;
extern const struct mps_out_ops mps_out_csv_ops;

#endif /* _MPS_OUT_PRIV_H */
