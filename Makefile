# SPDX-License-Identifier: GPL-2.0
#
# mpscope: everything is reached from here. "make help" tells.
#
#   K=NAME     kernel of selftests/vm/kernels to build and test for
#   KDIR=DIR   headers to build for (default: the running kernel's, else the
#              newest installed)
#   T=GROUP    one group of selftests, or GROUP:TEST
#   JOBS=N     guests at a time (default: one a CPU, at most 4)

PREFIX ?= /usr/local
ifneq ($(K),)
kernel := -K $(K)
out := build/$(K)
else ifneq ($(KDIR),)
kernel := -k $(KDIR)
out := build/module
else
out := build/module
endif
check := scripts/check $(if $(K),-K $(K))
ifneq ($(JOBS),)
export JOBS
endif

all: modules tool ## build the module and the tool

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "%-15s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "make check T=epoll      one group of selftests"
	@echo "make check K=6.12       on another kernel: see selftests/vm/kernels"

modules: ## build kmod/mpscope.ko (for K=6.12, or KDIR=headers)
	@scripts/deps build
	@scripts/build-module $(kernel) $(out) -s
	@echo "$(out)/kmod/mpscope.ko"

tool: ## build the command mpscope
	@scripts/deps build
	@$(MAKE) --no-print-directory -s -C userland
	@echo userland/build/mpscope

check: ## test everything on Linux 6.1, the rest in brief on the newest (or T=group, K=kernel)
	@$(if $(T),RESULTS=$(CURDIR)/build/results-$(subst :,-,$(T))) $(check) $(T)

check-host: ## the part of check that needs no guest
	@$(check) host

check-vm: ## the selftests, each group in a guest
	@$(check) vm

check-kernels: ## the selftests on all other kernels (hours)
	@$(check) kernels

check-stress: ## everything at once, for minutes (STRESS=long: for hours)
	@$(check) stress

check-debug: ## the selftests under KASAN, lockdep and KCSAN (builds two kernels, once)
	@$(check) debug

check-roles: ## how often inferred roles agree with exact ones, over 132 runs of Go programs
	@scripts/deps vm
	@STRESS=long selftests/vm/group -o build/results-roles golang:agreement.sh

check-core: ## the tests of the pure code
	@$(MAKE) --no-print-directory -C kmod/core/tests check

check-layers: ## who may include and use whom
	@scripts/check-layers

check-style: ## checkpatch, sizes, shellcheck
	@scripts/deps check
	@scripts/check-style

bench: ## what an event costs, in instructions, with the peers beside it
	@scripts/deps bench
	@selftests/bench/run $(if $(K),-K $(K))

bench-core: ## what the steps of the pure code cost here: cycles, instructions, cache lines
	@scripts/deps bench
	@$(MAKE) --no-print-directory -s -C kmod/core/tests bench

bench-tool: ## what the tool takes to read counters and recordings, against others
	@scripts/deps bench
	@selftests/bench/run $(if $(K),-K $(K)) -p tool
	@$(MAKE) --no-print-directory -s -C userland bench

bench-where: ## in which functions the instructions go, by a plugin of QEMU
	@scripts/deps bench
	@selftests/bench/where $(if $(K),-K $(K))

demo: ## watch a Go server and nginx under load, in a guest (HOST=1: here)
	@demo/run

install: all ## install module, tool and manual pages on this machine
	install -D -m 644 $(out)/kmod/mpscope.ko \
		$(DESTDIR)/lib/modules/$$(modinfo -F vermagic $(out)/kmod/mpscope.ko | cut -d " " -f 1)/updates/mpscope.ko
	$(if $(DESTDIR),,depmod -a)
	$(MAKE) --no-print-directory -C userland install PREFIX=$(PREFIX)

clean: ## remove what was built
	rm -rf build
	@$(MAKE) --no-print-directory -C userland clean

.PHONY: all help modules tool check check-host check-vm check-kernels check-stress \
	check-debug check-roles check-core check-layers check-style bench bench-core bench-tool bench-where demo install clean
