# Two commands matter: `make run` and `make test`. Both bring what they need; see `make help`.

PYTHON ?= python3
PORT ?= 8000
# Size of `make soak`: small (minutes) or large (hours).
SIZE ?= small
# More words for pytest, as in: make test ARGS="-k ledger -x"
ARGS ?=

VENV := .venv
PY := $(VENV)/bin/python
RUNNING := $(VENV)/.running-installed
TESTING := $(VENV)/.testing-installed
TEMPLATES := $(wildcard templates */templates shengkang/*/templates)

export PORT
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

.DEFAULT_GOAL := help
.PHONY: help run test bench lint messages soak clean browser backup screenshots
.DELETE_ON_ERROR:

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 20

run: $(RUNNING)  ## the station with demo data on http://127.0.0.1:8000/ (PORT=8001 for another port, HOST=0.0.0.0 for all)
	@exec $(PY) -m shengkang.engines run

test: $(TESTING) browser  ## everything but the soak
	@$(PY) manage.py messages --compile
	$(PY) -m pytest -n 2 $(ARGS)

soak: $(TESTING)  ## crashes, storms, simulated years (SIZE=small or large)
	@$(PY) manage.py messages --compile
	SOAK_SIZE=$(SIZE) $(PY) -m pytest -m soak $(ARGS)

bench: $(TESTING)  ## one table of measurements, also in var/bench.json (ARGS=--small for the small demo)
	@$(PY) manage.py messages --compile
	@exec $(PY) -m tests.bench $(ARGS)

lint: $(TESTING)  ## style of code and templates, missing migrations
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(if $(TEMPLATES),$(PY) -m djlint --quiet --lint $(TEMPLATES))
	$(PY) -W ignore manage.py makemigrations --check --dry-run

messages: $(RUNNING)  ## collect the words of the code into the catalogue and compile it
	$(PY) manage.py messages

backup: $(RUNNING)  ## a whole copy of database and files in var/backups (BACKUP_DIR), whether the station runs or not; docs/backup.md
	@exec $(PY) -m shengkang.engines beside manage.py backup

screenshots: $(TESTING)  ## the pictures of docs/screenshots, from a small demo of their own
	@$(PY) manage.py messages --compile
	@exec $(PY) -m tests.screenshots $(ARGS)

clean:  ## remove what can be made again; the station's data in var/ stay
	rm -rf $(VENV) var/test var/static var/static.stamp .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find . -name '*.mo' -delete

# A stamp is written last, so a half-done installation is never taken for a whole one; one that broke off in
# the middle (.installing is still there) or whose Python is gone is begun anew.
$(RUNNING): requirements.txt constraints.txt
	$(call install,requirements.txt)

$(TESTING): tests/requirements.txt $(RUNNING)
	$(call install,tests/requirements.txt)

define install
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	|| { echo "Python 3.11 or newer is needed; $(PYTHON) is not. Another one:  make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
	|| { echo "Python's venv module is missing.  apt-get install python3-venv"; exit 1; }
@if [ -e $(VENV)/.installing ] || ! $(PY) -m pip --version >/dev/null 2>&1; then rm -f $(VENV)/.*-installed; $(PYTHON) -m venv --clear $(VENV); fi
@touch $(VENV)/.installing
@echo "Installing $(1) into $(VENV) (about half a minute the first time) ..."
@$(PY) -m pip install --quiet -r $(1)
@rm $(VENV)/.installing
@touch $@
endef

# The tests themselves fail and say what is missing, unless SHENGKANG_NO_BROWSER says why there is none; here is only the attempt to bring one.
browser:
	@.ci/browser
