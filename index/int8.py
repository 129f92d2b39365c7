"""Matrices of 8-bit numbers: weights rounded once, what they are multiplied with token by token, sums exact.

Every row of a weight has a scale of its own, and so has every token's vector (largest number = 127); products are
summed up in 32-bit integers, exactly, whatever else is multiplied. Such a product takes a fifth of the time of
one in float32 where the processor has VNNI, two fifths where it has AVX2 alone, from a quarter of the memory
(torch._int_mm, 200 tokens, two cores, November 2026). With AVX2 alone pairs of products are added in 16 bits,
which overflow: there weights are used with 7 bits (`exact_bits`).

This module does not know which model it rounds, nor where that is stored.

Source: Dettmers et al. 2022, "LLM.int8()" (absmax by row and column), without its separate outliers.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping

import torch

SCALE = ".scale"
"""Ending of the name of a rounded weight's scales, in place of ".weight"."""

_TOP = 127
_MIDDLE = 128
"""What unsigned numbers are above signed ones."""
_ROWS = 8_192


def round_rows(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """`weight`, shape (rows, columns), as int8, and the scale of each row: weight = int8 * scale."""
    scale = torch.linalg.vector_norm(weight, ord=torch.inf, dim=1).clamp_min_(1e-12).div_(_TOP)
    rounded = torch.empty_like(weight, dtype=torch.int8)
    for start in range(0, len(weight), _ROWS):  # a vocabulary's table would be in memory three times
        rows = slice(start, start + _ROWS)
        rounded[rows] = (weight[rows] / scale[rows, None]).round_().to(torch.int8)
    return rounded, scale


class Int8Linear(torch.nn.Module):
    """A linear layer whose `weight`, shape (outputs, inputs), is rounded."""

    weight: torch.Tensor
    scale: torch.Tensor
    bias: torch.Tensor | None

    def __init__(self, weight: torch.Tensor, scale: torch.Tensor, bias: torch.Tensor | None) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("scale", scale)
        self.register_buffer("bias", bias)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Shape (..., inputs) -> (..., outputs)."""
        rounded, scale = _round(inputs.reshape(-1, inputs.shape[-1]))
        sums = torch._int_mm(rounded, self.weight.t())
        return self._finish(sums * self.scale, scale).reshape(*inputs.shape[:-1], -1)

    def _finish(self, outputs: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
        outputs.mul_(scale)
        return outputs if self.bias is None else outputs.add_(self.bias)


def _round(rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """`rows` as int8, and the scale of each, shape (rows, 1)."""
    scale = rows.abs().amax(-1, keepdim=True).clamp_min_(1e-12).div_(_TOP)
    return (rows / scale).round_().to(torch.int8), scale


class PackedInt8Linear(Int8Linear):
    """The same layer and outputs, sooner for many rows: the weight is kept in the order that it is multiplied in, too.

    Sums are scaled as they are made, where `torch._int_mm` leaves that to passes over as much memory again: for 384
    inputs and 1,152 outputs 1,300 rows take 1.6 instead of 2.3 ms, or 7 where that memory is new to the process. Laying
    it out takes 2 ms a megabyte (two cores, November 2026).
    """

    def __init__(self, weight: torch.Tensor, scale: torch.Tensor, bias: torch.Tensor | None) -> None:
        super().__init__(weight, scale, bias)
        self._packed = torch.ops.onednn.qlinear_prepack(weight, None)
        self._zeros = torch.zeros(len(scale), dtype=torch.int32)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Shape (..., inputs) -> (..., outputs)."""
        rounded, scale = _round(inputs.reshape(-1, inputs.shape[-1]))
        outputs: torch.Tensor = torch.ops.onednn.qlinear_pointwise(
            rounded.view(torch.uint8).bitwise_xor_(_MIDDLE),
            1.0,
            _MIDDLE,
            self._packed,
            self.scale,
            self._zeros,
            None,
            1.0,
            0,
            torch.float32,
            "none",
            [],
            "",
        )
        return self._finish(outputs, scale).reshape(*inputs.shape[:-1], -1)


class Int8Embedding(torch.nn.Module):
    """A table of rounded vectors."""

    weight: torch.Tensor
    scale: torch.Tensor

    def __init__(self, weight: torch.Tensor, scale: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("scale", scale)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Shape (...) -> (..., dimensions)."""
        return self.weight[ids] * self.scale[ids].unsqueeze(-1)


def is_rounded(tensors: Mapping[str, torch.Tensor]) -> bool:
    """Whether some of a model's tensors are rounded."""
    return any(name.endswith(SCALE) for name in tensors)


def restore(tensors: Mapping[str, torch.Tensor], dtype: torch.dtype) -> dict[str, torch.Tensor]:
    """The tensors as plain numbers of `dtype`, for what cannot multiply rounded ones."""
    plain = {}
    for name, tensor in tensors.items():
        scale = tensors.get(name.removesuffix(".weight") + SCALE) if name.endswith(".weight") else None
        if not name.endswith(SCALE):
            plain[name] = (tensor if scale is None else tensor * scale[:, None]).to(dtype)
    return plain


def fill(model: torch.nn.Module, tensors: Mapping[str, torch.Tensor], bits: int) -> None:
    """Give `model`, made without memory ("meta"), its tensors, and layers for rounded ones; `bits` are 8 or 7.

    Raises:
        RuntimeError: the tensors are not those of this model.
    """
    state = dict(tensors)
    for name in [name.removesuffix(SCALE) for name in tensors if name.endswith(SCALE)]:
        weight, scale = shorten(state.pop(f"{name}.weight"), state.pop(name + SCALE), bits)
        layer = model.get_submodule(name)
        if isinstance(layer, torch.nn.Embedding):
            model.set_submodule(name, Int8Embedding(weight, scale))
        else:
            bias = state.pop(f"{name}.bias", None)
            model.set_submodule(name, Int8Linear(weight, scale, bias))
    table = model.get_input_embeddings()  # type: ignore[operator]
    if isinstance(table, Int8Embedding) and isinstance(model.lm_head, torch.nn.Linear):  # one matrix for both ends
        model.lm_head = Int8Linear(table.weight, table.scale, None)
    unexpected = model.load_state_dict(state, strict=False, assign=True).unexpected_keys
    empty = [name for name, tensor in (*model.named_parameters(), *model.named_buffers()) if tensor.is_meta]
    if empty or unexpected:
        raise RuntimeError(f"the weights lack {sorted(empty)[:3]} and do not know {sorted(unexpected)[:3]}")


def shorten(weight: torch.Tensor, scale: torch.Tensor, bits: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A rounded weight and its scale with 8 or 7 of its `bits`."""
    if bits == 8:
        return weight, scale
    return _halve(weight), 2 * scale


def _halve(weight: torch.Tensor) -> torch.Tensor:
    """Half of each number, rounded to the even one, 63 at most. By way of float32 loading the 1.5B took 4 s longer."""
    weight = weight.clamp(-126, 126)
    return ((weight >> 1) & 1).add_(weight) >> 1


def exact_bits() -> int:
    """How many bits of weights this processor multiplies quickly and exactly, tried: 8, 7 or none (0)."""
    if platform.machine().lower() not in ("x86_64", "amd64") or not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return 0
    return next((bits for bits in (8, 7) if _is_exact(bits)), 0)


def _is_exact(bits: int) -> bool:
    """Whether the largest products there can be are summed up right, of one token and of many."""
    largest, columns = 2 ** (bits - 1) - 1, 256
    weight = torch.full((columns, 64), largest, dtype=torch.int8)
    sums = [torch._int_mm(torch.full((n, columns), _TOP, dtype=torch.int8), weight) for n in (1, 40)]
    return all(bool((s == _TOP * largest * columns).all()) for s in sums)
