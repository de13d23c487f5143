// SPDX-License-Identifier: GPL-2.0
/*
 * JSON by json-c: one object a document, on one line. Tables are arrays of
 * objects under their names, "dropped" an object of counts; unknown is null.
 */
#include "out_priv.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "fmt.h"

/* json-c aborts nothing without memory, it returns NULL: remember that. */
static void add(struct mps_out *out, struct json_object *to, const char *key,
		struct json_object *val, bool null_is_meant)
{
	if ((!val && !null_is_meant) || json_object_object_add(to, key, val)) {
		json_object_put(val);
		out->failed = true;
	}
}

static void append(struct mps_out *out, struct json_object *to,
		   struct json_object *val)
{
	if (!val || json_object_array_add(to, val)) {
		json_object_put(val);
		out->failed = true;
	}
}

static struct json_object *string(const char *s)
{
	size_t size = strlen(s) * 4 + 1;
	char *safe = malloc(size);
	struct json_object *val;

	if (!safe)
		return NULL;
	mps_fmt_safe(safe, size, s);
	val = json_object_new_string(safe);
	free(safe);
	return val;
}

static void add_cell(struct mps_out *out, struct json_object *to,
		     const char *key, enum mps_kind kind, struct mps_cell c)
{
	char buf[MPS_FMT_LEN];
	struct json_object *val;

	if (!c.known)
		val = NULL;
	else if (kind == MPS_KIND_STRING)
		val = string(c.s);
	else if (kind == MPS_KIND_PERCENT || kind == MPS_KIND_RATIO)
		val = json_object_new_double_s((double)c.u / 100,
					       mps_fmt_hundredths(buf, c.u));
	else
		val = json_object_new_uint64(c.u);
	add(out, to, key, val, !c.known);
}

static struct json_object *doc_of(struct mps_out *out)
{
	return out->priv;
}

static bool json_init(struct mps_out *out)
{
	out->priv = NULL;
	return true;
}

static void json_doc_begin(struct mps_out *out, const char *command)
{
	struct json_object *doc = json_object_new_object();

	out->priv = doc;
	if (!doc) {
		out->failed = true;
		return;
	}
	add(out, doc, "schema_version", json_object_new_int(MPS_OUT_SCHEMA),
	    false);
	add(out, doc, "command", json_object_new_string(command), false);
}

static void json_heading(struct mps_out *out, const char *text)
{
	(void)out;
	(void)text;		/* for people; the fields say it to programs */
}

static void json_field(struct mps_out *out, const char *name,
		       enum mps_kind kind, struct mps_cell cell)
{
	if (doc_of(out))
		add_cell(out, doc_of(out), name, kind, cell);
}

static void json_table_begin(struct mps_out *out)
{
	if (doc_of(out))
		add(out, doc_of(out), out->table, json_object_new_array(),
		    false);
}

static void json_row(struct mps_out *out, const struct mps_cell *cells,
		     bool total)
{
	struct json_object *row = json_object_new_object(), *table;

	if (!doc_of(out) || !row ||
	    !json_object_object_get_ex(doc_of(out), out->table, &table)) {
		json_object_put(row);
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < out->nr_cols; i++) {
		const struct mps_col *col = &out->cols[i];

		/* ids and words have no total, but a maximum may */
		bool none = total && !cells[i].known &&
			    (col->kind == MPS_KIND_ID ||
			     col->kind == MPS_KIND_STRING);

		if (!(col->flags & MPS_COL_TEXT) && !none)
			add_cell(out, row, col->name, col->kind, cells[i]);
	}
	if (total)
		add(out, doc_of(out), "total", row, false);
	else
		append(out, table, row);
}

static void json_table_end(struct mps_out *out)
{
	(void)out;
}

static void json_doc_end(struct mps_out *out, bool more)
{
	const struct mps_footer *f = &out->footer;
	struct json_object *doc = doc_of(out), *notes, *drops;

	(void)more;		/* each object stands for itself */
	if (!doc)
		return;
	notes = json_object_new_array();
	for (size_t i = 0; notes && i < f->nr_notes; i++)
		append(out, notes, string(f->notes[i]));
	add(out, doc, "notes", notes, false);
	if (f->roles)
		add(out, doc, "roles", string(f->roles), false);
	if (f->nr_drops) {
		drops = json_object_new_object();
		for (size_t i = 0; drops && i < f->nr_drops; i++)
			add_cell(out, drops, f->drops[i].key, MPS_KIND_COUNT,
				 f->drops[i].count);
		add(out, doc, "dropped", drops, false);
	}
	fprintf(out->cfg.to, "%s\n",
		json_object_to_json_string_ext(doc, JSON_C_TO_STRING_PLAIN |
					       JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(doc);
	out->priv = NULL;
}

static void json_exit(struct mps_out *out)
{
	json_object_put(doc_of(out));
}

const struct mps_out_ops mps_out_json_ops = {
	.init = json_init,
	.doc_begin = json_doc_begin,
	.heading = json_heading,
	.field = json_field,
	.table_begin = json_table_begin,
	.row = json_row,
	.table_end = json_table_end,
	.doc_end = json_doc_end,
	.exit = json_exit,
};
