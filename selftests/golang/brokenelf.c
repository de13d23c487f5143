// SPDX-License-Identifier: GPL-2.0
/*
 * usage: brokenelf FILE
 *
 * Write an executable that the kernel runs (it only waits) though its second
 * segment lies behind the end of the file: no reader of ELF can trust it.
 */
#include <elf.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BASE	0x400000ull
#define BEYOND	0x100000	/* far behind the end */

static const uint8_t code[] = {
#if defined(__x86_64__)
	0xb8, 0x22, 0x00, 0x00, 0x00,	/* mov $34,%eax (pause) */
	0x0f, 0x05,			/* syscall */
	0xeb, 0xf7,			/* jmp back */
#elif defined(__aarch64__)
	0x00, 0x00, 0x00, 0x14,		/* b . */
#else
#error "write down here how this machine waits"
#endif
};

struct image {
	Elf64_Ehdr eh;
	Elf64_Phdr ph[2];
	uint8_t code[sizeof(code)];
};

int main(int argc, char **argv)
{
	struct image im;
	int fd;

	if (argc != 2) {
		fprintf(stderr, "usage: brokenelf FILE\n");
		return 2;
	}
	memset(&im, 0, sizeof(im));
	memcpy(im.eh.e_ident, ELFMAG, SELFMAG);
	im.eh.e_ident[EI_CLASS] = ELFCLASS64;
	im.eh.e_ident[EI_DATA] = ELFDATA2LSB;
	im.eh.e_ident[EI_VERSION] = EV_CURRENT;
	im.eh.e_type = ET_EXEC;
#if defined(__x86_64__)
	im.eh.e_machine = EM_X86_64;
#else
	im.eh.e_machine = EM_AARCH64;
#endif
	im.eh.e_version = EV_CURRENT;
	im.eh.e_entry = BASE + offsetof(struct image, code);
	im.eh.e_phoff = offsetof(struct image, ph);
	im.eh.e_ehsize = sizeof(im.eh);
	im.eh.e_phentsize = sizeof(im.ph[0]);
	im.eh.e_phnum = 2;
	im.ph[0] = (Elf64_Phdr) { .p_type = PT_LOAD, .p_flags = PF_R | PF_X,
		.p_vaddr = BASE, .p_filesz = sizeof(im),
		.p_memsz = sizeof(im), .p_align = 4096 };
	im.ph[1] = (Elf64_Phdr) { .p_type = PT_LOAD, .p_flags = PF_R | PF_W,
		.p_offset = BEYOND, .p_vaddr = BASE + BEYOND,
		.p_filesz = 4096, .p_memsz = 4096, .p_align = 4096 };
	memcpy(im.code, code, sizeof(code));
	fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	if (fd < 0 || write(fd, &im, sizeof(im)) != sizeof(im) || close(fd)) {
		perror(argv[1]);
		return 1;
	}
	return 0;
}
