# `make check` is what every change must pass; `.ci/run` calls it. The long
# runs are apart: bench, soak, torture, fuzz.
.PHONY: build check cross fmt vet staticcheck vuln race bench torture soak mutants fuzz release clean

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)

build:
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/regulars ./cmd/regulars

check: fmt vet staticcheck cross vuln race

fmt:
	@bad=$$(gofmt -l .); if [ -n "$$bad" ]; then echo "gofmt these:"; echo "$$bad"; exit 1; fi

vet:
	go vet ./...

# It builds for whoever runs a shop on another machine.
cross:
	GOOS=windows GOARCH=amd64 CGO_ENABLED=0 go build -o /dev/null ./cmd/regulars
	GOOS=darwin GOARCH=arm64 CGO_ENABLED=0 go build -o /dev/null ./cmd/regulars

staticcheck:
	go tool staticcheck ./...

# The vulnerability data is on the network; where it cannot be had, that is said
# and the rest goes on. Findings fail the check (exit code 3).
vuln:
	@out=$$(go run golang.org/x/vuln/cmd/govulncheck@latest ./... 2>&1); rc=$$?; \
	if [ $$rc -eq 0 ] || [ $$rc -eq 3 ]; then echo "$$out" | tail -20; exit $$rc; \
	else echo "govulncheck not run, its program or data cannot be had here: $$(echo "$$out" | tail -1)"; fi

# The race detector is the one thing that needs a C compiler (for its runtime);
# the product never does. It makes everything ten times slower, so it leaves out
# what a browser does: no script is instrumented, the same requests come from
# other tests too, and `go test ./...` runs all. Properties of what one goroutine
# does are tried a few times here, and as often as they should be there.
race:
	RAPID_CHECKS=20 CGO_ENABLED=1 go test -race -skip 'Browser|TestDemoHistory' -timeout 18m ./...

# Ratios taken side by side in one run; see the comments above each benchmark.
bench:
	go test -run NONE -bench . -benchtime 1x -timeout 120m ./cmd/regulars
	go test -run NONE -bench Ratio -benchtime 1x ./store/bolt ./store/postgres
	go test -run NONE -bench Bulk -benchtime 1x -timeout 20m ./bot/outbox
	go test -run NONE -bench Freeze -benchtime 1x -timeout 20m ./handlers/campaign
	go test -run NONE -bench Import -benchtime 1x -timeout 60m ./handlers/intake
	go test -run NONE -bench . -benchtime 1x -timeout 60m ./loyalty/segment
	go test -run NONE -bench . -benchtime 1x -timeout 60m ./loyalty/rollup
	go test -run NONE -bench . -benchtime 1x -timeout 20m ./loyalty/whatif
	go test -run NONE -bench . -benchtime 1x -timeout 20m ./loyalty/measure ./loyalty/recommend

# Fifty kills under load instead of five, a longer day on which everything
# breaks, a hundred power cuts instead of five, a hundred thousand guesses at each
# secret, and three processes that are replaced under load: by this program, of the
# one that BEFORE was.
BEFORE ?= $(shell git describe --tags --abbrev=0 2>/dev/null || git rev-parse HEAD~20)
torture:
	REGULARS_TORTURE=1 go test -count=1 -timeout 60m -v -run 'Kill|FaultDay|ThreeProcesses' ./cmd/regulars
	rm -rf bin/before && git worktree prune && git worktree add --force --detach bin/before $(BEFORE)
	cd bin/before && CGO_ENABLED=0 go build -o ../regulars-before ./cmd/regulars
	git worktree remove --force bin/before
	REGULARS_BEFORE=$(CURDIR)/bin/regulars-before go test -count=1 -timeout 20m -v -run RollingUpgrade ./cmd/regulars
	REGULARS_TORTURE=1 go test -count=1 -timeout 20m -v -run 'PowerCut|DyingDisk' ./store/bolt
	REGULARS_GUESSES=100000 go test -count=1 -timeout 60m -v -run GuessesOverHTTP ./cmd/regulars
	REGULARS_GUESSES=5000 go test -count=1 -timeout 60m -v -run GuessesInChat ./cmd/regulars

# Five thousand random lives against the independent oracle instead of 200, and
# the whole service under as many seeds as wished: make soak SEEDS=2000.
SEEDS ?= 500
soak:
	REGULARS_SEEDS=$(SEEDS) go test -count=1 -timeout 120m -run 'TestWholeService$$' ./cmd/regulars
	REGULARS_SEEDS=5000 go test -count=1 -timeout 120m -run 'Lives|Oracle' ./loyalty/book

# Takes the guards out one at a time, and asks the tests whether they notice; some
# six minutes on four cores. More at once: go run ./cmd/mutants -j 4.
mutants:
	go run ./cmd/mutants

# Each fuzz target for a minute.
fuzz:
	@for p in $$(go list ./...); do \
	  for f in $$(go test -list '^Fuzz' $$p 2>/dev/null | grep '^Fuzz'); do \
	    echo "== $$p $$f"; go test -run NONE -fuzz "^$$f$$" -fuzztime 60s $$p || exit 1; \
	  done; done

# What a shop downloads, into dist/: the same commit gives the same bytes.
release:
	go run ./cmd/release

clean:
	rm -rf bin dist
