# Every target sets itself up from nothing: a virtual environment in .venv, filled from the pinned requirements.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# gitlabform and Ansible pin libraries that the project needs newer, so they have an environment of their own.
CLIENTS := .venv-clients

.DEFAULT_GOAL := help
.PHONY: help demo test lint types unit test-gateway contract hunt bench faults attack soak replay clients peers new-kind format codes pictures man lock clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

demo: $(VENV)/demo.stamp ## All steps on a lab of its own: plan, apply, drift, healing, handouts
	@$(BIN)/eiginfra demo

test: lint types unit ## Lint, types, import contracts, tests

lint: $(VENV)/dev.stamp ## Style and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo

types: $(VENV)/dev.stamp ## mypy, strict
	$(BIN)/mypy

unit: $(VENV)/dev.stamp ## All tests, in parallel (TESTS=… narrows)
	$(BIN)/pytest $(TESTS)

test-gateway: $(VENV)/dev.stamp ## The gateway with real sshd, nginx and nftables, and packets through it, in namespaces; as root
	@test "$$(id -u)" = 0 || { echo "make test-gateway makes network namespaces: run it as root" >&2; exit 1; }
	$(if $(TESTS),,$(BIN)/pytest tests/gateway --ignore=tests/gateway/traffic)
	unshare --mount --net --pid --uts --ipc --fork --mount-proc sh -c '"$$@"; exit $$?' first \
	    $(BIN)/pytest -n 0 $(or $(TESTS),tests/gateway/traffic)

contract: $(VENV)/dev.stamp ## What eiginfra expects of servers, on the lab; on real ones with SITE=infra/etalab.yml
	$(BIN)/pytest tests/contract -n 0 $(if $(SITE),--site $(SITE))

hunt: $(VENV)/dev.stamp ## The generated tests with other examples than those of make test, and many more
	HYPOTHESIS_PROFILE=hunt $(BIN)/pytest -m hypothesis $(TESTS)

bench: $(VENV)/dev.stamp ## Measure requests, time and memory; prints tables
	$(BIN)/python benchmarks/keyboard.py
	$(BIN)/python benchmarks/run.py $(BENCH)
	$(BIN)/python benchmarks/gateway.py
	$(BIN)/python benchmarks/review.py
	$(BIN)/python benchmarks/pages.py
	$(BIN)/python benchmarks/handouts.py

faults: $(VENV)/dev.stamp ## Kill an apply at every request and journal write, and look whether the next run converges
	$(BIN)/python benchmarks/faults.py $(FAULTS)

attack: $(VENV)/dev.stamp ## All attacks on git, secrets, saved plans and what is shown: how many were tried, how many held
	$(BIN)/python benchmarks/attack.py $(ATTACK)

soak: $(VENV)/dev.stamp ## 200 rounds of reconcile on a lab that is tampered with and fails
	$(BIN)/python benchmarks/soak.py $(SOAK)

replay: $(VENV)/dev.stamp ## Play the recordings of a real Proxmox to the lab (FILES=… narrows)
	$(BIN)/python benchmarks/replay.py $(FILES)

clients: $(VENV)/dev.stamp $(CLIENTS)/clients.stamp ## Try gitlabform and Ansible's modules on the lab; heavy, so not part of make test
	$(BIN)/pytest -n 3 --dist loadfile benchmarks/clients

peers: $(VENV)/dev.stamp $(CLIENTS)/clients.stamp ## The example by eiginfra, Ansible's modules and gitlabform: requests and seconds side by side
	$(BIN)/python benchmarks/peers.py $(PEERS)

new-kind: ## Write the files of a new kind, NAME=provider.thing (CONTRIBUTING.md)
	@$(PYTHON) tools/new_kind.py "$(NAME)"

format: $(VENV)/dev.stamp ## Mend style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

pictures: $(VENV)/dev.stamp ## Take the pictures that the docs show, on a lab of its own; needs Chromium
	PYTHONPATH=tests $(BIN)/python tools/pictures.py

codes: $(VENV)/dev.stamp ## Write the pages of the findings' codes anew, from the catalogue
	$(BIN)/python tools/code_pages.py

man: $(VENV)/dev.stamp ## Write the manual page anew, from the texts of the help
	$(BIN)/eiginfra man > docs/man/eiginfra.1

lock: $(VENV)/dev.stamp ## Pin all requirements anew, with hashes
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile $(LOCK) --extra lab --extra pdf pyproject.toml requirements/build.in -o requirements/demo.txt
	$(BIN)/uv pip compile $(LOCK) --extra lab --extra postgres --extra pdf --extra dev pyproject.toml requirements/build.in -o requirements/dev.txt
	$(BIN)/uv pip compile $(LOCK) --extra postgres --extra pdf -c requirements/dev.txt pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile $(LOCK) -c requirements/dev.txt requirements/build.in -o requirements/build.txt
	$(BIN)/uv pip compile $(LOCK) requirements/clients.in -o requirements/clients.txt

LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate

clean: ## Remove what make made
	rm -rf $(VENV) $(CLIENTS) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/%.stamp: requirements/%.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("eiginfra needs Python 3.11 or later; try make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(CLIENTS)/clients.stamp: requirements/clients.txt
	@test -x $(CLIENTS)/bin/python || $(PYTHON) -m venv $(CLIENTS)
	$(CLIENTS)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
