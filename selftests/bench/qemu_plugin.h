/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What where.c uses of QEMU's interface for plugins, of version 1. Debian 12 has
 * no package with QEMU's own header.
 */
#ifndef _MPS_QEMU_PLUGIN_H
#define _MPS_QEMU_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info_t;

typedef void (*tb_cb)(uint64_t id, struct qemu_plugin_tb *tb);
typedef void (*insn_cb)(unsigned int vcpu, void *udata);
typedef void (*mem_cb)(unsigned int vcpu, uint32_t info, uint64_t vaddr, void *udata);

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, tb_cb cb);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
						 size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
						int op, void *ptr, uint64_t imm);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    insn_cb cb, int flags, void *udata);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, mem_cb cb,
				      int flags, int rw, void *udata);

_Bool qemu_plugin_mem_is_store(uint32_t info);

#define ADD_U64		0	/* enum qemu_plugin_op */
#define NO_REGS		0	/* enum qemu_plugin_cb_flags */
#define MEM_W		2	/* enum qemu_plugin_mem_rw */

#endif /* _MPS_QEMU_PLUGIN_H */
