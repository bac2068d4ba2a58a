# Two commands for a newcomer, `make demo` and `make test`; they need only make and Python 3.11, 3.12 or 3.13 with venv.
# Everything is installed into $(VENV), nothing outside it. `make help` lists the rest.

VENV    ?= .venv
UV      := $(VENV)/bin/uv
WORKERS ?= 2
DATA     = $(or $(HOSHIMORI_DATA),../shared/data)
FITS    := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PY      ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
             $$p -c '$(FITS)' >/dev/null 2>&1 && { echo $$p; break; }; done)
SYNC     = UV_PROJECT_ENVIRONMENT=$(VENV) $(UV) sync --quiet --locked --inexact --no-managed-python --system-certs --python $(VENV)/bin/python

CONSOLE  = src/hoshimori/_console/index.html
NPM      = PATH="$(CURDIR)/$(VENV)/bin:$$PATH" npm --prefix console --no-audit --no-fund --no-update-notifier

.DEFAULT_GOAL := help
.PHONY: help demo serve test test-long lint console pictures docs bench test-matrix clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1: /p' Makefile

demo: $(VENV)/.synced  ## watch over the Japanese communication satellites and write a report
	$(VENV)/bin/hoshimori demo

serve: $(VENV)/.synced-serve $(CONSOLE)  ## the watch floor on this machine: API, console and schedule on one port
	$(VENV)/bin/hoshimori serve

test: lint console  ## everything that must hold: style, types, floors, tests (WORKERS=2)
	$(VENV)/bin/python -m pytest -n $(WORKERS) --dist worksteal

test-long: lint console  ## make test with every setting of long tests, more kills and more examples
	HOSHIMORI_KILLS=5 HOSHIMORI_SCHEMATHESIS=25 $(VENV)/bin/python -m pytest -m "long or not long" -n $(WORKERS) --dist worksteal

lint: $(VENV)/.synced-dev  ## style, types and floors
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-logo

console: $(VENV)/.synced-dev $(CONSOLE)  ## the console, typed and built into src/hoshimori/_console
	$(NPM) run --silent check

pictures: $(VENV)/.synced-dev $(CONSOLE)  ## the docs' pictures of the console again, by a real browser
	$(VENV)/bin/python docs/pictures.py

docs: $(VENV)/.synced-dev  ## the handbook, in docs/_build/html
	$(VENV)/bin/sphinx-build -q -W --keep-going -b html docs docs/_build/html
	@echo "open docs/_build/html/index.html"

bench: $(VENV)/.synced-dev  ## what every figure in the docs rests on; most need the test data (HOSHIMORI_DATA)
	$(VENV)/bin/python bench/sgp4/run.py
	$(VENV)/bin/python bench/catalogue/run.py
	$(VENV)/bin/python bench/ageing/run.py $(DATA)/geo-week
	$(VENV)/bin/python bench/covariance/run.py --data $(DATA)
	$(VENV)/bin/python bench/encounter/run.py --data $(DATA)
	$(VENV)/bin/python bench/screen/run.py --data $(DATA)
	$(VENV)/bin/python bench/manoeuvres/run.py --data $(DATA)
	$(VENV)/bin/python bench/manoeuvres/speed.py --data $(DATA)
	$(VENV)/bin/python bench/pattern/run.py $(DATA)
	$(VENV)/bin/python bench/stays/run.py --data $(DATA)
	$(VENV)/bin/python bench/pc/run.py --data $(DATA)
	$(VENV)/bin/python bench/silence/run.py --data $(DATA)
	$(VENV)/bin/python bench/reentry/run.py --data $(DATA)
	$(VENV)/bin/python bench/reentry/run.py --data $(DATA) --only practice --first-seed 1000
	$(VENV)/bin/python bench/illumination/run.py --data $(DATA)
	$(VENV)/bin/python bench/interference/run.py --data $(DATA)
	$(VENV)/bin/python bench/ascent/run.py --data $(DATA)
	$(VENV)/bin/python bench/hazard/run.py --data $(DATA)
	$(VENV)/bin/python bench/causes/run.py --data $(DATA)
	$(VENV)/bin/python bench/breakup/run.py --data $(DATA)
	$(VENV)/bin/python bench/detectors/run.py --data $(DATA)
	$(VENV)/bin/python bench/nature/run.py
	$(VENV)/bin/python bench/ledger/run.py
	$(VENV)/bin/python bench/ledger/bundles.py
	$(VENV)/bin/python bench/service/start.py --data $(DATA)
	$(VENV)/bin/python bench/service/load.py --data $(DATA)
	$(VENV)/bin/python bench/service/stream.py
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" npm ci --prefix bench/globe --silent
	$(VENV)/bin/python bench/globe/run.py
	$(VENV)/bin/python bench/burning_sky/noise.py $(DATA)
	$(VENV)/bin/python bench/burning_sky/run.py
	$(VENV)/bin/python bench/survival/accuracy.py
	$(VENV)/bin/python bench/survival/run.py --data $(DATA)

test-matrix:  ## make test on every Python of 3.11, 3.12, 3.13 found here, each in its own .venv-3.x
	@for v in 3.11 3.12 3.13; do \
	  if python$$v -c '$(FITS)' >/dev/null 2>&1; then \
	    echo "== python$$v"; $(MAKE) test VENV=.venv-$$v PY=python$$v || exit 1; \
	  else echo "== python$$v: not found on PATH, not tested"; fi; \
	done

clean:  ## remove what make made, the environments included
	rm -rf .venv .venv-3.* dist docs/_build console/node_modules src/hoshimori/_console .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(UV):
	@test -n "$(PY)" || { echo "hoshimori needs Python 3.11, 3.12 or 3.13 and found none of them as python3, python3.11," \
	  "python3.12 or python3.13. Install one, or say where it is: make PY=/path/to/python3.12"; exit 1; }
	@$(PY) -c '$(FITS)' || { echo "$(PY) is not Python 3.11, 3.12 or 3.13: $$($(PY) --version 2>&1)"; exit 1; }
	@$(PY) -m venv $(VENV) || { rm -rf $(VENV); echo "$(PY) could not make a virtual environment." \
	  "On Debian and Ubuntu its venv module is a package of its own: apt install python3-venv"; exit 1; }
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.8

$(VENV)/.synced: $(UV) pyproject.toml uv.lock
	@echo "installing hoshimori into $(VENV) (once; about 400 MB)"
	@$(SYNC) --no-dev
	@touch $@

$(VENV)/.synced-serve: $(UV) pyproject.toml uv.lock
	@echo "installing hoshimori and Node into $(VENV) (once; about 600 MB)"
	@$(SYNC) --no-dev --group console
	@touch $@ $(VENV)/.synced

# Node comes from PyPI with the group `console`, so that make and Python are all that a machine needs; no Node of the system is asked.
$(CONSOLE): console/package-lock.json $(shell find console -path console/node_modules -prune -o -type f -print 2>/dev/null)
	@test -x $(VENV)/bin/npm || $(SYNC) --no-dev --group console
	$(NPM) ci --silent
	$(NPM) run --silent build
	@touch $@

$(VENV)/.synced-dev: $(UV) pyproject.toml uv.lock
	@echo "installing hoshimori and what its tests need into $(VENV) (once; about 900 MB)"
	@$(SYNC)
	@touch $@ $(VENV)/.synced
