"""The correction of the model's weights: added right, and to its own model only."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_model import write_tiny_gguf

from index.errors import ModelError
from qa.correction import FILE, A, B, correction_for
from qa.loading import load_model
from qa.weights import prepare_model

LAYER = "model.layers.0.mlp.down_proj"


@pytest.fixture(scope="module")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    write_tiny_gguf(folder / "tiny.gguf")
    return prepare_model(str(folder / "tiny.gguf"), folder)


def test_a_corrected_layer_adds_the_scaled_product_of_its_factors(tiny_folder: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    factors = {LAYER + A: torch.randn(4, 64), LAYER + B: torch.randn(32, 4)}
    save_file(factors, tmp_path / "correction.safetensors", metadata={"scale": "0.5"})
    plain, _ = load_model(tiny_folder, "cpu", 0, dtype="float32")
    corrected, _ = load_model(tiny_folder, "cpu", 0, tmp_path / "correction.safetensors", dtype="float32")
    read = torch.randn(3, 64)
    added = 0.5 * (read @ factors[LAYER + A].T) @ factors[LAYER + B].T
    expected = plain.get_submodule(LAYER)(read) + added
    torch.testing.assert_close(corrected.get_submodule(LAYER)(read), expected, rtol=1e-4, atol=1e-4)
    untouched = "model.layers.0.mlp.up_proj"
    assert torch.equal(plain.get_submodule(untouched).weight, corrected.get_submodule(untouched).weight)


def test_a_correction_of_another_shape_is_refused(tiny_folder: Path, tmp_path: Path) -> None:
    factors = {LAYER + A: torch.zeros(4, 10), LAYER + B: torch.zeros(32, 4)}
    save_file(factors, tmp_path / "correction.safetensors", metadata={"scale": "1"})
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_model(tiny_folder, "cpu", 0, tmp_path / "correction.safetensors")


def test_only_the_default_model_is_corrected(tiny_folder: Path, model_folder: Path) -> None:
    assert correction_for(tiny_folder) is None
    assert correction_for(model_folder) == FILE
    assert {name.rpartition(".lora_")[1] for name in load_file(FILE)} == {".lora_"}
