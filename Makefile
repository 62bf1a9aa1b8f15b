# No logic here: every target calls the command line of `ringback` or a Python module.
PYTHON ?= python3
PORT ?= 8000

BIN := .venv/bin
SYNC = $(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python
LINK = $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python -e .
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url

.PHONY: install demo serve test check bench chaos scorecard lock
.DEFAULT_GOAL := install

install: .venv/installed

demo: install
	$(BIN)/ringback demo $(if $(filter 1,$(KEEP)),--keep)

serve: install
	$(BIN)/ringback serve --demo-company --port $(PORT)

test: .venv/installed-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile -rs

check: .venv/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: .venv/installed-dev
	$(BIN)/python -m tests.bench

scorecard: .venv/installed-dev
	$(BIN)/python -m tests.scorecard

chaos: .venv/installed-dev
	$(BIN)/python -m tests.chaos havoc

# Newest versions the ranges in pyproject.toml allow. The files name no host: whatever index the machine uses will do.
lock: .venv/installed-dev
	$(COMPILE) --upgrade --group build pyproject.toml -o requirements.lock
	$(COMPILE) --upgrade --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	echo uv | $(COMPILE) --upgrade --no-deps -c requirements.lock - -o uv.bootstrap.lock

.venv/bootstrapped: uv.bootstrap.lock
	$(PYTHON) -m venv --without-pip .venv
	$(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check install --quiet --require-hashes -r uv.bootstrap.lock
	touch $@

.venv/installed: .venv/bootstrapped requirements.lock pyproject.toml
	$(SYNC) requirements.lock
	$(LINK)
	touch $@

# Depends on the runtime stamp, whose sync takes the development packages away again.
.venv/installed-dev: .venv/installed requirements-dev.lock
	$(SYNC) requirements-dev.lock
	$(LINK)
	touch $@
