"""MiniLM's network on torch, multiplied in 8 bits: for many passages, and where torch has been imported anyway.

The file holds weights in 8 bits, which ONNX Runtime turns back to float32. Here they are multiplied as they are
(`index/int8.py`): two fifths of the processor time, with AVX2 alone half. Importing torch
and reading the file take longer than a few passages do, so that a few passages are left to ONNX Runtime.

This module does not know what is embedded, nor how token vectors become those of passages.

Source: Wang et al. 2020, "MiniLM"; Devlin et al. 2019 (the network).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import onnx
import torch
from torch.nn.functional import gelu, layer_norm, scaled_dot_product_attention

from index.computing import compute
from index.embedder import Infer
from index.int8 import Int8Linear, PackedInt8Linear, exact_bits, shorten
from index.minilm_file import PREFIX, name_matrices

_HEADS = 12
_EPSILON = 1e-12


@dataclass(frozen=True, slots=True)
class _Norm:
    weight: torch.Tensor
    bias: torch.Tensor

    def __call__(self, inputs: torch.Tensor) -> torch.Tensor:
        return layer_norm(inputs, self.weight.shape, self.weight, self.bias, _EPSILON)


@dataclass(frozen=True, slots=True)
class _Layer:
    """One of the six: attention and two wide products, each added to what went in."""

    queries_keys_values: Int8Linear
    attended: Int8Linear
    first_norm: _Norm
    widen: Int8Linear
    narrow: Int8Linear
    second_norm: _Norm


class Int8Network:
    """From token ids and masks to token vectors."""

    def __init__(self, file: onnx.ModelProto, bits: int) -> None:
        """`bits` are how many of a weight's are used, 8 or 7 (`exact_bits`)."""
        tensors = dict(read_tensors(file))
        words = tensors["embeddings.word_embeddings.weight"]
        self._words = words + tensors["embeddings.token_type_embeddings.weight"][0]
        self._positions = tensors["embeddings.position_embeddings.weight"]
        self._norm = _norm(tensors, "embeddings")
        count = sum(name.endswith(".intermediate.dense.bias") for name in tensors)
        self._layers = [_make_layer(tensors, f"encoder.layer.{i}", bits) for i in range(count)]

    @torch.inference_mode()
    def __call__(self, feeds: Mapping[str, npt.NDArray[np.int64]]) -> npt.NDArray[np.float32]:
        """`input_ids` and `attention_mask`, shape (batch, length) -> (batch, length, dimensions)."""
        ids, mask = torch.from_numpy(feeds["input_ids"]), torch.from_numpy(feeds["attention_mask"])
        batch, length = ids.shape
        unseen = torch.zeros(batch, 1, 1, length).masked_fill_(mask[:, None, None] == 0, float("-inf"))
        hidden = self._norm(self._words[ids] + self._positions[:length])
        for layer in self._layers:
            made = layer.queries_keys_values(hidden).view(batch, length, 3, _HEADS, -1)
            queries, keys, values = made.permute(2, 0, 3, 1, 4)
            seen = scaled_dot_product_attention(queries, keys, values, attn_mask=unseen)
            hidden = layer.first_norm(layer.attended(seen.transpose(1, 2).flatten(2)).add_(hidden))
            hidden = layer.second_norm(layer.narrow(gelu(layer.widen(hidden))).add_(hidden))
        vectors: npt.NDArray[np.float32] = hidden.numpy()
        return vectors


def open_int8(file: onnx.ModelProto, threads: int, *, brief: bool = False) -> Infer | None:
    """The network in `file`; None on a processor that has no quick exact products of 8-bit numbers.

    With `brief` it computes before what else waits to be computed (`index/computing.py`).
    """

    def open_here() -> Int8Network | None:
        bits = exact_bits()
        if threads:
            torch.set_num_threads(threads)
        return Int8Network(file, bits) if bits else None

    network = compute(open_here)
    return network and (lambda feeds: compute(partial(network, feeds), brief=brief))


def _make_layer(tensors: Mapping[str, torch.Tensor], name: str, bits: int) -> _Layer:
    def linear(*parts: str) -> Int8Linear:
        weight, scale, bias = (
            torch.cat([tensors[f"{name}.{p}.{k}"] for p in parts]) for k in ("weight", "scale", "bias")
        )
        return PackedInt8Linear(*shorten(weight, scale, bits), bias)

    return _Layer(
        linear("attention.self.query", "attention.self.key", "attention.self.value"),
        linear("attention.output.dense"),
        _norm(tensors, f"{name}.attention.output"),
        linear("intermediate.dense"),
        linear("output.dense"),
        _norm(tensors, f"{name}.output"),
    )


def _norm(tensors: Mapping[str, torch.Tensor], name: str) -> _Norm:
    return _Norm(tensors[f"{name}.LayerNorm.weight"], tensors[f"{name}.LayerNorm.bias"])


def read_tensors(file: onnx.ModelProto) -> Iterator[tuple[str, torch.Tensor]]:
    """The network's tensors by the names they were trained under.

    A matrix (inputs, outputs) stands in the file as numbers in 8 bits and a scale for each output, without a name; its
    bias, added to its product, has one. Tables of vectors are small and are turned back to float32.
    """
    stored = {t.name: torch.from_numpy(onnx.numpy_helper.to_array(t).copy()) for t in file.graph.initializer}
    for name, tensor in stored.items():
        if name.startswith(PREFIX) and not name.endswith(("_q", "_scale")):
            yield name.removeprefix(PREFIX), tensor
        elif name.startswith(PREFIX) and name.endswith("_q"):
            table = name.removesuffix("_q")
            yield table.removeprefix(PREFIX), tensor * stored[f"{table}_scale"]
    for layer, matrix in name_matrices(file).items():
        yield f"{layer}.weight", stored[f"{matrix}_q"].t().contiguous()
        yield f"{layer}.scale", stored[f"{matrix}_scale"].flatten()
