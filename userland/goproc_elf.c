// SPDX-License-Identifier: GPL-2.0
/*
 * What a Go program's ELF file tells: version, linking, segments and the few
 * symbols of the runtime that we use. The file is not trusted.
 */
#include "goproc.h"

#include <errno.h>
#include <gelf.h>
#include <libelf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCAN_MAX	(1u << 20)	/* as far as the Go tools look, too */
#define INFO_MAX	(1u << 24)
#define MAX_PHDRS	512

struct elf_image {
	int fd;
	Elf *elf;
	GElf_Ehdr ehdr;
	size_t nr_phdrs;
	uint64_t file_size;
	bool needs_libs;
};

static enum mps_go_status fail(char *error, size_t size,
			       enum mps_go_status status, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static enum mps_go_status fail(char *error, size_t size,
			       enum mps_go_status status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(error, size, fmt, ap);
	va_end(ap);
	return status;
}

static bool file_read(int fd, uint64_t off, void *buf, size_t len)
{
	char *p = buf;

	while (len) {
		ssize_t n = pread(fd, p, len, (off_t)off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		off += (uint64_t)n;
		len -= (size_t)n;
	}
	return true;
}

/* mps_image_read_fn: the file's bytes at a virtual address */
static bool image_read(const struct mps_goimage *img, uint64_t addr, void *buf,
		       size_t len)
{
	const struct elf_image *im = img->arg;
	GElf_Phdr ph;
	size_t i;

	for (i = 0; i < im->nr_phdrs; i++) {
		if (!gelf_getphdr(im->elf, (int)i, &ph) || ph.p_type != PT_LOAD)
			continue;
		if (addr < ph.p_vaddr || addr - ph.p_vaddr > ph.p_filesz ||
		    len > ph.p_filesz - (addr - ph.p_vaddr))
			continue;
		return file_read(im->fd, ph.p_offset + (addr - ph.p_vaddr),
				 buf, len);
	}
	return false;
}

static void range_add(struct mps_range *r, uint64_t start, uint64_t len)
{
	int i;

	for (i = 0; i < MPS_GO_NR_SEGMENTS; i++) {
		if (r[i].end)
			continue;
		r[i].start = start;
		r[i].end = start + len;
		return;
	}
}

static enum mps_go_status read_phdrs(struct elf_image *im,
				     struct mps_goexe *exe, char *error,
				     size_t size)
{
	bool load = false;
	GElf_Phdr ph;
	size_t i;

	for (i = 0; i < im->nr_phdrs; i++) {
		if (!gelf_getphdr(im->elf, (int)i, &ph))
			return fail(error, size, MPS_GO_BROKEN,
				    "the program header table of the executable is cut off");
		if (ph.p_type == PT_INTERP)
			exe->dynamic = true;
		if (ph.p_type == PT_TLS)
			exe->tls_size = ph.p_memsz;
		if (ph.p_type != PT_LOAD)
			continue;
		if (ph.p_offset > im->file_size ||
		    ph.p_filesz > im->file_size - ph.p_offset ||
		    ph.p_filesz > ph.p_memsz ||
		    ph.p_vaddr + ph.p_memsz < ph.p_vaddr)
			return fail(error, size, MPS_GO_BROKEN,
				    "a segment of the executable lies outside of the file: it was cut off or overwritten");
		load = true;
		if (ph.p_flags & PF_X)
			range_add(exe->text, ph.p_vaddr, ph.p_memsz);
		else if (ph.p_flags & PF_W)
			range_add(exe->data, ph.p_vaddr, ph.p_memsz);
	}
	if (!load)
		return fail(error, size, MPS_GO_BROKEN,
			    "the executable has no segment to load: it is no program");
	return MPS_GO_OK;
}

static bool info_at(struct elf_image *im, uint64_t off, uint64_t len,
		    struct mps_goexe *exe)
{
	struct mps_goimage img = { .read = image_read, .arg = im };
	uint8_t *buf;
	bool ok = false;
	long at;

	if (off > im->file_size || len > im->file_size - off)
		return false;
	buf = malloc(len ? len : 1);
	if (!buf)
		return false;
	if (file_read(im->fd, off, buf, len)) {
		at = mps_buildinfo_find(buf, len);
		ok = at >= 0 && mps_buildinfo_parse(&img, buf + at,
						    len - (size_t)at, exe);
	}
	free(buf);
	return ok;
}

/* By section if there are sections, else at the head of the data segment. */
static bool read_buildinfo(struct elf_image *im, struct mps_goexe *exe)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;
	GElf_Phdr ph;
	size_t strndx, i;
	const char *name;

	if (!elf_getshdrstrndx(im->elf, &strndx)) {
		while ((scn = elf_nextscn(im->elf, scn))) {
			if (!gelf_getshdr(scn, &sh) || sh.sh_type == SHT_NOBITS)
				continue;
			name = elf_strptr(im->elf, strndx, sh.sh_name);
			if (name && !strcmp(name, ".go.buildinfo") &&
			    sh.sh_size <= INFO_MAX &&
			    info_at(im, sh.sh_offset, sh.sh_size, exe))
				return true;
		}
	}
	for (i = 0; i < im->nr_phdrs; i++) {
		if (!gelf_getphdr(im->elf, (int)i, &ph) ||
		    ph.p_type != PT_LOAD || (ph.p_flags & PF_X) ||
		    !(ph.p_flags & PF_W))
			continue;
		if (info_at(im, ph.p_offset, ph.p_filesz < SCAN_MAX ?
			    ph.p_filesz : SCAN_MAX, exe))
			return true;
	}
	return false;
}

static void take_symbol(struct mps_go_symbols *s, const char *name,
			const GElf_Sym *sym, bool *cgo)
{
	static const struct {
		const char *name;
		size_t addr, size;
	} wanted[] = {
#define SYM(n, a) { n, offsetof(struct mps_go_symbols, a), \
		offsetof(struct mps_go_symbols, a##_size) }
		SYM("runtime.m0", m0),
		SYM("runtime.sched", sched),
		SYM("runtime.sig", sig),
		SYM("runtime.newmHandoff", handoff),
#undef SYM
		{ "runtime.gomaxprocs",
		  offsetof(struct mps_go_symbols, gomaxprocs), SIZE_MAX },
		{ "runtime.epfd", offsetof(struct mps_go_symbols, epfd),
		  SIZE_MAX },
	};
	size_t i;

	if (!strcmp(name, "x_cgo_init"))	/* from runtime/cgo, in C */
		*cgo = true;
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (strcmp(name, wanted[i].name))
			continue;
		memcpy((char *)s + wanted[i].addr, &sym->st_value,
		       sizeof(uint64_t));
		if (wanted[i].size != SIZE_MAX)
			memcpy((char *)s + wanted[i].size, &sym->st_size,
			       sizeof(uint64_t));
	}
}

static void read_symbols(struct elf_image *im, struct mps_goexe *exe,
			 bool *cgo)
{
	Elf_Scn *scn = NULL;
	Elf_Data *data;
	GElf_Shdr sh;
	GElf_Sym sym;
	const char *name;
	int i, n;

	exe->stripped = true;
	while ((scn = elf_nextscn(im->elf, scn))) {
		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_SYMTAB)
			continue;
		data = elf_getdata(scn, NULL);
		if (!data || !sh.sh_entsize)
			continue;
		exe->stripped = false;
		n = (int)(data->d_size / sh.sh_entsize);
		for (i = 0; i < n && gelf_getsym(data, i, &sym); i++) {
			name = elf_strptr(im->elf, sh.sh_link, sym.st_name);
			if (name && sym.st_shndx != SHN_UNDEF)
				take_symbol(&exe->sym, name, &sym, cgo);
		}
	}
}

/* DT_NEEDED: only C code needs a library, also in a PIE of pure Go. */
static void read_dynamic(struct elf_image *im)
{
	Elf_Scn *scn = NULL;
	Elf_Data *data;
	GElf_Shdr sh;
	GElf_Dyn dyn;
	int i;

	while ((scn = elf_nextscn(im->elf, scn))) {
		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_DYNAMIC)
			continue;
		data = elf_getdata(scn, NULL);
		for (i = 0; data && gelf_getdyn(data, i, &dyn); i++)
			if (dyn.d_tag == DT_NEEDED)
				im->needs_libs = true;
	}
}

static enum mps_go_status read_headers(struct elf_image *im,
				       struct mps_goexe *exe, char *error,
				       size_t size)
{
	enum mps_go_status rc;

	if (elf_kind(im->elf) != ELF_K_ELF || !gelf_getehdr(im->elf, &im->ehdr))
		return fail(error, size, MPS_GO_BROKEN,
			    "the executable is no ELF file");
	if (im->ehdr.e_type != ET_EXEC && im->ehdr.e_type != ET_DYN)
		return fail(error, size, MPS_GO_BROKEN,
			    "the executable is an ELF file of type %u, not a program",
			    im->ehdr.e_type);
	if (elf_getphdrnum(im->elf, &im->nr_phdrs) ||
	    im->nr_phdrs > MAX_PHDRS || !im->nr_phdrs)
		return fail(error, size, MPS_GO_BROKEN,
			    "the program header table of the executable is missing or absurd");
	exe->pie = im->ehdr.e_type == ET_DYN;
	exe->entry = im->ehdr.e_entry;
	rc = read_phdrs(im, exe, error, size);
	if (rc)
		return rc;
	if (!read_buildinfo(im, exe))
		return fail(error, size, MPS_GO_NOT,
			    "not a Go program: its executable has no Go build information");
	if (gelf_getclass(im->elf) != ELFCLASS64)
		return fail(error, size, MPS_GO_NOT,
			    "a 32-bit Go program (%s): roles are only known for 64-bit ones",
			    exe->version);
	return MPS_GO_OK;
}

/**
 * mps_goexe_read() - read a Go program's executable
 * @fd: of the file
 * @exe: filled; addresses as in the file
 * @error: gets one sentence unless all is well
 * @size: of @error
 *
 * Return: MPS_GO_OK, MPS_GO_NOT, MPS_GO_BROKEN or MPS_GO_FAILED.
 */
enum mps_go_status mps_goexe_read(int fd, struct mps_goexe *exe, char *error,
				  size_t size)
{
	struct elf_image im = { .fd = fd };
	enum mps_go_status rc;
	bool cgo_symbol = false;
	struct stat st;

	memset(exe, 0, sizeof(*exe));
	if (fstat(fd, &st))
		return fail(error, size, MPS_GO_FAILED,
			    "the executable cannot be examined: %s",
			    strerror(errno));
	im.file_size = (uint64_t)st.st_size;
	if (elf_version(EV_CURRENT) == EV_NONE)
		return fail(error, size, MPS_GO_FAILED,
			    "libelf is too old for this tool");
	im.elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!im.elf)
		return fail(error, size, MPS_GO_BROKEN,
			    "the executable cannot be read as ELF: %s",
			    elf_errmsg(-1));
	rc = read_headers(&im, exe, error, size);
	if (rc == MPS_GO_OK) {
		read_symbols(&im, exe, &cgo_symbol);
		read_dynamic(&im);
		/*
		 * "CGO_ENABLED=1" only allowed it. Linked statically and
		 * stripped, C gives itself away by thread-local storage.
		 */
		exe->cgo = cgo_symbol || im.needs_libs ||
			   (exe->cgo && exe->stripped &&
			    exe->tls_size > MPS_GO_TLS_SIZE);
	}
	elf_end(im.elf);
	return rc;
}
