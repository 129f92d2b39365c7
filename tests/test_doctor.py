"""`dateline doctor`: what it finds on sound and unsound homes, and that it says what to do."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from served import serving

from index.build import build_index
from index.home import Home
from ui.about import say_who_hears
from ui.doctor import check_disk, check_index, check_memory, check_model, check_page, examine
from ui.finding import Finding, State
from ui.settings import Settings
from ui.users import Users

ROOT = Path(__file__).parent.parent


def doctor(*arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    command = [sys.executable, "-m", "ui.cli", "doctor", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environ, check=False)


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    article = tmp_path_factory.mktemp("articles") / "note.txt"
    article.write_text("River rises\n\nThe river rose by two metres overnight, officials said.")
    build_index([article], Home(folder))
    return folder


def test_a_home_without_an_index_is_a_fault_with_its_cure(tmp_path: Path) -> None:
    done = doctor("--home", str(tmp_path), "--port", "0", "--json")
    assert done.returncode == 1, done.stderr
    found = {item["check"]: item for item in json.loads(done.stdout)}
    assert found["index"]["state"] == "fault"
    assert "dateline index" in found["index"]["advice"]
    assert found["page"]["state"] == "ok"


def test_an_index_is_counted_and_words_are_printed(indexed: Path) -> None:
    assert check_index(Settings(home=indexed)) == Finding("index", State.OK, f"1 articles, 1 passages in {indexed}")
    said = doctor("--home", str(indexed), "--port", "0").stdout
    assert "ok       index" in said
    assert "hash as published" in said


def test_a_damaged_catalogue_is_a_fault_not_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "catalogue.sqlite3").write_bytes(b"not a database, but long enough to be read as one" * 100)
    finding = check_index(Settings(home=tmp_path))
    assert finding.state is State.FAULT
    assert finding.advice


def test_every_fault_and_warning_says_what_to_do(tmp_path: Path) -> None:
    for finding in examine(Settings(home=tmp_path, model="nosuch")):
        assert bool(finding.advice) == (finding.state is not State.OK), finding


def test_a_model_that_is_none_and_one_still_to_be_prepared(tmp_path: Path) -> None:
    assert check_model(Settings(home=tmp_path, model="nosuch")).state is State.FAULT
    gguf = tmp_path / "a.gguf"
    gguf.write_bytes(b"GGUF")
    unprepared = check_model(Settings(home=tmp_path, model=str(gguf)))
    assert (unprepared.state, unprepared.advice[:22]) == (State.WARNING, "run `dateline prepare`")
    folder = tmp_path / "ready"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"")
    assert check_model(Settings(home=tmp_path, model=str(folder))).state is State.OK


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        finding = check_page(Settings(home=tmp_path, port=port))
    assert finding.state is State.WARNING
    assert str(port) in finding.found
    assert check_page(Settings(home=tmp_path, port=port)).state is State.OK
    assert check_page(Settings(home=tmp_path, host="203.0.113.1", port=port)).state is State.FAULT


def test_the_page_that_is_served_is_known_without_a_browser(indexed: Path) -> None:
    with serving(indexed) as address:
        served = check_page(Settings(home=indexed, port=int(address.rpartition(":")[2])))
    assert (served.state, "Dateline is served" in served.found) == (State.OK, True)
    token = Users(indexed).add("ann")
    try:
        with serving(indexed) as address:
            port = int(address.rpartition(":")[2])
            assert "to who has a token" in check_page(Settings(home=indexed, port=port)).found
            assert check_page(Settings(home=indexed, port=port, token=token)).state is State.OK
    finally:
        Users(indexed).remove("ann")


def test_disk_is_measured_where_the_folder_will_be(tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    (model / "model.safetensors").write_bytes(b"")
    finding = check_disk(Settings(home=tmp_path / "a" / "b", model=str(model)))
    assert (finding.state, str(tmp_path) in finding.found) == (State.OK, True)
    nowhere = check_disk(Settings(home=Path("/proc/none"), model=str(model)))
    assert nowhere.state is State.FAULT
    assert check_memory(Settings(home=tmp_path)).found


@pytest.mark.parametrize(
    ("llm", "embed_model", "said"),
    [
        ("", "default", "nothing is sent anywhere"),
        ("openai:http://127.0.0.1:8000/v1#m", "default", "nothing is sent anywhere"),
        ("openai:http://models.example:8000/v1#m", "default", "sent to http://models.example:8000/v1, as"),
        ("", "openai:http://vectors.example/v1#m", "sent to http://vectors.example/v1, as"),
    ],
)
def test_about_says_who_hears_what_is_asked(llm: str, embed_model: str, said: str, tmp_path: Path) -> None:
    assert said in say_who_hears(Settings(home=tmp_path, llm=llm, embed_model=embed_model))
