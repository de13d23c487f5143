# SPDX-License-Identifier: GPL-2.0
#
# Included by the Makefile of each group of tests, as kselftest's own lib.mk
# would be: it is included from here, out of Debian's linux-source (see
# scripts/kernel-files). All is built in build/selftests/GROUP, or OUT/GROUP.
#
# A group sets TEST_PROGS, TEST_GEN_PROGS, TEST_FILES, TEST_GEN_FILES as in
# the kernel's Documentation/dev-tools/kselftest.rst. Its file "vm" may say
# what machine it needs: see selftests/vm/group -h.

MPSCOPE_TOP := $(realpath $(dir $(lastword $(MAKEFILE_LIST)))..)
KSELFTEST := $(MPSCOPE_TOP)/build/kselftest
GROUP := $(notdir $(CURDIR))
OUT ?= $(MPSCOPE_TOP)/build/selftests
OUTPUT := $(OUT)/$(GROUP)
# kselftest's lib.mk looks itself up by name, and would find this one too.
override selfdir := $(KSELFTEST)
KHDR_INCLUDES :=

CFLAGS += -O2 -g -Wall -Wextra -Werror
# Twice, so that "../kselftest.h" is found as it is in the kernel's tree.
CFLAGS += -isystem $(KSELFTEST) -isystem $(KSELFTEST)/kselftest
CFLAGS += -I$(MPSCOPE_TOP)/selftests/lib -I$(MPSCOPE_TOP)/kmod/uapi

$(shell mkdir -p $(OUTPUT))
ifeq ($(wildcard $(KSELFTEST)/lib.mk),)
$(shell $(MPSCOPE_TOP)/scripts/kernel-files $(MPSCOPE_TOP)/build)
endif

include $(KSELFTEST)/lib.mk

# stage: what the guest needs of this group, in $(STAGE)/$(GROUP). The list
# TESTS there is what the runner runs: a test that is not built is missed.
stage: all
	@rm -rf $(STAGE)/$(GROUP) && mkdir -p $(STAGE)/$(GROUP)
	@cp -aL $(TEST_PROGS) $(TEST_PROGS_EXTENDED) $(TEST_FILES) \
		$(TEST_GEN_PROGS) $(TEST_CUSTOM_PROGS) \
		$(TEST_GEN_PROGS_EXTENDED) $(TEST_GEN_FILES) \
		$(wildcard config settings) Makefile $(STAGE)/$(GROUP)
	@printf '%s\n' $(notdir $(TEST_GEN_PROGS) $(TEST_CUSTOM_PROGS) \
		$(TEST_PROGS)) >$(STAGE)/$(GROUP)/TESTS

.PHONY: stage
