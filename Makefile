# SPDX-License-Identifier: Apache-2.0
# The whole build. LAYERS is the architecture: a folder may include itself and
# what stands to its left, nothing else; tools/lint/layers.sh enforces it.

LAYERS := sim/base sim/wire sim/table sim/path sim/world sim/host sim/record \
	topology/lang topology/model topology/build \
	scenarios/lang scenarios/play tools/explain tools/report tools/live \
	tools/tierpath

KIND ?= release
CC ?= gcc
PREFIX ?= /usr/local
VERSION := 0.1.0
O := build/$(KIND)$(if $(NO_TLS),-notls)

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wcast-qual -Wvla \
	-Wmissing-prototypes -Wstrict-prototypes
# At a fixed address: the loader would have to patch 24,000 pointers of OpenSSL's
# tables, a fifth of the time of a start. CFLAGS="-fPIE -pie" makes it movable.
OPT_release := -O2 -g -fno-pie -no-pie
OPT_clang := -O2 -g
OPT_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer -DTALLY
OPT_mutant := -O1 -fuse-ld=gold
OPT_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all -fno-omit-frame-pointer -DTALLY
OPT := $(or $(OPT_$(KIND)),-O2 -g)
ifneq ($(filter clang fuzz,$(KIND)),)
CC := clang
endif
# WERROR=1 makes warnings errors; continuous integration sets it.
ALL_CFLAGS := -std=c11 -D_DEFAULT_SOURCE -DTIERPATH_VERSION='"$(VERSION)"' \
	-I. $(WARN) $(OPT) $(if $(WERROR),-Werror) -MMD -MP $(CFLAGS)
# NO_TLS=1 builds without OpenSSL: what would be encrypted goes in plain.
# Libraries are linked in where Debian has archives of them: finding, mapping and
# binding the shared ones would take longer than a short run. libpcap's archive
# can also capture on D-Bus, which would bring six more libraries: its list of
# sources ends there, for we only read files.
archive = $(if $(findstring /,$(shell $(CC) -print-file-name=lib$(1).a)),-l:lib$(1).a,-l$(1))
PCAP_ARCHIVE := -l:libpcap.a $(foreach f,dbus_findalldevs dbus_create,-Wl,--wrap=$f \
	-Wl,--defsym=__wrap_$f=0)
PCAP = $(if $(shell echo 'void pcap_create(void); int main(void) { pcap_create(); }' | \
	$(CC) -x c - -o /dev/null $(PCAP_ARCHIVE) 2>/dev/null && echo links),\
	$(PCAP_ARCHIVE),-lpcap)
OPENSSL = $(call archive,ssl) $(call archive,crypto) -lpthread
LIBS = $(call archive,net) $(PCAP) $(call archive,yaml) $(call archive,jansson) \
	$(if $(NO_TLS),,$(OPENSSL))
UNUSED := $(if $(NO_TLS),$(addprefix sim/host/,tls.c tls_cert.c tls_rand.c),\
	sim/host/tls_none.c)
CHECK_LIBS := -lcheck -lsubunit -lm -lrt -lpthread

SRC := $(filter-out $(UNUSED),$(foreach l,$(LAYERS),$(sort $(wildcard $(l)/*.c))))
OBJ := $(SRC:%.c=$O/%.o)
MAIN := $O/tools/tierpath/main.o
LIB_OBJ := $(filter-out $(MAIN),$(OBJ))
BIN := $O/tierpath

.DEFAULT_GOAL := all
.PHONY: all help deps run test unit oracle-long valgrind mutation plants proof lint format asan clang fuzz fuzz-long \
	bench bench-peers bench-check bench-plot bench-table bless check-kernel \
	check-live check-rfc check-same install uninstall clean
.SECONDARY:

all: $(BIN) ## build build/release/tierpath (KIND=release, clang or asan)

help: ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

deps: ## install the Debian packages that are missing
	@tools/setup/deps.sh

# The way of a packet is small functions in several files; gcc joins them when
# linking.
ifeq ($(KIND),release)
$(foreach l,sim/wire sim/table sim/path sim/world sim/host,$(patsubst %.c,$O/%.o,$(wildcard \
	$(l)/*.c))): ALL_CFLAGS += -O3 -flto=auto
endif

$O/nomem.so: tests/limits/nomem.c
	@mkdir -p $(@D)
	$(CC) -std=c11 $(WARN) -O2 -g $(if $(WERROR),-Werror) -fPIC -shared -o $@ $< -ldl

$(BIN): $(OBJ)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$O/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# The three that tell the story; next.txt says where the others are.
STORY := c-podvm-reflexive e-tkg-reflexive f-dns-timeout

# All processors, unless make was told otherwise.
PARALLEL = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

run: ## install what is missing, build, play the article's story
	@tools/setup/deps.sh build
	@$(MAKE) -s $(PARALLEL) all
	@$(BIN) run $(STORY:%=scenarios/article/%.yaml)
	@cat scenarios/article/next.txt

test: ## install what is missing, build, run all tests
	@tools/setup/deps.sh
	@$(MAKE) -s $(PARALLEL) all $O/unit-tests $O/rfc-check $O/fuzz-inputs $O/kernel-check $O/nomem.so
	@tests/all.sh $O

# One test program for the whole tree; `make unit/sim/wire` builds and runs the
# tests of one layer against that layer and what stands to its left.
UNIT_SRC := $(sort $(foreach l,$(LAYERS),$(wildcard tests/unit/$(l)/*_test.c)) \
	$(wildcard tests/oracle/*_test.c))
UNIT_AUX := $(wildcard tests/unit/*.c tests/oracle/*_model.c)

unit: $O/unit-tests ## unit tests only
	$O/unit-tests

$O/unit-tests: $(UNIT_SRC:%.c=$O/%.o) $(UNIT_AUX:%.c=$O/%.o) $O/suites.o $(LIB_OBJ)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) $(CHECK_LIBS)

suite_list = { echo '\#include <check.h>'; echo '\#include "tests/unit/suites.h"'; \
	for s in $(notdir $(basename $(1))); do echo "Suite *$${s}_suite(void);"; done; \
	echo 'Suite *(*const suites[])(void) = {'; \
	for s in $(notdir $(basename $(1))); do echo "	$${s}_suite,"; done; \
	echo '	0 };'; }

$O/suites.c: $(UNIT_SRC) Makefile
	@mkdir -p $(@D)
	@$(call suite_list,$(UNIT_SRC)) > $@

$O/suites.o: $O/suites.c
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# The layers up to and including $(1), in order.
upto = $(if $(filter $(1),$(firstword $(2))),$(1),$(firstword $(2)) $(call \
	upto,$(1),$(wordlist 2,99,$(2))))

unit/%: FORCE
	@mkdir -p $O/one/$*
	@$(call suite_list,$(wildcard tests/unit/$*/*_test.c)) > $O/one/$*/suites.c
	@$(MAKE) -s $O/one/$*/unit LAYER=$*
	$O/one/$*/unit

ifdef LAYER
UPTO_SRC := $(filter-out $(UNUSED),$(foreach l,$(call \
	upto,$(LAYER),$(LAYERS)),$(wildcard $(l)/*.c)))
$O/one/$(LAYER)/unit: $(patsubst %.c,$O/%.o,$(filter-out \
		tools/tierpath/main.c,$(UPTO_SRC)) $(wildcard \
		tests/unit/$(LAYER)/*_test.c tests/unit/*.c))
	$(CC) $(ALL_CFLAGS) -o $@ $O/one/$(LAYER)/suites.c $(filter %.o,$^) $(LIBS) $(CHECK_LIBS)
endif

VALGRIND_LIMIT ?= 300
valgrind: $O/unit-tests ## unit tests under valgrind, at most VALGRIND_LIMIT seconds a suite, into build/valgrind.json
	@CI=1 tools/setup/deps.sh
	@tests/unit/valgrind.py $O --limit $(VALGRIND_LIMIT) --json build/valgrind.json

ORACLE_EFFORT ?= 20
oracle-long: $O/unit-tests ## oracles with more seeds (ORACLE_EFFORT=20), into build/oracle.json
	@tests/oracle/oracle.py $O --effort $(ORACLE_EFFORT) --json build/oracle.json

MUTATION_COUNT ?= 200
MUTATION_SEED ?= 1
mutation: ## break the engine in 200 ways, count what tests notice, into build/mutation.json (MUTATION_SEED)
	@tests/mutation/mutation.py --count $(MUTATION_COUNT) --seed $(MUTATION_SEED) \
		--json build/mutation$(if $(filter-out 1,$(MUTATION_SEED)),-$(MUTATION_SEED)).json

# Takes minutes, and says nothing about tierpath: not part of make test.
plants: ## plant bugs one by one, see which random cases of kernel-check differ (root), into build/plants.json
	@tools/setup/deps.sh
	@tests/kernel/plants.py --json build/plants.json

proof: ## write build/proof.md and tests/PROOF.md from the results in build/*.json
	@tests/proof/proof.py

lint: ## layers, names, purity, sizes, fences, format
	@tools/lint/all.sh

format: ## let clang-format rewrite the sources
	@git ls-files '*.[ch]' | xargs clang-format -i

asan: ## all tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) -s test KIND=asan

clang: ## all tests with clang
	@$(MAKE) -s test KIND=clang

FUZZ_COUNT ?= 100000
FUZZ_SEED ?= 1
fuzz-long: ## a million mutated inputs (FUZZ_COUNT, FUZZ_SEED)
	@$(MAKE) -s $O/fuzz-inputs
	@tests/fuzz/broken.py --write $O/broken
	$O/fuzz-inputs --captures $O/broken --count $(if $(filter 100000,$(FUZZ_COUNT)),1000000,$(FUZZ_COUNT)) --seed $(FUZZ_SEED)

FUZZ_SECONDS ?= 60
fuzz: $O/fuzz-inputs ## libFuzzer, each target FUZZ_SECONDS long, into build/fuzz.json
	@CI=1 tools/setup/deps.sh # clang
	@$(MAKE) -s $(PARALLEL) build/fuzz/fuzz-coverage KIND=fuzz
	@tests/fuzz/fuzz.py $O --seconds $(FUZZ_SECONDS) --json build/fuzz.json

$O/fuzz-coverage: $O/tests/fuzz/coverage.o $O/tests/fuzz/targets.o $(LIB_OBJ)
	$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LIBS)

$O/fuzz-inputs: $O/tests/fuzz/fuzz_inputs.o $O/tests/fuzz/targets.o $(LIB_OBJ)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# The benchmark: rows in tests/bench/*_bench.c, peers in tests/bench/peer_*.
BENCH_SRC := $(sort $(wildcard tests/bench/*_bench.c))
BENCH_AUX := $(filter-out $(BENCH_SRC) tests/bench/peer_%,$(wildcard tests/bench/*.c))
ROWS ?=

bench: $(BIN) $O/bench ## measure speed (ROWS="fib_1m sim"), with the peers that are built
	@$O/bench --peers $O/peers --json build/bench.json --markdown build/bench.md $(ROWS)

bench-check: $(BIN) $O/bench ## count instructions; more than 3 % above the baseline fails (BLESS=1 renews it)
	@tests/bench/check.sh $O

bench-plot: $O/bench ## draw cost against sessions, rules, routes and hops
	@tests/bench/plot.py $O

bench-table: ## put the figures of the last make bench into the README files
	@tests/bench/table.py

bench-peers: ## install and build the peers, then make bench
	@tests/bench/peers.sh $O
	@$(MAKE) -s bench

$O/bench: $(BENCH_SRC:%.c=$O/%.o) $(BENCH_AUX:%.c=$O/%.o) $O/benches.o $(LIB_OBJ)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$O/benches.c: $(BENCH_SRC) Makefile
	@mkdir -p $(@D)
	@{ echo 'struct bench;'; \
	for s in $(notdir $(basename $(BENCH_SRC))); do echo "void $$s(struct bench *);"; done; \
	echo 'extern void (*const benches[])(struct bench *);'; \
	echo 'void (*const benches[])(struct bench *) = {'; \
	for s in $(notdir $(basename $(BENCH_SRC))); do echo "	$$s,"; done; \
	echo '	0};'; } > $@

$O/benches.o: $O/benches.c
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# The kernel's own router, side by side: tests/kernel.
$O/kernel-check: $(patsubst %.c,$O/%.o,$(wildcard tests/kernel/*.c)) $(LIB_OBJ)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) -lnftables

KERNEL_COUNT ?= 2000
KERNEL_SEED ?= 1
check-kernel: ## compare with the Linux kernel, case by case (root; KERNEL_COUNT, KERNEL_SEED)
	@tools/setup/deps.sh
	@$(MAKE) -s $(PARALLEL) $O/kernel-check
	@KERNEL_COUNT=$(KERNEL_COUNT) KERNEL_SEED=$(KERNEL_SEED) tests/all.sh $O kernel

# Requirements of RFCs, one by one: tests/rfc.
$O/rfc-check: $(patsubst %.c,$O/%.o,$(wildcard tests/rfc/*.c)) $(LIB_OBJ)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) $(CHECK_LIBS)

check-rfc: ## requirements of RFC 4787, 5382, 5508 and 1812, one by one
	@$(MAKE) -s $(PARALLEL) $O/rfc-check
	@$O/rfc-check --json build/rfc.json

check-same: ## gcc and clang builds write the same captures, byte by byte
	@$(MAKE) -s $(PARALLEL) all
	@$(MAKE) -s $(PARALLEL) all KIND=clang
	@tests/capture/same.sh build/release/tierpath build/clang/tierpath

check-live: ## the article with real programs through tierpath live
	@tools/setup/deps.sh live
	@$(MAKE) -s $(PARALLEL) all
	@tests/all.sh $O live

bless: all ## rewrite golden outputs and README blocks; review the diff
	@tests/golden/golden.sh --bless $(BIN)
	@tests/cli/readme.py --bless $(BIN)

D := $(DESTDIR)$(PREFIX)
install: all ## install under PREFIX (and DESTDIR)
	install -d $(D)/bin $(D)/share/man/man1 $(D)/share/tierpath \
		$(D)/share/bash-completion/completions
	install -m 755 $(BIN) $(D)/bin/tierpath
	$(BIN) help --man > $(D)/share/man/man1/tierpath.1
	$(BIN) help --completion > $(D)/share/bash-completion/completions/tierpath
	tar cf - topology/library scenarios/*/*.yaml | tar xf - -C $(D)/share/tierpath

uninstall: ## remove what install put there
	rm -f $(D)/bin/tierpath $(D)/share/man/man1/tierpath.1 \
		$(D)/share/bash-completion/completions/tierpath
	rm -rf $(D)/share/tierpath

clean: ## remove build/
	rm -rf build

FORCE:

-include $(shell find $O -name '*.d' 2>/dev/null)
