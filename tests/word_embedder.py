"""An embedder that needs no model: a text's vector is the sum of its words' directions, drawn from their hashes.

It is quick and the same in every process; texts that share words lie near each other.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from index.embedder import PassageText, Vectors

DIMENSIONS = 384


class WordEmbedder:
    """`pause_s` is taken for each call that embeds passages, so that a kill can fall into it."""

    name = "words"
    dimensions = DIMENSIONS

    def __init__(self, pause_s: float = 0.0) -> None:
        self._pause_s = pause_s

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.stack([_vector(text) for text in texts])

    def embed_passages(self, passages: Sequence[PassageText]) -> Vectors:
        time.sleep(self._pause_s)
        return self.embed([p.titled for p in passages])


@lru_cache(maxsize=65536)
def _direction(word: str) -> Vectors:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8])
    direction: Vectors = np.random.default_rng(seed).normal(size=DIMENSIONS).astype(np.float32)
    return direction


def _vector(text: str) -> Vectors:
    total: Vectors = np.sum([_direction(word) for word in ["", *re.findall(r"\w+", text.lower())]], axis=0)
    return total / np.float32(np.linalg.norm(total))
