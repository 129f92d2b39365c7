"""The corrections of the models' weights: added right, before rounding, and each to its own model."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_model import write_tiny_gguf

from index.errors import ModelError
from index.int8 import restore
from qa.conversion import convert_model, round_model
from qa.correction import A, B
from qa.weights import CARRIERS

LAYER = "model.layers.0.mlp.down_proj"


@pytest.fixture(scope="module")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tiny") / "tiny.gguf"
    write_tiny_gguf(path)
    return path


def round_corrected(gguf: Path, folder: Path, factors: dict[str, torch.Tensor], scale: str) -> dict[str, torch.Tensor]:
    """The restored weights."""
    save_file(factors, folder / "correction.safetensors", metadata={"scale": scale})
    (folder / "made").mkdir()
    round_model(gguf, folder / "made", folder / "correction.safetensors", lambda *stage: None)
    return restore(load_file(folder / "made" / "model.safetensors"), torch.float32)


def test_a_corrected_layer_adds_the_scaled_product_of_its_factors(gguf: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    factors = {LAYER + A: torch.randn(4, 64), LAYER + B: torch.randn(32, 4)}
    corrected = round_corrected(gguf, tmp_path, factors, "0.5")
    (tmp_path / "plain").mkdir()
    convert_model(gguf, tmp_path / "plain", lambda *stage: None)
    plain = load_file(tmp_path / "plain" / "model.safetensors")
    assert plain.keys() == corrected.keys()
    for name, weight in plain.items():
        wanted = weight + 0.5 * (factors[LAYER + B] @ factors[LAYER + A]) if name == f"{LAYER}.weight" else weight
        most = wanted.abs().amax(-1, keepdim=True) / 250 if wanted.dim() == 2 else torch.tensor(0.0)
        assert bool(((corrected[name] - wanted).abs() <= most).all()), name


def test_a_correction_of_another_shape_is_refused(gguf: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be converted"):
        round_corrected(gguf, tmp_path, {LAYER + A: torch.zeros(4, 10), LAYER + B: torch.zeros(32, 4)}, "1")


def test_a_correction_of_another_model_is_refused(gguf: Path, tmp_path: Path) -> None:
    other = LAYER.replace("layers.0", "layers.5")
    with pytest.raises(ModelError, match=r"layers\.5"):
        round_corrected(gguf, tmp_path, {other + A: torch.zeros(4, 64), other + B: torch.zeros(32, 4)}, "1")


def test_each_carrier_has_a_correction_of_its_own() -> None:
    shapes = set()
    for carrier in CARRIERS.values():
        assert carrier.correction is not None
        factors = load_file(carrier.correction)
        assert {name.rpartition(".lora_")[1] for name in factors} == {".lora_"}
        shapes.add(factors[min(factors)].shape)
    assert len(shapes) == len(CARRIERS)
