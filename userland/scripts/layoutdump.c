// SPDX-License-Identifier: GPL-2.0
/*
 * usage: layoutdump reasons|row EXECUTABLE
 *
 * A part of golayout_table.c: the array of wait reasons of a Go program, or the
 * row with the offsets that its DWARF has. It shares the tool's reader of DWARF;
 * that the offsets are right is proved on live processes (tests/native).
 */
#include <elf.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "golayout.h"

#define MAX_REASONS	256
#define MAX_TEXT	64
#define STRING_SIZE	16	/* pointer and length */

static int fd;

static void die(const char *what)
{
	fprintf(stderr, "layoutdump: %s\n", what);
	exit(1);
}

/* One more word of a list, in lines of 80 columns; NULL ends the list. */
static void put(const char *fmt, ...)
{
	static size_t column;
	char word[128];
	va_list ap;
	size_t len;

	if (!fmt) {
		printf("\n");
		column = 0;
		return;
	}
	va_start(ap, fmt);
	len = (size_t)vsnprintf(word, sizeof(word), fmt, ap);
	va_end(ap);
	if (column + 1 + len > 79) {
		printf("\n");
		column = 0;
	}
	printf("%s%s", column ? " " : "\t", word);
	column = (column ? column + 1 : 8) + len;
}

/* The file's bytes at a virtual address. */
static void at(uint64_t addr, void *buf, size_t len)
{
	Elf64_Ehdr eh;
	Elf64_Phdr ph;
	int i;

	if (pread(fd, &eh, sizeof(eh), 0) != sizeof(eh))
		die("no ELF header");
	for (i = 0; i < eh.e_phnum; i++) {
		if (pread(fd, &ph, sizeof(ph), (off_t)(eh.e_phoff +
			  (uint64_t)i * sizeof(ph))) != sizeof(ph))
			die("program headers are cut off");
		if (ph.p_type != PT_LOAD || addr < ph.p_vaddr ||
		    addr + len > ph.p_vaddr + ph.p_filesz)
			continue;
		if (pread(fd, buf, len, (off_t)(ph.p_offset + addr -
						ph.p_vaddr)) == (ssize_t)len)
			return;
	}
	die("the array of wait reasons lies outside of the file");
}

/* How many strings the array has, by its symbol's size. */
static size_t nr_reasons(void)
{
	Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
	Elf_Scn *scn = NULL;
	uint64_t size = 0;
	GElf_Shdr sh;
	GElf_Sym sym;

	while (elf && (scn = elf_nextscn(elf, scn))) {
		Elf_Data *data;
		int i;

		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_SYMTAB)
			continue;
		data = elf_getdata(scn, NULL);
		for (i = 0; data && gelf_getsym(data, i, &sym); i++) {
			const char *name = elf_strptr(elf, sh.sh_link,
						      sym.st_name);

			if (name && !strcmp(name, "runtime.waitReasonStrings"))
				size = sym.st_size;
		}
	}
	elf_end(elf);
	return size / STRING_SIZE;
}

static void dump_reasons(uint64_t addr, int minor)
{
	size_t n, i, nr = nr_reasons();
	char text[MAX_TEXT + 1];
	uint64_t head[2];

	if (!nr || nr > MAX_REASONS)
		die("the array of wait reasons has no sane size");
	printf("static const char * const reasons_%d[] = {\n", minor);
	for (n = 0; n < nr; n++) {
		at(addr + n * STRING_SIZE, head, sizeof(head));
		if (head[1] > MAX_TEXT)
			die("a wait reason is too long");
		if (head[1])
			at(head[0], text, head[1]);
		text[head[1]] = '\0';
		for (i = 0; i < head[1]; i++)
			if (text[i] < ' ' || text[i] > '~' || text[i] == '"')
				die("a wait reason is no text");
		put("\"%s\",", text);
	}
	put(NULL);
	printf("};\n\n");
}

static void dump_row(const struct mps_golayout *l, const struct mps_goexe *exe)
{
	size_t i;

	printf("/* %s */\n", exe->version);
	printf("{\n\t.minor = %d, .proven = \"%s\",\n", exe->minor, exe->version);
	printf("\t.reason = reasons_%d, .nr_reasons = NR(reasons_%d),\n",
	       exe->minor, exe->minor);
	printf("\t.s = { .size = { %u, %u, %u, %u }, .off = {\n",
	       l->s.size[0], l->s.size[1], l->s.size[2], l->s.size[3]);
	for (i = 0; i < MPS_NR_GO_FIELDS; i++)
		put("[MPS_GF_%s] = %d,", mps_gofields[i].name, l->s.off[i]);
	put(NULL);
	printf("\t} },\n},\n");
}

int main(int argc, char **argv)
{
	struct mps_golayout l = { .source = MPS_LAYOUT_NONE };
	struct mps_goexe exe;
	char error[MPS_GO_ERROR_LEN];

	if (argc != 3)
		die("usage: layoutdump reasons|row EXECUTABLE");
	fd = open(argv[2], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("the executable cannot be opened");
	if (mps_goexe_read(fd, &exe, error, sizeof(error)))
		die(error);
	if (!mps_golayout_elf(fd, &l) || !mps_golayout_dwarf(fd, &l))
		die("the executable has no complete DWARF");
	if (!MPS_VAR(&l, waitReasonStrings))
		die("the executable has no symbol runtime.waitReasonStrings");
	if (!strcmp(argv[1], "reasons"))
		dump_reasons(MPS_VAR(&l, waitReasonStrings), exe.minor);
	else
		dump_row(&l, &exe);
	return 0;
}
