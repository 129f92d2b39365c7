"""Small model files made to order: real formats, weights without sense."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
from tokenizers.pre_tokenizers import ByteLevel

CHAT_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def write_tiny_gguf(path: Path, *, seed: int = 0) -> None:
    """A Qwen2 model of one layer and 32 dimensions over single bytes and "th"."""
    tokens = [*sorted(ByteLevel.alphabet()), "th", "<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    writer = gguf.GGUFWriter(path, "qwen2")
    writer.add_block_count(1)
    writer.add_context_length(512)
    writer.add_embedding_length(32)
    writer.add_feed_forward_length(64)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(10000.0)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.NORMAL] * 257 + [gguf.TokenType.CONTROL] * 3)
    writer.add_token_merges(["t h"])
    writer.add_eos_token_id(259)
    writer.add_pad_token_id(257)
    writer.add_chat_template(CHAT_TEMPLATE)
    numbers = np.random.default_rng(seed)
    for name, shape in _shapes(len(tokens)).items():
        writer.add_tensor(name, numbers.normal(0, 0.1, shape).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _shapes(vocabulary: int) -> dict[str, tuple[int, ...]]:
    layer = {
        "attn_norm.weight": (32,),
        "attn_q.weight": (32, 32),
        "attn_q.bias": (32,),
        "attn_k.weight": (16, 32),
        "attn_k.bias": (16,),
        "attn_v.weight": (16, 32),
        "attn_v.bias": (16,),
        "attn_output.weight": (32, 32),
        "ffn_norm.weight": (32,),
        "ffn_gate.weight": (64, 32),
        "ffn_up.weight": (64, 32),
        "ffn_down.weight": (32, 64),
    }
    return {
        "token_embd.weight": (vocabulary, 32),
        **{f"blk.0.{name}": shape for name, shape in layer.items()},
        "output_norm.weight": (32,),
        "output.weight": (vocabulary, 32),
    }
