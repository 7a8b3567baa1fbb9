# Every command a developer or a newcomer needs. `make help` prints this list.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
comma := ,

# What draws the pages that tests/browser looks at, and letters of most of the world; the system's own packages.
CHROMIUM := chromium fonts-dejavu-core fonts-noto-ui-core fonts-droid-fallback

.PHONY: help demo test understanding learn soak bench peers check format words lock clean chromium screenshots

help: ## Print what can be made.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.runtime ## Install, then show a school's day on simulated phones. Ctrl-C stops it.
	$(BIN)/homeloop demo

test: $(VENV)/.development chromium ## Install what tests need, then run every check and test.
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

# ONLY=kill,stops chooses parts (python -m tests.soak --help lists them), QUICK=1 a small form of each.
soak: $(VENV)/.development $(if $(ONLY),$(findstring chromium,$(subst browser,chromium,$(ONLY))),chromium) ## The long proofs, as JSON lines. ONLY=kill picks, QUICK=1 is short.
	$(BIN)/python -m tests.soak $(if $(QUICK),--quick) $(subst $(comma), ,$(ONLY))

# ONLY=send,inbound,pages chooses parts.
bench: $(VENV)/.bench peers ## Measure, beside other programs, as JSON lines. ONLY=send picks, QUICK=1 is short.
	$(BIN)/python -m benchmarks $(if $(QUICK),--quick) $(subst $(comma), ,$(ONLY))

understanding: $(VENV)/.development ## How well labelled sentences are understood, language by language.
	$(BIN)/python -m tests.understanding.measure

# FOLDS=1 writes nothing: it prints what would be found of texts that were not learned from.
learn: $(VENV)/.learn ## Learn anew what texts that no rule knows are most like.
	$(BIN)/python -m tests.understanding.learn $(if $(FOLDS),folds)

screenshots: $(VENV)/.development chromium ## Draw every screen anew into docs/screenshots.
	$(BIN)/python -m tests.browser.screenshots

check: $(VENV)/.development ## The quick checks alone: style, types, imports.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.development ## Lay the code out.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

words: $(VENV)/.development ## Gather the console's sentences into its catalogs, keeping what is translated.
	$(BIN)/python -m tests.languages.console_words

lock: $(VENV)/bin/uv ## Resolve the dependencies anew into the four lock files.
	$(BIN)/uv pip compile -q --no-header --no-emit-index-url --generate-hashes --universal \
	    --python-version 3.11 pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --no-header --no-emit-index-url --generate-hashes --universal \
	    --python-version 3.11 pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	$(BIN)/uv pip compile -q --no-header --no-emit-index-url --generate-hashes --universal \
	    --python-version 3.11 --group bench -c requirements.lock -c requirements-dev.lock -o requirements-bench.lock
	$(BIN)/uv pip compile -q --no-header --no-emit-index-url --generate-hashes --universal \
	    --python-version 3.11 --group learn -c requirements.lock -c requirements-dev.lock -o requirements-learn.lock

# Never fails: without Chromium the browser tests are skipped, and say so.
chromium:
	@if [ -n "$$HOMELOOP_CHROMIUM" ] || command -v chromium >/dev/null || command -v google-chrome >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing Chromium for the browser tests …"; \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	        apt-get install -y -qq --no-install-recommends $(CHROMIUM); } >/dev/null 2>&1 || \
	    echo "Chromium could not be installed: the browser tests are skipped. Try: apt-get install chromium"; \
	else echo "There is no Chromium here: the browser tests are skipped. Install the package chromium to run them."; fi

# Never fails: rows whose program is missing are skipped by name.
peers:
	@if command -v nginx >/dev/null && command -v redis-server >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing nginx and Redis for the measurements …"; \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	        apt-get install -y -qq --no-install-recommends nginx-light redis-server; } >/dev/null 2>&1 || \
	    echo "They could not be installed: rows are missing. Try: apt-get install nginx-light redis-server"; \
	else echo "Rows need nginx and Redis: install the packages nginx-light and redis-server for them."; fi

clean: ## Remove what was made here; the demo's data too.
	rm -rf $(VENV) homeloop-data .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# Debian keeps venv apart from Python: install it where we may, say so plainly where we may not.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Homeloop needs Python 3.11 or newer; $(PYTHON) is older. Name another: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	    if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	        apt-get update -qq && apt-get install -y -qq python3-venv; \
	    else echo "Python's venv module is missing: install the package python3-venv, then run make again."; exit 1; fi
	$(PYTHON) -m venv $(VENV)

$(VENV)/bin/uv: $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'
	@touch $@

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/uv
	@if [ -e $(VENV)/.development ]; then :; else \
	    VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install -q --require-hashes -r requirements.lock; fi
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install -q --no-deps -e .
	@touch $@

$(VENV)/.development: requirements-dev.lock pyproject.toml | $(VENV)/bin/uv
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install -q --require-hashes -r requirements-dev.lock
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install -q --no-deps -e .
	@touch $@ $(VENV)/.runtime

$(VENV)/.bench: requirements-bench.lock $(VENV)/.development
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install -q --require-hashes -r requirements-bench.lock
	@touch $@

$(VENV)/.learn: requirements-learn.lock $(VENV)/.development
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install -q --require-hashes -r requirements-learn.lock
	@touch $@
