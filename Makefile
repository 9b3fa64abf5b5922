# Everything starts here: `make demo` and `make test` install what they need, then run.

VENV     := .venv
BIN      := $(VENV)/bin
APPEALS  ?=
SEED     ?= 1
PACE     ?= 1
CODE     := schemas kit catalogue ledger workflows casework reporting services doctor bulk migrations \
            simulators vahid benchmarks tests
RUN_TEST := $(BIN)/python -m pytest -q --maxfail 4
BY_FILE  := --numprocesses 2 --dist loadfile

# Bytecode is kept: without it, each test worker and each process of the stack compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install demo test test-fast test-stack test-properties test-mutants test-faults check format lock outdated clean
.DEFAULT_GOAL := help

help:  ## show these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install:  ## make .venv with the pinned packages (nothing happens when it is up to date)
	@./deploy/install.sh $(VENV)

demo: install  ## replay the centres' opening weeks, drawn from SEED=1, or APPEALS=200 of their appeals; PACE=0.5 is half as fast
	@$(BIN)/vahid demo $(if $(APPEALS),--appeals $(APPEALS)) --seed $(SEED) --pace $(PACE)

test: check test-fast test-stack  ## all checks and tests, with the short form of the kill campaign

check: install  ## lint, format, types, arrows between the rooms, commit subjects
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python deploy/commit_subjects.py

test-fast: install  ## tests that need no server of ours
	$(RUN_TEST) --numprocesses auto tests/unit
	$(RUN_TEST) $(BY_FILE) tests/contract tests/workflow

# Tests that wait for servers run two at once, each half with servers of its own; those that share a whole
# installation, or kill its parts, run alone.
test-stack: install  ## tests on the real servers and the whole stack
	$(RUN_TEST) $(BY_FILE) tests/integration
	$(RUN_TEST) -m "not fault" tests/e2e tests/fault

test-properties: install  ## the properties of the unit layer, with more examples
	HYPOTHESIS_PROFILE=thorough $(RUN_TEST) --numprocesses auto --timeout 3000 tests/unit -m hypothesis

test-mutants: install  ## does the unit layer notice 200 small changes of the code, drawn from SEED=1 (15 minutes)
	$(BIN)/python -m tests.mutants --seed $(SEED)

test-faults: install  ## the whole kill campaign (long)
	$(RUN_TEST) -m fault tests

format: install  ## fix and format the code
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

# uv resolves for all supported Pythons and systems at once, which pip-tools cannot; it is needed only here.
lock:  ## pin all packages anew, with hashes
	@command -v uv >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	uv pip compile --quiet --upgrade --python-version 3.11 --universal --generate-hashes --no-header \
	  --no-annotate --no-emit-index-url --no-emit-find-links --group dev pyproject.toml -o requirements.lock

outdated: install  ## say which pinned packages, servers and jars are behind what the registries serve
	@$(BIN)/python deploy/outdated.py

clean:  ## remove the virtual environment and caches, not the installation's data
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info
