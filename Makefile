# Verbs for Linux and macOS; README.md gives the plain pip and conda ways, for Windows too.
# `make help` lists them. Everything is installed into .venv, nothing outside this folder.

PYTHON ?= python3
EXTRAS ?= lab,test
LAB_ARGS ?=
PYTEST_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
comma := ,
# One stamp for each set of extras: another EXTRAS, or a change of the two files, installs again.
STAMP := $(VENV)/installed-$(subst $(comma),+,$(EXTRAS))

.DEFAULT_GOAL := help
.PHONY: help lab lab-source test fuzz coverage mutants lint notebooks matrix handouts slides bench latency historical editions course api clean

help:
	@echo "make lab        open a copy of the course to work in, my-course, in JupyterLab   (LAB_ARGS=... is passed on)"
	@echo "make lab-source open the notebooks of the repository themselves, answers and all, in JupyterLab"
	@echo "make test       lint, unit tests, and every output of every notebook   (PYTEST_ARGS=... is passed on)"
	@echo "make fuzz       many random inputs and damaged files, other ones each time (ten minutes; PYTEST_ARGS=...)"
	@echo "make coverage   unit tests alone; fails if they run less of aehelpers than pyproject.toml asks"
	@echo "make mutants    seed faults into aehelpers, list those that no test finds; writes docs/mutants.md"
	@echo "make lint       ruff check and ruff format --check, notebooks included"
	@echo "make notebooks  run all notebooks anew and store their outputs in normal form"
	@echo "make matrix     run them in many numerical environments; writes docs/matrix.md (half an hour)"
	@echo "make handouts   PDF and offline pages of all notebooks, for students and teachers   (HANDOUTS=...)"
	@echo "make slides     offline slides of all notebooks, for lecturing                      (HANDOUTS=...)"
	@echo "make bench      time our code beside its peers; writes the tables of benchmarks/README.md"
	@echo "make latency    time our explorers in JupyterLab and Chromium; writes benchmarks/latency/README.md"
	@echo "make historical the long runs on real data (MNIST=PATH), beside their published numbers"
	@echo "make editions   notebooks without answers, and for teachers with all: build/editions"
	@echo "make course     an nbgrader course of them, to hand out and grade: build/course"
	@echo "make api        the documentation of aehelpers as HTML, from its docstrings: build/api"
	@echo "make clean      remove what these verbs make anew: .venv, caches, dist, all of build/ but build/course"
	@echo "Settings: PYTHON=$(PYTHON) (another one: make clean first)  EXTRAS=$(EXTRAS)"

# Small nets train faster on one BLAS thread: a second one waits more than it works.
lab: export OPENBLAS_NUM_THREADS ?= 1
lab: $(STAMP)
	$(BIN)/python -m handouts.working_copy
	$(BIN)/jupyter lab --ServerApp.root_dir=my-course \
	    --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb $(LAB_ARGS)

# For authors: the notebooks of the repository themselves.
lab-source: export OPENBLAS_NUM_THREADS ?= 1
lab-source: $(STAMP)
	$(BIN)/jupyter lab --ServerApp.root_dir=. $(LAB_ARGS)

# pyproject.toml tells pytest what to run. On all cores: a file by itself starts sooner without -n.
test: lint
	$(BIN)/python -m pytest -n auto $(PYTEST_ARGS)

# The statistics say how many examples were run; a failure says how to run it again.
fuzz: $(STAMP)
	AEHELPERS_CHECK=fuzz $(BIN)/python -m pytest -n auto --dist=load --hypothesis-show-statistics \
	    tests/test_properties.py tests/test_saving.py $(PYTEST_ARGS)

coverage: $(STAMP)
	$(BIN)/python -m pytest -n auto --cov=aehelpers tests aehelpers $(PYTEST_ARGS)

# MUTANTS="layers losses --each 40", for example.
mutants: $(VENV)/installed-lab+test+mutants
	$(BIN)/python -m tools.mutants $(MUTANTS)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

notebooks: $(STAMP)
	$(BIN)/ruff format --quiet notebooks
	$(BIN)/python tools/notebooks.py
	$(BIN)/python tools/readme_figure.py
	$(BIN)/python tools/facts.py

matrix: $(STAMP)
	$(BIN)/python -m tools.environments

# HANDOUTS="--only 00 01 --editions student --jobs 2", for example.
handouts: $(VENV)/installed-lab+test+browser
	$(BIN)/python -m handouts $(HANDOUTS)

slides: $(VENV)/installed-lab+test+browser
	$(BIN)/python -m handouts --slides $(HANDOUTS)

# The same in two processes, on one thread and on all; benchmarks/ says what is timed and how.
# Not the tests' settings: those have one thread, and want every warning to be an error.
BENCH := -m pytest benchmarks -q -p no:cacheprovider --confcutdir=benchmarks \
    --override-ini=addopts= --override-ini=filterwarnings=default \
    --benchmark-disable-gc --benchmark-quiet --benchmark-json

bench: $(VENV)/installed-test+bench
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 \
	    $(BIN)/python $(BENCH) benchmarks/results/one_thread.json
	$(BIN)/python $(BENCH) benchmarks/results/default_threads.json
	$(BIN)/python -m benchmarks.tables

# As `make lab` runs them: on one BLAS thread.
latency: export OPENBLAS_NUM_THREADS ?= 1
latency: $(VENV)/installed-lab+test+bench+browser
	$(BIN)/python -m benchmarks.latency.measure

historical: $(VENV)/installed-test+bench
	$(BIN)/python -m benchmarks.historical --mnist "$(MNIST)" $(RUNS)

editions: $(STAMP)
	$(BIN)/python -m handouts.editions

course: $(VENV)/installed-lab+test+grading
	$(BIN)/python -m handouts.nbgrader_course

api: $(VENV)/installed-lab+api
	$(BIN)/python -m tools.api

# build/course holds what students handed in and their grades, .ipynb_checkpoints a reader's own work.
clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .benchmarks .coverage .coverage.* dist
	if [ -d build ]; then find build -mindepth 1 -maxdepth 1 ! -name course -exec rm -rf {} +; fi
	find . -path ./build -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/installed-%: pyproject.toml constraints.txt | $(BIN)/pip
	@echo "Installing .[$(subst +,$(comma),$*)] into $(VENV); the first time takes a few minutes."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	    --editable ".[$(subst +,$(comma),$*)]" --constraint constraints.txt
	@touch $@

# Debian's python3 lacks ensurepip unless python3-venv is installed; a pip that is there can fill in.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	    { echo "Python 3.10 or newer is needed: make PYTHON=python3.12 ..." >&2; exit 1; }
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
	    $(PYTHON) -m venv $(VENV); \
	elif $(PYTHON) -m pip --version >/dev/null 2>&1; then \
	    $(PYTHON) -m venv --without-pip $(VENV) && \
	    $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; \
	else \
	    echo "$(PYTHON) cannot create an environment. On Debian or Ubuntu:" >&2; \
	    echo "    sudo apt install python3-venv" >&2; \
	    exit 1; \
	fi
