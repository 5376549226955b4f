# The only door: everything a person or CI does starts here.
SHELL := /bin/bash
CONFIGURATION ?= Release
BIN := artifacts/bin
RID ?= $(shell ./tests/prepare.sh rid)
DOTNET_FLAGS := --nologo -v quiet -c $(CONFIGURATION)

.DEFAULT_GOAL := help
.PHONY: help build run cluster cluster-down demo test unit integration bench chart aot lint fix clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

build: ## builds everything; leaves artifacts/bin/dkm and artifacts/bin/dkm-standalone
	@./tests/prepare.sh build
	@echo "building everything: some minutes the first time, and quiet unless something is wrong"
	dotnet build Dkm.sln $(DOTNET_FLAGS)
	@mkdir -p $(BIN)
	dotnet publish clients/Dkm.Cli $(DOTNET_FLAGS) --no-build -o $(BIN)
	dotnet publish services/Dkm.Standalone $(DOTNET_FLAGS) --no-build -o $(BIN)
	dotnet publish services/Dkm.Access $(DOTNET_FLAGS) --no-build -o $(BIN)
	dotnet publish services/Dkm.KeyRing $(DOTNET_FLAGS) --no-build -o $(BIN)
	dotnet publish services/Dkm.Crypto $(DOTNET_FLAGS) --no-build -o $(BIN)
	dotnet publish samples/ConnectedAccounts $(DOTNET_FLAGS) --no-build -o $(BIN)
	@echo 'built: $(BIN)/dkm, dkm-standalone, connected-accounts.  Next: export PATH="$$PWD/$(BIN):$$PATH", then dkm dev'

run: build ## starts DKM in development mode in the foreground
	@exec $(BIN)/dkm-standalone --Development=true

cluster: ## a cluster on this machine: three etcd members, two replicas of each service, TLS; prints what to paste
	@./tests/prepare.sh cluster
	@./deploy/cluster.sh check
	@$(MAKE) --no-print-directory build
	@PATH="$(CURDIR)/$(BIN):$$PATH" ./deploy/cluster.sh up

cluster-down: ## ends what make cluster started; the data stays
	@./deploy/cluster.sh down

demo: ## the story of the connected accounts, every step checked; CLUSTER=1: on a cluster, with the leader killed in the middle
	@./tests/prepare.sh $(if $(filter 1,$(CLUSTER)),cluster,demo)
	@$(MAKE) --no-print-directory build
	@PATH="$(CURDIR)/$(BIN):$$PATH" ./samples/ConnectedAccounts/$(if $(filter 1,$(CLUSTER)),demo-cluster,demo).sh

test: build ## all tests (unit, then integration), and the lint of the protos
	@./tests/prepare.sh test
	@$(MAKE) --no-print-directory lint
	@./tests/run.sh $(CONFIGURATION) UnitTests IntegrationTests

unit: build ## unit tests only
	@./tests/run.sh $(CONFIGURATION) UnitTests

integration: build ## integration tests only
	@./tests/prepare.sh test
	@./tests/run.sh $(CONFIGURATION) IntegrationTests

bench: build ## measures the figures; writes artifacts/bench/*.json (12 minutes at most); ONLY="scale" measures a part
	@./tests/prepare.sh bench
	@mkdir -p artifacts/bench
	dotnet run --project tests/Dkm.Benchmarks -c Release --no-build -- --out artifacts/bench $(ONLY)

chart: ## the Helm chart: lint, every value set rendered and checked object by object, package; writes artifacts/chart
	@./tests/prepare.sh chart
	dotnet build tests/Dkm.IntegrationTests $(DOTNET_FLAGS)
	@./tests/chart.sh $(CONFIGURATION)

aot: ## publishes each executable as native code, warnings as errors, and drives the published binaries
	@./tests/prepare.sh aot
	@./tests/aot.sh $(RID)

lint: ## buf lint (and buf breaking against main), lock files, formatting
	@./tests/prepare.sh lint
	@./tests/lint.sh

fix: ## formats the code
	dotnet format Dkm.sln

clean: ## removes what was built
	rm -rf artifacts
	find . -type d \( -name bin -o -name obj \) -not -path './.git/*' -prune -exec rm -rf {} +
