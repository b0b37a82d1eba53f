# Every target has a line of help behind "##"; make alone shows them.

SHELL        := /bin/sh
.DEFAULT_GOAL := help

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
# -buildvcs=false: the version is given here, and a checkout that git distrusts still builds.
GOBUILD := go build -trimpath -buildvcs=false -ldflags '-s -w -X main.version=$(VERSION)'
LINT    := go tool -modfile=.ci/lint/go.mod golangci-lint
SAMPLE  := assets/sample/lab_results.xlsx
DEMO    := $(CURDIR)/build/demo

# How long `make fuzz` spends on each target, and which packages it takes.
FUZZTIME ?= 30s
FUZZPKG  ?= ./...

.PHONY: help
help: ## show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/sheetmill
	$(GOBUILD) -o bin/sheetmill ./server

# The window needs cgo, a C compiler and the headers that .ci/deps names.
.PHONY: bin/sheetmill-desktop
bin/sheetmill-desktop:
	CGO_ENABLED=1 $(GOBUILD) -o bin/sheetmill-desktop ./app

.PHONY: desktop
desktop: bin/sheetmill-desktop ## build the desktop client and run it
	bin/sheetmill-desktop

.PHONY: package
package: build bin/sheetmill-desktop ## pack the desktop client for this system into build/
	app/package.sh '$(VERSION)'

.PHONY: pictures
pictures: bin/sheetmill-desktop ## take the README's pictures from the real program, under Xvfb
	docs/pictures/take.sh

.PHONY: demo
demo: build ## build and mill the sample workbook into build/demo
	rm -rf '$(DEMO)'
	SHEETMILL_HOME='$(DEMO)/home' bin/sheetmill mill $(SAMPLE) -o '$(DEMO)'

.PHONY: test
test: ## install what the tests need and run them all with -race
	.ci/deps
	CGO_ENABLED=1 go test -race -timeout 15m ./...
	go test -timeout 10m -run '^TestHostile$$' ./core/sheet/xlsx # measures memory, which is another with -race

.PHONY: test-quick
test-quick: ## run the short tests, without -race
	go test -short -timeout 5m ./...

.PHONY: chaos
chaos: ## run the chaos test whole: 1,000 jobs under 60 failures
	.ci/deps
	SHEETMILL_CHAOS=1000/60 CGO_ENABLED=1 go test -race -timeout 20m -run TestChaos -v ./server/sharedtest

.PHONY: lint
lint: ## run the linters, the import arrows among them
	$(LINT) run

.PHONY: fmt
fmt: ## format the code
	$(LINT) fmt

.PHONY: bench
bench: build ## run the benchmarks and rewrite docs/benchmarks.md
	@mkdir -p build
	go test -run '^$$' -bench . -benchmem ./... > build/bench.txt || { cat build/bench.txt; exit 1; }
	go run -buildvcs=false ./.ci/bench -o docs/benchmarks.md

.PHONY: fuzz
fuzz: ## fuzz every target for FUZZTIME (30s)
	.ci/fuzz '$(FUZZTIME)' $(FUZZPKG)

.PHONY: assets
assets: ## write the generated assets again
	@touch $(SAMPLE)
	go test ./assets -run TestSample -update

.PHONY: clean
clean: ## remove what was built
	rm -rf bin build
