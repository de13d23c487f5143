# SPDX-License-Identifier: GPL-2.0
#
# Included after lib.mk by a group with a module of its own: its folder has a
# Kbuild, MODULE_FILES lists what else is needed, by name at the top. Built in
# build/KERNEL/GROUP, for kbuild builds where the sources lie.
KERNEL ?= 6.1
module_dir := $(MPSCOPE_TOP)/build/$(KERNEL)/$(GROUP)
module_sources := $(wildcard *.c *.h include) Kbuild

$(OUTPUT)/%.ko: always
	@mkdir -p $(module_dir)
	@cp -ru --preserve=timestamps $(module_sources) $(module_dir)
	@for file in $(MODULE_FILES); do \
		(cd $(MPSCOPE_TOP) && cp -ru --preserve=timestamps --parents \
			-t $(module_dir) $$file) || exit; \
	done
	@../vm/kbuild $(KERNEL) $(module_dir) -s modules
	@cp $(module_dir)/$*.ko $@

.PHONY: always
