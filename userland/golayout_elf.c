// SPDX-License-Identifier: GPL-2.0
/*
 * What the ELF file itself tells of the layout: addresses by symbol table, and
 * the place of g in thread-local storage.
 */
#include "golayout.h"

#include <gelf.h>
#include <libelf.h>
#include <string.h>

#define PREFIX	"runtime."

static void take_symbol(struct mps_golayout *l, const char *name,
			const GElf_Sym *sym)
{
	size_t i;

	if (strncmp(name, PREFIX, sizeof(PREFIX) - 1) ||
	    GELF_ST_TYPE(sym->st_info) == STT_TLS)
		return;
	name += sizeof(PREFIX) - 1;
	for (i = 0; i < MPS_NR_GO_VARS; i++)
		if (!strcmp(name, mps_govar_names[i]))
			l->var[i] = sym->st_value;
}

/* Return: true if there is a symbol runtime.tlsg, of which *@off is the place. */
static bool read_symbols(struct mps_golayout *l, Elf *elf, uint64_t *off)
{
	Elf_Scn *scn = NULL;
	bool tlsg = false;
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

			if (!name || sym.st_shndx == SHN_UNDEF)
				continue;
			take_symbol(l, name, &sym);
			if (GELF_ST_TYPE(sym.st_info) == STT_TLS &&
			    !strcmp(name, "runtime.tlsg")) {
				*off = sym.st_value;
				tlsg = true;
			}
		}
	}
	return tlsg;
}

/*
 * amd64: thread-local storage of the program ends at the thread pointer. The
 * runtime has one word there; other objects only if C code brought them.
 */
static void read_tls(struct mps_golayout *l, Elf *elf, bool tlsg, uint64_t off)
{
	uint64_t block;
	GElf_Phdr ph;
	size_t i, nr;

	l->tls_known = false;
	if (elf_getphdrnum(elf, &nr))
		return;
	for (i = 0; i < nr; i++) {
		if (!gelf_getphdr(elf, (int)i, &ph) || ph.p_type != PT_TLS)
			continue;
		if (ph.p_memsz < MPS_GO_TLS_SIZE ||
		    ph.p_memsz > MPS_GO_MAX_STRUCT ||
		    ph.p_align > MPS_GO_MAX_STRUCT)
			return;
		block = ph.p_memsz;
		if (ph.p_align > 1)
			block = (block + ph.p_align - 1) / ph.p_align *
				ph.p_align;
		if (!tlsg && ph.p_memsz != MPS_GO_TLS_SIZE)
			return;		/* which word of it? */
		if (tlsg && off > ph.p_memsz - MPS_GO_TLS_SIZE)
			return;
		l->tls = (int64_t)(tlsg ? off : 0) - (int64_t)block;
		l->tls_known = true;
		return;
	}
	/* Go's own linker may leave the header out: the word before it */
	l->tls = -MPS_GO_TLS_SIZE;
	l->tls_known = true;
}

/**
 * mps_golayout_elf() - addresses and the way to g, as far as the file tells
 * @fd: the executable
 * @l: var and tls are filled in, addresses as in the file
 *
 * Return: false if it is no ELF file.
 */
bool mps_golayout_elf(int fd, struct mps_golayout *l)
{
	uint64_t off = 0;
	bool tlsg;
	Elf *elf;

	if (elf_version(EV_CURRENT) == EV_NONE)
		return false;
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!elf || elf_kind(elf) != ELF_K_ELF) {
		elf_end(elf);
		return false;
	}
	tlsg = read_symbols(l, elf, &off);
	read_tls(l, elf, tlsg, off);
	elf_end(elf);
	return true;
}
