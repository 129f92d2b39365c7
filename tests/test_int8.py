"""Rounded weights: exact products, small errors, the same answers from every kind of processor."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_model import write_tiny_gguf
from transformers import Qwen2Config, Qwen2ForCausalLM

from index.int8 import (
    SCALE,
    Int8Embedding,
    Int8Linear,
    PackedInt8Linear,
    _halve,
    exact_bits,
    is_rounded,
    restore,
    round_rows,
)
from qa.conversion import round_model
from qa.loading import load_model

ROOT = Path(__file__).parents[1]
IDS = torch.tensor([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model, rounded."""
    folder = tmp_path_factory.mktemp("rounded")
    write_tiny_gguf(folder / "tiny.gguf")
    round_model(folder / "tiny.gguf", folder, None, lambda *stage: None)
    return folder


def test_no_number_is_off_by_more_than_half_a_step() -> None:
    weight = torch.randn(50, 300) * torch.logspace(-3, 3, 50)[:, None]
    weight[7] = 0
    rounded, scale = round_rows(weight)
    assert rounded.dtype == torch.int8
    assert bool(((weight - rounded * scale[:, None]).abs() <= scale[:, None] * 0.5001).all())
    assert bool((rounded.abs().amax(1)[weight.abs().amax(1) > 0] == 127).all())


def rows_for_this_processor(rows: int, columns: int) -> tuple[torch.Tensor, torch.Tensor]:
    rounded, scale = round_rows(torch.randn(rows, columns))
    return (rounded.clamp(-63, 63), scale) if exact_bits() == 7 else (rounded, scale)


@pytest.mark.parametrize("kind", [Int8Linear, PackedInt8Linear])
@pytest.mark.parametrize("tokens", [1, 2, 13, 200])
def test_a_layer_multiplies_rounded_numbers_exactly(tokens: int, kind: type[Int8Linear]) -> None:
    rounded, scale = rows_for_this_processor(96, 512)
    bias, inputs = torch.randn(96), torch.randn(1, tokens, 512)
    step = inputs.abs().amax(-1, keepdim=True) / 127
    expected = (inputs / step).round().double() @ rounded.double().T * scale * step + bias
    torch.testing.assert_close(kind(rounded, scale, bias)(inputs).double(), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("kind", [Int8Linear, PackedInt8Linear])
def test_a_token_gives_the_same_numbers_alone_and_among_others(kind: type[Int8Linear]) -> None:
    layer, inputs = kind(*rows_for_this_processor(64, 256), None), torch.randn(40, 256)
    assert torch.equal(layer(inputs)[17:18], layer(inputs[17:18]))


def test_a_bit_less_is_half_of_each_number() -> None:
    numbers = torch.arange(-127, 128, dtype=torch.int8)
    assert torch.equal(_halve(numbers).float(), (numbers.float() / 2).round().clamp(-63, 63))


def test_a_table_gives_its_rows() -> None:
    rounded, scale = round_rows(torch.randn(30, 8))
    found = Int8Embedding(rounded, scale)(torch.tensor([[3, 29], [0, 3]]))
    assert torch.equal(found[0, 1], rounded[29] * scale[29])
    assert found.shape == (2, 2, 8)


def test_a_rounded_model_answers_nearly_as_its_restored_weights(folder: Path) -> None:
    rounded, _ = load_model(folder, "cpu", 0)
    plain, _ = load_model(folder, "cpu", 0, dtype="float32")
    assert {type(m) for m in plain.modules()} & {Int8Linear, Int8Embedding} == set()
    assert isinstance(rounded.model.embed_tokens, Int8Embedding) == bool(exact_bits())
    with torch.inference_mode():
        ours, exact = rounded(IDS).logits, plain(IDS).logits
    assert float((ours - exact).norm() / exact.norm()) < 0.03


def test_one_matrix_may_serve_both_ends(tmp_path: Path) -> None:
    config = Qwen2Config(
        hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        vocab_size=270, tie_word_embeddings=True,
    )  # fmt: skip
    plain = Qwen2ForCausalLM(config).eval()
    tensors = {}
    for name, tensor in plain.state_dict().items():
        if name != "lm_head.weight":
            tensors[name] = tensor
            if tensor.dim() == 2:
                tensors[name], tensors[name.removesuffix(".weight") + SCALE] = round_rows(tensor)
    from qa.loading import _make_rounded

    config.save_pretrained(tmp_path)
    model = _make_rounded(tmp_path, tensors, exact_bits() or 8)
    assert model.lm_head.weight.data_ptr() == model.model.embed_tokens.weight.data_ptr()
    with torch.inference_mode():
        ours, exact = model(IDS).logits, plain(IDS).logits
    assert float((ours - exact).norm() / exact.norm()) < 0.05


def test_weights_of_another_model_are_refused(folder: Path) -> None:
    from qa.loading import _make_rounded

    tensors = load_file(folder / "model.safetensors")
    del tensors["model.norm.weight"]
    with pytest.raises(RuntimeError, match=r"lack .*model\.norm\.weight"):
        _make_rounded(folder, tensors, 8)


def test_restored_tensors_have_their_names_and_no_scales(folder: Path) -> None:
    stored = load_file(folder / "model.safetensors")
    assert is_rounded(stored)
    plain = restore(stored, torch.bfloat16)
    assert set(plain) == {name for name in stored if not name.endswith(SCALE)}
    assert {tensor.dtype for tensor in plain.values()} == {torch.bfloat16}
    assert not is_rounded(plain)


def test_a_processor_without_8_bit_sums_uses_7_and_answers_alike(folder: Path, tmp_path: Path) -> None:
    """AVX2 alone adds pairs of products in 16 bits: oneDNN can be told to do as such a processor does."""
    script = """
import sys, torch
from pathlib import Path
from safetensors.torch import save_file
from index.int8 import Int8Linear, PackedInt8Linear, exact_bits
from qa.loading import load_model
model, _ = load_model(Path(sys.argv[1]), "cpu", 0)
logits = model(torch.arange(1, 11)[None]).logits
bits = exact_bits()
largest = torch.full((64, 256), 2 ** ((bits or 8) - 1) - 1, dtype=torch.int8)
ours, packed = (kind(largest, torch.ones(64), None)(torch.ones(40, 256)) for kind in (Int8Linear, PackedInt8Linear))
numbers = {"bits": torch.tensor(bits), "same": torch.tensor(not bits or torch.equal(ours, packed))}
save_file({"logits": logits.detach().contiguous(), **numbers}, sys.argv[2])
"""
    found = {}
    for isa in ("AVX2", "ALL"):
        environ = {**os.environ, "ONEDNN_MAX_CPU_ISA": isa}
        command = [sys.executable, "-c", script, str(folder), str(tmp_path / isa)]
        subprocess.run(command, cwd=ROOT, env=environ, check=True)
        found[isa] = load_file(tmp_path / isa)
    assert int(found["AVX2"]["bits"]) in (0, 7)
    assert found["AVX2"]["same"]
    assert found["ALL"]["same"]
    ours, whole = found["AVX2"]["logits"], found["ALL"]["logits"]
    assert float((ours - whole).norm() / whole.norm()) < 0.05


def test_loading_maps_the_file_instead_of_reading_it(tmp_path: Path) -> None:
    """A rounded model of 270 MB, none of which is touched before the first question."""
    config = Qwen2Config(
        hidden_size=1024, intermediate_size=4096, num_hidden_layers=16, num_attention_heads=8, num_key_value_heads=8,
        vocab_size=1024,
    )  # fmt: skip
    with torch.device("meta"):
        shapes = {name: tensor.shape for name, tensor in Qwen2ForCausalLM(config).state_dict().items()}
    tensors: dict[str, torch.Tensor] = {}
    for name, shape in shapes.items():
        matrix = len(shape) == 2
        tensors[name] = torch.ones(shape, dtype=torch.int8 if matrix else torch.float32)
        if matrix:
            tensors[name.removesuffix(".weight") + SCALE] = torch.ones(shape[0])
    config.save_pretrained(tmp_path)
    save_file(tensors, tmp_path / "model.safetensors")
    script = """
import resource, sys
from pathlib import Path
import qa.loading
from transformers import Qwen2ForCausalLM
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
model = qa.loading._load_weights(Path(sys.argv[1]), "cpu", "auto")
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    grown = float(done.stdout)
    size = (tmp_path / "model.safetensors").stat().st_size / 2**20
    assert size > 250
    assert grown < 0.2 * size or exact_bits() < 8, f"{grown:.0f} MB held of a file of {size:.0f} MB"
