// SPDX-License-Identifier: GPL-2.0
/*
 * Offsets of the runtime's structs and addresses of its variables from DWARF.
 * The file is not trusted: what is found is checked by golayout.c.
 */
#include "golayout.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <string.h>

#define PREFIX		"runtime."
#define MAX_MEMBERS	4096	/* of a struct */
#define MAX_DEPTH	3	/* of a path: "runq.size" is 2 */

/* The type behind typedefs; false if there is none. */
static bool type_of(Dwarf_Die *die, Dwarf_Die *type)
{
	Dwarf_Attribute attr;

	return dwarf_attr_integrate(die, DW_AT_type, &attr) &&
	       dwarf_formref_die(&attr, type) &&
	       !dwarf_peel_type(type, type);
}

static bool member_offset(Dwarf_Die *die, Dwarf_Word *off)
{
	Dwarf_Attribute attr;

	return dwarf_attr(die, DW_AT_data_member_location, &attr) &&
	       !dwarf_formudata(&attr, off);
}

/* The offset of a member by its path, "runq.size". */
static int32_t path_offset(Dwarf_Die *type, const char *path, int depth)
{
	size_t len = strcspn(path, ".");
	Dwarf_Die child, inner;
	Dwarf_Word off;
	int n = 0;

	if (depth > MAX_DEPTH || dwarf_child(type, &child))
		return MPS_GO_ABSENT;
	do {
		const char *name = dwarf_diename(&child);
		int32_t rest = 0;

		if (!name || strncmp(name, path, len) || name[len] ||
		    dwarf_tag(&child) != DW_TAG_member)
			continue;
		if (!member_offset(&child, &off) || off > MPS_GO_MAX_STRUCT)
			return MPS_GO_ABSENT;
		if (path[len])
			rest = type_of(&child, &inner) ?
			       path_offset(&inner, path + len + 1, depth + 1) :
			       MPS_GO_ABSENT;
		return rest < 0 ? MPS_GO_ABSENT : (int32_t)off + rest;
	} while (++n < MAX_MEMBERS && !dwarf_siblingof(&child, &child));
	return MPS_GO_ABSENT;
}

static void take_struct(struct mps_gostructs *s, Dwarf_Die *die,
			enum mps_go_type type)
{
	int size = dwarf_bytesize(die);
	size_t i;

	if (size <= 0 || size > MPS_GO_MAX_STRUCT)
		return;
	s->size[type] = (uint32_t)size;
	for (i = 0; i < MPS_NR_GO_FIELDS; i++) {
		const struct mps_gofield *f = &mps_gofields[i];

		if (f->type != type)
			continue;
		s->off[i] = path_offset(die, f->path, 0);
		if (s->off[i] < 0 && f->other)
			s->off[i] = path_offset(die, f->other, 0);
	}
}

/* An address that is there from the start: DW_OP_addr and nothing else. */
static uint64_t address_of(Dwarf_Die *die)
{
	Dwarf_Attribute attr;
	Dwarf_Op *op;
	size_t n;

	if (!dwarf_attr(die, DW_AT_location, &attr) ||
	    dwarf_getlocation(&attr, &op, &n) || n != 1 ||
	    op[0].atom != DW_OP_addr)
		return 0;
	return op[0].number;
}

static int index_of(const char * const *names, int nr, const char *name)
{
	int i;

	for (i = 0; i < nr; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

static void take_die(struct mps_golayout *l, Dwarf_Die *die)
{
	const char *name = dwarf_diename(die);
	int i;

	if (!name || strncmp(name, PREFIX, sizeof(PREFIX) - 1))
		return;
	name += sizeof(PREFIX) - 1;
	switch (dwarf_tag(die)) {
	case DW_TAG_structure_type:
		i = index_of(mps_gotype_names, MPS_NR_GO_TYPES, name);
		if (i >= 0 && !l->s.size[i])
			take_struct(&l->s, die, (enum mps_go_type)i);
		break;
	case DW_TAG_variable:
		i = index_of(mps_govar_names, MPS_NR_GO_VARS, name);
		if (i >= 0 && !l->var[i])
			l->var[i] = address_of(die);
		break;
	default:
		break;
	}
}

static bool complete(const struct mps_golayout *l)
{
	size_t i;

	for (i = 0; i < MPS_NR_GO_TYPES; i++)
		if (!l->s.size[i])
			return false;
	for (i = 0; i < MPS_NR_GO_VARS; i++)
		if (!l->var[i])
			return false;
	return true;
}

/* One compilation unit: Go has its types in one, its variables in others. */
static void take_unit(struct mps_golayout *l, Dwarf_Die *cu)
{
	Dwarf_Die die;

	if (dwarf_child(cu, &die))
		return;
	do {
		take_die(l, &die);
	} while (!dwarf_siblingof(&die, &die));
}

/**
 * mps_golayout_dwarf() - read what DWARF has of the runtime
 * @fd: the executable
 * @l: offsets and sizes are filled in; addresses where they were 0
 *
 * Addresses are as in the file.
 *
 * Return: true if all structs are there with all their fields.
 */
bool mps_golayout_dwarf(int fd, struct mps_golayout *l)
{
	Dwarf *dw = dwarf_begin(fd, DWARF_C_READ);
	Dwarf_Off off = 0, next;
	struct mps_golayout found;
	size_t head;

	if (!dw)
		return false;
	found = *l;
	mps_gostructs_init(&found.s);
	while (!complete(&found) &&
	       !dwarf_nextcu(dw, off, &next, &head, NULL, NULL, NULL) &&
	       next > off) {
		Dwarf_Die cu;

		if (dwarf_offdie(dw, off + head, &cu))
			take_unit(&found, &cu);
		off = next;
	}
	dwarf_end(dw);
	memcpy(l->var, found.var, sizeof(l->var));
	if (mps_gostructs_missing(&found.s))
		return false;
	l->s = found.s;
	l->source = MPS_LAYOUT_DWARF;
	return true;
}
