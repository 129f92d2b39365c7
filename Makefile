# Dateline: `make chat` starts the chat, `make test` runs the tests. Each step leaves a stamp in .venv and is
# done again only when what it depends on has changed.

PYTHON ?= $(firstword $(foreach p,python3.11 python3.12 python3.13 python3.14 python3,$(if \
	$(shell $(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo yes),$(p))))
EXTRAS ?=
VENV := .venv
BIN := $(VENV)/bin
SOURCES := pyproject.toml requirements.lock
PIP := $(BIN)/python -m pip --disable-pip-version-check install --progress-bar on --constraint requirements.lock

comma := ,
export DATELINE_HOME ?= .dateline

.PHONY: chat setup test lint audit soak eval bench lock clean

chat: setup
	@$(BIN)/dateline prepare
	@$(BIN)/dateline index seeds
	@$(BIN)/dateline chat

setup: $(VENV)/.installed$(if $(EXTRAS),-$(subst $(comma),-,$(EXTRAS)))

test: $(VENV)/.installed-dev
	@$(BIN)/dateline prepare
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/bandit -q -c pyproject.toml -r index qa ui

# Known weaknesses of the pinned packages; asks PyPI's advisory service, so it needs the internet. Strict: a service that
# knows none of the packages (a mirror) would else pass for one that found nothing.
audit: $(VENV)/.installed-dev
	$(BIN)/python -m pip --disable-pip-version-check install "pip-audit>=2.10,<3"
	$(BIN)/pip-audit --strict --requirement requirements.lock --no-deps --disable-pip

# The long forms: 200 kills, every hostile article, a hundred times the fuzzing, 5 MB of every malice, ten minutes of load,
# ten thousand questions; some hours. Traffic goes to this machine only.
SOAK ?= $(DATELINE_HOME)/soak
soak: $(VENV)/.installed-dev
	@$(BIN)/dateline prepare
	$(BIN)/python -m pytest --long -s tests/test_kills.py tests/test_many_processes.py tests/test_injection.py tests/test_fuzz.py tests/test_fuzz_api.py
	PYTHONPATH=. $(BIN)/python tests/malice.py "$$(mktemp -d)"
	PYTHONPATH=.:tests $(BIN)/python tests/load.py $(SOAK)/load --askers 50 --tabs 10 --aside --seconds 600
	PYTHONPATH=.:tests $(BIN)/python tests/load.py $(SOAK)/long --questions 10000
	$(BIN)/python -m pip --disable-pip-version-check install "atheris>=3,<4"
	PYTHONPATH=.:tests $(BIN)/python tests/fuzz_bytes.py $(SOAK)/bytes 3600

# The tables of the README; DATA is a folder with questions.jsonl and articles, RGB the folder of RGB's file, asked for
# RGB_QUESTIONS of its questions, seven times each.
DATA ?= ../shared/eval/realtimeqa
RGB ?= ../shared/eval/rgb
RGB_QUESTIONS ?= 40
eval: $(VENV)/.installed-dev
	@$(BIN)/dateline prepare
	$(BIN)/dateline eval $(DATA) --json $(DATELINE_HOME)/eval.json --plot $(DATELINE_HOME)/plots
	@test -e $(RGB) || echo "$(RGB) is absent: RGB's questions are not asked"
	@test ! -e $(RGB) || $(BIN)/dateline eval $(RGB) --limit $(RGB_QUESTIONS) --json $(DATELINE_HOME)/rgb.json

# Times beside peers, written to bench/RESULTS.md; BENCH="searching --sizes 30000 300000" measures one part.
bench: $(VENV)/.installed-bench
	@$(BIN)/dateline prepare
	$(BIN)/python -m bench --data $(DATA) --folder $(DATELINE_HOME)/bench $(BENCH)

# Today's install is tomorrow's: every version that `pip install` may take, for all platforms and extras.
lock: $(VENV)/.installed-dev
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile pyproject.toml --all-extras --universal \
		--python-version 3.11 --output-file requirements.lock

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find index qa ui tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Dateline needs Python 3.11 or newer; name one with PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.made $(SOURCES)
	$(PIP) --editable .
	@touch $@

$(VENV)/.installed-%: $(VENV)/.installed $(SOURCES)
	$(PIP) --editable ".[$(subst -,$(comma),$*)]"
	@touch $@
