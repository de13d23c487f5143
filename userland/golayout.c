// SPDX-License-Identifier: GPL-2.0
/*
 * The layout of Go's runtime structs: names, checks, and the text that the
 * module takes. Pure.
 */
#include "golayout.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define X(id, name)	name,
const char * const mps_layout_names[MPS_NR_LAYOUTS] = {
	MPS_LAYOUT_SOURCES(X)
};

#undef X
#define X(t)	#t,
const char * const mps_gotype_names[MPS_NR_GO_TYPES] = { MPS_GO_TYPES(X) };
const char * const mps_govar_names[MPS_NR_GO_VARS] = { MPS_GO_VARS(X) };

#undef X
#define X(t, id, member, member2, opt)					\
	[MPS_GF_##t##_##id] = {						\
		.type = MPS_GT_##t, .path = member, .other = member2,	\
		.optional = opt, .name = #t "_" #id },
const struct mps_gofield mps_gofields[MPS_NR_GO_FIELDS] = {
	MPS_GO_FIELDS(X)
};

#undef X

void mps_gostructs_init(struct mps_gostructs *s)
{
	size_t i;

	memset(s, 0, sizeof(*s));
	for (i = 0; i < MPS_NR_GO_FIELDS; i++)
		s->off[i] = MPS_GO_ABSENT;
}

/**
 * mps_gostructs_missing() - is all there that has to be, and sane?
 * @s: offsets and sizes
 *
 * Return: the name of the first thing that is not, or NULL.
 */
const char *mps_gostructs_missing(const struct mps_gostructs *s)
{
	size_t i;

	for (i = 0; i < MPS_NR_GO_TYPES; i++)
		if (!s->size[i] || s->size[i] > MPS_GO_MAX_STRUCT)
			return mps_gotype_names[i];
	for (i = 0; i < MPS_NR_GO_FIELDS; i++) {
		const struct mps_gofield *f = &mps_gofields[i];

		if (s->off[i] == MPS_GO_ABSENT && f->optional)
			continue;
		if (s->off[i] < 0 ||
		    (uint32_t)s->off[i] >= s->size[f->type])
			return f->name;
	}
	return NULL;
}

/* Fields that the module wants, by its name for them. */
static const struct {
	const char *key;
	enum mps_go_field field;
} keys[] = {
	{ "g_m", MPS_GF_g_m },
	{ "g_goid", MPS_GF_g_goid },
	{ "g_status", MPS_GF_g_atomicstatus },
	{ "m_g0", MPS_GF_m_g0 },
	{ "m_procid", MPS_GF_m_procid },
	{ "m_curg", MPS_GF_m_curg },
	{ "m_p", MPS_GF_m_p },
	{ "m_nextp", MPS_GF_m_nextp },
	{ "m_oldp", MPS_GF_m_oldp },
	{ "m_id", MPS_GF_m_id },
	{ "m_spinning", MPS_GF_m_spinning },
	{ "m_lockedg", MPS_GF_m_lockedg },
	{ "m_syscalltick", MPS_GF_m_syscalltick },
	{ "p_id", MPS_GF_p_id },
	{ "p_m", MPS_GF_p_m },
	{ "p_status", MPS_GF_p_status },
	{ "p_syscalltick", MPS_GF_p_syscalltick },
};

static bool add(char *buf, size_t size, size_t *len, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static bool add(char *buf, size_t size, size_t *len, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf + *len, size - *len, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= size - *len)
		return false;
	*len += (size_t)n;
	return true;
}

/**
 * mps_golayout_text() - the layout as targets/TGID/golayout takes it
 * @l: complete
 * @version: of the program's Go, without spaces
 * @nprocs: GOMAXPROCS
 * @buf: gets one line, "key=value" separated by blanks
 * @size: of @buf
 *
 * Return: its length, or -1 if it does not fit or the way to g is unknown.
 */
int mps_golayout_text(const struct mps_golayout *l, const char *version,
		      unsigned int nprocs, char *buf, size_t size)
{
	size_t i, len = 0;

	if (!size || !l->tls_known)
		return -1;
	if (!add(buf, size, &len, "go=%.*s tls=%lld",
		 (int)strcspn(version, " \t\n"), version, (long long)l->tls))
		return -1;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (l->s.off[keys[i].field] != MPS_GO_ABSENT &&
		    !add(buf, size, &len, " %s=%d", keys[i].key,
			 l->s.off[keys[i].field]))
			return -1;
	if (!add(buf, size, &len, " nprocs=%u\n", nprocs))
		return -1;
	return (int)len;
}
