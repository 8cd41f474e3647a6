# Everything runs in .venv, which is made on first use; PYTHON names the interpreter that makes it.
PYTHON ?= python3

PATCHES ?= demo/patches
OUT ?= demo/benchmark
MINUTES ?= 8

BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-cache-dir -c constraints.txt
INSTALLED := .venv/installed
BENCH_INSTALLED := .venv/installed-bench
REALISM_INSTALLED := .venv/installed-realism

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-soak test-station test-gpu lint format bench

help: ## Say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

demo: $(INSTALLED) ## Photograph simulated sheets, train on some, inspect the others; 8 minutes on two cores
	scripts/demo

# Two processes: in one, a test of training that forks a loader ended in a segmentation fault now and then. A debugger shows
# the signal in the main thread while it waits for the loader to end; why is not known.
test: $(INSTALLED) ## Run the tests
	$(BIN)/pytest --ignore tests/training
	$(BIN)/pytest tests/training

test-slow: $(REALISM_INSTALLED) ## Run the tests that take minutes
	$(BIN)/pytest -m slow

test-station: $(INSTALLED) ## Run the tests that make network namespaces, as root
	$(BIN)/pytest -m netns

test-soak: $(INSTALLED) ## Run a station for half an hour, or SCUFF_SOAK_MINUTES, at the highest rate that it carries
	$(BIN)/pytest -m soak -s

test-gpu: $(INSTALLED) ## Run the tests that need an NVIDIA GPU
	$(BIN)/pytest -m gpu

lint: $(INSTALLED) ## Check style, types and the import rules of the rooms
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(INSTALLED) ## Put the code into the house's style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(BENCH_INSTALLED) ## Compare training with another library: PATCHES=folder OUT=folder MINUTES=8
	$(BIN)/python benchmarks/accuracy.py $(PATCHES) $(OUT) --minutes $(MINUTES)

$(INSTALLED): pyproject.toml constraints.txt
	@command -v $(PYTHON) > /dev/null || { echo "There is no $(PYTHON); name a Python of 3.11 or newer, as in: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "scuff needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) -V 2>&1); name another, as in: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	$(BIN)/python -m pip --version > /dev/null 2>&1 || { rm -rf .venv && $(PYTHON) -m venv .venv; }
	$(INSTALL) -e '.[train,onnxruntime,cluster,mlflow,station,genicam,dev]'
	@touch $@

$(REALISM_INSTALLED): $(INSTALLED)
	$(INSTALL) -e '.[train,onnxruntime,cluster,mlflow,station,genicam,dev,realism]'
	@touch $@

$(BENCH_INSTALLED): $(INSTALLED)
	$(INSTALL) -e '.[train,onnxruntime,cluster,mlflow,station,genicam,dev,bench]'
	@touch $@
