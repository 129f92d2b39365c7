"""Counting tokens as the model would, without loading it.

Knows where a prepared model keeps its tokenizer, and the embedder's vocabulary as the stand-in.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path

from tokenizers import BertWordPieceTokenizer, Tokenizer


def token_counter(model_folder: Path | None) -> Callable[[str], int]:
    """Counts the tokens of a text: those of the model in this folder, else of the embedder (a few more)."""
    file = model_folder / "tokenizer.json" if model_folder else None
    if file is not None and file.is_file():
        tokenizer = Tokenizer.from_file(str(file))
    else:
        vocabulary = resources.files("index") / "data" / "vocab.txt"
        tokenizer = BertWordPieceTokenizer(str(vocabulary), lowercase=True)
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)
