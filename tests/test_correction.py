"""The correction of the model's weights: added right, and to its own model only."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_model import write_tiny_gguf
from transformers import Qwen2Config, Qwen2ForCausalLM

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


def test_weights_are_rounded_once_after_the_correction(tiny_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "correction.safetensors"
    save_file({LAYER + A: torch.full((4, 64), 1e-4), LAYER + B: torch.ones(32, 4)}, file, metadata={"scale": "1"})
    stored = load_file(tiny_folder / "model.safetensors")
    rounded, _ = load_model(tiny_folder, "cpu", 0, file, dtype="bfloat16")
    kept = rounded.state_dict()
    assert kept.keys() >= stored.keys()
    for name, weight in stored.items():
        exact = weight + 4e-4 if name == f"{LAYER}.weight" else weight
        torch.testing.assert_close(kept[name], exact.bfloat16(), rtol=0, atol=0)
    assert rounded.model.rotary_emb.inv_freq.dtype == torch.float32


def test_loading_holds_little_more_than_the_weights_it_keeps(tmp_path: Path) -> None:
    """256 MB stored as float32, 128 MB kept."""
    config = Qwen2Config(
        hidden_size=1024, intermediate_size=2048, num_hidden_layers=5, num_attention_heads=8, num_key_value_heads=8,
        vocab_size=1024,
    )  # fmt: skip
    Qwen2ForCausalLM(config).save_pretrained(tmp_path)
    script = """
import resource, sys
from pathlib import Path
import torch
from qa.correction import read_weights
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
weights = read_weights(Path(sys.argv[1]), None, torch.bfloat16)
kept = sum(w.nbytes for w in weights.values()) / 1024
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / kept)
"""
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 1.5, "all of the float32 file was held"


def test_a_correction_of_another_shape_is_refused(tiny_folder: Path, tmp_path: Path) -> None:
    factors = {LAYER + A: torch.zeros(4, 10), LAYER + B: torch.zeros(32, 4)}
    save_file(factors, tmp_path / "correction.safetensors", metadata={"scale": "1"})
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_model(tiny_folder, "cpu", 0, tmp_path / "correction.safetensors")


def test_only_the_default_model_is_corrected(tiny_folder: Path, model_folder: Path) -> None:
    assert correction_for(tiny_folder) is None
    assert correction_for(model_folder) == FILE
    assert {name.rpartition(".lora_")[1] for name in load_file(FILE)} == {".lora_"}
