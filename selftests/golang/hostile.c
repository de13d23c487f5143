// SPDX-License-Identifier: GPL-2.0
/*
 * usage: hostile
 *
 * A process that looks like a Go program to exact mode and then is none: its
 * threads keep a g, an m and a p where a layout says, and on "hostile" others
 * unmap them, forbid them, push them out, and write garbage, addresses of the
 * kernel among it, into them and into the slots that point to them, while
 * their owners switch all the time. On "honest" all is as it was.
 *
 *	-> (start)	<- pid N, layout KEY=VALUE ..., ready
 *	-> honest	<- running
 *	-> hostile	<- running
 *	-> quit
 */
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NR_THREADS	4
#define NR_ATTACKERS	2
#define PAGE		4096

struct p { uint32_t id, status, syscalltick, pad; uint64_t m; };
struct g { uint64_t m, goid; uint32_t status; };
struct m {
	uint64_t g0, procid, curg, p, id, lockedg, nextp, oldp;
	uint32_t syscalltick;
	uint8_t spinning;
};

/* A page each, so that each can go by itself. */
struct world { uint8_t m[PAGE], g0[PAGE], g[PAGE], p[PAGE]; };

static __thread uint64_t slot __attribute__((tls_model("local-exec")));
static struct world *worlds[NR_THREADS];
static uint64_t *slots[NR_THREADS];
static long tls;
static volatile bool attack;
static volatile unsigned int going;

static uint64_t rnd(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed >> 3;
}

static void build(unsigned int i, long tid)
{
	struct world *w = worlds[i];
	struct m *m = (void *)w->m;
	struct g *g = (void *)w->g, *g0 = (void *)w->g0;
	struct p *p = (void *)w->p;

	mmap(w, sizeof(*w), PROT_READ | PROT_WRITE,
	     MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	*m = (struct m){ .g0 = (uintptr_t)g0, .procid = (uint64_t)tid, .id = i,
			 .curg = (uintptr_t)g, .p = (uintptr_t)p };
	*g = (struct g){ .m = (uintptr_t)m, .goid = 100 + i, .status = 2 };
	*g0 = (struct g){ .m = (uintptr_t)m };
	*p = (struct p){ .id = i, .status = 1, .m = (uintptr_t)m };
	*slots[i] = (uintptr_t)g;
}

static long tids[NR_THREADS];

static void *owner(void *arg)
{
	unsigned int i = (unsigned int)(uintptr_t)arg;
	long base;

	tids[i] = syscall(SYS_gettid);
	slots[i] = &slot;
	__asm__("mov %%fs:0, %0" : "=r"(base));
	tls = (long)(uintptr_t)&slot - base;
	build(i, tids[i]);
	__atomic_add_fetch(&going, 1, __ATOMIC_SEQ_CST);
	for (;;) {
		if (rand() & 1)
			sched_yield();
		else
			usleep(50);
	}
	return NULL;
}

static uint64_t garbage(uint64_t *seed)
{
	static const uint64_t known[] = {
		0, 1, 8, 0xffffffff81000000ull, 0xffff888000000000ull,
		0xfffffffffffffff8ull, 0x8000000000000000ull, 0x7ffffffff000ull,
		0x7fffffffeff9ull, 0x800000000000ull, 0xffff800000000000ull,
		0xffffffffff600000ull, 0x10000
	};
	uint64_t r = rnd(seed);

	return r & 1 ? known[(r >> 1) % (sizeof(known) / sizeof(*known))] : r * 8;
}

static void strike(uint64_t *seed)
{
	unsigned int i = rnd(seed) % NR_THREADS;
	uint8_t *page = (uint8_t *)worlds[i] + rnd(seed) % 4 * PAGE;
	unsigned int way = rnd(seed) % 8;

	switch (way) {
	case 0:
		munmap(page, PAGE);
		break;
	case 1:
		mprotect(page, PAGE, PROT_NONE);
		break;
	case 2:
		madvise(page, PAGE, MADV_PAGEOUT);
		break;
	case 3:
		madvise(page, PAGE, MADV_DONTNEED);
		break;
	case 4:
		*slots[i] = garbage(seed);
		break;
	default:
		break;
	}
	if (rnd(seed) & 1)
		usleep(rnd(seed) % 300);
	/* writable again, then garbage where pointers and numbers are */
	mmap(page, PAGE, PROT_READ | PROT_WRITE,
	     MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (way == 5) {
		unsigned int k;

		for (k = 0; k < 80; k += 8)
			*(volatile uint64_t *)(page + k) = garbage(seed);
		usleep(rnd(seed) % 300);
	}
	if (way >= 6)
		*(volatile uint64_t *)(page + rnd(seed) % 10 * 8) = garbage(seed);
	if (rnd(seed) & 1)
		build(i, tids[i]);
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* One at a time: it is the owners that are raced. */
static void *attacker(void *arg)
{
	uint64_t seed = 0x9e3779b97f4a7c15ull * (1 + (uintptr_t)arg);

	for (;;) {
		if (attack) {
			pthread_mutex_lock(&lock);
			if (attack)	/* or it was healed meanwhile */
				strike(&seed);
			pthread_mutex_unlock(&lock);
		} else {
			usleep(1000);
		}
	}
	return NULL;
}

static void heal(void)
{
	unsigned int i;

	attack = false;
	usleep(5000);
	pthread_mutex_lock(&lock);
	for (i = 0; i < NR_THREADS; i++)
		build(i, tids[i]);
	pthread_mutex_unlock(&lock);
}

int main(void)
{
	char line[32];
	unsigned long i;
	pthread_t t;

	for (i = 0; i < NR_THREADS; i++) {
		worlds[i] = mmap(NULL, sizeof(struct world), PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (worlds[i] == MAP_FAILED || pthread_create(&t, NULL, owner, (void *)i))
			return 1;
	}
	for (i = 0; i < NR_ATTACKERS; i++)
		if (pthread_create(&t, NULL, attacker, (void *)i))
			return 1;
	while (going < NR_THREADS)
		usleep(1000);
	printf("pid %d\nlayout go=hostile tls=%ld nprocs=%d", getpid(), tls, NR_THREADS);
	printf(" g_m=%zu g_goid=%zu g_status=%zu", offsetof(struct g, m),
	       offsetof(struct g, goid), offsetof(struct g, status));
	printf(" m_g0=%zu m_procid=%zu m_curg=%zu m_p=%zu m_id=%zu m_lockedg=%zu",
	       offsetof(struct m, g0), offsetof(struct m, procid),
	       offsetof(struct m, curg), offsetof(struct m, p),
	       offsetof(struct m, id), offsetof(struct m, lockedg));
	printf(" m_nextp=%zu m_oldp=%zu m_syscalltick=%zu m_spinning=%zu",
	       offsetof(struct m, nextp), offsetof(struct m, oldp),
	       offsetof(struct m, syscalltick), offsetof(struct m, spinning));
	printf(" p_id=%zu p_m=%zu p_status=%zu p_syscalltick=%zu\nready\n",
	       offsetof(struct p, id), offsetof(struct p, m),
	       offsetof(struct p, status), offsetof(struct p, syscalltick));
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		if (!strcmp(line, "quit\n"))
			return 0;
		if (!strcmp(line, "hostile\n"))
			attack = true;
		else
			heal();
		puts("running");
		fflush(stdout);
	}
	return 0;
}
