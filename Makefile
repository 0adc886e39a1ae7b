# Tocsin: every command a developer or CI needs. `make` alone prints them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.made
JOBS ?= 2
PLAYBOOK ?=
HOST ?= 127.0.0.1
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help setup run fix lint test test-sqlite test-postgresql texts docs soak bench pictures lock clean

help: ## Print this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMPS)/run $(STAMPS)/assets $(STAMPS)/texts ## Create the environment in .venv from the hashed lock files

run: setup ## Start Tocsin on http://localhost:8000 (PLAYBOOK=path/to.md serves that playbook)
	@$(BIN)/tocsin serve --host $(HOST) --port $(PORT) $(if $(PLAYBOOK),--playbook "$(PLAYBOOK)")

fix: $(STAMPS)/dev ## Format, and mend what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(STAMPS)/dev ## Check format, style, types and the arrows between parts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

test: test-sqlite test-postgresql ## Run every test, browser and both databases included

test-sqlite: setup $(STAMPS)/dev $(STAMPS)/chromium
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

# The pure parts have no database, so their tests run once, above.
test-postgresql: setup $(STAMPS)/dev $(STAMPS)/chromium
	TOCSIN_TEST_DATABASE=postgresql $(BIN)/python -m pytest -n $(JOBS) --dist worksteal \
	  --ignore=tests/playbook --ignore=tests/incident --ignore=tests/cli

texts: $(STAMPS)/dev ## Bring the catalogues of translations up to the texts of the source
	DJANGO_SETTINGS_MODULE=tocsin.project.settings $(BIN)/python -m scripts.catalogue
	$(BIN)/python scripts/build_texts.py

docs: setup ## Write the pages of the docs that are made from the code
	$(BIN)/python -m scripts.write_settings_page

soak: setup $(STAMPS)/dev ## Long fault and load runs, with their figures
	TOCSIN_TEST_KILLS=200 $(BIN)/python -m pytest -q -s tests/promises
	for run in bench/*faults*.py; do $(BIN)/python -m bench.$$(basename $$run .py) || exit 1; done

bench: setup $(STAMPS)/dev ## Measure, each figure as a ratio to a reference in the same run
	for run in bench/*.py; do case $$run in *faults*|*__init__*) ;; *) \
	  echo "== $$run"; $(BIN)/python -m bench.$$(basename $$run .py) || exit 1;; esac; done

pictures: setup $(STAMPS)/dev $(STAMPS)/chromium ## Take the screenshots in docs/pictures anew
	$(BIN)/python -m scripts.pictures
	$(BIN)/python -m scripts.slack_pictures

lock: $(STAMPS)/dev ## Resolve the Python lock files again
	$(BIN)/python scripts/lock.py

clean: ## Remove what the other commands made, but never ./data
	rm -rf $(VENV) node_modules src/tocsin/web/static/vendor src/tocsin/web/locale/*/LC_MESSAGES/*.mo .mypy_cache .pytest_cache .ruff_cache

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Tocsin needs Python 3.11 or newer; this is $$($(PYTHON) --version). Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
	  echo "The virtual environment could not be made. On Debian: apt-get install python3-venv"; exit 1; }
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/run: requirements/run.txt pyproject.toml | $(STAMPS)/venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/dev: requirements/dev.txt $(STAMPS)/run
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

$(STAMPS)/assets: package.json package-lock.json $(wildcard scripts/build_assets.py) $(STAMPS)/run
	@command -v npm >/dev/null || { echo "Tocsin's pages are built with npm: install Node.js 20 or newer."; exit 1; }
	npm ci --silent --no-audit --no-fund
	$(BIN)/python scripts/build_assets.py
	@touch $@

$(STAMPS)/texts: $(wildcard src/tocsin/web/locale/*/LC_MESSAGES/django.po) scripts/build_texts.py $(STAMPS)/run
	$(BIN)/python scripts/build_texts.py
	@touch $@

$(STAMPS)/chromium: | $(STAMPS)/venv
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
	  echo "The browser tests need Chromium; installing the system's package."; \
	  { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium; } || { \
	    echo "Chromium could not be installed. Install it yourself (on Debian: apt-get install chromium) and run this again."; \
	    exit 1; }; }
	@touch $@
