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

# What a command says is shown when it fails, whole and with its exit code. A success has one line.
define QUIETLY
quietly() {
  local code=0 said
  said=$$("$$@" 2>&1) || code=$$?
  if [ $$code -ne 0 ]; then printf '%s\n' "$$said" "setup: '$$*' ended with $$code" >&2; exit $$code; fi
}
endef

$(STAMP): pyproject.toml requirements.lock
	@$(QUIETLY)
	if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then
	  echo "setup: installing python3-venv"
	  quietly apt-get update -qq
	  quietly env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv
	fi
	echo "setup: installing what requirements.lock names into $(VENV)"
	[ -x $(BIN)/python ] || quietly $(PYTHON) -m venv $(VENV)
	quietly $(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements.lock
	quietly $(BIN)/python -m pip install --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q remediator lab || true
	touch $(STAMP)

# The lab, two real incidents, their cure, the audit, and nothing left behind.
demo: setup
	@$(BIN)/python -m lab demo

# Every ring of tests; the lab is brought up and taken down by the run itself.
test: setup
	@$(BIN)/python -m tests.rings

# The whole matrix of faults, shapes and waits on the lab, resumable: make lab-full [PART=NAME]
PART ?=
lab-full: setup
	@$(BIN)/python -m tests.rings.full $(PART)

# Ratios of two things measured in one run (bench/); the last of them on the lab.
bench: setup
	@$(BIN)/python -m bench.memory
	$(BIN)/python -m bench.silent
	$(BIN)/python -m bench.digests
	$(BIN)/python -m bench.codec
	$(BIN)/python -m lab up --only ctl1,ctl2,ctl3
	code=0; $(BIN)/python -m bench.galera || code=$$?; $(BIN)/python -m lab down; exit $$code

# The proof (docs/proof.md): make prove [SEED=N] [MINUTES=10]
SEED ?=
MINUTES ?= 10
prove: setup
	@$(BIN)/python -m tests.prove --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

# What needs no lab: format, lint, types, layers, unit tests.
check: setup
	@step() { echo "check: $$*"; "$(BIN)/$$@"; }
	step ruff format --check .
	step ruff check .
	step mypy remediator lab
	step lint-imports
	step python -m tests.rings unit

unit: setup
	@$(BIN)/python -m tests.rings unit

clean:
	@rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
