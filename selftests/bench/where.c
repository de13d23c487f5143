// SPDX-License-Identifier: GPL-2.0
/*
 * where.so: a plugin of QEMU that counts which of the kernel's instructions are
 * executed, and which cache lines modules write, between two marks that the
 * guest sets: see mark.c. Writes "i ADDRESS TIMES" and "w ADDRESS TIMES LINE" to out=FILE
 * with .1 appended, and .2 the next time.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "mark.h"
#include "qemu_plugin.h"

#define EXPORT	__attribute__((visibility("default")))

EXPORT int qemu_plugin_version = 1;

/* Where a kernel of x86-64 and its modules are. */
#define TEXT_BEGIN	0xffffffff80000000ull
#define MODULES_BEGIN	0xffffffffc0000000ull
#define TEXT_SIZE	0x80000000ull

#define LINES		(1 << 20)	/* a table that is hashed into */

struct line {
	uint64_t at, by, nr;
};

static uint64_t *times;		/* one for each byte: pages are there if touched */
static uint8_t *seen;		/* bit: something was translated there */
static struct line lines[LINES];
static char *out;
static int counting;

static void count_line(unsigned int vcpu, uint32_t info, uint64_t vaddr, void *udata)
{
	uint64_t at = vaddr >> 6, by = (uintptr_t)udata;
	uint64_t i = (at * 31 + by) * 0x9e3779b97f4a7c15ull >> 44;
	unsigned int tries;

	/* asking for stores alone is not enough for QEMU 7.2 */
	if (!counting || by < MODULES_BEGIN || !qemu_plugin_mem_is_store(info))
		return;
	for (tries = 0; lines[i].at && (lines[i].at != at || lines[i].by != by); tries++) {
		if (tries == LINES)
			abort();
		i = (i + 1) % LINES;
	}
	lines[i].at = at;
	lines[i].by = by;
	lines[i].nr++;
}

static void tell(void)
{
	static unsigned int nr;
	char path[4096];
	uint64_t i;
	FILE *f;

	snprintf(path, sizeof(path), "%s.%u", out, ++nr);
	f = fopen(path, "w");
	if (!f) {
		perror(path);
		return;
	}
	for (i = 0; i < TEXT_SIZE; i++) {
		if (!seen[i / 8])
			i |= 7;
		else if (seen[i / 8] & 1 << i % 8 && times[i])
			fprintf(f, "i %llx %llu\n",
				(unsigned long long)(TEXT_BEGIN + i),
				(unsigned long long)times[i]);
	}
	for (i = 0; i < LINES; i++)
		if (lines[i].nr)
			fprintf(f, "w %llx %llu %llx\n",
				(unsigned long long)lines[i].by,
				(unsigned long long)lines[i].nr,
				(unsigned long long)lines[i].at << 6);
	fclose(f);
}

static void forget(void)
{
	uint64_t i;

	for (i = 0; i < TEXT_SIZE; i++) {
		if (!seen[i / 8])
			i |= 7;
		else if (seen[i / 8] & 1 << i % 8)
			times[i] = 0;
	}
	memset(lines, 0, sizeof(lines));
}

static void on_mark(unsigned int vcpu, void *udata)
{
	if (!udata) {
		forget();
		counting = 1;
	} else {
		tell();
		counting = 0;
	}
}

static void on_insn(struct qemu_plugin_insn *insn)
{
	uint64_t at = qemu_plugin_insn_vaddr(insn), i = at - TEXT_BEGIN;

	if (at == MARK_BEGIN || at == MARK_END)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, NO_REGS,
						       at == MARK_END ? out : NULL);
	if (at < TEXT_BEGIN)
		return;
	seen[i / 8] |= 1 << i % 8;
	qemu_plugin_register_vcpu_insn_exec_inline(insn, ADD_U64, &times[i], 1);
	/*
	 * Of all of them: what an instruction stores by a helper of QEMU's (XSAVE) is
	 * else told of the last one before it that was asked about.
	 */
	qemu_plugin_register_vcpu_mem_cb(insn, count_line, NO_REGS, MEM_W,
					 (void *)(uintptr_t)at);
}

static void on_translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	size_t i;

	for (i = 0; i < qemu_plugin_tb_n_insns(tb); i++)
		on_insn(qemu_plugin_tb_get_insn(tb, i));
}

static void *reserve(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

EXPORT int qemu_plugin_install(uint64_t id, const struct qemu_info_t *info,
			       int argc, char **argv)
{
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fprintf(stderr, "where.so: say out=FILE\n");
		return -1;
	}
	out = strdup(argv[0] + 4);
	times = reserve(TEXT_SIZE * sizeof(*times));
	seen = reserve(TEXT_SIZE / 8);
	if (!out || !times || !seen)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translated);
	return 0;
}
