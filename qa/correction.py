"""A low-rank correction of the default model's weights, fitted to reading news evidence, added when it is loaded.

`python -m qa.tuning` fits it (docs/evaluation.md): for each corrected matrix the file holds the factors A and B, and
the scale s in its metadata, so that the matrix becomes W + s B A. It belongs to one base model: weights of another
are left as they are. This module does not know how it was fitted.

Source: Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models".
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

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
def add_correction(model: Any, file: Path) -> None:
    """Add the correction in `file` to the weights of `model`, rounded to their own precision.

    Raises:
        AttributeError, RuntimeError: it was fitted for a model of another shape.
    """
    with safe_open(file, framework="pt") as tensors:
        scale = float(tensors.metadata()["scale"])
        for name in [name for name in tensors.keys() if name.endswith(A)]:  # noqa: SIM118 no dictionary
            layer = model.get_submodule(name.removesuffix(A))
            product = tensors.get_tensor(name.removesuffix(A) + B).float() @ tensors.get_tensor(name).float()
            weight = layer.weight
            corrected = weight.float() + scale * product.to(weight.device)
            layer.weight = torch.nn.Parameter(corrected.to(weight.dtype), requires_grad=False)
