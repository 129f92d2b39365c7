"""`dateline ask` by a server that runs already, and on its own where none does."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from served import QUESTION, make_home, serving

from index.catalogue import Catalogue
from index.errors import DatelineError
from index.home import Home
from index.query import Filters
from qa.answer import Done, Found
from ui.client import stream_from
from ui.running import announced, find_server
from ui.server import open_port
from ui.users import Users

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("served"))


def ask(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """`dateline ask` where no model could be loaded."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")} | more
    command = [sys.executable, "-m", "ui.cli", "ask", QUESTION, "--home", str(home), *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environ, check=False)


def test_ask_goes_through_the_server_that_runs(home: Path, tmp_path: Path) -> None:
    with serving(home) as address, announced(home, address, "default"):
        assert stat.S_IMODE((home / "server.json").stat().st_mode) == 0o600
        code = f"import sys\nfrom ui.cli import main\nmain(['ask', {QUESTION!r}, '--home', {str(home)!r}])\n"
        code += "print([m for m in ('torch', 'chromadb', 'onnxruntime', 'llama_index') if m in sys.modules])"
        light = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
        saved = ask(home, "--json", "--save", str(tmp_path / "pack.json"))
        catalogue = Catalogue(Home(home))
        events = list(stream_from(address, QUESTION, catalogue, filters=Filters(), as_of=None))
        catalogue.close()
    assert light.returncode == 0, light.stderr
    assert "98 [" in light.stdout
    assert light.stdout.index("Sources") < light.stdout.index("98 [") < light.stdout.index("Quotes")
    assert light.stdout.rstrip().endswith("[]"), light.stdout
    assert json.loads(saved.stdout)["short"] == "98"
    assert json.loads((tmp_path / "pack.json").read_text())["answers"][0]["short"] == "98"
    assert isinstance(events[0], Found)
    assert isinstance(events[-1], Done)
    assert events[0].evidence == events[-1].answer.evidence
    assert not (home / "server.json").exists()


def test_a_guarded_server_is_shown_the_token(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    token = Users(home).add("ann")
    try:
        with serving(home) as address, announced(home, address, "default"):
            answered = ask(home, "--json", DATELINE_TOKEN=token)
            assert json.loads(answered.stdout)["short"] == "98", answered.stderr
            assert find_server(home, "default", token) == address
            assert find_server(home, "default", "a guess") == ""
            assert "set DATELINE_TOKEN" in caplog.text
    finally:
        Users(home).remove("ann")


def test_no_token_is_shown_where_a_server_died(home: Path) -> None:
    got: list[bytes] = []
    listener = open_port("127.0.0.1", 0)
    listener.settimeout(0.5)

    def listen() -> None:
        with contextlib.suppress(TimeoutError):
            got.append(listener.accept()[0].recv(1000))

    thread = threading.Thread(target=listen)
    thread.start()
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    told = {"address": f"http://127.0.0.1:{listener.getsockname()[1]}", "pid": int(dead.stdout), "model": "default"}
    (home / "server.json").write_text(json.dumps(told))
    assert find_server(home, "default", "secret") == ""
    thread.join()
    (home / "server.json").unlink()
    listener.close()
    assert got == []


def test_a_server_that_refuses_or_is_gone_is_told(home: Path) -> None:
    catalogue = Catalogue(Home(home))
    with serving(home) as address, pytest.raises(DatelineError, match="question"):
        list(stream_from(address, "x" * 5000, catalogue, filters=Filters(), as_of=None))
    with pytest.raises(DatelineError, match="ask again"):
        list(stream_from(address, QUESTION, catalogue, filters=Filters(), as_of=None))
    catalogue.close()


@pytest.mark.parametrize(
    "told",
    [
        {"pid": 1}, {"address": "http://192.0.2.1:80"}, {"address": "https://127.0.0.1"}, {"address": ""},
        {"model": "small"}, {"address": "http://127.0.0.1:9"}, {"pid": "x"},
    ],
)  # fmt: skip
def test_what_is_no_server_of_this_index_is_not_asked(home: Path, told: dict[str, Any]) -> None:
    with serving(home) as address:
        value = {"address": address, "pid": os.getpid(), "model": "default", **told}
        (home / "server.json").write_text(json.dumps(value))
        assert find_server(home, "default") == ""
        (home / "server.json").write_text(json.dumps({**value, "address": address, "pid": os.getpid(), "model": "m"}))
        assert find_server(home, "m") == address
        assert find_server(home.parent, "m") == ""
    assert find_server(home, "m") == ""
    (home / "server.json").write_text("damaged")
    assert find_server(home, "m") == ""
    (home / "server.json").unlink()


def test_the_file_of_another_server_is_left_alone(home: Path) -> None:
    with announced(home, "http://127.0.0.1:1", "default"):
        (home / "server.json").write_text(json.dumps({"pid": 1}))
    assert (home / "server.json").exists()
    (home / "server.json").unlink()
