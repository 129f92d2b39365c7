"""A low-rank correction of the default model's weights, fitted to reading news evidence, added when it is loaded.

`python -m qa.tuning` fits it (docs/evaluation.md): for each corrected matrix the file holds the factors A and B, and
the scale s in its metadata, so that the matrix becomes W + s B A. It belongs to one base model: weights of another
are left as they are. This module does not know how it was fitted.

Source: Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models".
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from safetensors import safe_open

from qa.weights import CARRIERS, source_of

FILE = Path(__file__).parent / "data" / "correction.safetensors"

A, B = ".lora_A.weight", ".lora_B.weight"
"""Endings of the factors' names, after the name of their layer."""


def correction_for(model_folder: Path) -> Path | None:
    """The correction of the model in `model_folder`; None for any but the one it was fitted to."""
    return FILE if source_of(model_folder).get("sha256") == CARRIERS["default"].sha256 else None


@torch.no_grad()
def read_weights(folder: Path, file: Path | None, dtype: torch.dtype) -> dict[str, torch.Tensor]:
    """The weights stored in `folder`, corrected by `file` where there is one, and only then rounded to `dtype`.

    A correction smaller than half a step of the rounded weights would be lost if it came after rounding. The files
    are opened anew for each tensor, so that what was read of them does not count as memory: the 0.5B peaks at 2.0 GB
    of bfloat16 instead of 4.9 GB (November 2026).

    Raises:
        KeyError, RuntimeError: the correction was fitted for a model of another shape.
    """
    corrections = _read_products(file) if file else {}
    weights = {}
    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, framework="pt") as tensors:
            names = list(tensors.keys())
        for name in names:
            with safe_open(path, framework="pt") as tensors:
                weight = tensors.get_tensor(name)
                correct = corrections.pop(name, None)
                weights[name] = (weight if correct is None else weight.float() + correct()).to(dtype)
                del weight  # lets go of the file
    if corrections:
        raise KeyError(f"no {', '.join(corrections)} to correct")
    return weights


def _read_products(file: Path) -> dict[str, Callable[[], torch.Tensor]]:
    """What makes the matrix to be added to each weight that is corrected."""
    with safe_open(file, framework="pt") as tensors:
        scale = float(tensors.metadata()["scale"])
        factors = {name: tensors.get_tensor(name).float() for name in tensors.keys()}  # noqa: SIM118 no dictionary
    layers = [name.removesuffix(A) for name in factors if name.endswith(A)]
    return {f"{name}.weight": partial(_multiply, factors[name + B], factors[name + A], scale) for name in layers}


def _multiply(b: torch.Tensor, a: torch.Tensor, scale: float) -> torch.Tensor:
    return scale * (b @ a)
