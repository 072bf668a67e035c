# nichiro: everything a person types. `make help` lists it.
.DEFAULT_GOAL := help
.PHONY: help setup demo airflow test slow browser airflow-test duckdb-oldest lint audit licences docs golden lock benchmarks train clean

BIN := .venv/bin
STAMP := .venv/.stamp

# The first Python that is new enough; PYTHON=/path/to/python overrules it.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& command -v $$python && break; done)
# uv, where it runs; `make UV= setup` goes without it.
UV ?= $(shell uv --version >/dev/null 2>&1 && command -v uv)
DATA ?= ../shared/data
PYTEST := $(BIN)/python -m pytest
# A file's tests stay together, as they share what is dear to make; make WORKERS=0 runs them in one process.
WORKERS ?= 2
# What writes and reads releases, the whole chain included; WAREHOUSE_TESTS=tests runs all.
WAREHOUSE_TESTS := tests/warehouse tests/end_to_end/test_law.py tests/end_to_end/test_demo.py tests/nichiro/test_query.py \
	tests/nichiro/test_export.py tests/nichiro/test_notebook.py tests/nichiro/test_report.py

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## .venv with the locked requirements and nichiro itself; nothing to do where they are unchanged

$(STAMP): requirements/dev.txt pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
		echo "nichiro needs Python 3.11, 3.12 or 3.13, and none is on PATH."; \
		echo "Debian: apt-get install python3 python3-venv; or: make setup PYTHON=/path/to/python3.11"; exit 78; fi
ifneq ($(UV),)
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) .venv
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
else
	@test -x $(BIN)/pip || $(PYTHON) -m venv --clear .venv || { \
		echo "$(PYTHON) cannot make a virtual environment. Debian: apt-get install python3-venv"; exit 78; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
endif
	@touch $@

demo: setup ## the whole chain on the fictional demo web: 120 days, then the report
	$(BIN)/nichiro demo

airflow: .venv-airflow/.stamp ## Airflow on the demo, http://127.0.0.1:8080; AIRFLOW_LIVE=1 takes the real catalog
	.venv-airflow/bin/python -m nichiro.airflow_local

test: setup ## the fast tests
	$(PYTEST) -q -n $(WORKERS) --dist loadfile -m "not slow and not browser and not airflow"

slow: setup ## the tests that take minutes, the shuffled 120 days among them
	$(PYTEST) -q -n $(WORKERS) --dist loadfile -m slow

browser: setup ## the report in Chromium (apt-get install chromium fonts-ipafont-gothic)
	$(PYTEST) -q -m browser

airflow-test: setup ## the DAGs in an Airflow of their own (.venv-airflow)
	$(MAKE) .venv-airflow/.stamp
	PATH="$(CURDIR)/.venv-airflow/bin:$$PATH" .venv-airflow/bin/python -m pytest -q -m airflow tests/dags

.venv-airflow/.stamp: requirements/airflow.txt pyproject.toml
ifneq ($(UV),)
	@test -x .venv-airflow/bin/python || $(UV) venv --quiet --python $(PYTHON) .venv-airflow
	$(UV) pip sync --quiet --python .venv-airflow/bin/python --require-hashes requirements/airflow.txt
	$(UV) pip install --quiet --python .venv-airflow/bin/python --no-deps --no-build-isolation --editable .
else
	@test -x .venv-airflow/bin/pip || $(PYTHON) -m venv --clear .venv-airflow
	.venv-airflow/bin/python -m pip install --quiet --require-hashes --requirement requirements/airflow.txt
	.venv-airflow/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
endif
	@touch $@

duckdb-oldest: setup .duckdb-oldest/.stamp ## what writes and reads releases, on the oldest DuckDB that pyproject.toml permits
	PYTHONPATH=$(CURDIR)/.duckdb-oldest $(PYTEST) -q -n $(WORKERS) --dist loadfile \
		-m "not slow and not browser and not airflow" $(WAREHOUSE_TESTS)

.duckdb-oldest/.stamp: requirements/duckdb-oldest.txt
	@rm -rf .duckdb-oldest
ifneq ($(UV),)
	$(UV) pip install --quiet --python $(BIN)/python --target .duckdb-oldest --no-deps --require-hashes --requirement $<
else
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --target .duckdb-oldest --no-deps --require-hashes --requirement $<
endif
	@touch $@

lint: setup ## style, types and who may import whom
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

audit: setup ## known vulnerabilities of the locked packages, less those of requirements/audit.toml
	$(BIN)/python .ci/audit.py

licences: .venv-airflow/.stamp ## the licence of every package, against requirements/licences.toml
	.venv-airflow/bin/python .ci/licences.py

docs: setup ## write the generated pages: data dictionary, sources, command line
	$(BIN)/python -m nichiro.reference

golden: setup ## a data folder of the version that is being released, for later versions to open
	$(BIN)/python -m tests.golden

benchmarks: setup ## the quick benchmarks against their floors
	$(BIN)/python -m benchmarks.pipeline --json --quick
	$(BIN)/python -m benchmarks.truth --json
	$(BIN)/python -m benchmarks.scale --json --quick
	$(BIN)/python -m benchmarks.crawl --json --quick
	test ! -d ../shared/data/encodings || $(BIN)/python -m benchmarks.encodings --json

train: setup ## the models of tone anew from their labelled data (DATA=../shared/data); a quarter of an hour alone, 5 GB: torch in an environment of its own
	$(PYTHON) -m venv --clear benchmarks/tone/.venv
	benchmarks/tone/.venv/bin/python -m pip install --quiet --no-deps --require-hashes --requirement benchmarks/tone/requirements.txt
	$(BIN)/python -m benchmarks.tone.train_document --data $(DATA)
	OMP_NUM_THREADS=1 benchmarks/tone/.venv/bin/python -m benchmarks.tone.train --data $(DATA)

lock: ## resolve the requirements anew (needs uv)
	uv pip compile -q --universal --generate-hashes --no-header -p 3.11 pyproject.toml --extra dev -o requirements/dev.txt
	uv pip compile -q --universal --generate-hashes --no-header -p 3.11 pyproject.toml -c requirements/dev.txt -o requirements/base.txt
	uv pip compile -q --universal --generate-hashes --no-header -p 3.11 pyproject.toml --extra dev --extra airflow -o requirements/airflow.txt
	sed -n 's/.*"duckdb>=\([0-9.]*\),.*/duckdb==\1/p' pyproject.toml | \
		uv pip compile -q --universal --generate-hashes --no-header -p 3.11 - -o requirements/duckdb-oldest.txt
	printf 'hatchling\n' | uv pip compile -q --universal --generate-hashes --no-header -p 3.11 -c requirements/dev.txt - -o requirements/build.txt
	uv pip compile -q --universal --generate-hashes --no-header -p 3.11 benchmarks/peers/requirements.in -o benchmarks/peers/requirements.txt
	uv pip compile -q --universal --generate-hashes --no-header -p 3.11 benchmarks/tone/requirements.in -o benchmarks/tone/requirements.txt

clean: ## remove what was built; data/ stays
	rm -rf .venv .venv-airflow .duckdb-oldest benchmarks/peers/.venv benchmarks/tone/.venv .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache dist
