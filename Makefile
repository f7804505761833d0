# The two commands: `make demo`, then `make test`. Needs Python 3.11 or later and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

TRUST := $(VENV)/.trust
SECONDS ?= 60

.PHONY: help demo test slow check format bench train fuzz coverage sbom supply pin hostile clean

help:
	@echo "make demo    set up .venv and write the report of the bundled chat"
	@echo "make test    run the tests"
	@echo "make slow    run the tests that measure patterns, times and memory at length"
	@echo "make check   lint, formatting and types"
	@echo "make format  mend formatting and what the linter can mend itself"
	@echo "make bench   time the report of a 40,000-message chat, each stage at three sizes, reading beside other readers, and a corpus"
	@echo "make train   learn the weights of replies and pressure labels: make train CODED=folder-of-coded-chats"
	@echo "make fuzz    fuzz each target for SECONDS=60 (Linux)"
	@echo "make coverage  the tests with branch coverage: of reading, privacy and writing, and of everything"
	@echo "make sbom    a bill of materials of what is installed with podaudit, in CycloneDX: dist/podaudit.cdx.json"
	@echo "make supply  look up known weaknesses of the pinned packages (the one target that needs a network)"
	@echo "make pin     pin everything that is needed for development anew, with hashes: .ci/requirements.txt"
	@echo "make hostile write the hostile and broken files into .hostile/, to look at"
	@echo "make clean   remove what the above made"

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(READY)
	$(BIN)/podaudit demo

test: $(READY)
	$(BIN)/python -m pytest -n auto

slow: $(READY)
	$(BIN)/python -m pytest -m slow

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)
	$(BIN)/python benchmarks/report.py
	$(BIN)/python benchmarks/detecting.py
	$(BIN)/python benchmarks/evidence.py
	$(BIN)/python benchmarks/reading.py $(BENCH)
	$(BIN)/python benchmarks/corpus.py

$(TRUST): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,trust]'
	@touch $@

fuzz: $(TRUST)
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS)

coverage: $(TRUST)
	$(BIN)/python -m pytest -q --cov=podaudit --cov-branch --cov-report= $(TESTS)
	$(BIN)/coverage report --include='podaudit/export/*,podaudit/privacy/*,podaudit/writing.py,podaudit/verify.py'
	$(BIN)/coverage report | tail -1

sbom: $(TRUST)
	@mkdir -p dist
	$(PYTHON) -m venv --clear $(VENV)/run
	$(VENV)/run/bin/python -m pip install --quiet --disable-pip-version-check .
	$(BIN)/cyclonedx-py environment --output-reproducible --of JSON -o dist/podaudit.cdx.json --pyproject pyproject.toml $(VENV)/run/bin/python
	@echo dist/podaudit.cdx.json

supply: $(TRUST)
	$(BIN)/pip-audit --requirement .ci/requirements.txt --require-hashes --disable-pip --strict --progress-spinner off

pin: $(TRUST)
	$(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --extra dev --extra trust --no-header \
		--no-annotate -o .ci/requirements.txt pyproject.toml

hostile: $(READY)
	$(BIN)/python -m tests.hostile .hostile

train: $(READY)
	@test -n "$(CODED)" || { echo "say where the coded chats are: make train CODED=folder"; exit 2; }
	$(BIN)/python -m podaudit.train "$(CODED)" fixtures/pods

clean:
	rm -rf $(VENV) .bench .fuzz .hostile .coverage build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis *.report.html
