# `make` lists the targets. Every one of them sets up what it needs first.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/ready
SPAWNING := tests/workers tests/flow tests/api tests/test_hosts.py tests/test_guest.py
ENCODING := tests/apply tests/media tests/flow tests/watch tests/cli/test_fix.py

.DEFAULT_GOAL := help
.PHONY: help types-page setup demo test test-spawn test-ffmpeg check lint types docs docs-check manual package fix-style fixtures demo-scale test-scale test-real bench peers fuzz fuzz-state kills chaos clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | awk -F'\t' '{printf "  %-12s %s\n", $$1, $$2}'

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	$(BIN)/python -m compileall -q preflight
	@touch $(READY)

setup: $(READY) ## make .venv with the versions of constraints.txt

demo: setup ## the main job on shipped fixtures: check, fix, check again, submit to the sandbox
	$(BIN)/python scripts/demo.py

# Compiled once and not by each of the three, whatever the shell says of writing bytecode.
test test-spawn test-ffmpeg check: export PYTHONDONTWRITEBYTECODE =

test: setup ## run every test, three at a time on two processors: many wait for children and servers
	$(BIN)/pytest -n 3 --dist worksteal

test-spawn: setup ## run the tests of processes with every child started by itself, as on macOS and Windows
	PREFLIGHT_START=spawn $(BIN)/pytest -n 2 --dist worksteal $(SPAWNING)

test-ffmpeg: setup ## run the tests of encodes with the ffmpeg that this machine has on its PATH, not the wheel's
	TEST_MACHINES_FFMPEG=1 $(BIN)/pytest -n 2 --dist worksteal $(ENCODING)

check: setup lint types docs-check ## lint, types, tests with coverage, generated documents
	$(BIN)/pytest -n 3 --dist worksteal --cov --cov-report=term-missing:skip-covered

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## check types, as each of the three systems has them
	$(BIN)/mypy --platform linux --cache-dir .mypy_cache/linux
	$(BIN)/mypy --platform darwin --cache-dir .mypy_cache/darwin
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32

types-page: ## check the types of the page's scripts, by TypeScript from npm
	npx --yes --package typescript tsc -p jsconfig.json

docs: setup ## write the generated parts of README.md and the manual anew
	$(BIN)/python scripts/docs.py

docs-check: setup
	$(BIN)/python scripts/docs.py --check

manual: setup ## build the manual into build/manual, its warnings being errors
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[manual]'
	$(BIN)/python scripts/manual.py

package: ## build wheel and sdist into dist/, install the wheel into a clean environment, and run it there
	$(PYTHON) scripts/package.py --size

fix-style: setup ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

fixtures: setup ## make the specimens that are missing
	$(BIN)/python fixtures/make.py

demo-scale: setup ## a bucket and a cluster on this machine: 2,000 objects, a worker killed midway, and a second run
	$(BIN)/python scripts/demo_scale.py

test-scale: setup ## run the long tests of buckets, verdict stores and clusters
	TEST_SCALE=1 $(BIN)/pytest tests/scale

test-real: setup ## fix the real files and the hunted ones beside the checkout, where they are
	TEST_REAL=1 $(BIN)/pytest tests/test_corpus_fix.py tests/test_hunt.py

bench: setup ## measure speed as ratios, side by side
	$(BIN)/python scripts/bench.py

peers: setup ## write the manual's comparison with ffprobe, mediainfo, exiftool and mutagen anew
	$(BIN)/python scripts/peers.py --write

fuzz: setup ## judge 20,000 damaged files and look for crashes, hangs and false passes
	$(BIN)/python scripts/fuzz.py --inputs 20000

fuzz-state: setup ## read 10,000 damaged journals, records, plans, caches, ledgers, settings and answers
	$(BIN)/python scripts/fuzz_state.py --inputs 10000

chaos: setup ## submit 1,000 times to a service that breaks, kill the program at times, look for double payments
	$(BIN)/python scripts/chaos.py --runs 1000
	$(BIN)/python scripts/chaos.py --gateway --runs 500

kills: setup ## kill `preflight fix` a hundred times and see that nothing is lost
	$(BIN)/python scripts/kills.py --kills 100

clean: ## remove what setup, tests and demo made
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage* demo fixtures/large
