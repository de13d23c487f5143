// SPDX-License-Identifier: GPL-2.0
/* The examination behind "mpscope doctor". */
#include "doctor.h"

#include <dirent.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../kmod/uapi/mpscope/abi.h"
#include "dbgfs.h"

static struct mps_check *check(struct mps_checks *cs, const char *name,
			       enum mps_check_state state)
{
	static struct mps_check nowhere;
	struct mps_check *c = &nowhere;

	if (cs->nr < MPS_DOCTOR_CHECKS)
		c = &cs->check[cs->nr++];
	else
		cs->lost++;
	memset(c, 0, sizeof(*c));
	snprintf(c->name, sizeof(c->name), "%s", name);
	c->state = state;
	return c;
}

static void say(char *buf, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void say(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, size, fmt, ap);
	va_end(ap);
}

#define detail(c, ...)	say((c)->detail, sizeof((c)->detail), __VA_ARGS__)
#define remedy(c, ...)	say((c)->remedy, sizeof((c)->remedy), __VA_ARGS__)

static FILE *open_system(const char *path)
{
	const char *root = secure_getenv("MPSCOPE_SYSROOT");
	char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s%s", root ? root : "", path);
	return fopen(full, "re");
}

/* First line of a small file, without its newline. */
static bool read_system(const char *path, char *buf, size_t size)
{
	FILE *f = open_system(path);
	bool ok = false;

	if (!f)
		return false;
	if (fgets(buf, (int)size, f)) {
		buf[strcspn(buf, "\n")] = 0;
		ok = true;
	}
	fclose(f);
	return ok;
}

/* Effective user id, as /proc has it. */
static bool read_euid(unsigned int *euid)
{
	FILE *f = open_system("/proc/self/status");
	char line[256];
	bool found = false;

	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f))
		found = sscanf(line, "Uid: %*u %u", euid) == 1;
	fclose(f);
	return found;
}

/* In the initial PID namespace this link has a number that never changes. */
static bool in_initial_ns(void)
{
	const char *root = secure_getenv("MPSCOPE_SYSROOT");
	char path[PATH_MAX], link[64];
	ssize_t n;

	snprintf(path, sizeof(path), "%s/proc/self/ns/pid", root ? root : "");
	n = readlink(path, link, sizeof(link) - 1);
	if (n < 0)
		return true;	/* a kernel without PID namespaces */
	link[n] = 0;
	return !strcmp(link, "pid:[4026531836]");	/* PROC_PID_INIT_INO */
}

static void check_user(struct mps_checks *cs)
{
	struct mps_check *c = check(cs, "root", MPS_CHECK_OK);
	unsigned int euid;

	if (!read_euid(&euid))
		euid = geteuid();
	detail(c, "effective user id %u", euid);
	if (euid) {
		c->state = MPS_CHECK_WARN;
		remedy(c, "debugfs is for root alone: use sudo");
	}
	if (in_initial_ns())
		return;
	c = check(cs, "pid_namespace", MPS_CHECK_WARN);
	detail(c, "this is a PID namespace of its own");
	remedy(c, "the module shows ids of the initial PID namespace: run mpscope outside of the container");
}

/* Where a file system of this type is mounted. */
static bool find_mount(const char *type, char *where, size_t size)
{
	char line[PATH_MAX + 256], at[120], is[64];
	FILE *f = open_system("/proc/self/mounts");
	bool found = false;

	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*s %119s %63s", at, is) == 2 &&
		    !strcmp(is, type)) {
			snprintf(where, size, "%s", at);
			found = true;
		}
	}
	fclose(f);
	return found;
}

static void check_mount(struct mps_checks *cs, const char *type,
			const char *place, enum mps_check_state if_not,
			const char *lost)
{
	struct mps_check *c = check(cs, type, MPS_CHECK_OK);
	char where[128];

	if (find_mount(type, where, sizeof(where))) {
		detail(c, "mounted at %s", where);
		return;
	}
	c->state = if_not;
	detail(c, "not mounted: %s", lost);
	remedy(c, "mount -t %s none %s", type, place);
}

static void check_lockdown(struct mps_checks *cs)
{
	struct mps_check *c = check(cs, "lockdown", MPS_CHECK_OK);
	char line[128], *mode, *end;

	if (!read_system("/sys/kernel/security/lockdown", line, sizeof(line))) {
		detail(c, "none (this kernel does not offer it, or securityfs is not mounted)");
		return;
	}
	mode = strchr(line, '[');
	end = mode ? strchr(mode, ']') : NULL;
	if (!end) {
		c->state = MPS_CHECK_NOTE;
		detail(c, "not understood: %s", line);
		return;
	}
	*end = 0;
	mode++;
	if (!strcmp(mode, "none")) {
		detail(c, "none");
		return;
	}
	c->state = MPS_CHECK_WARN;
	detail(c, "%s: counters can be read, but tags and rules cannot be written%s",
	       mode, !strcmp(mode, "confidentiality") ?
	       ", and there are no tracepoints" : "");
	remedy(c, "boot without lockdown (Secure Boot off, no lockdown= parameter) to tag processes");
}

static bool module_loaded(void)
{
	FILE *f = open_system("/sys/module/mpscope/initstate");

	if (f)
		fclose(f);
	return f;
}

/* Return: false if it cannot be used. */
static bool check_module(struct mps_checks *cs)
{
	struct mps_check *c = check(cs, "module", MPS_CHECK_OK);
	struct mps_cell version, minor, kernel;
	struct mps_kv *kv;
	enum mps_err err = mps_kv_read(&kv, 0, "version");

	if (err) {
		cs->unusable = true;
		c->state = MPS_CHECK_FAIL;
		detail(c, "%s%s", module_loaded() ?
		       "loaded, but its files cannot be read: " : "",
		       mps_err_why());
		if (err == MPS_ERR_NO_MODULE)
			remedy(c, "modprobe mpscope (or insmod mpscope.ko); dmesg says why if that fails");
		else
			remedy(c, "%s", mps_err_text(err));
		return false;
	}
	version = mps_kv_str(kv, "module");
	minor = mps_kv_u64(kv, "abi_minor");
	kernel = mps_kv_str(kv, "kernel");
	detail(c, "version %s for kernel %s, ABI %d.%llu",
	       version.known ? version.s : "-",
	       kernel.known ? kernel.s : "-", MPSCOPE_ABI_MAJOR,
	       minor.known ? (unsigned long long)minor.u : 0);
	if (minor.known && (int64_t)minor.u < MPSCOPE_ABI_MINOR) {
		c->state = MPS_CHECK_WARN;
		remedy(c, "the module is older than this tool (ABI %d.%d): some columns will be '-'",
		       MPSCOPE_ABI_MAJOR, MPSCOPE_ABI_MINOR);
	}
	mps_kv_free(kv);
	return true;
}

/* What is lost without a hook. */
static const char *hook_loss(const char *hook)
{
	static const struct { const char *hook, *loss; } losses[] = {
		{ "epoll_return", "the feature 'epoll' and 'mpscope epoll'" },
		{ "sched_migrate_task", "the feature 'migrate' and 'mpscope migrate'" },
		{ "sched_move_numa", "the cause 'numa' of migrations" },
		{ "sched_swap_numa", "the cause 'numa' of migrations" },
		{ "llc_topology", "the classes of migrations" },
		{ "sched_waking", "the feature 'wakers' and 'mpscope wakers'" },
		{ "hrtimer_expire_entry", "the feature 'wakers'" },
		{ "hrtimer_expire_exit", "the feature 'wakers'" },
		{ "timer_expire_entry", "the feature 'wakers'" },
		{ "timer_expire_exit", "the feature 'wakers'" },
	};

	for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
		if (!strcmp(losses[i].hook, hook))
			return losses[i].loss;
	return "the counters that need it";
}

static void check_hook(struct mps_checks *cs, const struct mps_cell *row)
{
	const char *hook = row[0].known ? row[0].s : "-";
	const char *state = row[1].known ? row[1].s : "-";
	const char *why = row[3].known ? row[3].s : NULL;
	struct mps_check *c;
	char name[48];

	snprintf(name, sizeof(name), "hook %.40s", hook);
	c = check(cs, name, MPS_CHECK_OK);
	c->minor = true;
	detail(c, "%s%s%s", state, why ? ": " : "", why ? why : "");
	if (!strcmp(state, "unavailable")) {
		c->state = MPS_CHECK_WARN;
		remedy(c, "%s will read '-' on this kernel", hook_loss(hook));
	} else if (!strcmp(state, "fallback")) {
		c->state = MPS_CHECK_NOTE;
		remedy(c, "the counts are the same, each event costs more");
	}
}

static void check_hooks(struct mps_checks *cs)
{
	static const struct mps_want want[] = {
		{ "hook", MPS_STR, true }, { "state", MPS_STR, true },
		{ "users", MPS_U64, false }, { "why", MPS_STR, false },
	};
	struct mps_tab *tab;
	enum mps_err err = mps_tab_open(&tab, 0, "features", want, 4);

	while (!err) {
		err = mps_tab_next(tab);
		if (!err)
			check_hook(cs, mps_tab_cells(tab));
	}
	mps_tab_close(tab);
	if (err != MPS_END)
		detail(check(cs, "hooks", MPS_CHECK_WARN), "%s", mps_err_why());
}

static void check_limits(struct mps_checks *cs)
{
	static const struct mps_want want[] = {
		{ "limit", MPS_STR, true }, { "max", MPS_U64, true },
		{ "used", MPS_U64, true }, { "refused", MPS_U64, true },
	};
	struct mps_tab *tab;
	enum mps_err err = mps_tab_open(&tab, 0, "limits", want, 4);

	while (!err) {
		const struct mps_cell *row;
		struct mps_check *c;
		char name[48];

		err = mps_tab_next(tab);
		if (err)
			break;
		row = mps_tab_cells(tab);
		snprintf(name, sizeof(name), "limit %.40s",
			 row[0].known ? row[0].s : "-");
		c = check(cs, name, row[3].u ? MPS_CHECK_WARN : MPS_CHECK_OK);
		c->minor = true;
		detail(c, "%llu of %llu used, %llu refused or dropped",
		       (unsigned long long)row[2].u,
		       (unsigned long long)row[1].u,
		       (unsigned long long)row[3].u);
		if (row[3].u)
			remedy(c, "raise it: echo N > /sys/module/mpscope/parameters/max_%s",
			       row[0].known ? row[0].s : "-");
	}
	mps_tab_close(tab);
	if (err != MPS_END)
		detail(check(cs, "limits", MPS_CHECK_WARN), "%s",
		       mps_err_why());
}

/* All of "self" that is no count of events says that something went wrong. */
static void check_self(struct mps_checks *cs)
{
	static const struct mps_want want[] = {
		{ "key", MPS_STR, true }, { "value", MPS_U64, true },
	};
	struct mps_tab *tab;
	enum mps_err err = mps_tab_open(&tab, 0, "self", want, 2);

	while (!err) {
		const struct mps_cell *row;
		struct mps_check *c;
		char name[48];

		err = mps_tab_next(tab);
		if (err)
			break;
		row = mps_tab_cells(tab);
		if (!row[0].known || !strncmp(row[0].s, "events_", 7))
			continue;
		snprintf(name, sizeof(name), "self %.40s", row[0].s);
		c = check(cs, name, row[1].u ? MPS_CHECK_WARN : MPS_CHECK_OK);
		c->minor = true;
		detail(c, "%llu since the module was loaded",
		       (unsigned long long)row[1].u);
		if (row[1].u)
			remedy(c, "data of before may lack something; each table says what; the file debugfs-mpscope in kmod/Documentation/ABI tells what it counts");
	}
	mps_tab_close(tab);
	if (err != MPS_END)
		detail(check(cs, "self", MPS_CHECK_WARN), "%s", mps_err_why());
}

static int is_visible(const struct dirent *de)
{
	return de->d_name[0] != '.';
}

static void check_params(struct mps_checks *cs)
{
	static const char dir[] = "/sys/module/mpscope/parameters";
	const char *root = secure_getenv("MPSCOPE_SYSROOT");
	char path[PATH_MAX], value[128], name[48];
	struct dirent **de;
	int nr;

	snprintf(path, sizeof(path), "%s%s", root ? root : "", dir);
	nr = scandir(path, &de, is_visible, alphasort);
	for (int i = 0; i < nr; i++) {
		struct mps_check *c;

		snprintf(name, sizeof(name), "param %.40s", de[i]->d_name);
		snprintf(path, sizeof(path), "%s/%s", dir, de[i]->d_name);
		free(de[i]);
		c = check(cs, name, MPS_CHECK_OK);
		c->minor = true;
		if (read_system(path, value, sizeof(value)))
			detail(c, "%s", value);
		else
			detail(c, "not readable");
	}
	if (nr >= 0)
		free(de);
}

struct mps_checks *mps_doctor_examine(void)
{
	struct mps_checks *cs = calloc(1, sizeof(*cs));

	if (!cs)
		return NULL;
	check_user(cs);
	check_mount(cs, "debugfs", "/sys/kernel/debug", MPS_CHECK_FAIL,
		    "the module cannot be reached");
	check_mount(cs, "tracefs", "/sys/kernel/tracing", MPS_CHECK_WARN,
		    "no tracepoints, the counters are not concerned");
	check_lockdown(cs);
	if (check_module(cs)) {
		check_hooks(cs);
		check_params(cs);
		check_limits(cs);
		check_self(cs);
	}
	return cs;
}

void mps_doctor_free(struct mps_checks *cs)
{
	free(cs);
}
