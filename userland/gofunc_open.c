// SPDX-License-Identifier: GPL-2.0
/* Where a process has its pclntab, and the address that it counts from. */
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gofunc.h"

#define TAB_MAX		(UINT64_C(1) << 30)
#define ALIGN		8
#define MODULE_TEXT	176	/* in moduledata: 1.18 to 1.27 */

static const struct mps_range none;

/* The section of the linker's; the C linker may have merged it. */
static struct mps_range by_section(Elf *elf)
{
	struct mps_range r;
	Elf_Scn *scn = NULL;
	size_t strndx;
	GElf_Shdr sh;

	if (elf_getshdrstrndx(elf, &strndx))
		return none;
	while ((scn = elf_nextscn(elf, scn))) {
		const char *name;

		if (!gelf_getshdr(scn, &sh) || sh.sh_size > TAB_MAX)
			continue;
		name = elf_strptr(elf, strndx, sh.sh_name);
		if (!name || (strcmp(name, ".gopclntab") &&
			      strcmp(name, ".data.rel.ro.gopclntab")))
			continue;
		r.start = sh.sh_addr;
		r.end = sh.sh_addr + sh.sh_size;
		return r;
	}
	return none;
}

/* Take the table that begins at @buf. Return: false if none does. */
static bool take(struct mps_gofuncs *f, const uint8_t *buf, size_t len)
{
	uint8_t *tab = malloc(len ? len : 1);

	if (!tab)
		return false;
	memcpy(tab, buf, len);
	if (mps_gofuncs_parse(f, tab, len))
		return true;
	mps_gofuncs_close(f);
	return false;
}

/* Search a piece of memory; @at: where the table was found. */
static bool search(struct mps_gofuncs *f, const struct mps_gomem *mem,
		   struct mps_range r, uint64_t *at)
{
	size_t len = r.end - r.start, i;
	uint8_t *buf;
	bool ok = false;

	if (r.end <= r.start || r.end - r.start > TAB_MAX)
		return false;
	buf = malloc(len);
	if (buf && mps_gomem_read(mem, r.start, buf, len)) {
		for (i = 0; !ok && i + ALIGN <= len; i += ALIGN) {
			if (mps_u32_at(buf + i) < 0xfffffff0u ||
			    buf[i + 4] || buf[i + 5] || buf[i + 7] != 8)
				continue;
			ok = take(f, buf + i, len - i);
			*at = r.start + i;
		}
	}
	free(buf);
	return ok;
}

static bool by_segments(struct mps_gofuncs *f, const struct mps_gomem *mem,
			Elf *elf, uint64_t bias, uint64_t *at)
{
	size_t nr, i;

	if (elf_getphdrnum(elf, &nr))
		return false;
	for (i = 0; i < nr; i++) {
		struct mps_range r;
		GElf_Phdr ph;

		if (!gelf_getphdr(elf, (int)i, &ph) || ph.p_type != PT_LOAD ||
		    (ph.p_flags & PF_X))
			continue;
		r.start = ((ph.p_vaddr + ALIGN - 1) & ~(uint64_t)(ALIGN - 1)) +
			  bias;
		r.end = ph.p_vaddr + ph.p_filesz + bias;
		if (search(f, mem, r, at))
			return true;
	}
	return false;
}

static bool in_text(const struct mps_goproc *gp, uint64_t addr)
{
	int i;

	for (i = 0; i < MPS_GO_NR_SEGMENTS; i++)
		if (addr >= gp->exe.text[i].start && addr < gp->exe.text[i].end)
			return true;
	return false;
}

/* moduledata begins with the address of the table, and has that of the text. */
static uint64_t text_of(const struct mps_goproc *gp,
			const struct mps_gomem *mem, uint64_t tab)
{
	int i;

	for (i = 0; i < MPS_GO_NR_SEGMENTS; i++) {
		uint64_t start = (gp->exe.data[i].start + 7) & ~UINT64_C(7);
		uint64_t len = gp->exe.data[i].end - start, at, text = 0;
		uint8_t *buf;

		if (gp->exe.data[i].end <= start || len > TAB_MAX)
			continue;
		buf = malloc(len);
		if (buf && mps_gomem_read(mem, start, buf, len))
			for (at = 0; !text && at + MODULE_TEXT + 8 <= len;
			     at += 8)
				if (mps_u64_at(buf + at) == tab &&
				    in_text(gp, mps_u64_at(buf + at +
							   MODULE_TEXT)))
					text = mps_u64_at(buf + at +
							  MODULE_TEXT);
		free(buf);
		if (text)
			return text;
	}
	return 0;
}

static bool open_elf(struct mps_gofuncs *f, const struct mps_goproc *gp,
		     const struct mps_gomem *mem, Elf *elf)
{
	struct mps_range r;
	uint64_t bias, at = 0;
	GElf_Ehdr eh;

	if (elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &eh))
		return false;
	bias = gp->exe.entry - eh.e_entry;
	r = by_section(elf);
	r.start += bias;
	r.end += bias;
	if (!(r.end > r.start && search(f, mem, r, &at)) &&
	    !by_segments(f, mem, elf, bias, &at))
		return false;
	if (!in_text(gp, f->text))
		f->text = text_of(gp, mem, at);
	return f->text;
}

bool mps_gofuncs_open(struct mps_gofuncs *f, const struct mps_goproc *gp,
		      const struct mps_gomem *mem)
{
	char path[64];
	bool ok = false;
	Elf *elf;
	int fd;

	memset(f, 0, sizeof(*f));
	snprintf(path, sizeof(path), "/proc/%d/exe", gp->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf)
		ok = open_elf(f, gp, mem, elf);
	elf_end(elf);
	close(fd);
	if (!ok)
		mps_gofuncs_close(f);
	return ok;
}
