// SPDX-License-Identifier: GPL-2.0
/* Exact roles from memory: a reading of the runtime laid beside a sample. */
#include "exact_memory.h"

#include <string.h>

/* By the function that the M began with, or its goroutine. */
static enum mps_service service_of(const struct mps_golive *lv,
				   const struct mps_gom *m)
{
	const char *func = mps_golive_funcval(lv, m->startfn);
	struct mps_goline line;
	uint64_t pc;

	if (func && !strcmp(func, "runtime.sysmon"))
		return MPS_SERVICE_SYSMON;
	if (func && !strcmp(func, "runtime.templateThread"))
		return MPS_SERVICE_TEMPLATE;
	if (m->held >= 0 || !m->insyscall || !lv->has_funcs)
		return MPS_SERVICE_NONE;
	if (mps_gomem_u64(&lv->mem, m->curg +
			  (uint64_t)MPS_OFF(&lv->layout, g, startpc), &pc) &&
	    mps_gofuncs_find(&lv->funcs, pc, false, &line) &&
	    !strcmp(line.func, "os/signal.loop"))
		return MPS_SERVICE_SIGNAL;
	return MPS_SERVICE_NONE;
}

static bool same(const struct mps_gom *a, const struct mps_gom *b)
{
	return a && a->held == b->held && a->next == b->next &&
	       a->insyscall == b->insyscall && a->spinning == b->spinning &&
	       a->blocked == b->blocked && a->goid == b->goid;
}

static void fill(struct mps_exact *e, const struct mps_golive *lv,
		 const struct mps_gom *m, const struct mps_gosnap *before)
{
	*e = (struct mps_exact) {
		.source = MPS_EXACT_MEMORY,
		.m = m->id, .p = m->held,
		.goid = m->curg && m->gstatus >= 0 ? (int64_t)m->goid : -1,
		.gstatus = m->gstatus, .insyscall = m->insyscall,
		.spinning = m->spinning, .locked = m->lockedg,
		.blocked = m->blocked, .handed = m->next >= 0,
		.torn = m->torn ||
			!same(mps_gosnap_thread(before, m->tid), m),
		.service = service_of(lv, m),
	};
}

void mps_exact_fill(struct mps_sample *s, const struct mps_golive *lv,
		    const struct mps_gosnap *before,
		    const struct mps_gosnap *after)
{
	uint32_t i;

	for (i = 0; i < s->nr; i++) {
		struct mps_task *t = &s->task[i];
		const struct mps_gom *m = mps_gosnap_thread(after, t->tid);
		struct mps_exact e = {
			.source = MPS_EXACT_MEMORY, .no_m = true, .m = -1,
			.p = -1, .goid = -1, .gstatus = -1,
		};

		if (m)
			fill(&e, lv, m, before);
		if (t->exact.source == MPS_EXACT_KERNEL &&
		    t->state != MPSCOPE_STATE_RUNNING) {
			/* these only memory knows */
			t->exact.blocked = e.blocked;
			t->exact.handed = e.handed;
			t->exact.torn = e.torn;
			t->exact.service = e.service;
			continue;
		}
		t->exact = e;
	}
}
