"""Models other than the default: folder, GGUF file and hub id go one way; every installed carrier answers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_model import write_tiny_gguf

from index.errors import ModelError
from qa.model import LocalModel
from qa.weights import CARRIERS, find_parts, prepare_model

ROOT = Path(__file__).parents[1]
ASK = """
import sys
from pathlib import Path
from qa.model import LocalModel
from qa.weights import prepare_model
folder = prepare_model(sys.argv[1], Path(sys.argv[2]))
print(folder, LocalModel(folder, dtype="float32").generate_with_scores("the cat", max_tokens=8).tokens, sep="\\n")
"""


def is_installed(name: str) -> bool:
    try:
        find_parts(CARRIERS[name])
    except ModelError:
        return False
    return True


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    write_tiny_gguf(tmp_path / "tiny.gguf")
    return tmp_path / "tiny.gguf"


def ask(model: Path | str, models: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", ASK, str(model), str(models)]
    everything = {**os.environ, **environ}
    return subprocess.run(command, cwd=ROOT, env=everything, text=True, capture_output=True, check=False)


def test_file_folder_and_hub_id_give_the_same_answer(gguf: Path, tmp_path: Path) -> None:
    folder = prepare_model(str(gguf), tmp_path / "models")
    expected = str(LocalModel(folder, dtype="float32").generate_with_scores("the cat", max_tokens=8).tokens)
    snapshot = tmp_path / "hub" / "models--someone--tiny" / "snapshots" / "0123"
    shutil.copytree(folder, snapshot)
    snapshot.parents[1].joinpath("refs").mkdir()
    snapshot.parents[1].joinpath("refs", "main").write_text("0123")
    assert prepare_model(str(folder), tmp_path / "models") == folder
    done = ask("someone/tiny", tmp_path / "models", HF_HUB_CACHE=str(tmp_path / "hub"), HF_HUB_OFFLINE="1")
    assert done.stdout.splitlines() == [str(snapshot), expected], done.stderr


def test_hub_that_cannot_be_reached_is_a_message(tmp_path: Path) -> None:
    nowhere = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HUB_OFFLINE": "0", "HF_HOME": str(tmp_path)}
    program = [sys.executable, "-m", "ui.cli", "prepare", "--model", "someone/tiny", "--home", str(tmp_path)]
    done = subprocess.run(program, cwd=ROOT, env={**os.environ, **nowhere}, text=True, capture_output=True, check=False)
    assert done.returncode == 1
    assert "dateline: model 'someone/tiny' is not in the local hub cache and no hub could be reached" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_installed_carrier_answers(model_folder: Path) -> None:
    """The default always; others where their extra is installed, made once, like the default."""
    for name in filter(is_installed, CARRIERS):
        model = LocalModel(prepare_model(name, model_folder.parent), name=name)
        assert "4" in model.complete("What is 2 + 2? Answer with the number.", max_tokens=8).text
