# Two commands do everything on a fresh machine with Python 3.11 or newer: `make demo` and `make test`.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
TUNING ?= --budget 60s --repeats 2
DEMO ?= examples/deep_sigmoid.py
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test test-slow test-fidelity test-ray lint types planted random-search validity docs examples bench screening tuning-bench recording clean

demo: $(VENV)/.ready ## diagnose an example with a real fault and real data
	$(BIN)/lossclinic run $(DEMO) --out demo-report

test: $(VENV)/.ready-test ## set up and run the tests, two files at a time
	$(BIN)/python -m pytest -n 2 --dist loadfile

# Two at a time, but for runs whose answer depends on the time they get: these have the machine for themselves.
ALONE := tests/e2e/test_budget.py tests/e2e/test_examples.py
test-slow: $(VENV)/.ready-test ## whole runs on examples and healthy trainings, planted cases of every family
	$(BIN)/python -m pytest -m slow -p no:cacheprovider -n 2 --dist worksteal $(ALONE:%=--ignore=%)
	$(BIN)/python -m pytest -m slow -p no:cacheprovider $(ALONE)

# Programs run for milliseconds and compile for seconds here, so XLA optimises less, and compiles in a third of the time.
test-fidelity: $(VENV)/.ready-test ## hundreds of random recipes, each beside `keras.Model.fit`
	XLA_FLAGS="--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false" $(BIN)/python -m pytest tests/engine/test_fidelity.py -m fidelity -n 2 -q

test-ray: $(VENV)/.ready-ray ## the same verdict on a Ray cluster of two nodes, one of them killed
	$(BIN)/python -m pytest -m ray -p no:cacheprovider

lint: $(VENV)/.ready-test
	$(BIN)/ruff check src tests planted examples benchmarks docs
	$(BIN)/ruff format --check src tests planted examples benchmarks docs

types: $(VENV)/.ready-test
	$(BIN)/pyright --pythonpath $(BIN)/python

planted: $(VENV)/.ready-test ## recall, precision and false alarms of every cause → docs/accuracy.md
	$(BIN)/python -m planted.measure --seeds 3 --in-turn --max-trials 400 --out docs/accuracy.md

random-search: $(VENV)/.ready-test ## repairs beside random search at the same number of updates → docs/random-search.md
	$(BIN)/python -m planted.random_search --out docs/random-search.md

validity: $(VENV)/.ready-test ## false repairs, coverage, claimed against true gains, power → docs/validity.md
	$(BIN)/python -m planted.validity --out docs/validity.md

examples: $(VENV)/.ready-test ## run every example and every healthy training → docs/examples.md
	$(BIN)/python -m examples.measure --out docs/examples.md

bench: $(VENV)/.ready-test ## speed beside `fit` on every backend, memory, a whole run → docs/benchmarks.md
	$(BIN)/python -m pip install --quiet torch==2.13.0
	$(BIN)/python -m benchmarks.report docs/benchmarks.md

screening: $(VENV)/.ready-test ## ways of screening compared on a set of cases → docs/screening.md
	$(BIN)/python -m benchmarks.screening --out docs/screening.md

tuning-bench: $(VENV)/.ready-test ## tuning beside KerasTuner and Optuna → docs/tuning-benchmark.md
	$(BIN)/python -m pip install --quiet keras-tuner==1.4.8
	$(BIN)/python -m benchmarks.tuning $(TUNING) --out docs/tuning-benchmark.md

docs: $(VENV)/.ready-test ## pages of the catalogue from its entries
	$(BIN)/python docs/generate_catalogue.py

recording: $(VENV)/.ready-test ## the terminal picture and the report picture of the README
	$(BIN)/python docs/record.py

clean:
	rm -rf $(VENV) demo-report lossclinic-report

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "lossclinic needs Python 3.11 or newer; set PYTHON=…")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.ready-test: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	touch $@

$(VENV)/.ready-ray: $(VENV)/.ready-test
	$(BIN)/python -m pip install --quiet --editable '.[ray]'
	touch $@
