# What a person runs. `make help` lists it.
.DEFAULT_GOAL := help
SHELL := /bin/sh

ARCHITECTURE ?= amd64
# HOSTS, VARIANT, ID and the like reach the programs through the environment; what they are by default stands there.

node := node_modules/.bin/node
run_tests := $(node) scripts/run-tests.ts

.PHONY: help up down setup build deb libraries libraries-test test unit e2e e2e-long walk check chaos mutants lint format bench bench-scale bench-first-packet bench-events bench-memory bench-routers bench-vlan lab lab-down coverage-of-promises

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | expand -t 24

up: setup ## a network and two containers that talk, on real Docker engines in lab hosts: HOSTS=1 VARIANT=debian12
	@$(node) lab/demo.ts

down: setup ## ends what up and lab started from this checkout: hosts, containers, networks
	@lab/down --all

setup: node_modules/.installed
	@scripts/setup

node_modules/.installed: package.json package-lock.json packages/client/package.json packages/ovsdb/package.json packages/docker-plugin/package.json packages/fairway/package.json
	@scripts/setup npm
	@touch $@

build: setup ## the program as it is shipped: dist/fairway, to be run by Node
	@$(node) scripts/build.ts

deb: setup ## Debian's package in dist: ARCHITECTURE=amd64 | arm64
	@$(node) scripts/deb.ts --architecture $(ARCHITECTURE)

libraries: setup ## the packages for npm: dist/npm/*.tgz, the same bytes from the same sources
	@$(node) scripts/libraries.ts

libraries-test: setup ## the same, installed by npm in an empty project, and the READMEs' examples on Node 20, 22 and 24; needs npm's registry
	@$(node) test/npm/project.ts
	@lab/tree debian12 >/dev/null
	@lab/in-tree debian12 $(CURDIR)/$(node) --test test/npm/libraries.test.ts

test: setup ## components, the lab, and the chain end to end on Debian 12's engine
	@VARIANT=debian12 $(run_tests) components lab chain

unit: setup ## component tests alone, against a real ovsdb-server, Open vSwitch and OVN
	@$(run_tests) components

e2e: setup ## every end-to-end test, or those of a promise: VARIANT=debian12 | debian13 | docker28 | newest, ID=A06, JOBS=2 at a time; RECORD=1 keeps their durations. Those with hosts of all kinds run with debian12 alone
	@$(run_tests) e2e

e2e-long: setup ## the same with every failure as often as the promises say: 20 kills at each step, 200 cycles, 40 containers at once on each of five hosts, Fairway 60 s later than Docker
	@ROUNDS=20 CYCLES=200 CONTAINERS=40 LATE=60 $(run_tests) --timeout 120 long

walk: setup ## what a newcomer types on three machines with systemd, from the package to its removal, with what each command prints: VARIANT=debian12
	@$(node) test/walk/walk.ts

check: setup ## what continuous integration runs: components, the lab, end-to-end tests of every promise on Debian 12's engine; nothing may be left behind
	@VARIANT=debian12 $(run_tests) components lab ci

chaos: setup ## a random run on three hosts with faults of all kinds, against a model: SEED=… MINUTES=10; docs/reliability.md
	@$(node) test/chaos/run.ts

mutants: setup ## breaks the product as test/mutants says and runs the tests that must notice: AREA=a file there ONLY=text JOBS=2
	@$(node) scripts/mutants.ts

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

bench-memory: setup ## what of the center's memory a large cluster takes: SNAPSHOT=FILE keeps its heap; prints it
	@lab/tree debian13 >/dev/null
	@lab/in-tree debian13 $(CURDIR)/$(node) bench/memory.ts

bench-events: setup ## how soon 1, 100 and 1,000 listeners have an event; writes bench/events.md
	@lab/tree debian13 >/dev/null
	@lab/in-tree debian13 $(CURDIR)/$(node) bench/events.ts

bench-routers: setup ## what an attachment, an endpoint and a route target cost beside 100 routers with 10 networks each; writes bench/routers.md
	@lab/tree debian13 >/dev/null
	@lab/in-tree debian13 $(CURDIR)/$(node) bench/routers.ts

bench-vlan: setup ## what 200 VLAN networks on one trunk cost, the first against the last, and a start beside macvlan; writes bench/vlan.md
	@$(node) bench/vlan.ts

bench-first-packet: setup ## how many of a start's first packets are lost, on one host and across OVN's versions; writes bench/first-packet.md
	@$(node) bench/first-packet.ts

lab: setup ## hosts without Fairway to play with: HOSTS=2 VARIANT=debian12 NAME=default, then lab/enter h1
	@lab/up

lab-down: setup ## ends that lab: NAME=default
	@lab/down $(NAME)

coverage-of-promises: setup ## a line for each promise: which test proved it in the last runs
	@$(node) scripts/coverage-of-promises.ts
