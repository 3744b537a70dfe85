# make run      two instances on this machine, to try
# make build    the program, ./bocage
# make test     everything; see .ci/ for its parts
# make bench    ratios and rates of the indexes, the store and the federation

GO   ?= go
NPM  ?= npm

# The race detector watches all Go code but SQLite itself: that is C translated
# to Go, one thread at a time behind a lock; to watch it takes six times as long.
RACE := -race -gcflags=modernc.org/sqlite/lib=-race=false -gcflags=modernc.org/libc=-race=false

WEB_SOURCES := $(shell find web/src web/css web/build web/build.mjs web/tsconfig.json -type f 2>/dev/null)

.PHONY: run build test check-tools check-go check-web test-go test-web test-browser test-peer screenshot bench clean

run: build
	./bocage demo

build: web/dist/manifest.json
	$(GO) build -trimpath -ldflags '-s -w' -o bocage ./cmd/bocage

# npm ci empties node_modules, so the stamp inside it says which lock it holds.
web/node_modules/.stamp: web/package.json web/package-lock.json
	cd web && $(NPM) ci
	touch $@

web/dist/manifest.json: web/node_modules/.stamp $(WEB_SOURCES)
	cd web && $(NPM) run build
	touch $@

test: check-tools check-web check-go test-web test-go test-browser test-peer

check-tools:
	.ci/tools

check-go: web/dist/manifest.json
	@out=$$(gofmt -l cmd federation internal migrations web/*.go); \
	if [ -n "$$out" ]; then echo "gofmt these files:"; echo "$$out"; exit 1; fi
	$(GO) vet ./...

check-web: web/node_modules/.stamp
	cd web && $(NPM) run check

test-web: web/node_modules/.stamp
	.ci/node node.log $(NPM) --prefix web test

test-go: web/dist/manifest.json
	.ci/gotest $(RACE) -timeout 30m ./...

# Without the race detector, which the Go tests of every page have: a browser
# waits for some thousand pages here.
test-browser: web/dist/manifest.json
	$(GO) build -o .test/bocage-browser ./cmd/bocage
	.ci/browser .test/bocage-browser

# README's picture, as the browser tests saw it.
screenshot: test-browser
	cp web/browsertest/out/home-fr-light-1440.png web/screenshot.png

test-peer: web/dist/manifest.json
	$(GO) build $(RACE) -o .test/bocage ./cmd/bocage
	.ci/peer .test/bocage

bench: web/dist/manifest.json
	$(GO) test -run '^$$' -bench . -benchmem ./internal/atlas ./internal/chronicle ./internal/genealogy \
		./internal/store ./internal/ledger ./internal/inbox ./internal/outbox ./internal/resource ./internal/vocab ./federation/...

clean:
	rm -rf bocage .test web/dist/* web/node_modules web/.t
