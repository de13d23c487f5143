// SPDX-License-Identifier: GPL-2.0
/* Where the runtime's objects are: symbol table, DWARF, and the load address. */
#include "gotruth.h"

#include <dwarf.h>
#include <elf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ABSENT	UINT32_MAX

void gt_die(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("gotruth: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static void take_field(struct gt_exe *exe, const char *type, const char *field,
		       uint32_t offset)
{
#define X(t, f) \
	if (!strcmp(type, #t) && !strcmp(field, #f)) \
		exe->t##_##f = offset;
	GT_FIELDS(X)
#undef X
}

static void take_struct(struct gt_exe *exe, Dwarf_Die *die, const char *type)
{
	uint64_t size = (uint64_t)dwarf_bytesize(die);
	Dwarf_Attribute attr;
	Dwarf_Word offset;
	Dwarf_Die child;

	if (!strcmp(type, "m"))
		exe->size_m = size;
	else if (!strcmp(type, "p"))
		exe->size_p = size;
	else if (!strcmp(type, "g"))
		exe->size_g = size;
	else if (!strcmp(type, "schedt"))
		exe->size_schedt = size;
	else
		return;
	if (dwarf_child(die, &child))
		return;
	do {
		const char *name = dwarf_diename(&child);

		if (name && dwarf_tag(&child) == DW_TAG_member &&
		    dwarf_attr(&child, DW_AT_data_member_location, &attr) &&
		    !dwarf_formudata(&attr, &offset))
			take_field(exe, type, name, (uint32_t)offset);
	} while (!dwarf_siblingof(&child, &child));
}

static void read_dwarf(struct gt_exe *exe, Dwarf *dw)
{
	static const char prefix[] = "runtime.";
	Dwarf_Off off = 0, next;
	size_t head;

	while (!dwarf_nextcu(dw, off, &next, &head, NULL, NULL, NULL)) {
		Dwarf_Die cu, die;

		if (dwarf_offdie(dw, off + head, &cu) &&
		    !dwarf_child(&cu, &die)) {
			do {
				const char *name = dwarf_diename(&die);

				if (name &&
				    dwarf_tag(&die) == DW_TAG_structure_type &&
				    !strncmp(name, prefix, sizeof(prefix) - 1))
					take_struct(exe, &die,
						    name + sizeof(prefix) - 1);
			} while (!dwarf_siblingof(&die, &die));
		}
		off = next;
	}
}

static void take_symbol(struct gt_exe *exe, const char *name, uint64_t addr)
{
#define X(n) \
	if (!strcmp(name, "runtime." #n)) \
		exe->sym_##n = addr;
	GT_SYMBOLS(X)
#undef X
}

static void read_symbols(struct gt_exe *exe, Elf *elf)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;
	GElf_Sym sym;

	while ((scn = elf_nextscn(elf, scn))) {
		Elf_Data *data;
		int i;

		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_SYMTAB)
			continue;
		data = elf_getdata(scn, NULL);
		for (i = 0; data && gelf_getsym(data, i, &sym); i++) {
			const char *name = elf_strptr(elf, sh.sh_link,
						      sym.st_name);

			if (name)
				take_symbol(exe, name, sym.st_value);
		}
	}
}

static uint64_t auxv_entry(pid_t pid)
{
	Elf64_auxv_t av;
	uint64_t entry = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/auxv", pid);
	f = fopen(path, "re");
	if (!f)
		gt_die("%s: %s", path, strerror(errno));
	while (fread(&av, sizeof(av), 1, f) == 1)
		if (av.a_type == AT_ENTRY)
			entry = av.a_un.a_val;
	fclose(f);
	return entry;
}

static void check(const struct gt_exe *exe)
{
#define X(type, field) \
	if (exe->type##_##field == ABSENT) \
		gt_die("%s: no field %s in runtime.%s: DWARF is missing", \
		       exe->path, #field, #type);
	GT_FIELDS(X)
#undef X
#define X(name) \
	if (!exe->sym_##name) \
		gt_die("%s: no symbol runtime.%s: stripped?", exe->path, #name);
	GT_SYMBOLS(X)
#undef X
}

void gt_exe_open(struct gt_exe *exe, pid_t pid, const char *twin)
{
	GElf_Ehdr ehdr;
	Dwarf *dw;
	int fd;

	memset(exe, 0, sizeof(*exe));
#define X(type, field)	exe->type##_##field = ABSENT;
	GT_FIELDS(X)
#undef X
	snprintf(exe->path, sizeof(exe->path), "/proc/%d/exe", pid);
	if (twin)
		snprintf(exe->path, sizeof(exe->path), "%s", twin);
	fd = open(exe->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		gt_die("%s: %s", exe->path, strerror(errno));
	dw = dwarf_begin(fd, DWARF_C_READ);
	if (!dw)
		gt_die("%s: %s", exe->path, dwarf_errmsg(-1));
	read_symbols(exe, dwarf_getelf(dw));
	read_dwarf(exe, dw);
	if (!gelf_getehdr(dwarf_getelf(dw), &ehdr))
		gt_die("%s: %s", exe->path, elf_errmsg(-1));
	check(exe);
	exe->bias = auxv_entry(pid) - ehdr.e_entry;
#define X(name)	exe->sym_##name += exe->bias;
	GT_SYMBOLS(X)
#undef X
	dwarf_end(dw);
	close(fd);
}
