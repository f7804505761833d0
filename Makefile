# The two commands: `make demo`, then `make test`. Needs Python 3.11 or later and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo test check format bench train clean

help:
	@echo "make demo    set up .venv and write the report of the bundled chat"
	@echo "make test    run the tests"
	@echo "make check   lint, formatting and types"
	@echo "make format  mend formatting and what the linter can mend itself"
	@echo "make bench   time the report of a 40,000-message chat, each stage at three sizes, and reading beside other readers"
	@echo "make train   learn the weights of replies and pressure labels: make train CODED=folder-of-coded-chats"
	@echo "make clean   remove what the above made"

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(READY)
	$(BIN)/podaudit demo

test: $(READY)
	$(BIN)/python -m pytest

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

train: $(READY)
	@test -n "$(CODED)" || { echo "say where the coded chats are: make train CODED=folder"; exit 2; }
	$(BIN)/python -m podaudit.train "$(CODED)"

clean:
	rm -rf $(VENV) .bench build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis *.report.html
