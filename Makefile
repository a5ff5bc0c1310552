# What a person runs. `make help` lists it.
.DEFAULT_GOAL := help
SHELL := /bin/sh

VARIANT ?= debian12
ARCHITECTURE ?= amd64
# HOSTS, NAME and the like reach the programs through the environment, where they have their defaults.

node := node_modules/.bin/node
test := $(node) --test --test-reporter=spec --test-reporter-destination=stdout \
	--test-reporter=./scripts/promise-reporter.ts --test-reporter-destination
# Component tests run inside a lab's tree: its ovsdb-server, Open vSwitch and OVN are the real ones, and none need be
# installed on this machine.
in_tree := lab/in-tree debian12

.PHONY: help up down setup build deb test unit e2e e2e-long chaos lint format bench bench-scale bench-first-packet lab lab-down coverage-of-promises

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | expand -t 24

up: setup ## a network and two containers that talk, on real Docker engines in lab hosts: HOSTS=1 VARIANT=debian12 NAME=up
	@$(node) lab/demo.ts

down: setup ## ends what up and lab started from this checkout: hosts, containers, networks
	@lab/down --all

setup: node_modules/.installed
	@scripts/setup

node_modules/.installed: package.json package-lock.json packages/ovsdb/package.json packages/docker-plugin/package.json packages/fairway/package.json
	@scripts/setup npm
	@touch $@

build: setup ## the program as it is shipped: dist/fairway, to be run by Node
	@$(node) scripts/build.ts

deb: setup ## Debian's package in dist: ARCHITECTURE=amd64 | arm64
	@$(node) scripts/deb.ts --architecture $(ARCHITECTURE)

# The end-to-end tests that `make test` runs: a container's way from its start to the world. `make e2e` runs all.
chain := one-host two-hosts options addresses egress ports names compose configuration join mirrors

test: unit ## components, the lab, and the chain end to end on Debian 12's engine
	@mkdir -p .cache/promises
	$(test)=.cache/promises/lab.jsonl --test-concurrency=1 --test-timeout=600000 test/lab/*.test.ts
	VARIANT=debian12 $(test)=.cache/promises/e2e-debian12.jsonl --test-concurrency=1 --test-timeout=600000 $(chain:%=test/e2e/%.test.ts)

unit: setup
	@mkdir -p .cache/promises
	@lab/tree debian12 >/dev/null
	$(in_tree) $(CURDIR)/$(test)=.cache/promises/unit.jsonl --test-timeout=120000 'packages/*/test/**/*.test.ts' scripts/*.test.ts

# These have hosts of all three kinds, whatever VARIANT says: once is enough.
mixed := $(if $(filter debian12,$(VARIANT)),,center-killed dead-hosts mirrors mixed-engines network-removal)

e2e: setup ## every end-to-end test: VARIANT=debian12 | debian13 | docker28; those with hosts of all three with debian12 alone
	@mkdir -p .cache/promises
	VARIANT=$(VARIANT) $(test)=.cache/promises/e2e-$(VARIANT).jsonl --test-concurrency=1 --test-timeout=600000 \
		$(filter-out $(mixed:%=test/e2e/%.test.ts),$(wildcard test/e2e/*.test.ts))

e2e-long: setup ## the same with every failure as often as the promises say: 20 kills at each step, 200 cycles, 40 containers at once on each of five hosts
	@mkdir -p .cache/promises
	VARIANT=$(VARIANT) ROUNDS=20 CYCLES=200 CONTAINERS=40 $(test)=.cache/promises/e2e-long-$(VARIANT).jsonl --test-concurrency=1 --test-timeout=3600000 \
		test/e2e/failpoints.test.ts test/e2e/restarts.test.ts test/e2e/five-hosts.test.ts

chaos: setup ## a random run on three hosts with faults of all kinds, against a model: SEED=… MINUTES=10; docs/reliability.md
	@$(node) test/chaos/run.ts

lint: setup ## types, lint with the walls, format, dead exports
	node_modules/.bin/tsc
	node_modules/.bin/oxlint --type-aware
	node_modules/.bin/biome check .
	node_modules/.bin/knip

format: setup ## formats everything
	node_modules/.bin/biome check --write .

bench: setup ## what Fairway costs on one host, beside Docker's own bridge; writes bench/results.md
	@$(node) bench/run.ts

bench-scale: setup ## what a large cluster costs the center: 200 hosts, 10,000 endpoints; writes bench/scale.md
	@lab/tree debian13 >/dev/null
	@lab/in-tree debian13 $(CURDIR)/$(node) bench/scale.ts

bench-first-packet: setup ## how many of a start's first packets are lost, on one host and across OVN's versions; writes bench/first-packet.md
	@$(node) bench/first-packet.ts

lab: setup ## hosts without Fairway to play with: HOSTS=2 VARIANT=debian12 NAME=default, then lab/enter h1
	@lab/up

lab-down: setup ## ends that lab: NAME=default
	@lab/down $(NAME)

coverage-of-promises: setup ## a line for each promise: which test proved it in the last runs
	@$(node) scripts/coverage-of-promises.ts
