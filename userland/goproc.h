/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A process seen as a Go program: what its executable says of itself, how
 * many Ps its runtime has and how we know, and what /proc says of its
 * threads. Nothing here needs the module.
 */
#ifndef _MPS_GOPROC_H
#define _MPS_GOPROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "model.h"

#define MPS_GO_VERSION_LEN	64
#define MPS_GO_ERROR_LEN	320
#define MPS_GO_NR_SEGMENTS	4
#define MPS_GO_TLS_SIZE		8	/* the runtime's own: one pointer, g */

enum mps_go_status {
	MPS_GO_OK,
	MPS_GO_NOT,		/* a sound program, but not Go's */
	MPS_GO_BROKEN,		/* no ELF file, or one that contradicts itself */
	MPS_GO_GONE,		/* the process ended */
	MPS_GO_DENIED,		/* permission */
	MPS_GO_FAILED,		/* anything else, see the sentence */
};

/* Where a GOMAXPROCS comes from, best first. */
#define MPS_MAXPROCS_SOURCES(X)						\
	X(NONE,		"unknown")					\
	X(MEMORY,	"memory")	/* runtime.gomaxprocs */	\
	X(ENV,		"environment")	/* as the process was started */\
	X(QUOTA,	"cgroup quota")	/* Go >= 1.25, now */		\
	X(AFFINITY,	"affinity")	/* of the main thread, now */	\
	X(OBSERVED,	"observed")	/* so many ran at once */

#define MPS_X_MAXPROCS(id, name)	MPS_MAXPROCS_##id,
enum mps_maxprocs_source {
	MPS_MAXPROCS_SOURCES(MPS_X_MAXPROCS) MPS_NR_MAXPROCS
};

extern const char * const mps_maxprocs_names[MPS_NR_MAXPROCS];

struct mps_range {
	uint64_t start;
	uint64_t end;		/* behind the last byte */
};

/* Objects of the runtime that tell threads apart; 0: not in the symbol table */
struct mps_go_symbols {
	uint64_t m0, m0_size;
	uint64_t sched, sched_size;
	uint64_t sig, sig_size;			/* signal receiver's note */
	uint64_t handoff, handoff_size;		/* template thread's note */
	uint64_t gomaxprocs;
	uint64_t epfd;
};

struct mps_goexe {
	char version[MPS_GO_VERSION_LEN];	/* "go1.19.8"; "" if unknown */
	int minor;		/* 19; 0: unknown, devel */
	bool cgo;		/* C code is linked in */
	bool pie;
	bool dynamic;		/* has an interpreter */
	bool stripped;		/* no symbol table */
	bool no_quota;		/* built with containermaxprocs=0 */
	uint64_t entry;
	uint64_t tls_size;	/* thread-local storage of the program */
	struct mps_range text[MPS_GO_NR_SEGMENTS];	/* executable */
	struct mps_range data[MPS_GO_NR_SEGMENTS];	/* writable, with bss */
	struct mps_go_symbols sym;
};

struct mps_goproc {
	pid_t pid;
	enum mps_go_status status;
	char error[MPS_GO_ERROR_LEN];	/* one sentence unless status is OK */
	char exe_path[256];		/* for the user; "" if not readable */
	uint64_t exe_dev, exe_ino;	/* which file it was */
	struct mps_goexe exe;		/* addresses as in the process */
	int maxprocs;			/* 0: unknown */
	enum mps_maxprocs_source maxprocs_source;
	uint64_t epfd;			/* of the runtime; MPS_NA */
};

/* goproc_buildinfo.c: pure */
struct mps_goimage;
typedef bool (*mps_image_read_fn)(const struct mps_goimage *img, uint64_t addr,
				  void *buf, size_t len);

struct mps_goimage {
	mps_image_read_fn read;	/* by virtual address, all or nothing */
	void *arg;
};

long mps_buildinfo_find(const uint8_t *buf, size_t len);
bool mps_buildinfo_parse(const struct mps_goimage *img, const uint8_t *buf,
			 size_t len, struct mps_goexe *exe);
int mps_go_minor(const char *version);

/* goproc_elf.c */
enum mps_go_status mps_goexe_read(int fd, struct mps_goexe *exe, char *error,
				  size_t size);

/* goproc.c */
void mps_goproc_open(struct mps_goproc *gp, pid_t pid);
bool mps_goproc_is_same(const struct mps_goproc *gp);
bool mps_goproc_memory(pid_t pid, uint64_t addr, void *buf, size_t len);
long mps_proc_read(pid_t pid, const char *name, char *buf, size_t size);
long mps_file_read(const char *path, char *buf, size_t size);

/* goproc_maxprocs.c */
bool mps_maxprocs_env(const char *env, size_t len, int *n);
int mps_maxprocs_quota(uint64_t quota, uint64_t period, int procs);
bool mps_maxprocs_quota_off(const char *env, size_t len);
void mps_maxprocs_find(struct mps_goproc *gp);

/* goproc_task.c */
struct mps_task_stat {
	uint64_t start_ticks;
	int64_t nice;
	uint64_t rt_priority;
	uint64_t policy;
	int32_t cpu;		/* that it is or was on */
	char state;
};

bool mps_call_parse(const char *line, struct mps_call *c);
bool mps_stat_parse(const char *line, struct mps_task_stat *st);
uint64_t mps_goproc_tp(pid_t pid, int32_t tid);
void mps_goproc_call(const struct mps_goproc *gp, struct mps_task *t);
void mps_goproc_attrs(const struct mps_goproc *gp, struct mps_sample *s);

#endif /* _MPS_GOPROC_H */
