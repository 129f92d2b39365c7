"""The tensors of a Qwen2 GGUF file under transformers' names, one at a time, so that few are in memory.

transformers reads all of them as float32 before it hands over the first: 6.2 GB for the 1.5B. This module does not
know what is done with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gguf
import torch

_ENDS = {
    "token_embd": "model.embed_tokens",  # nosec B105 no password: a table of tokens
    "output_norm": "model.norm",
    "output": "lm_head",
}
_LAYER = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
"""llama.cpp's names of a layer's parts -> transformers'."""


def read_tensors(path: Path) -> Iterator[tuple[str, torch.Tensor, int, int]]:
    """Name, float32 tensor, number of the tensor from 1, and how many there are.

    Raises:
        KeyError, ValueError: the file is no Qwen2 model.
    """
    tensors = gguf.GGUFReader(path).tensors
    for number, tensor in enumerate(tensors, start=1):
        numbers = gguf.dequantize(tensor.data, tensor.tensor_type)
        if not numbers.flags.writeable:  # the file's own
            numbers = numbers.copy()
        yield transformers_name(tensor.name), torch.from_numpy(numbers), number, len(tensors)


def transformers_name(name: str) -> str:
    """What transformers calls the tensor that llama.cpp calls `name`."""
    if not name.startswith("blk."):
        part, _, kind = name.rpartition(".")
        return f"{_ENDS[part]}.{kind}"
    _, layer, part, kind = name.split(".")
    return f"model.layers.{layer}.{_LAYER[part]}.{kind}"
