# The commands of the house. Each target does its own set-up: a bare Debian 12 with Python 3.11, make and root is enough.
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -euo pipefail -c
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONPATH

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test lab-full prove bench check unit setup clean

setup: $(STAMP)

$(STAMP): pyproject.toml requirements.lock
	if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv python3-pip
	fi
	[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q remediator lab || true
	touch $(STAMP)

# The lab, two real incidents, their cure, the audit, and nothing left behind.
demo: setup
	$(BIN)/python -m lab demo

# Every ring of tests; the lab is brought up and taken down by the run itself.
test: setup
	$(BIN)/python -m tests.rings

# The whole matrix of faults, shapes and waits on the lab, resumable: make lab-full [PART=NAME]
PART ?=
lab-full: setup
	$(BIN)/python -m tests.rings.full $(PART)

# Ratios of two things measured in one run, on the lab (bench/).
bench: setup
	$(BIN)/python -m lab up --only ctl1,ctl2,ctl3
	$(BIN)/python -m bench.galera; code=$$?; $(BIN)/python -m lab down; exit $$code

# The proof (docs/proof.md): make prove [SEED=N] [MINUTES=10]
SEED ?=
MINUTES ?= 10
prove: setup
	$(BIN)/python -m tests.prove --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

# What needs no lab: format, lint, types, layers, unit tests.
check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy remediator lab
	$(BIN)/lint-imports
	$(BIN)/python -m tests.rings unit

unit: setup
	$(BIN)/python -m tests.rings unit

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
