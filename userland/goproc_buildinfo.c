// SPDX-License-Identifier: GPL-2.0
/*
 * The build information that the Go linker leaves in every program: parsing,
 * for bytes that anybody may have written. Pure.
 *
 * Layout (src/debug/buildinfo of Go 1.18 and later reads both forms):
 *   0  "\xff Go buildinf:"
 *   14 pointer size
 *   15 flags: 1 big endian, 2 inline strings
 *   if inline (Go 1.18 on): at 32, version and module text, each with a varint
 *     length before it
 *   else: at 16, pointers to two Go strings (pointer and length each)
 */
#include "goproc.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC		"\xff Go buildinf:"
#define MAGIC_LEN	14
#define ALIGN		16
#define HEADER		32
#define FLAG_BIG	1
#define FLAG_INLINE	2
#define MAX_STRING	(1u << 24)	/* a module text beyond this is garbage */

/**
 * mps_buildinfo_find() - find the build information in a piece of a file
 * @buf: begins at an address that is a multiple of 16
 * @len: its length
 *
 * Return: the offset of its first byte, or -1.
 */
long mps_buildinfo_find(const uint8_t *buf, size_t len)
{
	size_t i;

	for (i = 0; len >= HEADER && i <= len - HEADER; i += ALIGN)
		if (!memcmp(buf + i, MAGIC, MAGIC_LEN))
			return (long)i;
	return -1;
}

/* An unsigned varint, 7 bits a byte, least significant first. */
static bool varint(const uint8_t **p, const uint8_t *end, uint64_t *v)
{
	unsigned int shift;

	*v = 0;
	for (shift = 0; shift < 64 && *p < end; shift += 7) {
		uint8_t b = *(*p)++;

		*v |= (uint64_t)(b & 0x7f) << shift;
		if (!(b & 0x80))
			return true;
	}
	return false;
}

static bool span(const uint8_t **p, const uint8_t *end, const char **s,
		 size_t *len)
{
	uint64_t v;

	if (!varint(p, end, &v) || v > (uint64_t)(end - *p) || v > MAX_STRING)
		return false;
	*s = (const char *)*p;
	*len = v;
	*p += v;
	return true;
}

static uint64_t word(const uint8_t *p, unsigned int size, bool big)
{
	uint64_t v = 0;
	unsigned int i;

	for (i = 0; i < size; i++)
		v |= (uint64_t)p[i] << 8 * (big ? size - 1 - i : i);
	return v;
}

/* A Go string that a pointer at @p points to. The caller frees it. */
static char *far_string(const struct mps_goimage *img, const uint8_t *p,
			unsigned int size, bool big, size_t *len)
{
	uint8_t head[16];
	uint64_t addr = word(p, size, big), n;
	char *s;

	if (!addr || !img || !img->read(img, addr, head, 2 * size))
		return NULL;
	addr = word(head, size, big);
	n = word(head + size, size, big);
	if (n > MAX_STRING)
		return NULL;
	s = malloc(n + 1);
	if (!s)
		return NULL;
	if (n && !img->read(img, addr, s, n)) {
		free(s);
		return NULL;
	}
	s[n] = '\0';
	*len = n;
	return s;
}

/* The version goes to a terminal: printable bytes only, or it is none. */
static bool take_version(struct mps_goexe *exe, const char *s, size_t len)
{
	size_t i;

	if (!len || len >= sizeof(exe->version))
		return false;
	for (i = 0; i < len; i++)
		if (!isprint((unsigned char)s[i]))
			return false;
	memcpy(exe->version, s, len);
	exe->version[len] = '\0';
	exe->minor = mps_go_minor(exe->version);
	return true;
}

/* Settings stand in the module text as "build\tKEY=VALUE\n". */
static void take_settings(struct mps_goexe *exe, const char *s, size_t len)
{
	static const char godebug[] = "build\tDefaultGODEBUG=";
	static const char no_quota[] = "containermaxprocs=0";
	const char *line, *nl;

	exe->cgo = memmem(s, len, "build\tCGO_ENABLED=1\n", 20);
	line = memmem(s, len, godebug, sizeof(godebug) - 1);
	if (!line)
		return;
	nl = memchr(line, '\n', len - (size_t)(line - s));
	exe->no_quota = memmem(line, nl ? (size_t)(nl - line) :
			       len - (size_t)(line - s),
			       no_quota, sizeof(no_quota) - 1);
}

static bool parse_inline(const uint8_t *buf, size_t len, struct mps_goexe *exe)
{
	const uint8_t *p = buf + HEADER, *end = buf + len;
	const char *s;
	size_t n;

	if (!span(&p, end, &s, &n) || !take_version(exe, s, n))
		return false;
	if (span(&p, end, &s, &n))
		take_settings(exe, s, n);
	return true;
}

static bool parse_pointers(const struct mps_goimage *img, const uint8_t *buf,
			   struct mps_goexe *exe)
{
	unsigned int size = buf[14];
	bool big = buf[15] & FLAG_BIG, ok;
	size_t n = 0;
	char *s;

	if (size != 4 && size != 8)
		return false;
	s = far_string(img, buf + 16, size, big, &n);
	if (!s)
		return false;
	ok = take_version(exe, s, n);
	free(s);
	s = ok ? far_string(img, buf + 16 + size, size, big, &n) : NULL;
	if (s)
		take_settings(exe, s, n);
	free(s);
	return ok;
}

/**
 * mps_buildinfo_parse() - read the version and the settings we care for
 * @img: reads the program by address, for the pointer form; may be NULL
 * @buf: begins with the build information
 * @len: bytes there are, also beyond it
 * @exe: gets version, minor, cgo (C was allowed, not: is used), no_quota
 *
 * Return: true if there is a version.
 */
bool mps_buildinfo_parse(const struct mps_goimage *img, const uint8_t *buf,
			 size_t len, struct mps_goexe *exe)
{
	if (len < HEADER || memcmp(buf, MAGIC, MAGIC_LEN))
		return false;
	if (buf[15] & FLAG_INLINE)
		return parse_inline(buf, len, exe);
	return parse_pointers(img, buf, exe);
}

/**
 * mps_go_minor() - 19 of "go1.19.8"
 * @version: as the program gives it
 *
 * Return: the number, 0 if it is not of this form (a development version).
 */
int mps_go_minor(const char *version)
{
	const char *p = strstr(version, "go1.");
	int n = 0;

	if (!p)
		return 0;
	for (p += 4; isdigit((unsigned char)*p) && n < 1000; p++)
		n = n * 10 + (*p - '0');
	return n;
}
