// SPDX-License-Identifier: GPL-2.0
/*
 * What is read of a Go process: build information in both forms, executables
 * that are sound, foreign, cut off and hostile, and the lines of /proc.
 */
#include <elf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "goproc.h"
#include "tap.h"

#define IMAGE_SIZE	4096
#define BASE		0x400000ull
#define INFO_OFF	0x800	/* of the build information, and the data */
#define ROUNDS		20000	/* of damage done to an image */

/* An executable: headers, one segment of code, one of data, nothing else. */
struct image {
	Elf64_Ehdr eh;
	Elf64_Phdr ph[3];
	uint8_t pad[INFO_OFF - sizeof(Elf64_Ehdr) - 3 * sizeof(Elf64_Phdr)];
	uint8_t data[IMAGE_SIZE - INFO_OFF];
};

static const uint8_t magic[] = "\xff Go buildinf:";

static void image_init(struct image *im)
{
	memset(im, 0, sizeof(*im));
	memcpy(im->eh.e_ident, ELFMAG, SELFMAG);
	im->eh.e_ident[EI_CLASS] = ELFCLASS64;
	im->eh.e_ident[EI_DATA] = ELFDATA2LSB;
	im->eh.e_ident[EI_VERSION] = EV_CURRENT;
	im->eh.e_type = ET_EXEC;
	im->eh.e_machine = EM_X86_64;
	im->eh.e_version = EV_CURRENT;
	im->eh.e_entry = BASE + 0x100;
	im->eh.e_phoff = sizeof(im->eh);
	im->eh.e_ehsize = sizeof(im->eh);
	im->eh.e_phentsize = sizeof(im->ph[0]);
	im->eh.e_phnum = 2;
	im->ph[0] = (Elf64_Phdr) { .p_type = PT_LOAD, .p_flags = PF_R | PF_X,
		.p_vaddr = BASE, .p_filesz = INFO_OFF, .p_memsz = INFO_OFF };
	im->ph[1] = (Elf64_Phdr) { .p_type = PT_LOAD, .p_flags = PF_R | PF_W,
		.p_offset = INFO_OFF, .p_vaddr = BASE + INFO_OFF,
		.p_filesz = sizeof(im->data), .p_memsz = 0x10000 };
}

/* Inline strings, as Go 1.18 and later write them. */
static void info_inline(uint8_t *p, const char *version, const char *settings)
{
	size_t v = strlen(version), s = strlen(settings);

	memcpy(p, magic, 14);
	p[14] = 8;
	p[15] = 2;
	p += 32;
	*p++ = (uint8_t)v;	/* both below 128: one byte */
	memcpy(p, version, v);
	p += v;
	*p++ = (uint8_t)s;
	memcpy(p, settings, s);
}

/* Pointers to string headers, as before Go 1.18. */
static void info_pointers(struct image *im, const char *version)
{
	uint64_t addr = BASE + INFO_OFF, words[2];

	memcpy(im->data, magic, 14);
	im->data[14] = 8;
	words[0] = addr + 0x40;
	words[1] = 0;
	memcpy(im->data + 16, words, sizeof(words));
	words[0] = addr + 0x60;
	words[1] = strlen(version);
	memcpy(im->data + 0x40, words, sizeof(words));
	memcpy(im->data + 0x60, version, strlen(version));
}

static enum mps_go_status image_read(const void *image, size_t len,
				     struct mps_goexe *exe, char *error,
				     size_t size)
{
	enum mps_go_status rc;
	int fd = memfd_create("image", MFD_CLOEXEC);

	if (fd < 0 || write(fd, image, len) != (ssize_t)len) {
		tap_note("memfd: cannot be written");
		exit(1);
	}
	*error = '\0';
	rc = mps_goexe_read(fd, exe, error, size);
	close(fd);
	return rc;
}

static void expect(const struct image *im, size_t len, enum mps_go_status want,
		   const char *version, const char *what)
{
	char error[MPS_GO_ERROR_LEN];
	struct mps_goexe exe;
	enum mps_go_status rc = image_read(im, len, &exe, error, sizeof(error));

	if (!tap_ok(rc == want && !strcmp(exe.version, version) &&
		    !*error == !want, "%s", what))
		tap_note("status %d, version '%s', error '%s'", rc, exe.version,
			 error);
}

static void test_images(void)
{
	struct image im;

	image_init(&im);
	info_inline(im.data, "go1.19.8", "build\tCGO_ENABLED=0\n");
	expect(&im, sizeof(im), MPS_GO_OK, "go1.19.8", "inline form");
	im.eh.e_type = ET_DYN;
	expect(&im, sizeof(im), MPS_GO_OK, "go1.19.8", "as a PIE");
	im.eh.e_type = ET_REL;
	expect(&im, sizeof(im), MPS_GO_BROKEN, "", "an object file");
	im.eh.e_type = ET_EXEC;
	expect(&im, INFO_OFF + 64, MPS_GO_BROKEN, "", "cut off in the data");
	expect(&im, 100, MPS_GO_BROKEN, "", "cut off in the headers");
	expect(&im, 8, MPS_GO_BROKEN, "", "cut off in the magic");
	expect(&im, 0, MPS_GO_BROKEN, "", "empty");
	im.ph[1].p_offset = UINT64_MAX - 16;
	expect(&im, sizeof(im), MPS_GO_BROKEN, "", "segment beyond the file");
	im.ph[1].p_offset = INFO_OFF;
	im.ph[1].p_filesz = 1ull << 40;
	im.ph[1].p_memsz = 1ull << 40;
	expect(&im, sizeof(im), MPS_GO_BROKEN, "", "segment of a terabyte");
	im.ph[1].p_filesz = 16;
	im.ph[1].p_memsz = 8;
	expect(&im, sizeof(im), MPS_GO_BROKEN, "",
	       "segment larger in the file than in memory");
	im.eh.e_phnum = 0;
	expect(&im, sizeof(im), MPS_GO_BROKEN, "", "no program headers");
	image_init(&im);
	expect(&im, sizeof(im), MPS_GO_NOT, "", "no build information");
	memcpy(&im, "#!/bin/sh\n", 10);
	expect(&im, sizeof(im), MPS_GO_BROKEN, "", "a script");
	image_init(&im);
	info_pointers(&im, "go1.17.1");
	expect(&im, sizeof(im), MPS_GO_OK, "go1.17.1", "pointer form");
	im.data[0x60] = '\033';
	expect(&im, sizeof(im), MPS_GO_NOT, "",
	       "a version with an escape sequence is none");
	image_init(&im);
	info_inline(im.data + 8, "go1.19.8", "");
	expect(&im, sizeof(im), MPS_GO_NOT, "", "not aligned to 16");
	image_init(&im);
	info_inline(im.data, "go1.27.4", "");
	im.data[32] = 0xff;	/* a length beyond the end */
	im.data[33] = 0xff;
	im.data[34] = 0xff;
	im.data[35] = 0x7f;
	expect(&im, sizeof(im), MPS_GO_NOT, "", "a length beyond the end");
	memset(im.data + 32, 0xff, 16);
	expect(&im, sizeof(im), MPS_GO_NOT, "", "a length without an end");
}

static void test_settings(void)
{
	char error[MPS_GO_ERROR_LEN];
	struct mps_goexe exe;
	struct image im;

	image_init(&im);
	info_inline(im.data, "go1.27.4",
		    "build\tDefaultGODEBUG=asynctimerchan=1,containermaxprocs=0\n");
	image_read(&im, sizeof(im), &exe, error, sizeof(error));
	tap_ok(exe.no_quota && exe.minor == 27,
	       "built to ignore the CPU quota");
	image_init(&im);
	info_inline(im.data, "go1.27.4",
		    "build\tDefaultGODEBUG=x=1\nbuild\t-ldflags=containermaxprocs=0\n");
	image_read(&im, sizeof(im), &exe, error, sizeof(error));
	tap_ok(!exe.no_quota, "the same words in another setting do not count");
	tap_ok(exe.stripped && !exe.cgo && !exe.pie && !exe.dynamic,
	       "no symbols, no C, static");
	tap_ok(exe.text[0].start == BASE && exe.data[0].end ==
	       BASE + INFO_OFF + 0x10000, "segments with their bss");
	image_init(&im);
	info_inline(im.data, "go1.19.8", "build\tCGO_ENABLED=1\n");
	im.eh.e_phnum = 3;
	im.ph[2] = (Elf64_Phdr) { .p_type = PT_TLS, .p_memsz = 8 };
	image_read(&im, sizeof(im), &exe, error, sizeof(error));
	tap_ok(!exe.cgo, "C allowed, but only the runtime's own TLS: none");
	im.ph[2].p_memsz = 136;
	image_read(&im, sizeof(im), &exe, error, sizeof(error));
	tap_ok(exe.cgo, "TLS of a C library: C is linked in");
}

/* Damage: whatever comes, it is one of three answers, with its sentence. */
static void test_damage(void)
{
	unsigned int seed = 1, answers[MPS_GO_FAILED + 1] = { 0 };
	char error[MPS_GO_ERROR_LEN];
	struct image im, bad;
	bool sane = true;
	int i, k;

	image_init(&im);
	info_inline(im.data, "go1.19.8", "build\tCGO_ENABLED=0\n");
	for (i = 0; i < ROUNDS && sane; i++) {
		uint8_t *p = (uint8_t *)&bad;
		enum mps_go_status rc;
		struct mps_goexe exe;
		size_t len = sizeof(bad);

		bad = im;
		for (k = 0; k < 1 + i % 6; k++) {
			/* mostly where the headers and the information are */
			size_t at = (size_t)rand_r(&seed);

			at = at % 3 ? at % 256 : at % 3 * 7 + INFO_OFF + at % 96;
			p[at] = (uint8_t)rand_r(&seed);
		}
		if (i % 7 == 0)
			len = (size_t)rand_r(&seed) % sizeof(bad);
		rc = image_read(&bad, len, &exe, error, sizeof(error));
		sane = rc <= MPS_GO_BROKEN && !*error == !rc;
		answers[rc]++;
	}
	tap_ok(sane, "%d damaged images are sound, foreign or broken", i);
	tap_ok(answers[MPS_GO_OK] && answers[MPS_GO_NOT] &&
	       answers[MPS_GO_BROKEN], "and each answer was given");
	tap_note("sound %u, foreign %u, broken %u", answers[MPS_GO_OK],
		 answers[MPS_GO_NOT], answers[MPS_GO_BROKEN]);
}

static void test_minor(void)
{
	static const struct {
		const char *version;
		int minor;
	} versions[] = {
		{ "go1.19.8", 19 }, { "go1.24", 24 }, { "go1.27rc1", 27 },
		{ "devel go1.25-abcdef Tue", 25 }, { "devel +abcdef", 0 },
		{ "go2.1", 0 }, { "go1.19 X:nospinbitmutex", 19 }, { "", 0 },
	};
	size_t i;

	for (i = 0; i < NR(versions); i++)
		tap_ok(mps_go_minor(versions[i].version) == versions[i].minor,
		       "'%s' is 1.%d", versions[i].version, versions[i].minor);
}

#define ENV(s)	s, sizeof(s)

static void test_maxprocs(void)
{
	static const struct {
		const char *env;
		size_t len;
		int n;			/* 0: the runtime ignores it */
	} envs[] = {
		{ ENV("A=1\0GOMAXPROCS=4\0B=2"), 4 },
		{ ENV("GOMAXPROCS=4\0GOMAXPROCS=5"), 4 },
		{ ENV("GOMAXPROCS=0"), 0 }, { ENV("GOMAXPROCS=-1"), 0 },
		{ ENV("GOMAXPROCS="), 0 }, { ENV("GOMAXPROCS=4x"), 0 },
		{ ENV("GOMAXPROCS=2147483647"), 2147483647 },
		{ ENV("GOMAXPROCS=2147483648"), 0 },
		{ ENV("GOMAXPROCS=99999999999999999999999"), 0 },
		{ ENV("XGOMAXPROCS=4"), 0 }, { ENV("GOMAXPROCSX=4"), 0 },
		{ "GOMAXPROCS=42", 12, 4 },	/* cut, without a terminator */
		{ "", 0, 0 },
	};
	size_t i;

	for (i = 0; i < NR(envs); i++) {
		int n = 0;
		bool ok = mps_maxprocs_env(envs[i].env, envs[i].len, &n);

		tap_ok(ok == (envs[i].n != 0) && (!ok || n == envs[i].n),
		       "environment %zu: GOMAXPROCS %d", i, envs[i].n);
	}
	tap_ok(mps_maxprocs_quota(50000, 100000, 8) == 2, "half a CPU: 2");
	tap_ok(mps_maxprocs_quota(200000, 100000, 8) == 2, "2 CPUs: 2");
	tap_ok(mps_maxprocs_quota(200001, 100000, 8) == 3, "above 2: 3");
	tap_ok(mps_maxprocs_quota(1000000, 100000, 8) == 8, "10 of 8: 8");
	tap_ok(mps_maxprocs_quota(50000, 100000, 1) == 1, "one CPU: 1");
	tap_ok(mps_maxprocs_quota(UINT64_MAX, 1, 4) == 4, "no overflow");
	tap_ok(mps_maxprocs_quota_off(ENV("GODEBUG=a=1,containermaxprocs=0")) &&
	       !mps_maxprocs_quota_off(ENV("X=containermaxprocs=0")),
	       "the quota can be switched off by GODEBUG only");
}

static void test_call(void)
{
	static const struct {
		const char *line;
		bool ok;
		enum mps_call_state state;
	} lines[] = {
		{ "running\n", true, MPS_CALL_RUNNABLE },
		{ "-1 0x7ffd 0x4012\n", true, MPS_CALL_OUTSIDE },
		{ "202 0x1 0x80 0x0 0x0 0x0 0x0 0x7ffd 0x46a1\n", true,
		  MPS_CALL_INSIDE },
		{ "202 0x1 0x80 0x0 0x0 0x0 0x0 0x7ffd\n", false, 0 },
		{ "-1\n", false, 0 }, { "", false, 0 }, { "x\n", false, 0 },
		{ "-2 0x1 0x80 0x0 0x0 0x0 0x0 0x7ffd 0x46a1\n", false, 0 },
	};
	struct mps_call c;
	size_t i;

	for (i = 0; i < NR(lines); i++) {
		bool ok = mps_call_parse(lines[i].line, &c);

		tap_ok(ok == lines[i].ok &&
		       (!ok || c.state == lines[i].state),
		       "syscall line %zu is %s", i,
		       lines[i].ok ? "taken" : "refused");
	}
	mps_call_parse(lines[2].line, &c);
	tap_ok(c.nr == 202 && c.arg[0] == 1 && c.arg[1] == 0x80 &&
	       c.pc == 0x46a1, "number, arguments and address");
}

static void test_stat(void)
{
	static const char to_22[] =
		" S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 20 -5 1 0 4242";
	static const char to_44[] =
		" 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 17 3 7 1 0 0 0\n";
	struct mps_task_stat st;
	char line[512];

	snprintf(line, sizeof(line), "42 (a) R (b) )%s%s", to_22, to_44);
	tap_ok(mps_stat_parse(line, &st) && st.state == 'S' && st.nice == -5 &&
	       st.start_ticks == 4242 && st.rt_priority == 7 && st.policy == 1,
	       "a name with brackets and spaces");
	snprintf(line, sizeof(line), "42 (a)%s", to_22);
	tap_ok(!mps_stat_parse(line, &st), "a line that is cut off");
	tap_ok(!mps_stat_parse("42 a S 1 2", &st), "a line without brackets");
	tap_ok(!mps_stat_parse("", &st), "an empty line");
}

static void test_process(void)
{
	struct mps_goproc gp;
	siginfo_t info;
	pid_t pid;
	int status;

	mps_goproc_open(&gp, getpid());
	tap_ok(gp.status == MPS_GO_NOT && strstr(gp.error, "not a Go program"),
	       "this very test is no Go program");
	tap_note("%s", gp.error);
	pid = fork();
	if (!pid)
		_exit(0);
	waitpid(pid, &status, 0);
	mps_goproc_open(&gp, pid);
	tap_ok(gp.status == MPS_GO_GONE && *gp.error, "a process that ended");
	tap_note("%s", gp.error);
	pid = fork();
	if (!pid)
		_exit(0);
	waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
	mps_goproc_open(&gp, pid);	/* a zombie: it is there, its exe is not */
	tap_ok(gp.status == MPS_GO_NOT && strstr(gp.error, "zombie"),
	       "a zombie");
	waitpid(pid, &status, 0);
}

int main(void)
{
	tap_plan(18 + 6 + 2 + 8 + 13 + 7 + 8 + 1 + 4 + 3);
	test_images();
	test_settings();
	test_damage();
	test_minor();
	test_maxprocs();
	test_call();
	test_stat();
	test_process();
	return tap_end();
}
