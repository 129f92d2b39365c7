"""Model carriers: small GGUF files of the real format, cut into parts and installed as packages."""

from __future__ import annotations

import hashlib
import json
import signal
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from tiny_model import write_tiny_gguf

from index.errors import ModelError, ModelHashError
from qa.weights import (
    CARRIERS,
    Carrier,
    find_parts,
    find_prepared,
    is_prepared,
    prepare_carrier,
    prepare_model,
    prepare_plain,
)

ROOT = Path(__file__).parents[1]
PREPARE = """
import os, signal, sys
from pathlib import Path
from qa.weights import prepare_model

def progress(stage, done, total):
    print(stage, done, total, flush=True)
    if [stage, str(done)] == sys.argv[3:]:
        os.kill(os.getpid(), signal.SIGKILL)

print(prepare_model(sys.argv[1], Path(sys.argv[2]), progress))
"""


@pytest.fixture(scope="module")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gguf") / "tiny.gguf"
    write_tiny_gguf(path)
    return path


@pytest.fixture
def carrier(gguf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Carrier:
    """The tiny model as two installed packages that must not be imported."""
    site = tmp_path / "site"
    content = gguf.read_bytes()
    half = len(content) // 2
    for n, part in enumerate((content[:half], content[half:]), start=1):
        install_part(site, f"tiny-part{n}", part)
    monkeypatch.syspath_prepend(str(site))
    sha256 = hashlib.sha256(content).hexdigest()
    return Carrier("Tiny", sha256, ("tiny-part1", "tiny-part2"), install="make setup")


def install_part(site: Path, package: str, content: bytes) -> None:
    module = package.replace("-", "_")
    info = site / f"{module}-1.0.dist-info"
    info.mkdir(parents=True)
    info.joinpath("METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    info.joinpath("RECORD").write_text(f"{module}/__init__.py,,\n{module}/data/part.bin,,\n")
    data = site / module / "data"
    data.mkdir(parents=True)
    data.joinpath("part.bin").write_bytes(content)
    data.parent.joinpath("__init__.py").write_text("raise SystemExit('the carrier was imported')\n")


def start_preparing(model: Path, models: Path, *kill_at: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PREPARE, str(model), str(models), *kill_at]
    return subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_the_joined_parts_become_one_folder_and_their_code_is_not_run(carrier: Carrier, tmp_path: Path) -> None:
    stages: list[tuple[str, int, int]] = []
    folder = prepare_carrier("tiny", carrier, tmp_path / "models", lambda *stage: stages.append(stage))
    assert folder == tmp_path / "models" / "tiny"
    assert (folder / "model.safetensors").is_file()
    assert (folder / "tokenizer.json").is_file()
    size = sum(part.stat().st_size for part in find_parts(carrier))
    assert [s for s in stages if s[0] == "joining"][-1] == ("joining", size, size)
    assert stages[-1] == ("converting", 15, 15)
    assert sorted(p.name for p in folder.parent.iterdir()) == [".tiny.lock", "tiny"], "no joined file is left"
    assert not any(name.startswith("tiny_part") for name in sys.modules)


def test_the_same_parts_as_published_are_a_folder_of_their_own(carrier: Carrier, tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    rounded = prepare_carrier("tiny", carrier, tmp_path / "models", lambda *stage: None)
    plain = prepare_plain("tiny", carrier, tmp_path / "models", lambda *stage: None)
    assert plain == rounded.with_name("tiny-plain")
    kinds = [{str(tensor.dtype) for tensor in load_file(f / "model.safetensors").values()} for f in (rounded, plain)]
    assert kinds == [{"int8", "float32"}, {"float32"}]


def test_another_correction_makes_another_model(carrier: Carrier, tmp_path: Path) -> None:
    folder = prepare_carrier("tiny", carrier, tmp_path / "models", lambda *stage: None)
    assert json.loads((folder / "source.json").read_text()) == carrier.source
    file = tmp_path / "correction.safetensors"
    layer = "model.layers.0.mlp.down_proj"
    ones = {f"{layer}.lora_A.weight": np.ones((1, 64)), f"{layer}.lora_B.weight": np.ones((32, 1))}
    save_file({name: values.astype(np.float32) for name, values in ones.items()}, file, metadata={"scale": "1"})
    before = (folder / "model.safetensors").read_bytes()
    prepare_carrier("tiny", replace(carrier, correction=file), tmp_path / "models", lambda *stage: None)
    assert (folder / "model.safetensors").read_bytes() != before


def test_converted_weights_are_the_files_own(gguf: Path, tmp_path: Path) -> None:
    import gguf as gguf_format
    from safetensors.numpy import load_file

    folder = prepare_model(str(gguf), tmp_path)
    stored = load_file(folder / "model.safetensors")
    written = {t.name: t.data for t in gguf_format.GGUFReader(gguf).tensors}
    assert np.array_equal(stored["lm_head.weight"], written["output.weight"])
    assert np.array_equal(stored["model.layers.0.mlp.down_proj.weight"], written["blk.0.ffn_down.weight"])


def test_wrong_hash_stops_and_names_the_files(carrier: Carrier, tmp_path: Path) -> None:
    first = find_parts(carrier)[0]
    content = bytearray(first.read_bytes())
    content[-1] ^= 1
    first.write_bytes(content)
    with pytest.raises(ModelHashError, match="reinstall") as caught:
        prepare_carrier("tiny", carrier, tmp_path / "models", lambda *stage: None)
    assert str(first) in str(caught.value)
    assert carrier.sha256 in str(caught.value)
    assert not (tmp_path / "models" / "tiny").exists()
    assert not list(tmp_path.glob("models/**/*.gguf"))


def test_missing_package_is_named_with_the_remedy(carrier: Carrier) -> None:
    incomplete = Carrier("Tiny", carrier.sha256, (*carrier.packages, "tiny-part3"), install="make setup EXTRAS=tiny")
    with pytest.raises(ModelError, match=r"tiny-part3 is missing.*make setup EXTRAS=tiny"):
        find_parts(incomplete)


def test_package_without_its_part_is_named(carrier: Carrier) -> None:
    find_parts(carrier)[1].unlink()
    with pytest.raises(ModelError, match="tiny-part2 holds no model part"):
        find_parts(carrier)


@pytest.mark.parametrize("kill_at", [("reading", "0"), ("converting", "0"), ("converting", "2"), ("converting", "3")])
def test_killed_conversion_leaves_no_model_and_is_made_good(
    gguf: Path, tmp_path: Path, kill_at: tuple[str, str]
) -> None:
    if kill_at[0] == "reading":
        kill_at = ("reading", str(gguf.stat().st_size))
    killed = start_preparing(gguf, tmp_path, *kill_at)
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    assert not is_prepared(str(gguf), tmp_path)
    assert [p for p in tmp_path.iterdir() if not p.name.startswith(".")] == []
    folder = prepare_model(str(gguf), tmp_path)
    assert find_prepared(str(gguf), tmp_path) == folder
    assert [p for p in tmp_path.iterdir() if p.name.endswith(".partial")] == []


def test_two_processes_convert_once(gguf: Path, tmp_path: Path) -> None:
    both = [start_preparing(gguf, tmp_path) for _ in range(2)]
    outputs = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    folders = {out.splitlines()[-1] for out, _ in outputs}
    assert len(folders) == 1
    assert sum("converting 0 3" in out for out, _ in outputs) == 1


def test_prepared_file_is_not_read_again_but_a_changed_one_is_another_model(gguf: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.gguf"
    path.write_bytes(gguf.read_bytes())
    first = prepare_model(str(path), tmp_path / "models")
    assert prepare_model(str(path), tmp_path / "models", lambda *stage: pytest.fail(f"worked again: {stage}")) == first
    write_tiny_gguf(path, seed=1)
    assert not is_prepared(str(path), tmp_path / "models")
    assert prepare_model(str(path), tmp_path / "models") != first


def test_folder_of_another_source_is_not_taken_for_a_carrier(tmp_path: Path) -> None:
    folder = tmp_path / "default"
    folder.mkdir()
    folder.joinpath("config.json").write_text("{}")
    folder.joinpath("model.safetensors").write_bytes(struct.pack("<Q", 2) + b"{}")
    assert not is_prepared("default", tmp_path)
    folder.joinpath("source.json").write_text("not json")
    assert not is_prepared("default", tmp_path)
    folder.joinpath("source.json").write_text(json.dumps(CARRIERS["default"].source))
    assert is_prepared("default", tmp_path)


def test_folder_of_safetensors_is_used_as_it_is(gguf: Path, tmp_path: Path) -> None:
    folder = prepare_model(str(gguf), tmp_path)
    assert is_prepared(str(folder), tmp_path / "elsewhere")
    assert prepare_model(str(folder), tmp_path / "elsewhere") == folder


@pytest.mark.parametrize("file", ["model.safetensors", "config.json", "tokenizer.json"])
@pytest.mark.parametrize("kept", [0, 5, 0.5, -3])
def test_a_half_written_model_is_no_model_and_is_made_again(gguf: Path, tmp_path: Path, file: str, kept: float) -> None:
    path = prepare_model(str(gguf), tmp_path) / file
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept) if isinstance(kept, float) else kept])
    assert not is_prepared(str(gguf), tmp_path)
    assert prepare_model(str(gguf), tmp_path) == path.parent
    assert path.read_bytes() == whole


@pytest.mark.parametrize("kept", [10, 3_000, 60_000])
def test_broken_gguf_is_a_model_error_and_leaves_nothing(gguf: Path, tmp_path: Path, kept: int) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(gguf.read_bytes()[:kept])
    with pytest.raises(ModelError, match=r"broken\.gguf"):
        prepare_model(str(path), tmp_path / "models")
    assert [p for p in (tmp_path / "models").iterdir() if not p.name.startswith(".")] == []


@pytest.mark.parametrize("name", ["nothing here", "no/such.gguf", "two/slashes/here"])
def test_unknown_name_says_what_may_be_given(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="default"):
        prepare_model(name, tmp_path)


def test_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is no model"):
        prepare_model(str(tmp_path), tmp_path / "models")


def test_hub_id_offline_says_so(tmp_path: Path) -> None:
    script = "from pathlib import Path; from qa.weights import *; prepare_model('nobody/nothing', Path('models'))"
    environ = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path), "PATH": "", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environ, text=True, capture_output=True, check=False
    )
    assert "ModelError: model 'nobody/nothing' is not in the local hub cache" in done.stderr


def test_unwritable_folder_is_a_model_error(gguf: Path, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file, not a folder")
    with pytest.raises(ModelError, match="DATELINE_MODELS"):
        prepare_model(str(gguf), tmp_path / "models")
