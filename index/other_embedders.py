"""Embedders other than the default: a folder of sentence-transformers, or a model behind an OpenAI-compatible server.

Both embed a passage and each of its sentences on their own. The name an index keeps tells their vectors from any
other's: a folder's by the hash of its weights, so that it may be moved but not changed; a server's by the model's name
and length, which is all that it tells. This module does not know where vectors are kept.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from index.computing import compute
from index.embedder import (
    Embedder,
    MiniLM,
    PassageText,
    Vectors,
    batches_of_like_length,
    open_bulk_embedder,
    to_unit,
)
from index.errors import ModelError, UsageError
from index.remote import RemoteName, parse_remote

DEFAULT = "default"

_FLAG = "--embed-model"
_BATCH = 16
_SENT_AT_ONCE = 128
_CONNECT_S, _READ_S = 5.0, 300.0
_MODULES = {"Transformer", "Pooling", "Normalize"}
_POOLINGS = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}  # nosec B105


def embedder_maker(name: str, *, key: str = "", bulk: bool = False) -> Callable[[], Embedder]:
    """What makes the embedder of this name once one is needed: `default`, a folder, or `openai:URL#model`.

    `bulk` is for many passages.

    Raises:
        UsageError: no embedder can be meant by it.
    """
    if name == DEFAULT:
        return open_bulk_embedder if bulk else MiniLM
    if name.lower().startswith("openai:"):
        remote = parse_remote(name, flag=_FLAG)
        return lambda: ServedEmbedder(remote, key=key)
    folder = Path(name).expanduser()
    if not (folder / "config.json").is_file():
        raise UsageError(
            f"{_FLAG} {name!r} is no model: give default, a sentence-transformers folder or openai:URL#model"
        )
    return lambda: FolderEmbedder(folder)


class _TextEmbedder(ABC):
    """Embeds one text at a time; passages are titled, as with the default embedder."""

    name: str
    dimensions: int

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of questions, shape (len(texts), dimensions)."""
        return self._checked(self._embed(texts, is_question=True), len(texts))

    def embed_passages(self, passages: Sequence[PassageText]) -> Vectors:
        """Unit vectors of passages, shape (len(passages), dimensions)."""
        if not passages:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        return self._checked(self._embed([p.titled for p in passages], is_question=False), len(passages))

    @abstractmethod
    def _embed(self, texts: Sequence[str], *, is_question: bool) -> Vectors: ...

    def _checked(self, vectors: Vectors, count: int) -> Vectors:
        """`vectors` at unit length, all that were asked for and of the length the index holds."""
        if vectors.shape != (count, self.dimensions) or not np.isfinite(vectors).all():
            raise ModelError(f"the embedder {self.name} gave {vectors.shape}, not {(count, self.dimensions)}: check it")
        return to_unit(vectors)


class FolderEmbedder(_TextEmbedder):
    """A sentence-transformers model in a folder, read by transformers; safetensors only, none of its code is run."""

    def __init__(self, folder: Path) -> None:
        """Raises ModelError if the folder cannot be read or needs more than mean or first-token pooling."""
        weights = folder / "model.safetensors"
        if not weights.is_file():
            raise ModelError(f"there is no {weights}: give a model saved as safetensors")
        self._pooling = _read_pooling(folder)
        self._prompts = _read_prompts(folder)
        from transformers import AutoModel, AutoTokenizer

        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self._model: Any = AutoModel.from_pretrained(folder, local_files_only=True, use_safetensors=True).eval()
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise ModelError(f"the embedder in {folder} cannot be read ({error}): check {_FLAG}") from error
        self._max_tokens = _read_length(folder, int(self._model.config.max_position_embeddings))
        self.dimensions = int(self._model.config.hidden_size)
        with weights.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()[:16]
        self.name = f"{folder.resolve().name}/{digest}/{self._pooling}/{self.dimensions}/1"

    def _embed(self, texts: Sequence[str], *, is_question: bool) -> Vectors:
        prompt = self._prompts[0 if is_question else 1]
        prompted = [prompt + text for text in texts]
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for batch in batches_of_like_length([len(text) for text in prompted], size=_BATCH):
            vectors[batch] = compute(partial(self._run, [prompted[i] for i in batch]), brief=is_question)
        return vectors

    def _run(self, texts: Sequence[str]) -> Vectors:
        import torch

        inputs = self._tokenizer(
            list(texts), padding=True, truncation=True, max_length=self._max_tokens, return_tensors="pt"
        )
        with torch.inference_mode():
            hidden = self._model(**inputs).last_hidden_state
        if self._pooling == "cls":
            pooled: Vectors = hidden[:, 0].float().numpy()
            return pooled
        mask = inputs["attention_mask"][..., None]
        mean: Vectors = ((hidden * mask).sum(dim=1) / mask.sum(dim=1)).float().numpy()
        return mean


class ServedEmbedder(_TextEmbedder):
    """A model behind `/v1/embeddings`. For many threads."""

    def __init__(self, remote: RemoteName, *, key: str = "") -> None:
        """`key` goes with every request; one text is embedded at once, to learn the vectors' length.

        Raises:
            ModelError: the server does not answer as it should.
        """
        self._remote = remote
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        # trust_env off: a proxy named in the environment must not see articles meant for this machine.
        self._client = httpx.Client(
            headers=headers, timeout=httpx.Timeout(_READ_S, connect=_CONNECT_S), trust_env=not remote.stays_here
        )
        self.dimensions = len(self._ask(["length"])[0])
        self.name = f"openai:{remote.model}/{self.dimensions}/1"

    def _embed(self, texts: Sequence[str], *, is_question: bool) -> Vectors:
        rows: list[list[float]] = []
        for start in range(0, len(texts), _SENT_AT_ONCE):
            rows += self._ask(texts[start : start + _SENT_AT_ONCE])
        return np.array(rows, dtype=np.float32).reshape(len(texts), -1 if rows else self.dimensions)

    def _ask(self, texts: Sequence[str]) -> list[list[float]]:
        body = {"model": self._remote.model, "input": list(texts), "encoding_format": "float"}
        url = f"{self._remote.url}/embeddings"
        try:
            reply = self._client.post(url, json=body)
            reply.raise_for_status()
            rows = sorted(reply.json()["data"], key=lambda row: row["index"])
            vectors = [[float(number) for number in row["embedding"]] for row in rows]
        except httpx.HTTPStatusError as error:
            said = error.response.text[:300]
            raise ModelError(f"{url} answered {error.response.status_code} ({said}): check {_FLAG}") from error
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"{url} cannot be asked ({error}): start the server, or check {_FLAG}") from error
        if len(vectors) != len(texts) or len({len(vector) for vector in vectors}) > 1:
            raise ModelError(f"{url} gave {len(vectors)} vectors for {len(texts)} texts: check the server")
        return vectors


def _read_pooling(folder: Path) -> str:
    """`mean` or `cls`. Raises ModelError for a model that does more than we do."""
    modules = [str(module.get("type", "")).rpartition(".")[2] for module in _read_json(folder / "modules.json", [])]
    if more := set(modules) - _MODULES:
        raise ModelError(f"the embedder in {folder} has parts not known here ({', '.join(sorted(more))}): give another")
    stored = _read_json(folder / "1_Pooling" / "config.json", {"pooling_mode_mean_tokens": True})
    if isinstance(stored.get("pooling_mode"), str):
        wanted = [stored["pooling_mode"]]
    else:
        wanted = [_POOLINGS.get(k, k) for k, on in stored.items() if k.startswith("pooling_mode_") and on is True]
    if wanted not in (["mean"], ["cls"]):
        raise ModelError(
            f"the embedder in {folder} pools by {wanted}: only the mean and the first token are known here"
        )
    return str(wanted[0])


def _read_prompts(folder: Path) -> tuple[str, str]:
    """What is put before a question, and before an article's text."""
    stored = _read_json(folder / "config_sentence_transformers.json", {}).get("prompts") or {}
    return str(stored.get("query") or ""), str(stored.get("document") or stored.get("passage") or "")


def _read_length(folder: Path, positions: int) -> int:
    length = _read_json(folder / "sentence_bert_config.json", {}).get("max_seq_length")
    return min(int(length), positions) if isinstance(length, int) and length > 0 else min(positions, 512)


def _read_json(file: Path, missing: Any) -> Any:
    """What the file holds; `missing` where there is none. Raises ModelError where it is of another kind."""
    if not file.is_file():
        return missing
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{file} cannot be read ({error}): check {_FLAG}") from error
    if not isinstance(value, type(missing)):
        raise ModelError(f"{file} does not hold what it should: check {_FLAG}")
    return value
