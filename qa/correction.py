"""Low-rank corrections of the models' weights, fitted to reading news evidence, added when a model is prepared.

`python -m qa.tuning` fits them (docs/evaluation.md): for each corrected matrix a file holds the factors A and B, and
the scale s in its metadata, so that the matrix becomes W + s B A. Each belongs to one base model. This module does not
know how they were fitted.

Source: Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models".
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

DATA = Path(__file__).parent / "data"

A, B = ".lora_A.weight", ".lora_B.weight"
"""Endings of the factors' names, after the name of their layer."""


def read_products(file: Path) -> dict[str, Callable[[], torch.Tensor]]:
    """What makes the matrix to be added to each weight that is corrected, by the weight's name."""
    from safetensors import safe_open

    with safe_open(file, framework="pt") as tensors:
        scale = float(tensors.metadata()["scale"])
        factors = {name: tensors.get_tensor(name).float() for name in tensors.keys()}  # noqa: SIM118 no dictionary
    layers = [name.removesuffix(A) for name in factors if name.endswith(A)]
    return {f"{name}.weight": partial(_multiply, factors[name + B], factors[name + A], scale) for name in layers}


def _multiply(b: torch.Tensor, a: torch.Tensor, scale: float) -> torch.Tensor:
    return scale * (b @ a)
