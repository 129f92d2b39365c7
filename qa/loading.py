"""Load a causal model and its tokenizer from a folder of safetensors onto the best device there is.

A CPU that multiplies bfloat16 in hardware (AMX, AVX512_BF16) is given it: reading a prompt of 256 tokens takes a core
0.44 s instead of 1.60 s, a pass of 13 tokens 0.19 s instead of 0.69 s, from half the memory (0.5B, AMX, November
2026). Without such instructions bfloat16 is 6 times slower than float32.

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
from transformers import MODEL_FOR_CAUSAL_LM_MAPPING, AutoConfig, AutoModelForCausalLM, AutoTokenizer, GenerationConfig
from transformers.utils.logging import disable_progress_bar

from index.errors import ModelError
from qa.correction import correction_for, read_weights
from qa.weights import source_of


def load_model(
    folder: Path, device: str, threads: int, correction: Path | None = None, dtype: str = "auto"
) -> tuple[Any, Any]:
    """The model, ready to be asked, and its tokenizer; see `LocalModel` for the arguments.

    Raises:
        ModelError: the folder holds no chat model that transformers can load.
    """
    disable_progress_bar()  # type: ignore[no-untyped-call]
    if threads:
        torch.set_num_threads(threads)
    where = _choose_device() if device == "auto" else device
    kind = _choose_dtype(where) if dtype == "auto" else getattr(torch, dtype)
    file = correction or correction_for(folder)
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = _load_weights(folder, file, kind)
        model.to(where).eval()
        if where == "cpu" and kind == torch.float32:
            turn_wide_matrices(model)
    except (OSError, ValueError, KeyError, AttributeError, RuntimeError, ImportError, SafetensorError) as error:
        raise ModelError(
            f"{folder} cannot be loaded as a language model ({error}): if `dateline prepare` made it, delete it and "
            "run that again, else choose another --model"
        ) from error
    if not tokenizer.chat_template:
        raise ModelError(f"the model in {folder} has no chat template: choose one trained to follow instructions")
    return model, tokenizer


def _load_weights(folder: Path, correction: Path | None, kind: torch.dtype) -> Any:
    if not correction and not source_of(folder):  # another's folder, whose weights may bear names of another version
        return AutoModelForCausalLM.from_pretrained(folder, dtype=kind, local_files_only=True, use_safetensors=True)
    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    with ThreadPoolExecutor(1) as pool:
        weights = pool.submit(read_weights, folder, correction, kind)
        make: Any = MODEL_FOR_CAUSAL_LM_MAPPING[type(config)]  # two seconds of importing, the weights one of copying
        model = make.from_pretrained(None, config=config, state_dict=weights.result(), dtype=kind)
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
