"""Load a causal model and its tokenizer from a folder of safetensors onto the best device there is.

A model whose weights are rounded to 8 bits (`index/int8.py`) is multiplied so on a processor that does it exactly; its
file is mapped, not read, so that processes share it and loading waits for nothing. Elsewhere, and for any other model,
numbers are half precision on a GPU and on a CPU that multiplies bfloat16 in hardware (AMX, AVX512_BF16), else float32:
without such instructions bfloat16 is 6 times slower (AVX2, November 2026).

Pickled weights are refused: loading them runs whatever code they hold. This module does not know how the
model is used.
"""

from __future__ import annotations

import ctypes
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from transformers import MODEL_FOR_CAUSAL_LM_MAPPING, AutoConfig, AutoModelForCausalLM, AutoTokenizer, GenerationConfig
from transformers.utils.logging import disable_progress_bar

from index.errors import ModelError
from index.int8 import exact_bits, fill, is_rounded, restore


def load_model(folder: Path, device: str, threads: int, dtype: str = "auto") -> tuple[Any, Any]:
    """The model, ready to be asked, and its tokenizer; see `LocalModel` for the arguments.

    Raises:
        ModelError: the folder holds no chat model that transformers can load.
    """
    disable_progress_bar()  # type: ignore[no-untyped-call]
    if threads:
        torch.set_num_threads(threads)
    where = _choose_device() if device == "auto" else device
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = _load_weights(folder, where, dtype)
        model.to(where).eval()
    except (OSError, ValueError, KeyError, AttributeError, RuntimeError, ImportError, SafetensorError) as error:
        raise ModelError(
            f"{folder} cannot be loaded as a language model ({error}): if `dateline prepare` made it, delete it and "
            "run that again, else choose another --model"
        ) from error
    if not tokenizer.chat_template:
        raise ModelError(f"the model in {folder} has no chat template: choose one trained to follow instructions")
    return model, tokenizer


def _load_weights(folder: Path, where: str, dtype: str) -> Any:
    kind = _choose_dtype(where) if dtype == "auto" else getattr(torch, dtype)
    file = folder / "model.safetensors"
    tensors = load_file(file) if file.exists() else {}
    if is_rounded(tensors):
        bits = exact_bits() if where == "cpu" and dtype == "auto" else 0
        return _make_rounded(folder, tensors, bits) if bits else _make_plain(folder, restore(tensors, kind), kind)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=kind, local_files_only=True, use_safetensors=True)
    if where == "cpu" and kind == torch.float32:
        turn_wide_matrices(model)
    return model


def _make_rounded(folder: Path, tensors: dict[str, torch.Tensor], bits: int) -> Any:
    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    make: Any = MODEL_FOR_CAUSAL_LM_MAPPING[type(config)]
    with torch.device("meta"):
        model = make(config)
    model.model.rotary_emb = type(model.model.rotary_emb)(config)  # its frequencies are computed, not stored
    fill(model, tensors, bits)
    return _named(model, folder)


def _make_plain(folder: Path, tensors: dict[str, torch.Tensor], kind: torch.dtype) -> Any:
    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    make: Any = MODEL_FOR_CAUSAL_LM_MAPPING[type(config)]
    return _named(make.from_pretrained(None, config=config, state_dict=tensors, dtype=kind), folder)


def _named(model: Any, folder: Path) -> Any:
    model.name_or_path = str(folder)
    if (folder / "generation_config.json").exists():
        model.generation_config = GenerationConfig.from_pretrained(folder, local_files_only=True)
    return model


def turn_wide_matrices(model: Any) -> None:
    """Store matrices with more outputs than inputs the other way round: the same product, sooner for few tokens.

    A pass of one token takes 0.12 instead of 0.16 processor seconds, one of 13 tokens 0.47 instead of 0.54, the reading
    of a prompt as long as before (0.5B, float32, AVX2, November 2026). The vocabulary's matrix gains little, would cost
    half a second of loading, and while it is copied half a gigabyte: it is left.
    """

    def turn(layer: torch.nn.Linear) -> None:
        layer.weight.data = layer.weight.data.t().contiguous().t()

    matrices = [module for module in model.modules() if isinstance(module, torch.nn.Linear)]
    vocabulary = model.get_output_embeddings()
    wide = [m for m in matrices if m.out_features > m.in_features and m is not vocabulary]
    with ThreadPoolExecutor(torch.get_num_threads()) as pool:
        list(pool.map(turn, wide))
    _return_freed_memory()


def _return_freed_memory() -> None:
    """Have glibc give back what it would keep for the next blocks of that size: 0.4 GB after turning."""
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)


def _choose_device() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _choose_dtype(device: str) -> Any:
    if device.startswith("cuda"):
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    if device == "cpu":
        return torch.bfloat16 if has_fast_bfloat16() else torch.float32
    return torch.float16 if device == "mps" else torch.float32


def has_fast_bfloat16() -> bool:
    """Whether this CPU multiplies bfloat16 in hardware, and ATEN_CPU_CAPABILITY does not tell torch to go without."""
    can = torch.cpu.get_capabilities()
    fast = can.get("amx_bf16", False) or can.get("avx512_bf16", False)
    return bool(fast) and torch.backends.cpu.get_cpu_capability().startswith("AVX512")


def read_stop_ids(model: Any, tokenizer: Any) -> set[int]:
    """The tokens that end an answer: what the model and its tokenizer name, and every control token."""
    named = model.generation_config.eos_token_id
    control = [i for i, token in tokenizer.added_tokens_decoder.items() if token.special]
    return {*([named] if isinstance(named, int) else named or []), *tokenizer.all_special_ids, *control}
