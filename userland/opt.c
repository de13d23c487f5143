// SPDX-License-Identifier: GPL-2.0
/* The command line: parsing and help, by getopt_long and one table. */
#include "opt.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "out.h"

#define NS_PER_S	UINT64_C(1000000000)
#define MAX_INTERVAL_NS	(86400 * NS_PER_S)
#define MAX_OWN		16	/* options one command may have of its own */
#define MAX_SHARED	16
#define OWN_BASE	1000	/* getopt values of own options */

enum { VAL_NO_COLOR = 500, VAL_TAG };

static const struct shared_opt {
	const char *name;
	int val;
	const char *arg;
	const char *help;
	unsigned int need;	/* bit of the spec, or 0: every command */
} shared_opts[] = {
	{ "pid", 'p', "PID[,PID]", "the tagged process, or several", MPS_OPT_PID },
	{ "tid", 't', "TID[,TID]", "only these threads", MPS_OPT_TID },
	{ "rows", 'n', "ROWS", "show at most so many rows", MPS_OPT_ROWS },
	{ "sort", 's', "KEY", "sort by this column, largest first", MPS_OPT_ROWS },
	{ "tag", VAL_TAG, NULL, "tag the process for as long as this runs",
	  MPS_OPT_TAG },
	{ "json", 'j', NULL, "JSON, one object a line; times in ns", 0 },
	{ "csv", 'x', "SEP", "CSV with this separator; times in ns", 0 },
	{ "quiet", 'q', NULL, "no headings, and no footer if nothing is amiss", 0 },
	{ "verbose", 'v', NULL, "more rows and explanations", 0 },
	{ "no-color", VAL_NO_COLOR, NULL, "no colours on a terminal either", 0 },
	{ "help", 'h', NULL, "this help", 0 },
};

#define NR_SHARED (sizeof(shared_opts) / sizeof(shared_opts[0]))

bool mps_opt_parse_u64(const char *s, uint64_t *v)
{
	char *end;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	*v = strtoull(s, &end, 10);
	return !errno && !*end;
}

bool mps_opt_parse_id(const char *s, pid_t *id)
{
	uint64_t v;

	/* PID_MAX_LIMIT of 64-bit kernels */
	if (!mps_opt_parse_u64(s, &v) || !v || v > 4194304)
		return false;
	*id = (pid_t)v;
	return true;
}

static bool ids_add(struct mps_ids *ids, pid_t id)
{
	pid_t *grown;

	for (size_t i = 0; i < ids->nr; i++)
		if (ids->id[i] == id)
			return true;
	grown = realloc(ids->id, (ids->nr + 1) * sizeof(*grown));
	if (!grown)
		return false;
	ids->id = grown;
	ids->id[ids->nr++] = id;
	return true;
}

bool mps_opt_parse_ids(const char *s, struct mps_ids *ids)
{
	char *copy = strdup(s), *rest = copy, *word;
	bool ok = !!copy;
	pid_t id;

	while (ok && (word = strsep(&rest, ",")))
		ok = mps_opt_parse_id(word, &id) && ids_add(ids, id);
	free(copy);
	return ok;
}

bool mps_ids_match(const struct mps_ids *ids, pid_t id)
{
	for (size_t i = 0; i < ids->nr; i++)
		if (ids->id[i] == id)
			return true;
	return !ids->nr;
}

/* Without strtod: the decimal point must not depend on the locale. */
bool mps_opt_parse_interval(const char *s, uint64_t *ns)
{
	uint64_t whole = 0, part = 0, scale = 1, unit = NS_PER_S;
	bool digits = false;

	for (; *s >= '0' && *s <= '9'; s++, digits = true) {
		if (whole > MAX_INTERVAL_NS)
			return false;
		whole = whole * 10 + (uint64_t)(*s - '0');
	}
	if (*s == '.')
		for (s++; *s >= '0' && *s <= '9'; s++, digits = true) {
			if (scale == NS_PER_S)
				continue;	/* finer than a ns */
			part = part * 10 + (uint64_t)(*s - '0');
			scale *= 10;
		}
	if (!strcmp(s, "ms"))
		unit = NS_PER_S / 1000;
	else if (!strcmp(s, "m"))
		unit = 60 * NS_PER_S;
	else if (*s && strcmp(s, "s"))
		return false;
	if (!digits || whole > MAX_INTERVAL_NS / unit)
		return false;
	*ns = whole * unit + part * unit / scale;
	return *ns >= NS_PER_S / 100 && *ns <= MAX_INTERVAL_NS;
}

static int usage_error(const struct mps_opt_spec *spec, const char *what,
		       const char *word)
{
	mps_msg("%s: %s '%s'; 'mpscope %s --help' explains", spec->name, what,
		word, spec->name);
	return MPS_EXIT_USAGE;
}

static void help_line(char letter, const char *name, const char *arg,
		      const char *help)
{
	char left[64];
	int n = 0;

	if (letter)
		n = snprintf(left, sizeof(left), "-%c, ", letter);
	else
		n = snprintf(left, sizeof(left), "    ");
	snprintf(left + n, sizeof(left) - (size_t)n, "--%s%s%s", name,
		 arg ? " " : "", arg ? arg : "");
	mps_out_print("  %-25s %s\n", left, help);
}

static int help(const struct mps_opt_spec *spec)
{
	mps_out_print("usage: mpscope %s %s\n\n%s\n\noptions:\n", spec->name,
		      spec->synopsis, spec->what);
	for (const struct mps_opt_own *own = spec->own; own && own->name; own++)
		help_line(own->letter, own->name, own->arg, own->help);
	for (size_t i = 0; i < NR_SHARED; i++) {
		const struct shared_opt *so = &shared_opts[i];

		if (!so->need || (spec->shared & so->need))
			help_line(so->val < 256 ? (char)so->val : 0, so->name,
				  so->arg, so->help);
	}
	mps_out_print("\nexamples:\n%s", spec->examples);
	return mps_out_print_done();
}

/* The tables getopt_long wants, from ours. */
struct tables {
	char letters[2 * (MAX_OWN + MAX_SHARED) + 3];
	struct option longs[MAX_OWN + MAX_SHARED + 1];
	size_t nr_longs;
	size_t nr_letters;
};

static void tables_add(struct tables *t, const char *name, char letter,
		       bool arg, int val)
{
	t->longs[t->nr_longs++] = (struct option){
		.name = name,
		.has_arg = arg ? required_argument : no_argument,
		.val = val,
	};
	if (!letter)
		return;
	t->letters[t->nr_letters++] = letter;
	if (arg)
		t->letters[t->nr_letters++] = ':';
}

static void tables_fill(struct tables *t, const struct mps_opt_spec *spec)
{
	memset(t, 0, sizeof(*t));
	/* "+": what follows the first word is CMD's own; ":": no messages */
	if (spec->shared & MPS_OPT_COMMAND)
		t->letters[t->nr_letters++] = '+';
	t->letters[t->nr_letters++] = ':';
	for (size_t i = 0; i < NR_SHARED; i++) {
		const struct shared_opt *so = &shared_opts[i];

		if (!so->need || (spec->shared & so->need))
			tables_add(t, so->name,
				   so->val < 256 ? (char)so->val : 0,
				   !!so->arg, so->val);
	}
	for (size_t i = 0; spec->own && spec->own[i].name && i < MAX_OWN; i++)
		tables_add(t, spec->own[i].name, spec->own[i].letter,
			   !!spec->own[i].arg, OWN_BASE + (int)i);
}

static int set_sep(struct mps_opt *o, const struct mps_opt_spec *spec,
		   const char *arg)
{
	if (!strcmp(arg, "\\t"))
		arg = "\t";
	/* a quote, a digit or a letter could not be told from the data */
	if (strlen(arg) != 1 || !strchr(",;:|\t ^~%", *arg))
		return usage_error(spec, "no separator of one character, one of , ; : | ^ ~ % space \\t:",
				   arg);
	o->sep = *arg;
	o->format = MPS_FORMAT_CSV;
	return MPS_OPT_GO;
}

static int set_option(struct mps_opt *o, const struct mps_opt_spec *spec,
		      int val, const char *arg)
{
	uint64_t rows;

	switch (val) {
	case 'p':
		if (!mps_opt_parse_ids(arg, &o->pids))
			return usage_error(spec, "no process id or list of them:", arg);
		break;
	case 't':
		if (!mps_opt_parse_ids(arg, &o->tids))
			return usage_error(spec, "no thread id or list of them:", arg);
		break;
	case 'n':
		if (!mps_opt_parse_u64(arg, &rows) || !rows)
			return usage_error(spec, "no number of rows:", arg);
		o->rows = rows;
		break;
	case 'x':
		return set_sep(o, spec, arg);
	case 's':
		o->sort = arg;
		break;
	case 'j':
		o->format = MPS_FORMAT_JSON;
		break;
	case 'q':
		o->quiet = true;
		break;
	case 'v':
		o->verbose = true;
		break;
	case VAL_NO_COLOR:
		o->no_color = true;
		break;
	case VAL_TAG:
		o->tag = true;
		break;
	}
	return MPS_OPT_GO;
}

/* The spec's own option that getopt_long means; NULL if it is a shared one. */
static const struct mps_opt_own *find_own(const struct mps_opt_spec *spec,
					  int val)
{
	for (size_t i = 0; spec->own && spec->own[i].name; i++)
		if (val == OWN_BASE + (int)i ||
		    (spec->own[i].letter && val == spec->own[i].letter))
			return &spec->own[i];
	return NULL;
}

static void set_own(const struct mps_opt_own *own, const char *arg)
{
	if (own->arg)
		*own->value = arg;
	else
		*own->flag = true;
}

static int set_words(struct mps_opt *o, const struct mps_opt_spec *spec)
{
	int used = 0;

	if (spec->shared & (MPS_OPT_ARGS | MPS_OPT_COMMAND))
		return MPS_OPT_GO;
	if (spec->shared & MPS_OPT_EVERY) {
		if (o->nr_args > 0) {
			if (!mps_opt_parse_interval(o->args[0], &o->interval_ns))
				return usage_error(spec, "no interval from 10ms to a day (in seconds, or as 500ms, 10s, 2m):",
						   o->args[0]);
			used++;
		}
		if (o->nr_args > 1) {
			if (!mps_opt_parse_u64(o->args[1], &o->count) ||
			    !o->count)
				return usage_error(spec, "no number of intervals:",
						   o->args[1]);
			used++;
		}
	}
	if (o->nr_args > used)
		return usage_error(spec, "cannot make sense of the word",
				   o->args[used]);
	return MPS_OPT_GO;
}

int mps_opt_parse(struct mps_opt *o, const struct mps_opt_spec *spec,
		  int argc, char **argv)
{
	struct tables t;
	int val, rc;

	memset(o, 0, sizeof(*o));
	tables_fill(&t, spec);
	opterr = 0;
	optind = 0;		/* glibc: start over, argv may be another */
	while ((val = getopt_long(argc, argv, t.letters, t.longs, NULL)) != -1) {
		const char *word = argv[optind - 1];
		char letter[3] = { '-', (char)optopt, 0 };

		if (val == 'h')
			return help(spec);
		/* optopt is a letter only if a short option was at fault */
		if (val == '?')
			return usage_error(spec, "unknown or ambiguous option",
					   optopt > 0 && optopt < 256 ?
					   letter : word);
		if (val == ':')
			return usage_error(spec, "an argument is missing after",
					   word);
		if (find_own(spec, val)) {
			set_own(find_own(spec, val), optarg);
			continue;
		}
		rc = set_option(o, spec, val, optarg);
		if (rc != MPS_OPT_GO)
			return rc;
	}
	o->nr_args = argc - optind;
	o->args = argv + optind;
	return set_words(o, spec);
}

void mps_opt_free(struct mps_opt *o)
{
	free(o->pids.id);
	free(o->tids.id);
	memset(o, 0, sizeof(*o));
}
