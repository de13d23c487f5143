// SPDX-License-Identifier: GPL-2.0
/*
 * Is somebody attached to these tracepoints? By the kernel's own word: the
 * static key in each struct tracepoint, which is what makes a tracepoint cost
 * something.
 *
 *	tpkey find NAME...	"NAME ADDRESS", or "NAME -" if there is none; the
 *				one slow step, so it is done once
 *	tpkey read <LINES	of such lines "NAME 0", "NAME 1" or "NAME -"
 *
 * Exit status 4: the kernel's memory cannot be read here (/proc/kcore, and
 * /proc/kallsyms with variables).
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
#define MAX_NAMES	64

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

static int find(char **names, int nr)
{
	unsigned long long addr[MAX_NAMES] = { 0 }, some = 0;
	char line[512], *symbol;
	FILE *f = fopen("/proc/kallsyms", "re");
	int i;

	/* "ffffffff81000000 D __tracepoint_NAME", and " [module]" for modules' */
	while (f && fgets(line, sizeof(line), f)) {
		symbol = strstr(line, " __tracepoint_");
		if (!symbol)
			continue;
		symbol += strlen(" __tracepoint_");
		symbol[strcspn(symbol, "\t\n")] = 0;
		some = 1;
		for (i = 0; i < nr; i++)
			if (!strcmp(symbol, names[i]))
				addr[i] = strtoull(line, NULL, 16);
	}
	if (f)
		fclose(f);
	if (!some) {
		fprintf(stderr, "no variables in /proc/kallsyms\n");
		return 4;
	}
	for (i = 0; i < nr; i++)
		if (addr[i])
			printf("%s %llx\n", names[i], addr[i]);
		else
			printf("%s -\n", names[i]);
	return 0;
}

static int read_keys(void)
{
	char line[256], name[128];
	unsigned long long addr;
	int enabled;

	kcore_open();
	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "%127s %llx", name, &addr) != 2) {
			fputs(line, stdout);
		} else if (kcore_read(addr + KEY_OFFSET, &enabled, sizeof(enabled))) {
			printf("%s %d\n", name, enabled);
		} else {
			fprintf(stderr, "%s is not in /proc/kcore\n", name);
			return 4;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 2 && argc - 2 <= MAX_NAMES && !strcmp(argv[1], "find"))
		return find(argv + 2, argc - 2);
	if (argc == 2 && !strcmp(argv[1], "read"))
		return read_keys();
	fprintf(stderr, "use: tpkey find NAME... or tpkey read\n");
	return 2;
}
