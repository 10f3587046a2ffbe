# SPDX-License-Identifier: Apache-2.0
#
# What a person does here. Each target makes its own set-up; `make help` lists them.

SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=

# What `make install` puts on the path; prism-stub is for demos and tests.
INSTALLED := chaosproxy chaosctl
PROGRAMS := $(INSTALLED) prism-stub
# The Swift runtime goes into the programs, so that they run where no toolchain is.
RELEASE := -c release --static-swift-stdlib -Xswiftc -cross-module-optimization
RELEASE_PATH := .build/release

.DEFAULT_GOAL := help
.PHONY: help demo test build format check bench compare install clean

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 18

demo: ## See a real client meet real faults, in four acts
	@Scripts/setup demo
	$(SWIFT) build
	@examples/quickstart/demo.sh .build/debug

# One build serves programs and tests: the system tests run the programs that it made. Tests run
# side by side inside one process; those that own something scarce are marked .serialized.
test: ## Build everything and run every test
	@Scripts/setup test
	$(SWIFT) build --build-tests
	@Scripts/run-tests $(SWIFT) test --skip-build --disable-xctest

build: ## Build the programs for use
	@Scripts/setup build
	for product in $(PROGRAMS); do $(SWIFT) build $(RELEASE) --product $$product || exit; done

format: ## Let the formatter rewrite the sources
	$(SWIFT) format --in-place --parallel --recursive --configuration .swift-format \
	    Package.swift Sources Tests Benchmarks

# Every check speaks before the first failure ends it: one run shows all there is to mend.
check: ## Check format, imports, words and sizes, and the checks themselves
	@Scripts/setup check
	@failed=; for check in format imports words selftest; do \
	    Scripts/check-$$check || failed="$$failed $$check"; \
	done; \
	Scripts/sizes || failed="$$failed sizes"; \
	if [ -n "$$failed" ]; then echo "check: failed:$$failed" >&2; exit 1; fi

bench: ## Count what a unit of each part costs, in instructions and allocations, against thresholds
	@Scripts/setup bench
	$(SWIFT) build $(RELEASE) --product unit-costs
	@Benchmarks/bench $(RELEASE_PATH)

# Only what is measured, and what measures: the other programs take longer to build than these.
compare: ## Measure the proxy beside HAProxy, nginx, Envoy, mitmproxy: CPU, latency, memory, delays
	@Scripts/setup compare
	for product in chaosproxy paced-load reencoding-relay; do \
	    $(SWIFT) build $(RELEASE) --product $$product || exit; \
	done
	@Benchmarks/compare --programs $(RELEASE_PATH)

# Root may have no toolchain on its path: `make build && sudo make install` builds nothing twice.
install: ## Install to PREFIX (/usr/local) below DESTDIR, with shell completions
	@for program in $(INSTALLED); do \
	    [ -x $(RELEASE_PATH)/$$program ] || { $(MAKE) --no-print-directory build || exit; }; \
	done
	@set -eu; for program in $(INSTALLED); do \
	    built="$(RELEASE_PATH)/$$program"; share="$(DESTDIR)$(PREFIX)/share"; \
	    bash="$$share/bash-completion/completions/$$program"; \
	    zsh="$$share/zsh/site-functions/_$$program"; \
	    fish="$$share/fish/vendor_completions.d/$$program.fish"; \
	    install -d "$(DESTDIR)$(PREFIX)/bin" "$${bash%/*}" "$${zsh%/*}" "$${fish%/*}"; \
	    install -m 755 "$$built" "$(DESTDIR)$(PREFIX)/bin/$$program"; \
	    "$$built" --generate-completion-script bash >"$$bash"; \
	    "$$built" --generate-completion-script zsh >"$$zsh"; \
	    "$$built" --generate-completion-script fish >"$$fish"; \
	    echo "installed $(DESTDIR)$(PREFIX)/bin/$$program, and its completions for bash, zsh and fish"; \
	done

clean: ## Remove what was built
	$(SWIFT) package clean
