// SPDX-License-Identifier: GPL-2.0
/* Parser of the commands for tags and rules. */
#include "cmdline.h"
#include "names.h"
#include "statline.h"

const char * const mps_rule_key_names[] = { "comm", "exe", "cgroup" };

static const char * const sentences[MPS_NR_CMD_ERRORS] = {
	[MPS_CMD_OK]		= "fine",
	[MPS_CMD_SKIP]		= "nothing to do",
	[MPS_CMD_NOT_PID]	= "not a process id: write PID, or !PID to untag",
	[MPS_CMD_PID_RANGE]	= "process id out of range: 1 to 2147483647",
	[MPS_CMD_BAD_FEATURE]	= "unknown feature: choose from epoll,migrate,wakers or none",
	[MPS_CMD_BAD_WORD]	= "one word too many: only [threads|children] [feature,feature|none] may follow",
	[MPS_CMD_REMOVE_OPTS]	= "options make no sense with !: write it alone",
	[MPS_CMD_BAD_KEY]	= "unknown key: a rule is comm=GLOB, exe=PATH or cgroup=PATH",
	[MPS_CMD_TWICE]		= "the same key or option twice: give each once",
	[MPS_CMD_NO_VALUE]	= "key without a value: write KEY=VALUE",
	[MPS_CMD_TOO_LONG]	= "value too long: at most 255 bytes",
	[MPS_CMD_QUOTE]		= "quote without its end: close it with \" and nothing after it",
	[MPS_CMD_NOT_ABSOLUTE]	= "path is not absolute: begin it with /",
	[MPS_CMD_BAD_GLOB]	= "[ without its ]: close it, or write \\[ for the character",
	[MPS_CMD_BAD_BYTE]	= "control byte in a value: use printable text",
};

const char *mps_cmd_sentence(enum mps_cmd_error e)
{
	if ((unsigned int)e >= MPS_NR_CMD_ERRORS)
		return "unknown error";
	return sentences[e];
}

static bool is(const char *w, size_t len, const char *s)
{
	return strlen(s) == len && !strncmp(w, s, len);
}

static bool skipped(const char *line)
{
	const char *p = line;
	size_t len;
	const char *w = mps_line_next(&p, &len);

	return !w || *w == '#' || is(w, len, "version");
}

static enum mps_cmd_error parse_features(const char *w, size_t len, u32 *bits)
{
	*bits = 0;
	if (is(w, len, "none"))
		return MPS_CMD_OK;
	for (;;) {
		size_t n = 0;
		unsigned int f;

		while (n < len && w[n] != ',')
			n++;
		for (f = 0; f < MPSCOPE_NR_FEATURES; f++)
			if (is(w, n, mps_feature_names[f]))
				break;
		if (f == MPSCOPE_NR_FEATURES)
			return MPS_CMD_BAD_FEATURE;
		*bits |= 1u << f;
		if (n == len)
			return MPS_CMD_OK;
		w += n + 1;
		len -= n + 1;
	}
}

/* [threads|children] [FEATURE,...|none], to the end of the line */
static enum mps_cmd_error parse_opts(const char *p, bool remove,
				     struct mps_opts *o)
{
	const char *w;
	size_t len;
	enum mps_cmd_error e;

	o->children = false;
	o->features = MPSCOPE_FEATURES_DEFAULT;
	w = mps_line_next(&p, &len);
	if (w && remove)
		return MPS_CMD_REMOVE_OPTS;
	if (w && (is(w, len, "children") || is(w, len, "threads"))) {
		o->children = *w == 'c';
		w = mps_line_next(&p, &len);
	}
	if (!w)
		return MPS_CMD_OK;
	e = parse_features(w, len, &o->features);
	if (e)
		return e;
	return mps_line_next(&p, &len) ? MPS_CMD_BAD_WORD : MPS_CMD_OK;
}

enum mps_cmd_error mps_tag_parse(const char *line, struct mps_tag_cmd *c)
{
	const char *p = line, *w;
	size_t len;
	u64 pid;
	int ret;

	if (skipped(line))
		return MPS_CMD_SKIP;
	w = mps_line_next(&p, &len);
	c->remove = *w == '!';
	if (c->remove) {
		w++;
		len--;
	}
	ret = mps_word_u64(w, len, &pid);
	if (ret == -ERANGE || (!ret && (!pid || pid > INT_MAX)))
		return MPS_CMD_PID_RANGE;
	if (ret)
		return MPS_CMD_NOT_PID;
	c->pid = pid;
	return parse_opts(p, c->remove, &c->opts);
}

static bool ends_word(char c)
{
	return !c || c == ' ' || c == '\t' || c == '\n';
}

/* A value, bare or in double quotes, from *p on; moves *p behind it. */
static enum mps_cmd_error take_value(const char **p, char *out)
{
	const char *s = *p;
	bool quoted = *s == '"';
	size_t n = 0;

	if (quoted)
		s++;
	for (; *s && *s != '\n'; s++) {
		if (quoted ? *s == '"' : *s == ' ' || *s == '\t')
			break;
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return MPS_CMD_BAD_BYTE;
		if (n == MPSCOPE_MAX_PATTERN)
			return MPS_CMD_TOO_LONG;
		out[n++] = *s;
	}
	out[n] = '\0';
	if (quoted && (*s++ != '"' || !ends_word(*s)))
		return MPS_CMD_QUOTE;
	*p = s;
	return n ? MPS_CMD_OK : MPS_CMD_NO_VALUE;
}

/* glob_match() takes "[" without "]" literally; we would rather ask. */
static bool glob_whole(const char *g)
{
	while (*g) {
		const char *end;

		if (*g == '\\' && g[1]) {
			g += 2;
			continue;
		}
		if (*g++ != '[')
			continue;
		if (*g == '!')
			g++;
		end = *g ? strchr(g + 1, ']') : NULL;
		if (!end)
			return false;
		g = end + 1;
	}
	return true;
}

static enum mps_cmd_error check_value(unsigned int key, const char *v)
{
	if (key == MPS_RULE_COMM)
		return glob_whole(v) ? MPS_CMD_OK : MPS_CMD_BAD_GLOB;
	return *v == '/' ? MPS_CMD_OK : MPS_CMD_NOT_ABSOLUTE;
}

enum mps_cmd_error mps_rule_parse(const char *line, struct mps_rule_cmd *c)
{
	const char *p = line;
	unsigned int keys = 0, k;

	if (skipped(line))
		return MPS_CMD_SKIP;
	memset(c, 0, sizeof(*c));
	for (;;) {
		const char *next = p, *w, *eq;
		enum mps_cmd_error e;
		size_t len;

		w = mps_line_next(&next, &len);
		if (w && !keys && *w == '!') {
			c->remove = true;
			w++;
			len--;
		}
		eq = w ? memchr(w, '=', len) : NULL;
		if (!eq)
			break;		/* options begin, or the line ends */
		for (k = 0; k < MPS_NR_RULE_KEYS; k++)
			if (is(w, eq - w, mps_rule_key_names[k]))
				break;
		if (k == MPS_NR_RULE_KEYS)
			return MPS_CMD_BAD_KEY;
		if (keys & 1u << k)
			return MPS_CMD_TWICE;
		keys |= 1u << k;
		p = eq + 1;
		e = take_value(&p, c->value[k]);
		if (!e)
			e = check_value(k, c->value[k]);
		if (e)
			return e;
	}
	if (!keys)
		return MPS_CMD_BAD_KEY;
	return parse_opts(p, c->remove, &c->opts);
}

bool mps_rule_same(const struct mps_rule_cmd *a, const struct mps_rule_cmd *b)
{
	unsigned int k;

	for (k = 0; k < MPS_NR_RULE_KEYS; k++)
		if (strcmp(a->value[k], b->value[k]))
			return false;
	return true;
}
