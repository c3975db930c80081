# Every target calls an npm script, which finds Node 26 in node_modules whatever Node the machine has.

STAMP := node_modules/.corebank-setup

.DEFAULT_GOAL := help
.PHONY: help setup run test proof check gen format bench release clean

help: ## This list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /\1\t/' | \
		while IFS="$$(printf '\t')" read -r name text; do printf '  make %-8s %s\n' "$$name" "$$text"; done

setup: $(STAMP) ## Install what package-lock.json names, if it changed

$(STAMP): package-lock.json
	npm ci --loglevel=error
	@touch $@

run: setup ## Start the whole bank, or some of it: make run SERVICES=ledger,account
	@SERVICES="$(SERVICES)" npm run -s run

test: setup ## Run the tests, or some: make test ONLY=services/ledger/rpc/get-journal.test.ts
	@set -f; npm test -s -- $(ONLY)

proof: setup ## Run the tests with every figure in full (up to an hour)
	@set -f; COREBANK_PROOF=1 npm test -s -- $(ONLY)

check: setup ## Formatting, lint, types, contracts, generated files, house rules, audit
	@npm run -s check

gen: setup ## Generate gen/, docs/reference and mesh/ from proto/
	@npm run -s gen

format: setup ## Format the code and the contracts
	@npm run -s format

bench: setup ## Measure
	@npm run -s bench
	@npm run -s bench:events
	@npm run -s bench:night

release: setup ## Make the present contracts the baseline that later ones must not break
	@npm run -s release

clean: ## Stop this checkout's servers; remove its data, build and node_modules
	@if [ -d node_modules ]; then npm run -s clean; fi
	@rm -rf build node_modules
