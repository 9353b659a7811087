# Every task of the house. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
LOCK := $(BIN)/pip-compile --quiet --no-config --generate-hashes --allow-unsafe --strip-extras \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

.PHONY: help setup demo test check fix migrate bench prove prove-long docs lock ci

help: ## list the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.dev ## make .venv and install Keshi and its tools, nothing else

demo: .venv/.base ## open the demo hotel (PORT=8000)
	$(BIN)/keshi demo --port $(PORT)

test: .venv/.dev ## run the whole test suite (KESHI_REQUIRE=postgres,browser: no skips)
	$(BIN)/python -m pytest -n 2 --prove

check: .venv/.dev ## lint, types, the one-way rule, migrations, templates, translations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -q -p no:randomly $(CHECKS)

CHECKS := tests/contracts/test_home_rules.py tests/contracts/test_templates.py \
	tests/web/test_locales.py tests/contracts/test_migrations.py \
	tests/contracts/test_settings_documented.py tests/contracts/test_packaging.py

fix: .venv/.dev ## put right what a machine can put right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

migrate: .venv/.base ## bring the configured database to the newest schema
	$(BIN)/keshi migrate

bench: .venv/.base ## measure how fast it is
	$(BIN)/keshi bench

prove: .venv/.dev ## the counted promises, each figure beside its target (minutes)
	$(BIN)/python -m pytest -q -n 2 -m proof --prove

prove-long: .venv/.dev ## the same with many more trials (hours)
	$(BIN)/python -m pytest -q -n 2 -m proof --prove --budget long

docs: .venv/.base ## write docs/CONFIGURATION.md from the settings class
	$(BIN)/python -m lab.configuration_page

lock: .venv/.dev ## pin all dependencies anew, with hashes, naming no host
	CUSTOM_COMPILE_COMMAND="make lock" $(LOCK) --upgrade \
		--output-file requirements/base.txt pyproject.toml requirements/build.in
	CUSTOM_COMPILE_COMMAND="make lock" $(LOCK) --upgrade --extra dev -c requirements/base.txt \
		--output-file requirements/dev.txt pyproject.toml requirements/build.in

ci: ## what the submission check runs
	.ci/run

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Keshi needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv

.venv/.base: requirements/base.txt pyproject.toml | .venv/bin/python
	$(PIP) install --require-hashes -r requirements/base.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.base
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@
