// SPDX-License-Identifier: GPL-2.0
/* Parser of what is written to golayout. */
#include "golayout.h"

#define BLANKS	" \t\n"

static const struct {
	const char *key;
	u8 size;
	bool needed;
} fields[MPS_NR_GO_OFFSETS] = {
#define X(id, key, size, needed)	{ key, size, needed },
	MPS_GO_OFFSETS(X)
#undef X
};

/* After the offsets, in the set of keys that were seen. */
enum { KEY_GO = MPS_NR_GO_OFFSETS, KEY_TLS, KEY_NPROCS, NR_KEYS };

static const char * const sentences[MPS_NR_GO_ERRORS] = {
	[MPS_GO_OK]		= "fine",
	[MPS_GO_OFF]		= "exact mode goes off",
	[MPS_GO_NO_PAIR]	= "no key=value: write pairs, or the word off alone",
	[MPS_GO_UNKNOWN]	= "unknown key: read Documentation/ABI for those there are",
	[MPS_GO_TWICE]		= "the same key twice: give each once",
	[MPS_GO_NO_NUMBER]	= "not a number: write decimal digits, or 0x and hexadecimal ones",
	[MPS_GO_RANGE]		= "offset out of range: fields lie within 64 KiB",
	[MPS_GO_UNALIGNED]	= "offset not aligned to the size of its field: no Go program has such a struct",
	[MPS_GO_VERSION]	= "no version: write 1 to 31 printable characters, as in go=1.24.4",
	[MPS_GO_PROCS]		= "nprocs out of range: 1 to 4096",
	[MPS_GO_MISSING]	= "key missing: the layout is whole or none",
	[MPS_GO_HALF]		= "half of a pair: give m_syscalltick and p_syscalltick, or neither",
};

const char *mps_go_sentence(enum mps_go_error e)
{
	if ((unsigned int)e >= MPS_NR_GO_ERRORS)
		return "unknown error";
	return sentences[e];
}

const char *mps_go_key(enum mps_go_offset o)
{
	return fields[o].key;
}

static const char *key_name(unsigned int key)
{
	static const char * const more[] = { "go", "tls", "nprocs" };

	return key < MPS_NR_GO_OFFSETS ? fields[key].key :
					 more[key - MPS_NR_GO_OFFSETS];
}

static bool key_needed(unsigned int key)
{
	return key >= MPS_NR_GO_OFFSETS || fields[key].needed;
}

static unsigned int key_of(const char *w, size_t len)
{
	unsigned int k;

	for (k = 0; k < NR_KEYS; k++)
		if (strlen(key_name(k)) == len && !strncmp(w, key_name(k), len))
			break;
	return k;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/* What is too large for any field is a number too: it saturates. */
static bool number(const char *w, size_t len, s64 *v)
{
	const s64 limit = 1LL << 40;
	bool minus = len && *w == '-';
	int base = 10;

	w += minus;
	len -= minus;
	if (len > 2 && w[0] == '0' && (w[1] == 'x' || w[1] == 'X')) {
		base = 16;
		w += 2;
		len -= 2;
	}
	if (!len)
		return false;
	for (*v = 0; len; w++, len--) {
		if (digit_of(*w) >= base)
			return false;
		if (*v < limit)
			*v = *v * base + digit_of(*w);
	}
	if (minus)
		*v = -*v;
	return true;
}

static enum mps_go_error take_version(struct mps_golayout *l, const char *w,
				      size_t len)
{
	size_t i;

	if (!len || len > MPS_GO_VERSION_LEN)
		return MPS_GO_VERSION;
	for (i = 0; i < len; i++)
		if (w[i] <= ' ' || w[i] > '~')
			return MPS_GO_VERSION;
	memcpy(l->go, w, len);
	l->go[len] = '\0';
	return MPS_GO_OK;
}

static enum mps_go_error take_value(struct mps_golayout *l, unsigned int key,
				    const char *w, size_t len)
{
	s64 v, low = 0, size = 8;

	if (key == KEY_GO)
		return take_version(l, w, len);
	if (!number(w, len, &v))
		return MPS_GO_NO_NUMBER;
	if (key == KEY_NPROCS) {
		if (v < 1 || v > MPS_GO_MAX_PROCS)
			return MPS_GO_PROCS;
		l->nprocs = v;
		return MPS_GO_OK;
	}
	if (key == KEY_TLS)
		low = -MPS_GO_MAX_OFFSET;
	else
		size = fields[key].size;
	if (v < low || v > MPS_GO_MAX_OFFSET - size)
		return MPS_GO_RANGE;
	if (v & (size - 1))
		return MPS_GO_UNALIGNED;
	if (key == KEY_TLS)
		l->tls = v;
	else
		l->off[key] = v;
	return MPS_GO_OK;
}

static enum mps_go_error check_whole(const struct mps_golayout *l, u32 seen,
				     const char **at)
{
	unsigned int k;

	for (k = 0; k < NR_KEYS; k++) {
		if (!key_needed(k) || seen & 1u << k)
			continue;
		*at = key_name(k);
		return MPS_GO_MISSING;
	}
	*at = "";
	if (mps_go_has(l, MPS_GO_M_SYSCALLTICK) !=
	    mps_go_has(l, MPS_GO_P_SYSCALLTICK))
		return MPS_GO_HALF;
	return MPS_GO_OK;
}

enum mps_go_error mps_golayout_parse(const char *text, struct mps_golayout *l,
				     const char **at)
{
	const char *w = text + strspn(text, BLANKS);
	size_t len = strcspn(w, BLANKS);
	u32 seen = 0;

	memset(l, 0, sizeof(*l));
	if (len == 3 && !strncmp(w, "off", 3) && !w[len + strspn(w + len, BLANKS)]) {
		*at = "";
		return MPS_GO_OFF;
	}
	for (; len; w += len + strspn(w + len, BLANKS), len = strcspn(w, BLANKS)) {
		const char *eq = memchr(w, '=', len);
		enum mps_go_error e;
		unsigned int key;

		*at = w;
		if (!eq)
			return MPS_GO_NO_PAIR;
		key = key_of(w, eq - w);
		if (key == NR_KEYS)
			return MPS_GO_UNKNOWN;
		if (seen & 1u << key)
			return MPS_GO_TWICE;
		seen |= 1u << key;
		e = take_value(l, key, eq + 1, len - (eq + 1 - w));
		if (e)
			return e;
	}
	l->given = seen & ((1u << MPS_NR_GO_OFFSETS) - 1);
	return check_whole(l, seen, at);
}
