# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# `make` alone lists what there is. Everything that is made lands in .venv and .cache, but for Python's __pycache__.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help venv demo test test-full test-modules test-real test-clients test-eda coverage docs test-docs \
	integration test-cluster bench lint matrix build clean

PYTHONS := python3 python3.13 python3.12 python3.11 /usr/bin/python3 /usr/local/bin/python3
VENV := .venv
BIN := $(VENV)/bin
TREE := .cache/collections/ansible_collections/community/oceanbase
# Each stands for an installed file of requirements/ and includes the one before it.
DEMO_READY := $(VENV)/.demo-ready
TEST_READY := $(VENV)/.test-ready
LINT_READY := $(VENV)/.lint-ready
REAL_READY := $(VENV)/.real-ready
DOCS_READY := $(VENV)/.docs-ready
EDA_READY := $(VENV)/.eda-ready
# What the clients of `make test-clients` need besides Debian's packages.
CLIENTS := .cache/clients
CLIENTS_READY := $(addprefix $(CLIENTS)/,venv/.ready pymysql-oldest node_modules bin/client-go bin/client-c bin/JavaClient.class)
# How long pip takes for each file on a fast connection, said before it begins.
PIP_TIME_demo := 15 s
PIP_TIME_test := 20 s
PIP_TIME_lint := 40 s
PIP_TIME_real := 20 s
PIP_TIME_docs := 15 s
PIP_TIME_eda := 15 s
# The Python that the venv was made with (see below).
BASE_PYTHON = $$(sed -n 's/^executable = //p' $(VENV)/pyvenv.cfg)
PIP_INSTALL = "$(BASE_PYTHON)" -m pip --python $(BIN)/python install -qq --disable-pip-version-check

export PATH := $(CURDIR)/$(BIN):$(PATH)
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.cache/collections
export ANSIBLE_HOME := $(CURDIR)/.cache/ansible
# Each Python would compile all anew, and so would pytest for each of its workers.
export PYTHONDONTWRITEBYTECODE :=

# Tests wait more than they compute. A file stays with one worker; the long ones come first.
PYTEST := $(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

venv: $(LINT_READY) ## make .venv with all that tests and linters need

demo: $(DEMO_READY) ## cancel a tenant clone on the bundled mock server, and tell the story
	@$(BIN)/python scripts/demo.py

test: $(TEST_READY) ## run the tests (ARGS='-k word' narrows them down)
	$(info running $(or $(ARGS),all tests (about 10 minutes on two cores; ARGS=tests/unit: 1 minute)) ...)
	@$(PYTEST) $(ARGS)

test-full: $(TEST_READY) ## run all tests, also those that take minutes
	@$(PYTEST) -m '' $(ARGS)

# What runs modules and plays, other than the tests of the way itself and of the mock's role.
BOTH_WAYS := tests/contract/test_results.py \
	$(addprefix tests/faults/test_,hostile_servers.py login_sources.py login_values.py process.py secrets.py signals.py) \
	$(addprefix tests/end_to_end/test_,check_mode_of_roles.py ephemeral_clone.py many_clusters.py ob_clone.py \
	ob_clone_cancel.py ob_clone_drop.py ob_clone_info.py playbooks.py refused_options.py roles.py statement_counts.py)

test-modules: $(TEST_READY) ## run these tests again with each task as a module in a process of its own
	@OCEANBASE_TEST_WAY=module $(PYTEST) $(BOTH_WAYS) $(ARGS)

test-real: $(REAL_READY) ## run the tests on seekdb, a server with OceanBase's kernel
	@$(BIN)/python -m pytest tests/real $(ARGS)

test-clients: $(TEST_READY) ## run clients of eight languages on the mock (as root: installs those that are missing)
	@$(BIN)/python scripts/debian.py requirements/clients.apt
	@$(MAKE) --no-print-directory $(CLIENTS_READY)
	@echo "running the clients (about 1 minute on two cores) ..."
	@$(BIN)/python -m pytest -n 2 tests/clients $(ARGS)

test-eda: $(EDA_READY) ## run the rulebooks with ansible-rulebook on the mock (asks before it installs Java; YES=1 agrees)
	@$(BIN)/python scripts/debian.py --ask requirements/eda.apt
	@$(BIN)/python -m pytest tests/eda $(ARGS)

coverage: $(TEST_READY) ## show the lines of plugins/ and ob_mock/ that the unit tests and those of the mock reach
	$(info running tests/unit and tests/mock under coverage (about 2 minutes on two cores) ...)
	@rm -rf .cache/coverage
	@$(BIN)/coverage run -m pytest -q -n 2 --dist loadfile tests/unit tests/mock $(ARGS)
	@$(BIN)/coverage combine -q
	@$(BIN)/coverage report
	@echo "$$($(BIN)/coverage report --format=total) % of the lines of plugins/ and ob_mock/ are reached"

integration: $(TEST_READY) ## run the modules with ansible-test against the mock, in a venv of its own
	@$(BIN)/python scripts/ansible_test.py integration --venv $(ARGS)

lint: $(LINT_READY) ## run every linter and the official sanity tests (ONLY='ruff mypy' picks some)
	@$(BIN)/python scripts/lint.py $(ONLY)

docs: $(DOCS_READY) ## build the documentation site into .cache/docs/html, without a network
	@echo "building the site (about 30 s) ..."
	@$(BIN)/python scripts/docs.py

test-docs: $(DOCS_READY) ## open every page of the site in Chromium (asks before it installs Debian's; YES=1 agrees)
	@$(BIN)/python scripts/debian.py --ask requirements/docs.apt
	@$(MAKE) --no-print-directory docs
	@$(BIN)/python -m pytest tests/docs $(ARGS)

test-cluster: $(TEST_READY) ## run fidelity suite and scenarios on a disposable cluster (tests/cluster/README.md)
	@$(BIN)/python -m pytest tests/cluster tests/fidelity $(ARGS)

bench: $(TEST_READY) ## measure the modules and their peers, and write docs/benchmarks (twelve minutes)
	@$(BIN)/python tests/benchmark/run.py

matrix: $(TEST_READY) ## run tests on every Python from 3.8 on, with older drivers and with the other ansible-core
	@$(BIN)/python scripts/matrix.py

build: $(DEMO_READY) ## build the tarball for ansible-galaxy into .cache/build
	@$(BIN)/python scripts/build.py

clean: ## remove all that was made
	rm -rf .venv .cache .ansible .pytest_cache tests/output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A python3 may be a shim of a version manager that runs nothing, or be too old: so each candidate is tried.
# Without ensurepip (Debian splits it off) a venv has no pip: the pip of the same Python installs into it from outside.
$(BIN)/python:
	@for python in $(PYTHON) $(PYTHONS); do \
		if $$python -c 'import sys, venv, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "making $(VENV) with $$($$python -c 'import sys; print(sys.executable, sys.version.split()[0])')"; \
			$$python -m venv --without-pip $(VENV) || exit 1; \
			exit 0; \
		fi; \
	done; \
	echo 'No Python >= 3.11 with pip found. Name one: make PYTHON=/path/to/python3 ...' >&2; exit 1

$(DEMO_READY): | $(BIN)/python $(TREE)
$(TEST_READY): $(DEMO_READY)
$(LINT_READY): $(TEST_READY)
$(REAL_READY): $(TEST_READY)
$(DOCS_READY): $(TEST_READY)
$(EDA_READY): $(TEST_READY)
$(VENV)/.%-ready: requirements/%.txt
	@echo "installing $< into $(VENV) (about $(PIP_TIME_$*)) ..."
	@$(PIP_INSTALL) -r $<
	@touch $@

$(CLIENTS)/venv/.ready: requirements/clients.txt
	@echo "installing $< into $(@D) (about 40 s) ..."
	@"$(BASE_PYTHON)" -m venv --clear --without-pip $(@D)
	@"$(BASE_PYTHON)" -m pip --python $(@D)/bin/python install -qq --disable-pip-version-check -r $<
	@touch $@

$(CLIENTS)/pymysql-oldest:
	@"$(BASE_PYTHON)" -m pip install -qq --disable-pip-version-check --no-deps --target $@ PyMySQL==1.0.2

$(CLIENTS)/node_modules: tests/clients/package-lock.json
	@echo "installing the packages of npm ..."
	@mkdir -p $(@D)
	@cp tests/clients/package.json $< $(@D)
	@npm ci --prefix $(@D) --silent --no-audit --no-fund
	@touch $@

$(CLIENTS)/bin/client-go: tests/clients/programs/client.go
	@mkdir -p $(@D)
	@GO111MODULE=off GOPATH=/usr/share/gocode go build -o $@ $<

$(CLIENTS)/bin/client-c: tests/clients/programs/client.c
	@mkdir -p $(@D)
	@gcc -O1 -Wall -Wextra -Werror -o $@ $< $$(mariadb_config --cflags --libs)

$(CLIENTS)/bin/JavaClient.class: tests/clients/programs/JavaClient.java
	@javac -d $(@D) $<

# Ansible and Python find the collection by its full name through this link.
$(TREE):
	@mkdir -p $(@D)
	@ln -s "$(CURDIR)" $@
