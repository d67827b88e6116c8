# A fresh machine needs Python 3.11 or newer and nothing else: every target below first makes .venv from constraints.txt.
# Another environment: make test VENV=path. CPU wheels of torch: PIP_EXTRA_INDEX_URL, see README.

IS_NEW_ENOUGH = -c 'import sys; sys.exit(sys.version_info < (3, 11))'
PYTHON ?= $(shell for one in python3.11 python3 python3.12 python3.13; do $$one $(IS_NEW_ENOUGH) 2>/dev/null && echo $$one && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.fovea-ready
STORE ?= store
export FOVEA_STORE ?= $(abspath $(STORE))

SCORES = select model, category, metric, round(value, 3) as value, round(ci_low, 3) as low, round(ci_high, 3) as high, n from scores where category not like '%/%' order by model, metric, category
QUESTION = select t.method, count(*) as kept, round(avg(r.latency_s) * 1000, 1) as teacher_ms from verdicts v join traces t using (trace_id) join requests r on list_contains(t.request_ids, r.request_id) where v.kept group by all

.PHONY: demo test lint docs bench up down setup
.DEFAULT_GOAL := demo

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) $(IS_NEW_ENOUGH) 2>/dev/null || \
	  { echo "Fovea needs Python 3.11 or newer, and $(or $(PYTHON),python3) is none; say where one is: make PYTHON=python3.12" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $(READY)

demo: $(READY)
	$(BIN)/fovea run demo
	$(BIN)/fovea sql "$(SCORES)"
	$(BIN)/fovea sql "$(QUESTION)"

# Files of tests side by side, one process for a core; idle threads sleep, since the processes share the cores.
test: $(READY)
	OMP_WAIT_POLICY=PASSIVE $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: export FOVEA_STORE = $(abspath stores/docs)
docs: $(READY)
	$(BIN)/python docs/tables.py
	$(BIN)/fovea run docs/recipes/streams.toml
	$(BIN)/fovea run docs/recipes/streams.toml --set reinforce.seed=1 --set 'evaluate.checkpoints=["finetune", "reinforce"]'
	$(BIN)/fovea run docs/recipes/looks.toml
	$(BIN)/fovea run tree
	$(BIN)/fovea run smoke
	$(BIN)/python docs/build.py

bench: $(READY)
	$(BIN)/python -m bench.store
	$(BIN)/python -m bench.teacher
	$(BIN)/python -m bench.search
	$(BIN)/python -m bench.curate
	$(BIN)/python -m bench.sampler
	$(BIN)/python -m bench.score
	$(BIN)/python -m bench.learning

up: $(READY)
	$(BIN)/fovea up

down: $(READY)
	$(BIN)/fovea down
