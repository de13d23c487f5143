// SPDX-License-Identifier: GPL-2.0
/*
 * tpkey NAME...: is somebody attached to these tracepoints? By the kernel's
 * own word: the static key in each struct tracepoint, which is what makes a
 * tracepoint cost something. Prints "NAME 0" or "NAME 1" each, "NAME -" if the
 * kernel has no such tracepoint. Exit status 4: the kernel's memory cannot be
 * read here (/proc/kcore, and /proc/kallsyms with variables).
 */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* struct tracepoint { const char *name; struct static_key key; ... }; */
#define KEY_OFFSET	sizeof(unsigned long long)
#define MAX_HEADERS	256

static int kcore;
static Elf64_Phdr headers[MAX_HEADERS];
static int nr_headers;

static void kcore_open(void)
{
	Elf64_Ehdr e;

	kcore = open("/proc/kcore", O_RDONLY | O_CLOEXEC);
	if (kcore < 0 || pread(kcore, &e, sizeof(e), 0) != sizeof(e)) {
		perror("/proc/kcore");
		exit(4);
	}
	nr_headers = e.e_phnum < MAX_HEADERS ? e.e_phnum : MAX_HEADERS;
	if (pread(kcore, headers, nr_headers * sizeof(*headers), e.e_phoff) < 0) {
		perror("/proc/kcore");
		exit(4);
	}
}

static int kcore_read(unsigned long long addr, void *to, size_t size)
{
	int i;

	for (i = 0; i < nr_headers; i++) {
		const Elf64_Phdr *h = &headers[i];

		if (h->p_type != PT_LOAD || addr < h->p_vaddr ||
		    addr + size > h->p_vaddr + h->p_filesz)
			continue;
		return pread(kcore, to, size, h->p_offset + addr - h->p_vaddr) ==
		       (ssize_t)size;
	}
	return 0;
}

/* Return: 0 when there is no such symbol. */
static unsigned long long symbol(const char *name)
{
	char line[512], found[256];
	unsigned long long addr, result = 0;
	FILE *f = fopen("/proc/kallsyms", "re");

	while (f && !result && fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx %*c %255s", &addr, found) == 2 &&
		    !strcmp(found, name))
			result = addr;
	if (f)
		fclose(f);
	return result;
}

int main(int argc, char **argv)
{
	char name[128];
	unsigned long long addr;
	int i, enabled;

	kcore_open();
	if (!symbol("jiffies")) {
		fprintf(stderr, "no variables in /proc/kallsyms\n");
		return 4;
	}
	for (i = 1; i < argc; i++) {
		snprintf(name, sizeof(name), "__tracepoint_%s", argv[i]);
		addr = symbol(name);
		if (!addr) {
			printf("%s -\n", argv[i]);
		} else if (kcore_read(addr + KEY_OFFSET, &enabled, sizeof(enabled))) {
			printf("%s %d\n", argv[i], enabled);
		} else {
			fprintf(stderr, "%s is not in /proc/kcore\n", name);
			return 4;
		}
	}
	return 0;
}
