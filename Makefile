# CallCenter Pro. `make run` and `make test` work on a fresh clone; the rest is for daily work.
# Every recipe takes the toolchain that scripts/toolchain.sh finds or makes, and one shared build cache.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/callcenter-pro/target
export CARGO_TERM_PROGRESS_WHEN ?= never
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1

# Quiet when the driver is there; while it is compiled for the first time, show that something happens.
TOOLS = toolchain=$$(bash scripts/toolchain.sh); export PATH="$$toolchain"; \
	quiet=--quiet; [ -x "$$CARGO_TARGET_DIR/debug/xtask" ] || quiet=
XTASK = cargo run $$quiet --locked --package xtask --

ONLY ?=
SKIP ?=
SEED ?= 1
CALLS ?= 100000
ARGS ?=

.PHONY: help run dev test check build bench fuzz sim e2e lighthouse fix setup

help: ## this list
	@printf 'usage: make TARGET\n\n'
	grep -hE '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9]+):.*## (.*)/  \1\t\2/' | expand -t 12
	printf '\nsettings: README.md. What each check is for: ARCHITECTURE.md.\n'

run: ## build, then serve the demo on http://127.0.0.1:3000 (ARGS="serve --demo --quiet-demo")
	@$(TOOLS)
	exec $(XTASK) run -- $(ARGS)

dev: ## the same, rebuilt and restarted when a file changes
	@$(TOOLS)
	exec $(XTASK) dev -- $(ARGS)

test: ## everything; ends with `N passed, N failed` (ONLY=store,service  SKIP=e2e)
	@$(TOOLS)
	exec $(XTASK) test --only "$(ONLY)" --skip "$(SKIP)"

check: ## format, lints, crate edges, bundle and its budget; no tests
	@$(TOOLS)
	exec $(XTASK) check

build: ## release: dist/callcenter and dist/site/, all that a server needs
	@$(TOOLS)
	exec $(XTASK) dist

bench: ## measure the voice webhook; writes bench/RESULTS.md and bench/results.json (ARGS=--short)
	@$(TOOLS)
	$(XTASK) setup --tests --bench
	$(XTASK) dist
	cargo build --locked --release --package bench --package server --bin bench --example auction
	export CALLCENTER_BIN="$$PWD/dist/callcenter"
	exec $(XTASK) with-postgres -- "$$CARGO_TARGET_DIR/release/bench" --date "$$(date -u +%F)" $(ARGS)

fuzz: ## fuzz what strangers send, 10 minutes each (ARGS="template answer"  FUZZ_SECONDS=600)
	@$(TOOLS)
	command -v cargo-fuzz >/dev/null || cargo install --locked cargo-fuzz
	cd fuzz
	for one in $(or $(ARGS),template answer parser values ping script); do
	  mkdir -p "corpus/$$one"
	  # The pinned compiler, with the sanitizers that only a nightly one offers by itself.
	  RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$$CARGO_TARGET_DIR/fuzz" cargo fuzz run --fuzz-dir . "$$one" "corpus/$$one" "seeds/$$one" -- \
	    -max_total_time=$(or $(FUZZ_SECONDS),600) -max_len=4096 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1
	done

sim: ## simulated calls from a seed (SEED=7 CALLS=100000)
	@$(TOOLS)
	cargo build --locked --package sim
	"$$CARGO_TARGET_DIR/debug/sim" l1 --calls $(CALLS) --seed $(SEED)
	"$$CARGO_TARGET_DIR/debug/sim" l2 --calls $$(( $(CALLS) < 5000 ? $(CALLS) : 5000 )) --seed $(SEED)

e2e: ## the browser journeys alone
	@$(TOOLS)
	exec $(XTASK) test --only tools,e2e

lighthouse: ## Lighthouse figures of sign-in and dashboard, on a quiet machine after `make build`
	@$(TOOLS)
	$(XTASK) setup --tests
	cd end2end
	export CALLCENTER_BIN="$${CALLCENTER_BIN:-$(CURDIR)/dist/callcenter}" CALLCENTER_LIGHTHOUSE=1
	exec npx playwright test --project=lighthouse --workers=1

fix: ## format, and repair what lints can repair
	@$(TOOLS)
	cargo fmt --all
	cargo clippy --locked --fix --allow-dirty --allow-staged --all-targets -p callcenter -p app -p bench -p migration -p server -p service -p sim -p store -p xtask
	cargo fmt --all

setup: ## install what run and test need, and nothing else
	@$(TOOLS)
	exec $(XTASK) setup --tests
