// SPDX-License-Identifier: GPL-2.0
/*
 * pclntab of Go 1.18 and later: functions by address, their names and lines.
 * Pure. The bytes are not trusted.
 *
 * Header: magic (u32), two zeros, instruction quantum, pointer size, then
 * words: number of functions, number of files, text (0 from Go 1.26 on), and
 * the offsets of names, units, files, values, functions. Functions: pairs of
 * u32 (code, info), ascending, one more than there are. Info: u32 code, name,
 * args, defer, sp, file, line, data, unit.
 */
#include "gofunc.h"

#include <stdlib.h>
#include <string.h>

#define MAGIC_118	0xfffffff0u
#define MAGIC_120	0xfffffff1u
#define HEADER		72
#define INFO		36
#define MAX_FUNCS	(1u << 26)

enum { INFO_NAME = 4, INFO_FILE = 20, INFO_LINE = 24, INFO_UNIT = 32 };

static bool u32(const struct mps_gofuncs *f, uint64_t off, uint32_t *v)
{
	if (off > f->len || f->len - off < sizeof(*v))
		return false;
	*v = mps_u32_at(f->tab + off);
	return true;
}

/* A string that ends within the table. */
static const char *string(const struct mps_gofuncs *f, uint64_t off)
{
	if (off >= f->len || !memchr(f->tab + off, 0, f->len - off))
		return NULL;
	return (const char *)f->tab + off;
}

/**
 * mps_gofuncs_parse() - take a table
 * @f: out
 * @tab: its bytes, belong to @f from here on
 * @len: how many
 *
 * Return: false if that is no table; @f is to be closed in any case.
 */
bool mps_gofuncs_parse(struct mps_gofuncs *f, uint8_t *tab, size_t len)
{
	uint32_t magic;

	memset(f, 0, sizeof(*f));
	f->tab = tab;
	f->len = len;
	if (len < HEADER)
		return false;
	magic = mps_u32_at(tab);
	if ((magic != MAGIC_118 && magic != MAGIC_120) || tab[4] || tab[5] ||
	    !tab[6] || tab[6] > 4 || tab[7] != 8)
		return false;
	f->quantum = tab[6];
	f->nr = mps_u64_at(tab + 8);
	f->text = mps_u64_at(tab + 24);
	f->names = mps_u64_at(tab + 32);
	f->units = mps_u64_at(tab + 40);
	f->files = mps_u64_at(tab + 48);
	f->values = mps_u64_at(tab + 56);
	f->funcs = mps_u64_at(tab + 64);
	return f->nr && f->nr <= MAX_FUNCS && f->names < len &&
	       f->units < len && f->files < len && f->values < len &&
	       f->funcs < len && len - f->funcs >= f->nr * 8 + 4;
}

void mps_gofuncs_close(struct mps_gofuncs *f)
{
	free(f->tab);
	memset(f, 0, sizeof(*f));
}

static bool varint(const struct mps_gofuncs *f, uint64_t *at, uint32_t *v)
{
	unsigned int shift;

	*v = 0;
	for (shift = 0; shift < 32; shift += 7) {
		uint8_t b;

		if (*at >= f->len)
			return false;
		b = f->tab[(*at)++];
		*v |= (uint32_t)(b & 0x7f) << shift;
		if (!(b & 0x80))
			return true;
	}
	return false;
}

/*
 * The value for the code at @off, counted from the function's beginning: pairs
 * of a step of the value (zigzag) and a step of the code.
 */
static int32_t value_at(const struct mps_gofuncs *f, uint32_t table,
			uint64_t off)
{
	uint64_t at = f->values + table, pc = 0;
	int32_t value = -1;
	uint32_t step, code;
	bool first = true;

	if (!table)
		return -1;
	while (varint(f, &at, &step) && (step || first)) {
		uint32_t delta = step & 1 ? ~(step >> 1) : step >> 1;

		first = false;
		if (!varint(f, &at, &code))
			break;
		value = (int32_t)((uint32_t)value + delta);
		pc += (uint64_t)code * f->quantum;
		if (off < pc)
			return value;
	}
	return -1;
}

/* The function that holds the code at @off, by halves. */
static bool find_info(const struct mps_gofuncs *f, uint64_t off, uint32_t *code,
		      uint64_t *info)
{
	uint64_t lo = 0, hi = f->nr;
	uint32_t v, rel;

	/* the entry behind the last one is where the code ends */
	if (!u32(f, f->funcs, &v) || off < v ||
	    !u32(f, f->funcs + f->nr * 8, &v) || off >= v)
		return false;
	while (hi - lo > 1) {
		uint64_t mid = lo + (hi - lo) / 2;

		if (!u32(f, f->funcs + mid * 8, &v))
			return false;
		if (off < v)
			hi = mid;
		else
			lo = mid;
	}
	if (!u32(f, f->funcs + lo * 8, code) ||
	    !u32(f, f->funcs + lo * 8 + 4, &rel) || *code > off)
		return false;
	*info = f->funcs + rel;
	return *info <= f->len && f->len - *info >= INFO;
}

/**
 * mps_gofuncs_find() - name, file and line of an address
 * @f: table
 * @pc: address in the process
 * @call: it is where a call returns to
 * @line: out; what is not known is NULL or 0
 *
 * Return: true if at least the function is known.
 */
bool mps_gofuncs_find(const struct mps_gofuncs *f, uint64_t pc, bool call,
		      struct mps_goline *line)
{
	uint32_t code, file, unit;
	uint64_t off = pc - f->text, info;
	int32_t nr, nr_line;

	memset(line, 0, sizeof(*line));
	if (!f->nr || !f->text || pc < f->text ||
	    !find_info(f, off, &code, &info))
		return false;
	line->entry = f->text + code;
	line->func = string(f, f->names + mps_u32_at(f->tab + info +
						     INFO_NAME));
	if (call && off > code)
		off -= f->quantum;
	off -= code;
	nr = value_at(f, mps_u32_at(f->tab + info + INFO_FILE), off);
	nr_line = value_at(f, mps_u32_at(f->tab + info + INFO_LINE), off);
	unit = mps_u32_at(f->tab + info + INFO_UNIT);
	if (nr >= 0 && unit != UINT32_MAX &&
	    u32(f, f->units + ((uint64_t)unit + (uint32_t)nr) * 4, &file) &&
	    file != UINT32_MAX)
		line->file = string(f, f->files + file);
	if (line->file && nr_line > 0)
		line->line = nr_line;
	return line->func;
}
