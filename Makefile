# Two commands matter: `make demo` shows the main job, `make test` checks the tree.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Another project's reader of the contracts, whose pins are not ours.
READER := .venv-datacontract
# What the backend `trl` trains in; torch and its friends have no place in the application.
TRAINER := .venv-trl
# By version, without a hash: the builds for CPU, CUDA and ROCm differ, and pip takes the one it is pointed to
# (PIP_EXTRA_INDEX_URL, PIP_FIND_LINKS; see docs/trainers.md). All else is locked with hashes.
TORCH ?= torch==2.13.0
export DO_NOT_TRACK := 1
ONLY ?= slow or chaos

.PHONY: demo demo-reset serve test slow trl bench check lock clean postgresql

demo: $(VENV)/.app
	@$(BIN)/rampart demo

demo-reset: $(VENV)/.app
	@$(BIN)/rampart demo --reset

serve: $(VENV)/.app
	@$(BIN)/rampart serve

test: $(VENV)/.dev check
	$(BIN)/pytest -n 2

# An hour on two cores, which three workers share as they wait much: servers of their own, and every crash,
# fault and race on both stacks. A change is tried on a share of the sweeps: make slow ONLY="(slow or chaos) and not exhaustive"
slow: $(VENV)/.dev $(READER)/.done $(TRAINER)/.done postgresql
	$(BIN)/pytest -n 3 --dist worksteal -m "$(ONLY)"

# All of them, or some: make bench SOME="gates detection"
bench: $(VENV)/.dev
	@for name in $(or $(SOME),$(filter-out __init__,$(basename $(notdir $(wildcard benchmarks/*.py))))); do \
	  echo "· benchmarks/$$name.py --quick"; $(BIN)/python -m benchmarks.$$name --quick || exit 1; done

trl: $(TRAINER)/.done

postgresql:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || { echo "· installing PostgreSQL for the tests"; \
	  $$( [ $$(id -u) = 0 ] || echo sudo ) sh -c 'apt-get update -q && apt-get install -y -q postgresql'; }

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock: $(VENV)/.uv
	UV=$(BIN)/uv requirements/lock.sh

clean:
	rm -rf $(VENV) $(READER) $(TRAINER) .rampart

# uv installs the hashed lock in seconds; pip, which every Python has, is the fall-back.
$(VENV)/.uv: requirements/uv.txt
	@echo "· making a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing; installing it"; \
	  $$( [ $$(id -u) = 0 ] || echo sudo ) apt-get install -y -q python3-venv && $(PYTHON) -m venv $(VENV); }
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt \
	  || echo "· uv is not to be had here; pip will do"
	@touch $@

$(VENV)/.app: $(VENV)/.uv requirements/app.txt pyproject.toml
	@echo "· installing what Rampart runs on (hashed lock)"
	@$(call install,requirements/app.txt)
	@touch $@

$(VENV)/.dev: $(VENV)/.uv requirements/dev.txt pyproject.toml
	@echo "· installing what the tests need (hashed lock)"
	@$(call install,requirements/dev.txt)
	@touch $@ $(VENV)/.app

$(READER)/.done: requirements/datacontract.txt
	@echo "· installing datacontract-cli, which the slow tests read our contracts with"
	@$(PYTHON) -m venv $(READER)
	@$(READER)/bin/pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements/datacontract.txt
	@touch $@

$(TRAINER)/.done: $(VENV)/.uv requirements/trl.txt
	@echo "· installing TRL, which the backend trl trains with ($(TORCH))"
	@$(PYTHON) -m venv $(TRAINER)
	@if [ -x $(BIN)/uv ] && VIRTUAL_ENV=$(TRAINER) $(BIN)/uv pip install -q --require-hashes --no-deps \
	  -r requirements/trl.txt; then :; else $(TRAINER)/bin/pip install -q --disable-pip-version-check \
	  --require-hashes --no-deps -r requirements/trl.txt; fi
	@$(TRAINER)/bin/pip install -q --disable-pip-version-check $(TORCH)
	@touch $@

define install
if [ -x $(BIN)/uv ] && VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install -q --compile-bytecode --require-hashes -r $(1); then :; \
else $(BIN)/pip install -q --compile --disable-pip-version-check --require-hashes -r $(1); fi; \
$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
endef
