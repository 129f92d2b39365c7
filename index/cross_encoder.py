"""How well each sentence of a passage answers a question, by reading both at once: a cross-encoder.

The embedder reads a question and a passage apart and can only compare what each is about; here MiniLM's network,
corrected for it, reads them together, so that it sees which sentence answers. That takes 13 ms of two cores a passage
in 8 bits, so it is for the few best passages of a search. Until the language model has brought torch, ONNX Runtime
does it, in twice the time, so that the first sources wait for neither.

The correction was fitted to questions made from single sentences of news and to real ones (docs/evaluation.md).
This module does not know what becomes of the scores.

Source: Nogueira & Cho 2019, "Passage Re-ranking with BERT"; Bonifacio et al. 2022, "InPars" (made questions).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file
from tokenizers import BertWordPieceTokenizer

from index.embedder import MAX_TOKENS, VOCABULARY, Infer, PassageText, find_embedder_file, open_onnxruntime
from index.minilm_file import correct, read_file

Scores = npt.NDArray[np.float32]

CORRECTION = Path(__file__).parent / "data" / "cross_encoder.safetensors"

UNREAD = -8.0
"""The score of a sentence beyond the length that is read; the least there is. The most is 8."""

_MAX_QUESTION_TOKENS = 60
_SCALE = 2.0
"""Of the correction: alpha / rank."""
_A, _B = ".A", ".B"
_CLS, _SEP = 101, 102


@dataclass(frozen=True, slots=True)
class EncodedPassage:
    """Token ids of a question with a passage, and for each token the number of its sentence in the passage or -1."""

    ids: list[int]
    sentences: npt.NDArray[np.int64]


class Encoder:
    """Turns a question and passages into tokens; for many threads."""

    def __init__(self) -> None:
        self._tokenizer = BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)

    def encode(self, question: str, passages: Sequence[PassageText]) -> list[EncodedPassage]:
        """One for each passage, whose end is cut off where both are longer than the network reads."""
        asked = self._tokenizer.encode(question, add_special_tokens=False).ids[:_MAX_QUESTION_TOKENS]
        encodings = self._tokenizer.encode_batch([p.titled for p in passages], add_special_tokens=False)
        return [_join(asked, encoding, passage) for encoding, passage in zip(encodings, passages, strict=True)]


class CrossEncoder:
    """Scores sentences; loads when it is first used, in half a second. For many threads.

    One of them computes at a time: a pass uses all cores, several at once would only take each other's.
    """

    def __init__(self, correction: Path = CORRECTION) -> None:
        self._correction = correction
        self._computing = Lock()
        self._encoder = Encoder()
        self._quick: Infer | None = None

    def quicken(self) -> None:
        """Multiply in 8 bits from now on, where the processor does so exactly; it brings torch."""
        from index.int8_minilm import open_int8

        with self._computing:
            self._quick = self._quick or open_int8(self._network[0], 0, brief=True)

    def score(self, question: str, passages: Sequence[PassageText]) -> list[Scores]:
        """The log-odds that each sentence of each passage answers, shape (number of its sentences,), in -8..8.

        Raises:
            ModelError: the embedder's wheel is not installed.
            ModelHashError: its file is not the published one.
        """
        if not passages:
            return []
        inputs = self._encoder.encode(question, passages)
        with self._computing:
            head = self._network[1]
            hidden = (self._quick or self._slow)(pad_tokens([i.ids for i in inputs]))
        return [
            _score_sentences(hidden[row], one.sentences, len(passage.sentences), *head)
            for row, (one, passage) in enumerate(zip(inputs, passages, strict=True))
        ]

    @cached_property
    def _network(self) -> tuple[Any, tuple[Scores, float]]:
        """The corrected file, and the weights of a score: a vector and what is added."""
        file = read_file(find_embedder_file())
        tensors = {name: tensor.astype(np.float32) for name, tensor in load_file(self._correction).items()}
        layers = [name.removesuffix(_A) for name in tensors if name.endswith(_A)]
        correct(file, {layer: (tensors[layer + _A], _SCALE * tensors[layer + _B]) for layer in layers})
        return file, (tensors["head.weight"][0], float(tensors["head.bias"][0]))

    @cached_property
    def _slow(self) -> Infer:
        return open_onnxruntime(self._network[0].SerializeToString(), 0)


def _join(asked: list[int], encoding: Any, passage: PassageText) -> EncodedPassage:
    room = MAX_TOKENS - len(asked) - 3
    title = len(passage.titled) - len(passage.text)
    offsets = np.array(encoding.offsets[:room], dtype=np.int64).reshape(-1, 2) - title
    within = np.full(len(offsets), -1, dtype=np.int64)
    for number, span in enumerate(passage.sentences):
        within[(offsets[:, 0] >= span.start) & (offsets[:, 1] <= span.end) & (offsets[:, 1] > offsets[:, 0])] = number
    ids = [_CLS, *asked, _SEP, *encoding.ids[:room], _SEP]
    return EncodedPassage(ids, np.concatenate([np.full(len(asked) + 2, -1), within, [-1]]))


def pad_tokens(rows: Sequence[list[int]]) -> dict[str, npt.NDArray[np.int64]]:
    """What the network is fed with."""
    ids = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, tokens in enumerate(rows):
        ids[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}


def _score_sentences(hidden: Scores, within: npt.NDArray[np.int64], count: int, weight: Scores, bias: float) -> Scores:
    """From token vectors, shape (length, dimensions), to a score of each of `count` sentences."""
    scores = np.full(count, UNREAD, dtype=np.float32)
    for number in range(count):
        tokens = hidden[: len(within)][within == number]
        if len(tokens):
            scores[number] = np.clip(tokens.mean(axis=0) @ weight + bias, UNREAD, -UNREAD)
    return scores
